"""Scores of joint angles and keypoints, frame by frame."""

from collections.abc import Iterator

import numpy as np

from formcheck.pose import FloatArray
from formcheck.signals import resample
from formcheck.signals.filters import Flags
from formcheck.skeleton import INDEX
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import TrueFrames, Truth, numbers, points
from formcheck.validate.watch import Outcome
from formcheck.view import Side

JOINTS = ("knee", "hip", "elbow", "trunk")
KEYPOINTS = ("shoulder", "hip", "knee", "ankle")


def near_side(outcome: Outcome) -> Side:
    """The lifter's side that is closer to the camera: by the truth, or as found where no side is nearer."""
    facing = outcome.clip.truth.view.facing
    if facing in ("left", "right"):
        return "left" if facing == "left" else "right"
    return outcome.analysis.report.view.near_side if outcome.analysis else "left"


def true_angle(frames: TrueFrames, joint: str, side: Side) -> FloatArray | None:
    """(T,) the true angle of a joint in degrees, NaN where not known; None where the file has none."""
    return frames.angle("trunk_lean" if joint == "trunk" else f"{side}_{joint}_flexion")


def angle_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the joint angles of the near side inside the true reps: found less true, in degrees.

    The lean of the trunk is taken without its sign, as truth files state it. Where the curve is NaN nothing
    was assessed; a refused clip assessed nothing at all. `turn_error_deg` is the error at each true turn.
    """
    truth, side = outcome.clip.truth, near_side(outcome)
    if truth.frames is None:
        return
    time_s = _clock(outcome, truth.frames)
    inside = _inside(time_s, truth)
    turns = [int(np.argmin(np.abs(time_s - rep.turn_s))) for rep in truth.reps or ()]
    for joint in JOINTS:
        true = true_angle(truth.frames, joint, side)
        if true is None:
            continue
        true = resample(rows(truth.frames.time_s), true, time_s)
        error = _found_angle(outcome, joint, side, time_s) - true
        known = inside & np.isfinite(true)
        at_turn = error[turns]
        yield Samples(
            "angles",
            joint,
            {
                "error_deg": error[known & np.isfinite(error)],
                "assessed": rows(np.isfinite(error[known])),
                "turn_error_deg": at_turn[np.isfinite(at_turn)],
            },
        )


def keypoint_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the near side's keypoints inside the true reps: distance in % of the trunk's true length.

    That length is the 95th percentile of the near shoulder's distance from the near hip in the picture.
    """
    truth, side = outcome.clip.truth, near_side(outcome)
    if truth.frames is None or outcome.analysis is None:
        return
    shoulder, hip = (truth.frames.keypoint(f"{side}_{name}") for name in ("shoulder", "hip"))
    if shoulder is None or hip is None:
        return
    trunk_px = float(np.nanpercentile(np.linalg.norm(shoulder - hip, axis=1), 95))
    signals = outcome.analysis.signals
    inside = _inside(signals.time_s, truth)
    for name in KEYPOINTS:
        true = truth.frames.keypoint(f"{side}_{name}")
        if true is None:
            continue
        true = resample(rows(truth.frames.time_s), true, signals.time_s)
        away = np.linalg.norm(signals.keypoints_px[:, INDEX[f"{side}_{name}"]] - true, axis=1)
        known = inside & np.isfinite(away)
        yield Samples("keypoints", name, {"error_pct": 100 * away[known] / trunk_px})


def bar_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the track of the bar's near end inside the true reps: distance in % of the plate's diameter.

    `tracked` is 1 in the frames in which the plate itself was followed. Where the hands stand in for it,
    it is 0 throughout: they are another place.
    """
    truth, analysis = outcome.clip.truth, outcome.analysis
    frames = truth.frames
    if frames is None or frames.bar_px is None or frames.plate_radius_px is None:
        return
    motion = analysis.motion if analysis else None
    time_s = motion.time_s if motion else rows(frames.time_s)
    true = resample(rows(frames.time_s), points(frames.bar_px), time_s)
    diameter_px = 2 * resample(rows(frames.time_s), numbers(frames.plate_radius_px), time_s)
    found = motion.plate_px if motion else np.full_like(true, np.nan)
    away = 100 * np.linalg.norm(found - true, axis=1) / diameter_px
    known = _inside(time_s, truth) & np.isfinite(true[:, 0] + diameter_px)
    yield Samples(
        "bar",
        "",
        {"error_pct": away[known & np.isfinite(away)], "tracked": rows(np.isfinite(away[known]))},
    )


def _clock(outcome: Outcome, frames: TrueFrames) -> FloatArray:
    """(T,) the seconds at which a clip is scored: those of the curves, else of the truth."""
    return outcome.analysis.signals.time_s if outcome.analysis else rows(frames.time_s)


def _found_angle(outcome: Outcome, joint: str, side: Side, time_s: FloatArray) -> FloatArray:
    if outcome.analysis is None:
        return np.full(len(time_s), np.nan)
    name = "trunk_lean_deg" if joint == "trunk" else f"{side}_{joint}_flexion_deg"
    found = outcome.analysis.signals.values[name]
    return np.abs(found) if joint == "trunk" else found


def _inside(time_s: FloatArray, truth: Truth) -> Flags:
    """(T,) whether a moment lies inside a true rep; all do where nobody marked the reps."""
    if truth.reps is None:
        return np.ones(len(time_s), dtype=bool)
    inside = np.zeros(len(time_s), dtype=bool)
    for rep in truth.reps:
        inside |= (time_s >= rep.start_s) & (time_s <= rep.end_s)
    return inside
