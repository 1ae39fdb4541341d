"""Which reps of a set are its best."""

from collections.abc import Sequence
from math import ceil
from typing import Protocol

import numpy as np

from formcheck.reference.curves import RepCurves
from formcheck.reference.reference import spread_of

_FEWEST = 3


class Judged(Protocol):
    """What a rule says of a rep: a `Fault`, or the part of a report."""

    @property
    def rep_number(self) -> int:
        """From 1."""

    @property
    def verdict(self) -> str:
        """`fine`, `borderline`, `fault` or `not_assessed`."""

    @property
    def severity(self) -> float:
        """How bad, 0 for what is no fault."""


_SHARE = 0.25


def best_first(curves: Sequence[RepCurves], faults: Sequence[Judged]) -> list[int]:
    """Numbers of the reps, the best first.

    Least severe faults, then fewest borderline calls, then the most typical one: the nearest to the set's
    median curves. A rep that shows fewer phases than others comes after them.
    """

    def key(rep: RepCurves) -> tuple[int, float, int, float]:
        found = [fault for fault in faults if fault.rep_number == rep.number]
        severity = sum(fault.severity for fault in found if fault.verdict == "fault")
        close = sum(fault.verdict == "borderline" for fault in found)
        return -len(rep.phases), round(severity, 6), close, _from_usual(rep, curves)

    return [rep.number for rep in sorted(curves, key=key)]


def best_reps(curves: Sequence[RepCurves], faults: Sequence[Judged]) -> list[int]:
    """Numbers of the best reps for a reference: the best quarter of the set, at least three where there are.

    Only reps with the fewest phases missing and without a fault, unless every rep has one.
    """
    order = best_first(curves, faults)
    faulty = {fault.rep_number for fault in faults if fault.verdict == "fault"}
    most = max((len(rep.phases) for rep in curves), default=0)
    whole = {rep.number for rep in curves if len(rep.phases) == most}
    clean = [number for number in order if number in whole and number not in faulty]
    chosen = clean or [number for number in order if number in whole][:1]
    return sorted(chosen[: max(_FEWEST, ceil(_SHARE * len(curves)))])


def _from_usual(rep: RepCurves, curves: Sequence[RepCurves]) -> float:
    """Root mean square distance from the median of the set's curves, in typical spreads."""
    parts = []
    for phase, name, curve in rep.each():
        alike = [other.phase(phase.name) for other in curves]
        values = [one.curves[name].values for one in alike if one is not None and name in one.curves]
        parts.append((curve.values - np.median(values, axis=0)) / spread_of(name))
    if not parts:
        return float("inf")
    joined = np.concatenate(parts)
    known = joined[np.isfinite(joined)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else float("inf")
