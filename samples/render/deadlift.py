"""The conventional deadlift as a mechanism."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from samples.render.lifts import BAR_RADIUS_M, PLATE_RADIUS_M, Feet, Flaw, Moment, early, hump, stand, tilted
from samples.render.outfit import DressedMesh
from samples.render.pose import SIDES, Pose, wrist_to_bar_m
from samples.render.rig import Floats, Rig
from samples.render.rotation import Vector, unit
from samples.render.tempo import Instant

_LEAN = PchipInterpolator([0, 0.3, 0.6, 0.8, 1], [0, 0.45, 0.86, 0.97, 1])
_THIGH = PchipInterpolator([0, 0.3, 0.6, 0.8, 1], [0, 0.22, 0.50, 0.72, 1])
_SHIN = PchipInterpolator([0, 0.5, 0.8, 1], [0, 0, 0.35, 1])
"""Share of the way down of the bar's joints to that of trunk, thighs and shins: hips go first."""

Legs = dict[str, tuple[Vector, Vector]]


class Deadlift:
    """A conventional deadlift: straight arms, the bar close to the legs over the mid-foot."""

    def __init__(
        self, rig: Rig, mesh: DressedMesh, rng: np.random.Generator, floor_m: float = PLATE_RADIUS_M
    ) -> None:
        self.rig, self.mesh, self.floor_m = rig, mesh, floor_m
        self.feet = Feet(rng.uniform(0.24, 0.30), np.radians(rng.uniform(5, 11)))
        self.grip_m = max(abs(rig.head("LeftArm")[0]) * 1.02, 0.20) + 0.02
        self.lean_low = np.radians(rng.uniform(60, 66))
        self.shin_low = np.radians(rng.uniform(9, 12))
        self.sway_phase = rng.uniform(0, 6)
        self.show(Flaw())

    def show(self, flaw: Flaw) -> None:
        """From now on, show this flaw: find the start, the lockout and the way between anew."""
        self.flaw = flaw
        self.thighs_z, self.thigh_low = 0.03, 0.0
        self.thighs_z = self._front_of_thighs()
        self.thigh_low = self._thigh_for_floor()
        self._share = np.linspace(0, 1, 60)
        self._heights = {False: self._heights_of(rising=False)}
        self._heights[True] = self._heights_of(rising=True) if flaw.of("hips_shoot") else self._heights[False]
        self.top_m = self._heights[False][0]

    def _heights_of(self, *, rising: bool) -> Floats:
        """(60,) height of the bar after each share of the joints' way down."""
        return np.array([self._hang(self._stance(x, rising=rising)[0], x)[1] for x in self._share])

    def _front_of_thighs(self) -> float:
        """Return how far before the mid-foot (m) the bar lies when it rests on the thighs."""
        pose, legs = self._stance(0.0)
        for side, (knee, ankle) in legs.items():
            pose.place_leg(side, knee, ankle, self.feet.toe_out)
        points, _ = self.mesh.posed(pose.transforms())
        height = self._hang(pose, 0.0)[1]
        near = (abs(points[:, 1] - height) < 0.05) & (abs(points[:, 0]) < 0.2)
        return float(points[near, 2].max()) + BAR_RADIUS_M - self.feet.middle_z(self.rig)

    def _thigh_for_floor(self) -> float:
        """Return the thigh angle (rad) at which the plates touch the floor (bisection)."""
        shallow, deep = np.radians(25), np.radians(110)
        for _ in range(30):
            self.thigh_low = (shallow + deep) / 2
            above = self._hang(self._stance(1.0)[0], 1.0)[1] > self.floor_m
            shallow, deep = (self.thigh_low, deep) if above else (shallow, self.thigh_low)
        return float(self.thigh_low)

    def _stance(self, share: float, roll: float = 0.0, *, rising: bool = False) -> tuple[Pose, Legs]:
        """Place the trunk when the joints have gone `share` of their way down, hips first."""
        flaw = self.flaw
        ahead = flaw.of("hips_shoot") * early(share) if rising else 0.0
        lean_share = float(_LEAN(share)) + ahead
        thigh_share = float(_THIGH(share)) - ahead
        shin_share = float(_SHIN(share)) - 0.5 * ahead
        upright = (1 - share) ** 2
        bow, crouch = flaw.of("lockout_hips") * upright, flaw.of("lockout_knees") / 2 * upright
        lean = self.lean_low * lean_share + np.radians(1) * (1 - share) + bow
        # At lockout the straight legs lean back, to make room for the bar over the mid-foot.
        back = np.radians(3.2) * max(0.0, 1 - share / 0.5)
        hips, legs = stand(
            self.rig,
            self.feet,
            self.shin_low * shin_share - back + crouch,
            self.thigh_low * thigh_share + 1.1 * back + crouch,
            0.6 * share,
        )
        rounding = flaw.of("back_round") * np.sqrt(share)
        pose = Pose(self.rig)
        pelvis, chest = 0.86 * lean - 0.6 * rounding, 1.06 * lean + 0.4 * rounding
        pose.place_trunk(hips, pelvis, chest, 0.75 * lean, 0.45 * lean, roll)
        return pose, legs

    def _hang(self, pose: Pose, share: float, sway: float = 0.0) -> Vector:
        """Return the (3,) middle of a bar on straight arms, closest to the legs at the knees."""
        rig = self.rig
        shoulder = (pose.joint("LeftArm") + pose.joint("RightArm")) / 2
        arm = rig.length("LeftArm", "LeftForeArm") + rig.length("LeftForeArm", "LeftHand")
        reach = 0.998 * arm + wrist_to_bar_m(rig)
        aside = self.grip_m - abs(rig.head("LeftArm")[0])
        path = PchipInterpolator([0, 0.5, 1], [self.thighs_z, 0.02, 0.03])(share)
        drift = self.flaw.of("bar_drift") * hump(share)
        z = self.feet.middle_z(rig) + float(path) + sway + drift
        drop = np.sqrt(reach**2 - aside**2 - (z - shoulder[2]) ** 2)
        return np.array([0.0, shoulder[1] - drop, z])

    def at(self, now: Instant) -> Moment:
        """Return body and bar; the bar has gone `now.low` of its way from lockout to floor."""
        height = self.top_m + (self.floor_m - self.top_m) * now.low
        share = float(np.interp(-height, -self._heights[now.rising], self._share))
        tilt = self.flaw.of("uneven_bar") * hump(now.low)
        # The hands are farther apart than the shoulders, which roll by as much more.
        pose, legs = self._stance(
            share, tilt * self.grip_m / abs(self.rig.head("LeftArm")[0]), rising=now.rising
        )
        sway = 0.004 * np.sin(1.3 * now.time_s + self.sway_phase) * (1 - now.low)
        bar = self._hang(pose, share, sway)
        for side, (knee, ankle) in legs.items():
            pose.place_leg(side, knee, ankle, self.feet.toe_out)
        way = tilted(tilt)
        for side, sign in SIDES:
            place = bar + sign * self.grip_m * way
            hand = unit(place - pose.joint(f"{side}Arm"))
            pose.grip(side, place, way, hand, np.array([sign * 0.5, 0.0, -1.0]))
        return Moment(pose, bar, way)
