"""The plate's path and speed in metres, against paths that are known."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pinhole import Filming, bow, filmed_path
from synthetic import Tempo, film, hidden, mirrored, take_of, with_plate

from formcheck.metrics import Take
from formcheck.motion import Motion
from formcheck.signals import Signals

Array = NDArray[np.float64]


def at_frames(take: Take, name: str) -> Array:
    """A curve of the take at the times of its frames."""
    return np.interp(take.motion.time_s, take.signals.time_s, take.signals.values[name])


def assert_path(signals: Signals, forward_m: Array, height_m: Array, within_m: float) -> None:
    """Where the origin lies is a convention: 0 is the lowest point, and the start."""
    for name, true in (
        ("bar_forward_m", forward_m - forward_m[0]),
        ("bar_height_m", height_m - height_m.min()),
    ):
        np.testing.assert_allclose(signals.values[name], true, atol=within_m, err_msg=name)


@pytest.mark.parametrize("pitch_deg", [-6.0, 0.0, 6.0])
@pytest.mark.parametrize("yaw_deg", [0.0, 10.0, 20.0])
def test_a_filmed_path_is_found_within_a_centimetre(yaw_deg: float, pitch_deg: float) -> None:
    """Half a metre high, before a camera 3 m away at 1 m height, from the side up to 20 degrees."""
    filmed = filmed_path(Filming(yaw_deg=yaw_deg, pitch_deg=pitch_deg))
    signals = take_of(filmed.motion).signals
    assert_path(signals, filmed.forward_m, filmed.height_m, 0.01)


def test_one_scale_for_the_whole_path_would_be_off() -> None:
    """What the local scale is for: a camera on the floor that looks up sees the plate shrink as it rises."""
    filmed = filmed_path(Filming(height_m=0.2, distance_m=2.0, pitch_deg=20.0))
    signals = take_of(filmed.motion).signals
    radius = filmed.motion.plate_axes_px[:, 1]
    assert np.ptp(radius) / np.median(radius) > 0.15
    assert np.nanmax(signals.values["bar_height_m"]) == pytest.approx(0.5, abs=0.01)
    highest = filmed.motion.plate_px[:, 1].min(), filmed.motion.plate_px[:, 1].max()
    assert (highest[1] - highest[0]) * 0.225 / radius.max() < 0.48


@pytest.mark.parametrize("yaw_deg", [0.0, 20.0])
def test_the_speed_is_that_of_the_bar(yaw_deg: float) -> None:
    filmed = filmed_path(Filming(yaw_deg=yaw_deg))
    take = take_of(filmed.motion)
    true = -0.25 * 2 * np.pi / 3 * np.sin(2 * np.pi * filmed.motion.time_s / 3)
    inside = slice(5, -5)
    np.testing.assert_allclose(at_frames(take, "bar_speed_mps")[inside], true[inside], atol=0.01)


def test_facing_left_forward_is_to_the_left() -> None:
    filmed = filmed_path(Filming())
    motion = mirrored(filmed.motion)
    flipped = np.column_stack(
        [motion.size_px[0] - filmed.motion.plate_px[:, 0], filmed.motion.plate_px[:, 1]]
    )
    there, here = take_of(filmed.motion).signals, take_of(replace(motion, plate_px=flipped)).signals
    for name in ("bar_forward_m", "bar_height_m", "bar_speed_mps"):
        np.testing.assert_allclose(here.values[name], there.values[name], atol=1e-9)


@pytest.mark.parametrize("fps", [24.0, 30.0, 60.0, 240.0])
def test_the_frame_rate_does_not_matter(fps: float) -> None:
    filmed = filmed_path(Filming(), fps=fps)
    signals = take_of(filmed.motion).signals
    assert_path(signals, filmed.forward_m, filmed.height_m, 0.003)
    assert np.nanmax(signals.values["bar_speed_mps"]) == pytest.approx(0.25 * 2 * np.pi / 3, abs=0.01)


def test_frames_at_uneven_times_give_the_same_path() -> None:
    even = filmed_path(Filming(), fps=60.0)
    rng = np.random.default_rng(3)
    kept = np.sort(rng.choice(len(even.motion.time_s), size=200, replace=False))
    kept = np.unique(np.concatenate([[0], kept, [len(even.motion.time_s) - 1]]))
    arrays = {
        n: getattr(even.motion, n)[kept]
        for n in Motion.__slots__
        if n not in ("size_px", "upright", "people")
    }
    take = take_of(Motion(**arrays, size_px=even.motion.size_px))
    forward, height = bow(take.signals.time_s)
    assert_path(take.signals, forward, height, 0.005)


def test_slow_motion_slows_no_bar() -> None:
    """The same film played 8 times slower: as far, and as fast in real time."""
    filmed = filmed_path(Filming(), fps=240.0, duration_s=3.0)
    slow = replace(filmed.motion, time_s=8 * filmed.motion.time_s)
    usual, slowed = take_of(filmed.motion).signals, take_of(slow, slow_motion=8.0).signals
    for name in ("bar_height_m", "bar_forward_m", "bar_speed_mps"):
        np.testing.assert_allclose(slowed.values[name], usual.values[name], atol=2e-3)


def test_a_gap_stays_a_gap_in_metres_and_the_rest_keeps_its_height() -> None:
    filmed = filmed_path(Filming())
    plate = filmed.motion.plate_px.copy()
    plate[60:75] = np.nan
    signals = take_of(replace(filmed.motion, plate_px=plate)).signals
    height = signals.values["bar_height_m"]
    assert np.isnan(height[61:74]).all()
    assert np.isnan(signals.values["bar_speed_mps"][61:74]).all()
    true = filmed.height_m - filmed.height_m.min()
    known = np.isfinite(height)
    np.testing.assert_allclose(height[known], true[known], atol=0.01)


def test_the_hands_carry_the_timing_over_the_plates_gaps() -> None:
    """The plate goes 1.3 times as far in the picture as the hands, which are farther from the camera."""
    shot = film("squat")
    middle = shot.motion.hands_px.mean(axis=0)
    plate = middle + 1.3 * (shot.motion.hands_px - middle)
    whole = with_plate(shot.motion, plate, 0.225 * 1.3 * shot.px_per_m)
    lost = plate.copy()
    lost[(shot.motion.time_s > 1.3) & (shot.motion.time_s < 3.0)] = np.nan
    gappy = replace(whole, plate_px=lost)
    np.testing.assert_allclose(
        take_of(gappy).signals.values["bar_height_ih"],
        take_of(whole).signals.values["bar_height_ih"],
        atol=0.01,
    )


def test_the_cameras_shake_is_taken_out() -> None:
    filmed = filmed_path(Filming())
    shake = 40 * np.column_stack([np.sin(filmed.motion.time_s), np.cos(1.3 * filmed.motion.time_s)])
    shake -= shake[0]
    moved = replace(
        filmed.motion,
        plate_px=filmed.motion.plate_px + shake,
        keypoints_px=filmed.motion.keypoints_px + shake[:, None],
        hands_px=filmed.motion.hands_px + shake,
        camera_px=shake,
    )
    signals = take_of(moved).signals
    assert signals.camera_moved
    assert_path(signals, filmed.forward_m, filmed.height_m, 0.01)


@pytest.mark.parametrize("sd_px", [0.3, 1.0])
def test_the_stated_noise_is_the_noise(sd_px: float) -> None:
    filmed = filmed_path(Filming(), duration_s=30.0)
    noise = np.random.default_rng(5).normal(0, sd_px, filmed.motion.plate_px.shape)
    signals = take_of(replace(filmed.motion, plate_px=filmed.motion.plate_px + noise)).signals
    metres = 0.225 / float(np.median(filmed.motion.plate_axes_px[:, 1]))
    white = sd_px * metres * np.sqrt(17 / 35)
    assert signals.bar_sd_m == pytest.approx(np.hypot(white, 0.4 * metres), rel=0.15)
    quiet = take_of(filmed.motion).signals.values["bar_speed_mps"]
    error = signals.values["bar_speed_mps"] - quiet
    assert signals.bar_speed_sd_mps == pytest.approx(float(np.std(error)), rel=0.15)


@pytest.mark.parametrize("azimuth_deg", [40.0, 0.0, 180.0])
def test_from_too_far_round_there_is_no_way_fore_and_aft(azimuth_deg: float) -> None:
    values = take_of(film("squat", plate_m=0.45, azimuth_deg=azimuth_deg).motion).signals.values
    assert "bar_forward_m" not in values
    assert "bar_height_m" in values


def test_hands_give_no_metres() -> None:
    values = take_of(film("squat").motion).signals.values
    assert not [name for name in values if name.endswith(("_m", "_mps"))]


def test_a_plate_that_was_hardly_seen_gives_no_metres() -> None:
    motion = film("squat", Tempo((1.0,)), plate_m=0.45).motion
    plate = np.full_like(motion.plate_px, np.nan)
    plate[[10, 11]] = motion.plate_px[[10, 11]]
    values = take_of(replace(motion, plate_px=plate)).signals.values
    assert "bar_height_m" not in values


def test_the_lifter_may_be_lost_while_the_plate_is_followed() -> None:
    filmed = filmed_path(Filming())
    take = take_of(hidden(filmed.motion, (1.0, 2.0)))
    assert_path(take.signals, filmed.forward_m, filmed.height_m, 0.01)
