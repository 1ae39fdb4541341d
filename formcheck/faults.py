"""What each rule of a lift says of each rep: fine, borderline, fault, or not to be judged from here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from formcheck.lifts import FaultRule, Lift
from formcheck.metrics import METRICS, Measure, Take, measure
from formcheck.reps import Rep
from formcheck.view import View

_CLEAR_VIEW = 0.5
_SEEN_ENOUGH = 0.6
_BLUNT = 2.0
_FULL_MARGINS = 3.0
_LEAST_MARGIN = 0.05
_FINDING_REPS = 2
_FINDING_SHARE = 0.5


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
        0..1 times the rule's weight: how far beyond the limit; 1 at three times the rule's margin.
    measured
        What was measured.
    certainty
        0..1: how far beyond the limit in widths of the measure's interval; 0 where it is no fault.
    words
        The same in a unit that lifters know, if the rule has one.
    """

    rule: FaultRule
    rep_number: int
    at_s: float
    verdict: Verdict
    severity: float
    measured: Measure
    reason: str = ""
    certainty: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of a set.

    Attributes
    ----------
    rule
        The rule.
    verdict
        A fault in at least two reps, or in half of those judged, is a fault of the set; else what is the
        worst that was said of more than one rep in four.
    faulty, borderline, judged, reps
        How many reps.
    severity, certainty
        Means over the faulty reps.
    """

    rule: FaultRule
    verdict: Verdict
    faulty: int
    borderline: int
    judged: int
    reps: int
    severity: float
    certainty: float

    @property
    def share(self) -> float:
        """Share of the judged reps that are faulty."""
        return self.faulty / self.judged if self.judged else 0.0


def findings_of(faults: Sequence[Fault]) -> tuple[Finding, ...]:
    """Sum up what each rule says of the reps of a set, in the order of the rules."""
    rules = dict.fromkeys(fault.rule for fault in faults)
    return tuple(_finding(rule, [fault for fault in faults if fault.rule == rule]) for rule in rules)


def _finding(rule: FaultRule, told: Sequence[Fault]) -> Finding:
    faulty = [fault for fault in told if fault.verdict is Verdict.FAULT]
    close = sum(fault.verdict is Verdict.BORDERLINE for fault in told)
    judged = sum(fault.verdict is not Verdict.NOT_ASSESSED for fault in told)
    if not judged:
        verdict = Verdict.NOT_ASSESSED
    elif faulty and (len(faulty) >= _FINDING_REPS or len(faulty) / judged >= _FINDING_SHARE):
        verdict = Verdict.FAULT
    else:
        verdict = Verdict.BORDERLINE if faulty or close > judged / 4 else Verdict.FINE
    return Finding(
        rule=rule,
        verdict=verdict,
        faulty=len(faulty),
        borderline=close,
        judged=judged,
        reps=len(told),
        severity=sum(fault.severity for fault in faulty) / max(len(faulty), 1),
        certainty=sum(fault.certainty for fault in faulty) / max(len(faulty), 1),
    )


def find_faults(take: Take, lift: Lift, reps: Sequence[Rep]) -> tuple[Fault, ...]:
    """Judge every rule of a lift on every rep, rep by rep.

    A fault needs the measure to pass its limit by its own 90 % interval; inside that, or inside the rule's
    margin on either side of the limit, it is borderline.
    """
    return tuple(judge_rep(take, rule, rep) for rep in reps for rule in lift.faults)


def judge_rep(take: Take, rule: FaultRule, rep: Rep) -> Fault:
    """Judge one rule on one rep."""
    measured = _measured(take, rule, rep)
    verdict = verdict_of(rule, measured)
    wrong = verdict is Verdict.FAULT
    return Fault(
        rule=rule,
        rep_number=rep.number,
        at_s=_instant(rule, rep),
        verdict=verdict,
        severity=_severity(rule, measured) if wrong else 0.0,
        measured=measured,
        reason=_reason(rule, measured, verdict),
        certainty=_certainty(rule, measured) if wrong else 0.0,
        words=_words(take, rule, rep, verdict),
    )


def _measured(take: Take, rule: FaultRule, rep: Rep) -> Measure:
    """The rule's measure of a rep, or why there is none."""
    if rule.metric is None:
        return Measure.none("", rule.needs)
    obstacle = _obstacle(take.view, rule) or _hidden(take, rep)
    return Measure.none("", obstacle) if obstacle else measure(rule.metric, take, rep)


def verdict_of(rule: FaultRule, measured: Measure) -> Verdict:
    """Compare a measure with a rule's limit; what is too blunt to tell a fault from none is not assessed."""
    if measured.missing:
        return Verdict.NOT_ASSESSED
    beyond, doubt = rule.beyond(measured.value), _doubt(rule, measured)
    if beyond > max(doubt, rule.margin):
        return Verdict.FAULT
    if rule.room and doubt > _BLUNT * rule.room:
        return Verdict.NOT_ASSESSED
    if beyond > 0 or beyond >= -rule.margin:
        return Verdict.BORDERLINE
    return Verdict.FINE


def _reason(rule: FaultRule, measured: Measure, verdict: Verdict) -> str:
    """Why it was not assessed, or why it is borderline; empty for the other verdicts."""
    if verdict is Verdict.NOT_ASSESSED:
        blunt = f"measured to ±{_doubt(rule, measured):.2g} {measured.unit} only, too blunt for the limit"
        return measured.missing or blunt
    if verdict is Verdict.BORDERLINE:
        away = abs(rule.beyond(measured.value))
        side = "beyond" if rule.beyond(measured.value) > 0 else "within"
        known = f"{away:.2g} {measured.unit}".strip()
        return f"{known} {side} the limit, ±{_doubt(rule, measured):.2g}: too close to call"
    return ""


def _words(take: Take, rule: FaultRule, rep: Rep, verdict: Verdict) -> str:
    """The measure in a unit that lifters know; empty where the rule has none or it was not judged."""
    if rule.words is None or verdict is Verdict.NOT_ASSESSED:
        return ""
    told = measure(rule.words.metric, take, rep)
    if told.missing:
        return ""
    text = rule.words.above if told.value >= 0 else rule.words.below
    size = f"{abs(told.value):.1f} ±{(told.high - told.low) / 2:.1f} {told.unit}"
    close = ": too close to call" if verdict is Verdict.BORDERLINE else ""
    return text.format(size) + close


def _doubt(rule: FaultRule, measured: Measure) -> float:
    """How far the 90 % interval reaches back from the measure over the limit that it is next to."""
    above = rule.at_most is not None and rule.beyond(measured.value) == measured.value - rule.at_most
    return measured.value - measured.low if above else measured.high - measured.value


def _severity(rule: FaultRule, measured: Measure) -> float:
    full = _FULL_MARGINS * max(rule.margin, _LEAST_MARGIN * rule.room, 1e-9)
    return rule.weight * min(rule.beyond(measured.value) / full, 1.0)


def _certainty(rule: FaultRule, measured: Measure) -> float:
    return min(rule.beyond(measured.value) / max(2 * _doubt(rule, measured), 1e-9), 1.0)


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
    metric = METRICS.get(rule.metric or "")
    concentric = rep.phase("concentric")
    if metric is not None and metric.early and concentric is not None:
        return concentric.start_s + 0.3 * concentric.duration_s
    instant_s: float = getattr(rep, f"{(metric and metric.at) or 'turn'}_s")
    return instant_s
