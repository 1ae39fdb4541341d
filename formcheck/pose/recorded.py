"""Saved keypoints, replayed: judging again without vision, and an estimator for tests that is no fake."""

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np

from formcheck.pose import FloatArray, Pose
from formcheck.skeleton import KEYPOINTS
from formcheck.video import Frame


class Recording(Protocol):
    """What is replayed: arrays as `formcheck.motion.Motion` holds them."""

    @property
    def time_s(self) -> FloatArray:
        """(T,) seconds, strictly rising."""
        ...

    @property
    def keypoints_px(self) -> FloatArray:
        """(T, K, 2) image pixels, NaN unseen."""
        ...

    @property
    def confidence(self) -> FloatArray:
        """(T, K) 0..1."""
        ...

    @property
    def world_m(self) -> FloatArray:
        """(T, K, 3) metres around the middle of the hips, NaN unseen."""
        ...

    @property
    def upright(self) -> bool:
        """Whether the person was found upright."""
        ...


class RecordedPose:
    """One person's saved keypoints, found again by the time of a frame; its picture is not looked at.

    A frame gets the keypoints nearest in time, no further away than half the median interval between them;
    otherwise, or where all of them are NaN, nobody is there. A recording of a single moment answers for that
    moment only.

    Parameters
    ----------
    time_s
        (T,) seconds, strictly rising.
    keypoints_px
        (T, K, 2) image pixels, y down, NaN where unseen.
    confidence
        (T, K) 0..1.
    world_m
        (T, K, 3) metres as `Pose.world_m` has them; None if there are none.
    upright
        Whether the person was found upright.

    Raises
    ------
    ValueError
        Arrays of other shapes, or times that do not rise.
    """

    name = "recorded"

    def __init__(
        self,
        time_s: FloatArray,
        keypoints_px: FloatArray,
        confidence: FloatArray,
        world_m: FloatArray | None = None,
        *,
        upright: bool = True,
    ) -> None:
        self._time_s = np.array(time_s, dtype=np.float64)
        frames, count = self._time_s.size, len(KEYPOINTS)
        self._keypoints_px = _checked("keypoints_px", keypoints_px, (frames, count, 2))
        self._confidence = _checked("confidence", confidence, (frames, count))
        self._world_m = None if world_m is None else _checked("world_m", world_m, (frames, count, 3))
        self._upright = upright
        steps_s = np.diff(self._time_s)
        if self._time_s.ndim != 1 or not np.all(steps_s > 0):
            raise ValueError("time_s: expected (T,) strictly rising seconds")
        self._reach_s = float(np.median(steps_s)) / 2 if steps_s.size else 0.0

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Replay a take, such as a `Motion`."""
        return cls(
            recording.time_s,
            recording.keypoints_px,
            recording.confidence,
            recording.world_m,
            upright=recording.upright,
        )

    def estimate(self, frames: Sequence[Frame]) -> list[tuple[Pose, ...]]:
        """Pose of the person at the time of each frame, or of nobody."""
        return [self._at(frame.time_s) for frame in frames]

    def reset(self) -> None:
        """Do nothing: there is nothing to forget."""

    def _at(self, time_s: float) -> tuple[Pose, ...]:
        away_s = np.abs(self._time_s - time_s)
        if not away_s.size or away_s.min() > self._reach_s:
            return ()
        index = int(away_s.argmin())
        if np.isnan(self._keypoints_px[index]).all():
            return ()
        world = None if self._world_m is None else self._world_m[index]
        return (
            Pose(self._keypoints_px[index], self._confidence[index], upright=self._upright, world_m=world),
        )


def _checked(name: str, values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Copy an array, so that nobody changes it later, if it has this shape."""
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"{name}: expected {shape}, got {array.shape}")
    return array
