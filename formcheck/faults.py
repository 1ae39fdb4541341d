"""What each rule of a lift says of each rep: fine, borderline, fault, or not to be judged from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from formcheck.lifts import FaultRule, Lift
from formcheck.metrics import Measure, Take, measure
from formcheck.reps import Rep
from formcheck.view import View

_CLEAR_VIEW = 0.5
_SEEN_ENOUGH = 0.6
_BLUNT = 2.0


class Verdict(StrEnum):
    """The four answers of a rule."""

    FINE = "fine"
    BORDERLINE = "borderline"
    FAULT = "fault"
    NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True, slots=True)
class Fault:
    """What one rule says of one rep.

    Attributes
    ----------
    rule
        The rule, with its cue, drill and source.
    rep_number
        From 1.
    at_s
        Where to look in the video, in seconds.
    verdict
        `not_assessed` comes with a `reason`.
    severity
        0..1 times the rule's weight: how far beyond the limit, in widths of the measure's interval.
    measured
        What was measured.
    """

    rule: FaultRule
    rep_number: int
    at_s: float
    verdict: Verdict
    severity: float
    measured: Measure
    reason: str = ""


def find_faults(take: Take, lift: Lift, reps: Sequence[Rep]) -> tuple[Fault, ...]:
    """Judge every rule of a lift on every rep, rep by rep.

    A fault needs the measure to pass its limit by its own 90 % interval; inside that, or inside the rule's
    margin on either side of the limit, it is borderline.
    """
    return tuple(judge_rep(take, rule, rep) for rep in reps for rule in lift.faults)


def judge_rep(take: Take, rule: FaultRule, rep: Rep) -> Fault:
    """Judge one rule on one rep."""
    obstacle = _obstacle(take.view, rule) or _hidden(take, rep)
    measured = Measure.none("", obstacle) if obstacle else measure(rule.metric, take, rep)
    verdict = verdict_of(rule, measured)
    reason = measured.missing
    if verdict is Verdict.NOT_ASSESSED and not reason:
        reason = f"measured to ±{_doubt(measured):.2g} {measured.unit} only, too blunt for the limit"
    return Fault(
        rule=rule,
        rep_number=rep.number,
        at_s=_instant(rule, rep),
        verdict=verdict,
        severity=_severity(rule, measured) if verdict is Verdict.FAULT else 0.0,
        measured=measured,
        reason=reason,
    )


def verdict_of(rule: FaultRule, measured: Measure) -> Verdict:
    """Compare a measure with a rule's limit; what is too blunt to tell a fault from none is not assessed."""
    if measured.missing:
        return Verdict.NOT_ASSESSED
    beyond, doubt = _beyond(rule, measured), _doubt(measured)
    if beyond > max(doubt, rule.margin):
        return Verdict.FAULT
    if rule.bound and doubt > _BLUNT * abs(rule.bound):
        return Verdict.NOT_ASSESSED
    if beyond > 0 or beyond >= -rule.margin:
        return Verdict.BORDERLINE
    return Verdict.FINE


def _beyond(rule: FaultRule, measured: Measure) -> float:
    """How far a measure lies on the wrong side of the limit, in its unit."""
    over = measured.value - rule.bound
    return -over if rule.at_least is not None else over


def _doubt(measured: Measure) -> float:
    """Half of the 90 % interval."""
    return (measured.high - measured.low) / 2


def _severity(rule: FaultRule, measured: Measure) -> float:
    width = max(measured.high - measured.low, rule.margin, 1e-9)
    return rule.weight * min(_beyond(rule, measured) / width, 1.0)


def _obstacle(view: View, rule: FaultRule) -> str:
    """Why this view cannot show it; empty where it can."""
    if view.name not in rule.views:
        return f"the {view.name} view cannot show this; film from the {' or '.join(rule.views)}"
    if view.confidence < _CLEAR_VIEW and len(rule.views) < 4:
        return "the camera's place is not clear enough"
    return ""


def _hidden(take: Take, rep: Rep) -> str:
    """Why the rep was not seen well enough; empty where it was."""
    if take.signals.seen[take.span(rep.start_s, rep.end_s)].mean() < _SEEN_ENOUGH:
        return "the lifter was hidden for much of the rep"
    return ""


def _instant(rule: FaultRule, rep: Rep) -> float:
    """The moment of the rep that a rule is about."""
    if rule.metric.endswith("_end"):
        return rep.end_s
    if rule.metric.endswith("_start"):
        return rep.start_s
    early = ("hip_shoulder_ratio", "trunk_rise", "dip", "knee_width_drop", "side_lag", "elbow_bend")
    concentric = rep.phase("concentric")
    if rule.metric in early and concentric is not None:
        return concentric.start_s + 0.3 * concentric.duration_s
    return rep.turn_s
