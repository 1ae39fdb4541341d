"""A stick lifter in space whose angles, bar height and rep times are known exactly, filmed as a `Motion`.

The lifter stands in body axes (forward, up, left), metres, ankles at the origin, and is a chain of rigid
limbs from the ankles up. The bar's height follows the tempo exactly; the joints go from the `top` posture
to the `bottom` posture as that height asks. The camera is far away (orthographic): seen from the side the
angles in the picture are the true ones. The far side is drawn a little off, as from a camera above.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.metrics import Take
from formcheck.motion import Motion
from formcheck.pose import Pose
from formcheck.reps import Phase, PhaseName, Rep
from formcheck.scale import estimate_scale
from formcheck.signals import compute_signals
from formcheck.skeleton import INDEX, KEYPOINTS, MIRROR
from formcheck.view import estimate_view

Array = NDArray[np.float64]

SHANK_M, THIGH_M, TRUNK_M, UPPER_ARM_M, FOREARM_M = 0.43, 0.43, 0.50, 0.30, 0.26
FOOT_M = 0.24
HALF_WIDTHS_M = {
    "ear": 0.07, "shoulder": 0.19, "elbow": 0.28, "wrist": 0.34, "hand": 0.34,
    "hip": 0.12, "knee": 0.16, "ankle": 0.14, "heel": 0.14, "toe": 0.18,
}  # fmt: skip
FAR_PX = np.array([16.0, -12.0])
WRISTS = [INDEX["left_wrist"], INDEX["right_wrist"]]


@dataclass(frozen=True)
class Tempo:
    """Reps that go out and back: seconds of each part, and how far each rep goes (1: to the turn posture)."""

    depths: tuple[float, ...] = (1.0, 1.0, 1.0)
    lead_s: float = 1.0
    out_s: float = 1.4
    hold_s: float = 0.4
    back_s: float = 1.2
    rest_s: float = 0.8
    tail_s: float = 1.0
    shape: str = "cosine"

    @property
    def starts_s(self) -> list[float]:
        """When each rep starts."""
        each = self.out_s + self.hold_s + self.back_s + self.rest_s
        return [self.lead_s + number * each for number in range(len(self.depths))]

    @property
    def duration_s(self) -> float:
        """Length of the take."""
        return self.starts_s[-1] + self.out_s + self.hold_s + self.back_s + self.tail_s

    def way(self, time_s: Array) -> Array:
        """(T,) how far out the bar is: 0 at a rep's edges, its depth at its turn."""
        knots = [(0.0, 0.0)]
        for start, depth in zip(self.starts_s, self.depths, strict=True):
            turn = start + self.out_s
            knots += [(start, 0.0), (turn, depth), (turn + self.hold_s, depth)]
            knots += [(turn + self.hold_s + self.back_s, 0.0)]
        return eased(time_s, [*knots, (self.duration_s, 0.0)], self.shape)


def eased(time_s: Array, knots: Sequence[tuple[float, float]], shape: str = "cosine") -> Array:
    """(T,) values that rest at each knot (seconds, value) and go between them smoothly."""
    values = np.full(len(time_s), knots[0][1])
    for (start, low), (stop, high) in pairwise(knots):
        share = np.clip((time_s - start) / max(stop - start, 1e-12), 0.0, 1.0)
        if shape == "cosine":
            share = (1 - np.cos(np.pi * share)) / 2
        elif shape == "jerk":
            share = share**3 * (10 - 15 * share + 6 * share**2)
        values = np.where(time_s >= start, low + (high - low) * share, values)
    return values


@dataclass(frozen=True)
class Joints:
    """Degrees, numbers or (T,): leans as in `Signals`, `upper_arm` from hanging down, forward positive."""

    shank: ArrayLike = 2.0
    knee: ArrayLike = 5.0
    trunk: ArrayLike = 4.0
    upper_arm: ArrayLike = 0.0
    elbow: ArrayLike = 4.0


def pressing(elbow: float) -> Joints:
    """Lying on a bench, feet on the floor, the wrists straight above the shoulders."""
    bend = np.radians(elbow)
    reach = np.sqrt(UPPER_ARM_M**2 + FOREARM_M**2 + 2 * UPPER_ARM_M * FOREARM_M * np.cos(bend))
    at_shoulder = np.degrees(np.arcsin(FOREARM_M * np.sin(bend) / reach))
    return Joints(shank=5.0, knee=85.0, trunk=-88.0, upper_arm=180.0 - at_shoulder, elbow=elbow)


POSTURES: Mapping[str, tuple[Joints, Joints]] = {
    "squat": (Joints(2, 6, 5, -40, 160), Joints(30, 125, 40, -40, 160)),
    "deadlift": (Joints(0, 4, 1), Joints(12, 70, 60)),
    "bench_press": (pressing(8.0), pressing(100.0)),
    "curl": (Joints(elbow=130.0), Joints(elbow=10.0)),
    "row": (Joints(8, 30, 62, -60, 95), Joints(8, 30, 62, 0, 5)),
}
"""Top and bottom of each movement."""

FROM_BELOW = ("deadlift", "curl", "row")


def between(top: Joints, bottom: Joints, low: Array) -> Joints:
    """The (T,) joints on the way from top (0) to bottom (1)."""
    names = Joints.__dataclass_fields__
    return Joints(*(getattr(top, n) + (getattr(bottom, n) - getattr(top, n)) * low for n in names))


def skeleton_m(joints: Joints, count: int) -> Array:
    """(T, K, 3) keypoints in body axes (forward, up, left)."""

    def limb(length: float, angle_deg: ArrayLike) -> Array:
        angle = np.broadcast_to(np.radians(angle_deg), count)
        return length * np.stack([np.sin(angle), np.cos(angle)], axis=1)

    at: dict[str, Array] = {"ankle": np.zeros((count, 2))}
    at["heel"], at["toe"] = at["ankle"] + (-0.05, -0.07), at["ankle"] + (FOOT_M - 0.05, -0.07)
    at["knee"] = at["ankle"] + limb(SHANK_M, joints.shank)
    at["hip"] = at["knee"] + limb(THIGH_M, np.subtract(joints.shank, joints.knee))
    at["shoulder"] = at["hip"] + limb(TRUNK_M, joints.trunk)
    at["ear"] = at["shoulder"] + limb(0.2, joints.trunk)
    at["elbow"] = at["shoulder"] - limb(UPPER_ARM_M, -np.asarray(joints.upper_arm))
    at["wrist"] = at["elbow"] - limb(FOREARM_M, -np.add(joints.upper_arm, joints.elbow))
    at["hand"] = at["wrist"] - limb(0.07, -np.add(joints.upper_arm, joints.elbow))
    points = np.zeros((count, len(KEYPOINTS), 3))
    points[:, INDEX["nose"], :2] = at["ear"] + (0.1, 0.0)
    for name, place in at.items():
        for side, sign in (("left", 1.0), ("right", -1.0)):
            points[:, INDEX[f"{side}_{name}"], :2] = place
            points[:, INDEX[f"{side}_{name}"], 2] = sign * HALF_WIDTHS_M[name]
    return points


def seen_from(points_m: Array, azimuth_deg: float, pitch_deg: float = 0.0) -> Array:
    """Body axes to the camera's (x right, y down, z away).

    Azimuth 0 faces the camera, 90 the picture's right; pitch is how far the camera looks down.
    """
    turn, down = np.radians(azimuth_deg), np.radians(pitch_deg)
    forward, up, left = np.moveaxis(points_m, 2, 0)
    x = np.sin(turn) * forward + np.cos(turn) * left
    away = np.sin(turn) * left - np.cos(turn) * forward
    y = -up * np.cos(down) - away * np.sin(down)
    return np.stack([x, y, away * np.cos(down) - up * np.sin(down)], axis=2)


@dataclass(frozen=True)
class Shot:
    """A filmed set and all that is true of it."""

    motion: Motion
    lift: str
    tempo: Tempo
    joints: Joints
    bar_height_m: Array
    px_per_m: float

    def angle_deg(self, name: str) -> Array:
        """(T,) a true angle by its name in `Signals`."""
        j = self.joints
        angle = {
            "knee_flexion_deg": j.knee,
            "hip_flexion_deg": np.abs(np.subtract(np.add(j.trunk, j.knee), j.shank)),
            "elbow_flexion_deg": j.elbow,
            "trunk_lean_deg": j.trunk,
            "shank_lean_deg": j.shank,
            "thigh_angle_deg": 90.0 - np.subtract(j.knee, j.shank),
        }[name]
        return np.broadcast_to(np.asarray(angle, dtype=float), self.motion.time_s.shape)

    def rep(self, number: int = 1) -> Rep:
        """The true rep of that number."""
        start = self.tempo.starts_s[number - 1]
        turn = start + self.tempo.out_s
        leave = turn + self.tempo.hold_s
        end = leave + self.tempo.back_s
        names: tuple[PhaseName, PhaseName] = ("eccentric", "concentric")
        out, back = names[::-1] if self.lift in FROM_BELOW else names
        phases = (Phase(out, start, turn), Phase("pause", turn, leave), Phase(back, leave, end))
        return Rep(number, start, turn, end, phases, float(np.ptp(self.bar_height_m)))


def film(
    lift: str = "squat",
    tempo: Tempo | Callable[[Array], Array] = Tempo(),
    *,
    azimuth_deg: float = 90.0,
    pitch_deg: float = 0.0,
    time_s: Array | None = None,
    fps: float = 60.0,
    size_px: tuple[int, int] = (720, 1280),
    px_per_m: float | None = None,
    postures: tuple[Joints, Joints] | None = None,
    plate_m: float | None = None,
) -> Shot:
    """Film a set; `tempo` may be any function of time to the way (0 at a rep's edges, 1 at its turn).

    With `plate_m` a plate of that diameter is on the bar and is followed.
    """
    plan = tempo if isinstance(tempo, Tempo) else Tempo()
    if time_s is None:
        time_s = np.arange(round(plan.duration_s * fps) + 1) / fps
    way = plan.way(time_s) if isinstance(tempo, Tempo) else tempo(time_s)
    top, bottom = postures or POSTURES[lift]
    grid = np.linspace(0, 1, 4001)
    heights = skeleton_m(between(top, bottom, grid), len(grid))[:, WRISTS[0], 1]
    fallen = (heights[0] - heights) / ((heights[0] - heights[-1]) or 1.0)
    low = np.interp(1 - way if lift in FROM_BELOW else way, fallen, grid)
    joints = between(top, bottom, low)
    points = skeleton_m(joints, len(time_s))
    scale = px_per_m or 0.45 * min(size_px)
    motion = _filmed(seen_from(points, azimuth_deg, pitch_deg), time_s, azimuth_deg, size_px, scale)
    if plate_m is not None:
        motion = with_plate(motion, motion.hands_px, plate_m / 2 * scale, azimuth_deg=azimuth_deg)
    return Shot(motion, lift, plan, joints, points[:, WRISTS, 1].mean(axis=1), scale)


def with_plate(motion: Motion, plate_px: Array, radius_px: ArrayLike, *, azimuth_deg: float = 90.0) -> Motion:
    """The same take with a plate that is followed at (T, 2) pixels, its rim as the yaw shows it."""
    radius = np.broadcast_to(np.asarray(radius_px, dtype=float), len(plate_px))
    axes = np.column_stack([np.abs(np.sin(np.radians(azimuth_deg))) * radius, radius])
    return replace(
        motion, plate_px=plate_px.copy(), plate_axes_px=axes, plate_confidence=np.full(len(plate_px), 0.9)
    )


def _filmed(
    camera_m: Array, time_s: Array, azimuth_deg: float, size_px: tuple[int, int], px_per_m: float
) -> Motion:
    middle = (camera_m.max(axis=(0, 1)) + camera_m.min(axis=(0, 1)))[0] / 2
    flat = camera_m[:, :, :2] - (middle, 0.0)
    pixels = np.array([0.5, 0.85]) * size_px + px_per_m * flat
    for name, index in INDEX.items():
        side = {"left": 0.5, "right": -0.5}.get(name.split("_")[0], 0.0)
        pixels[:, index] += side * np.sin(np.radians(azimuth_deg)) * FAR_PX
    hips = camera_m[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1, keepdims=True)
    count = len(time_s)
    bar = pixels[:, WRISTS].mean(axis=1)
    return Motion(
        time_s=time_s.copy(),
        looked=np.ones(count, bool),
        keypoints_px=pixels,
        confidence=np.full((count, len(KEYPOINTS)), 0.95),
        world_m=camera_m - hips,
        hands_px=bar,
        hands_moved_px=np.diff(bar, axis=0, prepend=bar[:1]),
        hands_confidence=np.full(count, 0.95),
        plate_px=np.full((count, 2), np.nan),
        plate_axes_px=np.full((count, 2), np.nan),
        plate_confidence=np.zeros(count),
        line_px=np.full((count, 2, 2), np.nan),
        line_confidence=np.zeros(count),
        camera_px=np.zeros((count, 2)),
        size_px=size_px,
    )


def with_points(motion: Motion, keypoints_px: Array) -> Motion:
    """The same take with other points; the bar goes where the wrists go."""
    bar = keypoints_px[:, WRISTS].mean(axis=1)
    moved = np.diff(bar, axis=0, prepend=bar[:1])
    return replace(motion, keypoints_px=keypoints_px.copy(), hands_px=bar, hands_moved_px=moved)


def shifted(motion: Motion, **offsets_px: ArrayLike) -> Motion:
    """Named keypoints moved by pixels: (2,) or (T, 2)."""
    points = motion.keypoints_px.copy()
    for name, offset in offsets_px.items():
        points[:, INDEX[name]] += offset
    return with_points(motion, points)


def noisy(motion: Motion, sd_px: float, seed: int = 1) -> Motion:
    """Every keypoint jitters; what the hands hold is followed truly, as flow does."""
    noise = np.random.default_rng(seed).normal(0, sd_px, motion.keypoints_px.shape)
    jittered = with_points(motion, motion.keypoints_px + noise)
    return replace(jittered, hands_moved_px=motion.hands_moved_px.copy())


def inside(motion: Motion, *spans_s: tuple[float, float]) -> NDArray[np.bool_]:
    """(T,) whether a frame lies strictly between the ends of a span."""
    return np.any([(motion.time_s > a) & (motion.time_s < b) for a, b in spans_s], axis=0)


def hidden(motion: Motion, *spans_s: tuple[float, float]) -> Motion:
    """The lifter and the bar are lost in those spans."""
    lost = inside(motion, *spans_s)
    changes = {}
    for name in ("keypoints_px", "world_m", "hands_px", "hands_moved_px", "confidence", "hands_confidence"):
        changes[name] = getattr(motion, name).copy()
        changes[name][lost] = 0.0 if name.endswith("confidence") else np.nan
    return replace(motion, **changes, looked=motion.looked & ~lost)


def swapped(motion: Motion, *spans_s: tuple[float, float]) -> Motion:
    """Left and right are exchanged in those spans."""
    points = motion.keypoints_px.copy()
    flips = inside(motion, *spans_s)
    points[flips] = points[flips][:, list(MIRROR)]
    return replace(motion, keypoints_px=points)


def mirrored(motion: Motion) -> Motion:
    """The picture mirrored: what was left in it is right, and the lifter's left is their right."""
    order = list(MIRROR)
    points = (motion.keypoints_px * (-1, 1) + (motion.size_px[0], 0))[:, order]
    world = (motion.world_m * (-1, 1, 1))[:, order]
    return replace(with_points(motion, points), world_m=world)


def take_of(motion: Motion, *, slow_motion: float = 1.0) -> Take:
    """What metrics, faults and recognition look at."""
    view = estimate_view(motion)
    scale = estimate_scale(motion, view)
    signals = compute_signals(motion, view, scale, slow_motion=slow_motion)
    return Take(motion, signals, view, scale, slow_motion)


def poses_of(motion: Motion, person: int = 0, *, upright: bool = True) -> list[Pose | None]:
    """A take as an estimator's poses, None where the lifter is hidden."""
    rows = zip(motion.keypoints_px, motion.confidence, motion.world_m, motion.seen, strict=True)
    return [
        Pose(xy.copy(), sure.copy(), 0.9, person, upright, world.copy()) if seen else None
        for xy, sure, world, seen in rows
    ]


def crowd(*people: Sequence[Pose | None]) -> list[tuple[Pose, ...]]:
    """Everybody in each frame."""
    return [tuple(p for p in together if p is not None) for together in zip(*people, strict=True)]


def walker(time_s: Array, *, speed_mps: float = 1.2, from_px: float = 0.0, px_per_m: float = 324.0) -> Motion:
    """A person who walks through the picture to the right, arms and legs swinging."""
    shot = film("squat", lambda t: np.zeros(len(t)), time_s=time_s, px_per_m=px_per_m,
                postures=(Joints(), Joints()))  # fmt: skip
    step = np.sin(2 * np.pi * 0.9 * time_s)
    swing = np.stack([0.25 * step, -0.05 * step**2], axis=1) * px_per_m
    place = np.stack([from_px + speed_mps * px_per_m * time_s, 8 * step**2], axis=1)
    points = shot.motion.keypoints_px + place[:, None]
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, toward in (("wrist", 1.0), ("hand", 1.0), ("ankle", -1.0), ("heel", -1.0), ("toe", -1.0)):
            points[:, INDEX[f"{side}_{name}"]] += swing * (sign * toward, 1.0)
    return with_points(shot.motion, points)
