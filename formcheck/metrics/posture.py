"""What the body does, seen from the side."""

from math import hypot

import numpy as np

from formcheck.metrics import fitted
from formcheck.metrics.measure import EDGE_S, Z90, Compute, Instant, Measure, Take, median, scatter
from formcheck.pose import FloatArray
from formcheck.reps import Rep
from formcheck.skeleton import SIDES

_EAR_SD = 0.07
"""Rise of the ear on rendered tuning bodies whose heads stay down, in trunk lengths (root mean square)."""

_STANDING = 0.1
"""An ankle that scatters by more, in trunk lengths in a third of a rep, is guessed: 0.04 when rendered."""

_BEFORE_S = 0.1
_RISING_S = 0.5
"""So long before the bar the hips may turn."""

_SMOOTHED = 0.4

_BRIEFLY_SD = 0.013
"""How well the rise of a joint in sight within half a second is known, in trunk lengths: 0.010 on rendered
tuning bodies, a third more for new ones."""


def angle(name: str, instant: Instant) -> Compute:
    """Make the reading of an angle at the start, turn or end of a rep: its projection on the picture.

    A bare reading: what it is wrong by is in the table of corrections.
    """

    def compute(take: Take, rep: Rep) -> Measure:
        return Measure.of(take.around(f"{name}_deg", getattr(rep, f"{instant}_s")), "deg", 0.0)

    return compute


def depth(take: Take, rep: Rep) -> Measure:
    """Hip below knee at the bottom in thigh lengths: (knee height - hip height) / thigh, y up.

    The depth index of the fault table: 0 is a level line through the joint centres; the crease of the hip
    lies further above its joint than the top of the knee above its own, so a legal squat starts near 0.08.
    A bare reading, of keypoints: what it is wrong by is in the table of corrections.
    """
    if fitted.no_depth(take):
        return Measure.none("thigh lengths", fitted.no_depth(take))
    at = take.at(rep.turn_s)
    hip, knee = take.near("hip"), take.near("knee")
    thigh = np.linalg.norm(hip - knee, axis=1)
    if not np.isfinite(thigh[at]):
        return Measure.none("thigh lengths", "hip or knee was not seen at the bottom")
    below = float(hip[at, 1] - knee[at, 1]) / float(np.nanpercentile(thigh, 90))
    return Measure.of(below, "thigh lengths", 0.0)


def trunk_rise(take: Take, rep: Rep) -> Measure:
    """How much farther the trunk leans early in the concentric phase than where that phase began."""
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("deg", "the rep has no concentric phase")
    lean = take.angle("trunk_lean_deg")
    first = lean[take.at(phase.start_s)]
    early = lean[take.span(phase.start_s, phase.start_s + 0.6 * phase.duration_s)]
    if not np.isfinite(early).any():
        return Measure.none("deg", "the trunk was not seen")
    return Measure.of(float(np.nanmax(early) - first), "deg", 3.0)


def hip_shoulder_ratio(take: Take, rep: Rep) -> Measure:
    """How much faster the hips rise than the shoulders in the first third of the concentric phase.

    From where the hips are lowest, and from a tenth of a second before the bar leaves the floor, where it
    does: hips that shoot up are first, and while they rise the bar may still sink.
    A bar that comes from the floor hides neither hips nor shoulders: there the keypoints tell it, to 0.03 on
    rendered tuning bodies where the fit, which smooths a quick tip of the trunk, was 0.3 off. A bar on the
    back hides the shoulders: there the fit does, and as it smooths away up to two fifths, the interval
    reaches up so far.
    """
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("", "the rep has no concentric phase")
    lifted = take.starts == "bottom"
    found = None if lifted else fitted.heights(take)
    hip, shoulder = found or (-take.near(name)[:, 1] / take.signals.trunk_px for name in ("hip", "shoulder"))
    start = take.at(phase.start_s - (_BEFORE_S if lifted else 0.0))
    if found:
        before = take.span(max(rep.start_s, phase.start_s - _RISING_S), phase.start_s)
        if np.isfinite(hip[before]).any():
            start = before.start + int(np.nanargmin(hip[before]))
    height = -take.signals.bar_px[:, 1]
    stop = take.at(phase.end_s)
    third = height[start] + 0.35 * (height[stop] - height[start])
    beyond = np.flatnonzero(height[start : stop + 1] >= third)
    if not len(beyond):
        return Measure.none("", "the hands were not seen")
    then = start + int(beyond[0])
    hips, shoulders = hip[then] - hip[start], shoulder[then] - shoulder[start]
    if not np.isfinite(hips + shoulders):
        return Measure.none("", "hips or shoulders were not seen")
    if shoulders <= 0.05:
        return Measure.none("", "the shoulders hardly rose")
    joint_sd = _BRIEFLY_SD if lifted else fitted.HEIGHT_SD if found else take.pixel_sd
    sd = joint_sd * 2**0.5 * hypot(1.0, hips / shoulders) / shoulders
    ratio = float(hips / shoulders)
    more = _SMOOTHED * max(ratio - 1, 0.0) if found else 0.0
    return Measure(ratio, "", ratio - Z90 * sd, ratio + Z90 * hypot(sd, more))


def trunk_fold(take: Take, rep: Rep) -> Measure:
    """Lean that the trunk gains in the last tenth of the way down."""
    lean = take.angle("trunk_lean_deg")
    down = take.span(rep.start_s, rep.turn_s)
    height = -take.signals.bar_px[down, 1]
    if not np.isfinite(height).any():
        return Measure.none("deg", "the hands were not seen")
    low, high = np.nanmin(height), np.nanmax(height)
    late = np.flatnonzero(height <= low + 0.1 * (high - low))
    around = take.span(rep.turn_s - EDGE_S, rep.turn_s + EDGE_S)
    return Measure.of(median(lean[around]) - lean[down][late[0]], "deg", 3.0)


def heel_rise(take: Take, rep: Rep) -> Measure:
    """How far the near heel leaves the floor around the turn, in foot lengths, less what the toe moves."""
    heel, toe = take.near("heel"), take.near("toe")
    foot = np.linalg.norm(heel - toe, axis=1)
    over = (toe - heel)[:, 1]
    start = median(over[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    low = take.span((rep.start_s + 2 * rep.turn_s) / 3, (2 * rep.turn_s + rep.end_s) / 3)
    if not np.isfinite(over[low]).any():
        return Measure.none("foot lengths", "the foot was not seen")
    length = float(np.nanpercentile(foot, 90))
    sd = hypot(0.08, scatter(over[low]) / length)
    return Measure.of((median(over[low]) - start) / length, "foot lengths", sd)


def elbow_bend(take: Take, rep: Rep) -> Measure:
    """Flexion of the near elbow in the concentric phase: its typical value."""
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("deg", "the rep has no concentric phase")
    elbow = take.signals.values["elbow_flexion_deg"][take.span(phase.start_s, phase.end_s)]
    return Measure.of(median(elbow), "deg", 8.0)


def hip_lift(take: Take, rep: Rep) -> Measure:
    """How far the near hip rises between the start of the press and lockout, in trunk lengths."""
    hips = -take.near("hip")[:, 1] / take.signals.trunk_px
    start = median(hips[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    phase = rep.phase("concentric")
    if phase is None or not np.isfinite(start):
        return Measure.none("trunk lengths", "the hip was not seen")
    press = hips[take.span(phase.start_s, phase.end_s)]
    return Measure.of(median(press) - start, "trunk lengths", 0.03)


def feet_moved(take: Take, rep: Rep) -> Measure:
    """How far an ankle stands from where the near one stood: end of the rep against its start, trunk lengths.

    Of both ankles at the end the closer one counts: left and right may have been exchanged. A foot behind a
    post is guessed: where the network itself doubts it, nothing is read, and the scatter around either place
    is part of the doubt.
    """
    third = (rep.end_s - rep.start_s) / 3
    ankle, late = take.seen("ankle"), take.span(rep.end_s - third, rep.end_s)
    first = ankle[take.span(rep.start_s, rep.start_s + third)]
    moved, spread = _stepped(first, ankle[late])
    if np.isfinite(moved):
        ends = [_stepped(first, take.points(f"{side}_ankle")[late]) for side in SIDES]
        moved, spread = min([(moved, spread), *(end for end in ends if np.isfinite(end[0]))])
    moved, spread = moved / take.signals.trunk_px, spread / take.signals.trunk_px
    if spread > _STANDING:
        return Measure.none("trunk lengths", "the feet are not seen well enough: they seem to jump about")
    return Measure.of(moved, "trunk lengths", hypot(0.04, spread))


def _stepped(first: FloatArray, last: FloatArray) -> tuple[float, float]:
    """How far apart two places are, (n, 2) each, and how much they scatter; NaN where one is never seen."""
    moved = [median(last[:, axis]) - median(first[:, axis]) for axis in (0, 1)]
    return hypot(*moved), max(scatter(part[:, axis]) for part in (first, last) for axis in (0, 1))


def head_lift(take: Take, rep: Rep) -> Measure:
    """How far the near ear rises during the rep, in trunk lengths."""
    height = -take.near("ear")[:, 1] / take.signals.trunk_px
    ear = height[take.span(rep.start_s, rep.end_s)]
    if not np.isfinite(ear).any():
        return Measure.none("trunk lengths", "the head was not seen")
    start = median(height[take.span(rep.start_s - EDGE_S, rep.start_s + EDGE_S)])
    return Measure.of(float(np.nanpercentile(ear, 90)) - start, "trunk lengths", _EAR_SD)
