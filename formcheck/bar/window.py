"""The part of a picture that plates are followed in, with its contrast evened out as in the whole picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.pose import FloatArray
from formcheck.video.picture import Image

_TILES = 8
_CLIP = 3.0
_REACH = 1.35


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of whole tiles.

    Attributes
    ----------
    first, stop
        (column, row) of its first tile, and of the one after its last.
    tile_px
        (width, height) of a tile, both even: colors are of half the size.
    """

    first: tuple[int, int]
    stop: tuple[int, int]
    tile_px: tuple[int, int]

    @classmethod
    def around(cls, rims: FloatArray, size_px: Sequence[int]) -> "Window":
        """Around (N, 4) rims in a picture of (width, height), with the tiles that touch theirs."""
        tile = np.array(_tile_px(size_px))
        reach = _REACH * rims[:, 2:3]
        low = ((rims[:, :2] - reach).min(axis=0) // tile - 1).clip(0, _TILES - 1).astype(int)
        high = ((rims[:, :2] + reach).max(axis=0) // tile + 2).clip(1, _TILES).astype(int)
        high = np.maximum(high, low + 1)
        return cls((int(low[0]), int(low[1])), (int(high[0]), int(high[1])), (int(tile[0]), int(tile[1])))

    @classmethod
    def whole(cls, size_px: Sequence[int]) -> "Window":
        """All of a picture of (width, height)."""
        return cls((0, 0), (_TILES, _TILES), _tile_px(size_px))

    @property
    def origin_px(self) -> tuple[int, int]:
        """(x, y) of its first pixel."""
        return self.first[0] * self.tile_px[0], self.first[1] * self.tile_px[1]

    def cut(self, luma: Image) -> Image:
        """What it shows; a view, smaller where the picture ends within a tile."""
        x, y = self.origin_px
        return luma[y : self.stop[1] * self.tile_px[1], x : self.stop[0] * self.tile_px[0]]

    def cut_tint(self, tint: Image) -> Image:
        """The colors of what it shows, of half the size; a view."""
        x, y = (side // 2 for side in self.origin_px)
        return tint[y : self.stop[1] * self.tile_px[1] // 2, x : self.stop[0] * self.tile_px[0] // 2]

    def even_out(self, luma: Image) -> Image:
        """Contrast-limited local equalization (Zuiderveld 1994): makes black plates in dark gyms visible.

        It is that of the whole picture but for the outermost half tile, as each tile has a curve of its own.
        """
        part = self.cut(luma)
        height, width = part.shape
        tiles = self.stop[0] - self.first[0], self.stop[1] - self.first[1]
        right, below = tiles[0] * self.tile_px[0] - width, tiles[1] * self.tile_px[1] - height
        if right or below:
            part = np.asarray(cv2.copyMakeBorder(part, 0, below, 0, right, cv2.BORDER_REFLECT_101), np.uint8)
        return np.asarray(cv2.createCLAHE(_CLIP, tiles).apply(part)[:height, :width], dtype=np.uint8)


def _tile_px(size_px: Sequence[int]) -> tuple[int, int]:
    width, height = (2 * -(-side // (2 * _TILES)) for side in size_px)
    return width, height
