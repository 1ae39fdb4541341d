"""Skeleton, bar path and words on one frame."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.draw.caption import Caption
from formcheck.draw.label import DARK, SMALLEST_PX, WHITE, Color, Image, make_label, paste_label
from formcheck.report import VerdictName
from formcheck.skeleton import BONES, INDEX

FloatArray = NDArray[np.float64]

CERTAIN = 0.5
"""Points of a lower confidence are drawn faded."""

_VERDICT_COLORS: dict[VerdictName, Color] = {
    "fine": (22, 128, 72),
    "borderline": (156, 94, 0),
    "fault": (196, 43, 43),
    "not_assessed": (92, 99, 112),
}
_NEAR: Color = (72, 190, 255)
_FAR: Color = (206, 219, 232)
_PATH: Color = (255, 205, 60)
_SUBPIXEL_BITS = 4
_NO_PATH = np.empty((0, 2))
_NO_CAPTION = Caption()

_Bone = tuple[int, int, Color]


def draw_frame(
    image: Image,
    *,
    keypoints_px: FloatArray,
    confidence: FloatArray,
    near_side: Literal["left", "right"] | None = None,
    trail: FloatArray = _NO_PATH,
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
    caption
        What is written.

    Returns
    -------
    NDArray
        uint8 (H, W, 3) RGB.
    """
    canvas = image.copy()
    unit = (canvas.shape[0] + canvas.shape[1]) / 1000
    _draw_skeleton(canvas, keypoints_px, confidence, near_side, unit)
    _draw_trail(canvas, trail, unit)
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
    fixed = _fixed(np.nan_to_num(points))
    for grow, dark in ((1.8, True), (1.0, False)):
        thickness = max(1, round(width * grow))
        for a, b, color in bones:
            ends = (_pair(fixed[a]), _pair(fixed[b]))
            paint = DARK if dark else color
            cv2.line(region, *ends, paint, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    radius = round(width * 1.1 * (1 << _SUBPIXEL_BITS))
    for joint, color in {joint: bone[2] for bone in bones for joint in bone[:2]}.items():
        center = _pair(fixed[joint])
        cv2.circle(region, center, radius, WHITE, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
        cv2.circle(region, center, radius, color, 1, cv2.LINE_AA, _SUBPIXEL_BITS)


def _draw_trail(canvas: Image, trail: FloatArray, unit: float) -> None:
    seen = np.isfinite(trail).all(axis=1)
    if not seen.any():
        return
    start, tip = trail[seen][0], trail[seen][-1]
    low, high = trail[seen][:, 1].min(), trail[seen][:, 1].max()
    plumb = _fixed(np.array([(start[0], low - 14 * unit), (start[0], high + 14 * unit)]))
    runs = np.split(trail, np.flatnonzero(np.diff(seen)) + 1)
    lines = [_fixed(run) for run in runs if np.isfinite(run).all()]
    cv2.polylines(canvas, [plumb], False, WHITE, 1, cv2.LINE_AA, _SUBPIXEL_BITS)
    for width, color in ((5.0, DARK), (2.8, _PATH)):
        thickness = max(1, round(width * unit))
        cv2.polylines(canvas, lines, False, color, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    for radius, color in ((5.5, DARK), (4.2, _PATH)):
        size = round(radius * unit * (1 << _SUBPIXEL_BITS))
        cv2.circle(canvas, _pair(_fixed(tip)), size, color, -1, cv2.LINE_AA, _SUBPIXEL_BITS)


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
        fill = _VERDICT_COLORS[caption.verdict]
        chip = make_label(caption.verdict_text, small, width // 2, fill)
        paste_label(canvas, chip, max(0, width - edge - chip.width_px), 3 * edge)


def _window(points: FloatArray, shape: tuple[int, ...], margin: int) -> tuple[slice, slice]:
    """Rows and columns of a picture that hold the points; at least one of each."""
    low = np.floor(points.min(axis=0)).astype(int) - margin
    high = np.ceil(points.max(axis=0)).astype(int) + margin
    size = np.array([shape[1], shape[0]])
    low, high = np.clip(low, 0, size - 1), np.clip(high, 1, size)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    """Round pixels to the sixteenths that cv2 draws with."""
    return np.asarray(np.round(points * (1 << _SUBPIXEL_BITS)), dtype=np.int32)


def _pair(point: NDArray[np.int32]) -> tuple[int, int]:
    return int(point[0]), int(point[1])
