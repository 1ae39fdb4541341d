"""Where the bar is in a frame.

`BarTracker` is the seam: every way of following the bar is one class with `update` and `reset`. The first
one is `formcheck.bar.wrists.WristBar`, which needs no plate in view.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from formcheck.pose import Pose

if TYPE_CHECKING:
    from formcheck.video import Frame

BarKind = Literal["plate", "sleeve", "wrists"]


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar in one frame.

    Attributes
    ----------
    x_px, y_px
        Where it is, in image pixels; NaN where it is not seen.
    confidence
        0..1.
    kind
        What was followed. `wrists` is the middle of the wrists: good for the timing of reps, not a bar path.
    moved_px
        (x, y) how far what the hands hold moved since the frame before, camera motion removed; y down.
    camera_px
        (x, y) how far the background moved since the frame before: the camera's shake.
    plate_axes_px
        (major, minor) semi-axes of the plate's rim; None where no plate is followed.
    """

    x_px: float
    y_px: float
    confidence: float
    kind: BarKind
    moved_px: tuple[float, float] = (0.0, 0.0)
    camera_px: tuple[float, float] = (0.0, 0.0)
    plate_axes_px: tuple[float, float] | None = None


class BarTracker(Protocol):
    """Follows the bar from frame to frame; keeps state until `reset`."""

    def update(self, frame: "Frame", lifter: Pose | None) -> Bar | None:
        """The bar in this frame, or None where nothing can be said."""
        ...

    def reset(self) -> None:
        """Forget everything: call it between videos."""
        ...
