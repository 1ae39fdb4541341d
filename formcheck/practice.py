"""From findings to practice: the one thing to work on."""

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.faults import Fault, Finding, Verdict, findings_of
from formcheck.lifts import FaultRule, Practice


@dataclass(frozen=True, slots=True)
class Focus:
    """The one fault to work on, and how.

    Attributes
    ----------
    finding
        What was found of it in the set.
    practice
        How the lift is practiced.
    """

    finding: Finding
    practice: Practice

    @property
    def rule(self) -> FaultRule:
        """Its rule."""
        return self.finding.rule

    @property
    def why(self) -> str:
        """In how many reps it was seen."""
        judged = self.finding.judged
        return f"seen in {self.finding.faulty} of {judged} judged rep{'s' if judged > 1 else ''}"

    @property
    def tempo(self) -> str:
        """Eccentric-pause-concentric seconds to practice with."""
        return self.rule.tempo or self.practice.tempo

    @property
    def ladder(self) -> tuple[str, ...]:
        """The steps that its drill is one of, the easiest first; empty where it is on no ladder."""
        return self.practice.ladders.get(self.rule.ladder, ())

    @property
    def fixed_when(self) -> str:
        """What must be seen to call it fixed."""
        plan = self.practice
        few = f"fewer than 1 rep in {round(1 / plan.fixed_share)}"
        return (
            f"fixed when {few} shows it in {plan.sessions} sessions at least {plan.hours_apart} hours apart, "
            "filmed as today, in reps without feedback"
        )


def worth(finding: Finding) -> float:
    """How much working on a finding of the set promises: prevalence x severity x certainty x fixability."""
    return finding.share * finding.severity * finding.certainty * finding.rule.fixability


def choose_focus(faults: Sequence[Fault], practice: Practice) -> Focus | None:
    """Choose the fault that is most worth the work; None where no fault is a finding of the set.

    What only hints at its fault is never chosen (the plan generator's rule for low-confidence proxies).
    """
    found = [f for f in findings_of(faults) if f.verdict is Verdict.FAULT and not f.rule.proxy]
    best = max(found, key=worth, default=None)
    return None if best is None else Focus(best, practice)
