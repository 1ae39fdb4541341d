"""The truth file of a rendered clip: what the renderer knew, in the format of every truth file."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from formcheck.skeleton import KEYPOINTS
from samples.render.camera import Camera
from samples.render.lifts import PLATE_RADIUS_M, Moment
from samples.render.pose import Pose
from samples.render.rig import Floats, Rig, bend
from samples.render.rotation import LEFT, Vector
from samples.render.tempo import RepTime

REP_TOLERANCE_S = 0.10
"""How exactly a rep's instants can be told: a lift sets off softly, so they are a convention."""

_SURFACE = {"toe": "big_toe"}
_RIG = {"hand": "HandIndex1"}
_CHAINS = {
    "knee": ("UpLeg", "Leg", "Foot"),
    "hip": ("Arm", "UpLeg", "Leg"),
    "elbow": ("Arm", "ForeArm", "Hand"),
}
"""Joint to the bones at whose beginnings the three points of its angle lie."""


def flexion_deg(first: Vector, joint: Vector, last: Vector) -> float:
    """180 degrees minus the angle at `joint` between its neighbors: 0 is a straight limb."""
    a, b = first - joint, last - joint
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    return 180.0 - float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def joint_angles_deg(pose: Pose) -> dict[str, float]:
    """Flexion of knees, hips and elbows from joint centers, and the trunk's lean from upright."""
    angles = {
        f"{side.lower()}_{joint}_flexion": flexion_deg(*(pose.joint(f"{side}{bone}") for bone in chain))
        for side in ("Left", "Right")
        for joint, chain in _CHAINS.items()
    }
    hips = (pose.joint("LeftUpLeg") + pose.joint("RightUpLeg")) / 2
    trunk = (pose.joint("LeftArm") + pose.joint("RightArm")) / 2 - hips
    angles["trunk_lean"] = float(np.degrees(np.arctan2(np.hypot(trunk[0], trunk[2]), trunk[1])))
    return angles


def keypoints_m(pose: Pose) -> Floats:
    """(K, 3) keypoints in the order of KEYPOINTS: surface points, knuckles from the skeleton."""
    rig = pose.rig
    skin = bend(rig.vertices, rig.weights, rig.weight_bones, pose.transforms())
    surface = dict(zip(rig.surface_names, rig.surface_weights @ skin, strict=True))
    points = []
    for name in KEYPOINTS:
        side, _, part = name.partition("_")
        if part in _RIG:
            points.append(pose.joint(f"{side.title()}{_RIG[part]}"))
        else:
            points.append(surface[f"{side}_{_SURFACE.get(part, part)}" if part else name])
    return np.array(points)


def femur_to_torso(rig: Rig) -> float:
    """Thigh (hip to knee joint) over torso (middle of the hip to middle of the shoulder joints)."""
    torso = float(np.linalg.norm(rig.shoulder_center - rig.hip_center))
    return rig.length("LeftUpLeg", "LeftLeg") / torso


def _rounded(values: ArrayLike, digits: int) -> Any:
    """Return an array as lists of short numbers."""
    return np.round(np.asarray(values, dtype=np.float64), digits).tolist()


@dataclass(slots=True)
class Recorder:
    """Collects the truth of each frame.

    Attributes
    ----------
    camera
        The camera that films.
    plate_center
        (3,) middle of the near plate's outer face, against the bar's middle.
    """

    camera: Camera
    plate_center: Vector
    time_s: list[float] = field(default_factory=list)
    plate_m: list[Vector] = field(default_factory=list)
    keypoints_px: list[Floats] = field(default_factory=list)
    angles_deg: list[dict[str, float]] = field(default_factory=list)
    depth_m: list[float] = field(default_factory=list)

    def add(self, time_s: float, moment: Moment) -> None:
        """Record the moment that the frame at `time_s` shows."""
        pose = moment.pose
        self.time_s.append(time_s)
        self.plate_m.append(moment.bar + self.plate_center)
        self.keypoints_px.append(self.camera.project(keypoints_m(pose)))
        self.angles_deg.append(joint_angles_deg(pose))
        knees = pose.joint("LeftLeg")[1] + pose.joint("RightLeg")[1]
        self.depth_m.append((knees - pose.joint("LeftUpLeg")[1] - pose.joint("RightUpLeg")[1]) / 2)

    def frames(self) -> dict[str, Any]:
        """Return the truth of all frames, rounded to keep the file small."""
        plate = np.array(self.plate_m)
        radius = self.camera.focal_px * PLATE_RADIUS_M / self.camera.depth_m(plate)
        keypoints = _rounded(np.swapaxes(self.keypoints_px, 0, 1), 1)
        return {
            "time_s": _rounded(self.time_s, 4),
            "bar_px": _rounded(self.camera.project(plate), 2),
            "bar_m": _rounded(plate[:, [2, 1]], 4),
            "plate_radius_px": _rounded(radius, 2),
            "keypoints_px": dict(zip(KEYPOINTS, keypoints, strict=True)),
            "angles_deg": {
                name: _rounded([angles[name] for angles in self.angles_deg], 1) for name in self.angles_deg[0]
            },
        }

    def rep_metrics(self, rep: RepTime, lift: str) -> dict[str, float]:
        """Return a rep's mean concentric velocity, range, drift and, for a squat, depth."""
        time = np.array(self.time_s)
        forward, height = np.array(self.plate_m)[:, 2], np.array(self.plate_m)[:, 1]
        start, turn, end = (
            float(np.interp(instant, time, height)) for instant in (rep.start_s, rep.turn_s, rep.end_s)
        )
        inside = (time >= rep.start_s) & (time <= rep.end_s)
        if lift == "deadlift":
            rise, seconds = turn - start, rep.turn_s - rep.start_s
        else:
            rise, seconds = end - turn, rep.end_s - rep.turn_s
        metrics = {
            "mean_velocity_mps": round(rise / seconds, 4),
            "rom_m": round(rise, 4),
            "drift_m": round(float(np.ptp(forward[inside])), 4),
        }
        if lift == "squat":
            metrics["depth_m"] = round(float(np.interp(rep.turn_s, time, self.depth_m)), 4)
        return metrics


def plate_offset(face_m: float, side: str) -> Vector:
    """(3,) from the bar's middle to the outer face of the plate on the lifter's `side`."""
    return LEFT * face_m * (1.0 if side == "left" else -1.0)


def reps_truth(reps: tuple[RepTime, ...]) -> list[dict[str, float]]:
    """Return the instants of each rep with their tolerance, rounded to a millisecond."""
    return [
        {
            "start_s": round(rep.start_s, 3),
            "turn_s": round(rep.turn_s, 3),
            "end_s": round(rep.end_s, 3),
            "tolerance_s": REP_TOLERANCE_S,
        }
        for rep in reps
    ]
