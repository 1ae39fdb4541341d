"""Scores of the fitted body on the bodies that nothing was tuned on."""

from collections.abc import Iterator

import numpy as np

from formcheck.metrics.measure import Z90
from formcheck.validate.body import near_side, true_angle
from formcheck.validate.halves import JUDGED_ON
from formcheck.validate.instants import at, inside_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.verdicts import told_truths
from formcheck.validate.watch import Outcome

_TOLD = {
    "squat": ("knee", "hip", "trunk"),
    "deadlift": ("knee", "hip", "trunk"),
    "bench_press": ("elbow", "trunk"),
}
"""By lift, the angles that a fitted body tells."""


def unseen_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the fitted body where it is trusted: angles in degrees, frame by frame, and depth in cm, by rep.

    Found less true, of the near side inside the true reps. `assessed` is 1 for each frame or found rep of
    which the fit tells something, `inside` whether the truth lies in its 90 % interval.
    """
    if outcome.clip.truth.lifter.body not in JUDGED_ON:
        return
    yield from _angles(outcome)
    depths = [one for one in told_truths(outcome) if one.name == "hips_below_knees"]
    if depths:
        bounds = [(one.part.low, one.true, one.part.high) for one in depths]
        yield Samples(
            "unseen",
            "depth, cm",
            {
                "error": rows([one.part.value - one.true for one in depths if one.part.value is not None]),
                "inside": rows([a <= true <= b for a, true, b in bounds if a is not None and b is not None]),
                "assessed": rows([one.part.value is not None for one in depths]),
            },
        )


def _angles(outcome: Outcome) -> Iterator[Samples]:
    truth = outcome.clip.truth
    if truth.frames is None:
        return
    time_s, side = rows(truth.frames.time_s), near_side(outcome)
    for joint in _TOLD.get(truth.lift, ()):
        true = true_angle(truth.frames, joint, side)
        if true is None:
            continue
        found, sd = (np.full(len(time_s), np.nan) for _ in range(2))
        curve = "fitted_trunk_lean_deg" if joint == "trunk" else f"fitted_{joint}_flexion_deg"
        if outcome.analysis is not None and curve in outcome.analysis.signals.values:
            signals = outcome.analysis.signals
            found, sd = (at(signals.time_s, kind[curve], time_s) for kind in (signals.values, signals.sd))
        # Truth files state a trunk's lean without its sign.
        error = (np.abs(found) if joint == "trunk" else found) - true
        known = inside_reps(time_s, truth) & np.isfinite(true)
        told = known & np.isfinite(error + sd)
        yield Samples(
            "unseen",
            joint,
            {
                "error": error[told],
                "inside": rows(np.abs(error[told]) <= Z90 * sd[told]),
                "assessed": rows(told[known]),
            },
        )
