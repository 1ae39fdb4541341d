"""The rim of the plate, the bar path and its speed on one frame."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.draw.label import DARK, SMALLEST_PX, WHITE, Color, Image, make_label, paste_label

FloatArray = NDArray[np.float64]

PATH: Color = (255, 205, 60)
"""Color of the bar path; with phases that of the way up."""

SUBPIXEL_BITS = 4
"""cv2 draws at fractions of a pixel: two to this power of them."""

_RIM_WIDTH = 1.3
_PATH_WIDTH = 2.8
_STROKES: dict[str, tuple[Color, float]] = {
    "eccentric": ((255, 244, 214), 1.5),
    "pause": ((255, 244, 214), 1.5),
    "concentric": (PATH, _PATH_WIDTH),
    "sticking_region": ((255, 122, 48), 3.4),
}


def draw_rim(canvas: Image, center_px: FloatArray, axes_px: FloatArray, unit: float) -> None:
    """Draw the ellipse that was followed as a thin line.

    Parameters
    ----------
    canvas
        uint8 (H, W, 3) RGB, drawn on.
    center_px
        (2,) pixels; with a NaN nothing is drawn.
    axes_px
        (2,) horizontal and vertical semi-axis in pixels; with a NaN nothing is drawn.
    unit
        Pixels that all widths are counted in.
    """
    if not np.isfinite([*center_px, *axes_px]).all():
        return
    center, axes = pair(fixed(center_px)), pair(fixed(axes_px))
    for width, color in ((_RIM_WIDTH + 1.2, DARK), (_RIM_WIDTH, PATH)):
        thick = max(1, round(width * unit))
        cv2.ellipse(canvas, center, axes, 0, 0, 360, color, thick, cv2.LINE_AA, SUBPIXEL_BITS)


def draw_trail(canvas: Image, trail: FloatArray, phases: Sequence[str], unit: float) -> None:
    """Draw the bar path so far and the vertical line through its start.

    Parameters
    ----------
    canvas
        uint8 (H, W, 3) RGB, drawn on.
    trail
        (N, 2) pixels; NaN interrupts the path.
    phases
        N names: the way down is drawn thin and pale, the way up bold, the sticking region in orange; empty:
        everything alike.
    unit
        Pixels that all widths are counted in.
    """
    seen = np.asarray(np.isfinite(trail).all(axis=1))
    if not seen.any():
        return
    start, tip = trail[seen][0], trail[seen][-1]
    low, high = trail[seen][:, 1].min(), trail[seen][:, 1].max()
    plumb = fixed(np.array([(start[0], low - 14 * unit), (start[0], high + 14 * unit)]))
    cv2.polylines(canvas, [plumb], False, WHITE, 1, cv2.LINE_AA, SUBPIXEL_BITS)
    runs = _runs(trail, seen, phases)
    for dark in (True, False):
        for points, (color, width) in runs:
            thick = max(1, round((width + 2.2 * dark) * unit))
            paint = DARK if dark else color
            cv2.polylines(canvas, [fixed(points)], False, paint, thick, cv2.LINE_AA, SUBPIXEL_BITS)
    for radius, color in ((5.5, DARK), (4.2, PATH)):
        size = round(radius * unit * (1 << SUBPIXEL_BITS))
        cv2.circle(canvas, pair(fixed(tip)), size, color, -1, cv2.LINE_AA, SUBPIXEL_BITS)


def draw_speed(
    canvas: Image, text: str, center_px: FloatArray, axes_px: FloatArray, start_px: FloatArray, unit: float
) -> None:
    """Write the speed to the right of the rim, or to its left where the picture ends.

    Parameters
    ----------
    canvas
        uint8 (H, W, 3) RGB, drawn on.
    text
        What is written; empty: nothing.
    center_px, axes_px
        (2,) the rim in pixels; with a NaN nothing is written.
    start_px
        (2,) pixels of the path's start: fixed during a rep, so that the text keeps to one side.
    unit
        Pixels that all sizes are counted in.
    """
    if not text or not np.isfinite([*center_px, *axes_px, *start_px]).all():
        return
    height, width = canvas.shape[:2]
    size = max(SMALLEST_PX, round(15 * unit))
    label = make_label(text, size, width)
    gap = axes_px[0] + 4 * unit
    right = start_px[0] + gap + label.width_px <= width
    left_px = center_px[0] + gap if right else center_px[0] - gap - label.width_px
    x = int(np.clip(left_px, 0, max(0, width - label.width_px)))
    y = int(np.clip(center_px[1] - len(label.paint) / 2, 0, max(0, height - len(label.paint))))
    paste_label(canvas, label, x, y)


def fixed(points: FloatArray) -> NDArray[np.int32]:
    """Round pixels to the fractions that cv2 draws with."""
    return np.asarray(np.round(points * (1 << SUBPIXEL_BITS)), dtype=np.int32)


def pair(point: NDArray[np.int32]) -> tuple[int, int]:
    """Give a point as cv2 takes it."""
    return int(point[0]), int(point[1])


def _runs(
    trail: FloatArray, seen: NDArray[np.bool_], phases: Sequence[str]
) -> list[tuple[FloatArray, tuple[Color, float]]]:
    """Split the path where it was not seen and where its phase changes; a run begins where the last ended."""
    names = np.array(phases or [""] * len(trail))
    breaks = np.flatnonzero(np.diff(seen) | (names[1:] != names[:-1])) + 1
    runs = []
    for first, stop in zip([0, *breaks], [*breaks, len(trail)], strict=True):
        if seen[first]:
            joined = first - 1 if first and seen[first - 1] else first
            runs.append((trail[joined:stop], _STROKES.get(str(names[first]), (PATH, _PATH_WIDTH))))
    return runs
