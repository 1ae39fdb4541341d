"""What is particular to the reference estimator."""

import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from estimators import CLIP, MODELS_DIR, vision

from formcheck.pose import PoseEstimator
from formcheck.settings import VideoLimits
from formcheck.video import Frame, VideoFile

LOAD = """
import sys
from pathlib import Path
from formcheck.errors import FormcheckError
from formcheck.pose import load_pose
try:
    load_pose("mediapipe", preset="light", models_dir=Path(sys.argv[1]), threads=1)
except FormcheckError as error:
    print(type(error).__name__, error.message, error.hint, sep="\\n")
"""


@pytest.fixture
def first() -> Frame:
    return next(iter(VideoFile(CLIP, limits=VideoLimits())))


@pytest.mark.models
def test_frames_less_than_a_millisecond_apart_are_taken(first: Frame) -> None:
    frames = [Frame(index, 1 + index * 2e-4, first.image) for index in range(12)]
    assert [len(poses) for poses in vision("mediapipe").estimate(frames)] == [1] * 12


@pytest.mark.models
def test_points_are_smoothed_as_it_goes() -> None:
    frames = list(islice(VideoFile(CLIP, limits=VideoLimits()), 60))
    assert jitter_px(vision("mediapipe"), frames) < 0.6 * jitter_px(vision("direct"), frames)


def jitter_px(estimator: PoseEstimator, frames: list[Frame]) -> float:
    """Median second difference of the lifter's points."""
    xy_px = np.array([poses[0].xy_px for poses in estimator.estimate(frames)])
    return float(np.median(np.abs(np.diff(xy_px, 2, axis=0))))


QUIET_END = """
import sys
from pathlib import Path
from formcheck.pose import load_pose
from weakref import ref

def watch():
    estimator = load_pose("mediapipe", preset="light", models_dir=Path(sys.argv[1]), threads=1)
    return ref(estimator)

print(watch()())
"""


@pytest.mark.models
def test_it_is_freed_and_ends_without_complaint() -> None:
    vision("mediapipe")
    command = [sys.executable, "-c", QUIET_END, str(MODELS_DIR)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
    assert "Exception ignored" not in done.stderr


@pytest.mark.models
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the wheel brings its libraries")
def test_a_missing_system_library_is_named_with_its_package(tmp_path: Path) -> None:
    vision("mediapipe")
    # An empty file, found first, is no library: all that can be done without touching the system.
    (tmp_path / "libEGL.so.1").touch()
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(MODELS_DIR)],
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    kind, message, hint = done.stdout.splitlines()
    assert kind == "ModelError"
    assert "libEGL.so.1" in message
    assert "apt-get install libegl1 libgles2" in hint
