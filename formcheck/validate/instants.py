"""Instants at which something is known: curves are brought to the truth, never the truth to the curves."""

import numpy as np
from numpy.typing import ArrayLike

from formcheck.pose import FloatArray
from formcheck.signals.filters import Flags, inside_any
from formcheck.validate.samples import rows
from formcheck.validate.truth import Truth

LONGEST_STEP_S = 0.1
"""Truths farther apart are single marks: nothing is known between them."""

_SAME_S = 2e-4
"""Truth files write an instant to a tenth of a millisecond."""


def at(
    time_s: ArrayLike, values: FloatArray, at_s: ArrayLike, *, longest_step_s: float = np.inf
) -> FloatArray:
    """Values of a (T, ...) curve at (N,) instants, linear between the two samples around each.

    NaN where one of the two is not known or they are more than `longest_step_s` apart, unless the instant is
    that of a known sample itself; NaN outside the curve.
    """
    known_s, wanted_s = rows(time_s), rows(at_s)
    after = np.searchsorted(known_s, wanted_s - _SAME_S).clip(max=len(known_s) - 1)
    before = (after - 1).clip(min=0)
    step = known_s[after] - known_s[before]
    share = np.divide(wanted_s - known_s[before], step, out=np.zeros_like(step), where=step > 0)
    between = (share >= 0) & (share <= 1) & (step > 0) & (step <= longest_step_s)
    share = np.where(between, share, np.nan).reshape(-1, *[1] * (values.ndim - 1))
    found: FloatArray = (1 - share) * values[before] + share * values[after]
    same = np.abs(wanted_s - known_s[after]) <= _SAME_S
    found[same] = values[after][same]
    return found


def inside_reps(time_s: FloatArray, truth: Truth) -> Flags:
    """(T,) whether an instant lies inside a true rep; all do where nobody marked the reps."""
    if truth.reps is None:
        return np.ones(len(time_s), dtype=bool)
    return inside_any(time_s, [(rep.start_s, rep.end_s) for rep in truth.reps])
