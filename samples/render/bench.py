"""The bench press as a mechanism."""

import numpy as np
from numpy.typing import NDArray

from samples.render.lifts import BAR_RADIUS_M, BENCH_HEIGHT_M, Flaw, Moment, hump, tilted
from samples.render.outfit import DressedMesh
from samples.render.pose import SIDES, Pose
from samples.render.rig import Floats, Rig
from samples.render.rotation import UP, unit
from samples.render.shoes import SOLE_M
from samples.render.tempo import Instant


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
        self.show(Flaw())

    def show(self, flaw: Flaw) -> None:
        """From now on, show this flaw."""
        self.flaw = flaw
        self.top = self._lockout()
        for _ in range(3):
            short_of = self.at(Instant(0.0, 0.0, rising=False)).pose.miss_m
            self.top = self.top - 1.2 * short_of * UP

    def _lie(self, hip_height: float) -> Pose:
        """Return a body on its back, a small arch in the spine, without arms and legs placed."""
        pose = Pose(self.rig)
        lean = np.radians([-82.0, -96.0, -88.0, -84.0])
        pose.place_trunk(np.array([0.0, hip_height, 0.45]), *(float(angle) for angle in lean))
        return pose

    def _lockout(self) -> Floats:
        """Return the (3,) middle of the bar over the shoulders with nearly straight arms."""
        rig = self.rig
        arm = rig.length("LeftArm", "LeftForeArm") + rig.length("LeftForeArm", "LeftHand")
        reach = (0.985 - self.flaw.of("lockout_short")) * arm + 0.09
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
        way = tilted(self.flaw.of("uneven_bar") * hump(now.low))
        for side, sign in SIDES:
            elbow = np.array([sign * self.tuck, -0.75, 0.55])
            hand = unit((0.0, 1.0, -0.05))
            pose.grip(side, bar + sign * self.grip_m * way, way, hand, elbow)
        return Moment(pose, bar, way)


def _posed(mesh: DressedMesh, pose: Pose, members: NDArray[np.bool_]) -> Floats:
    """(n, 3) positions under `pose` of the chosen ones of the rig's own vertices."""
    vertices, _ = mesh.posed(pose.transforms())
    chosen: Floats = vertices[: len(members)][members]
    return chosen
