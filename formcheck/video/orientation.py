"""How stored pictures become upright: phones store what the sensor saw, and say how they were held."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, pi
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av import VideoFrame
    from av.sidedata.sidedata import SideData

    from formcheck.video.picture import Image


@dataclass(frozen=True, slots=True)
class Orientation:
    """How stored pictures become upright.

    Parameters
    ----------
    turns
        Quarter turns clockwise, 0 to 3.
    mirrored
        Whether left and right are swapped after the turn, as some front cameras ask for.
    """

    turns: int
    mirrored: bool

    @classmethod
    def of(cls, picture: VideoFrame) -> Orientation:
        """Read the display matrix of a decoded picture; once a clip, as PyAV then keeps the picture.

        With (x, y) in the stored and (x', y') in the shown picture, y down, the matrix holds
        x' = a x + c y and y' = b x + d y as its numbers 0, 3 and 1, 4 (ISO/IEC 14496-12, 6.2.2;
        libavutil/display.h).
        """
        try:
            data = cast("SideData | None", picture.side_data.get("DISPLAYMATRIX"))
        except ValueError:
            # PyAV lists no side data at all beside a kind that is new to it, such as Exif.
            return cls(round(-picture.rotation / 90) % 4, mirrored=False)
        if data is None:
            return cls(0, mirrored=False)
        a, b, _, c, d = (float(number) for number in np.frombuffer(bytes(data), np.int32)[:5])
        mirrored = a * d - b * c < 0
        angle = atan2(b, -a if mirrored else a)
        return cls(round(angle / (pi / 2)) % 4, mirrored)

    def upright(self, pixels: Image) -> Image:
        """Turn (H, W, ...) stored pixels; a view."""
        turned = np.rot90(pixels, -self.turns)
        return turned[:, ::-1] if self.mirrored else turned

    def to_stored(self, width: int, height: int) -> NDArray[np.float64]:
        """(3, 3) map from upright to stored pixels, of a stored picture of this size."""
        quarter = {
            0: [[1, 0, 0], [0, 1, 0]],
            1: [[0, 1, 0], [-1, 0, height - 1]],
            2: [[-1, 0, width - 1], [0, -1, height - 1]],
            3: [[0, -1, width - 1], [1, 0, 0]],
        }[self.turns]
        turn = np.array([*quarter, [0, 0, 1]], dtype=np.float64)
        if not self.mirrored:
            return turn
        shown_width = height if self.turns % 2 else width
        mirror = np.array([[-1.0, 0.0, shown_width - 1], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        return np.asarray(turn @ mirror)
