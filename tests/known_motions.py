"""Motions of one rep in which every metric of formcheck has a value that is known."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from synthetic import FOOT_M, HALF_WIDTHS_M, TRUNK_M, Array, Joints, Shot, Tempo, eased, film, shifted

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


def bar_tilting() -> Motion:
    """From 3 degrees, as a camera held askew sees them, to 8."""
    width = 2 * HALF_WIDTHS_M["wrist"]
    low, high = (width * float(np.tan(np.radians(tilt))) for tilt in (3.0, 8.0))
    askew = shifted(still(azimuth_deg=0.0), left_wrist=(0.0, -low * PX_PER_M))
    return rising("left_wrist", by_m=high - low, knots=WHOLE_REP)(askew)


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

KNOWN: dict[str, tuple[Callable[[], Motion], float, float]] = {
    # metric: motion, value, tolerance
    "range": (lambda: squat(), SQUAT_RANGE, 0.002),
    "mean_concentric_speed": (lambda: squat(), SQUAT_RANGE / 1.2, 0.003),
    "eccentric": (lambda: squat(), 1.4, 1e-6),
    "pause": (lambda: squat(), 0.4, 1e-6),
    "concentric": (lambda: squat(), 1.2, 1e-6),
    "sticking_region": (lambda: squat(), 0.35, 1e-6),
    "dip": (falling_back, 0.05, 0.005),
    # the thigh is 95 deg from the vertical; a bias of the networks is taken off, hence the tolerance
    "depth": (lambda: squat(), -np.cos(np.radians(95.0)), 0.165),
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
    "hip_lift": (lambda: BUTT(one("bench_press").motion), 0.1, 0.005),
    "feet_moved": (feet_stepping, 0.2, 0.005),
    "head_lift": (lambda: HEAD(one("bench_press").motion), 0.15, 0.01),
    "knee_width_drop": (knees_caving, 25.0, 1.0),
    "hip_shift": (hips_shifting, 15.0, 0.5),
    "hand_tilt": (bar_tilting, 5.0, 0.1),
    "side_lag": (arm_lagging, 0.2, 0.005),
}


def rep_of_squat() -> Rep:
    rep = one("squat").rep()
    return replace(rep, phases=(*rep.phases, Phase("sticking_region", 3.1, 3.45)))


def measured(name: str, take: Take) -> Measure:
    rep = one("deadlift").rep() if name == "elbow_bend" else rep_of_squat()
    return measure(name, take, rep)
