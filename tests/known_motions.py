"""Motions of one rep in which every metric of formcheck has a value that is known."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from synthetic import (
    FOOT_M,
    HALF_WIDTHS_M,
    TRUNK_M,
    Array,
    Joints,
    Shot,
    Tempo,
    eased,
    film,
    shifted,
    with_plate,
)

from formcheck.metrics import Measure, Take, measure
from formcheck.motion import Motion
from formcheck.reps import Phase, Rep
from formcheck.skeleton import INDEX

PX_PER_M = 324.0
START, TURN, LEAVE, END = 1.0, 2.4, 2.8, 4.0
"""The rep of a Tempo((1.0,))."""


@cache
def one(lift: str, *, azimuth_deg: float = 90.0) -> Shot:
    """Film a single rep."""
    return film(lift, Tempo((1.0,)), azimuth_deg=azimuth_deg, fps=30.0)


def squat() -> Motion:
    return one("squat").motion


def still(*, azimuth_deg: float = 90.0) -> Motion:
    """Somebody upright who does not move."""
    upright = Joints(0, 0, 0, -40, 160)
    postures = (upright, upright)
    return film("squat", Tempo((0.0,)), azimuth_deg=azimuth_deg, postures=postures).motion


def push(motion: Motion, x_px: float, y_px: float, *knots: tuple[float, float]) -> Array:
    """(T, 2) an offset that comes and goes with the knots (seconds, share)."""
    return eased(motion.time_s, [(0.0, 0.0), *knots])[:, None] * (x_px, y_px)


def leaning(motion: Motion, lean_deg: Array) -> Motion:
    """The shoulders are put where the trunk leans so; the hands stay."""
    points = motion.keypoints_px
    offsets = {}
    for side in ("left", "right"):
        hip, shoulder = points[:, INDEX[f"{side}_hip"]], points[:, INDEX[f"{side}_shoulder"]]
        lean = np.radians(lean_deg)
        place = hip + TRUNK_M * PX_PER_M * np.stack([np.sin(lean), -np.cos(lean)], axis=1)
        offsets[f"{side}_shoulder"] = place - shoulder
    return shifted(motion, **offsets)


# the motions


def leaning_early_in_the_ascent() -> Motion:
    knots = [(0, 5), (START, 5), (TURN, 40), (LEAVE, 40), (LEAVE + 0.4, 52), (END, 5)]
    return leaning(squat(), eased(squat().time_s, knots))


def folding_at_the_bottom() -> Motion:
    motion = squat()
    way = Tempo((1.0,)).way(motion.time_s)
    return leaning(motion, 10 + 20 * np.clip(way / 0.9, 0, 1) + 12 * np.clip((way - 0.9) / 0.1, 0, 1))


def hips_before_shoulders() -> Motion:
    """Everything rises by 150 px from the bottom on, the hips half as fast again."""
    motion = still()
    up = push(motion, 0.0, -150.0, (LEAVE, 0), (END, 1))
    names = [f"{side}_{name}" for side in ("left", "right") for name in ("shoulder", "wrist", "ear")]
    return shifted(motion, **dict.fromkeys(names, up), left_hip=1.5 * up, right_hip=1.5 * up)


def rising(*names: str, by_m: float, knots: tuple[tuple[float, float], ...]) -> Callable[[Motion], Motion]:
    """Named keypoints go up by metres and come down again."""

    def change(motion: Motion) -> Motion:
        return shifted(motion, **dict.fromkeys(names, push(motion, 0.0, -by_m * PX_PER_M, *knots)))

    return change


WHOLE_REP = ((START, 0.0), (START + 0.5, 1.0), (END - 0.3, 1.0), (END, 0.0))
AROUND_TURN = ((START, 0.0), (TURN - 0.6, 1.0), (LEAVE + 0.6, 1.0), (END, 0.0))
ASCENT = ((LEAVE - 0.2, 0.0), (LEAVE, 1.0), (END, 1.0), (END + 0.3, 0.0))


def falling_back() -> Motion:
    """The bar rises to 0.6 of its way, falls to 0.55 and goes on."""
    knots = [(0, 0), (START, 0), (TURN, 1), (LEAVE, 1), (3.2, 0.4), (3.5, 0.45), (END, 0), (5, 0)]
    return film("squat", lambda time_s: eased(time_s, knots), time_s=squat().time_s).motion


def knees_caving() -> Motion:
    motion = one("squat", azimuth_deg=0.0).motion
    inward = 0.25 * HALF_WIDTHS_M["knee"] * PX_PER_M
    way = push(motion, 1.0, 0.0, (LEAVE, 0), (LEAVE + 0.2, 1), (END - 0.2, 1), (END, 0))
    return shifted(motion, left_knee=-inward * way, right_knee=inward * way)


def hips_shifting() -> Motion:
    motion = one("squat", azimuth_deg=0.0).motion
    way = push(motion, 0.15 * 2 * HALF_WIDTHS_M["hip"] * PX_PER_M, 0.0, *AROUND_TURN)
    standing_askew = way + np.array([8.0, 0.0])
    return shifted(motion, left_hip=standing_askew, right_hip=standing_askew)


def feet_stepping() -> Motion:
    motion = squat()
    step = push(motion, 0.2 * TRUNK_M * PX_PER_M, 0.0, (TURN, 0), (LEAVE, 1))
    return shifted(motion, left_ankle=step, right_ankle=step)


def with_shaft(motion: Motion, left_down_px: Array) -> Motion:
    """The shaft is seen, as far up as the hands, the lifter's left end lower by (T,) pixels."""
    half = np.column_stack([np.full(len(left_down_px), HALF_WIDTHS_M["wrist"] * PX_PER_M), left_down_px / 2])
    facing = np.sign(motion.keypoints_px[0, INDEX["left_wrist"], 0] - motion.hands_px[0, 0])
    across = half * (facing, 1.0)
    line = np.stack([motion.hands_px + across, motion.hands_px - across], axis=1)
    return replace(motion, line_px=line, line_confidence=np.full(len(line), 0.9))


def bar_tilting(lowest_deg: float = 8.0, azimuth_deg: float = 0.0) -> Motion:
    """A squat from 3 degrees, as a camera held askew sees them, to 8; the wrists tell nothing of it."""
    motion = one("squat", azimuth_deg=azimuth_deg).motion
    tilt = 3.0 + (lowest_deg - 3.0) * eased(motion.time_s, [(0.0, 0.0), *WHOLE_REP])
    return with_shaft(motion, 2 * HALF_WIDTHS_M["wrist"] * PX_PER_M * np.tan(np.radians(tilt)))


def left_end_lagging() -> Motion:
    """The left end does what the right one did a tenth of a second ago."""
    motion = one("squat", azimuth_deg=0.0).motion
    y_px = motion.hands_px[:, 1]
    return with_shaft(motion, np.interp(motion.time_s - 0.1, motion.time_s, y_px) - y_px)


def arm_lagging() -> Motion:
    """One hand is a little lower from the start, as a camera held askew sees it."""
    askew = shifted(still(azimuth_deg=0.0), right_wrist=(0.0, 9.0))
    return rising("right_wrist", by_m=0.2 * TRUNK_M, knots=ASCENT)(askew)


def bent_arms() -> Motion:
    return film(
        "deadlift", Tempo((1.0,)), postures=(Joints(0, 4, 1, 0, 20), Joints(12, 70, 60, 0, 20))
    ).motion


HEELS = rising("right_heel", by_m=0.2 * FOOT_M, knots=AROUND_TURN)
BUTT = rising("left_hip", "right_hip", by_m=0.1 * TRUNK_M, knots=ASCENT)
HEAD = rising("right_ear", by_m=0.15 * TRUNK_M, knots=WHOLE_REP)
SQUAT_RANGE = float(np.ptp(one("squat").bar_height_m)) * PX_PER_M / 1280


# the bar with a plate on it, in metres


def on_a_path(forward_m: tuple[tuple[float, float], ...], lift: str = "squat") -> Motion:
    """The plate rises and falls as the hands do; fore and aft it goes with the knots (seconds, metres)."""
    motion = one(lift).motion
    forward = eased(motion.time_s, [(0.0, 0.0), *forward_m])
    place = np.column_stack([motion.hands_px[0, 0] + PX_PER_M * forward, motion.hands_px[:, 1]])
    return with_plate(motion, place, 0.45 / 2 * PX_PER_M)


def bowing() -> Motion:
    """Forward by 5 cm on the way down, back on the way up by another way."""
    return on_a_path(((START, 0.0), (1.7, 0.05), (TURN, 0.0), (LEAVE, 0.0), (END, 0.0)))


def pressed() -> Motion:
    """The bar comes down 6 cm toward the feet and goes up by the same straight line toward the head."""
    return on_a_path(((START, 0.0), (TURN, 0.06), (LEAVE, 0.06), (END, 0.0)), "bench_press")


SQUAT_RANGE_M = SQUAT_RANGE * 1280 / PX_PER_M
PRESS_RANGE_M = float(np.ptp(one("bench_press").bar_height_m))


def elbows_before_shoulders() -> Motion:
    """A front squat's elbows: 0.5 trunks before the shoulders."""
    motion = squat()
    shoulder, elbow = (motion.keypoints_px[:, INDEX[f"right_{name}"]] for name in ("shoulder", "elbow"))
    return shifted(motion, right_elbow=shoulder - elbow + np.array([0.5 * TRUNK_M * PX_PER_M, 0.0]))


KNOWN: dict[str, tuple[Callable[[], Motion], float, float]] = {
    # metric: motion, value, tolerance
    "range": (lambda: squat(), SQUAT_RANGE, 0.002),
    "mean_concentric_speed": (lambda: squat(), SQUAT_RANGE / 1.2, 0.003),
    "range_m": (bowing, SQUAT_RANGE_M, 0.002),
    "mean_velocity": (bowing, SQUAT_RANGE_M / 1.2, 0.003),
    "propulsive_velocity": (bowing, SQUAT_RANGE_M / 1.2, 0.003),
    "peak_velocity": (bowing, SQUAT_RANGE_M / 1.2 * np.pi / 2, 0.005),
    "time_to_peak": (bowing, 0.6, 1e-6),
    "sticking_velocity": (bowing, SQUAT_RANGE_M / 1.2 * np.pi / 2 * np.sqrt(0.5), 0.005),
    "drift": (bowing, 5.0, 0.02),
    "drift_height": (bowing, 50.0, 1.0),
    "path_loop": (bowing, 5.0, 0.02),
    # the bow is 0.2 w (1 - w) over a share w of the range, from 5 to 95 % of it
    "path_area": (bowing, 1e4 * SQUAT_RANGE_M * 0.2 * 0.16425, 0.5),
    "first_direction": (pressed, np.degrees(np.arctan2(0.06, PRESS_RANGE_M)), 0.1),
    # seen from far away: what perspective moves is not there, but is taken off
    "bar_over_midfoot": (bowing, 1.6, 0.5),
    "touch_point": (pressed, 8.5, 9.0),
    "lockout_offset": (pressed, 2.5, 9.0),
    "eccentric": (lambda: squat(), 1.4, 1e-6),
    "pause": (lambda: squat(), 0.4, 1e-6),
    "concentric": (lambda: squat(), 1.2, 1e-6),
    "sticking_region": (lambda: squat(), 0.35, 1e-6),
    "dip": (falling_back, 0.05, 0.005),
    # the thigh is 95 deg from the vertical
    "depth": (lambda: squat(), -np.cos(np.radians(95.0)), 0.02),
    "knee_flexion_start": (lambda: squat(), 6.0, 2.0),
    "knee_flexion_turn": (lambda: squat(), 125.0, 1.0),
    "knee_flexion_end": (lambda: squat(), 6.0, 2.0),
    "hip_flexion_start": (lambda: squat(), 9.0, 2.0),
    "hip_flexion_turn": (lambda: squat(), 135.0, 1.0),
    "hip_flexion_end": (lambda: squat(), 9.0, 2.0),
    "elbow_flexion_turn": (lambda: one("bench_press").motion, 100.0, 1.0),
    "elbow_flexion_end": (lambda: one("bench_press").motion, 8.0, 2.0),
    "trunk_lean_start": (lambda: squat(), 5.0, 1.0),
    "trunk_lean_turn": (lambda: squat(), 40.0, 0.5),
    "trunk_rise": (leaning_early_in_the_ascent, 12.0, 0.5),
    "trunk_fold": (folding_at_the_bottom, 12.0, 2.0),
    "hip_shoulder_ratio": (hips_before_shoulders, 1.5, 0.01),
    "heel_rise": (lambda: HEELS(squat()), 0.2, 0.01),
    "elbow_bend": (bent_arms, 20.0, 0.5),
    "elbows_ahead": (elbows_before_shoulders, 0.5, 0.02),
    "hip_lift": (lambda: BUTT(one("bench_press").motion), 0.1, 0.005),
    "feet_moved": (feet_stepping, 0.2, 0.005),
    "head_lift": (lambda: HEAD(one("bench_press").motion), 0.15, 0.01),
    "knee_width_drop": (knees_caving, 25.0, 1.0),
    "hip_shift": (hips_shifting, 15.0, 0.5),
    "bar_tilt": (bar_tilting, 5.0, 0.1),
    "left_end_lower": (bar_tilting, 5.0, 0.1),
    "left_end_late": (left_end_lagging, 0.1, 0.005),
    "side_lag": (arm_lagging, 0.2, 0.005),
}


def rep_of_squat() -> Rep:
    rep = one("squat").rep()
    return replace(rep, phases=(*rep.phases, Phase("sticking_region", 3.1, 3.45)))


def measured(name: str, take: Take) -> Measure:
    rep = one("deadlift").rep() if name == "elbow_bend" else rep_of_squat()
    return measure(name, take, rep)
