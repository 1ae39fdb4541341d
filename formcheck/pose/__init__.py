"""Where people's joints are in a frame.

Three estimators share one protocol: `direct` (the networks run by ourselves, the default), `mediapipe` (the
reference) and `recorded` (saved keypoints, for tests and for judging again without vision).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from formcheck.settings import Backend, Preset
from formcheck.skeleton import KEYPOINTS

if TYPE_CHECKING:
    from formcheck.video import Frame

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One person in one frame.

    Attributes
    ----------
    xy_px
        (K, 2) image points in pixels, y down, in the order of `formcheck.skeleton.KEYPOINTS`; NaN where
        unseen.
    confidence
        (K,) 0..1, the network's own belief that the point is in view and not hidden. Not a probability.
    score
        0..1, the network's belief that its region holds a person at all.
    person
        The same number for the same person as long as an estimator follows them.
    upright
        Whether the person was found in the upright picture (False: only in a turned one, as a lifter on a
        bench may be).
    world_m
        (K, 3) metres around the middle of the hips, x right, y down, z away from the camera, as the network
        guesses them from one view; None where an estimator has none.
    """

    xy_px: FloatArray
    confidence: FloatArray
    score: float = 1.0
    person: int = 0
    upright: bool = True
    world_m: FloatArray | None = None

    def __post_init__(self) -> None:
        count = len(KEYPOINTS)
        for name, shape in (("xy_px", (count, 2)), ("confidence", (count,)), ("world_m", (count, 3))):
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != shape:
                raise ValueError(f"{name}: expected {shape}, got {array.shape}")
            array.flags.writeable = False


class PoseEstimator(Protocol):
    """Finds people in frames; keeps state between calls until `reset`."""

    name: str

    def estimate(self, frames: "Sequence[Frame]") -> list[tuple[Pose, ...]]:
        """Poses of the people in each frame, the likeliest lifter first."""
        ...

    def reset(self) -> None:
        """Forget everybody: call it between videos."""
        ...


def load_pose(name: Backend, *, preset: Preset, models_dir: Path, threads: int) -> PoseEstimator:
    """Make an estimator.

    Parameters
    ----------
    name
        `direct` or `mediapipe`.
    preset
        Which landmark network: accurate (heavy), balanced (full), light (lite).
    models_dir
        Folder that holds the weights.
    threads
        CPU threads for a network.

    Raises
    ------
    ModelMissing, ModelCorrupt
        The weights are not in `models_dir`, or are not the ones of the manifest.
    """
    if name == "mediapipe":
        from formcheck.pose.mediapipe import MediaPipePose

        return MediaPipePose(preset=preset, models_dir=models_dir)
    from formcheck.pose.direct import DirectPose

    return DirectPose.load(preset=preset, models_dir=models_dir, threads=threads)
