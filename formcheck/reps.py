"""Reps: where each one starts, turns and ends, and its phases.

A rep is one trip of the bar: down and up (squat, bench press) or up and down (deadlift). Set-up, unrack,
re-rack and walking are no reps: they are too short a way, or the body is not in the lift's posture, which
is judged by the lift (`formcheck.lifts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.signal import find_peaks

from formcheck.pose import FloatArray
from formcheck.signals import true_runs

Start = Literal["top", "bottom"]
PhaseName = Literal["eccentric", "pause", "concentric", "sticking_region"]

_STILL_SHARE = 0.08
_STILL_S = 0.12
_EDGE_SHARE = 0.25
_HALF_TRIP = 0.55
_LIKE_THE_OTHERS = 0.5
_LONGEST_HOLD_S = 2.5
_STICKING_PROMINENCE = 0.12


@dataclass(frozen=True, slots=True)
class Phase:
    """A named span of a rep, in seconds of the video."""

    name: PhaseName
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep.

    Attributes
    ----------
    number
        From 1.
    start_s, turn_s, end_s
        Seconds of the video. `turn_s` is the lowest point of a squat or bench press and the lockout of a
        deadlift.
    phases
        `eccentric`, `pause` (at the turn), `concentric` in the order of the lift, then `sticking_region`
        where there is one.
    height_range
        How far the bar went between its lowest and highest point, in the unit of the height given.
    partial
        Whether the video shows only a part of it (cut off at the start or the end).
    """

    number: int
    start_s: float
    turn_s: float
    end_s: float
    phases: tuple[Phase, ...]
    height_range: float
    partial: bool = False

    def phase(self, name: PhaseName) -> Phase | None:
        """The phase of that name, if the rep has it."""
        return next((phase for phase in self.phases if phase.name == name), None)


@dataclass(frozen=True, slots=True)
class _Trip:
    """Indices of one way out and back, and how far each went."""

    start: int
    turn: int
    end: int
    out: float
    back: float

    @property
    def whole(self) -> bool:
        return min(self.out, self.back) >= _HALF_TRIP * max(self.out, self.back)


def find_reps(
    time_s: FloatArray, height: FloatArray, *, starts: Start, smallest_range: float
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

    Returns
    -------
    Reps in order. Of the ways that are far enough, those under half the set's usual range are dropped:
    unracking is no rep. Only the first and the last can be partial.
    """
    level = height if starts == "top" else -height
    trips: list[_Trip] = []
    for start, stop in _bridged_runs(time_s, height):
        trips += _trips(level[start:stop], start, smallest_range)
    usual = _usual_range(trips)
    kept = [trip for trip in trips if max(trip.out, trip.back) >= _LIKE_THE_OTHERS * usual]
    reps = [_rep(time_s, level, trip, starts) for trip in kept if _counts(trip, time_s, usual)]
    return tuple(replace(rep, number=number) for number, rep in enumerate(reps, 1))


def _bridged_runs(time_s: FloatArray, height: FloatArray) -> list[tuple[int, int]]:
    """Spans with a known height that are long enough to hold a rep."""
    return [
        (start, stop)
        for start, stop in true_runs(np.isfinite(height))
        if time_s[stop - 1] - time_s[start] > 0.5
    ]


def _trips(level: FloatArray, offset: int, smallest_range: float) -> list[_Trip]:
    """Ways from a high to a low and back, by a zigzag that ignores swings under the smallest range."""
    turns = _zigzag(level, 0.7 * smallest_range)
    trips = []
    for position, (index, low) in enumerate(turns):
        if position == 0 or position == len(turns) - 1:
            continue
        (before, high), (after, next_high) = turns[position - 1], turns[position + 1]
        out, back = float(level[high] - level[low]), float(level[next_high] - level[low])
        if index == before or index == after or level[low] >= level[high]:
            continue
        if max(out, back) >= smallest_range:
            trips.append(_Trip(high + offset, low + offset, next_high + offset, out, back))
    return trips


def _zigzag(level: FloatArray, least: float) -> list[tuple[int, int]]:
    """Alternating turning points as (kind, index), kind 1 for a high and -1 for a low.

    The first and the last sample end the first and the last way.
    """
    turns: list[tuple[int, int]] = []
    high = low = 0
    direction = 0
    for index in range(1, len(level)):
        if direction >= 0 and level[index] > level[high]:
            high = index
        if direction <= 0 and level[index] < level[low]:
            low = index
        if direction >= 0 and level[high] - level[index] >= least and (direction or high >= low):
            turns.append((1, high))
            direction, low = -1, index
        elif direction <= 0 and level[index] - level[low] >= least:
            turns.append((-1, low))
            direction, high = 1, index
    if direction:
        turns.append((1, high) if direction > 0 else (-1, low))
    if turns and turns[0][0] == -1:
        turns.insert(0, (1, int(np.argmax(level[: turns[0][1] + 1]))))
    return turns


def _usual_range(trips: Sequence[_Trip]) -> float:
    """The range of the set's larger reps."""
    whole = [min(trip.out, trip.back) for trip in trips if trip.whole]
    return float(np.percentile(whole, 75)) if whole else 0.0


def _counts(trip: _Trip, time_s: FloatArray, usual: float) -> bool:
    """Whether a way is a rep: whole, or plainly the part of one that the video shows."""
    if trip.whole:
        return min(trip.out, trip.back) >= _LIKE_THE_OTHERS * usual
    at_edge = trip.start == 0 if trip.out < trip.back else trip.end >= len(time_s) - 1
    return at_edge and max(trip.out, trip.back) >= 0.8 * usual


def _rep(time_s: FloatArray, level: FloatArray, trip: _Trip, starts: Start) -> Rep:
    """Times and phases of a way whose turn is its lowest level."""
    speed = np.gradient(level, time_s)
    out_still = _STILL_SHARE * float(np.max(np.abs(speed[trip.start : trip.turn + 1]), initial=0.0))
    back_still = _STILL_SHARE * float(np.max(np.abs(speed[trip.turn : trip.end + 1]), initial=0.0))
    hold = max(int(round(_STILL_S / (time_s[1] - time_s[0]))), 1)
    start = _rest(level, speed, trip.turn, trip.start, trip.out, out_still, hold)
    end = _rest(level, speed, trip.turn, trip.end, trip.back, back_still, hold)
    low = level[trip.turn]
    first = _leaves(level, trip.turn, start, low + 0.04 * trip.out)
    last = _leaves(level, trip.turn, end, low + 0.04 * trip.back)
    turn = trip.turn if starts == "top" else first
    out_name: PhaseName = "eccentric" if starts == "top" else "concentric"
    back_name: PhaseName = "concentric" if starts == "top" else "eccentric"
    phases = [
        Phase(out_name, float(time_s[start]), float(time_s[first])),
        Phase("pause", float(time_s[first]), float(time_s[last])),
        Phase(back_name, float(time_s[last]), float(time_s[end])),
    ]
    span = (start, first) if out_name == "concentric" else (last, end)
    sticking = _sticking(time_s, np.abs(speed), *span)
    return Rep(
        number=0,
        start_s=float(time_s[start]),
        turn_s=float(time_s[turn]),
        end_s=float(time_s[end]),
        phases=(*phases, sticking) if sticking else tuple(phases),
        height_range=max(trip.out, trip.back),
        partial=not trip.whole,
    )


def _rest(
    level: FloatArray,
    speed: FloatArray,
    turn: int,
    limit: int,
    way: float,
    still: float,
    hold: int,
) -> int:
    """Walk from the turn toward `limit`: the sample where the bar has come to rest near the top."""
    step = 1 if limit > turn else -1
    slow = 0
    for index in range(turn, limit + step, step):
        near_top = level[index] >= level[limit] - _EDGE_SHARE * way
        slow = slow + 1 if near_top and abs(speed[index]) < still else 0
        if slow >= hold:
            return index - step * (hold - 1)
    return limit


def _leaves(level: FloatArray, turn: int, limit: int, bound: float) -> int:
    """Walk from the turn toward `limit`: the last sample before the bar leaves its lowest level."""
    step = 1 if limit > turn else -1
    for index in range(turn, limit + step, step):
        if level[index] > bound:
            return index - step if index != turn else turn
    return limit


def _sticking(time_s: FloatArray, speed: FloatArray, start: int, end: int) -> Phase | None:
    """First speed peak to the following minimum, where a second peak follows.

    The sticking region of van den Tillaar and Saeterbakken (2013, doi 10.1519/JSC.0000000000001178); a dip
    must be deeper than 12 % of the peak speed to stand out of the noise of a video (an estimate).
    """
    part = speed[start : end + 1]
    if len(part) < 5:
        return None
    prominence = _STICKING_PROMINENCE * float(part.max())
    peaks, _ = find_peaks(part, prominence=prominence)
    if len(peaks) < 2:
        return None
    dip = int(peaks[0] + np.argmin(part[peaks[0] : peaks[1] + 1]))
    return Phase("sticking_region", float(time_s[start + peaks[0]]), float(time_s[start + dip]))
