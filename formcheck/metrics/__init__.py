"""The numbers of a rep, each with its 90 % interval or the reason why it is missing."""

from collections.abc import Mapping
from types import MappingProxyType

from formcheck.metrics import (
    arms,
    barbell,
    consistency,
    fitted,
    legs,
    posture,
    proportions,
    sides,
    tempo,
    velocity,
)
from formcheck.metrics.corrections import CORRECTED, correct
from formcheck.metrics.measure import SURE, Instant, Measure, Metric, Take
from formcheck.reps import Rep

__all__ = ["DOUBT", "METRICS", "Measure", "Metric", "Take", "measure", "reading", "rep_metrics"]

_KNEE = ("hip", "knee", "ankle")
_HIP = ("shoulder", "hip", "knee")
_ELBOW = ("shoulder", "elbow", "wrist")
_TRUNK = ("shoulder", "hip")
_FOOT = ("heel", "toe")
_KNEES = ("left_knee", "right_knee", "left_ankle", "right_ankle")
_STANCE = ("left_shoulder", "right_shoulder", "left_ankle", "right_ankle")
_FOREARMS = ("left_elbow", "right_elbow", "left_wrist", "right_wrist")
_HIPS = ("left_hip", "right_hip", "left_ankle", "right_ankle")


def _angle(name: str, instant: Instant, joints: tuple[str, ...]) -> Metric:
    return Metric(posture.angle(name, instant), joints, instant)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "range": Metric(tempo.range_ih),
        "mean_concentric_speed": Metric(tempo.mean_speed),
        "range_m": Metric(barbell.range_m),
        "mean_velocity": Metric(velocity.mean_velocity),
        "propulsive_velocity": Metric(velocity.propulsive_velocity),
        "peak_velocity": Metric(velocity.peak_velocity),
        "time_to_peak": Metric(velocity.time_to_peak),
        "sticking_velocity": Metric(velocity.sticking_velocity),
        "sticking_share": Metric(velocity.sticking_share),
        "touch_speed": Metric(velocity.touch_speed, at="turn"),
        "drift": Metric(barbell.drift),
        "drift_forward": Metric(barbell.drift_forward),
        "sway": Metric(barbell.sway),
        "bar_slip": Metric(barbell.bar_slip, _TRUNK, "end"),
        "drift_height": Metric(barbell.drift_height),
        "path_loop": Metric(barbell.path_loop),
        "path_area": Metric(barbell.path_area),
        "first_direction": Metric(barbell.first_direction),
        "bar_over_midfoot": Metric(barbell.bar_over_midfoot, _FOOT),
        "touch_point": Metric(barbell.touch_point, ("shoulder",), "turn"),
        "lockout_offset": Metric(barbell.lockout_offset, ("shoulder",), "end"),
        "shoulder_over_bar_start": Metric(barbell.shoulder_over_bar("start"), ("shoulder",), "start"),
        "shoulder_over_bar_turn": Metric(barbell.shoulder_over_bar("turn"), ("shoulder",), "turn"),
        "eccentric": Metric(tempo.duration("eccentric")),
        "pause": Metric(tempo.duration("pause")),
        "rest": Metric(tempo.rest, at="turn"),
        "floor_rest": Metric(consistency.floor_rest, at="start"),
        "bottom_change": Metric(consistency.bottom_change, at="turn"),
        "range_lost": Metric(consistency.range_lost, at="turn"),
        "touch_change": Metric(consistency.touch_change, at="turn"),
        "concentric": Metric(tempo.duration("concentric")),
        "sticking_region": Metric(tempo.duration("sticking_region")),
        "dip": Metric(tempo.dip, early=True),
        "depth": Metric(posture.depth, ("hip", "knee"), "turn"),
        "hips_below_knees": Metric(fitted.hips_below_knees, at="turn"),
        "lean_excess": Metric(proportions.lean_excess, at="turn"),
        "knee_slide": Metric(legs.knee_slide, at="turn"),
        "knee_retreat": Metric(legs.knee_retreat, early=True),
        "knee_rebend": Metric(legs.knee_rebend),
        "hips_at_knee_lock": Metric(legs.hips_at_knee_lock),
        "hip_rise_early": Metric(legs.hip_rise_early, at="start"),
        "knee_flexion_start": _angle("knee_flexion", "start", _KNEE),
        "knee_flexion_turn": _angle("knee_flexion", "turn", _KNEE),
        "knee_flexion_end": _angle("knee_flexion", "end", _KNEE),
        "hip_flexion_start": _angle("hip_flexion", "start", _HIP),
        "hip_flexion_turn": _angle("hip_flexion", "turn", _HIP),
        "hip_flexion_end": _angle("hip_flexion", "end", _HIP),
        "elbow_flexion_turn": _angle("elbow_flexion", "turn", _ELBOW),
        "elbow_flexion_end": _angle("elbow_flexion", "end", _ELBOW),
        "trunk_lean_start": _angle("trunk_lean", "start", _TRUNK),
        "trunk_lean_turn": _angle("trunk_lean", "turn", _TRUNK),
        "trunk_rise": Metric(posture.trunk_rise, _TRUNK, early=True),
        "trunk_fold": Metric(posture.trunk_fold, _TRUNK, "turn"),
        "hip_shoulder_ratio": Metric(posture.hip_shoulder_ratio, _TRUNK, early=True),
        "balance_shift": Metric(fitted.balance_shift),
        "heel_rise": Metric(posture.heel_rise, _FOOT, "turn"),
        "elbow_bend": Metric(posture.elbow_bend, _ELBOW, early=True),
        "elbow_snap": Metric(arms.elbow_snap, _ELBOW, "start"),
        "elbow_height": Metric(arms.elbow_height, ("shoulder", "elbow"), "turn"),
        "elbows_ahead": Metric(arms.elbows_ahead, ("shoulder", "elbow")),
        "elbow_over_shoulder": Metric(arms.elbow_over_shoulder, ("shoulder", "elbow"), "turn"),
        "forearm_lean": Metric(arms.forearm_lean, ("elbow", "wrist"), "turn"),
        "forearm_tilt": Metric(arms.forearm_tilt, _FOREARMS, "turn"),
        "wrist_extension": Metric(arms.wrist_extension, ("elbow", "wrist", "hand"), "turn"),
        "shoulder_rise": Metric(arms.shoulder_rise, ("shoulder",), "end"),
        "hip_lift": Metric(posture.hip_lift, ("hip",)),
        "feet_moved": Metric(posture.feet_moved, ("ankle",)),
        "head_lift": Metric(posture.head_lift, ("ear",)),
        "knee_width_drop": Metric(sides.knee_width_drop, _KNEES, early=True),
        "knee_width": Metric(sides.knee_width, _KNEES, early=True),
        "stance_width": Metric(sides.stance_width, _STANCE, "start"),
        "hip_shift": Metric(sides.hip_shift, _HIPS),
        "bar_tilt": Metric(sides.bar_tilt),
        "left_end_lower": Metric(sides.left_end_lower),
        "left_end_late": Metric(sides.left_end_late),
        "side_lag": Metric(sides.side_lag, early=True),
    }
)
"""Every metric by the name that lift files use."""

DOUBT: Mapping[str, float] = MappingProxyType({"accurate": 1.0, "balanced": 1.7, "light": 2.2, "": 1.0})
"""How much wider the intervals of what is read off joints and not corrected are with a preset's network.

From the hip's error at the bottom of the rendered side squats: 13 and 11 degrees with the heavy network, 22
and 28 with the full one, 20 and 31 with the lite one. These are the measures that compare two moments of a
rep, or both sides of the body.
"""


def reading(name: str, take: Take, rep: Rep) -> Measure:
    """Compute one metric of a rep as it is read, uncorrected, unless a joint that it needs was hidden.

    Behind a plate the network goes on to guess: where its own confidence in a joint is below one half for
    most of the rep (or at the instant that the metric is about), nothing is measured.
    """
    metric = METRICS[name]
    if metric.at == "turn" and not rep.turn_seen:
        return Measure.none("", "the turn of the rep was not seen")
    hidden = [joint for joint in metric.joints if take.confidence(joint, rep, metric.at) < SURE]
    if hidden:
        words = ", ".join(joint.replace("_", " ") for joint in hidden)
        return Measure.none("", f"hidden: {words}")
    return metric.compute(take, rep)


def measure(name: str, take: Take, rep: Rep) -> Measure:
    """Compute one metric of a rep, with its doubt.

    By the fitted body where it tells; else as read off the keypoints, corrected for what is known to be wrong
    with it.
    """
    if METRICS[name].at != "turn" or rep.turn_seen:
        told = fitted.measure(name, take, rep)
        if told is not None:
            return told
    read = reading(name, take, rep)
    if name in CORRECTED:
        return correct(name, read, take)
    return read.widened(DOUBT[take.preset]) if METRICS[name].joints else read


def rep_metrics(take: Take, rep: Rep, names: tuple[str, ...]) -> dict[str, Measure]:
    """Compute the named metrics of a rep; the names are the keys of `METRICS`.

    What is measured in metres is not told in image heights as well.
    """
    told_twice = () if barbell.no_metres(take) else ("range", "mean_concentric_speed")
    return {name: measure(name, take, rep) for name in names if name not in told_twice}
