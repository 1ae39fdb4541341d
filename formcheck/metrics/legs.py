"""What knees and hips do on the way down and up, by the fitted body's bones."""

from math import hypot

import numpy as np

from formcheck.metrics import fitted
from formcheck.metrics.fitted import NO_FIT
from formcheck.metrics.measure import EDGE_S, Measure, Take, median
from formcheck.pose import FloatArray
from formcheck.reps import Rep

_KNEE_SD_M = 0.01
"""How well a way of the fitted knee within a rep is known: 1.3 degrees of the shank (estimated)."""

_BEND_SD_DEG = 4.0
"""The same for a change of the fitted knee's flexion."""

_LATE = 0.25
_LEFT_THE_TURN_M, _LEFT_THE_FLOOR_M = 0.02, 0.01
_LEAST_ADVANCE_M = 0.03
_LOCKED_DEG = 10.0
_BEFORE_S = 0.5


def _knee_ahead(take: Take) -> FloatArray | None:
    """(T,) how far the knee is before the ankle in metres, if fitted."""
    lean = take.signals.values.get("fitted_shank_lean_deg")
    if lean is None or take.body is None:
        return None
    return np.asarray(take.body.lengths_m["shank"].value_m * np.sin(np.radians(lean)))


def knee_slide(take: Take, rep: Rep) -> Measure:
    """Share of the knee's way forward that falls into the last quarter of the way down, in per cent."""
    knee = _knee_ahead(take)
    if knee is None:
        return Measure.none("%", NO_FIT)
    span = take.span(rep.start_s, rep.turn_s)
    height, way = -take.signals.bar_px[span, 1], knee[span]
    if not np.isfinite(height).all() or not np.isfinite(way).any():
        return Measure.none("%", "bar or knee was not seen on the way down")
    late = np.flatnonzero(height <= height.min() + _LATE * np.ptp(height))
    advance = way[-1] - np.nanmin(way[: late[0] + 1])
    if not advance > _LEAST_ADVANCE_M:
        return Measure.none("%", "the knees hardly go forward")
    share = float((way[-1] - way[late[0]]) / advance)
    return Measure.of(100 * share, "%", 100 * 2**0.5 * _KNEE_SD_M / float(advance))


def knee_retreat(take: Take, rep: Rep) -> Measure:
    """How far the knees go back while the bar leaves the lowest 2 cm, in cm."""
    knee, height = _knee_ahead(take), take.signals.values.get("bar_height_m")
    if knee is None or height is None:
        return Measure.none("cm", NO_FIT if knee is None else "it takes a plate that is followed")
    start, stop = take.at(rep.turn_s), take.at(rep.end_s)
    risen = np.flatnonzero(height[start : stop + 1] >= height[start] + _LEFT_THE_TURN_M)
    if not len(risen):
        return Measure.none("cm", "the bar was not seen to rise")
    back = knee[start] - knee[start + int(risen[0])]
    return Measure.of(100 * float(back), "cm", 100 * _KNEE_SD_M)


def knee_rebend(take: Take, rep: Rep) -> Measure:
    """How far the knees bend again in the second half of the way up, in degrees."""
    knee, phase = take.signals.values.get("fitted_knee_flexion_deg"), rep.phase("concentric")
    if knee is None or phase is None:
        return Measure.none("deg", NO_FIT if knee is None else "the rep has no concentric phase")
    late = knee[take.span(phase.start_s + phase.duration_s / 2, phase.end_s)]
    if not np.isfinite(late).all():
        return Measure.none("deg", "the knee was not seen throughout")
    again = float(np.max(late - np.minimum.accumulate(late)))
    return Measure.of(again, "deg", _BEND_SD_DEG)


def hips_at_knee_lock(take: Take, rep: Rep) -> Measure:
    """How much more the hips are flexed than at lockout when the knees come within 10 degrees of straight.

    The doubt has the way that the hips go while the knees go by their own. Knees that never come that far
    either do not lock, or are not where the fit has them: nothing is told.
    """
    knee, hip = (take.signals.values.get(f"fitted_{name}_flexion_deg") for name in ("knee", "hip"))
    phase = rep.phase("concentric")
    if knee is None or hip is None or phase is None:
        return Measure.none("deg", NO_FIT if phase else "the rep has no concentric phase")
    span = take.span(phase.start_s, phase.end_s)
    locked = take.span(phase.end_s - EDGE_S, phase.end_s + EDGE_S)
    bent = knee[span]
    asked = (_LOCKED_DEG + _BEND_SD_DEG, _LOCKED_DEG, _LOCKED_DEG - _BEND_SD_DEG)
    if not np.isfinite(bent).all() or not (bent <= asked[-1]).any():
        return Measure.none("deg", "the knees were not seen to straighten")
    early, then, late = (float(hip[span][np.flatnonzero(bent <= deg)[0]]) for deg in asked)
    sd = hypot(_BEND_SD_DEG, (early - late) / 2)
    return Measure.of(then - median(hip[locked]), "deg", sd)


def hip_rise_early(take: Take, rep: Rep) -> Measure:
    """How far the hips have risen when the bar is 1 cm off the floor, in cm.

    From their lowest point in the half second before the pull.
    """
    found, height = fitted.heights(take), take.signals.values.get("bar_height_m")
    if found is None or height is None or take.body is None:
        return Measure.none("cm", NO_FIT if found is None else "it takes a plate that is followed")
    start, stop = take.at(rep.start_s), take.at(rep.turn_s)
    off = np.flatnonzero(height[start : stop + 1] >= height[start] + _LEFT_THE_FLOOR_M)
    hip = found[0] * take.body.lengths_m["trunk"].value_m
    before = hip[take.span(rep.start_s - _BEFORE_S, rep.start_s)]
    if not len(off) or not np.isfinite(before).any():
        return Measure.none("cm", "the hips were not seen before the pull")
    rise = hip[start + int(off[0])] - np.nanmin(before)
    sd = fitted.HEIGHT_SD * take.body.lengths_m["trunk"].value_m * 2**0.5
    return Measure.of(100 * float(rise), "cm", 100 * sd)
