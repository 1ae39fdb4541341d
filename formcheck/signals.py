"""Curves over time: gaps filled, sides put right, low-passed, joint angles, the bar's height and speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.skeleton import INDEX, MIRROR, SIDES
from formcheck.view import View

LOW_PASS_HZ = 6.0
"""Cut-off for keypoints of lifts (Winter 2009, Biomechanics and Motor Control, chapter 3)."""

LONGEST_GAP_S = 0.2
"""Longer gaps stay gaps: what nobody saw is not measured."""

LONGEST_BAR_GAP_S = 0.5
"""The bar's motion is measured across a gap, from the frame before to the frame after."""

_PASSES = 2
_ANCHOR_S = 10.0
_SEEN_CONFIDENCE = 0.3

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Curves of one take.

    Attributes
    ----------
    time_s
        (T,) seconds, uniform.
    values
        Name to (T,); the unit is in the name, NaN is "not seen". `bar_height_ih` is the height of the hands
        above the picture's lower edge in image heights, `bar_speed_ih_per_s` its derivative, angles are
        2-D image angles in degrees: flexions 0 for a straight limb, leans from the vertical with forward
        positive, `thigh_angle_deg` from the horizontal with the hip above the knee positive. Without
        `left_` or `right_` an angle is that of the camera's near side.
    keypoints_px
        (T, K, 2) the points that the angles are of; NaN in gaps.
    bar_px
        (T, 2) the hands' middle, moved as what they hold moves.
    trunk_px
        Typical length of the trunk, in pixels.
    swapped_share
        Share of frames in which left and right were exchanged and put right.
    bar_agreement
        -1..1, correlation of the wrists' motion with that of what they hold.
    camera_moved
        Whether the background travelled by more than 2 % of the picture.
    """

    time_s: FloatArray
    values: Mapping[str, FloatArray]
    keypoints_px: FloatArray
    bar_px: FloatArray
    trunk_px: float
    swapped_share: float
    bar_agreement: float
    camera_moved: bool

    def __post_init__(self) -> None:
        for name, array in self.values.items():
            if array.shape != self.time_s.shape:
                raise ValueError(f"{name}: expected {self.time_s.shape}, got {array.shape}")
            array.flags.writeable = False

    @property
    def seen(self) -> Flags:
        """(T,) whether the lifter was seen, gaps of up to 0.2 s bridged."""
        return np.asarray(np.isfinite(self.keypoints_px[:, :, 0]).any(axis=1))

    @property
    def rate_hz(self) -> float:
        """Samples a second."""
        return float((len(self.time_s) - 1) / (self.time_s[-1] - self.time_s[0]))


def compute_signals(motion: Motion, view: View) -> Signals:
    """Turn a take into curves.

    Order: left and right put right, uniform resampling from the true timestamps with gaps up to 0.2 s
    bridged, zero-lag low-pass, then angles and derivatives.
    """
    steadied, swapped = repair_sides(motion.keypoints_px)
    time_s = uniform_times(motion.time_s)
    rate_hz = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    points = low_pass(resample(motion.time_s, steadied, time_s), rate_hz)
    trunk_px = _trunk_px(points)
    travel = np.abs(np.ptp(motion.camera_px, axis=0)).max()
    camera_moved = bool(travel > 0.02 * max(motion.size_px))
    path, agreement = _bar_path(motion, camera_moved=camera_moved)
    path = resample(motion.time_s, path, time_s, longest_gap_s=LONGEST_BAR_GAP_S)
    bar_px = low_pass(path, rate_hz)
    height = (motion.size_px[1] - bar_px[:, 1]) / motion.size_px[1]
    values = {
        "bar_height_ih": height,
        "bar_speed_ih_per_s": np.gradient(height, time_s),
        **joint_angles(points, view),
    }
    return Signals(
        time_s=time_s,
        values=MappingProxyType(values),
        keypoints_px=points,
        bar_px=bar_px,
        trunk_px=trunk_px,
        swapped_share=swapped,
        bar_agreement=agreement,
        camera_moved=camera_moved,
    )


def uniform_times(time_s: FloatArray) -> FloatArray:
    """(T,) evenly spaced seconds over the same span, at the median rate of the input."""
    step = float(np.median(np.diff(time_s)))
    count = max(round((time_s[-1] - time_s[0]) / step) + 1, 2)
    return np.linspace(time_s[0], time_s[-1], count)


def resample(
    time_s: FloatArray,
    values: FloatArray,
    at_s: FloatArray,
    *,
    longest_gap_s: float = LONGEST_GAP_S,
) -> FloatArray:
    """Interpolate (T, ...) values linearly at `at_s`; longer gaps become NaN."""
    flat = values.reshape(len(time_s), -1)
    result = np.full((len(at_s), flat.shape[1]), np.nan)
    for column in range(flat.shape[1]):
        known = np.flatnonzero(np.isfinite(flat[:, column]))
        if len(known) < 2:
            continue
        known_s = time_s[known]
        after = np.clip(np.searchsorted(known_s, at_s), 1, len(known) - 1)
        gap = known_s[after] - known_s[after - 1]
        bridged = (gap <= longest_gap_s + 1e-9) & (at_s >= known_s[0]) & (at_s <= known_s[-1])
        result[bridged, column] = np.interp(at_s[bridged], known_s, flat[known, column])
    return result.reshape(len(at_s), *values.shape[1:])


def low_pass(values: FloatArray, rate_hz: float, cutoff_hz: float = LOW_PASS_HZ) -> FloatArray:
    """Zero-lag 4th-order Butterworth low-pass along the first axis.

    A 2nd-order filter run forward and backward, its cut-off raised so that the two passes together have the
    wished one: fc' = fs / pi * atan(tan(pi * fc / fs) / C), C = (2^(1/n) - 1)^(1/4) = 0.802 for n = 2
    (Winter 2009). NaN splits the curve; stretches too short to filter stay as they are.
    """
    if cutoff_hz >= 0.45 * rate_hz:
        return values.copy()
    correction = (2 ** (1 / _PASSES) - 1) ** 0.25
    corrected = rate_hz / np.pi * np.arctan(np.tan(np.pi * cutoff_hz / rate_hz) / correction)
    sos = butter(2, min(corrected, 0.49 * rate_hz), fs=rate_hz, output="sos")
    flat = values.reshape(len(values), -1)
    result = flat.copy()
    for column in range(flat.shape[1]):
        for start, stop in finite_runs(flat[:, column]):
            length = stop - start
            if length > 6:
                pad = min(length - 1, int(rate_hz))
                part = sosfiltfilt(sos, flat[start:stop, column], padtype="even", padlen=pad)
                result[start:stop, column] = part
    return result.reshape(values.shape)


def finite_runs(values: FloatArray) -> list[tuple[int, int]]:
    """Half-open index spans of (T,) values without NaN."""
    return true_runs(np.isfinite(values))


def true_runs(flags: Flags) -> list[tuple[int, int]]:
    """Half-open index spans in which (T,) flags are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def repair_sides(keypoints_px: FloatArray) -> tuple[FloatArray, float]:
    """Put exchanged left and right limbs back, arms and legs apart.

    A frame's labels are exchanged where that brings its points clearly closer to where they were just before;
    of the two possible labelings of a take the one that most frames had is kept.

    Returns
    -------
    (T, K, 2) points and the share of frames that were changed.
    """
    repaired = keypoints_px.copy()
    changed = np.zeros(len(keypoints_px), dtype=bool)
    for names in (("shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "heel", "toe")):
        limb = np.array([INDEX[f"{side}_{name}"] for side in SIDES for name in names])
        partner = np.array(MIRROR)[limb]
        flips = _flips(keypoints_px[:, limb], keypoints_px[:, partner])
        if flips.mean() > 0.5:
            flips = ~flips
        repaired[np.ix_(flips, limb)] = keypoints_px[np.ix_(flips, partner)]
        changed |= flips
    return repaired, float(changed.mean())


def _flips(as_is: FloatArray, exchanged: FloatArray) -> Flags:
    """(T,) whether a frame's labels must be exchanged to go on from the frames before."""
    flips = np.zeros(len(as_is), dtype=bool)
    before: FloatArray | None = None
    for frame in range(len(as_is)):
        if not np.isfinite(as_is[frame]).all():
            continue
        now = as_is[frame]
        if before is not None:
            kept = float(np.linalg.norm(now - before, axis=1).sum())
            other = float(np.linalg.norm(exchanged[frame] - before, axis=1).sum())
            flips[frame] = other < 0.6 * kept
            now = exchanged[frame] if flips[frame] else now
        before = now
    return flips


def joint_angles(points: FloatArray, view: View) -> dict[str, FloatArray]:
    """Angles of (T, K, 2) points in the image, for both sides and, without prefix, the near side."""
    angles: dict[str, FloatArray] = {}
    for side in SIDES:
        at = {name: points[:, INDEX[f"{side}_{name}"]] for name in _ANGLE_POINTS}
        angles[f"{side}_knee_flexion_deg"] = flexion_deg(at["hip"], at["knee"], at["ankle"])
        angles[f"{side}_hip_flexion_deg"] = flexion_deg(at["shoulder"], at["hip"], at["knee"])
        angles[f"{side}_elbow_flexion_deg"] = flexion_deg(at["shoulder"], at["elbow"], at["wrist"])
    near = {name: points[:, INDEX[f"{view.near_side}_{name}"]] for name in _ANGLE_POINTS}
    forward = {"left": -1.0, "right": 1.0}.get(view.facing, 1.0)
    angles["trunk_lean_deg"] = lean_deg(near["hip"], near["shoulder"], forward)
    angles["shank_lean_deg"] = lean_deg(near["ankle"], near["knee"], forward)
    thigh = near["hip"] - near["knee"]
    angles["thigh_angle_deg"] = np.degrees(np.arctan2(-thigh[:, 1], np.abs(thigh[:, 0])))
    for name in ("knee", "hip", "elbow"):
        angles[f"{name}_flexion_deg"] = angles[f"{view.near_side}_{name}_flexion_deg"].copy()
    return angles


_ANGLE_POINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")


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


def _trunk_px(points: FloatArray) -> float:
    shoulders = (points[:, INDEX["left_shoulder"]] + points[:, INDEX["right_shoulder"]]) / 2
    hips = (points[:, INDEX["left_hip"]] + points[:, INDEX["right_hip"]]) / 2
    return float(np.nanmedian(np.linalg.norm(shoulders - hips, axis=1)))


def _bar_path(motion: Motion, *, camera_moved: bool) -> tuple[FloatArray, float]:
    """The hands' place with the motion of what they hold: (T, 2) pixels, and how well the two agree.

    A plate's own track needs no such help and is passed on. Else the flow is summed up, scaled to the
    wrists' travel where both agree, and hung on the wrists' running median, so that neither the flow's
    drift nor the wrists' jumps remain.
    """
    place = motion.bar_px - (motion.camera_px if camera_moved else 0.0)
    if motion.bar_kind != "wrists":
        return place, 1.0
    seen = motion.confidence[:, [INDEX["left_wrist"], INDEX["right_wrist"]]].mean(axis=1)
    trusted = np.where((seen >= _SEEN_CONFIDENCE)[:, None], place, np.nan)
    flow = np.cumsum(np.nan_to_num(motion.bar_moved_px), axis=0)
    gain, agreement = _gain(motion.time_s, trusted[:, 1], flow[:, 1])
    flow *= gain
    path = np.full_like(place, np.nan)
    for axis in (0, 1):
        rest = trusted[:, axis] if np.isfinite(trusted[:, axis]).sum() > 5 else place[:, axis]
        path[:, axis] = flow[:, axis] + _anchor(motion.time_s, rest - flow[:, axis])
    path[~np.isfinite(motion.bar_moved_px).all(axis=1)] = np.nan
    return path, agreement


def _gain(time_s: FloatArray, wrists: FloatArray, flow: FloatArray) -> tuple[float, float]:
    """How much farther the wrists travel than the flow says, and the correlation of the two."""
    step = max(round(0.5 / np.median(np.diff(time_s))), 1)
    there, held = wrists[step:] - wrists[:-step], flow[step:] - flow[:-step]
    good = np.isfinite(there) & np.isfinite(held)
    if good.sum() < 10 or np.std(held[good]) < 1e-9 or np.std(there[good]) < 1e-9:
        return 1.0, 0.0
    agreement = float(np.corrcoef(there[good], held[good])[0, 1])
    slope = float((there[good] @ held[good]) / (held[good] @ held[good]))
    return (float(np.clip(slope, 0.8, 1.6)) if agreement > 0.6 else 1.0), agreement


def _anchor(time_s: FloatArray, rest: FloatArray) -> FloatArray:
    """(T,) running median over 10 s, then its running mean; NaN bridged."""
    known = np.isfinite(rest)
    if not known.any():
        return np.full_like(rest, np.nan)
    bridged = np.interp(time_s, time_s[known], rest[known])
    width = max(int(_ANCHOR_S / np.median(np.diff(time_s))), 3)
    if width >= len(bridged):
        return np.full_like(rest, float(np.median(bridged)))
    middle = median_filter(bridged, size=width, mode="nearest")
    return np.asarray(uniform_filter1d(middle, size=width, mode="nearest"), dtype=np.float64)
