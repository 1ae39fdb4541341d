"""Measures of found reps beside their truth: the material of the corrections and of the off-axis curve."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from formcheck.judgement import Analysis
from formcheck.lifts import load_lift
from formcheck.metrics import fitted, reading
from formcheck.metrics.corrections import CORRECTED, Correction, Corrections, Network
from formcheck.report import RepPart
from formcheck.validate.body import near_side
from formcheck.validate.instants import at
from formcheck.validate.reps import INSTANTS, match_reps
from formcheck.validate.verdicts import true_value
from formcheck.validate.watch import Outcome

FITTED = " fitted"
"""Ends the name of a measure that is by the fitted body."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure of a found rep, and its truth.

    Attributes
    ----------
    clip, body
        Names of the clip and of the lifter's body; `body` is empty where the truth does not name it.
    preset, lift, measure, unit
        Which network looked, the lift, which measure, and its unit.
    yaw_deg
        The true yaw, 0 from the side to 90; NaN where it is not known.
    view, found_yaw_deg
        The name and the yaw of the view as it was found.
    read, true
        What was read, before any correction, and the truth.
    """

    clip: str
    body: str
    preset: Network
    lift: str
    measure: str
    unit: str
    yaw_deg: float
    view: str
    found_yaw_deg: float
    read: float
    true: float

    @property
    def error(self) -> float:
        """Read less true."""
        return self.read - self.true

    def entry(self, table: Corrections) -> Correction | None:
        """The correction that it gets; None where there is none."""
        return table.entry(self.preset, self.lift, self.view, self.measure)

    def corrected_error(self, table: Corrections) -> float:
        """Corrected less true; where the table has no entry, read less true."""
        entry = self.entry(table)
        return self.error + (entry.offset if entry else 0.0)


def read_measures(outcome: Outcome) -> Iterator[Reading]:
    """Pair the measures of the found reps with their truths, wherever the camera stands.

    A clip whose lift was not recognized, or that was refused, gives none.
    """
    truth, analysis = outcome.clip.truth, outcome.analysis
    if analysis is None or analysis.report.lift.name != truth.lift:
        return
    lift = load_lift(truth.lift)
    names = dict.fromkeys((*lift.metrics, *(rule.metric for rule in lift.faults if rule.metric)))
    for index, found in match_reps(truth.reps or (), analysis.report.reps).pairs:
        for name, (read, unit) in _found(analysis, found, tuple(names)).items():
            true = _true(outcome, name.removesuffix(FITTED), index)
            if true is not None and np.isfinite(true) and np.isfinite(read):
                yield Reading(
                    clip=outcome.clip.name,
                    body=truth.lifter.body or "",
                    preset=analysis.take.preset,
                    lift=truth.lift,
                    measure=name,
                    unit=unit,
                    yaw_deg=float("nan") if truth.yaw_deg is None else truth.yaw_deg,
                    view=analysis.take.view.name,
                    found_yaw_deg=analysis.take.view.yaw_deg,
                    read=read,
                    true=true,
                )


def _found(analysis: Analysis, index: int, names: tuple[str, ...]) -> dict[str, tuple[float, str]]:
    """Value (NaN where there is none) and unit of the measures of a rep, and of its instants.

    Corrected measures are as they are read off the keypoints; those that the report has from the fitted body
    come besides, under a name of their own.
    """
    rep, part = analysis.reps[index], analysis.report.reps[index]
    read = {name: reading(name, analysis.take, rep) for name in names if name in CORRECTED}
    return {
        **{instant: (getattr(part, f"{instant}_s"), "s") for instant in INSTANTS},
        **{name: (one.value, one.unit) for name, one in read.items()},
        **_reported(part),
        **_fitted(analysis, part),
    }


def _fitted(analysis: Analysis, part: RepPart) -> dict[str, tuple[float, str]]:
    """Measures of the report that are by the fitted body."""
    return {
        name + FITTED: (one.value, one.unit)
        for name, one in part.measures.items()
        if fitted.tells(name, analysis.take) and one.value is not None
    }


def _reported(part: RepPart) -> dict[str, tuple[float, str]]:
    """Measures of the report that are not corrected."""
    return {
        name: (one.value, one.unit)
        for name, one in part.measures.items()
        if name not in CORRECTED and one.value is not None
    }


def _true(outcome: Outcome, name: str, index: int) -> float | None:
    """The truth of a measure or an instant of a rep; None where the truth file does not say."""
    truth = outcome.clip.truth
    if truth.reps is not None and name in INSTANTS:
        seconds: float = getattr(truth.reps[index], f"{name}_s")
        return seconds
    true = true_value(outcome, name, index)
    if true is None or not name.startswith("trunk_lean"):
        return true
    return true * _leans(outcome, name.rpartition("_")[2], index)


def _leans(outcome: Outcome, instant: str, index: int) -> float:
    """1 where the trunk truly leans forward in the picture, -1 back; truth files give a lean unsigned."""
    truth, side = outcome.clip.truth, near_side(outcome)
    if truth.frames is None or truth.reps is None or truth.view.facing not in ("left", "right"):
        return 1.0
    shoulder, hip = truth.frames.keypoint(f"{side}_shoulder"), truth.frames.keypoint(f"{side}_hip")
    if shoulder is None or hip is None:
        return 1.0
    forward = 1.0 if truth.view.facing == "right" else -1.0
    when_s = getattr(truth.reps[index], f"{instant}_s")
    over = at(truth.frames.time_s, shoulder - hip, [when_s])[0, 0]
    return -1.0 if forward * over < 0 else 1.0
