"""Measures by the fitted body, on mechanisms whose joints are known."""

from dataclasses import replace

import numpy as np
import pytest
from known_motions import hips_before_shoulders, measured
from mechanisms import Set, Take, film, without_plate
from synthetic import take_of

from formcheck.body import Body, add_curves
from formcheck.lifts import load_lift
from formcheck.metrics import Take as Judged
from formcheck.metrics import fitted, measure
from formcheck.motion import Motion
from formcheck.reps import Phase
from formcheck.scale import estimate_scale
from formcheck.signals import compute_signals
from formcheck.skeleton import INDEX
from formcheck.view import view_from_azimuth


def seen_in_space(motion: Motion) -> Motion:
    """World points, whose trunk is half a metre long: only the picture's scale is taken from them."""
    points = motion.keypoints_px
    shoulder, hip = (
        (points[:, INDEX[f"left_{name}"]] + points[:, INDEX[f"right_{name}"]]) / 2
        for name in ("shoulder", "hip")
    )
    per_px = 0.5 / np.linalg.norm(shoulder - hip, axis=1)
    world = np.concatenate([(points - hip[:, None]) * per_px[:, None, None], 0 * points[..., :1]], axis=2)
    return replace(motion, world_m=world)


def judged(shot: Take, body: Body, motion: Motion | None = None) -> Judged:
    motion = seen_in_space(motion or shot.motion)
    scale = estimate_scale(motion, shot.view)
    signals = add_curves(compute_signals(motion, shot.view, scale), body)
    starts = load_lift(shot.of.lift).rep.starts
    return Judged(
        motion, signals, shot.view, scale, preset="accurate", lift=shot.of.lift, body=body, starts=starts
    )


def truth_at(shot: Take, name: str, time_s: float) -> float:
    return float(np.interp(time_s, shot.motion.time_s, shot.truth[name]))


@pytest.mark.parametrize("name", ["knee_flexion_turn", "hip_flexion_turn", "trunk_lean_turn"])
@pytest.mark.parametrize("yaw_deg", [5.0, 40.0])
def test_angles_at_the_turn_are_those_of_the_joints(name: str, yaw_deg: float) -> None:
    shot = film(Set(yaw_deg=yaw_deg))
    take, rep = judged(shot, shot.fit()), shot.reps[0]
    found = measure(name, take, rep)
    true = truth_at(shot, name.removesuffix("_turn"), rep.turn_s)
    assert found.low < true < found.high
    assert found.value == pytest.approx(true, abs=2.5)
    assert found.high - found.low < 25


def test_depth_is_in_lengths_of_the_fitted_thigh() -> None:
    shot = film(Set())
    body = shot.fit()
    take, rep = judged(shot, body), shot.reps[1]
    found = measure("depth", take, rep)
    true = truth_at(shot, "depth", rep.turn_s) / body.lengths_m["thigh"].value_m
    assert found.unit == "thigh lengths"
    assert found.low < true < found.high
    assert found.value == pytest.approx(true, abs=0.03)


def test_depth_in_centimeters_is_that_of_the_joints() -> None:
    shot = film(Set())
    take, rep = judged(shot, shot.fit()), shot.reps[1]
    found = measure("hips_below_knees", take, rep)
    true = 100 * truth_at(shot, "depth", rep.turn_s)
    assert found.unit == "cm"
    assert found.low < true < found.high
    assert found.value == pytest.approx(true, abs=1.5)
    assert "not trusted" in measure("hips_below_knees", judged(shot, untrusted(shot)), rep).missing


def test_a_hidden_joint_is_still_told() -> None:
    shot = film(Set())
    blind = shot.motion.confidence.copy()
    blind[:, [INDEX["left_hip"], INDEX["right_hip"]]] = 0.1
    take = judged(shot, shot.fit(), replace(shot.motion, confidence=blind))
    assert not measure("hip_flexion_turn", take, shot.reps[0]).missing
    unsure = judged(shot, untrusted(shot), replace(shot.motion, confidence=blind))
    assert "hidden: hip" in measure("hip_flexion_turn", unsure, shot.reps[0]).missing


def untrusted(shot: Take) -> Body:
    return replace(shot.fit(), trusted=False, why="it is a test")


@pytest.mark.parametrize(
    ("lift", "locked"),
    [("squat", "knee_flexion_end"), ("deadlift", "knee_flexion_turn"), ("bench_press", "elbow_flexion_end")],
)
def test_the_fit_judges_a_lockout_as_nothing_told_it_that_limbs_are_straight(lift: str, locked: str) -> None:
    shot = film(Set(lift))
    take = judged(shot, shot.fit())
    found = fitted.measure(locked, take, shot.reps[0])
    assert found is not None
    instant = shot.reps[0].turn_s if locked.endswith("_turn") else shot.reps[0].end_s
    assert found.low < truth_at(shot, locked.rpartition("_")[0], instant) < found.high


def test_a_body_that_is_not_trusted_tells_nothing() -> None:
    shot = film(Set())
    take = judged(shot, untrusted(shot))
    assert not any(name.startswith("fitted_") for name in take.signals.values)
    assert fitted.measure("knee_flexion_turn", take, shot.reps[0]) is None
    assert measure("knee_flexion_turn", take, shot.reps[0]).value == pytest.approx(
        truth_at(shot, "knee_flexion", shot.reps[0].turn_s), abs=45
    )
    assert "not trusted" in measure("balance_shift", take, shot.reps[0]).missing


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_balance_is_of_lifter_and_bar_together(lift: str) -> None:
    """With next to nothing on the bar it is the lifter's, with next to everything the bar's."""
    shot = film(Set(lift, yaw_deg=2.0))
    take, rep = judged(shot, shot.fit()), shot.reps[0]
    during = (shot.motion.time_s >= rep.start_s) & (shot.motion.time_s <= rep.end_s)
    light = measure("balance_shift", replace(take, load_kg=0.001), rep)
    true = largest(shot.truth["com_over_midfoot"][during])
    assert light.low < true < light.high
    assert light.value == pytest.approx(true, abs=1.5)
    bar = largest(take.signals.values["bar_forward_m"][take.span(rep.start_s, rep.end_s)])
    assert measure("balance_shift", replace(take, load_kg=1e6), rep).value == pytest.approx(bar, abs=0.01)
    between = measure("balance_shift", replace(take, load_kg=80.0), rep)
    assert min(light.value, bar) - 0.5 < between.value < max(light.value, bar) + 0.5
    assert "--load" in measure("balance_shift", take, rep).missing


def largest(way: np.ndarray) -> float:
    """The largest way from the first place, in cm."""
    away = way - way[0]
    return 100 * float(away[np.abs(away).argmax()])


def test_curves_have_deviations_and_are_nan_between_reps() -> None:
    shot = film(Set(depth=(1.0,)))
    take = judged(shot, shot.fit())
    knee, sd = take.signals.values["fitted_knee_flexion_deg"], take.signals.sd["fitted_knee_flexion_deg"]
    assert np.isnan(knee[take.signals.time_s < shot.reps[0].start_s - 0.6]).all()
    assert np.isfinite(knee[take.span(shot.reps[0].start_s, shot.reps[0].end_s)]).all()
    assert (np.isfinite(knee) == np.isfinite(sd)).all()
    assert np.nanmin(sd) > 1.0


def test_without_a_plate_it_is_less_sure() -> None:
    shot = film(Set())
    rep = shot.reps[0]
    with_it = measure("knee_flexion_turn", judged(shot, shot.fit()), rep)
    motion = without_plate(shot.motion)
    without = measure("knee_flexion_turn", judged(shot, shot.fit(motion=motion), motion), rep)
    assert without.high - without.low > with_it.high - with_it.low


def test_the_drawn_body_lies_on_the_keypoints() -> None:
    shot = film(Set())
    body = shot.fit()
    known = np.isfinite(body.depth_m)
    for name in ("left_knee", "right_hip", "left_shoulder"):
        away = np.linalg.norm(body.keypoints_px[name] - shot.motion.keypoints_px[:, INDEX[name]], axis=1)
        assert np.nanmedian(away) < 6
        assert (np.isfinite(away) == known).all()


def test_hips_and_shoulders_rise_as_the_joints_do() -> None:
    shot = film(Set())
    take, rep = judged(shot, shot.fit()), shot.reps[0]
    rise = replace(rep, phases=(Phase("concentric", rep.turn_s, rep.end_s),))
    found = measure("hip_shoulder_ratio", take, rise)
    shank, thigh, trunk = (np.radians(shot.truth[n]) for n in ("shank_lean", "thigh_angle", "trunk_lean"))
    long = {name: take.body.lengths_m[name].value_m for name in ("shank", "thigh", "trunk")}
    hip = long["shank"] * np.cos(shank) + long["thigh"] * np.sin(thigh)
    shoulder = hip + long["trunk"] * np.cos(trunk)
    height = -take.signals.bar_px[:, 1]
    start, stop = take.at(rep.turn_s), take.at(rep.end_s)
    third = start + int(
        np.flatnonzero(height[start:] >= height[start] + 0.35 * (height[stop] - height[start]))[0]
    )
    seconds = take.signals.time_s[[start, third]]
    rises = [np.diff(np.interp(seconds, shot.motion.time_s, curve))[0] for curve in (hip, shoulder)]
    assert found.low < rises[0] / rises[1] < found.high
    assert found.value == pytest.approx(rises[0] / rises[1], abs=0.08)


def test_joints_behind_a_bar_on_the_back_are_known_less_well_than_those_above_one_on_the_floor() -> None:
    motion = hips_before_shoulders()
    take = take_of(motion)
    half = {}
    for starts in ("top", "bottom"):
        found = measured("hip_shoulder_ratio", replace(take, starts=starts))
        half[starts] = (found.high - found.low) / 2 / np.hypot(1.0, found.value)
    assert half["top"] > 1.4 * half["bottom"]


def test_hips_that_were_long_out_of_sight_at_the_turn_are_not_compared() -> None:
    shot = film(Set())
    rep = shot.reps[0]
    gone = np.abs(shot.motion.time_s - rep.turn_s) < 1.1
    points = np.where(gone[:, None, None], np.nan, shot.motion.keypoints_px)
    take = judged(shot, shot.fit(motion=replace(shot.motion, keypoints_px=points)))
    rise = replace(rep, phases=(Phase("concentric", rep.turn_s, rep.end_s),))
    assert np.isnan(take.signals.values["fitted_thigh_angle_deg"][take.at(rep.turn_s)])
    found = measure("hip_shoulder_ratio", take, rise)
    assert np.isnan(found.value)
    assert "not seen" in found.missing


def test_angles_in_the_picture_are_shown_only_from_the_side() -> None:
    side, oblique = film(Set(yaw_deg=10.0)), film(Set(yaw_deg=45.0))
    assert "knee_flexion_deg" in judged(side, side.fit()).shown
    shown = judged(oblique, oblique.fit()).shown
    assert "fitted_knee_flexion_deg" in shown
    assert "knee_flexion_deg" not in shown
    assert "bar_height_ih" in shown
    assert not any(name.endswith("_deg") for name in judged(oblique, untrusted(oblique)).shown)


@pytest.mark.parametrize("azimuth_deg", [130.0, -130.0, 175.0])
def test_from_behind_the_fit_is_not_trusted(azimuth_deg: float) -> None:
    shot = film(Set(yaw_deg=-40.0))
    body = shot.fit(view=view_from_azimuth(azimuth_deg, 1.0))
    assert not body.trusted
    assert body.why


def test_from_the_front_only_the_squat_is_trusted() -> None:
    squat, pull = (film(Set(lift, yaw_deg=85.0)) for lift in ("squat", "deadlift"))
    assert squat.fit().trusted
    body = pull.fit()
    assert not body.trusted
    assert "front" in body.why


@pytest.mark.parametrize("yaw_deg", [40.0, 85.0])
def test_caving_knees_are_told_in_space(yaw_deg: float) -> None:
    shot = film(Set(yaw_deg=yaw_deg))
    clean = measure("knee_width_drop", judged(shot, shot.fit()), shot.reps[0])
    assert clean.low < 2.0
    body = shot.fit()
    caving = body.sides["knee_separation"].copy()
    up = shot.motion.time_s > shot.reps[0].turn_s
    caving[up] *= 0.7
    body = replace(body, sides=dict(body.sides) | {"knee_separation": caving})
    assert measure("knee_width_drop", judged(shot, body), shot.reps[0]).value == pytest.approx(30, abs=3)


def test_at_an_angle_knees_take_the_fitted_body() -> None:
    shot = film(Set(yaw_deg=40.0))
    body = replace(shot.fit(), trusted=False, why="it is a test")
    assert "fitted body" in measure("knee_width_drop", judged(shot, body), shot.reps[0]).missing
