"""From findings to practice: the one thing to work on."""

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.faults import Fault, Verdict
from formcheck.lifts import FaultRule

_ENOUGH_REPS = 2
_ENOUGH_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Focus:
    """The one fault to work on, and why."""

    rule: FaultRule
    faulty: int
    judged: int
    severity: float

    @property
    def why(self) -> str:
        """In how many reps it was seen."""
        return f"seen in {self.faulty} of {self.judged} judged rep{'s' if self.judged > 1 else ''}"


def choose_focus(faults: Sequence[Fault]) -> Focus | None:
    """Choose the fault that matters most; None where no fault is a finding of the set.

    A finding of the set was a fault in at least two reps or in half of those judged; of the findings the one
    with the largest prevalence times severity is chosen (the plan generator's rule, with certainty inside
    the verdict: what lies within a measure's interval is no fault).
    """
    findings = []
    for rule in dict.fromkeys(fault.rule for fault in faults):
        judged = [f for f in faults if f.rule == rule and f.verdict is not Verdict.NOT_ASSESSED]
        faulty = [f for f in judged if f.verdict is Verdict.FAULT]
        if not faulty:
            continue
        share = len(faulty) / len(judged)
        if len(faulty) >= _ENOUGH_REPS or share >= _ENOUGH_SHARE:
            severity = sum(f.severity for f in faulty) / len(faulty)
            findings.append(Focus(rule, len(faulty), len(judged), severity * share))
    return max(findings, key=lambda focus: focus.severity, default=None)
