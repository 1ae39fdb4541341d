"""What lists, boards and trends need of a report, so that they need not read it."""

from collections.abc import Iterable
from statistics import fmean
from typing import Any

from formcheck import Report
from formcheck.report import FaultPart, MeasurePart

_WEIGHTS = {"fault": 1.0, "borderline": 0.5}
_MOST_STILLS = 12


def evidence(report: Report) -> list[FaultPart]:
    """The findings worth a picture, the gravest first; of each rule the worst one."""
    seen: dict[str, FaultPart] = {}
    for fault in sorted(report.faults, key=_gravity, reverse=True):
        if fault.verdict in _WEIGHTS:
            seen.setdefault(fault.rule_id, fault)
    return list(seen.values())[:_MOST_STILLS]


def still_name(fault: FaultPart) -> str:
    """Name the picture of a finding."""
    return f"{fault.rule_id}.jpg"


def worst_instant(report: Report) -> float:
    """The second that stands for the set: its gravest finding, or a rep's turn where nothing is wrong."""
    found = evidence(report)
    if found:
        return found[0].at_s
    return report.reps[0].turn_s if report.reps else 0.0


def triage(report: Report) -> float:
    """How much a set needs a coach's eye, 0..3: of its faults the largest severity times certainty.

    The certainty of a fault is that it is beyond its limit, times that of the lift and of the view.
    """
    sure = report.lift.confidence * report.view.confidence
    gravest = max((f.severity * f.certainty for f in report.faults if f.verdict == "fault"), default=0.0)
    return round(gravest * sure, 4)


def summarize(report: Report) -> dict[str, Any]:
    """Gather what is shown of a set in lists, trends and comparisons."""
    verdicts = [rep.verdict for rep in report.reps]
    names = dict.fromkeys(name for rep in report.reps for name in rep.measures)
    means = {name: _mean(rep.measures.get(name) for rep in report.reps) for name in names}
    whole = {name: _told(part) for name, part in report.set.measures.items()}
    return {
        "lift": report.lift.name,
        "title": report.lift.title,
        "view": report.view.name,
        "reps": len(report.reps),
        "load_kg": report.set.load_kg,
        "verdicts": {name: verdicts.count(name) for name in sorted(set(verdicts))},
        "focus": report.practice.title if report.practice else None,
        "cue": report.practice.cue if report.practice else None,
        "faults": [
            {
                "rule_id": fault.rule_id,
                "title": fault.title,
                "verdict": fault.verdict,
                "severity": fault.severity,
                "rep_number": fault.rep_number,
                "at_s": fault.at_s,
            }
            for fault in evidence(report)
        ],
        "rules": _judged(report),
        "measures": {name: told for name, told in (means | whole).items() if told},
    }


def _judged(report: Report) -> dict[str, dict[str, Any]]:
    """By rule: its title, in how many reps it was broken, and in how many it was judged."""
    rules: dict[str, dict[str, Any]] = {}
    for fault in report.faults:
        if fault.verdict != "not_assessed":
            told = rules.setdefault(fault.rule_id, {"title": fault.title, "faulty": 0, "judged": 0})
            told["faulty"] += fault.verdict == "fault"
            told["judged"] += 1
    return rules


def _gravity(fault: FaultPart) -> float:
    return _WEIGHTS.get(fault.verdict, 0.0) * max(fault.severity, 0.01)


def _told(part: MeasurePart) -> dict[str, Any] | None:
    if part.value is None:
        return None
    return {"value": part.value, "low": part.low, "high": part.high, "unit": part.unit}


def _mean(parts: Iterable[MeasurePart | None]) -> dict[str, Any] | None:
    """Mean over the reps that have a measure.

    Its interval is the mean of theirs: errors of one video go together, so that more reps make it no surer.
    """
    known = [part for part in parts if part is not None and part.value is not None]
    if not known:
        return None
    value = fmean(part.value for part in known if part.value is not None)
    lows, highs = ([getattr(part, end) for part in known] for end in ("low", "high"))
    told: dict[str, Any] = {"value": round(value, 4), "low": None, "high": None, "unit": known[0].unit}
    if None not in lows and None not in highs:
        told |= {"low": round(fmean(lows), 4), "high": round(fmean(highs), 4)}
    return told
