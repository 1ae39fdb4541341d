"""Estimators for the tests: those that run networks, skipped where they cannot, and a recording."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from formcheck.doctor import SYSTEM_LIBRARIES, loads
from formcheck.models import find_model, networks_of
from formcheck.pose import PoseEstimator, load_pose
from formcheck.pose.recorded import RecordedPose
from formcheck.settings import Backend, Preset, load_settings
from formcheck.video import Frame

CLIP = Path(__file__).parents[1] / "samples" / "deadlift_side.mp4"
MODELS_DIR = load_settings().models_dir


def vision(backend: Backend, preset: Preset = "light") -> PoseEstimator:
    """An estimator that runs networks; the test is skipped where it cannot, nothing is fetched."""
    if any(find_model(name, MODELS_DIR) is None for name in networks_of(preset)):
        pytest.skip(f"needs the networks: formcheck models pull --preset {preset}")
    if backend == "mediapipe":
        if find_spec("mediapipe") is None:
            pytest.skip("needs mediapipe")
        needed = [item for item in SYSTEM_LIBRARIES if item.user == "mediapipe"]
        if missing := [item.package for item in needed if not loads(item.soname)]:
            pytest.skip(f"needs system libraries: apt-get install {' '.join(missing)}")
    return load_pose(backend, preset=preset, models_dir=MODELS_DIR, threads=1)


def recorded(frames: Sequence[Frame]) -> RecordedPose:
    """A recording of points anywhere, with a hidden one, at the times of these frames."""
    random = np.random.default_rng(3)
    xy_px = random.uniform(0, 480, (len(frames), 21, 2))
    xy_px[:, 20] = np.nan
    confidence, world_m = random.uniform(0, 1, (len(frames), 21)), random.normal(0, 1, (len(frames), 21, 3))
    return RecordedPose(np.array([frame.time_s for frame in frames]), xy_px, confidence, world_m)
