"""The findings of a report rule by rule, the gravest first."""

from dataclasses import dataclass
from itertools import groupby

from formcheck.report import FaultPart, VerdictName

_WORST_FIRST: tuple[VerdictName, ...] = ("fault", "borderline", "fine", "not_assessed")


@dataclass(frozen=True, slots=True)
class RuleCard:
    """What one rule says of the set: its findings rep by rep, and the worst of their verdicts."""

    verdict: VerdictName
    worst: FaultPart
    findings: list[FaultPart]


def rule_cards(faults: list[FaultPart]) -> list[RuleCard]:
    """Gather the findings rule by rule, the gravest first."""
    by_rule = groupby(sorted(faults, key=lambda fault: fault.rule_id), lambda fault: fault.rule_id)
    cards = []
    for _, group in by_rule:
        findings = sorted(group, key=lambda fault: fault.rep_number)
        worst = min(findings, key=gravity)
        cards.append(RuleCard(worst.verdict, worst, findings))
    return sorted(cards, key=lambda card: gravity(card.worst))


def gravity(fault: FaultPart) -> tuple[int, float]:
    """Sorts the gravest first: by verdict, then by severity."""
    return _WORST_FIRST.index(fault.verdict), -fault.severity
