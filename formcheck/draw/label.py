"""Text as small pictures: rendered once, then blended into many frames."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""uint8 (H, W, 3) RGB, or (H, W)."""

Color = tuple[int, int, int]
"""Red, green, blue, each 0..255."""

WHITE: Color = (255, 255, 255)
DARK: Color = (12, 16, 24)

SMALLEST_PX = 9
"""Letters are made no smaller than this to fit; what is still too long is cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """Rendered text.

    Attributes
    ----------
    paint
        uint8 (h, w, 3), what is added to the picture.
    keep
        uint8 (h, w, 3), how much of the picture stays: 0 nothing, 255 all.
    """

    paint: Image
    keep: Image

    @property
    def width_px(self) -> int:
        """Width with its margins."""
        return int(self.paint.shape[1])


def paste_label(canvas: Image, label: Label, x: int, y: int) -> None:
    """Blend a label into a picture with its top left at (x, y) >= 0; what does not fit is cut."""
    region = canvas[y : y + len(label.paint), x : x + label.width_px]
    rows, columns = region.shape[:2]
    if rows and columns:
        kept = cv2.multiply(region, label.keep[:rows, :columns], scale=1 / 255)
        region[:] = cv2.add(kept, label.paint[:rows, :columns])


@lru_cache(maxsize=128)
def make_label(text: str, size_px: int, width_px: int, fill: Color | None = None) -> Label:
    """Render lines of white text: with a dark rim, or on a chip of color `fill`.

    Parameters
    ----------
    text
        Lines joined by newlines. Signs outside of ASCII are drawn by OpenCV 5 and later only.
    size_px
        Height of the letters.
    width_px
        Wider text is made smaller until it fits.
    fill
        Color of the chip; None: no chip.
    """
    font, thickness = cv2.FONT_HERSHEY_DUPLEX, max(1, round(size_px / 16))
    lines = text.split("\n")
    scale = cv2.getFontScaleFromHeight(font, size_px, thickness)
    pad, step = size_px // 2, round(size_px * 1.5)
    width = max(cv2.getTextSize(line, font, scale, thickness)[0][0] for line in lines) + 2 * pad
    if width > width_px and size_px > SMALLEST_PX:
        smaller = min(size_px - 1, size_px * width_px // width)
        return make_label(text, max(SMALLEST_PX, smaller), width_px, fill)
    shape = (step * (len(lines) - 1) + size_px + 2 * pad, width)
    letters = np.zeros(shape, np.uint8)
    for row, line in enumerate(lines):
        at = (pad, pad + size_px + row * step - size_px // 10)
        cv2.putText(letters, line, at, font, scale, 255, thickness, cv2.LINE_AA)
    under = _rim(letters, size_px) if fill is None else _chip(shape, pad)
    light = letters[..., None] / 255.0
    cover = np.maximum(under, letters)[..., None] / 255.0
    paint = cover * (light * np.array(WHITE) + (1 - light) * np.array(fill or DARK))
    keep = np.repeat(255 * (1 - cover), 3, axis=2)
    return Label(np.round(paint).astype(np.uint8), np.round(keep).astype(np.uint8))


def _rim(letters: Image, size_px: int) -> Image:
    width = 2 * max(1, round(size_px / 9)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    grown = cv2.GaussianBlur(cv2.dilate(letters, kernel), (0, 0), size_px / 10)
    return np.asarray(cv2.convertScaleAbs(grown, alpha=1.3), np.uint8)


def _chip(shape: tuple[int, int], radius: int) -> Image:
    chip = np.zeros(shape, np.uint8)
    height, width = shape
    corners = [(x, y) for x in (radius, width - radius - 1) for y in (radius, height - radius - 1)]
    for center in corners:
        cv2.circle(chip, center, radius, 235, -1, cv2.LINE_AA)
    chip[radius : height - radius] = 235
    chip[:, radius : width - radius] = 235
    return chip
