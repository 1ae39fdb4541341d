"""Reps: where each one starts, turns and ends, and its phases.

A rep is one trip of the bar: down and up (squat, bench press) or up and down (deadlift). Set-up, unrack,
re-rack and walking are no reps: they are too short a way, or the body is not in the lift's posture, which
is judged by the lift (`formcheck.lifts`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from formcheck.pose import FloatArray
from formcheck.reps.rep import Phase, PhaseName, Rep, Start
from formcheck.reps.times import STILL_MPS, BarSpeed, timed_rep
from formcheck.reps.trips import Trip, find_trips
from formcheck.signals import true_runs

__all__ = ["STILL_MPS", "BarSpeed", "Phase", "PhaseName", "Rep", "Start", "find_reps"]

_SWING_SHARE = 0.7
_STALL_SHARE = 0.35
_ALMOST = 0.8
_SHORTEST_RUN_S = 0.5
_SHORTEST_HOLD_S = 0.2
_LIKE_THE_OTHERS = 0.5
_LONGEST_HOLD_S = 2.5


def find_reps(
    time_s: FloatArray,
    height: FloatArray,
    *,
    starts: Start,
    smallest_range: float,
    shortest_s: float = 0.0,
    bar: BarSpeed | None = None,
    fits: Callable[[Rep], bool] = lambda _: True,
) -> tuple[Rep, ...]:
    """Find the reps in the bar's height.

    Parameters
    ----------
    time_s
        (T,) uniform seconds.
    height
        (T,) height, up positive, in any unit (trunk lengths, metres); NaN where unknown.
    starts
        Whether a rep starts at the top (squat, bench press) or at the bottom (deadlift).
    smallest_range
        Least way of the bar that counts, in the unit of `height`.
    shortest_s
        Least time of a rep, or of what is seen of it: quicker ups and downs are jumps, steps or a waving
        hand.
    bar
        Its speed in metres a second, where it is known: then that says when the bar rests.
    fits
        Whether a candidate is of the lift at all; what is not does not say how far a rep goes.

    Returns
    -------
    Reps in order. Of the ways that are far enough, those under half the set's usual range are dropped:
    unracking is no rep. A rep that the video or a long gap cuts is partial, and counts only with its
    concentric phase: a lone way down is bending to the bar or putting it back. A deadlift that the video
    cuts before any lowering counts only where it is the only one: after others it is straightening up
    without the bar.
    """
    level = height if starts == "top" else -height

    def candidates(least: float) -> list[Rep]:
        trips = [
            trip
            for start, stop in _long_runs(time_s, height)
            for trip in find_trips(level[start:stop], start, smallest_range, least)
            if trip.whole or _lifted(trip, time_s, stop - 1, starts)
        ]
        if len(trips) > 1:
            trips = [trip for trip in trips if trip.returns]
        return [rep for rep in (timed_rep(time_s, level, trip, starts, bar) for trip in trips) if fits(rep)]

    usual = _usual_range(candidates(_SWING_SHARE * smallest_range))
    reps = [
        rep
        for rep in candidates(max(_SWING_SHARE * smallest_range, _STALL_SHARE * usual))
        if rep.height_range >= (_ALMOST if rep.partial else _LIKE_THE_OTHERS) * usual
        and rep.end_s - rep.start_s >= shortest_s
    ]
    return tuple(replace(rep, number=number) for number, rep in enumerate(reps, 1))


def _long_runs(time_s: FloatArray, height: FloatArray) -> list[tuple[int, int]]:
    """Spans with a known height that are long enough to hold a rep."""
    runs = true_runs(np.isfinite(height))
    return [(a, b) for a, b in runs if time_s[b - 1] - time_s[a] > _SHORTEST_RUN_S]


def _lifted(trip: Trip, time_s: FloatArray, last: int, starts: Start) -> bool:
    """Whether the video's edge leaves the lifting half of a rep.

    A deadlift must have come to its lockout, and be held no longer than a lockout is: who goes on standing
    has put the bar down and straightened up.
    """
    if not trip.cut:
        return False
    if starts == "top":
        return trip.back > trip.out
    held_s = float(time_s[last] - time_s[trip.turn])
    return trip.out > trip.back and _SHORTEST_HOLD_S <= held_s <= _LONGEST_HOLD_S


def _usual_range(reps: Sequence[Rep]) -> float:
    """The range of the set's larger whole reps."""
    whole = [rep.height_range for rep in reps if not rep.partial]
    return float(np.percentile(whole, 90)) if whole else 0.0
