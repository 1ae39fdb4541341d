"""The bar's height and speed from the hands, against motions whose bar height is known."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic import film, hidden, inside, take_of

LIFTS = ("squat", "deadlift", "bench_press")


@pytest.mark.parametrize("lift", LIFTS)
def test_the_bars_height_and_speed(lift: str) -> None:
    """Height in image heights, and its derivative; the truth is derived on a ten times finer grid."""
    shot, fine = film(lift), film(lift, fps=600.0)
    signals = take_of(shot.motion).signals
    unit = shot.px_per_m / shot.motion.size_px[1]
    height = signals.values["bar_height_ih"]
    np.testing.assert_allclose(
        height - height[0], unit * (shot.bar_height_m - shot.bar_height_m[0]), atol=2e-3
    )
    speed = unit * np.gradient(fine.bar_height_m, fine.motion.time_s)[::10]
    np.testing.assert_allclose(
        signals.values["bar_speed_ih_per_s"], speed, atol=0.03 * float(np.abs(speed).max())
    )
    assert signals.bar_agreement == pytest.approx(1.0, abs=1e-3)


def test_the_height_is_counted_from_the_lower_edge() -> None:
    motion = film("squat").motion
    signals = take_of(motion).signals
    assert signals.values["bar_height_ih"][0] == pytest.approx(1 - motion.hands_px[0, 1] / 1280, abs=1e-3)


def test_a_moving_camera_is_taken_out_of_the_bars_path() -> None:
    """The phone sinks and sways by a tenth of the picture; flow is stated without the camera's motion."""
    motion = film("squat").motion
    drift = np.stack([60 * np.sin(motion.time_s), 10.0 * motion.time_s], axis=1)
    shaken = replace(
        motion,
        keypoints_px=motion.keypoints_px + drift[:, None],
        hands_px=motion.hands_px + drift,
        camera_px=drift,
    )
    still, moved = take_of(motion).signals, take_of(shaken).signals
    assert (still.camera_moved, moved.camera_moved) == (False, True)
    np.testing.assert_allclose(moved.values["bar_height_ih"], still.values["bar_height_ih"], atol=2e-3)


@pytest.mark.parametrize("start_s", [1.2, 3.1], ids=["on the way down", "on the way up"])
def test_the_bars_way_across_a_short_gap_is_kept(start_s: float) -> None:
    shot = film("squat")
    gap = (start_s, start_s + 0.4)
    plain, gappy = take_of(shot.motion).signals, take_of(hidden(shot.motion, gap)).signals
    outside = ~inside(shot.motion, (gap[0] - 0.2, gap[1] + 0.2))
    np.testing.assert_allclose(
        gappy.values["bar_height_ih"][outside], plain.values["bar_height_ih"][outside], atol=5e-3
    )


@pytest.mark.parametrize("share", [0.7, 0.9, 1.1])
def test_flow_that_falls_short_is_scaled_to_the_wrists(share: float) -> None:
    """Points on arms and trunk move more slowly than the bar: the wrists say how far it goes."""
    motion = film("squat").motion
    short = take_of(replace(motion, hands_moved_px=share * motion.hands_moved_px)).signals
    plain = take_of(motion).signals
    np.testing.assert_allclose(short.values["bar_height_ih"], plain.values["bar_height_ih"], atol=2e-3)
    assert short.bar_agreement == pytest.approx(1.0, abs=1e-3)


def test_a_plates_own_track_is_passed_on() -> None:
    motion = film("squat").motion
    plate = replace(motion, plate_px=motion.hands_px, hands_moved_px=np.full_like(motion.hands_px, np.nan))
    signals = take_of(plate).signals
    np.testing.assert_allclose(signals.bar_px, motion.hands_px, atol=1.0)
    assert signals.bar_agreement == 1.0


def test_the_trunks_length_in_pixels() -> None:
    shot = film("squat", px_per_m=400.0)
    assert take_of(shot.motion).signals.trunk_px == pytest.approx(0.5 * 400.0, rel=0.01)
