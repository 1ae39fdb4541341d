"""What the arms do around the bar."""

from math import hypot

import numpy as np

from formcheck.metrics.measure import EDGE_S, Measure, Take, median, scatter
from formcheck.pose import FloatArray
from formcheck.reps import Rep
from formcheck.signals import flexion_deg, lean_deg

_HIDDEN = "the plate hides the wrist"

_BEHIND_PLATES_SD_DEG = 16.0
"""Direction of a forearm in the picture from the side: on rendered bench presses the elbow's angle, which is
that of two bones, is read 24 degrees off."""

_FOREARM_SD_DEG = 8.0
"""From the foot's end, where no plate hides it: 3 cm at either end of 26 cm (estimated)."""

_HAND_SD_DEG = 20.0
"""A hand is 8 cm long, and its keypoint a knuckle that the bar hides (estimated)."""


def _at(take: Take, time_s: float) -> slice:
    return take.span(time_s - EDGE_S, time_s + EDGE_S)


def _forward(take: Take) -> float:
    return -1.0 if take.view.facing == "left" else 1.0


def forearm_lean(take: Take, rep: Rep) -> Measure:
    """Lean of the near forearm from the vertical at the turn, from the side; wrist to the feet positive."""
    if take.behind_plate("wrist", rep.turn_s):
        return Measure.none("deg", _HIDDEN)
    lean = lean_deg(take.near("elbow"), take.near("wrist"), _forward(take))
    return Measure.of(median(lean[_at(take, rep.turn_s)]), "deg", _BEHIND_PLATES_SD_DEG)


def forearm_tilt(take: Take, rep: Rep) -> Measure:
    """Lean of the forearms from the vertical at the turn, from front or rear; wrists wide positive.

    The mean of both sides, so that a camera that is held askew does not matter.
    """
    leans = []
    for side in ("left", "right"):
        elbow, wrist = take.points(f"{side}_elbow"), take.points(f"{side}_wrist")
        outward = np.sign(elbow[:, 0] - take.points("left_shoulder", "right_shoulder")[:, 0])
        leans.append(median((lean_deg(elbow, wrist, 1.0) * outward)[_at(take, rep.turn_s)]))
    return Measure.of(float(np.mean(leans)), "deg", _FOREARM_SD_DEG / 2**0.5)


def wrist_extension(take: Take, rep: Rep) -> Measure:
    """Angle of the near hand with its forearm at the turn, 0 straight."""
    if take.behind_plate("wrist", rep.turn_s):
        return Measure.none("deg", _HIDDEN)
    bent = flexion_deg(take.near("elbow"), take.near("wrist"), take.near("hand"))
    return Measure.of(median(bent[_at(take, rep.turn_s)]), "deg", _HAND_SD_DEG)


def elbow_height(take: Take, rep: Rep) -> Measure:
    """Height of the near elbow over the shoulder at the turn in upper arms: 0 is a level upper arm."""
    up = (take.near("shoulder") - take.near("elbow"))[:, 1]
    long = np.linalg.norm(take.near("shoulder") - take.near("elbow"), axis=1)
    arm = float(np.nanpercentile(long, 90)) if np.isfinite(long).any() else float("nan")
    return Measure.of(median(up[_at(take, rep.turn_s)]) / arm, "upper arms", 0.1)


def elbow_over_shoulder(take: Take, rep: Rep) -> Measure:
    """Height of the near elbow over the shoulder at the turn, in trunk lengths."""
    up = (take.near("shoulder") - take.near("elbow"))[:, 1] / take.signals.trunk_px
    return Measure.of(median(up[_at(take, rep.turn_s)]), "trunk lengths", 2**0.5 * take.pixel_sd)


def elbows_ahead(take: Take, rep: Rep) -> Measure:
    """How far the near elbow is before the shoulder during a rep, in trunk lengths.

    From the side, 0.2 at most in rendered and filmed back squats; a level upper arm is 0.5 to 0.6.
    """
    ahead = (take.near("elbow") - take.near("shoulder"))[:, 0] * _forward(take) / take.signals.trunk_px
    return Measure.of(median(ahead[take.span(rep.start_s, rep.end_s)]), "trunk lengths", 0.1)


def elbow_snap(take: Take, rep: Rep) -> Measure:
    """How much the near elbow straightens while the bar leaves the floor, in degrees: a jerk on the bar."""
    elbow = take.signals.values["elbow_flexion_deg"]
    before = elbow[take.span(rep.start_s - 2 * EDGE_S, rep.start_s)]
    after = elbow[take.span(rep.start_s + EDGE_S, rep.start_s + 3 * EDGE_S)]
    sd = hypot(5.0, _known(scatter(before)), _known(scatter(after)))
    return Measure.of(median(before) - median(after), "deg", sd)


def shoulder_rise(take: Take, rep: Rep) -> Measure:
    """How far the near shoulder is higher at the end of a rep than at its start, in trunk lengths."""
    height: FloatArray = -take.near("shoulder")[:, 1] / take.signals.trunk_px
    first, last = (median(height[_at(take, at_s)]) for at_s in (rep.start_s, rep.end_s))
    return Measure.of(last - first, "trunk lengths", 2**0.5 * take.pixel_sd)


def _known(value: float) -> float:
    return value if np.isfinite(value) else 0.0
