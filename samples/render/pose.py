"""Puts a body into a pose: trunk by its lean, legs by the knees, arms by the hands on the bar."""

import numpy as np

from samples.render.rig import Floats, Rig
from samples.render.rotation import (
    FRONT,
    LEFT,
    UP,
    Matrix,
    Vector,
    about,
    across,
    basis,
    blend,
    lean_forward,
    turn,
    unit,
)

SIDES: tuple[tuple[str, int], ...] = (("Left", 1), ("Right", -1))
"""Prefix of the bones of each side, and the sign of its x."""

_CURL_DEG = {"Index": (62, 80, 45), "Middle": (62, 80, 45), "Ring": (62, 80, 45),
             "Pinky": (62, 80, 45), "Thumb": (20, 30, 30)}  # fmt: skip
TOE_IN_RAD = float(np.radians(2.0))
"""How far a body's feet are turned out at rest."""

_LONGEST_REACH = 0.9995
_PALM_TO_BAR_M = 0.032


def bend_limb(
    start: Vector, target: Vector, upper: float, lower: float, toward: Vector
) -> tuple[Vector, Vector, float]:
    """Place the middle joint of a two-bone limb so that its end meets `target`.

    Parameters
    ----------
    start, target
        (3,) root of the limb, and where its end should be.
    upper, lower
        Bone lengths in metres.
    toward
        (3,) direction in which the middle joint points.

    Returns
    -------
    tuple
        Middle joint (3,), end (3,), and by how many metres the target was out of reach.
    """
    way = target - start
    wanted = float(np.linalg.norm(way))
    reach = (upper + lower) * _LONGEST_REACH
    distance = min(max(wanted, abs(upper - lower) + 1e-3), reach)
    forward = unit(way)
    along = (upper**2 - lower**2 + distance**2) / (2 * distance)
    height = np.sqrt(max(upper**2 - along**2, 0.0))
    middle = start + forward * along + unit(across(toward, forward)) * height
    return middle, start + forward * distance, max(0.0, wanted - reach)


class Pose:
    """Rotation and position of each bone of a rig, built up limb by limb.

    Attributes
    ----------
    rig
        The body.
    rotations
        (B, 3, 3) world rotation of each bone against its rest.
    positions
        (B, 3) world position in metres of the joint at which each bone begins.
    miss_m
        The largest distance by which a hand or foot fell short of its place.
    """

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.rotations: Floats = np.tile(np.eye(3), (len(rig.bones), 1, 1))
        self.positions: Floats = rig.heads.copy()
        self.miss_m = 0.0

    def joint(self, bone: str) -> Vector:
        """(3,) world position of the joint at which `bone` begins."""
        position: Vector = self.positions[self.rig.index(bone)]
        return position

    def transforms(self) -> Floats:
        """(B, 3, 4) matrices that carry rest points into this pose."""
        return self.rig.skin_transforms(self.rotations, self.positions)

    def _turn_from(self, bone: str, rotation: Matrix) -> None:
        """Give `bone` and everything that hangs on it the same rotation."""
        self.rotations[self.rig.branch(bone)] = rotation

    def _settle(self) -> None:
        """Recompute all positions from the rotations, the root staying where it is."""
        heads = self.rig.heads
        for index, parent in enumerate(self.rig.parents):
            if parent >= 0:
                offset = self.rotations[parent] @ (heads[index] - heads[parent])
                self.positions[index] = self.positions[parent] + offset

    def place_trunk(
        self,
        hip_center: Vector,
        pelvis: float,
        chest: float,
        neck: float,
        head: float,
        roll: float = 0.0,
    ) -> None:
        """Place the pelvis with the hip joints around `hip_center` and bend the spine above it.

        The spine's three joints share the difference between pelvis and chest; the four angles are
        forward leans in radians, `roll` lifts the chest's left side.
        """
        rig = self.rig
        low, high = lean_forward(pelvis), about(FRONT, roll) @ lean_forward(chest)
        self.rotations[:] = low
        for bone, share in (("Spine", 0.34), ("Spine1", 0.67), ("Spine2", 1.0)):
            self._turn_from(bone, blend(low, high, share))
        self._turn_from("Neck", about(FRONT, roll / 2) @ lean_forward(neck))
        self._turn_from("Head", lean_forward(head))
        self.positions[0] = hip_center - low @ (rig.hip_center - rig.heads[0])
        self._settle()

    def place_leg(self, side: str, knee: Vector, ankle: Vector, toe_out: float, heel_up: float = 0.0) -> None:
        """Point thigh and shin at `knee` and `ankle`.

        The foot turns out by `toe_out` rad; flat toes carry a foot whose heel is up by `heel_up` rad.
        """
        rig = self.rig
        hip = self.joint(f"{side}UpLeg")
        leg = unit(ankle - hip)
        sign = 1 if side == "Left" else -1
        foot_front = about(UP, sign * toe_out) @ FRONT
        outward = across(knee - (hip + ankle) / 2, leg)
        bent = float(np.linalg.norm(outward)) > 0.03
        hinge = np.cross(outward if bent else across(foot_front, leg), leg)
        for bone, following, direction in (
            (f"{side}UpLeg", f"{side}Leg", knee - hip),
            (f"{side}Leg", f"{side}Foot", ankle - knee),
        ):
            rest = rig.head(following) - rig.head(bone)
            self._turn_from(bone, turn(rest, LEFT, direction, hinge))
        turned_out = about(UP, sign * (toe_out - TOE_IN_RAD))
        self._turn_from(f"{side}Foot", turned_out @ lean_forward(heel_up))
        self._turn_from(f"{side}ToeBase", turned_out)
        self._settle()

    def reach_foot(self, side: str, ankle: Vector, toward: Vector, toe_out: float) -> None:
        """Place a leg from its ankle alone, the knee pointing `toward`."""
        rig = self.rig
        thigh = rig.length(f"{side}UpLeg", f"{side}Leg")
        shin = rig.length(f"{side}Leg", f"{side}Foot")
        knee, end, miss = bend_limb(self.joint(f"{side}UpLeg"), ankle, thigh, shin, toward)
        self.miss_m = max(self.miss_m, miss)
        self.place_leg(side, knee, end, toe_out)

    def grip(self, side: str, place: Vector, bar: Vector, hand: Vector, elbow: Vector) -> None:
        """Close a hand around the bar.

        Parameters
        ----------
        side
            "Left" or "Right".
        place
            (3,) point of the bar's axis under the middle of the palm.
        bar
            (3,) unit direction of the bar, toward the lifter's left.
        hand
            (3,) unit direction from wrist to knuckles that the hand would like.
        elbow
            (3,) direction in which the elbow points.
        """
        arm = _Arm(self, side)
        sign = 1 if side == "Left" else -1
        wrist = place - hand * 0.08
        for _ in range(3):
            middle, end, _ = arm.bend_to(wrist, elbow)
            direction = unit(0.6 * hand + 0.4 * unit(end - middle))
            hand_turn = turn(arm.knuckle_way, arm.little_finger_way, direction, bar * sign)
            wrist = place - hand_turn @ arm.wrist_to_bar
        middle, end, miss = arm.bend_to(wrist, elbow)
        self.miss_m = max(self.miss_m, miss)
        arm.turn_bones(middle, end, elbow, bar * sign)
        self._turn_from(f"{side}Hand", hand_turn)
        self._curl_fingers(side, hand_turn, np.cross(arm.knuckle_way, arm.palm_way))
        self._settle()

    def _curl_fingers(self, side: str, hand_turn: Matrix, hinge: Vector) -> None:
        """Bend each finger joint by its share of a fist around the rest axis `hinge`."""
        for finger, bends in _CURL_DEG.items():
            angle = 0.0
            for number, bend_deg in enumerate(bends, start=1):
                angle += np.radians(bend_deg)
                index = self.rig.index(f"{side}Hand{finger}{number}")
                self.rotations[index] = hand_turn @ about(hinge, angle)


class _Arm:
    """One arm of a pose: its rest directions, and the turns of upper arm and forearm."""

    def __init__(self, pose: Pose, side: str) -> None:
        rig = pose.rig
        self.pose, self.side = pose, side
        shoulder, elbow, wrist = (rig.head(f"{side}{bone}") for bone in ("Arm", "ForeArm", "Hand"))
        knuckles = {f: rig.head(f"{side}Hand{f}1") for f in ("Index", "Middle", "Ring", "Pinky")}
        self.upper, self.lower = elbow - shoulder, wrist - elbow
        self.knuckle_way = unit(knuckles["Middle"] - wrist)
        little = knuckles["Pinky"] - knuckles["Index"]
        self.little_finger_way = unit(across(little, self.knuckle_way))
        sign = 1 if side == "Left" else -1
        self.palm_way = sign * np.cross(self.little_finger_way, self.knuckle_way)
        palm = (knuckles["Index"] + knuckles["Middle"] + knuckles["Ring"]) / 3 - wrist
        self.wrist_to_bar = palm * 0.85 + self.palm_way * _PALM_TO_BAR_M
        reach = unit(wrist - shoulder)
        outward = unit(across(elbow - (shoulder + wrist) / 2, reach))
        self.hinge = np.cross(outward, reach)

    def bend_to(self, wrist: Vector, elbow: Vector) -> tuple[Vector, Vector, float]:
        """Return elbow, wrist and miss when the wrist goes for `wrist`."""
        lengths = float(np.linalg.norm(self.upper)), float(np.linalg.norm(self.lower))
        return bend_limb(self.pose.joint(f"{self.side}Arm"), wrist, *lengths, elbow)

    def turn_bones(self, elbow: Vector, wrist: Vector, toward: Vector, bar: Vector) -> None:
        """Turn upper arm and forearm; the forearm takes half of the hand's twist."""
        pose, side = self.pose, self.side
        shoulder = pose.joint(f"{side}Arm")
        reach = unit(wrist - shoulder)
        hinge = np.cross(unit(across(toward, reach)), reach)
        pose._turn_from(f"{side}Arm", turn(self.upper, self.hinge, elbow - shoulder, hinge))
        forearm = wrist - elbow
        loose = turn(self.lower, self.hinge, forearm, hinge)
        with_hand = basis(forearm, bar) @ basis(self.lower, self.little_finger_way).T
        pose._turn_from(f"{side}ForeArm", blend(loose, with_hand, 0.5))


def wrist_to_bar_m(rig: Rig) -> float:
    """Distance in metres from the wrist to the bar along a hand that hangs straight."""
    arm = _Arm(Pose(rig), "Left")
    return float(arm.wrist_to_bar @ arm.knuckle_way)
