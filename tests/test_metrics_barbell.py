"""The bar's path as numbers: what pinhole films of known paths give, and why there may be none."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from pinhole import Filming, filmed_path
from synthetic import film, mirrored, take_of

from formcheck.lifts import load_lift
from formcheck.metrics import Measure, Take, measure, rep_metrics
from formcheck.motion import Motion
from formcheck.reps import Phase, Rep
from formcheck.skeleton import INDEX

Array = NDArray[np.float64]

PATH = ("drift", "drift_height", "path_loop", "path_area", "first_direction")
BODY = ("bar_over_midfoot", "touch_point", "lockout_offset")
REP = Rep(
    1,
    0.0,
    1.5,
    3.0,
    (Phase("eccentric", 0.0, 1.5), Phase("pause", 1.5, 1.5), Phase("concentric", 1.5, 3.0)),
    0.5,
)
"""The first rep of the filmed path: down in 1.5 s and up again."""


def down_and_up(forward: Callable[[Array], Array]) -> Callable[[Array], tuple[Array, Array]]:
    """Half a metre down and up in 3 s on a cosine; forward is a function of the time's phase."""

    def path(time_s: Array) -> tuple[Array, Array]:
        phase = 2 * np.pi * time_s / 3.0
        return forward(phase), 1.15 + 0.25 * np.cos(phase)

    return path


STRAIGHT = down_and_up(lambda phase: np.zeros(len(phase)))
LEANING = down_and_up(lambda phase: 0.03 * (1 - np.cos(phase)))
LOOPING = down_and_up(lambda phase: 0.05 * np.sin(phase))


@cache
def filmed(path: Callable[[Array], tuple[Array, Array]], **place: float) -> Take:
    return take_of(filmed_path(Filming(**place), path, duration_s=3.5).motion)  # type: ignore[arg-type]


@pytest.mark.parametrize("yaw_deg", [0.0, 20.0])
@pytest.mark.parametrize(
    ("name", "path", "value", "tolerance"),
    [
        ("range_m", STRAIGHT, 0.5, 0.005),
        ("drift", STRAIGHT, 0.0, 0.3),
        ("drift", LEANING, 6.0, 0.5),
        ("drift_height", LEANING, 0.0, 3.0),
        ("path_loop", LEANING, 0.0, 0.2),
        ("path_area", LEANING, 0.0, 6.0),
        ("first_direction", LEANING, np.degrees(np.arctan2(-0.06, -0.5)) + 180, 0.8),
        ("drift", LOOPING, 5.0, 0.3),
        ("drift_height", LOOPING, 50.0, 4.0),
        ("path_loop", LOOPING, 10.0, 0.3),
        # an ellipse of half axes 5 and 25 cm, without its ends: 2 * 5 * 50 * (mean of 2 sqrt(w (1 - w)))
        ("path_area", LOOPING, 383.0, 8.0),
    ],
)
def test_a_filmed_path_has_its_numbers(
    name: str, path: Callable[[Array], tuple[Array, Array]], value: float, tolerance: float, yaw_deg: float
) -> None:
    found = measure(name, filmed(path, yaw_deg=yaw_deg), REP)
    assert found.value == pytest.approx(value, abs=tolerance)
    assert found.low <= value + tolerance
    assert found.high >= value - tolerance


def test_the_height_of_a_drift_is_as_unsure_as_it_is_long() -> None:
    """Along a path that leans evenly only the end is the farthest; of one that bows slowly a long stretch."""
    leaning = measure("drift_height", filmed(LEANING), REP)
    looping = measure("drift_height", filmed(LOOPING), REP)
    assert leaning.high - leaning.low < looping.high - looping.low < 60


def test_a_camera_that_is_not_level_is_in_the_interval_of_a_drift_but_not_of_a_loop() -> None:
    take = filmed(LEANING)
    drift, loop = measure("drift", take, REP), measure("path_loop", filmed(LOOPING), REP)
    level = 1.645 * 50 * np.tan(np.radians(1.0))
    assert drift.high - drift.value == pytest.approx(level, rel=0.1)
    assert loop.high - loop.value < 0.6


def test_the_picture_mirrored_gives_the_same_numbers() -> None:
    take = filmed(LOOPING)
    motion = take.motion
    plate = np.column_stack([motion.size_px[0] - motion.plate_px[:, 0], motion.plate_px[:, 1]])
    other = take_of(replace(mirrored(motion), plate_px=plate))
    assert other.view.facing == "left"
    for name in PATH:
        assert measure(name, other, REP).value == pytest.approx(measure(name, take, REP).value, abs=1e-6)


# the bar beside the body


@pytest.mark.parametrize("yaw_deg", [-15.0, 0.0, 10.0, 20.0])
def test_the_bar_over_the_foot_seen_in_perspective(yaw_deg: float) -> None:
    """The plate is in its plane, the foot 0.55 m behind it; the bar is 4 cm before the foot's middle."""
    filming = Filming(yaw_deg=yaw_deg, distance_m=3.2)
    take = filmed_path(filming, down_and_up(lambda phase: np.full(len(phase), 0.04)), duration_s=3.5)
    points = take.motion.keypoints_px.copy()
    yaw = np.radians(yaw_deg)
    for side in ("left", "right"):
        for name, forward in (("heel", -0.13), ("toe", 0.13)):
            across = np.cos(yaw) * forward + np.sin(yaw) * 0.55
            away = filming.distance_m - np.sin(yaw) * forward + np.cos(yaw) * 0.55
            points[:, INDEX[f"{side}_{name}"], 0] = filming.size_px[0] / 2 + filming.focal_px * across / away
    found = measure("bar_over_midfoot", take_of(replace(take.motion, keypoints_px=points)), REP)
    assert found.value == pytest.approx(4.0, abs=1.5)
    assert found.low <= 4.0 <= found.high
    assert 8.0 < found.high - found.value < 12.0


@pytest.mark.parametrize(("lift", "at_s"), [("squat", 1.5), ("deadlift", 0.0)])
def test_the_foot_is_compared_where_the_lift_asks_for_it(lift: str, at_s: float) -> None:
    take = replace(filmed(LEANING), lift=lift, starts=load_lift(lift).rep.starts)
    start, turn = (
        measure("bar_over_midfoot", replace(take, starts=place), REP).value for place in ("bottom", "top")
    )
    assert turn - start == pytest.approx(6.0, abs=0.5)
    assert measure("bar_over_midfoot", take, REP).value == (turn if at_s else start)


def test_touch_and_lockout_differ_by_the_bars_way() -> None:
    take = replace(filmed(LEANING), lift="bench_press")
    touch, lockout = measure("touch_point", take, REP), measure("lockout_offset", take, REP)
    assert touch.value - lockout.value == pytest.approx(6.0, abs=0.5)


# why there is no number


def told(names: tuple[str, ...], take: Take, rep: Rep = REP) -> dict[str, str]:
    return {name: found.missing for name, found in rep_metrics(take, rep, names).items()}


def lost(take: Take, start_s: float, end_s: float) -> Take:
    plate = take.motion.plate_px.copy()
    plate[(take.motion.time_s >= start_s) & (take.motion.time_s <= end_s)] = np.nan
    return take_of(replace(take.motion, plate_px=plate))


def test_hands_are_no_bar_path() -> None:
    reasons = told(("range_m", *PATH, *BODY), take_of(film("squat").motion))
    assert set(reasons.values()) == {"no plate was followed: the hands time the reps, but are no bar path"}


def test_a_plate_without_scale_says_why() -> None:
    motion = filmed(STRAIGHT).motion
    take = take_of(replace(motion, plate_axes_px=0.4 * motion.plate_axes_px))
    for reason in told(("range_m", *PATH, *BODY), take).values():
        assert "the plate looks like one of" in reason


@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_the_front_shows_nothing_of_fore_and_aft(azimuth_deg: float) -> None:
    take = take_of(film("squat", plate_m=0.45, azimuth_deg=azimuth_deg).motion)
    for reason in told((*PATH, *BODY), take).values():
        assert "view does not show what is fore and aft" in reason
    assert not measure("range_m", take, film("squat").rep()).missing


def test_from_far_round_the_path_is_not_measured() -> None:
    take = take_of(film("squat", plate_m=0.45, azimuth_deg=38.0).motion)
    assert set(told(PATH, take).values()) == {"the camera looks from more than 45 degrees off the side"}


def test_bar_and_body_do_not_line_up_obliquely() -> None:
    take = take_of(film("squat", plate_m=0.45, azimuth_deg=60.0).motion)
    assert "30 degrees off the side" in measure("bar_over_midfoot", take, film("squat").rep()).missing
    assert not measure("drift", take, film("squat").rep()).missing


def test_a_partial_rep_has_no_path() -> None:
    reasons = told(("range_m", *PATH), filmed(STRAIGHT), replace(REP, partial=True))
    assert set(reasons.values()) == {"the video does not show the whole rep"}


@pytest.mark.parametrize("span", [(0.5, 1.4), (2.5, 3.5), (-1.0, 0.3)])
def test_a_plate_that_was_lost_on_the_way_gives_no_path(span: tuple[float, float]) -> None:
    for reason in told(PATH, lost(filmed(STRAIGHT), *span)).values():
        assert reason.startswith("the plate was lost in")


def test_a_short_gap_is_borne() -> None:
    found = measure("path_loop", lost(filmed(LOOPING), 0.6, 0.7), REP)
    assert found.value == pytest.approx(10.0, abs=0.5)


@pytest.mark.parametrize("name", ["range_m", "first_direction"])
def test_a_rep_without_a_way_up_has_no_number_of_it(name: str) -> None:
    found = measure(name, filmed(STRAIGHT), replace(REP, phases=()))
    assert found.missing == "the rep has no concentric phase"


def test_ways_at_different_heights_are_not_compared() -> None:
    """The turn was told at the wrong end: one way holds all of the range, the other next to none."""
    rep = replace(REP, turn_s=2.7)
    assert "not at the same heights" in measure("path_loop", filmed(STRAIGHT), rep).missing


def test_a_hidden_foot_gives_no_place_over_it() -> None:
    take = filmed(STRAIGHT)
    points = take.motion.keypoints_px.copy()
    points[:, INDEX["right_heel"]] = np.nan
    found: Measure = measure("bar_over_midfoot", take_of(replace(take.motion, keypoints_px=points)), REP)
    assert found.missing == "plate or joint was not seen"


def test_metres_replace_image_heights() -> None:
    names = ("range_m", "range", "mean_concentric_speed", "drift")
    hands: Motion = film("squat").motion
    assert list(rep_metrics(filmed(STRAIGHT), REP, names)) == ["range_m", "drift"]
    assert list(rep_metrics(take_of(hands), film("squat").rep(), names)) == list(names)
