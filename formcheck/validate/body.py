"""Scores of joint angles and keypoints, frame by frame."""

from collections.abc import Iterator

import numpy as np

from formcheck.metrics.measure import Z90
from formcheck.pose import FloatArray
from formcheck.signals import joint_angles
from formcheck.skeleton import INDEX
from formcheck.validate.instants import LONGEST_STEP_S, at, inside_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import TrueFrames
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

    By joint as the report shows them, which is by the fitted body where it is trusted; `... read` are
    those of the filtered keypoints in any case, where the network itself believes in them, and `... raw`
    those of the keypoints frame by frame, as they came. The lean of the trunk is taken without its sign, as
    truth files state it. Where the curve is NaN nothing was assessed; a refused clip assessed nothing at all.
    `turn_error_deg` is the error at each true turn, `inside` whether a truth lies in the fit's 90 % interval.
    """
    truth, side = outcome.clip.truth, near_side(outcome)
    if truth.frames is None:
        return
    time_s = rows(truth.frames.time_s)
    inside = inside_reps(time_s, truth)
    turns = rows([rep.turn_s for rep in truth.reps or ()])
    for joint in JOINTS:
        true = true_angle(truth.frames, joint, side)
        if true is None:
            continue
        known = inside & np.isfinite(true)
        for item, (found, sd) in _found_angles(outcome, joint, side, time_s).items():
            error = found - true
            at_turn = at(time_s, error, turns, longest_step_s=LONGEST_STEP_S)
            stated = known & np.isfinite(error + sd)
            yield Samples(
                "angles",
                item,
                {
                    "error_deg": error[known & np.isfinite(error)],
                    "assessed": rows(np.isfinite(error[known])),
                    "turn_error_deg": at_turn[np.isfinite(at_turn)],
                    "inside": rows(np.abs(error[stated]) <= Z90 * sd[stated]),
                },
            )


def keypoint_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the near side's keypoints inside the true reps: distance in % of the trunk's true length.

    That length is the 95th percentile of the near shoulder's distance from the near hip in the picture.
    """
    truth, side = outcome.clip.truth, near_side(outcome)
    if truth.frames is None or outcome.analysis is None:
        return
    time_s, signals = rows(truth.frames.time_s), outcome.analysis.signals
    found = at(signals.time_s, signals.keypoints_px, time_s)
    inside = inside_reps(time_s, truth)
    shoulder, hip = (truth.frames.keypoint(f"{side}_{name}") for name in ("shoulder", "hip"))
    if shoulder is None or hip is None:
        return
    trunk_px = float(np.nanpercentile(np.linalg.norm(shoulder - hip, axis=1), 95))
    for name in KEYPOINTS:
        true = truth.frames.keypoint(f"{side}_{name}")
        if true is None:
            continue
        away = np.linalg.norm(found[:, INDEX[f"{side}_{name}"]] - true, axis=1)
        known = inside & np.isfinite(away)
        yield Samples("keypoints", name, {"error_pct": 100 * away[known] / trunk_px})


def told_angle(outcome: Outcome, joint: str, side: Side, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(T,) an angle as the report shows it, a lean without its sign, and its standard deviation.

    By the fitted body where it is trusted, else by the keypoints, of which no deviation is known; NaN where
    there is none.
    """
    unknown = np.full(len(time_s), np.nan)
    if outcome.analysis is None:
        return unknown, unknown
    signals = outcome.analysis.signals
    fitted = "fitted_trunk_lean_deg" if joint == "trunk" else f"fitted_{joint}_flexion_deg"
    if fitted in signals.values:
        found = at(signals.time_s, signals.values[fitted], time_s)
        return _unsigned(joint, found), at(signals.time_s, signals.sd[fitted], time_s)
    read = _read_name(joint, side)
    if read not in outcome.analysis.take.shown:
        return unknown, unknown
    return _unsigned(joint, at(signals.time_s, signals.values[read], time_s)), unknown


def _found_angles(
    outcome: Outcome, joint: str, side: Side, time_s: FloatArray
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """By item (T,) an angle as it was found and its standard deviation, NaN where there is none."""
    told = {joint: told_angle(outcome, joint, side, time_s)}
    if outcome.analysis is None:
        return told
    name, unknown = _read_name(joint, side), np.full(len(time_s), np.nan)
    signals, motion = outcome.analysis.signals, outcome.analysis.motion
    read = at(signals.time_s, signals.values[name], time_s)
    raw = at(motion.time_s, joint_angles(motion.keypoints_px, outcome.analysis.take.view)[name], time_s)
    return {
        **told,
        f"{joint} read": (_unsigned(joint, read), unknown),
        f"{joint} raw": (_unsigned(joint, raw), unknown),
    }


def _read_name(joint: str, side: Side) -> str:
    """The signal of an angle by the keypoints."""
    return "trunk_lean_deg" if joint == "trunk" else f"{side}_{joint}_flexion_deg"


def _unsigned(joint: str, angle_deg: FloatArray) -> FloatArray:
    """Truth files state a trunk's lean without its sign."""
    return np.abs(angle_deg) if joint == "trunk" else angle_deg
