"""Scores of verdicts: which faults were called, which were true, and which were clear enough to be called."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from formcheck.lifts import FaultRule, Lift, load_lift
from formcheck.report import FaultPart
from formcheck.validate.halves import JUDGED_ON
from formcheck.validate.reps import found_reps, match_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import Truth
from formcheck.validate.verdicts import true_value
from formcheck.validate.watch import Outcome

ALL_RULES = "all rules"

LISTED_BY = frozenset(
    {
        "depth", "hip_shoulder_ratio", "trunk_rise", "trunk_fold", "heel_rise", "dip", "eccentric",
        "knee_flexion_end", "knee_flexion_turn", "hip_flexion_turn", "elbow_flexion_end", "knee_width_drop",
        "bar_tilt", "side_lag",
    }
)  # fmt: skip
"""What the renderer measures (samples/render/measures.py) to list the faults of a clip with a flaw."""


@dataclass(frozen=True, slots=True)
class Event:
    """A rule and a rep.

    Attributes
    ----------
    rule_id
        The rule.
    true
        Whether it is a fault; None where the truth does not tell.
    called, judged
        Whether it was called one, was judged at all.
    clear
        Whether a true fault is beyond its limit by the interval that was stated; False where nothing was
        measured.
    blind
        Whether the true view cannot show it.
    """

    rule_id: str
    true: bool | None
    called: bool
    judged: bool
    clear: bool = False
    blind: bool = False


def fault_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the verdicts, rep by rep and rule by rule: (is a fault, is called one, is judged), each 0 or 1.

    Only where the truth lists the faults; an empty list is "none". Rules are those of the true lift and of
    the lift found. A borderline verdict calls nothing a fault. A rep that was not found is not judged; a rep
    that is none has no fault.
    """
    if outcome.clip.truth.faults is None or outcome.clip.truth.reps is None:
        return
    events: dict[str, list[Event]] = {}
    for event in _events(outcome):
        if event.true is not None:
            events.setdefault(event.rule_id, []).append(event)
    for item, told in ((ALL_RULES, list(chain(*events.values()))), *events.items()):
        verdicts = rows([(bool(event.true), event.called, event.judged) for event in told])
        yield Samples("faults", item, {"verdicts": verdicts.reshape(-1, 3)})


def call_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score what was called a fault, and what should have been: for all bodies, and for the unseen ones.

    `right` is 1 for each fault called that is one, `blind` where the true view cannot show it, whether the
    truth tells of it or not. `clear` is,
    for each true fault beyond its limit by the stated interval, whether it was called; `clean` is 1 for each
    rep of a clip without a flaw in which none was.
    """
    truth = outcome.clip.truth
    if truth.faults is None or truth.reps is None:
        return
    events = list(_events(outcome))
    called = [event for event in events if event.called]
    clean = [] if truth.injected or truth.faults else [rep.verdict != "fault" for rep in found_reps(outcome)]
    values = {
        "right": rows([event.true for event in called if event.true is not None]),
        "clear": rows([event.called for event in events if event.clear]),
        "clean": rows(clean),
        "blind": rows([event.blind for event in called]),
    }
    for item in ("all", "unseen") if truth.lifter.body in JUDGED_ON else ("all",):
        yield Samples("calls", item, values)


def _events(outcome: Outcome) -> Iterator[Event]:
    """Every rule on every rep, true or found."""
    truth, found = outcome.clip.truth, found_reps(outcome)
    told = {
        (f.rule_id, f.rep_number): f for f in (outcome.analysis.report.faults if outcome.analysis else ())
    }
    matching = match_reps(truth.reps or (), found)
    numbers: list[tuple[int | None, int]] = [(t, found[f].number) for t, f in matching.pairs]
    numbers += [(t, 0) for t in matching.missed] + [(None, found[f].number) for f in matching.extra]
    for rule_id, rule in _rules(truth, {name for name, _ in told}).items():
        for index, number in numbers:
            yield _event(outcome, rule_id, rule, index, told.get((rule_id, number)))


def _event(
    outcome: Outcome, rule_id: str, rule: FaultRule | None, index: int | None, part: FaultPart | None
) -> Event:
    seen, true = outcome.clip.truth.view.name, _truly(outcome, rule_id, rule, index)
    return Event(
        rule_id,
        true=true,
        called=part is not None and part.verdict == "fault",
        judged=part is not None and part.verdict != "not_assessed",
        clear=bool(true) and rule is not None and _clear(outcome, rule, index, part),
        blind=rule is not None and seen is not None and seen not in rule.views,
    )


def _rules(truth: Truth, told: set[str]) -> dict[str, FaultRule | None]:
    """Rules of the true lift by id, then what else is told or true, None where nobody knows the rule."""
    lift = _lift(truth)
    own: dict[str, FaultRule | None] = {rule.id: rule for rule in lift.faults} if lift else {}
    others = told | {fault.id for fault in truth.faults or ()}
    return own | dict.fromkeys(sorted(others - set(own)))


def _lift(truth: Truth) -> Lift | None:
    return load_lift(truth.lift) if truth.lift not in ("other", "none") else None


def _truly(outcome: Outcome, rule_id: str, rule: FaultRule | None, index: int | None) -> bool | None:
    """Whether a rule is broken by a rep; None where the truth does not tell.

    It is if the truth lists it, or if the rule's own measure is known and beyond the limit and its margin. Of
    a rep with a flaw, what neither is listed nor could be is not known: flaws have side effects.
    """
    truth = outcome.clip.truth
    if index is None:
        return False
    if any((fault.id, fault.rep) == (rule_id, index + 1) for fault in truth.faults or ()):
        return True
    value = _true_value(outcome, rule, index)
    if rule is not None and value is not None:
        return rule.beyond(value) > rule.margin
    known = truth.injected is None or rule is None or rule.metric in LISTED_BY
    return False if known else None


def _true_value(outcome: Outcome, rule: FaultRule | None, index: int) -> float | None:
    """The truth of a rule's measure, from the truth's frames, else the strength of the flaw that it is."""
    truth = outcome.clip.truth
    if rule is None or rule.metric is None:
        return None
    value = true_value(outcome, rule.metric, index)
    if value is None and truth.injected is not None and truth.injected.name == rule.id:
        return truth.injected.strength
    return value


def _clear(outcome: Outcome, rule: FaultRule, index: int | None, part: FaultPart | None) -> bool:
    """Whether the truth is beyond the limit by the interval that was stated."""
    if index is None or part is None or part.measured.low is None or part.measured.high is None:
        return False
    value = _true_value(outcome, rule, index)
    doubt = (part.measured.high - part.measured.low) / 2
    return value is not None and rule.beyond(value) > max(doubt, rule.margin)
