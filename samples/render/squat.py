"""The back squat as a mechanism."""

import numpy as np

from samples.render.lifts import BAR_RADIUS_M, Feet, Flaw, Moment, early, hump, stand, tilted
from samples.render.outfit import DressedMesh
from samples.render.pose import SIDES, Pose
from samples.render.rig import Rig
from samples.render.rotation import FRONT, Vector, about, lean_forward, unit
from samples.render.tempo import Instant

_STANDING_THIGH, _STANDING_SHIN = float(np.radians(1.0)), float(np.radians(3.0))
_TIPPING_M = 0.10
"""How far the bar tips forward when the hips rise with shins fully up."""


class Squat:
    """A high-bar back squat: the bar rides on the trapezius and stays over the middle of the foot."""

    def __init__(self, rig: Rig, mesh: DressedMesh, rng: np.random.Generator) -> None:
        self.rig = rig
        self.feet = Feet(rng.uniform(0.34, 0.42), np.radians(rng.uniform(14, 24)))
        self.thigh_low = np.radians(rng.uniform(101, 106))
        self.shin_low = np.radians(rng.uniform(29, 34))
        self.grip_m = abs(rig.head("LeftArm")[0]) + rng.uniform(0.16, 0.24)
        self.sway_phase = rng.uniform(0, 6)
        self.bar_from_chest = self._bar_on_back(mesh) - rig.head("Spine2")
        self.flaw = Flaw()

    def show(self, flaw: Flaw) -> None:
        """From now on, show this flaw."""
        self.flaw = flaw

    def _bar_on_back(self, mesh: DressedMesh) -> Vector:
        """Return the (3,) rest position of the bar behind the trapezius."""
        height = self.rig.head("LeftArm")[1] + 0.045
        near = (abs(mesh.vertices[:, 0]) < 0.14) & (abs(mesh.vertices[:, 1] - height) < 0.03)
        back = mesh.vertices[near, 2].min()
        return np.array([0.0, height, back - BAR_RADIUS_M - 0.002])

    def _balance(self, hips: Vector, bar_z: float, low: float, roll: float) -> tuple[Pose, Vector, float]:
        """Lean the trunk until the bar is at `bar_z`: pose, bar, chest's lean (Newton steps)."""
        lean = 0.1 + 0.6 * low
        tuck = np.radians(7) * np.clip((low - 0.75) / 0.25, 0, 1) ** 2
        rounding = self.flaw.of("back_round") * low**2
        pose = Pose(self.rig)
        side_lean = about(FRONT, roll)
        for _ in range(5):
            pelvis, chest = 0.88 * lean - tuck - 0.6 * rounding, 1.04 * lean + 0.4 * rounding
            pose.place_trunk(hips, pelvis, chest, 0.7 * lean, 0.3 * lean, roll)
            bar = pose.joint("Spine2") + side_lean @ lean_forward(chest) @ self.bar_from_chest
            lean -= (bar[2] - bar_z) / (bar[1] - hips[1])
        return pose, bar, chest

    def _low(self, now: Instant) -> float:
        """Share of the full way down of the joints."""
        top = self.flaw.of("soft_lockout")
        bottom = 1.0 - self.flaw.of("depth_short")
        return top + (bottom - top) * now.low

    def _ahead(self, now: Instant) -> float:
        """How far the shins have come up before the rest."""
        return self.flaw.of("good_morning") * early(now.low) if now.rising else 0.0

    def _legs(self, now: Instant, low: float) -> tuple[float, float, float, float]:
        """Shin and thigh (rad), how far each knee caves in (m) and the foot's pitch (rad)."""
        thigh = _STANDING_THIGH + (self.thigh_low - _STANDING_THIGH) * low
        shin = _STANDING_SHIN + (self.shin_low - _STANDING_SHIN) * (low**0.85 - self._ahead(now))
        caving = self.flaw.of("knee_valgus") * hump(now.low) if now.rising else 0.0
        heel_up = self.flaw.of("heel_rise") * float(np.clip((low - 0.3) / 0.4, 0, 1))
        return shin, thigh, caving, heel_up

    def at(self, now: Instant) -> Moment:
        """Return body and bar; the lifter has gone `now.low` of the way down."""
        low = self._low(now)
        shin, thigh, caving, heel_up = self._legs(now, low)
        hips, legs = stand(self.rig, self.feet, shin, thigh, low, caving, heel_up)
        sway = 0.004 * np.sin(1.7 * now.time_s + self.sway_phase) - 0.01 * (1 - low)
        drift = self.flaw.of("bar_drift") * now.low + _TIPPING_M * self._ahead(now)
        bar_z = self.feet.middle_z(self.rig) + sway + drift
        roll = self.flaw.of("uneven_bar") * float(np.sin(np.pi / 2 * now.low))
        pose, bar, lean = self._balance(hips, bar_z, low, roll)
        for side, (knee, ankle) in legs.items():
            pose.place_leg(side, knee, ankle, self.feet.toe_out, heel_up)
        chest = about(FRONT, roll) @ lean_forward(lean)
        way = tilted(roll)
        for side, sign in SIDES:
            hand = unit(chest @ (sign * 0.15, 0.9, 0.25))
            elbow = chest @ (sign * 0.15, -1.0, -0.75)
            pose.grip(side, bar + sign * self.grip_m * way, way, hand, elbow)
        return Moment(pose, bar, way)
