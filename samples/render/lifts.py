"""The three lifts as mechanisms: where body and bar are, given how low the bar is in its range."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from samples.render.outfit import DressedMesh
from samples.render.pose import SIDES, Pose, wrist_to_bar_m
from samples.render.rig import Floats, Rig
from samples.render.rotation import LEFT, Vector, lean_forward, unit
from samples.render.shoes import SOLE_M, foot_axis
from samples.render.tempo import Instant

BAR_RADIUS_M = 0.014
"""Half of the 28 mm shaft (IPF technical rules: 28-29 mm)."""
PLATE_RADIUS_M = 0.225
"""Half of the 450 mm of a competition plate (IPF and IWF rules)."""
BENCH_HEIGHT_M = 0.45
"""Top of the bench above the floor (IPF rules: 42-45 cm)."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Body and bar at one instant.

    Attributes
    ----------
    pose
        The body.
    bar
        (3,) middle of the bar, in metres.
    """

    pose: Pose
    bar: Vector


class Lift(Protocol):
    """Moves a body through a lift."""

    def at(self, now: Instant) -> Moment:
        """Return body and bar at one instant of the clip."""
        ...


@dataclass(frozen=True, slots=True)
class _Feet:
    """How the lifter stands: distance of the ankles in metres, feet turned out in radians."""

    width_m: float
    toe_out: float

    def ankle(self, rig: Rig, sign: int) -> Vector:
        """Return the (3,) ankle on the side of `sign`, shoe on the floor."""
        height = rig.head("LeftFoot")[1] + SOLE_M
        return np.array([sign * self.width_m / 2, height, 0.0])

    def middle_z(self, rig: Rig) -> float:
        """How far the middle of the foot lies in front of the ankles, in metres."""
        heel, length, _ = foot_axis(rig, "Left")
        middle = heel + length / 2 - rig.head("LeftFoot")
        return float(middle[2] * np.cos(self.toe_out))


def _stand(
    rig: Rig, feet: _Feet, shin: float, thigh: float, low: float
) -> tuple[Vector, dict[str, tuple[Vector, Vector]]]:
    """Stack shins and thighs on flat feet.

    Parameters
    ----------
    rig, feet
        The body and its stance.
    shin, thigh
        Angles from the vertical in the sagittal plane, radians: shin forward, hips back.
    low
        0 standing, 1 low: how much the knees leave the plane of hip and ankle to follow the toes.

    Returns
    -------
    tuple
        Middle of the hip joints (3,), and for each side its knee and ankle (3,).
    """
    half_hips = abs(rig.head("LeftUpLeg")[0] - rig.head("RightUpLeg")[0]) / 2
    shin_m, thigh_m = rig.length("LeftLeg", "LeftFoot"), rig.length("LeftUpLeg", "LeftLeg")
    legs = {}
    hips = np.zeros(3)
    for side, sign in SIDES:
        ankle = feet.ankle(rig, sign)
        outward = (half_hips - feet.width_m / 2) * 0.5 * (1 - low)
        outward += 1.15 * np.sin(feet.toe_out) * shin_m * np.sin(shin)
        in_plane = np.sqrt(shin_m**2 - outward**2)
        knee = ankle + in_plane * np.array([0.0, np.cos(shin), np.sin(shin)])
        knee[0] += sign * outward
        inward = half_hips - abs(knee[0])
        in_plane = np.sqrt(thigh_m**2 - inward**2)
        hip = knee + in_plane * np.array([0.0, np.cos(thigh), -np.sin(thigh)])
        hip[0] += sign * inward
        legs[side] = (knee, ankle)
        hips += hip / 2
    return hips, legs


class Squat:
    """A high-bar back squat: the bar rides on the trapezius and stays over the middle of the foot.

    `depth` is the share of the full way down (1: about 13 degrees below parallel).
    """

    def __init__(self, rig: Rig, mesh: DressedMesh, rng: np.random.Generator, depth: float = 1.0) -> None:
        self.rig, self.depth = rig, depth
        self.feet = _Feet(rng.uniform(0.34, 0.42), np.radians(rng.uniform(14, 24)))
        self.thigh_low = np.radians(rng.uniform(101, 106))
        self.shin_low = np.radians(rng.uniform(29, 34))
        self.grip_m = abs(rig.head("LeftArm")[0]) + rng.uniform(0.16, 0.24)
        self.sway_phase = rng.uniform(0, 6)
        self.bar_from_chest = self._bar_on_back(mesh) - rig.head("Spine2")

    def _bar_on_back(self, mesh: DressedMesh) -> Vector:
        """Return the (3,) rest position of the bar behind the trapezius."""
        height = self.rig.head("LeftArm")[1] + 0.045
        near = (abs(mesh.vertices[:, 0]) < 0.14) & (abs(mesh.vertices[:, 1] - height) < 0.03)
        back = mesh.vertices[near, 2].min()
        return np.array([0.0, height, back - BAR_RADIUS_M - 0.002])

    def _balance(self, hips: Vector, bar_z: float, low: float) -> tuple[Pose, Vector, float]:
        """Lean the trunk until the bar is at `bar_z`: pose, bar, chest's lean (Newton steps)."""
        lean = 0.1 + 0.6 * low
        tuck = np.radians(7) * np.clip((low - 0.75) / 0.25, 0, 1) ** 2
        pose = Pose(self.rig)
        for _ in range(5):
            pose.place_trunk(hips, 0.88 * lean - tuck, 1.04 * lean, 0.7 * lean, 0.3 * lean)
            bar = pose.joint("Spine2") + lean_forward(1.04 * lean) @ self.bar_from_chest
            lean -= (bar[2] - bar_z) / (bar[1] - hips[1])
        return pose, bar, 1.04 * lean

    def at(self, now: Instant) -> Moment:
        """Return body and bar; the lifter has gone `now.low` of the way down."""
        low = now.low * self.depth
        thigh = np.radians(1.0) + (self.thigh_low - np.radians(1.0)) * low
        shin = np.radians(3.0) + (self.shin_low - np.radians(3.0)) * low**0.85
        hips, legs = _stand(self.rig, self.feet, shin, thigh, low)
        sway = 0.004 * np.sin(1.7 * now.time_s + self.sway_phase) - 0.01 * (1 - low)
        pose, bar, lean = self._balance(hips, self.feet.middle_z(self.rig) + sway, low)
        for side, (knee, ankle) in legs.items():
            pose.place_leg(side, knee, ankle, self.feet.toe_out)
        chest = lean_forward(lean)
        for side, sign in SIDES:
            hand = unit(chest @ (sign * 0.15, 0.9, 0.25))
            elbow = chest @ (sign * 0.15, -1.0, -0.75)
            pose.grip(side, bar + sign * self.grip_m * LEFT, LEFT, hand, elbow)
        return Moment(pose, bar)


class Deadlift:
    """A conventional deadlift: straight arms, the bar close to the legs over the mid-foot."""

    def __init__(self, rig: Rig, mesh: DressedMesh, rng: np.random.Generator) -> None:
        self.rig = rig
        self.feet = _Feet(rng.uniform(0.24, 0.30), np.radians(rng.uniform(5, 11)))
        self.grip_m = max(abs(rig.head("LeftArm")[0]) * 1.02, 0.20) + 0.02
        self.lean_low = np.radians(rng.uniform(60, 66))
        self.shin_low = np.radians(rng.uniform(9, 12))
        self.sway_phase = rng.uniform(0, 6)
        self.thighs_z = 0.03
        self.thigh_low = 0.0
        self.thighs_z = self._front_of_thighs(mesh)
        self.thigh_low = self._thigh_for_floor()
        share = np.linspace(0, 1, 60)
        heights = np.array([self._hang(self._stance(x)[0], x)[1] for x in share])
        self.top_m, self._share, self._height = heights[0], share, heights

    def _front_of_thighs(self, mesh: DressedMesh) -> float:
        """Return how far before the mid-foot (m) the bar lies when it rests on the thighs."""
        pose, legs = self._stance(0.0)
        for side, (knee, ankle) in legs.items():
            pose.place_leg(side, knee, ankle, self.feet.toe_out)
        points, _ = mesh.posed(pose.transforms())
        height = self._hang(pose, 0.0)[1]
        near = (abs(points[:, 1] - height) < 0.05) & (abs(points[:, 0]) < 0.2)
        return float(points[near, 2].max()) + BAR_RADIUS_M - self.feet.middle_z(self.rig)

    def _thigh_for_floor(self) -> float:
        """Return the thigh angle (rad) at which the plates touch the floor (bisection)."""
        shallow, deep = np.radians(25), np.radians(110)
        for _ in range(30):
            self.thigh_low = (shallow + deep) / 2
            above = self._hang(self._stance(1.0)[0], 1.0)[1] > PLATE_RADIUS_M
            shallow, deep = (self.thigh_low, deep) if above else (shallow, self.thigh_low)
        return float(self.thigh_low)

    def _stance(self, share: float) -> tuple[Pose, dict[str, tuple[Vector, Vector]]]:
        """Place the trunk when the joints have gone `share` of their way down, hips first."""
        lean_share = PchipInterpolator([0, 0.3, 0.6, 0.8, 1], [0, 0.45, 0.86, 0.97, 1])(share)
        thigh_share = PchipInterpolator([0, 0.3, 0.6, 0.8, 1], [0, 0.22, 0.50, 0.72, 1])(share)
        shin_share = PchipInterpolator([0, 0.5, 0.8, 1], [0, 0, 0.35, 1])(share)
        lean = self.lean_low * float(lean_share) + np.radians(1) * (1 - share)
        # At lockout the straight legs lean back, to make room for the bar over the mid-foot.
        back = np.radians(3.2) * max(0.0, 1 - share / 0.5)
        hips, legs = _stand(
            self.rig,
            self.feet,
            self.shin_low * float(shin_share) - back,
            self.thigh_low * float(thigh_share) + 1.1 * back,
            0.6 * share,
        )
        pose = Pose(self.rig)
        pose.place_trunk(hips, 0.86 * lean, 1.06 * lean, 0.75 * lean, 0.45 * lean)
        return pose, legs

    def _hang(self, pose: Pose, share: float, sway: float = 0.0) -> Vector:
        """Return the (3,) middle of a bar on straight arms, closest to the legs at the knees."""
        rig = self.rig
        shoulder = (pose.joint("LeftArm") + pose.joint("RightArm")) / 2
        arm = rig.length("LeftArm", "LeftForeArm") + rig.length("LeftForeArm", "LeftHand")
        reach = 0.998 * arm + wrist_to_bar_m(rig)
        aside = self.grip_m - abs(pose.joint("LeftArm")[0])
        path = PchipInterpolator([0, 0.5, 1], [self.thighs_z, 0.02, 0.03])(share)
        z = self.feet.middle_z(rig) + float(path) + sway
        drop = np.sqrt(reach**2 - aside**2 - (z - shoulder[2]) ** 2)
        return np.array([0.0, shoulder[1] - drop, z])

    def at(self, now: Instant) -> Moment:
        """Return body and bar; the bar has gone `now.low` of its way from lockout to floor."""
        height = self.top_m + (PLATE_RADIUS_M - self.top_m) * now.low
        share = float(np.interp(-height, -self._height, self._share))
        pose, legs = self._stance(share)
        sway = 0.004 * np.sin(1.3 * now.time_s + self.sway_phase) * (1 - now.low)
        bar = self._hang(pose, share, sway)
        for side, (knee, ankle) in legs.items():
            pose.place_leg(side, knee, ankle, self.feet.toe_out)
        for side, sign in SIDES:
            place = bar + sign * self.grip_m * LEFT
            hand = unit(place - pose.joint(f"{side}Arm"))
            pose.grip(side, place, LEFT, hand, np.array([sign * 0.5, 0.0, -1.0]))
        return Moment(pose, bar)


class BenchPress:
    """A bench press: the bar goes from over the shoulders to the lower chest and back in an arc."""

    def __init__(self, rig: Rig, mesh: DressedMesh, rng: np.random.Generator) -> None:
        self.rig = rig
        self.grip_m = rng.uniform(0.37, 0.43)
        self.tuck = rng.uniform(0.6, 0.9)
        trunk = np.isin(rig.dominant_bones(), ["Hips", "Spine", "Spine1", "Spine2"])
        lying = self._lie(0.6)
        lowest = float(_posed(mesh, lying, trunk)[:, 1].min())
        self.hip_height = 0.6 + BENCH_HEIGHT_M - 0.008 - lowest
        lying = self._lie(self.hip_height)
        trunk_points = _posed(mesh, lying, trunk)
        self.shoulder = (lying.joint("LeftArm") + lying.joint("RightArm")) / 2
        touch_z = self.shoulder[2] + rng.uniform(0.15, 0.18)
        aside, along = abs(trunk_points[:, 0]), abs(trunk_points[:, 2] - touch_z)
        chest = float(trunk_points[(aside < 0.14) & (along < 0.03), 1].max())
        self.bottom = np.array([0.0, chest + BAR_RADIUS_M, touch_z])
        self.top = self._lockout()

    def _lie(self, hip_height: float) -> Pose:
        """Return a body on its back, a small arch in the spine, without arms and legs placed."""
        pose = Pose(self.rig)
        lean = np.radians([-82.0, -96.0, -88.0, -84.0])
        pose.place_trunk(np.array([0.0, hip_height, 0.45]), *(float(angle) for angle in lean))
        return pose

    def _lockout(self) -> Vector:
        """Return the (3,) middle of the bar over the shoulders with nearly straight arms."""
        rig = self.rig
        arm = rig.length("LeftArm", "LeftForeArm") + rig.length("LeftForeArm", "LeftHand")
        reach = 0.985 * arm + 0.09
        aside = self.grip_m - abs(rig.head("LeftArm")[0])
        height = self.shoulder[1] + np.sqrt(reach**2 - aside**2) + 0.01
        return np.array([0.0, height, self.shoulder[2] + 0.015])

    def at(self, now: Instant) -> Moment:
        """Return body and bar; the bar has gone `now.low` of its way to the chest."""
        pose = self._lie(self.hip_height)
        thigh = self.rig.length("LeftUpLeg", "LeftLeg")
        for side, sign in SIDES:
            foot_z = pose.joint(f"{side}UpLeg")[2] + 0.72 * thigh
            ankle = np.array([sign * 0.27, self.rig.head("LeftFoot")[1] + SOLE_M, foot_z])
            toward = np.array([sign * 0.25, 1.0, 0.55])
            pose.reach_foot(side, ankle, toward, np.radians(18))
        forward = now.low**1.5 if now.rising else now.low
        bar = self.top + (self.bottom - self.top) * (0.0, now.low, forward)
        for side, sign in SIDES:
            elbow = np.array([sign * self.tuck, -0.75, 0.55])
            hand = unit((0.0, 1.0, -0.05))
            pose.grip(side, bar + sign * self.grip_m * LEFT, LEFT, hand, elbow)
        return Moment(pose, bar)


def _posed(mesh: DressedMesh, pose: Pose, members: NDArray[np.bool_]) -> Floats:
    """(n, 3) positions under `pose` of the chosen ones of the rig's own vertices."""
    vertices, _ = mesh.posed(pose.transforms())
    chosen: Floats = vertices[: len(members)][members]
    return chosen
