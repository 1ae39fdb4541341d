"""Scores of what is told of each rep: verdicts, intervals, and numbers in metres."""

from collections.abc import Iterator, Sequence

import numpy as np

from formcheck.lifts import known_lifts, load_lift
from formcheck.report import FaultPart, MeasurePart, RepPart
from formcheck.validate.body import JOINTS, near_side, true_angle
from formcheck.validate.reps import INSTANTS, found_reps, match_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import Truth
from formcheck.validate.watch import Outcome

ALL_RULES = "all rules"

THIGH_OF_HEIGHT = 0.245
"""Length of the thigh over body height (Drillis and Contini 1966, in Winter 2009, figure 4.1)."""


def fault_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the verdicts, rep by rep and rule by rule: rows of (is a fault, is called one, is judged), 0 or 1.

    Only where the truth lists the faults; an empty list is "none". Rules are those of the true lift and of
    the lift found. A borderline verdict calls nothing a fault. A rep that was not found is not judged; a rep
    that is none has no fault.
    """
    truth, found = outcome.clip.truth, found_reps(outcome)
    if truth.faults is None or truth.reps is None:
        return
    verdicts = _verdicts(outcome.analysis.report.faults if outcome.analysis else ())
    true = {(fault.id, fault.rep) for fault in truth.faults}
    matching = match_reps(truth.reps, found)
    numbers: list[tuple[int, int]] = [(t + 1, found[f].number) for t, f in matching.pairs]
    numbers += [(t + 1, 0) for t in matching.missed] + [(0, found[f].number) for f in matching.extra]
    everything = []
    for rule in _rules(truth, verdicts):
        told = [verdicts.get((rule, number), "not_assessed") for _, number in numbers]
        events = [
            ((rule, rep) in true, verdict == "fault", verdict != "not_assessed")
            for (rep, _), verdict in zip(numbers, told, strict=True)
        ]
        everything += events
        yield Samples("faults", rule, {"verdicts": rows(events).reshape(-1, 3)})
    yield Samples("faults", ALL_RULES, {"verdicts": rows(everything).reshape(-1, 3)})


def _verdicts(faults: Sequence[FaultPart]) -> dict[tuple[str, int], str]:
    return {(fault.rule_id, fault.rep_number): fault.verdict for fault in faults}


def _rules(truth: Truth, verdicts: dict[tuple[str, int], str]) -> list[str]:
    """Rules of the true lift, then what else is known or told."""
    own = [rule.id for rule in load_lift(truth.lift).faults] if truth.lift in known_lifts() else []
    others = {rule for rule, _ in verdicts} | {fault.id for fault in truth.faults or ()}
    return own + sorted(others - set(own))


def interval_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score whether the stated 90 % intervals hold the truth: 1 or 0 for each rep that was found.

    `measured` is 1 where there was a number at all, `half_width` half of its interval.
    """
    truth, found = outcome.clip.truth, found_reps(outcome)
    collected: dict[str, list[tuple[MeasurePart, float]]] = {}
    for t, f in match_reps(truth.reps or (), found).pairs:
        for name, part in found[f].measures.items():
            value = _true_value(outcome, name, t, found[f])
            if value is not None and np.isfinite(value):
                collected.setdefault(name, []).append((part, value))
    for name, pairs in collected.items():
        bounds = [(p.low, v, p.high) for p, v in pairs if p.low is not None and p.high is not None]
        yield Samples(
            "intervals",
            name,
            {
                "measured": rows([part.value is not None for part, _ in pairs]),
                "inside": rows([low <= value <= high for low, value, high in bounds]),
                "half_width": rows([(high - low) / 2 for low, _, high in bounds]),
                "error": rows([part.value - value for part, value in pairs if part.value is not None]),
            },
        )


def _true_value(outcome: Outcome, name: str, index: int, found: RepPart) -> float | None:
    """The truth of a measure of a rep; None where the truth file does not say.

    Depth is in thigh lengths: where only metres are known, the thigh is taken as 0.245 of the height, which
    is a few per cent off and matters little beside the interval. The concentric phase is the span from turn
    to end (deadlift: start to turn). The eccentric one is that from start to turn, of rendered and measured
    squats and bench presses only, which do not pause: elsewhere a pause lies in it that nobody marked.
    """
    truth = outcome.clip.truth
    if name in ("concentric", "eccentric"):
        return _true_duration(outcome, name, index)
    if name == "depth":
        height, metrics = truth.lifter.height_m, truth.rep_metrics
        if height is None or not metrics or metrics[index].depth_m is None:
            return None
        return metrics[index].depth_m / (THIGH_OF_HEIGHT * height)
    if found.measures[name].unit in ("m", "m/s"):
        return _true_metres(truth, name, index)
    joint, _, instant = name.replace("_flexion", "").replace("_lean", "").rpartition("_")
    if joint not in JOINTS or instant not in INSTANTS:
        return None
    return _true_angle_at(outcome, joint, instant, index)


def _true_duration(outcome: Outcome, name: str, index: int) -> float | None:
    truth = outcome.clip.truth
    if truth.reps is None or outcome.analysis is None:
        return None
    rep, slower = truth.reps[index], outcome.analysis.report.video.slow_motion
    if name == "concentric":
        first, last = (rep.start_s, rep.turn_s) if truth.lift == "deadlift" else (rep.turn_s, rep.end_s)
        return (last - first) / slower
    if truth.lift == "deadlift" or truth.made == "marked":
        return None
    return (rep.turn_s - rep.start_s) / slower


def _true_metres(truth: Truth, name: str, index: int) -> float | None:
    """The truth of a measure in m or m/s."""
    if not truth.rep_metrics:
        return None
    metrics = truth.rep_metrics[index]
    return {"range": metrics.rom_m, "mean_concentric_speed": metrics.mean_velocity_mps}.get(name)


def _true_angle_at(outcome: Outcome, joint: str, instant: str, index: int) -> float | None:
    truth = outcome.clip.truth
    if truth.frames is None or truth.reps is None:
        return None
    true = true_angle(truth.frames, joint, near_side(outcome))
    if true is None:
        return None
    at_s = getattr(truth.reps[index], f"{instant}_s")
    return float(np.interp(at_s, truth.frames.time_s, true))


def metre_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score numbers in metres, where the report has any: found less true, in m/s and cm."""
    for sample in _in_metres(outcome):
        yield sample


def _in_metres(outcome: Outcome) -> Iterator[Samples]:
    truth, found = outcome.clip.truth, found_reps(outcome)
    for name, unit, factor in (("mean_concentric_speed", "m/s", 1.0), ("range", "m", 100.0)):
        errors = []
        for t, f in match_reps(truth.reps or (), found).pairs:
            part, true = found[f].measures.get(name), _true_metres(truth, name, t)
            if part is not None and part.unit == unit and part.value is not None and true is not None:
                errors.append(factor * (part.value - true))
        if errors:
            yield Samples("metres", name, {"error": rows(errors)})
