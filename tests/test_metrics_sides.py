"""The bar's tilt from the front and the rear: which end is lower, what is perspective, what is no bar."""

from dataclasses import replace

import numpy as np
import pytest
from known_motions import bar_tilting, left_end_lagging, measured, one, with_shaft
from synthetic import shifted, take_of

from formcheck.motion import Motion
from formcheck.skeleton import INDEX

NAMES = ("bar_tilt", "left_end_lower", "left_end_late", "side_lag")


def front(azimuth_deg: float = 0.0) -> Motion:
    return one("squat", azimuth_deg=azimuth_deg).motion


@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_the_lifters_left_end_is_lower_from_the_front_and_from_the_rear(azimuth_deg: float) -> None:
    found = measured("left_end_lower", take_of(bar_tilting(azimuth_deg=azimuth_deg)))
    assert found.value == pytest.approx(5.0, abs=0.1)


def test_the_right_end_is_lower_below_zero() -> None:
    take = take_of(bar_tilting(lowest_deg=-2.0))
    assert measured("left_end_lower", take).value == pytest.approx(-5.0, abs=0.1)
    assert measured("bar_tilt", take).value == pytest.approx(5.0, abs=0.1)


def test_the_shaft_is_surer_than_the_wrists() -> None:
    shaft, wrists = (measured("bar_tilt", take_of(motion)) for motion in (bar_tilting(), front()))
    assert wrists.value == pytest.approx(0.0, abs=0.1)
    assert shaft.high - shaft.low < 0.75 * (wrists.high - wrists.low)


@pytest.mark.parametrize(("preset", "wider"), [("accurate", 1.0), ("light", 1.5)])
def test_a_weaker_network_is_less_sure_of_the_wrists_and_not_of_the_shaft(preset: str, wider: float) -> None:
    for motion, factor in ((bar_tilting(), 1.0), (front(), wider)):
        known, other = (
            measured("bar_tilt", replace(take_of(motion), preset=name)) for name in ("accurate", preset)
        )
        assert other.high - other.low >= factor * (known.high - known.low) - 1e-9
        assert factor > 1.0 or other == known


def test_hidden_wrists_are_no_loss_where_the_shaft_is_seen() -> None:
    for motion, missing in ((bar_tilting(), ""), (front(), "hidden: left wrist")):
        confidence = motion.confidence.copy()
        confidence[:, INDEX["left_wrist"]] = 0.2
        assert measured("bar_tilt", take_of(replace(motion, confidence=confidence))).missing == missing


def test_left_and_right_exchanged_by_the_network_change_nothing() -> None:
    motion = bar_tilting()
    line = motion.line_px.copy()
    line[::3] = line[::3, ::-1]
    for name in NAMES:
        assert measured(name, take_of(replace(motion, line_px=line))) == measured(name, take_of(motion))


def test_a_pipe_that_does_not_move_with_the_hands_is_no_bar() -> None:
    motion = bar_tilting()
    pipe = motion.line_px - motion.hands_px[:, None] + motion.hands_px[0]
    found = measured("bar_tilt", take_of(replace(motion, line_px=pipe)))
    assert found.value == pytest.approx(0.0, abs=0.1)


def test_single_wild_frames_do_not_count() -> None:
    motion = bar_tilting()
    line = motion.line_px.copy()
    line[::8, 0, 1] += 60.0
    found = measured("bar_tilt", take_of(replace(motion, line_px=line)))
    assert found.value == pytest.approx(5.0, abs=0.2)


def test_a_shaft_that_is_found_too_seldom_gives_way_to_the_wrists() -> None:
    motion = bar_tilting()
    line = motion.line_px.copy()
    line[np.arange(len(line)) % 5 < 3] = np.nan
    found = measured("bar_tilt", take_of(replace(motion, line_px=line)))
    assert found.value == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("azimuth_deg", [12.0, -12.0, 168.0, -168.0])
def test_the_near_end_of_an_even_bar_sinks_further_in_the_picture(azimuth_deg: float) -> None:
    """A level bar h below a level camera and turned by a has the slope -h / f tan a in the picture."""
    motion = front(azimuth_deg)
    down = motion.hands_px[:, 1] - motion.hands_px[0, 1]
    slope = -down / (0.9 * 1280) * np.tan(np.radians(azimuth_deg))
    facing = 1.0 if abs(azimuth_deg) < 90 else -1.0
    half = np.array([110.0 * facing, 0.0])
    line = motion.hands_px[:, None] + np.stack([half, -half])
    line[:, :, 1] += slope[:, None] * half[0] * [1, -1]
    found = measured("bar_tilt", take_of(replace(motion, line_px=line)))
    assert np.degrees(np.ptp(slope)) > 1.5
    assert found.value < 0.25 * np.degrees(np.ptp(slope))
    assert found.low < 0.0


def test_the_right_end_is_late_below_zero() -> None:
    motion = left_end_lagging()
    behind = motion.line_px[:, 0, 1] - motion.line_px[:, 1, 1]
    found = measured("left_end_late", take_of(with_shaft(motion, -behind)))
    assert found.value == pytest.approx(-0.1, abs=0.01)
    assert found.high < 0.0


def test_slow_motion_is_taken_out_of_the_delay() -> None:
    lagging = left_end_lagging()
    usual, slow = (measured("left_end_late", take_of(lagging, slow_motion=times)) for times in (1.0, 4.0))
    assert slow.value == pytest.approx(usual.value / 4)
    assert slow.high - slow.low == pytest.approx((usual.high - usual.low) / 4)


def test_a_bar_that_hangs_askew_all_the_time_is_even() -> None:
    motion = front()
    for askew in (with_shaft(motion, np.full(len(motion.time_s), 30.0)), shifted(motion, left_wrist=(0, 30))):
        for name in NAMES:
            assert measured(name, take_of(askew)).value == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("azimuth_deg", [90.0, 45.0])
def test_other_views_do_not_show_it(name: str, azimuth_deg: float) -> None:
    found = measured(name, take_of(front(azimuth_deg)))
    assert "film from the front or the rear" in found.missing
