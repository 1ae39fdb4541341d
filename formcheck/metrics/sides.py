"""Left against right, seen from the front or the rear."""

import numpy as np

from formcheck.metrics.measure import EDGE_S, Measure, Take, median
from formcheck.reps import Rep


def knee_width_drop(take: Take, rep: Rep) -> Measure:
    """How much closer together the knees come on the way up than at the same height on the way down.

    Knee separation over ankle separation, the largest drop in per cent (the KASR of the fault table). The
    doubt is 8 points: a picture says little of the knee in space (limits of agreement of the projected angle
    -30 to +17 degrees, Straub and Powers 2022, PMC9718689).
    """
    knees = np.abs(take.points("left_knee")[:, 0] - take.points("right_knee")[:, 0])
    ankles = np.abs(take.points("left_ankle")[:, 0] - take.points("right_ankle")[:, 0])
    ratio = knees / np.where(ankles > 0.1 * take.signals.trunk_px, ankles, np.nan)
    height = -take.signals.bar_px[:, 1]
    down, up = take.span(rep.start_s, rep.turn_s), take.span(rep.turn_s, rep.end_s)
    order = np.argsort(height[down])
    good = np.isfinite(ratio[down][order]) & np.isfinite(height[down][order])
    if good.sum() < 5 or not np.isfinite(ratio[up]).any():
        return Measure.none("%", "both knees and ankles were not seen throughout")
    before = np.interp(height[up], height[down][order][good], ratio[down][order][good])
    drop = float(np.nanpercentile(100 * (1 - ratio[up] / before), 90))
    return Measure.of(drop, "%", 8.0)


def hip_shift(take: Take, rep: Rep) -> Measure:
    """Sideways shift of the hips over the feet at the turn against the start, in hip widths, in per cent."""
    hips = take.points("left_hip", "right_hip")[:, 0]
    ankles = take.points("left_ankle", "right_ankle")[:, 0]
    width = np.abs(take.points("left_hip")[:, 0] - take.points("right_hip")[:, 0])
    offset = hips - ankles
    start = median(offset[take.span(rep.start_s - 0.3, rep.start_s + 0.1)])
    at = median(offset[take.span(rep.turn_s - EDGE_S, rep.turn_s + EDGE_S)])
    return Measure.of(100 * abs(at - start) / float(np.nanmedian(width)), "%", 4.0)


def hand_tilt(take: Take, rep: Rep) -> Measure:
    """Largest tilt of the line through the wrists against its tilt at the start, in degrees."""
    left, right = take.points("left_wrist"), take.points("right_wrist")
    line = left - right
    tilt = np.degrees(np.arctan2(line[:, 1], np.abs(line[:, 0])))
    start = median(tilt[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    span = tilt[take.span(rep.start_s, rep.end_s)]
    if not np.isfinite(span - start).any():
        return Measure.none("deg", "both wrists were not seen")
    return Measure.of(float(np.nanpercentile(np.abs(span - start), 90)), "deg", 1.5)


def side_lag(take: Take, rep: Rep) -> Measure:
    """Difference in height of the two wrists at lockout against the start, in trunk lengths."""
    apart = take.points("left_wrist")[:, 1] - take.points("right_wrist")[:, 1]
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("trunk lengths", "the rep has no concentric phase")
    start = median(apart[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    press = apart[take.span(phase.start_s, phase.end_s)]
    if not np.isfinite(press - start).any():
        return Measure.none("trunk lengths", "both wrists were not seen")
    worst = float(np.nanpercentile(np.abs(press - start), 90)) / take.signals.trunk_px
    return Measure.of(worst, "trunk lengths", 0.04)
