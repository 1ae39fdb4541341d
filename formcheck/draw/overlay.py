"""Skeleton, bar and words on one frame."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.draw.bar import SUBPIXEL_BITS, draw_rim, draw_speed, draw_trail, fixed, pair
from formcheck.draw.caption import Caption
from formcheck.draw.label import DARK, SMALLEST_PX, WHITE, Color, Image, make_label, paste_label
from formcheck.report import VerdictName
from formcheck.skeleton import BONES, INDEX

FloatArray = NDArray[np.float64]

CERTAIN = 0.5
"""Points of a lower confidence are drawn faded."""

VERDICT_COLORS: dict[VerdictName, Color] = {
    "fine": (22, 128, 72),
    "borderline": (156, 94, 0),
    "fault": (196, 43, 43),
    "not_assessed": (92, 99, 112),
}
"""Colors of the chips that a verdict is written on."""
_NEAR: Color = (72, 190, 255)
_FAR: Color = (206, 219, 232)
_NO_PATH = np.empty((0, 2))
_NOT_SEEN = np.full(2, np.nan)
_NO_CAPTION = Caption()

_Bone = tuple[int, int, Color]


def draw_frame(
    image: Image,
    *,
    keypoints_px: FloatArray,
    confidence: FloatArray,
    near_side: Literal["left", "right"] | None = None,
    trail: FloatArray = _NO_PATH,
    trail_phases: Sequence[str] = (),
    plate_px: FloatArray = _NOT_SEEN,
    plate_axes_px: FloatArray = _NOT_SEEN,
    caption: Caption = _NO_CAPTION,
) -> Image:
    """Draw one frame's findings on a copy of its picture.

    Parameters
    ----------
    image
        uint8 (H, W, 3) RGB.
    keypoints_px
        (K, 2) pixels of `image`; NaN is not drawn.
    confidence
        (K,) 0..1; below `CERTAIN` a point is drawn faded.
    near_side
        The side that is drawn strong; None: both, as in a view from the front.
    trail
        (N, 2) the bar path so far in pixels of `image`; a vertical line marks where it began.
    trail_phases
        N names of phases, which tell the way down from the way up; empty: both are drawn alike.
    plate_px
        (2,) center of the plate's rim in pixels of `image`; NaN is not drawn.
    plate_axes_px
        (2,) its horizontal and vertical semi-axes.
    caption
        What is written; its speed stands beside the plate.

    Returns
    -------
    NDArray
        uint8 (H, W, 3) RGB.
    """
    canvas = image.copy()
    unit = (canvas.shape[0] + canvas.shape[1]) / 1000
    _draw_skeleton(canvas, keypoints_px, confidence, near_side, unit)
    draw_rim(canvas, plate_px, plate_axes_px, unit)
    draw_trail(canvas, trail, trail_phases, unit)
    if len(trail):
        draw_speed(canvas, caption.speed, plate_px, plate_axes_px, trail[0], unit)
    _draw_caption(canvas, caption, unit)
    return canvas


def _draw_skeleton(
    canvas: Image, points: FloatArray, confidence: FloatArray, near_side: str | None, unit: float
) -> None:
    seen = np.asarray(np.isfinite(points).all(axis=1))
    if not seen.any():
        return
    window = _window(points[seen], canvas.shape, margin=round(8 * unit))
    region = canvas[window]
    local = points - (window[1].start, window[0].start)
    strong: list[_Bone] = []
    faint: list[_Bone] = []
    for first, second in BONES:
        a, b = INDEX[first], INDEX[second]
        if not seen[a] or not seen[b]:
            continue
        near = near_side is None or (first.startswith(near_side) and second.startswith(near_side))
        certain = min(confidence[a], confidence[b]) >= CERTAIN
        (strong if near and certain else faint).append((a, b, _NEAR if near else _FAR))
    layer = region.copy()
    _draw_bones(layer, local, faint, 2.2 * unit)
    region[:] = cv2.addWeighted(layer, 0.55, region, 0.45, 0)
    _draw_bones(region, local, strong, 3.6 * unit)


def _draw_bones(region: Image, points: FloatArray, bones: list[_Bone], width: float) -> None:
    ends = fixed(np.nan_to_num(points))
    for grow, dark in ((1.8, True), (1.0, False)):
        thickness = max(1, round(width * grow))
        for a, b, color in bones:
            paint = DARK if dark else color
            cv2.line(region, pair(ends[a]), pair(ends[b]), paint, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    radius = round(width * 1.1 * (1 << SUBPIXEL_BITS))
    for joint, color in {joint: bone[2] for bone in bones for joint in bone[:2]}.items():
        center = pair(ends[joint])
        cv2.circle(region, center, radius, WHITE, -1, cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.circle(region, center, radius, color, 1, cv2.LINE_AA, SUBPIXEL_BITS)


def _draw_caption(canvas: Image, caption: Caption, unit: float) -> None:
    """Write at the top, since players lay their controls over the bottom."""
    width = canvas.shape[1]
    edge, big, small = (max(SMALLEST_PX, round(share * unit)) for share in (8, 22, 15))
    lines = (
        (caption.header, small),
        (caption.counter, big),
        (caption.phase, small),
        (caption.tempo, small),
    )
    top = edge
    for text, size in lines:
        if text:
            aligned = max(0, edge + (small - size) // 2)
            paste_label(canvas, make_label(text, size, max(1, width - 2 * edge)), aligned, top)
            top += 3 * size // 2
    if caption.verdict:
        fill = VERDICT_COLORS[caption.verdict]
        chip = make_label(caption.verdict_text, small, width // 2, fill)
        paste_label(canvas, chip, max(0, width - edge - chip.width_px), 3 * edge)


def _window(points: FloatArray, shape: tuple[int, ...], margin: int) -> tuple[slice, slice]:
    """Rows and columns of a picture that hold the points; at least one of each."""
    low = np.floor(points.min(axis=0)).astype(int) - margin
    high = np.ceil(points.max(axis=0)).astype(int) + margin
    size = np.array([shape[1], shape[0]])
    low, high = np.clip(low, 0, size - 1), np.clip(high, 1, size)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
