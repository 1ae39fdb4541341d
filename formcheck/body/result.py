"""What a fitted body says: angles, depth and balance with standard deviations."""

import numpy as np

from formcheck.body.chain import Figure
from formcheck.body.fit import STEP, Fitted, moved_a_little
from formcheck.pose import FloatArray
from formcheck.skeleton import SIDES
from formcheck.view import Side

Readings = dict[str, FloatArray]
"""Name to values, in degrees and metres."""

Z90 = 1.645
"""Half of a 90 % interval in standard deviations of a normal error."""

_SD_RATE_HZ = 5.0
_INSTANTS_AT_ONCE = 40
"""A gradient has as many rows as the set has coefficients."""


def read(body: Figure, near: Side) -> Readings:
    """(B, n) angles of the near side in degrees; places in metres.

    Flexions are those of the bones in space, 0 for a straight limb. `depth` is how far the hip is below the
    knee, `com_over_midfoot` how far forward the center of mass is, `hips_aside` how far the hips are to the
    lifter's left; `knee_separation` is that of the ankles' that the knees have.
    """
    joints, leans = body.joints[near], body.leans
    if "elbow_deg" in body.quantities:
        elbow = np.degrees(body.quantities["elbow_deg"])
        return {"elbow_flexion": elbow, "trunk_lean": np.degrees(np.abs(leans["trunk"]))}
    shank, thigh = joints["ankle"] - joints["knee"], joints["hip"] - joints["knee"]
    trunk = joints["shoulder"] - joints["hip"]
    left, right = ({name: at[..., 0] for name, at in body.joints[side].items()} for side in SIDES)
    return {
        "knee_flexion": 180.0 - _between_deg(thigh, shank),
        "hip_flexion": 180.0 - _between_deg(trunk, -thigh),
        "trunk_lean": np.degrees(leans["trunk"]),
        "shank_lean": np.degrees(leans["shank"]),
        "thigh_angle": 90.0 + np.degrees(leans["thigh"]),
        "depth": joints["knee"][..., 1] - joints["hip"][..., 1],
        "com_over_midfoot": body.quantities["com_over_foot_m"],
        "knee_separation": (left["knee"] + right["knee"]) / (left["ankle"] + right["ankle"]),
        "hips_aside": (left["hip"] - right["hip"]) / 2,
    }


def _between_deg(a: FloatArray, b: FloatArray) -> FloatArray:
    cosine = (a * b).sum(axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def readings(fitted: Fitted, time_s: FloatArray) -> Readings:
    """(n,) readings at instants within the fitted spans."""
    curves = fitted.splines.curves(time_s, fitted.coefficients)
    values = read(fitted.mechanism.figure(curves[None], fitted.shared[None]), fitted.mechanism.near_side)
    return {name: value[0] for name, value in values.items()}


def deviations(fitted: Fitted, time_s: FloatArray) -> Readings:
    """(n,) standard deviations of the readings by the fit's covariance.

    They change slowly: they are computed five times a second and interpolated.
    """
    step = max(int(1 / (_SD_RATE_HZ * _step_s(time_s))), 1)
    at = np.unique(np.append(np.arange(0, len(time_s), step), len(time_s) - 1))
    parts = [
        _deviations(fitted, time_s[at[start : start + _INSTANTS_AT_ONCE]])
        for start in range(0, len(at), _INSTANTS_AT_ONCE)
    ]
    return {
        name: np.interp(time_s, time_s[at], np.concatenate([part[name] for part in parts]))
        for name in parts[0]
    }


def change_deviations(fitted: Fitted, name: str, time_s: FloatArray, since_s: float) -> FloatArray:
    """(n,) standard deviation of how much a reading has changed since an instant."""
    first = _gradients(fitted, np.array([since_s]))[name]
    at = time_s[:: max(int(1 / (_SD_RATE_HZ * _step_s(time_s))), 1)]
    variance = fitted.factored.variance(_gradients(fitted, at)[name] - first)
    return np.interp(time_s, at, np.sqrt(np.maximum(variance, 0.0)))


def reach_deviation_deg(flexion_deg: FloatArray, upper_m: float, lower_m: float, sd_m: float) -> FloatArray:
    """(n,) standard deviation of a flexion whose limb may be `sd_m` shorter or longer than it was taken for.

    By the law of cosines at the ends of the 90 % interval, not by its slope: that of a straight limb is
    endless. A centimetre is 3 degrees of an elbow at a right angle, and 9 of a straight one.
    """
    both = 2 * upper_m * lower_m
    reach = np.sqrt(upper_m**2 + lower_m**2 + both * np.cos(np.radians(flexion_deg)))

    def flexion(reach_m: FloatArray) -> FloatArray:
        cosine = (reach_m**2 - upper_m**2 - lower_m**2) / both
        return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))

    away = Z90 * sd_m
    return (flexion(reach - away) - flexion(reach + away)) / (2 * Z90)


def _step_s(time_s: FloatArray) -> float:
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 1.0


def _deviations(fitted: Fitted, time_s: FloatArray) -> Readings:
    return {
        name: np.sqrt(np.maximum(fitted.factored.variance(gradient), 0.0))
        for name, gradient in _gradients(fitted, time_s).items()
    }


def _gradients(fitted: Fitted, time_s: FloatArray) -> Readings:
    """Name to (C k + S, n) slopes of each reading by coefficients and shared values."""
    basis = fitted.splines.basis(time_s)
    own = fitted.coefficients.shape[1]
    batch = moved_a_little(basis @ fitted.coefficients, fitted.shared)
    found: Readings = {}
    for name, value in read(fitted.mechanism.figure(*batch), fitted.mechanism.near_side).items():
        slope = (value[1:] - value[0]) / STEP
        parts = (basis.T[:, None] * slope[None, :own]).reshape(fitted.coefficients.size, -1)
        found[name] = np.concatenate([parts, slope[own:]])
    return found
