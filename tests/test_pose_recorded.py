"""Saved keypoints, replayed by time."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.motion import Motion, Recorder
from formcheck.pose import Pose
from formcheck.pose.recorded import RecordedPose
from formcheck.video import Frame

TIME_S = np.array([0.0, 0.1, 0.2, 0.3, 0.5])
PICTURE = np.zeros((8, 8, 3), np.uint8)


def arrays(frames: int = 5) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Keypoints whose coordinates all are the frame's index, sure of a tenth of it."""
    index = np.arange(frames, dtype=np.float64)
    xy_px = np.tile(index[:, None, None], (1, 21, 2))
    return xy_px, np.tile(index[:, None] / 10, (1, 21)), np.tile(index[:, None, None] / 100, (1, 21, 3))


def seen_at(estimator: RecordedPose, *times_s: float) -> list[float | None]:
    """Index of the keypoints that are replayed at each time."""
    seen = estimator.estimate([Frame(index, time_s, PICTURE) for index, time_s in enumerate(times_s)])
    return [float(poses[0].xy_px[0, 0]) if poses else None for poses in seen]


def test_the_nearest_moment_answers() -> None:
    estimator = RecordedPose(TIME_S, *arrays())
    assert seen_at(estimator, 0.0, 0.04, 0.06, 0.1, 0.26, 0.5) == [0, 0, 1, 1, 3, 4]


def test_half_an_interval_away_nobody_answers() -> None:
    estimator = RecordedPose(TIME_S, *arrays())
    assert seen_at(estimator, 0.34, 0.36, 0.44, 0.46, 0.54, 0.56) == [3, None, None, 4, 4, None]


def test_where_nothing_was_seen_nobody_is() -> None:
    xy_px, confidence, world_m = arrays()
    xy_px[1] = np.nan
    xy_px[2, 1:] = np.nan
    assert seen_at(RecordedPose(TIME_S, xy_px, confidence, world_m), 0.1, 0.2) == [None, 2]


def test_all_that_was_saved_comes_back() -> None:
    [[pose]] = RecordedPose(TIME_S, *arrays(), upright=False).estimate([Frame(0, 0.3, PICTURE)])
    assert pose.world_m is not None
    assert (pose.confidence[5], pose.world_m[5, 2]) == pytest.approx((0.3, 0.03))
    assert (pose.upright, pose.person, pose.score) == (False, 0, 1.0)


def test_without_world_points_there_are_none() -> None:
    xy_px, confidence, _ = arrays()
    [[pose]] = RecordedPose(TIME_S, xy_px, confidence).estimate([Frame(0, 0.0, PICTURE)])
    assert pose.world_m is None


@pytest.mark.parametrize(("frames", "expected"), [(0, [None, None]), (1, [0, None])])
def test_shortest_recordings(frames: int, expected: list[float | None]) -> None:
    assert seen_at(RecordedPose(TIME_S[:frames], *arrays(frames)), 0.0, 0.01) == expected


def test_later_changes_to_the_arrays_do_not_matter() -> None:
    xy_px, confidence, world_m = arrays()
    estimator = RecordedPose(TIME_S, xy_px, confidence, world_m)
    xy_px[:] = 99
    assert seen_at(estimator, 0.2) == [2]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"time_s": TIME_S[::-1]}, "time_s: expected .* strictly rising"),
        ({"time_s": TIME_S[:, None]}, "time_s: expected"),
        ({"time_s": TIME_S[:4]}, r"keypoints_px: expected \(4, 21, 2\), got \(5, 21, 2\)"),
        ({"keypoints_px": np.zeros((5, 33, 2))}, r"keypoints_px: expected \(5, 21, 2\), got \(5, 33, 2\)"),
        ({"confidence": np.zeros(5)}, r"confidence: expected \(5, 21\), got \(5,\)"),
        ({"world_m": np.zeros((5, 21, 2))}, r"world_m: expected \(5, 21, 3\), got \(5, 21, 2\)"),
    ],
)
def test_wrong_arrays_are_refused(changes: dict[str, Any], problem: str) -> None:
    names = ("time_s", "keypoints_px", "confidence", "world_m")
    given = dict(zip(names, (TIME_S, *arrays()), strict=True))
    with pytest.raises(ValueError, match=problem):
        RecordedPose(**{**given, **changes})


def test_a_take_is_replayed_as_it_was() -> None:
    random = np.random.default_rng(0)
    time_s = np.arange(40) / 20
    recorder = Recorder((640, 480))
    for now_s in time_s:
        pose = Pose(
            random.uniform(0, 480, (21, 2)), random.uniform(0, 1, 21), world_m=random.normal(0, 1, (21, 3))
        )
        recorder.add(now_s, (pose,) if now_s != 0.5 else (), {})
    take = recorder.motion()
    again = replayed(take)
    for name in ("time_s", "keypoints_px", "confidence", "world_m"):
        np.testing.assert_array_equal(getattr(again, name), getattr(take, name))


def replayed(take: Motion) -> Motion:
    """A take, seen again by its recording."""
    recorder, estimator = Recorder(take.size_px), RecordedPose.of(take)
    for index, time_s in enumerate(take.time_s):
        frame = Frame(index, float(time_s), PICTURE)
        recorder.add(frame.time_s, estimator.estimate([frame])[0], {})
    return recorder.motion()
