"""One rep against the others of its set: what is alike in all of them, scale and view, cancels."""

from collections.abc import Callable
from math import hypot

import numpy as np

from formcheck.metrics.barbell import no_forward, no_metres
from formcheck.metrics.measure import EDGE_S, Measure, Take, median
from formcheck.metrics.tempo import range_ih
from formcheck.reps import Rep

_FEWEST_OTHERS = 2
_ALONE = "it takes three whole reps"
_SHARE_SD = 0.02
"""A range in the picture against another one of the same take: twice 1 % (estimated)."""


def bottom_change(take: Take, rep: Rep) -> Measure:
    """How much higher the bar's lowest point is than in the typical rep of the set, in cm."""
    if no_metres(take):
        return Measure.none("cm", no_metres(take))
    return _against_others(take, rep, "cm", lambda one: _lowest_cm(take, one), _sd_cm(take))


def range_lost(take: Take, rep: Rep) -> Measure:
    """How much shorter the way of the bar is than in the typical rep of the set, in per cent of that."""
    own = range_ih(take, rep)
    if own.missing:
        return Measure.none("%", own.missing)
    typical = [range_ih(take, one).value for one in _others(take, rep)]
    if len(typical) < _FEWEST_OTHERS:
        return Measure.none("%", _ALONE)
    return Measure.of(100 * (1 - own.value / float(np.median(typical))), "%", 100 * _SHARE_SD)


def touch_change(take: Take, rep: Rep) -> Measure:
    """How far fore or aft of the typical rep of the set the bar touches the chest, in cm."""
    if no_forward(take):
        return Measure.none("cm", no_forward(take))
    curve = take.signals.values["bar_forward_m"]

    def touched_cm(one: Rep) -> float:
        return 100 * median(curve[take.span(one.turn_s - EDGE_S, one.turn_s + EDGE_S)])

    found = _against_others(take, rep, "cm", touched_cm, _sd_cm(take))
    if found.missing:
        return found
    half = (found.high - found.low) / 2
    return Measure(abs(found.value), "cm", abs(found.value) - half, abs(found.value) + half)


def floor_rest(take: Take, rep: Rep) -> Measure:
    """Seconds of real time for which the bar rests on the floor before a rep that follows another."""
    before = [one.end_s for one in take.reps if one.number == rep.number - 1]
    if not before:
        return Measure.none("s", "no rep before it")
    sd = hypot(1.0 / take.signals.rate_hz, 0.16) / take.slow_motion
    return Measure.of(max(rep.start_s - before[0], 0.0) / take.slow_motion, "s", sd)


def _others(take: Take, rep: Rep) -> list[Rep]:
    """The other whole reps of the set."""
    return [one for one in take.reps if one.number != rep.number and not one.partial]


def _against_others(take: Take, rep: Rep, unit: str, of: Callable[[Rep], float], sd: float) -> Measure:
    """A number of a rep less its median over the other reps."""
    values = np.array([of(one) for one in _others(take, rep)])
    known = values[np.isfinite(values)]
    if rep.partial or len(known) < _FEWEST_OTHERS:
        return Measure.none(unit, _ALONE)
    return Measure.of(of(rep) - float(np.median(known)), unit, sd)


def _lowest_cm(take: Take, rep: Rep) -> float:
    height = take.signals.values["bar_height_m"][take.span(rep.start_s, rep.end_s)]
    known = height[np.isfinite(height)]
    return 100 * float(known.min()) if len(known) else float("nan")


def _sd_cm(take: Take) -> float:
    """Of the difference of two places of the bar that are close to each other."""
    return 100 * hypot(2**0.5 * take.signals.bar_sd_m, 0.005)
