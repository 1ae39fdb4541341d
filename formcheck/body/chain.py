"""The lifter as rigid bones: from angles and lengths to where every joint is.

The world is in metres: x to the lifter's left, y up, z to where they face (on the bench, to the feet), with
the origin on the floor between the ankles; on the bench, below the shoulders. Both sides do the same but for
hips and knees that go aside: each is computed as if it were the left one. Batches come first: values are
(B, n) for B sets of values and n frames, or (B, 1) for what is constant, points (B, n, 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from formcheck.body.human import Human
from formcheck.body.model import BodyModel
from formcheck.body.unknowns import lengths_m
from formcheck.pose import FloatArray

Values = Mapping[str, FloatArray]

_HAND_LENGTH = 0.043
"""Wrist to the bar in the closed hand over stature: half of the hand's 0.108 less the curl (estimated)."""

_BENCH_SHOULDER_M = 0.54
"""Height of the shoulders of one who lies; only an origin."""

_ELBOW_TO_FEET = 0.55
"""How far an elbow points to the feet, as a share of how far it points down and out (estimated)."""

_LEAST_M2 = 1e-4
_LEAST_RISE_M = 0.02
_SIGNS: Mapping[str, float] = {"left": 1.0, "right": -1.0}


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A body.

    Attributes
    ----------
    joints
        By side, name of a joint to (B, n, 3); x is outward, to the left on the left side.
    leans
        Name of a bone to (B, n) its angle from upright toward the front, in radians.
    bar
        (B, n, 3) middle of the bar.
    quantities
        What physical terms are about, (B, n) in radians or metres.
    """

    joints: Mapping[str, dict[str, FloatArray]]
    leans: dict[str, FloatArray]
    bar: FloatArray
    quantities: dict[str, FloatArray]


def figure(lift: BodyModel, human: Human, curves: Values, unknowns: Values) -> Figure:
    """Put the bones together: curves (B, n) and unknowns (B, 1) by name, radians and metres."""
    if lift.chain == "lying":
        return _lying(human, curves, unknowns)
    return _standing(lift, human, curves, unknowns)


def _points(x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """(B, n, 3)."""
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def _standing(lift: BodyModel, human: Human, curves: Values, unknowns: Values) -> Figure:
    """From the feet up: shank, thigh and trunk lean in the sagittal plane, the knees over the toes."""
    long = lengths_m(unknowns, human)
    shank, thigh, trunk = curves["shank"], curves["thigh"], curves["trunk"]
    legs = {side: _leg(human, long, curves, unknowns, sign) for side, sign in _SIGNS.items()}
    middle = (legs["left"]["hip"] + legs["right"]["hip"]) / 2
    still = np.zeros_like(shank)
    up, ahead = np.cos(trunk), np.sin(trunk)
    chest = _points(still, middle[..., 1] + long["trunk"] * up, middle[..., 2] + long["trunk"] * ahead)
    shoulder = chest + _points(long["half_shoulders"] + still, still, still)
    upper = {"shoulder": shoulder}
    if lift.bar == "back":
        along, behind = unknowns["bar_along_m"], unknowns["bar_behind_m"]
        bar = chest + _points(still, along * up + behind * ahead, along * ahead - behind * up)
    else:
        bar = _hang(upper, long, curves, unknowns)
    foot = human.foot.middle_ahead * long["foot"] * np.cos(unknowns["toe_out"])
    joints = {side: leg | upper for side, leg in legs.items()}
    quantities = {
        "leg_before_bar_m": leg_front(human, legs["left"], bar, unknowns["stature_m"]) - bar[..., 2],
        "bar_over_foot_m": bar[..., 2] - foot,
        "bar_height_m": bar[..., 1],
        "com_over_foot_m": _mass_z(human, joints, bar) - foot,
        "knee_overextension_deg": -shank - thigh,
    }
    return Figure(joints, {"shank": shank, "thigh": -thigh, "trunk": trunk, "floor": still}, bar, quantities)


def leg_front(
    human: Human, leg: Mapping[str, FloatArray], bar: FloatArray, stature: FloatArray
) -> FloatArray:
    """(B, n) how far forward the skin of the leg is at the height of the bar."""
    skin = human.skin

    def along(low: str, high: str, low_skin: float, high_skin: float) -> FloatArray:
        way = leg[high] - leg[low]
        share = (bar[..., 1] - leg[low][..., 1]) / np.maximum(way[..., 1], _LEAST_RISE_M)
        share = np.clip(share, 0.0, 1.0)
        depth = low_skin + share * (high_skin - low_skin)
        return leg[low][..., 2] + share * way[..., 2] + depth * stature

    shin = along("ankle", "knee", skin.ankle, skin.knee)
    thigh = along("knee", "hip", skin.knee, skin.hip)
    return np.where(bar[..., 1] < leg["knee"][..., 1], shin, thigh)


def _leg(human: Human, long: Values, curves: Values, unknowns: Values, sign: float) -> dict[str, FloatArray]:
    """Foot, ankle, knee and hip of one side; what goes to the left goes inward on the right."""
    toe_out, aside = unknowns["toe_out"], unknowns["half_stance_m"]
    shank, thigh = curves["shank"], curves["thigh"]
    still = np.zeros_like(shank)
    ankle = _points(aside + still, human.foot.ankle_height * unknowns["stature_m"] + still, still)
    outward = (long["half_hips"] - aside) / 2 + np.tan(toe_out) * long["shank"] * np.sin(shank)
    outward = outward + curves["knees_out_m"] + sign * curves.get("knees_aside_m", still)
    rise = np.sqrt(np.maximum(long["shank"] ** 2 - outward**2, _LEAST_M2))
    knee = ankle + _points(outward, rise * np.cos(shank), rise * np.sin(shank))
    inward = long["half_hips"] + sign * curves.get("hips_aside_m", still) - knee[..., 0]
    rise = np.sqrt(np.maximum(long["thigh"] ** 2 - inward**2, _LEAST_M2))
    hip = knee + _points(inward, rise * np.cos(thigh), -rise * np.sin(thigh))
    return {"hip": hip, "knee": knee, "ankle": ankle, **_foot(human, ankle, unknowns, long)}


def _foot(human: Human, ankle: FloatArray, unknowns: Values, long: Values) -> dict[str, FloatArray]:
    """Heel and toe on the floor, the foot turned out."""
    foot, stature = human.foot, unknowns["stature_m"]
    turned = {"heel": -foot.heel_behind * long["foot"], "toe": foot.toe_ahead * long["foot"]}
    height = {"heel": foot.heel_height * stature, "toe": foot.toe_height * stature}
    toe_out = unknowns["toe_out"]
    return {
        name: _points(
            ankle[..., 0] + turned[name] * np.sin(toe_out),
            height[name] + 0 * ankle[..., 1],
            ankle[..., 2] + turned[name] * np.cos(toe_out),
        )
        for name in turned
    }


def _hang(joints: dict[str, FloatArray], long: Values, curves: Values, unknowns: Values) -> FloatArray:
    """(B, n, 3) the bar in straight arms, which lean from the vertical; adds elbows and wrists."""
    shoulder, arm = joints["shoulder"], curves["arm"]
    hand = _HAND_LENGTH * unknowns["stature_m"]
    reach = long["upper_arm"] + long["forearm"] + hand
    aside = unknowns["half_grip_m"] - long["half_shoulders"]
    drop = np.sqrt(np.maximum(reach**2 - aside**2, _LEAST_M2))
    way = _points(aside, -drop * np.cos(arm), drop * np.sin(arm))
    joints["elbow"] = shoulder + way * (long["upper_arm"] / reach)[..., None]
    joints["wrist"] = shoulder + way * (1 - hand / reach)[..., None]
    bar = shoulder + way
    return np.asarray(bar * np.array([0.0, 1.0, 1.0]))


def _mass_z(human: Human, joints: Mapping[str, Values], bar: FloatArray) -> FloatArray:
    """(B, n) forward place of the body's center of mass, the bar not counted."""
    share = human.masses
    names = ("shoulder", "hip", "knee", "ankle")
    z = {name: (joints["left"][name][..., 2] + joints["right"][name][..., 2]) / 2 for name in names}
    trunk = z["hip"] + share.trunk_at * (z["shoulder"] - z["hip"])
    parts = (
        (share.shank, 0.567 * z["knee"] + 0.433 * z["ankle"]),
        (share.thigh, 0.567 * z["hip"] + 0.433 * z["knee"]),
        (share.trunk, trunk),
        (share.arms, (z["shoulder"] + bar[..., 2]) / 2),
    )
    total = sum(mass for mass, _ in parts)
    return np.asarray(sum(mass * at for mass, at in parts) / total)


def _lying(human: Human, curves: Values, unknowns: Values) -> Figure:
    """A body at rest on a bench whose arms follow the bar: the elbow by the law of cosines."""
    long = lengths_m(unknowns, human)
    trunk, thigh, shank = (unknowns[f"{bone}_lean"] for bone in ("trunk", "thigh", "shank"))
    bar_up, bar_ahead = curves["bar_up_m"], curves["bar_ahead_m"]
    still = np.zeros_like(bar_up)
    shoulder = _points(long["half_shoulders"] + still, _BENCH_SHOULDER_M + still, still)
    hip = _points(
        long["half_hips"] + still,
        _BENCH_SHOULDER_M - long["trunk"] * np.cos(trunk) + still,
        long["trunk"] * np.sin(trunk) + still,
    )
    inward = long["half_hips"] - unknowns["half_stance_m"]
    rise = np.sqrt(np.maximum(long["thigh"] ** 2 - inward**2, _LEAST_M2))
    knee = hip + _points(-inward, rise * np.cos(thigh), rise * np.sin(thigh))
    ankle = knee + _points(still, -long["shank"] * np.cos(shank), -long["shank"] * np.sin(shank))
    bar = _points(still, _BENCH_SHOULDER_M + bar_up, bar_ahead)
    wrist = bar + _points(unknowns["half_grip_m"], -unknowns["palm_m"], -unknowns["wrist_behind_m"])
    elbow, flexion, distance = _bent_arm(shoulder, wrist, long, curves["swivel"])
    reach = long["upper_arm"] + long["forearm"]
    quantities = {
        "arm_extension": distance / reach,
        "wrist_over_shoulder_m": wrist[..., 2] - shoulder[..., 2],
        "elbow_deg": flexion,
    }
    leans = {"trunk": -trunk + still, "thigh": np.pi + thigh + still, "shank": shank + still, "floor": still}
    joints = {
        "shoulder": shoulder, "elbow": elbow, "wrist": wrist, "hip": hip, "knee": knee, "ankle": ankle,
    }  # fmt: skip
    return Figure({"left": joints, "right": joints}, leans, bar, quantities)


def _bent_arm(
    shoulder: FloatArray, wrist: FloatArray, long: Values, swivel: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Elbow (B, n, 3), its flexion (B, n) and the distance (B, n) from shoulder to wrist."""
    upper, lower = long["upper_arm"], long["forearm"]
    way = wrist - shoulder
    distance = np.linalg.norm(way, axis=-1)
    bent = np.clip(distance, np.abs(upper - lower) + 1e-3, upper + lower - 1e-3)
    cosine = (upper**2 + lower**2 - bent**2) / (2 * upper * lower)
    along = (upper**2 - lower**2 + bent**2) / (2 * bent)
    off = np.sqrt(np.maximum(upper**2 - along**2, _LEAST_M2))
    axis = way / distance[..., None]
    toward = _points(np.sin(swivel), -np.cos(swivel), np.full_like(swivel, _ELBOW_TO_FEET))
    toward = toward - (toward * axis).sum(axis=-1)[..., None] * axis
    toward = toward / np.linalg.norm(toward, axis=-1)[..., None]
    elbow = shoulder + along[..., None] * axis + off[..., None] * toward
    return elbow, np.pi - np.arccos(np.clip(cosine, -1.0, 1.0)), distance
