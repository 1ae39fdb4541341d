"""Scores of the fitted body on the bodies that nothing was tuned on."""

from collections.abc import Iterator

import numpy as np

from formcheck.metrics.measure import Z90
from formcheck.validate.body import near_side, told_angle, true_angle
from formcheck.validate.halves import JUDGED_ON
from formcheck.validate.instants import inside_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.verdicts import interval_values, told_truths
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
        values = interval_values(depths)
        kept = {"error": values["error"], "inside": values["inside"], "assessed": values["measured"]}
        yield Samples("unseen", "depth, cm", kept)


def _angles(outcome: Outcome) -> Iterator[Samples]:
    truth = outcome.clip.truth
    if truth.frames is None:
        return
    time_s, side = rows(truth.frames.time_s), near_side(outcome)
    for joint in _TOLD.get(truth.lift, ()):
        true = true_angle(truth.frames, joint, side)
        if true is None:
            continue
        found, sd = told_angle(outcome, joint, side, time_s)
        error = found - true
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
