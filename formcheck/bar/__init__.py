"""Where the bar is in a frame: what the hands hold, and the plates' rims.

Two eyes look for it. `formcheck.bar.hands.HandFlow` follows what each person's hands hold: it needs no plate
in view, times reps and tells which plate is lifted, and is no bar path. Plates are followed by themselves.
`formcheck.bar.line` finds the shaft between them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from formcheck.pose import Pose

if TYPE_CHECKING:
    from formcheck.video import Frame

BarKind = Literal["plate", "wrists"]


@dataclass(frozen=True, slots=True)
class BarLine:
    """The shaft of one person's bar in one frame, where the plates are seen edge-on.

    Attributes
    ----------
    left_px, right_px
        (x, y) points on it, in image pixels, y down, beside the lifter's left and right hand: on its axis, or
        up to half its thickness off where light makes one half bright, the other dark (on both sides alike).
    confidence
        0..1: how much of a thin straight band was seen on both sides of the lifter.
    """

    left_px: tuple[float, float]
    right_px: tuple[float, float]
    confidence: float


@dataclass(frozen=True, slots=True)
class Hands:
    """What one person's hands hold, in one frame.

    Attributes
    ----------
    x_px, y_px
        The middle of the wrists, in image pixels; NaN where they are not seen.
    confidence
        0..1.
    moved_px
        (x, y) how far what the hands hold moved since the frame before, camera motion removed; y down.
    camera_px
        (x, y) how far the background moved since the frame before: the camera's shake.
    line
        The bar's shaft; None where it was not found.
    """

    x_px: float
    y_px: float
    confidence: float
    moved_px: tuple[float, float] = (0.0, 0.0)
    camera_px: tuple[float, float] = (0.0, 0.0)
    line: BarLine | None = None


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate's outer rim in one frame, lifted or not.

    Attributes
    ----------
    track
        Number that this plate keeps from frame to frame.
    x_px, y_px
        Its centre, in image pixels, y down.
    axes_px
        (horizontal, vertical) semi-axes of the rim.
    confidence
        0..1: the share of the rim that was seen; 0 where only the picture's motion carried it on.
    moved_px
        (x, y) how far its disc moved since the frame before, by the picture's motion; y down.
    """

    track: int
    x_px: float
    y_px: float
    axes_px: tuple[float, float]
    confidence: float
    moved_px: tuple[float, float] = (0.0, 0.0)


class HandsTracker(Protocol):
    """Follows what one person's hands hold from frame to frame; keeps state until `reset`."""

    def update(self, frame: "Frame", lifter: Pose | None) -> Hands | None:
        """What the hands hold in this frame, or None where nothing can be said."""
        ...

    def reset(self) -> None:
        """Forget everything: call it between videos."""
        ...
