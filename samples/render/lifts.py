"""What the three lifts have in common: body and bar at an instant, how a lifter stands, what can go wrong."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from samples.render.pose import SIDES, TOE_IN_RAD, Pose
from samples.render.rig import Rig
from samples.render.rotation import FRONT, LEFT, UP, Matrix, Vector, about, lean_forward, unit
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
        (3,) middle of the line through both grips, in metres.
    bar_way
        (3,) unit direction of the bar, toward the lifter's left.
    """

    pose: Pose
    bar: Vector
    bar_way: Vector = field(default_factory=LEFT.copy)

    @property
    def bar_axes(self) -> Matrix:
        """(3, 3) rotation of a bar along x to this one, its plates upright."""
        up = unit(UP - self.bar_way * float(self.bar_way @ UP))
        return np.stack([self.bar_way, up, np.cross(self.bar_way, up)], axis=1)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that the lifter does wrong.

    Attributes
    ----------
    name
        Its name in `samples.render.flaws.FLAWS` without the lift, empty for nothing.
    amount
        How much, in the mechanism's own terms: metres, radians or a share.
    """

    name: str = ""
    amount: float = 0.0

    def of(self, name: str) -> float:
        """Return the amount if the flaw is `name`, else 0."""
        return self.amount if self.name == name else 0.0


class Lift(Protocol):
    """Moves a body through a lift."""

    grip_m: float

    def show(self, flaw: Flaw) -> None:
        """From now on, show this flaw."""
        ...

    def at(self, now: Instant) -> Moment:
        """Return body and bar at one instant of the clip."""
        ...


def hump(share: float) -> float:
    """0 at both ends of 0..1, 1 in the middle."""
    return 4 * share * (1 - share)


def early(low: float) -> float:
    """0 at both ends of the way up, 1 after its first quarter; `low` is 1 at its beginning."""
    return low**3 * (1 - low) / 0.10546875


def tilted(angle_rad: float) -> Vector:
    """(3,) direction of a bar whose left end is up by an angle."""
    return about(FRONT, angle_rad) @ LEFT


@dataclass(frozen=True, slots=True)
class Feet:
    """How the lifter stands: distance of the ankles in metres, feet turned out in radians."""

    width_m: float
    toe_out: float

    def ankle(self, rig: Rig, sign: int, heel_up: float = 0.0) -> Vector:
        """Return the (3,) ankle on the side of `sign`, shoe on the floor, heel up by an angle (rad)."""
        height = rig.head("LeftFoot")[1] + SOLE_M
        side = "Left" if sign > 0 else "Right"
        from_ball = rig.head(f"{side}Foot") - rig.head(f"{side}ToeBase")
        lift = about(UP, sign * (self.toe_out - TOE_IN_RAD)) @ (lean_forward(heel_up) @ from_ball - from_ball)
        return np.array([sign * self.width_m / 2, height, 0.0]) + lift

    def middle_z(self, rig: Rig) -> float:
        """How far the middle of the foot lies in front of the ankles, in metres."""
        heel, length, _ = foot_axis(rig, "Left")
        middle = heel + length / 2 - rig.head("LeftFoot")
        return float(middle[2] * np.cos(self.toe_out))


def stand(
    rig: Rig,
    feet: Feet,
    shin: float,
    thigh: float,
    low: float,
    knees_in_m: float = 0.0,
    heel_up: float = 0.0,
) -> tuple[Vector, dict[str, tuple[Vector, Vector]]]:
    """Stack shins and thighs on the feet.

    Parameters
    ----------
    rig, feet
        The body and its stance.
    shin, thigh
        Angles from the vertical in the sagittal plane, radians: shin forward, hips back.
    low
        0 standing, 1 low: how much the knees leave the plane of hip and ankle to follow the toes.
    knees_in_m
        How far each knee caves in from there.
    heel_up
        By how many radians the feet pivot about their balls.

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
        ankle = feet.ankle(rig, sign, heel_up)
        outward = (half_hips - feet.width_m / 2) * 0.5 * (1 - low)
        outward += 1.15 * np.sin(feet.toe_out) * shin_m * np.sin(shin) - knees_in_m
        in_plane = np.sqrt(shin_m**2 - outward**2)
        knee = ankle + in_plane * np.array([0.0, np.cos(shin), np.sin(shin)])
        knee[0] += sign * outward
        inward = half_hips - sign * knee[0]
        in_plane = np.sqrt(thigh_m**2 - inward**2)
        hip = knee + in_plane * np.array([0.0, np.cos(thigh), -np.sin(thigh)])
        hip[0] += sign * inward
        legs[side] = (knee, ankle)
        hips += hip / 2
    return hips, legs
