"""From where the camera looks, against exact points in space."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import film, hidden, mirrored, swapped

from formcheck.errors import NoLifter
from formcheck.view import estimate_view, view_from_azimuth

NAMED = [  # azimuth, name, yaw, facing, near side
    (90.0, "side", 0.0, "right", "right"),
    (-90.0, "side", 0.0, "left", "left"),
    (110.0, "side", 20.0, "right", "right"),
    (-70.0, "side", 20.0, "left", "left"),
    (45.0, "oblique", 45.0, "right", "right"),
    (-45.0, "oblique", 45.0, "left", "left"),
    (135.0, "oblique", 45.0, "right", "right"),
    (-135.0, "oblique", 45.0, "left", "left"),
    (10.0, "front", 80.0, "camera", "right"),
    (-10.0, "front", 80.0, "camera", "left"),
    (170.0, "rear", 80.0, "away", "right"),
    (-170.0, "rear", 80.0, "away", "left"),
]


@pytest.mark.parametrize("lift", ["squat", "bench_press"])
@pytest.mark.parametrize(("azimuth_deg", "name", "yaw_deg", "facing", "near_side"), NAMED)
def test_every_view_is_named(
    lift: str, azimuth_deg: float, name: str, yaw_deg: float, facing: str, near_side: str
) -> None:
    """On the bench a lifter faces where the feet point, so both lifts have the same answers."""
    view = estimate_view(film(lift, azimuth_deg=azimuth_deg, fps=10.0).motion)
    assert (view.name, view.facing, view.near_side) == (name, facing, near_side)
    assert view.yaw_deg == pytest.approx(yaw_deg, abs=1e-6)
    assert view.confidence == pytest.approx(1.0)


@pytest.mark.parametrize(("azimuth_deg", "name", "facing"), [(0, "front", "camera"), (180, "rear", "away")])
def test_straight_on_is_front_or_rear(azimuth_deg: float, name: str, facing: str) -> None:
    view = estimate_view(film(azimuth_deg=azimuth_deg, fps=10.0).motion)
    assert (view.name, view.facing) == (name, facing)
    assert view.yaw_deg == pytest.approx(90.0, abs=1e-6)


@pytest.mark.parametrize(
    ("yaw_deg", "name"),
    [
        (0.0, "side"), (24.9, "side"), (25.0, "side"), (25.1, "oblique"), (64.9, "oblique"),
        (65.0, "front"), (65.1, "front"), (90.0, "front"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["facing right", "facing left"])
def test_the_borders_of_the_names(yaw_deg: float, name: str, sign: float) -> None:
    assert view_from_azimuth(sign * (90.0 - yaw_deg), 1.0).name == name
    assert view_from_azimuth(sign * (90.0 + yaw_deg), 1.0).name == name.replace("front", "rear")


@settings(deadline=None, max_examples=50)
@given(st.floats(-179.0, 179.0), st.integers(-3, 3))
def test_a_whole_turn_changes_nothing(azimuth_deg: float, turns: int) -> None:
    once, again = view_from_azimuth(azimuth_deg, 1.0), view_from_azimuth(azimuth_deg + 360.0 * turns, 1.0)
    assert again.yaw_deg == pytest.approx(once.yaw_deg, abs=1e-6)
    assert 0.0 <= once.yaw_deg <= 90.0


@settings(deadline=None, max_examples=25)
@given(st.floats(5.0, 175.0))
def test_a_mirrored_picture_faces_the_other_way(azimuth_deg: float) -> None:
    motion = film(azimuth_deg=azimuth_deg, fps=5.0).motion
    view, other = estimate_view(motion), estimate_view(mirrored(motion))
    opposite = {"left": "right", "right": "left", "camera": "camera", "away": "away"}
    assert other.facing == opposite[view.facing]
    assert other.near_side == opposite[view.near_side]
    assert other.name == view.name
    assert other.yaw_deg == pytest.approx(view.yaw_deg, abs=1e-6)


def test_frames_without_the_lifter_say_nothing() -> None:
    motion = film(azimuth_deg=30.0, fps=10.0).motion
    assert estimate_view(hidden(motion, (1.0, 9.0))).yaw_deg == pytest.approx(60.0)


def test_frames_that_disagree_lower_the_confidence() -> None:
    """Half of the frames face right and half the camera: the mean is between them, cos 45 deg sure."""
    right, front = (film(azimuth_deg=azimuth, fps=10.0).motion for azimuth in (90.0, 0.0))
    count = len(right.time_s) // 2 * 2
    world = right.world_m.copy()
    world[:count:2] = front.world_m[:count:2]
    view = estimate_view(replace(right, world_m=world))
    assert view.name == "oblique"
    assert view.confidence == pytest.approx(np.cos(np.pi / 4), abs=0.01)


def test_exchanged_sides_lower_the_confidence() -> None:
    motion = film(fps=10.0).motion
    order = swapped(replace(motion, keypoints_px=motion.world_m[:, :, :2].copy()), (-1.0, 6.3))
    world = motion.world_m.copy()
    world[:, :, :2] = order.keypoints_px
    half = len(world) // 2
    world[:half, :, 2] *= -1
    assert estimate_view(replace(motion, world_m=world)).confidence < 0.05


def test_a_take_without_world_points_is_refused() -> None:
    motion = film(fps=10.0).motion
    with pytest.raises(NoLifter, match="known in space") as caught:
        estimate_view(replace(motion, world_m=np.full_like(motion.world_m, np.nan)))
    assert caught.value.hint
