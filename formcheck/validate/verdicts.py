"""Scores of the measures of each rep: whether their intervals hold the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.pose import FloatArray
from formcheck.report import MeasurePart
from formcheck.validate.bar import MEASURES, PATH_MEASURES, true_measure
from formcheck.validate.body import JOINTS, near_side, true_angle
from formcheck.validate.instants import LONGEST_STEP_S, at
from formcheck.validate.reps import INSTANTS, found_reps, match_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import Truth
from formcheck.validate.watch import Outcome

ALL_MEASURES = "all measures"

THIGH_OF_HEIGHT = 0.245
"""Length of the thigh over body height (Drillis and Contini 1966, in Winter 2009, figure 4.1)."""

_BAR_MEASURES = (*(name for name, _ in MEASURES.values()), *PATH_MEASURES)


@dataclass(frozen=True, slots=True)
class Told:
    """A measure of a found rep, and its truth in the same unit."""

    name: str
    part: MeasurePart
    true: float


def interval_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score whether the stated 90 % intervals hold the truth, 1 or 0 for each rep that was found.

    `measured` is 1 where there was a number at all, `half_width` half of its interval, `error` is found less
    true.
    """
    told = list(told_truths(outcome))
    if told:
        whole = interval_values(told)
        yield Samples("intervals", ALL_MEASURES, {key: whole[key] for key in ("inside", "measured")})
    for name in dict.fromkeys(one.name for one in told):
        yield Samples("intervals", name, interval_values([one for one in told if one.name == name]))


def interval_values(told: Sequence[Told]) -> dict[str, FloatArray]:
    """The values of a row of measures, as `interval_samples` tells them."""
    bounds = [
        (one.part.low, one.true, one.part.high)
        for one in told
        if one.part.low is not None and one.part.high is not None
    ]
    return {
        "measured": rows([one.part.value is not None for one in told]),
        "inside": rows([low <= true <= high for low, true, high in bounds]),
        "half_width": rows([(high - low) / 2 for low, _, high in bounds]),
        "error": rows([one.part.value - one.true for one in told if one.part.value is not None]),
    }


def told_truths(outcome: Outcome) -> Iterator[Told]:
    """Measures of the found reps whose truth is known.

    Depth is in thigh lengths: where the truth has none, the thigh is taken as 0.245 of the height, a few per
    cent off, which matters little beside the interval. The concentric phase is the span from turn to end
    (deadlift: start to turn). The eccentric one is that from start to turn of rendered and measured squats
    and bench presses only, which do not pause: elsewhere it holds a pause that nobody marked.
    """
    true, found = outcome.clip.truth.reps or (), found_reps(outcome)
    for t, f in match_reps(true, found).pairs:
        for name, part in found[f].measures.items():
            value = true_value(outcome, name, t)
            if value is not None and np.isfinite(value):
                yield Told(name, part, value)


def true_value(outcome: Outcome, name: str, index: int) -> float | None:
    """The truth of a measure of a rep; None where the truth file does not say."""
    if name in ("concentric", "eccentric"):
        return _true_duration(outcome, name, index)
    if name == "depth":
        return _true_depth(outcome.clip.truth, index)
    if name == "hips_below_knees":
        return _true_depth_cm(outcome.clip.truth, index)
    if name in _BAR_MEASURES:
        return true_measure(outcome.clip.truth, name, index)
    joint, _, instant = name.replace("_flexion", "").replace("_lean", "").rpartition("_")
    if joint in JOINTS and instant in INSTANTS:
        return _true_angle_at(outcome, joint, instant, index)
    return None


def _true_depth(truth: Truth, index: int) -> float | None:
    """Depth in thigh lengths."""
    depth_cm = _true_depth_cm(truth, index)
    thigh_m = truth.lifter.thigh_m
    if thigh_m is None and truth.lifter.height_m is not None:
        thigh_m = THIGH_OF_HEIGHT * truth.lifter.height_m
    return None if depth_cm is None or thigh_m is None else depth_cm / 100 / thigh_m


def _true_depth_cm(truth: Truth, index: int) -> float | None:
    depth_m = truth.rep_metrics[index].depth_m if truth.rep_metrics else None
    return None if depth_m is None else 100 * depth_m


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


def _true_angle_at(outcome: Outcome, joint: str, instant: str, index: int) -> float | None:
    truth = outcome.clip.truth
    if truth.frames is None or truth.reps is None:
        return None
    true = true_angle(truth.frames, joint, near_side(outcome))
    at_s = getattr(truth.reps[index], f"{instant}_s")
    if true is None:
        return None
    return float(at(truth.frames.time_s, true, [at_s], longest_step_s=LONGEST_STEP_S)[0])
