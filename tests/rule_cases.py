"""Takes in which a metric of a rep has a wanted value: by keypoints, plate and time, or by fitted curves."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from known_motions import (
    AROUND_TURN,
    ASCENT,
    END,
    HALF_WIDTHS_M,
    LEAVE,
    PX_PER_M,
    START,
    TURN,
    WHOLE_REP,
    leaning,
    on_a_path,
    one,
    push,
    rising,
    still,
    with_shaft,
)
from synthetic import (
    FOOT_M,
    FROM_BELOW,
    SHANK_M,
    THIGH_M,
    TRUNK_M,
    Array,
    Joints,
    Shot,
    Tempo,
    eased,
    film,
    pressing,
    shifted,
    take_of,
    with_plate,
)

from formcheck.body import Body, Length
from formcheck.metrics import Take
from formcheck.metrics.corrections import load_corrections
from formcheck.metrics.proportions import MASS_INDEX, Build, expected_lean_deg
from formcheck.motion import Motion
from formcheck.reps import Phase, Rep
from formcheck.skeleton import INDEX

Case = tuple[Take, Rep]

STATURE_M = 1.75
LENGTHS_M = {"stature": STATURE_M, "shank": SHANK_M, "thigh": THIGH_M, "trunk": TRUNK_M, "foot": 0.26}
FACING = 1.0
"""In the takes from the side the lifter faces the picture's right."""


def case(motion: Motion, lift: str = "squat", **rep: object) -> Case:
    """A take of one rep of a lift, watched by the accurate network."""
    shot = one(lift)
    true = replace(shot.rep(), **rep)
    starts = "bottom" if lift in FROM_BELOW else "top"
    take = replace(take_of(motion), preset="accurate", lift=lift, reps=(true,), starts=starts)
    return take, true


def fitted(
    curves: dict[str, Array], lift: str = "squat", motion: Motion | None = None, **changes: object
) -> Case:
    """A take whose fitted body has these curves over time, with standard deviations of 1.5 (or 1 cm)."""
    take, rep = case(motion or on_a_path(((START, 0.0), (END, 0.0)), lift), lift)
    names = {f"fitted_{name}": np.array(curve, dtype=float) for name, curve in curves.items()}
    sd = {name: np.full(len(c), 0.01 if name.endswith("_m") else 1.5) for name, c in names.items()}
    signals = replace(
        take.signals,
        values=MappingProxyType({**take.signals.values, **names}),
        sd=MappingProxyType({**take.signals.sd, **sd}),
    )
    return replace(take, signals=signals, body=body(len(take.motion.time_s)), **changes), rep


def body(count: int) -> Body:
    """A trusted body of the stick lifter's lengths, known to 2 %."""
    nothing = [np.full(count, np.nan) for _ in range(5)]
    return Body(
        time_s=nothing[0],
        angles_deg={},
        sd_deg={},
        depth_m=nothing[1],
        depth_sd_m=nothing[2],
        com_over_midfoot_m=nothing[3],
        com_sd_m=nothing[4],
        lengths_m={name: Length(value, 0.02 * value) for name, value in LENGTHS_M.items()},
        camera=None,
        residual=None,
        fed_by=frozenset(),
        trusted=True,
    )


def over_time(*knots: tuple[float, float], lift: str = "squat") -> Array:
    """A curve over the uniform samples of a one-rep take."""
    take, _ = case(one(lift).motion, lift)
    return eased(take.signals.time_s, [(0.0, knots[0][1]), *knots])


def front(lift: str = "squat") -> Motion:
    """The lift from the front."""
    return one(lift, azimuth_deg=0.0).motion


# squat


def depth(value: float) -> Case:
    """The thigh comes to that depth: -cos of its angle from the vertical."""
    thigh = np.degrees(np.arccos(-value))
    bottom = Joints(30, thigh + 30, 40, -40, 160)
    top = Joints(2, 6, 5, -40, 160)
    return case(film("squat", Tempo((1.0,)), postures=(top, bottom), fps=30.0).motion)


def several(depths: Sequence[float], lift: str = "squat") -> tuple[Shot, Take]:
    """A set with a plate, in reps of those depths."""
    shot = film(lift, Tempo(tuple(depths)), fps=30.0, plate_m=0.45)
    reps = tuple(shot.rep(number) for number in range(1, len(depths) + 1))
    starts = "bottom" if lift in FROM_BELOW else "top"
    return shot, replace(take_of(shot.motion), preset="accurate", lift=lift, reps=reps, starts=starts)


def bottom_change(value: float) -> Case:
    """The third of three reps ends that many centimeters higher."""
    whole = float(np.ptp(one("squat").bar_height_m))
    _, take = several((0.9, 0.9, 0.9 - value / 100 / whole))
    return take, take.reps[2]


def range_lost(value: float) -> Case:
    """The third of three reps is shorter by that share."""
    _, take = several((0.8, 0.8, 0.8 * (1 - value / 100)), "bench_press")
    return take, take.reps[2]


def lean_excess(value: float, build: float = 1.0) -> Case:
    """The trunk leans that much more than lengths and shank ask for; `build` stretches the thigh."""
    lengths = {**LENGTHS_M, "thigh": build * THIGH_M}
    asked = expected_lean_deg(
        Build(
            stature_m=STATURE_M,
            shank_m=lengths["shank"],
            thigh_m=lengths["thigh"],
            trunk_m=lengths["trunk"],
            middle_m=0.30 * lengths["foot"],
            mass_kg=MASS_INDEX * STATURE_M**2,
        ),
        shank_deg=30.0,
        thigh_deg=-5.0,
        bar_kg=MASS_INDEX * STATURE_M**2,
        along=1.02,
        behind=0.025,
    )
    return leaning_squat(asked + value, build)


def leaning_squat(lean_deg: float, build: float = 1.0) -> Case:
    """A squat whose trunk leans so at the turn, by a lifter whose thigh is `build` times the usual."""
    flat = over_time((0.0, 1.0))
    curves = {
        "trunk_lean_deg": lean_deg * flat,
        "shank_lean_deg": 30.0 * flat,
        "thigh_angle_deg": -5.0 * flat,
    }
    take, rep = fitted(curves, bar_place=(1.02, 0.025), load_kg=MASS_INDEX * STATURE_M**2)
    assert take.body is not None
    thigh = Length(build * THIGH_M, 0.02 * THIGH_M)
    return replace(take, body=replace(take.body, lengths_m={**take.body.lengths_m, "thigh": thigh})), rep


def trunk_fold(value: float) -> Case:
    """The trunk gains that much in the last tenth of the way down."""
    motion = one("squat").motion
    way = Tempo((1.0,)).way(motion.time_s)
    lean = 10 + 20 * np.clip(way / 0.9, 0, 1) + value * np.clip((way - 0.9) / 0.1, 0, 1)
    return case(leaning(motion, lean))


def balance_shift(value: float) -> Case:
    """Lifter and bar go forward by that many centimeters."""
    there = over_time((START, 0.0), (TURN, value / 100), (LEAVE, value / 100), (END, 0.0))
    motion = on_a_path(((START, 0.0), (TURN, value / 100), (LEAVE, value / 100), (END, 0.0)))
    return fitted({"balance_m": there}, motion=motion, load_kg=80.0)


def knee_slide(value: float) -> Case:
    """The knee goes that share of its way while the bar goes the last quarter of its own."""
    take, _ = case(one("squat").motion)
    height = -take.signals.bar_px[:, 1]
    low = 1 - (height - height.min()) / np.ptp(height)
    share = value / 100
    ahead = np.where(low < 0.75, (1 - share) * low / 0.75, 1 - share + share * (low - 0.75) / 0.25)
    return fitted({"shank_lean_deg": np.degrees(np.arcsin((0.02 + 0.18 * ahead) / SHANK_M))})


def knee_retreat(value: float) -> Case:
    """The knees go back by that many centimeters while the bar leaves its lowest 2 cm."""
    take, rep = fitted({})
    height = take.signals.values["bar_height_m"]
    risen = np.clip((height - height[take.at(rep.turn_s)]) / 0.02, 0, 1)
    back = np.where(take.signals.time_s > TURN, value / 100 * risen, 0.0)
    return fitted({"shank_lean_deg": np.degrees(np.arcsin((0.2 - back) / SHANK_M))})


def heel_rise(value: float) -> Case:
    """The near heel leaves the floor."""
    return case(rising("right_heel", by_m=value * FOOT_M, knots=AROUND_TURN)(one("squat").motion))


def way_down(lift: str) -> Callable[[float], Case]:
    """The way down takes that many seconds."""

    def build(value: float) -> Case:
        seconds = max(value, 0.05)
        tempo = Tempo((1.0,), back_s=seconds) if lift in FROM_BELOW else Tempo((1.0,), out_s=seconds)
        shot = film(lift, tempo, fps=30.0)
        take = replace(take_of(shot.motion), lift=lift)
        return take, shot.rep()

    return build


def dip(value: float) -> Case:
    """The bar, with a plate on it, falls back by that share of its range on its way up."""
    knots = [
        (0, 0),
        (START, 0),
        (TURN, 1),
        (LEAVE, 1),
        (3.2, 0.4),
        (3.5, 0.4 + max(value, 0.0)),
        (END, 0),
        (5, 0),
    ]
    shot = film("squat", lambda time_s: eased(time_s, knots), time_s=one("squat").motion.time_s, plate_m=0.45)
    return case(shot.motion)


def sticking_share(value: float) -> Case:
    """The bar slows down to that share of its highest speed between two like peaks."""
    time_s = one("squat").motion.time_s
    since = np.clip((time_s - LEAVE) / (END - LEAVE), 0, 1)
    low = max(value, 0.0) / 100
    speed = np.sin(np.pi * since) ** 0.5 * (1 - (1 - low) * np.exp(-(((since - 0.5) / 0.2) ** 4)))
    up = np.concatenate([[0.0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(time_s))])
    way = Tempo((1.0,)).way(time_s)
    way = np.where(time_s > LEAVE, 1 - up / up[-1], way)
    motion = one("squat").motion
    place = motion.hands_px.copy()
    place[:, 1] = place[0, 1] + 200.0 * way
    region = Phase("sticking_region", LEAVE + 0.4, LEAVE + 0.8)
    take, rep = case(with_plate(motion, place, 0.45 / 2 * PX_PER_M))
    return take, replace(rep, phases=(*rep.phases, region))


def as_seen(value: float, lift: str, metric: str) -> float:
    """What the network sees of a value: what the correction adds to a reading is taken off."""
    correction = load_corrections().entry("accurate", lift, "side", metric)
    return value - (correction.offset if correction else 0.0)


def knee_at_top(lift: str) -> Callable[[float], Case]:
    """Knees that bent at lockout, as the network sees them."""

    def build(value: float) -> Case:
        value = as_seen(value, lift, "knee_flexion_end" if lift == "squat" else "knee_flexion_turn")
        arms = (-40, 160) if lift == "squat" else (0, 4)
        bottom = Joints(30, 125, 40, *arms) if lift == "squat" else Joints(12, 70, 60)
        postures = (Joints(value / 2, value, 5, *arms), bottom)
        return case(film(lift, Tempo((1.0,)), postures=postures, fps=30.0).motion, lift)

    return build


def hip_at_top(value: float) -> Case:
    """Hips that bent at a deadlift's lockout, as the network sees them; the thighs lean back by 4 degrees."""
    return lean_at_top(as_seen(value, "deadlift", "hip_flexion_turn") - 4)


def knee_at_bottom(value: float) -> Case:
    """Knees that bent at the bottom of a Romanian deadlift."""
    postures = (Joints(0, 4, 1), Joints(4, value, 65))
    shot = film("squat", Tempo((1.0,)), postures=postures, fps=30.0)
    return case(shot.motion)


def lean_at_top(value: float) -> Case:
    """A trunk that leans so at a deadlift's lockout."""
    motion = one("deadlift").motion
    knots = [(0, 60), (START, 60), (TURN, value), (LEAVE, value), (END, 60)]
    return case(leaning(motion, eased(motion.time_s, knots)), "deadlift")


def feet_moved(value: float) -> Case:
    """The feet step."""
    motion = one("squat").motion
    step = push(motion, value * TRUNK_M * PX_PER_M, 0.0, (TURN, 0), (LEAVE, 1))
    return case(shifted(motion, left_ankle=step, right_ankle=step))


def bar_slip(value: float) -> Case:
    """The plate ends lower on an upright back, far enough behind the shoulder to show it."""
    upright = Joints(0, 0, 0, -40, 160)
    motion = film("squat", Tempo((1.0,)), postures=(upright, Joints(30, 125, 40, -40, 160)), fps=30.0).motion
    slid = eased(motion.time_s, [(0.0, 0.0), (TURN, 0.0), (LEAVE, value / 100)])
    place = motion.hands_px + PX_PER_M * np.column_stack([0 * slid - 0.3, slid])
    return case(with_plate(motion, place, 0.45 / 2 * PX_PER_M))


def knee_width_drop(value: float) -> Case:
    """The knees come together on the way up."""
    motion = front()
    inward = value / 100 * HALF_WIDTHS_M["knee"] * PX_PER_M
    way = push(motion, 1.0, 0.0, (LEAVE, 0), (LEAVE + 0.2, 1), (END - 0.2, 1), (END, 0))
    return case(shifted(motion, left_knee=-inward * way, right_knee=inward * way))


def knee_width(value: float) -> Case:
    """The knees are no farther apart than that share of the ankles, throughout."""
    motion = front()
    inward = (HALF_WIDTHS_M["knee"] - value * HALF_WIDTHS_M["ankle"]) * PX_PER_M
    return case(shifted(motion, left_knee=(-inward, 0.0), right_knee=(inward, 0.0)))


def stance_width(value: float) -> Case:
    """The ankles stand that far apart, in widths of the shoulders."""
    motion = front()
    outward = (value * HALF_WIDTHS_M["shoulder"] - HALF_WIDTHS_M["ankle"]) * PX_PER_M
    return case(shifted(motion, left_ankle=(outward, 0.0), right_ankle=(-outward, 0.0)))


def hip_shift(value: float) -> Case:
    """The hips go to one side at the turn."""
    motion = front()
    way = push(motion, value / 100 * 2 * HALF_WIDTHS_M["hip"] * PX_PER_M, 0.0, *AROUND_TURN)
    return case(shifted(motion, left_hip=way, right_hip=way))


def bar_tilt(value: float) -> Case:
    """The bar tilts during the rep."""
    motion = front()
    tilt = value * eased(motion.time_s, [(0.0, 0.0), *WHOLE_REP])
    return case(with_shaft(motion, 2 * HALF_WIDTHS_M["wrist"] * PX_PER_M * np.tan(np.radians(tilt))))


def elbow_height(value: float) -> Case:
    """The upper arm's elbow is that high at the turn of a front squat."""
    arm = 180 - np.degrees(np.arccos(np.clip(value, -1, 1)))
    postures = (Joints(2, 6, 5, arm, 140), Joints(30, 125, 25, arm, 140))
    return case(film("squat", Tempo((1.0,)), postures=postures, fps=30.0).motion)


def hip_shoulder_ratio(value: float) -> Case:
    """All rises from the bottom on, the hips that much faster than the shoulders."""
    motion = still()
    up = push(motion, 0.0, -150.0, (LEAVE, 0), (END, 1))
    names = [f"{side}_{name}" for side in ("left", "right") for name in ("shoulder", "wrist", "ear")]
    return case(shifted(motion, **dict.fromkeys(names, up), left_hip=value * up, right_hip=value * up))


# bar


def forward_way(lift: str) -> Callable[[float], Case]:
    """The bar goes forward by that many centimeters on its way up, and stays there."""

    def build(value: float) -> Case:
        start = START if lift in FROM_BELOW else LEAVE
        knots = ((start, 0.0), (start + 0.7, value / 100), (END + 0.5, value / 100))
        return case(on_a_path(knots, lift), lift)

    return build


def drift(value: float) -> Case:
    """The bar is that many centimeters off at the turn."""
    knots = ((START, 0.0), (TURN, value / 100), (LEAVE, value / 100), (END, 0.0))
    return case(on_a_path(knots))


def sway(value: float) -> Case:
    """A pull that goes forward by that share of its height."""
    rise = float(np.ptp(one("deadlift").bar_height_m))
    return forward_way("deadlift")(value * rise)


def ahead_of(joint: str, lift: str, at_s: float, sign: float = 1.0) -> Callable[[float], Case]:
    """The plate hangs that many centimeters before a joint (or the middle of the foot) at an instant."""

    def build(value: float) -> Case:
        motion = one(lift).motion
        frame = int(np.abs(motion.time_s - at_s).argmin())
        names = ("heel", "toe") if joint == "foot" else (joint,)
        point = np.mean([motion.keypoints_px[frame, INDEX[f"right_{name}"], 0] for name in names])
        middle = motion.size_px[0] / 2
        x_px = middle + (point - middle) * 1.17 + FACING * sign * value / 100 * PX_PER_M
        place = np.column_stack([np.full(len(motion.time_s), x_px), motion.hands_px[:, 1]])
        return case(with_plate(motion, place, 0.45 / 2 * PX_PER_M), lift)

    return build


def first_direction(value: float) -> Case:
    """The bar leaves the chest so far from the vertical, toward the head."""
    rise = float(np.ptp(one("bench_press").bar_height_m))
    back = rise * np.tan(np.radians(value))
    return case(
        on_a_path(((START, 0.0), (TURN, back), (LEAVE, back), (END, 0.0)), "bench_press"), "bench_press"
    )


def touch_change(value: float) -> Case:
    """The third of three reps touches that much nearer to the feet."""
    shot, take = several((1.0, 1.0, 1.0), "bench_press")
    rep = take.reps[2]
    away = eased(shot.motion.time_s, [(0.0, 0.0), (rep.start_s, 0.0), (rep.turn_s, value / 100)])
    place = shot.motion.plate_px + np.column_stack([PX_PER_M * away, 0 * away])
    moved = take_of(with_plate(shot.motion, place, 0.45 / 2 * PX_PER_M))
    return replace(moved, lift="bench_press", reps=take.reps), rep


def touch_speed(value: float) -> Case:
    """The bar comes down the last 10 cm at that speed, then stops at once."""
    motion = one("bench_press").motion
    drop = np.clip(max(value, 0.02) * (TURN - motion.time_s), 0.0, None)
    way_m = np.where(motion.time_s < TURN, np.minimum(drop, 0.25), 0.0)
    way_m = np.where(motion.time_s > LEAVE, 0.2 * eased(motion.time_s, [(LEAVE, 0.0), (END, 1.0)]), way_m)
    place = np.column_stack([motion.hands_px[:, 0], motion.hands_px[:, 1].max() - PX_PER_M * way_m])
    return case(with_plate(motion, place, 0.45 / 2 * PX_PER_M), "bench_press")


# deadlift


def hip_rise_early(value: float) -> Case:
    """The thighs rise that much before the bar does; shanks and trunk stay."""
    motion = on_a_path(((START, 0.0), (END, 0.0)), "deadlift")
    flat = over_time((0.0, 1.0), lift="deadlift")
    up = over_time((START - 0.4, 0.1), (START - 0.05, 0.1 + value / 100 / THIGH_M), lift="deadlift")
    curves = {"shank_lean_deg": 10 * flat, "thigh_angle_deg": np.degrees(np.arcsin(np.clip(up, -1, 1)))}
    return fitted({**curves, "trunk_lean_deg": 60 * flat}, "deadlift", motion)


def trunk_rise(value: float) -> Case:
    """The trunk tips by that much early in the pull."""
    motion = one("deadlift").motion
    knots = [(0, 60), (START, 60), (START + 0.5, 60 + value), (TURN, 1)]
    return case(leaning(motion, eased(motion.time_s, knots)), "deadlift")


def knee_rebend(value: float) -> Case:
    """The knees straighten and bend again in the second half of the pull."""
    half = (START + TURN) / 2
    knots = ((START, 70.0), (half, 10.0), (half + 0.3, 10.0 + max(value, 0.0)), (TURN, 5.0))
    return fitted({"knee_flexion_deg": over_time(*knots, lift="deadlift")}, "deadlift")


def hips_at_knee_lock(value: float) -> Case:
    """The knees are within 10 degrees of straight while the hips lack that much."""
    lock = START + 0.7
    knee = over_time((START, 70.0), (lock, 4.0), (TURN, 4.0), lift="deadlift")
    seconds = case(one("deadlift").motion, "deadlift")[0].signals.time_s
    there_s = seconds[(seconds > START) & (knee <= 10.0)][0]
    hip = over_time(
        (START, 110.0), (there_s - 0.05, value + 5), (there_s + 0.1, value + 5), (TURN, 5.0), lift="deadlift"
    )
    return fitted({"knee_flexion_deg": knee, "hip_flexion_deg": hip}, "deadlift")


def elbow_bend(value: float) -> Case:
    """Arms that are bent throughout the pull."""
    postures = (Joints(0, 4, 1, 0, value), Joints(12, 70, 60, 0, value))
    return case(film("deadlift", Tempo((1.0,)), postures=postures, fps=30.0).motion, "deadlift")


def elbow_snap(value: float) -> Case:
    """Elbows that straighten as the bar leaves the floor."""
    take, rep = case(one("deadlift").motion, "deadlift")
    curve = over_time((START, 5.0 + value), (START + 0.1, 5.0), lift="deadlift")
    values = MappingProxyType({**take.signals.values, "elbow_flexion_deg": curve})
    return replace(take, signals=replace(take.signals, values=values)), rep


def floor_rest(value: float) -> Case:
    """A rep that starts that many seconds after the one before it ended."""
    take, rep = case(one("deadlift").motion, "deadlift")
    before = replace(rep, end_s=rep.start_s - max(value, 0.0))
    rep = replace(rep, number=2)
    return replace(take, reps=(before, rep)), rep


# bench press


def elbow_at_lockout(value: float) -> Case:
    """Elbows that stay bent at the end."""
    shot = film("bench_press", Tempo((1.0,)), postures=(pressing(value), pressing(100.0)), fps=30.0)
    return case(shot.motion, "bench_press")


def on_the_bench(
    part: str, length_m: float, knots: tuple[tuple[float, float], ...]
) -> Callable[[float], Case]:
    """A part of the body rises off the bench by that many of its lengths."""

    def build(value: float) -> Case:
        names = (f"left_{part}", f"right_{part}")
        return case(
            rising(*names, by_m=value * length_m, knots=knots)(one("bench_press").motion), "bench_press"
        )

    return build


def side_lag(value: float) -> Case:
    """One hand is lower on the way up."""
    return case(rising("right_wrist", by_m=value * TRUNK_M, knots=ASCENT)(still(azimuth_deg=0.0)))


def rest(value: float) -> Case:
    """The bar lies on the chest for that many seconds."""
    take, rep = case(one("bench_press").motion, "bench_press")
    pause = Phase("pause", rep.turn_s, rep.turn_s + max(value, 0.0))
    return take, replace(rep, phases=(rep.phases[0], pause, rep.phases[2]))


def forearm(view: str) -> Callable[[float], Case]:
    """The forearms lean so at the chest, seen from the side or the front."""

    def build(value: float) -> Case:
        motion = one("bench_press", azimuth_deg=90.0 if view == "side" else 0.0).motion
        points = motion.keypoints_px
        offsets = {}
        for side in ("left", "right"):
            elbow, wrist = points[:, INDEX[f"{side}_elbow"]], points[:, INDEX[f"{side}_wrist"]]
            outward = np.sign(elbow[0, 0] - points[0, INDEX["nose"], 0]) if view == "front" else 1.0
            lean = np.radians(value)
            offsets[f"{side}_wrist"] = (
                elbow + 80.0 * np.array([outward * np.sin(lean), -np.cos(lean)]) - wrist
            )
        return case(shifted(motion, **offsets), "bench_press")

    return build


def wrist_extension(value: float) -> Case:
    """The hand bends off the forearm."""
    motion = one("bench_press").motion
    elbow, wrist = (motion.keypoints_px[:, INDEX[f"right_{name}"]] for name in ("elbow", "wrist"))
    along = (wrist - elbow) / np.linalg.norm(wrist - elbow, axis=1, keepdims=True)
    turn = np.radians(value)
    bent = along @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return case(
        shifted(motion, right_hand=wrist + 25 * bent - motion.keypoints_px[:, INDEX["right_hand"]]),
        "bench_press",
    )


def elbow_over_shoulder(value: float) -> Case:
    """The elbows are that much higher than the shoulders."""
    motion = one("bench_press").motion
    up = motion.keypoints_px[:, INDEX["right_shoulder"], 1] - value * TRUNK_M * PX_PER_M
    away = np.column_stack([np.zeros(len(up)), up - motion.keypoints_px[:, INDEX["right_elbow"], 1]])
    return case(shifted(motion, right_elbow=away), "bench_press")


AT_THE_END = ((TURN, 0.0), (END, 1.0), (END + 0.5, 1.0))

CASES: dict[str, Callable[[float], Case]] = {
    "depth": depth,
    "bottom_change": bottom_change,
    "range_lost": range_lost,
    "lean_excess": lean_excess,
    "trunk_fold": trunk_fold,
    "balance_shift": balance_shift,
    "drift": drift,
    "hip_shoulder_ratio": hip_shoulder_ratio,
    "knee_slide": knee_slide,
    "knee_retreat": knee_retreat,
    "heel_rise": heel_rise,
    "eccentric": way_down("squat"),
    "dip": dip,
    "sticking_share": sticking_share,
    "knee_flexion_end": knee_at_top("squat"),
    "feet_moved": feet_moved,
    "bar_slip": bar_slip,
    "knee_width_drop": knee_width_drop,
    "knee_width": knee_width,
    "stance_width": stance_width,
    "hip_shift": hip_shift,
    "bar_tilt": bar_tilt,
    "elbow_height": elbow_height,
    "bar_over_midfoot": ahead_of("foot", "deadlift", START),
    "shoulder_over_bar_start": ahead_of("shoulder", "deadlift", START, sign=-1.0),
    "shoulder_over_bar_turn": ahead_of("shoulder", "deadlift", TURN, sign=-1.0),
    "hip_rise_early": hip_rise_early,
    "trunk_rise": trunk_rise,
    "drift_forward": forward_way("deadlift"),
    "sway": sway,
    "knee_flexion_turn": knee_at_top("deadlift"),
    "hip_flexion_turn": hip_at_top,
    "trunk_lean_turn": lean_at_top,
    "knee_rebend": knee_rebend,
    "hips_at_knee_lock": hips_at_knee_lock,
    "elbow_bend": elbow_bend,
    "elbow_snap": elbow_snap,
    "floor_rest": floor_rest,
    "touch_point": ahead_of("shoulder", "bench_press", TURN),
    "lockout_offset": ahead_of("shoulder", "bench_press", END),
    "touch_change": touch_change,
    "first_direction": first_direction,
    "touch_speed": touch_speed,
    "forearm_lean": forearm("side"),
    "forearm_tilt": forearm("front"),
    "wrist_extension": wrist_extension,
    "side_lag": side_lag,
    "elbow_flexion_end": elbow_at_lockout,
    "hip_lift": on_the_bench("hip", TRUNK_M, ASCENT),
    "head_lift": on_the_bench("ear", TRUNK_M, WHOLE_REP),
    "shoulder_rise": on_the_bench("shoulder", TRUNK_M, AT_THE_END),
    "rest": rest,
    "elbow_over_shoulder": elbow_over_shoulder,
}
"""Metric to the take in which it has a value."""

OF_RULE: dict[str, Callable[[float], Case]] = {
    "deadlift.fast_lowering": way_down("deadlift"),
    "bench_press.fast_descent": way_down("bench_press"),
    "bench_press.drift_to_feet": forward_way("bench_press"),
    "deadlift.knees_squat": knee_at_bottom,
}
"""Where another lift's rule needs a take of its own."""
