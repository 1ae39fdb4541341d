"""The truth file of a rendered clip: what the renderer knew, in the format of every truth file."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from formcheck.skeleton import KEYPOINTS
from samples.render.camera import Camera
from samples.render.lifts import Moment
from samples.render.measures import flexion_deg, middle
from samples.render.pose import Pose
from samples.render.rig import Floats, Rig
from samples.render.rotation import Vector
from samples.render.tempo import RepTime

REP_TOLERANCE_S = 0.10
"""How exactly a rep's instants can be told: a lift sets off softly, so they are a convention."""

_CARRIED_ON_S = 0.05

_SURFACE = {"toe": "big_toe"}
_RIG = {"hand": "HandIndex1"}
_CHAINS = {
    "knee": ("UpLeg", "Leg", "Foot"),
    "hip": ("Arm", "UpLeg", "Leg"),
    "elbow": ("Arm", "ForeArm", "Hand"),
}
"""Joint to the bones at whose beginnings the three points of its angle lie."""
_CENTERS = {"shoulder": "Arm", "elbow": "ForeArm", "wrist": "Hand", "hip": "UpLeg", "knee": "Leg",
            "ankle": "Foot"}  # fmt: skip
"""Joint to the bone that begins at its center."""


def joint_angles_deg(pose: Pose) -> dict[str, float]:
    """Flexion of knees, hips and elbows from joint centers, and the trunk's lean from upright."""
    angles = {
        f"{side.lower()}_{joint}_flexion": flexion_deg(*(pose.joint(f"{side}{bone}") for bone in chain))
        for side in ("Left", "Right")
        for joint, chain in _CHAINS.items()
    }
    trunk = middle(pose, "Arm") - middle(pose, "UpLeg")
    angles["trunk_lean"] = float(np.degrees(np.arctan2(np.hypot(trunk[0], trunk[2]), trunk[1])))
    return angles


def keypoints_m(pose: Pose) -> Floats:
    """(K, 3) keypoints in the order of KEYPOINTS: surface points, knuckles from the skeleton."""
    rig = pose.rig
    surface = rig.keypoints(rig.surface_names, pose.transforms())
    points = []
    for name in KEYPOINTS:
        side, _, part = name.partition("_")
        if part in _RIG:
            points.append(pose.joint(f"{side.title()}{_RIG[part]}"))
        else:
            points.append(surface[f"{side}_{_SURFACE.get(part, part)}" if part else name])
    return np.array(points)


def joint_centers_m(pose: Pose) -> dict[str, Vector]:
    """(3,) center of each joint by its keypoint's name, from the skeleton."""
    return {
        f"{side.lower()}_{joint}": pose.joint(f"{side}{bone}")
        for joint, bone in _CENTERS.items()
        for side in ("Left", "Right")
    }


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
    end_m
        (3,) middle of the near plate's outer face from the middle of the grips, in the bar's frame.
    plate_radius_m
        Its radius, 0 for an empty bar.
    """

    end_m: Vector
    plate_radius_m: float
    time_s: list[float] = field(default_factory=list)
    plate_m: list[Vector] = field(default_factory=list)
    plate_px: list[Floats] = field(default_factory=list)
    radius_px: list[float] = field(default_factory=list)
    keypoints_px: list[Floats] = field(default_factory=list)
    centers_px: list[dict[str, Floats]] = field(default_factory=list)
    angles_deg: list[dict[str, float]] = field(default_factory=list)
    depth_m: list[float] = field(default_factory=list)

    def add(self, time_s: float, moment: Moment, camera: Camera) -> None:
        """Record the moment that the frame at `time_s` shows to a camera."""
        pose = moment.pose
        plate = bar_end(moment, self.end_m)
        self.time_s.append(time_s)
        self.plate_m.append(plate)
        self.plate_px.append(camera.project(plate))
        self.radius_px.append(camera.focal_px * self.plate_radius_m / float(camera.depth_m(plate)))
        self.keypoints_px.append(camera.project(keypoints_m(pose)))
        self.centers_px.append({name: camera.project(at) for name, at in joint_centers_m(pose).items()})
        self.angles_deg.append(joint_angles_deg(pose))
        self.depth_m.append(float(middle(pose, "Leg")[1] - middle(pose, "UpLeg")[1]))

    def frames(self) -> dict[str, Any]:
        """Return the truth of all frames, rounded to keep the file small."""
        keypoints = _rounded(np.swapaxes(self.keypoints_px, 0, 1), 1)
        radius = {"plate_radius_px": _rounded(self.radius_px, 2)} if self.plate_radius_m else {}
        return {
            "time_s": _rounded(self.time_s, 4),
            "bar_px": _rounded(self.plate_px, 2),
            "bar_m": _rounded(np.array(self.plate_m)[:, [2, 1]], 4),
            **radius,
            "keypoints_px": dict(zip(KEYPOINTS, keypoints, strict=True)),
            "joint_centers_px": self.centers(),
            "angles_deg": {
                name: _rounded([angles[name] for angles in self.angles_deg], 1) for name in self.angles_deg[0]
            },
        }

    def centers(self) -> dict[str, Any]:
        """Joint to the (T, 2) pixels of its center."""
        return {name: _rounded([row[name] for row in self.centers_px], 1) for name in self.centers_px[0]}

    def turned(self, rep: RepTime, lift: str) -> RepTime:
        """Turn a squat or bench rep where the bar is lowest: a flaw may carry it on below the plan's turn."""
        time, height = np.array(self.time_s), np.array(self.plate_m)[:, 1]
        inside = (time >= rep.start_s) & (time <= rep.end_s)
        lowest_s = float(time[inside][height[inside].argmin()])
        if lift == "deadlift" or abs(lowest_s - rep.turn_s) <= _CARRIED_ON_S:
            return rep
        return replace(rep, turn_s=lowest_s)

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
            metrics["depth_m"] = round(float(np.array(self.depth_m)[inside].max()), 4)
        return metrics


def bar_end(moment: Moment, end_m: Vector) -> Vector:
    """(3,) place of a point (3,) of the bar's own frame."""
    return moment.bar + moment.bar_axes @ end_m


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
