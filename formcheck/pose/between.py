"""Where points were between two looks."""

import numpy as np

from formcheck.pose import FloatArray

LONGEST_GAP_S = 0.2
"""Longer gaps stay gaps: what nobody saw is not measured."""


def between(
    time_s: FloatArray, values: FloatArray, at_s: FloatArray, *, longest_gap_s: float = LONGEST_GAP_S
) -> FloatArray:
    """Interpolate (T, ...) values at `at_s`, smoothly.

    Between two known values runs the cubic whose slopes at both are those of the parabola through each and
    its neighbors (Catmull and Rom 1974, for uneven steps), so that steady and evenly accelerated motion is
    met exactly. A neighbor further away than the longest gap does not count.

    Parameters
    ----------
    time_s
        (T,) seconds, strictly rising.
    values
        (T, ...); NaN unknown.
    at_s
        (N,) seconds.
    longest_gap_s
        Longer gaps become NaN.

    Returns
    -------
    (N, ...)
    """
    flat = values.reshape(len(time_s), -1)
    result = np.full((len(at_s), flat.shape[1]), np.nan)
    known = np.isfinite(flat)
    patterns, which = np.unique(known, axis=1, return_inverse=True)
    for number, pattern in enumerate(patterns.T):
        if pattern.sum() >= 2:
            columns = np.flatnonzero(which.ravel() == number)
            part = _cubic(time_s[pattern], flat[np.ix_(pattern, columns)], at_s, longest_gap_s + 1e-9)
            result[:, columns] = part
    return result.reshape(len(at_s), *values.shape[1:])


def _cubic(time_s: FloatArray, values: FloatArray, at_s: FloatArray, longest_s: float) -> FloatArray:
    """(N, C) from (T, C) known values."""
    step = np.diff(time_s)
    pace = np.diff(values, axis=0) / step[:, None]
    bridged = step <= longest_s
    slope = _slopes(step, pace, bridged)
    after = np.clip(np.searchsorted(time_s, at_s), 1, len(time_s) - 1)
    before = after - 1
    h = step[before]
    share = ((at_s - time_s[before]) / h)[:, None]
    bend = share * (1 - share)
    line = values[before] + share * (values[after] - values[before])
    away = (1 - share) * (slope[before] - pace[before]) - share * (slope[after] - pace[before])
    result = line + bend * h[:, None] * away
    near = np.minimum(np.abs(at_s - time_s[before]), np.abs(time_s[after] - at_s)) < 1e-6
    inside = (at_s >= time_s[0]) & (at_s <= time_s[-1]) & bridged[before]
    result[~(inside | near)] = np.nan
    return np.asarray(result)


def _slopes(
    step: FloatArray, pace: FloatArray, bridged: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> FloatArray:
    """(T, C) slope at each known value: from the gaps on its two sides, weighted, or from the only one."""
    count = len(step) + 1
    weight = np.zeros((2, count))
    weight[0, 1:], weight[1, :-1] = bridged / step, bridged / step
    total = weight.sum(axis=0)
    left, right = np.zeros((2, count, pace.shape[1]))
    left[1:], right[:-1] = pace, pace
    slope = weight[0][:, None] * left + weight[1][:, None] * right
    return np.asarray(slope / np.where(total > 0, total, 1.0)[:, None])
