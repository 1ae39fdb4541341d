"""The path of what the hands hold."""

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d

from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.signals.filters import true_runs
from formcheck.skeleton import INDEX

_ANCHOR_S = 10.0
_AGREED_ANCHOR_S = 4.0
_AGREES = 0.8
_SEEN_CONFIDENCE = 0.3


def bar_path(motion: Motion, *, camera_moved: bool) -> tuple[FloatArray, float]:
    """The hands' place with the motion of what they hold: (T, 2) pixels, and how well the two agree.

    The flow is summed up, scaled to the wrists' travel where both agree, and hung on the wrists' running
    median, so that neither the flow's drift nor the wrists' jumps remain: over 4 s where both agree, else
    over 10 s. Where the plate was followed, its track is the path, and the hands only carry it over the gaps.
    """
    shake = motion.camera_px if camera_moved else np.zeros(2)
    hands, agreement = _hands_path(motion, shake)
    if motion.bar_kind == "plate":
        return _carried(motion.time_s, motion.plate_px - shake, hands), 1.0
    return hands, agreement


def _carried(time_s: FloatArray, plate: FloatArray, hands: FloatArray) -> FloatArray:
    """(T, 2) the plate's path; in its gaps the hands' path, brought to its ends and to its travel."""
    known = np.asarray(np.isfinite(plate).all(axis=1))
    gain, _ = _gain(time_s, plate[:, 1], hands[:, 1])
    ahead = plate - gain * hands
    both = np.asarray(np.isfinite(ahead).all(axis=1))
    if not both.any():
        return plate
    offset = np.column_stack([np.interp(time_s, time_s[both], ahead[both, axis]) for axis in (0, 1)])
    return np.where(known[:, None], plate, gain * hands + offset)


def _hands_path(motion: Motion, shake: FloatArray) -> tuple[FloatArray, float]:
    """(T, 2) pixels where the hands are, and how well their flow agrees with them."""
    place = motion.hands_px - shake
    seen = motion.confidence[:, [INDEX["left_wrist"], INDEX["right_wrist"]]].mean(axis=1)
    trusted = np.where((seen >= _SEEN_CONFIDENCE)[:, None], place, np.nan)
    flow = np.cumsum(np.nan_to_num(motion.hands_moved_px), axis=0)
    gain, agreement = _gain(motion.time_s, trusted[:, 1], flow[:, 1])
    flow = gain * flow + _unfollowed(motion.hands_moved_px, trusted)
    span_s = _AGREED_ANCHOR_S if agreement >= _AGREES else _ANCHOR_S
    path = np.full_like(place, np.nan)
    for axis in (0, 1):
        rest = trusted[:, axis] if np.isfinite(trusted[:, axis]).sum() > 5 else place[:, axis]
        path[:, axis] = flow[:, axis] + _anchor(motion.time_s, rest - flow[:, axis], span_s)
    path[~np.isfinite(motion.hands_moved_px).all(axis=1)] = np.nan
    return path, agreement


def _unfollowed(moved: FloatArray, wrists: FloatArray) -> FloatArray:
    """(T, 2) sum of the wrists' way across the spans in which nothing was followed."""
    way = np.zeros_like(wrists)
    for start, stop in true_runs(np.asarray(np.isnan(moved).any(axis=1))):
        if start > 0 and stop < len(moved):
            jump = wrists[stop] - wrists[start - 1]
            way[stop:] += np.where(np.isfinite(jump), jump, 0.0)
    return way


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


def _anchor(time_s: FloatArray, rest: FloatArray, span_s: float) -> FloatArray:
    """(T,) running median over `span_s`, then its running mean; NaN bridged."""
    known = np.isfinite(rest)
    if not known.any():
        return np.full_like(rest, np.nan)
    bridged = np.interp(time_s, time_s[known], rest[known])
    width = max(int(span_s / np.median(np.diff(time_s))), 3)
    if width >= len(bridged):
        return np.full_like(rest, float(np.median(bridged)))
    middle = median_filter(bridged, size=width, mode="nearest")
    return np.asarray(uniform_filter1d(middle, size=width, mode="nearest"), dtype=np.float64)
