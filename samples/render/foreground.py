"""What comes between camera and lifter: a post, a rack, a person who walks by or sits."""

from dataclasses import dataclass

import numpy as np

from samples.render.mesh import Finish, Mesh
from samples.render.outfit import DressedMesh, dress, pick_outfit
from samples.render.pose import SIDES, Pose
from samples.render.rig import Rig, load_rig
from samples.render.rotation import FRONT, LEFT, UP, Matrix, Vector, about, unit
from samples.render.shoes import SOLE_M
from samples.render.textures import WOOD

_BODIES = ("man", "woman", "heavy_man", "strong_woman")
_STRIDE_HZ, _PACE_MPS = 0.9, 1.15
_SEAT_M = 0.44


def _toward(eye: Vector) -> Matrix:
    """(3, 3) axes with z from the lifter to the camera and x to the picture's right."""
    way = unit(eye * (1, 0, 1))
    return np.stack([np.cross(UP, way), UP, way], axis=1)


def build_front(kind: str, eye: Vector, rng: np.random.Generator) -> Mesh:
    """Build a `post`, or a `rack` of two posts and a crossbar, between lifter and camera."""
    mesh = Mesh()
    steel = Finish((0.06, 0.06, 0.07), roughness=0.5)
    turn = _toward(eye)
    aside, near = rng.uniform(0.12, 0.3) * rng.choice([-1, 1]), rng.uniform(1.0, 1.4)
    places = [aside] if kind == "post" else [aside - 0.55, aside + 0.55]
    for x in places:
        mesh.add_box(turn @ np.array([x, 1.15, near]), (0.07, 2.3, 0.07), steel, turn)
    if kind == "rack":
        mesh.add_box(turn @ np.array([aside, 0.62, near]), (1.1, 0.05, 0.05), steel, turn)
        mesh.add_box(turn @ np.array([aside, 2.27, near]), (1.1, 0.07, 0.07), steel, turn)
    return mesh


@dataclass(frozen=True, slots=True, eq=False)
class Bystander:
    """Somebody nearer to the camera.

    Attributes
    ----------
    kind
        `walking` or `seated`.
    rig, mesh
        The body and its clothes.
    start
        (3,) where the feet are at the beginning.
    turn
        (3, 3) rotation of the body about the vertical.
    """

    kind: str
    rig: Rig
    mesh: DressedMesh
    start: Vector
    turn: Matrix

    def at(self, time_s: float) -> tuple[Pose, Vector]:
        """Return the pose, facing +z, and where its origin stands."""
        if self.kind == "seated":
            return self._seated(time_s), self.start
        return self._walking(time_s), self.start + _PACE_MPS * time_s * (self.turn @ FRONT)

    def _seated(self, time_s: float) -> Pose:
        """Sit on a box, hands on the knees, breathing."""
        rig = self.rig
        pose = Pose(rig)
        lean = 0.18 + 0.02 * np.sin(1.5 * time_s)
        pose.place_trunk(np.array([0.0, _SEAT_M + 0.09, -0.42]), 0.05, lean, 0.1, 0.05)
        for side, sign in SIDES:
            ankle = np.array([sign * 0.14, rig.head("LeftFoot")[1] + SOLE_M, 0.0])
            pose.reach_foot(side, ankle, np.array([sign * 0.1, 1.0, 0.4]), 0.2)
            knee = pose.joint(f"{side}Leg") + np.array([0.0, 0.09, -0.04])
            pose.grip(side, knee, LEFT, FRONT, np.array([sign * 0.6, 0.0, -0.6]))
        return pose

    def _walking(self, time_s: float) -> Pose:
        """Take steps: a planted foot stays, the other swings over."""
        rig = self.rig
        pose = Pose(rig)
        leg = rig.length("LeftUpLeg", "LeftLeg") + rig.length("LeftLeg", "LeftFoot")
        hips = leg * 0.955 + rig.head("LeftFoot")[1] + SOLE_M
        pose.place_trunk(np.array([0.0, hips, 0.0]), 0.03, 0.06, 0.04, 0.0)
        half_step = _PACE_MPS / _STRIDE_HZ / 4
        for side, sign in SIDES:
            phase = (_STRIDE_HZ * time_s + (0.0 if sign > 0 else 0.5)) % 1.0
            swing = max(0.0, phase - 0.5) * 2
            along = half_step * (1 - 4 * phase if phase < 0.5 else np.cos(np.pi * (1 - swing)))
            up = rig.head("LeftFoot")[1] + SOLE_M + 0.09 * np.sin(np.pi * swing)
            pose.reach_foot(side, np.array([sign * 0.09, up, along]), FRONT + 0.05 * sign * LEFT, 0.1)
            hang = pose.joint(f"{side}Arm") + np.array([sign * 0.07, -0.64, -0.8 * along])
            back = np.array([sign * 0.2, 0.0, -1.0])
            pose.grip(side, hang, -sign * FRONT, -UP, back)
        return pose


def draw_bystander(kind: str, eye: Vector, rng: np.random.Generator) -> Bystander:
    """Draw somebody about a metre and a half in front of the lifter, to one side or crossing."""
    rig = load_rig(_BODIES[rng.integers(len(_BODIES))], rng.uniform(1.62, 1.86))
    mesh = dress(rig, pick_outfit(rng))
    turn = _toward(eye)
    side = float(rng.choice([-1, 1]))
    near = rng.uniform(1.3, 1.6)
    if kind == "seated":
        start = turn @ np.array([side * rng.uniform(0.4, 0.6), 0.0, near - 0.3])
        facing = turn @ about(UP, np.pi + rng.uniform(-0.5, 0.5))
    else:
        start = turn @ np.array([-side * rng.uniform(2.2, 3.4), 0.0, near])
        facing = turn @ about(UP, side * np.pi / 2)
    return Bystander(kind, rig, mesh, start, facing)


def build_seat() -> Mesh:
    """Build the box on which a seated bystander sits, before the feet at the origin."""
    mesh = Mesh()
    mesh.add_box((0, _SEAT_M / 2, -0.45), (0.5, _SEAT_M, 0.42), Finish((0.5, 0.37, 0.23), WOOD, 0.8))
    return mesh
