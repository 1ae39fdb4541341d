"""Curves over time against motions whose every angle and height is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import Array, Shot, Tempo, film, hidden, inside, mirrored, noisy, swapped, take_of

from formcheck.signals import (
    Signals,
    finite_runs,
    flexion_deg,
    joint_angles,
    lean_deg,
    low_pass,
    repair_sides,
    resample,
    uniform_times,
)
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.view import view_from_azimuth

LIFTS = ("squat", "deadlift", "bench_press")
ANGLES = (
    "knee_flexion_deg", "hip_flexion_deg", "elbow_flexion_deg",
    "trunk_lean_deg", "shank_lean_deg", "thigh_angle_deg",
)  # fmt: skip
SIDED = ("knee_flexion_deg", "hip_flexion_deg", "elbow_flexion_deg")


def signals_of(shot: Shot) -> Signals:
    return take_of(shot.motion).signals


# angles


@pytest.mark.parametrize("degrees", [0.0, 0.5, 30.0, 90.0, 135.0, 179.5])
@pytest.mark.parametrize("bend", [1.0, -1.0], ids=["one way", "the other way"])
def test_flexion_is_zero_for_a_straight_limb(degrees: float, bend: float) -> None:
    turn = np.radians(180.0 - degrees)
    a, joint = np.array([[2.0, 0.0]]), np.zeros((1, 2))
    b = 3.0 * np.array([[np.cos(turn), bend * np.sin(turn)]])
    assert flexion_deg(a, joint, b) == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize("degrees", [-90.0, -20.0, 0.0, 45.0, 90.0, 120.0])
@pytest.mark.parametrize("forward", [1.0, -1.0], ids=["facing right", "facing left"])
def test_lean_is_from_the_vertical_with_forward_positive(degrees: float, forward: float) -> None:
    high = 5.0 * np.array([[forward * np.sin(np.radians(degrees)), -np.cos(np.radians(degrees))]])
    assert lean_deg(np.zeros((1, 2)), high, forward) == pytest.approx(degrees)


@pytest.mark.parametrize("azimuth_deg", [90.0, -90.0], ids=["facing right", "facing left"])
@pytest.mark.parametrize("name", ANGLES)
@pytest.mark.parametrize("lift", LIFTS)
def test_angles_are_those_of_the_lifter(lift: str, name: str, azimuth_deg: float) -> None:
    shot = film(lift, azimuth_deg=azimuth_deg)
    np.testing.assert_allclose(signals_of(shot).values[name], shot.angle_deg(name), atol=0.5)


@pytest.mark.parametrize("name", SIDED)
def test_both_sides_have_their_angles(name: str) -> None:
    shot = film("squat")
    values = signals_of(shot).values
    for side in ("left", "right"):
        np.testing.assert_allclose(values[f"{side}_{name}"], shot.angle_deg(name), atol=0.5)


def test_without_a_side_an_angle_is_of_the_near_side() -> None:
    """The left knee is bent by hand, and only where the left side is near does it count."""
    for azimuth_deg, expected in ((-90.0, "left"), (90.0, "right")):
        motion = film("squat", azimuth_deg=azimuth_deg).motion
        points = motion.keypoints_px.copy()
        points[:, INDEX["left_knee"], 0] += 40.0
        values = take_of(replace(motion, keypoints_px=points)).signals.values
        np.testing.assert_array_equal(values["knee_flexion_deg"], values[f"{expected}_knee_flexion_deg"])


SHIFTS = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
POINTS = film("squat", fps=5.0, azimuth_deg=60.0).motion.keypoints_px


@settings(deadline=None, max_examples=30)
@given(SHIFTS, st.floats(0.2, 5.0))
def test_angles_are_unchanged_by_shift_and_zoom(shift_px: tuple[float, float], zoom: float) -> None:
    view = view_from_azimuth(60.0, 1.0)
    plain, changed = joint_angles(POINTS, view), joint_angles(zoom * POINTS + shift_px, view)
    for name, curve in plain.items():
        np.testing.assert_allclose(changed[name], curve, atol=1e-6, err_msg=name)


@settings(deadline=None, max_examples=15)
@given(st.floats(30.0, 150.0), st.sampled_from(LIFTS))
def test_angles_are_unchanged_by_mirroring(azimuth_deg: float, lift: str) -> None:
    motion = film(lift, azimuth_deg=azimuth_deg, fps=10.0).motion
    plain, changed = take_of(motion).signals.values, take_of(mirrored(motion)).signals.values
    for name in (*ANGLES, "bar_height_ih", "bar_speed_ih_per_s"):
        np.testing.assert_allclose(changed[name], plain[name], atol=1e-6, err_msg=name)


# the filter


def gain_of(hz: float, rate_hz: float) -> float:
    """Amplitude that is left of a long sine, far from its ends."""
    time_s = np.arange(round(20 * rate_hz)) / rate_hz
    middle = slice(len(time_s) // 4, 3 * len(time_s) // 4)
    passed = low_pass(np.sin(2 * np.pi * hz * time_s), rate_hz)[middle]
    wave = np.exp(-2j * np.pi * hz * time_s[middle]) * np.hanning(len(passed))
    return float(2 * np.abs(passed @ wave) / np.hanning(len(passed)).sum())


@pytest.mark.parametrize("rate_hz", [24.0, 30.0, 60.0, 240.0])
def test_a_slow_sine_passes_unchanged_and_without_lag(rate_hz: float) -> None:
    time_s = np.arange(round(10 * rate_hz)) / rate_hz
    sine = np.sin(2 * np.pi * time_s)
    inner = (time_s > 1.0) & (time_s < 9.0)
    assert gain_of(1.0, rate_hz) == pytest.approx(1.0, abs=0.01)
    np.testing.assert_allclose(low_pass(sine, rate_hz)[inner], sine[inner], atol=0.01)


@pytest.mark.parametrize("rate_hz", [24.0, 30.0, 60.0, 240.0])
def test_half_of_the_power_is_left_at_six_hertz(rate_hz: float) -> None:
    """The cut-off of the two passes together, not of each: Winter's correction."""
    hz = np.linspace(5.0, 7.0, 201)
    gains = np.array([gain_of(f, rate_hz) for f in hz])
    cutoff_hz = hz[np.argmin(np.abs(gains - np.sqrt(0.5)))]
    assert cutoff_hz == pytest.approx(6.0, rel=0.03)


@pytest.mark.parametrize("rate_hz", [60.0, 240.0])
def test_fifteen_hertz_are_cut(rate_hz: float) -> None:
    """1 / (1 + (15 / 6) ** 4 * (sqrt(2) - 1)) is 0.058."""
    assert gain_of(15.0, rate_hz) < 0.06


def test_noise_is_lessened_and_the_angles_stay_true() -> None:
    shot = film("squat")
    error = signals_of(replace(shot, motion=noisy(shot.motion, 2.0))).values["knee_flexion_deg"]
    error = error - shot.angle_deg("knee_flexion_deg")
    assert abs(float(error.mean())) < 0.5
    assert float(error.std()) < 1.0


# gaps


def known(signals: Signals, name: str) -> Array:
    return np.isfinite(signals.values[name])


@pytest.mark.parametrize("name", ["knee_flexion_deg", "trunk_lean_deg"])
def test_a_gap_of_a_fifth_of_a_second_is_filled(name: str) -> None:
    shot = film("squat")
    values = signals_of(replace(shot, motion=hidden(shot.motion, (1.6, 1.8)))).values[name]
    np.testing.assert_allclose(values, shot.angle_deg(name), atol=2.0)


@pytest.mark.parametrize("name", ["knee_flexion_deg", "trunk_lean_deg"])
def test_a_longer_gap_stays_a_gap_and_does_not_spread(name: str) -> None:
    shot = film("squat")
    lost = inside(shot.motion, (1.6, 1.85))
    gaps = ~known(signals_of(replace(shot, motion=hidden(shot.motion, (1.6, 1.85)))), name)
    assert gaps[lost].all()
    assert not gaps[: np.flatnonzero(lost)[0]].any()
    assert not gaps[np.flatnonzero(lost)[-1] + 2 :].any()


def test_what_was_seen_is_not_lost() -> None:
    time_s = np.arange(40) / 10
    values = np.sin(time_s)
    values[10:25] = np.nan
    np.testing.assert_array_equal(np.isfinite(resample(time_s, values, time_s)), np.isfinite(values))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 299), st.integers(1, 60)), max_size=6))
def test_the_filter_never_spreads_nan(gaps: list[tuple[int, int]]) -> None:
    values = np.sin(np.arange(300) / 20)
    for start, length in gaps:
        values[start : start + length] = np.nan
    passed = low_pass(values, 60.0)
    np.testing.assert_array_equal(np.isnan(passed), np.isnan(values))
    assert np.isfinite(passed[np.isfinite(values)]).all()


def test_a_hidden_joint_is_no_gap_elsewhere() -> None:
    motion = film("squat").motion
    points = motion.keypoints_px.copy()
    points[100:200, INDEX["right_ankle"]] = np.nan
    signals = take_of(replace(motion, keypoints_px=points)).signals
    assert not known(signals, "knee_flexion_deg")[110:190].any()
    for name in ("hip_flexion_deg", "trunk_lean_deg", "left_knee_flexion_deg", "bar_height_ih"):
        assert known(signals, name).all(), name


def test_what_is_only_guessed_has_no_angle() -> None:
    """Behind a plate the network goes on guessing, and says so: the elbow is hidden for two seconds."""
    motion = film("squat").motion
    guessed = inside(motion, (4.0, 6.0))
    confidence = motion.confidence.copy()
    confidence[guessed, INDEX["right_elbow"]] = 0.1
    signals = take_of(replace(motion, confidence=confidence)).signals
    inner = inside(motion, (4.3, 5.7))
    assert not known(signals, "elbow_flexion_deg")[inner].any()
    assert known(signals, "elbow_flexion_deg")[~inside(motion, (3.7, 6.3))].all()
    for name in ("left_elbow_flexion_deg", "knee_flexion_deg", "trunk_lean_deg"):
        assert known(signals, name).all(), name


def test_seen_bridges_short_gaps() -> None:
    motion = hidden(film("squat").motion, (2.0, 2.2), (6.0, 7.0))
    seen = take_of(motion).signals.seen
    assert seen[inside(motion, (2.0, 2.2))].all()
    assert not seen[inside(motion, (6.0, 7.0))].any()


def test_finite_runs_are_half_open() -> None:
    values = np.array([np.nan, 1.0, 2.0, np.nan, np.nan, 3.0])
    assert finite_runs(values) == [(1, 3), (5, 6)]
    assert finite_runs(np.full(3, np.nan)) == []
    assert finite_runs(np.ones(3)) == [(0, 3)]


# left and right


@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, 150.0])
@pytest.mark.parametrize("spans", [[(2.0, 2.5)], [(2.0, 2.1), (5.0, 6.5), (9.0, 9.4)], [(-1.0, 1.0)]])
def test_exchanged_sides_are_put_right_and_counted(
    azimuth_deg: float, spans: list[tuple[float, float]]
) -> None:
    motion = film("squat", azimuth_deg=azimuth_deg).motion
    repaired, share = repair_sides(swapped(motion, *spans).keypoints_px)
    limbs = [INDEX[name] for name in KEYPOINTS if name != "nose" and not name.endswith("_ear")]
    np.testing.assert_array_equal(repaired[:, limbs], motion.keypoints_px[:, limbs])
    assert share == pytest.approx(inside(motion, *spans).mean())


@pytest.mark.parametrize("azimuth_deg", [0.0, 45.0, 90.0])
@pytest.mark.parametrize("lift", LIFTS)
def test_sides_that_are_right_are_left_alone(lift: str, azimuth_deg: float) -> None:
    motion = film(lift, azimuth_deg=azimuth_deg, fps=30.0).motion
    repaired, share = repair_sides(motion.keypoints_px)
    np.testing.assert_array_equal(repaired, motion.keypoints_px)
    assert share == 0.0


# time


@pytest.mark.parametrize("name", ["knee_flexion_deg", "trunk_lean_deg", "elbow_flexion_deg"])
def test_a_variable_frame_rate_gives_the_same_curve(name: str) -> None:
    """Frames up to 12 ms early or late, and every tenth missing."""
    rng = np.random.default_rng(7)
    even = np.arange(round(Tempo().duration_s * 30)) / 30
    odd = np.delete(even + rng.uniform(-0.012, 0.012, len(even)), np.s_[5::10])
    shot = film("squat", time_s=odd)
    signals = signals_of(shot)
    truth = np.interp(signals.time_s, odd, shot.angle_deg(name))
    np.testing.assert_allclose(signals.values[name], truth, atol=1.5)


def test_times_are_uniform_over_the_same_span() -> None:
    time_s = np.array([0.0, 0.1, 0.2, 0.31, 0.4, 0.9, 1.0])
    even = uniform_times(time_s)
    assert (even[0], even[-1]) == (0.0, 1.0)
    np.testing.assert_allclose(np.diff(even), 0.1)


def test_curves_of_another_length_are_refused() -> None:
    signals = signals_of(film("squat", fps=10.0))
    with pytest.raises(ValueError, match=r"knee_flexion_deg: expected \(\d+,\), got \(3,\)"):
        replace(signals, values={"knee_flexion_deg": np.zeros(3)})
