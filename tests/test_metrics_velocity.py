"""Speeds in metres a second, and what they say of a set."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic import Tempo, eased, film, take_of

from formcheck.lifts import load_lift
from formcheck.lifts.recognise import recognise
from formcheck.metrics import Measure, Take, measure
from formcheck.metrics.velocity import LOAD_VELOCITY, set_measures, velocity_loss
from formcheck.reps import Phase, Rep

Array = NDArray[np.float64]

SPEEDS = ("mean_velocity", "propulsive_velocity", "peak_velocity", "time_to_peak", "sticking_velocity")


@cache
def squats(*back_s: float) -> tuple[Take, tuple[Rep, ...]]:
    """A set whose reps go up in those seconds each, on half a cosine, with its reps as they are found."""
    knots, now = [(0.0, 0.0)], 1.0
    for seconds in back_s:
        knots += [(now, 0.0), (now + 1.4, 1.0), (now + 1.8, 1.0), (now + 1.8 + seconds, 0.0)]
        now += 2.6 + seconds
    time_s = np.arange(round((now + 1.0) * 60)) / 60
    motion = film("squat", lambda t: eased(t, [*knots, (now + 2, 0.0)]), time_s=time_s, plate_m=0.45).motion
    take = replace(take_of(motion), lift="squat")
    return take, recognise(take, [load_lift("squat")]).reps


RANGE_M = float(np.ptp(film("squat", Tempo((1.0,))).bar_height_m))


def found(name: str, **changes: object) -> Measure:
    take, reps = squats(1.2)
    return measure(name, replace(take, **changes), reps[0])  # type: ignore[arg-type]


# one rep


@pytest.mark.parametrize("name", ["mean_velocity", "propulsive_velocity"])
def test_the_mean_speed_is_that_of_the_way_up(name: str) -> None:
    """The found ends of a cosine lie a little inside: it passes 0.03 m/s after 1.1 % of its time."""
    speed = found(name)
    assert speed.value == pytest.approx(RANGE_M / 1.2, rel=0.03)
    assert speed.low <= RANGE_M / 1.2 <= speed.high


def test_peak_and_time_to_it() -> None:
    assert found("peak_velocity").value == pytest.approx(RANGE_M / 1.2 * np.pi / 2, rel=0.01)
    assert found("time_to_peak").value == pytest.approx(0.6, abs=0.03)


@pytest.mark.parametrize("fps", [24.0, 30.0, 120.0])
def test_the_frame_rate_does_not_matter(fps: float) -> None:
    shot = film("squat", Tempo((1.0,)), fps=fps, plate_m=0.45)
    take = take_of(shot.motion)
    [rep] = recognise(take, [load_lift("squat")]).reps
    assert measure("mean_velocity", take, rep).value == pytest.approx(RANGE_M / 1.2, rel=0.04)
    assert measure("peak_velocity", take, rep).value == pytest.approx(RANGE_M / 1.2 * np.pi / 2, rel=0.02)


def test_slow_motion_is_told_in_real_time() -> None:
    shot = film("squat", Tempo((1.0,)), fps=240.0, plate_m=0.45)
    slow = replace(shot.motion, time_s=8 * shot.motion.time_s)
    take = take_of(slow, slow_motion=8.0)
    [rep] = recognise(take, [load_lift("squat")]).reps
    assert measure("mean_velocity", take, rep).value == pytest.approx(RANGE_M / 1.2, rel=0.03)
    assert measure("time_to_peak", take, rep).value == pytest.approx(0.6, abs=0.03)


def thrown(time_s: Array) -> Array:
    """Up in 0.7 s: faster and faster for 0.5 s, then braked within 0.1 s, harder than gravity would."""
    speed = np.interp(time_s, [2.8, 3.3, 3.4, 3.5], [0.0, 1.0, 0.05, 0.0])
    way = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    down = eased(time_s, [(0, 0), (1.0, 0.0), (2.4, 1.0), (9, 1.0)])
    return down - way / way[-1]


def test_braking_harder_than_gravity_ends_the_propulsive_phase() -> None:
    time_s = np.arange(300) / 60
    take = take_of(film("squat", thrown, time_s=time_s, plate_m=0.45).motion)
    rep = Rep(1, 1.0, 2.4, 3.5, (Phase("eccentric", 1.0, 2.4), Phase("concentric", 2.8, 3.5)), 1.0)
    mean, propulsive = (measure(name, take, rep) for name in ("mean_velocity", "propulsive_velocity"))
    assert propulsive.value > 1.1 * mean.value


def grinding(time_s: Array) -> Array:
    """Up in 1.6 s: fast, slow, fast; at half time at 0.55 of what an even sine would reach."""
    share = np.pi * np.clip((time_s - 2.8) / 1.6, 0.0, 1.0)
    speed = np.sin(share) + 0.45 * np.sin(3 * share)
    way = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    return eased(time_s, [(0, 0), (1.0, 0.0), (2.4, 1.0), (9, 1.0)]) - way / way[-1]


def test_the_slowest_of_the_sticking_region() -> None:
    time_s = np.arange(330) / 60
    take = take_of(film("squat", grinding, time_s=time_s, plate_m=0.45).motion)
    [rep] = recognise(take, [load_lift("squat")]).reps
    slowest = measure("sticking_velocity", take, rep)
    mean = measure("mean_velocity", take, rep)
    lowest = 0.55 * RANGE_M / (1.6 * (2 + 2 * 0.45 / 3) / np.pi)
    assert mean.value == pytest.approx(RANGE_M / 1.6, rel=0.04)
    assert slowest.value == pytest.approx(lowest, rel=0.05)
    assert slowest.low <= lowest <= slowest.high


def test_the_scale_is_in_every_interval() -> None:
    take, reps = squats(1.2)
    doubtful = replace(take, scale=replace(take.scale, relative_error=0.2))
    for name in ("mean_velocity", "propulsive_velocity", "peak_velocity"):
        speed = measure(name, doubtful, reps[0])
        assert speed.high - speed.value > 1.645 * 0.2 * speed.value
    assert measure("time_to_peak", doubtful, reps[0]) == measure("time_to_peak", take, reps[0])


# why there is no number


@pytest.mark.parametrize("name", SPEEDS)
def test_why_there_is_no_speed(name: str) -> None:
    take, reps = squats(1.2)
    hands = take_of(film("squat").motion)
    assert measure(name, hands, reps[0]).missing.startswith("no plate was followed")
    assert (
        measure(name, take, replace(reps[0], partial=True)).missing == "the video does not show the whole rep"
    )
    assert measure(name, take, replace(reps[0], phases=())).missing == "the rep has no concentric phase"
    plate = take.motion.plate_px.copy()
    plate[(take.motion.time_s > 3.0) & (take.motion.time_s < 3.6)] = np.nan
    lost = take_of(replace(take.motion, plate_px=plate))
    assert measure(name, lost, reps[0]).missing.startswith("the plate was lost in")


def test_a_rep_that_does_not_stick() -> None:
    assert found("sticking_velocity").missing == "the rep has no sticking region"


# the set


def test_the_last_rep_against_the_fastest() -> None:
    take, reps = squats(1.2, 1.0, 1.6)
    loss = set_measures(take, reps, None)["velocity_loss"]
    assert loss.value == pytest.approx(100 * (1 - 1.0 / 1.6), abs=4.0)
    assert loss.low <= 37.5 <= loss.high
    assert 2 < loss.high - loss.value < 12


def test_the_scale_cancels_in_a_loss() -> None:
    take, reps = squats(1.2, 1.0, 1.6)
    doubtful = replace(take, scale=replace(take.scale, relative_error=0.2))
    assert velocity_loss(doubtful, reps) == velocity_loss(take, reps)


def test_why_there_is_no_loss() -> None:
    take, reps = squats(1.2, 1.0, 1.6)
    two = "it takes two whole reps whose speed is known"
    assert velocity_loss(take, reps[:1]).missing == two
    assert velocity_loss(take, [reps[0], replace(reps[1], partial=True)]).missing == two
    hands = take_of(film("squat").motion)
    assert velocity_loss(hands, reps).missing.startswith("no plate was followed")


# the estimated maximum


def test_without_a_load_nothing_is_said_of_the_maximum() -> None:
    take, reps = squats(1.2)
    assert "estimated_1rm" not in set_measures(take, reps, None)


@pytest.mark.parametrize(
    ("lift", "speed_mps", "percent"),
    [
        ("squat", 0.32, 100.2),
        ("bench_press", 0.16, 100.8),
        ("squat", 0.68, 78.9),
        ("bench_press", 0.62, 70.0),
    ],
)
def test_published_points_of_the_relations(lift: str, speed_mps: float, percent: float) -> None:
    assert LOAD_VELOCITY[lift].percent(speed_mps) == pytest.approx(percent, abs=0.2)


def test_the_maximum_by_the_fastest_rep() -> None:
    take, reps = squats(1.2, 1.0, 1.6)
    fastest = measure("mean_velocity", take, reps[1]).value
    maximum = set_measures(take, reps, 100.0)["estimated_1rm"]
    assert maximum.value == pytest.approx(10000 / LOAD_VELOCITY["squat"].percent(fastest))
    assert maximum.unit == "kg"
    assert maximum.low >= 100.0
    assert 0.05 < (maximum.high - maximum.value) / maximum.value < 0.15


def test_what_was_lifted_is_no_more_than_the_maximum() -> None:
    """So slow that the relation says 106 %: the lifter has lifted it."""
    take, reps = squats(3.0)
    maximum = set_measures(take, reps, 150.0)["estimated_1rm"]
    assert (maximum.value, maximum.low) == (150.0, 150.0)
    assert maximum.high > 155.0


def test_a_deadlifts_speed_does_not_tell_its_maximum() -> None:
    take, reps = squats(1.2)
    refused = set_measures(replace(take, lift="deadlift"), reps, 200.0)["estimated_1rm"]
    assert "does not tell its maximum" in refused.missing
    assert "Ruf" in refused.missing


def test_why_there_is_no_maximum() -> None:
    take, reps = squats(0.5)
    up = reps[0].phase("concentric")
    assert up
    steepest = replace(reps[0], phases=(Phase("concentric", up.start_s + 0.15, up.end_s - 0.15),))
    assert "too light" in set_measures(take, [steepest], 40.0)["estimated_1rm"].missing
    curl = set_measures(replace(take, lift="curl"), reps, 40.0)["estimated_1rm"]
    assert curl.missing == "no relation of speed to load is known for this lift"
    hands = replace(take_of(film("squat").motion), lift="squat")
    assert set_measures(hands, reps, 40.0)["estimated_1rm"].missing.startswith("no plate was followed")
    partial = [replace(reps[0], partial=True)]
    assert set_measures(take, partial, 40.0)["estimated_1rm"].missing == "no rep's speed is known"
