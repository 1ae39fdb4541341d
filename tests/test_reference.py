"""Reps beside a reference: known curves that depart at known places, and what the doubt forgives."""

from dataclasses import replace
from functools import cache
from types import MappingProxyType

import numpy as np
import pytest
from known_curves import SPREADS, bands, judged, rep, with_values
from numpy.typing import NDArray
from synthetic import Shot, Tempo, film, take_of

from formcheck.lifts import known_lifts, load_lift
from formcheck.lifts.recognise import doing, recognise
from formcheck.metrics import Take
from formcheck.metrics.proportions import Build, expected_lean_deg
from formcheck.reference import (
    SIGNALS,
    RepCurves,
    all_curves,
    best_first,
    best_reps,
    compare,
    generic_for,
    ghost_of,
    placed,
    reference_of,
    rep_curves,
)
from formcheck.reference.curves import SAMPLES
from formcheck.reference.reference import generic_sources
from formcheck.skeleton import INDEX

Array = NDArray[np.float64]
PERCENT = np.linspace(0, 100, SAMPLES)


@cache
def filmed(lift: str = "squat", **changes: object) -> tuple[Take, Shot]:
    shot = film(lift, Tempo(), plate_m=0.45, **changes)  # type: ignore[arg-type]
    take = take_of(shot.motion)
    found = recognise(take, [load_lift(lift)])
    return doing(take, found, load_kg=None), shot


# curves


@pytest.mark.parametrize("lift", known_lifts())
def test_a_phase_has_101_points_of_known_places(lift: str) -> None:
    """Half of the time is half of the way on a cosine, and the bar is counted from where the rep began."""
    take, shot = filmed(lift)
    curves = rep_curves(take, shot.rep(1))
    first = ("concentric", "eccentric") if lift == "deadlift" else ("eccentric", "concentric")
    assert tuple(part.name for part in curves.phases) == first
    assert not curves.missing
    way = np.ptp(shot.bar_height_m) * (1 if lift == "deadlift" else -1)
    for part in curves.phases:
        assert set(part.curves) == set(SIGNALS[lift])
        assert all(len(curve.values) == SAMPLES for curve in part.curves.values())
        assert part.curves["bar_height_m"].values[50] == pytest.approx(way / 2, abs=0.01)
    assert curves.phases[0].duration_s == pytest.approx(1.4)
    assert curves.phases[0].at_s(50.0) == pytest.approx(shot.tempo.starts_s[0] + 0.7)


def test_slow_motion_is_of_real_time() -> None:
    take, shot = filmed()
    slow = replace(take, slow_motion=4.0)
    assert rep_curves(slow, shot.rep(1)).phases[0].duration_s == pytest.approx(0.35)


def test_what_the_view_cannot_show_is_named() -> None:
    take, shot = filmed(azimuth_deg=0.0)
    missing = rep_curves(take, shot.rep(1)).missing
    assert "front view" in missing["bar_forward_m"]
    assert "front view" in missing["knee_flexion_deg"]


def test_without_a_plate_only_angles_are_left() -> None:
    shot = film("squat", Tempo())
    take = replace(take_of(shot.motion), lift="squat")
    found = rep_curves(take, shot.rep(1))
    assert {name for part in found.phases for name in part.curves} == {
        "knee_flexion_deg", "hip_flexion_deg", "trunk_lean_deg",
    }  # fmt: skip
    assert "plate" in found.missing["bar_speed_mps"]


def test_a_partial_rep_shows_its_way_up_only() -> None:
    take, shot = filmed()
    found = rep_curves(take, replace(shot.rep(1), partial=True))
    assert [part.name for part in found.phases] == ["concentric"]


# references


def test_a_reference_is_the_mean_with_the_spread_of_few_reps() -> None:
    """Two reps 2 s apart around their mean: s = sqrt(2) s, and three typical reps are mixed in."""
    spread = SPREADS["trunk_lean_deg"]
    reps = [rep(n, with_values("trunk_lean_deg", 40 + sign * spread)) for n, sign in ((1, -1), (2, 1))]
    band = reference_of(reps, kind="own", title="").phases["concentric"].bands["trunk_lean_deg"]
    np.testing.assert_allclose(band.mean, 40.0)
    np.testing.assert_allclose(band.between_sd, spread * np.sqrt((2 + 3) / (1 + 3) * 1.5))


def test_the_mean_of_one_take_is_known_no_better_than_its_steady_error() -> None:
    reps = [rep(n, with_values("trunk_lean_deg", 40.0, passing=4.0, steady=3.0)) for n in range(1, 5)]
    own = reference_of(reps, kind="own", title="")
    same = reference_of(reps, kind="set", title="", same_take=True)
    np.testing.assert_allclose(own.phases["concentric"].bands["trunk_lean_deg"].doubt_sd, np.hypot(2.0, 3.0))
    np.testing.assert_allclose(same.phases["concentric"].bands["trunk_lean_deg"].doubt_sd, 2.0)


# departures


def ramp(start: float, height: float, *, over: float = 20.0) -> Array:
    """0 until a per cent, then up to a height within some per cent more."""
    return height * np.clip((PERCENT - start) / over, 0, 1)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("start", [10.0, 35.0, 60.0])
def test_a_departure_sets_in_where_it_does(start: float, sign: int) -> None:
    """The reference's deviation is 2.5: a ramp of 25 in 20 % passes 2 deviations after 4 %."""
    away = rep(1, with_values("trunk_lean_deg", 40 + sign * ramp(start, 25.0)))
    [found] = compare(away, bands("trunk_lean_deg", 40.0, between=2.5)).departures
    assert (found.signal, found.phase) == ("trunk_lean_deg", "concentric")
    assert found.percent == pytest.approx(start + 4, abs=1.5)
    assert found.at_s == pytest.approx(10 + found.percent / 100, abs=0.02)
    assert found.by.value == pytest.approx(sign * 25.0)
    assert found.by.unit == "deg"
    assert found.distance_sd == pytest.approx(sign * 10.0)


def test_the_distance_is_in_standard_deviations_along_the_rep() -> None:
    found = compare(rep(1, with_values("trunk_lean_deg", 45.0)), bands("trunk_lean_deg", 40.0, between=2.5))
    assert found.distance_sd["trunk_lean_deg"] == pytest.approx(2.0)
    assert found.overall_sd == pytest.approx(2.0)
    assert found.departures == ()


@pytest.mark.parametrize("kind", ["passing", "steady"])
def test_a_departure_inside_the_measures_own_interval_is_none(kind: str) -> None:
    sure = rep(1, with_values("trunk_lean_deg", 40 + ramp(30, 12.0)))
    unsure = rep(1, with_values("trunk_lean_deg", 40 + ramp(30, 12.0), **{kind: 8.0}))
    reference = bands("trunk_lean_deg", 40.0, between=2.5)
    assert compare(sure, reference).departures
    assert not compare(unsure, reference).departures


def test_a_steady_error_cancels_within_a_take() -> None:
    away = rep(1, with_values("trunk_lean_deg", 40 + ramp(30, 12.0), steady=8.0))
    reference = bands("trunk_lean_deg", 40.0, between=2.5)
    assert compare(away, replace(reference, same_take=True)).departures


def test_a_twitch_is_no_departure() -> None:
    """A tenth of a second must pass: of a phase of a second ten per cent."""
    short = np.where((PERCENT >= 50) & (PERCENT < 57), 25.0, 0.0)
    reference = bands("trunk_lean_deg", 40.0, between=2.5)
    assert not compare(rep(1, with_values("trunk_lean_deg", 40 + short)), reference).departures
    longer = np.where((PERCENT >= 50) & (PERCENT < 63), 25.0, 0.0)
    assert compare(rep(1, with_values("trunk_lean_deg", 40 + longer)), reference).departures


def test_what_was_not_seen_departs_nowhere() -> None:
    blind = 40 + ramp(30, 25.0)
    blind[25:] = np.nan
    assert not compare(
        rep(1, with_values("trunk_lean_deg", blind)), bands("trunk_lean_deg", 40.0, between=2.5)
    ).departures


# timing


def hurried(values: Array, by: float) -> Array:
    """The same way, done earlier in the middle by that many per cent, with both ends kept."""
    return np.interp(PERCENT + by * np.sin(np.pi * PERCENT / 100), PERCENT, values)


def test_other_timing_is_aligned_before_places_are_compared() -> None:
    """The same path of knee and bar, but hurried: apart at equal times, alike at equal places."""
    knee = 120 - 1.1 * PERCENT
    reference = bands("knee_flexion_deg", knee, between=2.0)
    alike = rep(1, with_values("knee_flexion_deg", hurried(knee, 8.0)))
    slower = rep(1, with_values("knee_flexion_deg", hurried(knee, 8.0)), seconds=1.5)
    assert compare(alike, reference).warped == ()
    assert compare(alike, reference).departures
    assert compare(slower, reference).warped == ("concentric",)
    assert compare(slower, reference).departures == ()


def test_warping_does_not_hide_another_way() -> None:
    knee = 120 - 1.1 * PERCENT
    bent = rep(1, with_values("knee_flexion_deg", knee + ramp(40, 30.0)), seconds=1.5)
    [found] = compare(bent, bands("knee_flexion_deg", knee, between=2.0)).departures
    assert found.percent == pytest.approx(43, abs=12)


def test_speed_is_never_aligned() -> None:
    speed = np.sin(np.pi * PERCENT / 100)
    slow = rep(
        1, {**with_values("bar_speed_mps", speed / 1.5), **with_values("bar_height_m", PERCENT / 100)}, 1.5
    )
    reference = bands("bar_speed_mps", speed, between=0.05, also={"bar_height_m": PERCENT / 100})
    found = compare(slow, reference)
    assert found.warped == ("concentric",)
    assert [one.signal for one in found.departures] == ["bar_speed_mps"]
    assert found.lifter["concentric", "bar_speed_mps"][50] == pytest.approx(1 / 1.5)


# the generic curve


@pytest.mark.parametrize("lift", known_lifts())
def test_the_generic_curve_says_where_it_comes_from(lift: str) -> None:
    sources = generic_sources(lift)
    assert sources
    assert set(sources) <= set(SIGNALS[lift])
    assert all(len(text) > 20 for text in sources.values())


def test_the_generic_squat_is_the_balanced_one() -> None:
    """Its trunk leans so that lifter and bar stand over the middle of the foot, at every depth."""
    take, shot = filmed()
    reference = generic_for(rep_curves(take, shot.rep(1)), "squat", "high_bar")
    lean = reference.phases["eccentric"].bands["trunk_lean_deg"].mean
    knee = reference.phases["eccentric"].bands["knee_flexion_deg"].mean
    share = (knee - 2) / 126
    shank_m, thigh_m, trunk_m = 0.246 * 1.75, 0.245 * 1.75, 0.288 * 1.75
    build = Build(1.75, shank_m, thigh_m, trunk_m, middle_m=0.035 * 1.75, mass_kg=80.0)
    balanced = [
        expected_lean_deg(
            build, shank_deg=2 + 30 * s, thigh_deg=90 - 96 * s, bar_kg=100.0, along=1.02, behind=0.025
        )
        for s in share[40::10]
    ]
    np.testing.assert_allclose(lean[40::10], balanced, atol=3.0)


def test_the_generic_curve_leaves_the_tempo_to_the_lifter() -> None:
    slow = film("squat", Tempo(out_s=2.8), plate_m=0.45)
    take = replace(take_of(slow.motion), lift="squat")
    quick_take, quick = filmed()
    curves = [rep_curves(take, slow.rep(1)), rep_curves(quick_take, quick.rep(1))]
    found = [compare(one, generic_for(one, "squat")).overall_sd for one in curves]
    assert found[0] == pytest.approx(found[1], abs=0.1)
    assert not any("speed" in name for name in generic_sources("squat"))


def test_another_variant_has_no_generic_curve() -> None:
    take, shot = filmed()
    curves = rep_curves(take, shot.rep(1))
    found = compare(curves, generic_for(curves, "squat", "front"))
    assert not found.distance_sd
    assert set(found.missing) == set(SIGNALS["squat"])


# the best reps


def leaning(*degrees: float) -> list[RepCurves]:
    return [rep(n, with_values("trunk_lean_deg", value)) for n, value in enumerate(degrees, 1)]


def test_faults_go_before_close_calls_before_what_is_usual() -> None:
    curves = leaning(40, 41, 48, 40.5, 40.6)
    faults = [judged(1, "fault", 1.0), judged(2, "fault", 0.2), judged(4, "borderline")]
    assert best_first(curves, faults) == [5, 3, 4, 2, 1]
    assert best_reps(curves, faults) == [3, 4, 5]


def test_where_every_rep_has_a_fault_the_least_bad_is_taken() -> None:
    assert best_reps(leaning(40, 41), [judged(1, "fault", 1.0), judged(2, "fault", 0.5)]) == [2]


def test_a_quarter_of_a_long_set_is_taken() -> None:
    assert len(best_reps(leaning(*np.linspace(38, 42, 20)), [])) == 5


def test_a_rep_that_was_cut_comes_last() -> None:
    whole = rep(2, with_values("trunk_lean_deg", 49.0))
    cut = RepCurves(1, (), MappingProxyType({}))
    assert best_first([cut, whole], []) == [2, 1]


# ghosts


@pytest.mark.parametrize("azimuth_deg", [90.0, -90.0])
def test_a_ghost_stands_on_the_same_feet_in_the_same_size(azimuth_deg: float) -> None:
    """The same rep filmed from farther away, elsewhere and mirrored is the same skeleton."""
    take, shot = filmed()
    other = film("squat", Tempo(), plate_m=0.45, azimuth_deg=azimuth_deg, px_per_m=210.0, size_px=(900, 1200))
    there = replace(take_of(other.motion), lift="squat")
    mine, theirs = rep_curves(take, shot.rep(2)), rep_curves(there, other.rep(2))
    drawn = placed(ghost_of(take, mine), there, theirs)
    joint = there.near("hip")
    for part in theirs.phases:
        time_s = np.linspace(part.start_s, part.end_s, 41)
        true = np.column_stack([np.interp(time_s, there.signals.time_s, joint[:, axis]) for axis in (0, 1)])
        hip = ghost_of(take, mine).joints.index("hip")
        np.testing.assert_allclose(drawn[part.name][:, hip], true, atol=3.0)


def test_a_ghost_on_the_bench_hangs_on_the_shoulder() -> None:
    take, shot = filmed("bench_press")
    curves = rep_curves(take, shot.rep(1))
    ghost = ghost_of(take, curves)
    shoulder = ghost.joints.index("shoulder")
    assert np.abs(np.nanmedian(ghost.phases["concentric"][:, shoulder], axis=0)).max() < 0.05


def test_an_unseen_joint_has_no_ghost() -> None:
    take, shot = filmed()
    points = take.signals.keypoints_px.copy()
    points[:, INDEX[f"{take.view.near_side}_elbow"]] = np.nan
    blind = replace(take, signals=replace(take.signals, keypoints_px=points))
    ghost = ghost_of(blind, rep_curves(take, shot.rep(1)))
    assert np.isnan(ghost.phases["eccentric"][:, ghost.joints.index("elbow")]).all()


def test_all_reps_are_cut() -> None:
    take, _ = filmed()
    assert [one.number for one in all_curves(take, take.reps)] == [1, 2, 3]
