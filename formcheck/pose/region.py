"""The turned square of a picture that a network looks at."""

import math
from dataclasses import dataclass

import numpy as np

from formcheck.pose import FloatArray
from formcheck.video.picture import Image, Picture


@dataclass(frozen=True, slots=True)
class Region:
    """A square in image pixels.

    Attributes
    ----------
    x_px, y_px
        Its centre.
    size_px
        Its side.
    turn_rad
        Clockwise turn (y down): how far the person in it leans from upright.
    """

    x_px: float
    y_px: float
    size_px: float
    turn_rad: float = 0.0

    @classmethod
    def from_axis(cls, hips: FloatArray, head: FloatArray, margin: float = 1.25) -> "Region":
        """Square around a person, from the middle of the hips and a point as far away as the body reaches.

        The second point lies on a circle around the hips that encloses the body, in the direction of the
        head: the convention of the BlazePose detector (Bazarevsky et al. 2020, arXiv:2006.10204).
        """
        dx, dy = float(head[0] - hips[0]), float(head[1] - hips[1])
        turn = math.pi / 2 - math.atan2(-dy, dx)
        turn = (turn + math.pi) % (2 * math.pi) - math.pi
        return cls(float(hips[0]), float(hips[1]), 2 * math.hypot(dx, dy) * margin, turn)

    def same_way(self, other: "Region") -> bool:
        """Whether the people in both lean the same way to within a quarter turn."""
        return math.cos(self.turn_rad - other.turn_rad) > 0

    def turn_to(self, other: "Region") -> float:
        """Radians by which the other is turned further clockwise, at most half a turn either way."""
        return (other.turn_rad - self.turn_rad + math.pi) % (2 * math.pi) - math.pi

    def blended(self, other: "Region", weight: float) -> "Region":
        """`other`, moved by `weight` (0..1) toward this region."""
        return Region(
            other.x_px + weight * (self.x_px - other.x_px),
            other.y_px + weight * (self.y_px - other.y_px),
            other.size_px + weight * (self.size_px - other.size_px),
            other.turn_rad + weight * other.turn_to(self),
        )

    def to_image(self, local: FloatArray) -> FloatArray:
        """Map (..., 2) points from the square's own 0..1 coordinates to image pixels."""
        offset = (local - 0.5) * self.size_px
        cos, sin = math.cos(self.turn_rad), math.sin(self.turn_rad)
        x = self.x_px + offset[..., 0] * cos - offset[..., 1] * sin
        y = self.y_px + offset[..., 0] * sin + offset[..., 1] * cos
        return np.stack([x, y], axis=-1)

    def crop(self, picture: Picture, side: int, *, replicate: bool) -> Image:
        """Cut the square out as (side, side, 3) RGB, bilinear; outside is the edge's color or black."""
        step = self.size_px / side
        cos, sin = step * math.cos(self.turn_rad), step * math.sin(self.turn_rad)
        corner = self.to_image(np.zeros(2))
        from_target = np.array([[cos, -sin, corner[0]], [sin, cos, corner[1]]])
        return picture.warped(from_target, side, replicate=replicate)
