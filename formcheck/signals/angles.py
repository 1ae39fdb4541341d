"""Joint angles in the picture."""

import numpy as np

from formcheck.pose import FloatArray
from formcheck.skeleton import INDEX, SIDES
from formcheck.view import View

_POINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


def joint_angles(points: FloatArray, view: View) -> dict[str, FloatArray]:
    """Angles of (T, K, 2) points in the image, for both sides and, without prefix, the near side."""
    angles: dict[str, FloatArray] = {}
    for side in SIDES:
        at = {name: points[:, INDEX[f"{side}_{name}"]] for name in _POINTS}
        angles[f"{side}_knee_flexion_deg"] = flexion_deg(at["hip"], at["knee"], at["ankle"])
        angles[f"{side}_hip_flexion_deg"] = flexion_deg(at["shoulder"], at["hip"], at["knee"])
        angles[f"{side}_elbow_flexion_deg"] = flexion_deg(at["shoulder"], at["elbow"], at["wrist"])
    near = {name: points[:, INDEX[f"{view.near_side}_{name}"]] for name in _POINTS}
    forward = {"left": -1.0, "right": 1.0}.get(view.facing, 1.0)
    angles["trunk_lean_deg"] = lean_deg(near["hip"], near["shoulder"], forward)
    angles["shank_lean_deg"] = lean_deg(near["ankle"], near["knee"], forward)
    thigh = near["hip"] - near["knee"]
    angles["thigh_angle_deg"] = np.degrees(np.arctan2(-thigh[:, 1], np.abs(thigh[:, 0])))
    for name in ("knee", "hip", "elbow"):
        angles[f"{name}_flexion_deg"] = angles[f"{view.near_side}_{name}_flexion_deg"].copy()
    return angles


def flexion_deg(a: FloatArray, joint: FloatArray, b: FloatArray) -> FloatArray:
    """(T,) 180 degrees less the angle a-joint-b of (T, 2) points: 0 for a straight limb."""
    u, v = a - joint, b - joint
    cross = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    angle = np.arctan2(np.abs(cross), (u * v).sum(axis=1))
    return np.asarray(180.0 - np.degrees(angle), dtype=np.float64)


def lean_deg(low: FloatArray, high: FloatArray, forward: float) -> FloatArray:
    """(T,) lean of low-to-high from the vertical, positive toward `forward` (+1 right, -1 left)."""
    axis = high - low
    return np.asarray(np.degrees(np.arctan2(forward * axis[:, 0], -axis[:, 1])), dtype=np.float64)
