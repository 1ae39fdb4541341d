"""Gap filling, resampling and the zero-lag low-pass."""

from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from formcheck.pose import FloatArray
from formcheck.pose.between import LONGEST_GAP_S

Flags = NDArray[np.bool_]

LOW_PASS_HZ = 6.0
"""Cut-off for keypoints of lifts (Winter 2009, Biomechanics and Motor Control, chapter 3)."""

_PASSES = 2


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
        bridged |= np.minimum(np.abs(at_s - known_s[after - 1]), np.abs(known_s[after] - at_s)) < 1e-6
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
    sos = scipy.signal.butter(2, min(corrected, 0.49 * rate_hz), fs=rate_hz, output="sos")
    flat = values.reshape(len(values), -1)
    result = flat.copy()
    for column in range(flat.shape[1]):
        for start, stop in finite_runs(flat[:, column]):
            length = stop - start
            if length > 6:
                pad = min(length - 1, int(rate_hz))
                part = scipy.signal.sosfiltfilt(sos, flat[start:stop, column], padtype="even", padlen=pad)
                result[start:stop, column] = part
    return result.reshape(values.shape)


def finite_runs(values: FloatArray) -> list[tuple[int, int]]:
    """Half-open index spans of (T,) values without NaN."""
    return true_runs(np.isfinite(values))


def true_runs(flags: Flags) -> list[tuple[int, int]]:
    """Half-open index spans in which (T,) flags are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def inside_any(time_s: FloatArray, spans: Sequence[tuple[float, float]]) -> Flags:
    """(T,) whether an instant lies within one of the (start, end) spans of seconds."""
    inside = np.zeros(len(time_s), dtype=bool)
    for start, end in spans:
        inside |= (time_s >= start) & (time_s <= end)
    return inside
