"""One number for a set, and never without the faults that made it."""

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.faults import Fault, Finding, Verdict, findings_of
from formcheck.lifts import FaultRule

_POINTS = 10.0
"""What a fault of weight 1 costs that is seen in every rep, at its full severity (estimated)."""

_LEAST_ASSESSED = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """Points of 100 that a set keeps.

    Attributes
    ----------
    points
        0..100; None where too little of the technique could be judged, which `note` says.
    lost
        Rules that cost points, with how many, the costliest first.
    assessed
        0..1: weight of the rules that were judged over that of all that a camera could show.
    note
        What the number leaves out.
    """

    points: int | None
    lost: tuple[tuple[FaultRule, float], ...]
    assessed: float
    note: str


def score_set(faults: Sequence[Fault]) -> Score:
    """Score a set: 100 less 10 x prevalence x severity for each finding of the set.

    Severity has the rule's weight in it: 3 breaks a federation's rule, 2 costs balance or timing, 1 is style.
    A proxy, and what is no finding of the set, costs nothing.
    """
    findings = [found for found in findings_of(faults) if found.rule.metric is not None]
    whole = sum(found.rule.weight for found in findings)
    seen = sum(found.rule.weight for found in findings if found.judged)
    assessed = seen / whole if whole else 0.0
    costs = ((found.rule, _cost(found)) for found in findings)
    lost = tuple(sorted(((rule, cost) for rule, cost in costs if cost > 0), key=lambda one: -one[1]))
    told = sum(found.judged > 0 for found in findings)
    note = f"of {told} of {len(findings)} rules; what this view does not show costs nothing"
    if assessed < _LEAST_ASSESSED:
        note = f"no score: only {told} of {len(findings)} rules could be judged"
        return Score(None, lost, assessed, note)
    return Score(max(round(100 - sum(cost for _, cost in lost)), 0), lost, assessed, note)


def _cost(found: Finding) -> float:
    if found.verdict is not Verdict.FAULT or found.rule.proxy:
        return 0.0
    return _POINTS * found.share * found.severity
