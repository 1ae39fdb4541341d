"""The body fitted anew with one thing wrong each: what of its accuracy hangs on what."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from formcheck.body import Body, fit_body
from formcheck.judgement import Analysis
from formcheck.lifts import load_lift
from formcheck.metrics.measure import Z90
from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.signals.filters import Flags, inside_any
from formcheck.validate import figures as f
from formcheck.validate.body import near_side, true_angle
from formcheck.validate.instants import at, inside_reps
from formcheck.validate.samples import Samples, Scored, rows
from formcheck.validate.summary import Column, Row, Table, summarize
from formcheck.validate.watch import Outcome
from formcheck.validate.whole import view_band, yaw_band
from formcheck.view import View, view_from_azimuth

_TURNED_DEG = 12.0
_MISREAD = 0.1
_LOCKOUT_SHARE = 0.15

STRESS = Table(
    "stress",
    "Joint angles by the fitted body with one thing wrong each, found less true",
    ("lift", "yaw"),
    "what is wrong",
    (
        Column("knee_deg", "knee\nerror \N{DEGREE SIGN}", "knee", f.mean_size, "1"),
        Column("hip_deg", "hip", "hip", f.mean_size, "1"),
        Column("trunk_deg", "trunk", "trunk", f.mean_size, "1"),
        Column("elbow_deg", "elbow", "elbow", f.mean_size, "1"),
        Column("inside", "in its\n90 %", "inside", f.mean, "%", counted="angles"),
        Column("trusted", "trusted", "trusted", f.mean, "%", counted="clips"),
    ),
    "Mean error of the near side inside the true reps, whether the fit is trusted or not; no lockout: the "
    "frames with the bar in the highest 15 % of its way are withheld, in the fit and in the score.",
)
"""Its rows are by what was wrong."""


def stress(outcomes: Iterable[Outcome]) -> tuple[Row, ...]:
    """Fit every clip's body with one thing wrong each, and score the angles."""
    scored = []
    for outcome in outcomes:
        truth = outcome.clip.truth
        samples = tuple(stress_samples(outcome))
        scored.append(
            Scored(outcome.clip.name, truth.made, truth.lift, yaw_band(truth), view_band(truth), samples)
        )
    return summarize(STRESS, scored)


def stress_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the variants of one clip; none where its lift was not recognized or no angle is known."""
    truth, analysis = outcome.clip.truth, outcome.analysis
    if analysis is None or truth.frames is None or analysis.report.lift.name != truth.lift:
        return
    time_s = rows(truth.frames.time_s)
    for name, fitted in _variants(analysis):
        values: dict[str, list[FloatArray]] = {}
        counted = inside_reps(time_s, truth)
        if name == "no lockout":
            counted &= at(analysis.motion.time_s, (~_locked_out(analysis)).astype(float), time_s) > 0.5
        for joint in ("knee", "hip", "trunk", "elbow"):
            true = true_angle(truth.frames, joint, near_side(outcome))
            angle = "trunk_lean" if joint == "trunk" else f"{joint}_flexion"
            if true is None or angle not in fitted.angles_deg:
                continue
            found = at(fitted.time_s, fitted.angles_deg[angle], time_s)
            sd = at(fitted.time_s, fitted.sd_deg[angle], time_s)
            error = (np.abs(found) if joint == "trunk" else found) - true
            error, sd = (part[counted & np.isfinite(error)] for part in (error, sd))
            values.setdefault(joint, []).append(error)
            values.setdefault("inside", []).append((np.abs(error) <= Z90 * sd).astype(float))
        known = {key: np.concatenate(parts) for key, parts in values.items()}
        yield Samples("stress", name, {**known, "trusted": rows([float(fitted.trusted)])})


def _variants(analysis: Analysis) -> Iterator[tuple[str, Body]]:
    """Fits of a take by what is wrong with them."""
    take, plate_m = analysis.take, analysis.origin.facts.plate_diameter_m
    yield "nothing", _fit(analysis, take.motion, take.view, plate_m)
    yield "bar withheld", _fit(analysis, _without_plate(take.motion), take.view, plate_m)
    for way in (1, -1):
        wrong = f"view {way * _TURNED_DEG:+.0f}\N{DEGREE SIGN}"
        yield wrong, _fit(analysis, take.motion, _turned(take.view, way * _TURNED_DEG), plate_m)
    for way in (1, -1):
        wrong = f"plate {way * _MISREAD:+.0%}"
        yield wrong, _fit(analysis, take.motion, take.view, (1 + way * _MISREAD) * plate_m)
    yield "no lockout", _fit(analysis, _kept(take.motion, ~_locked_out(analysis)), take.view, plate_m)


def _fit(analysis: Analysis, motion: Motion, view: View, plate_m: float) -> Body:
    model = load_lift(analysis.report.lift.name).body
    if model is None:
        raise ValueError(f"{analysis.report.lift.name}: expected a lift with a body")
    return fit_body(
        motion,
        lift=model,
        view=view,
        reps=analysis.reps,
        plate_diameter_m=plate_m,
        preset=analysis.take.preset,
    )


def _without_plate(motion: Motion) -> Motion:
    unknown = np.full_like(motion.plate_px, np.nan)
    lost = np.zeros(len(motion.time_s))
    return replace(motion, plate_px=unknown, plate_axes_px=unknown.copy(), plate_confidence=lost)


def _turned(view: View, by_deg: float) -> View:
    """The view as if the camera stood farther toward the lifter's front by an angle."""
    way = 1.0 if view.near_side == "right" else -1.0
    azimuth = 90.0 - view.yaw_deg if view.from_front else 90.0 + view.yaw_deg
    return view_from_azimuth(way * (azimuth - by_deg), view.confidence)


def _locked_out(analysis: Analysis) -> Flags:
    """(T,) whether the bar is in the highest part of the way that it goes in the reps."""
    take = analysis.take
    height = -at(take.signals.time_s, take.signals.bar_px[:, 1], analysis.motion.time_s)
    inside = inside_any(analysis.motion.time_s, [(rep.start_s, rep.end_s) for rep in analysis.reps])
    low, high = np.nanpercentile(height[inside], (2, 98))
    return np.asarray(height > high - _LOCKOUT_SHARE * (high - low))


def _kept(motion: Motion, kept: Flags) -> Motion:
    """Some frames of a take."""
    arrays = {
        name: getattr(motion, name)[kept]
        for name in Motion.__slots__
        if isinstance(getattr(motion, name), np.ndarray)
    }
    return replace(motion, **arrays)
