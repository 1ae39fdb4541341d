"""Reps: where each one starts, turns and ends, and its phases.

A rep is one trip of the bar: down and up (squat, bench press) or up and down (deadlift). Set-up, unrack,
re-rack and walking are no reps: they are too short a way, or the body is not in the lift's posture, which
is judged by the lift (`formcheck.lifts`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.signal import find_peaks

from formcheck.pose import FloatArray
from formcheck.signals import true_runs

Start = Literal["top", "bottom"]
PhaseName = Literal["eccentric", "pause", "concentric", "sticking_region"]

_STILL_SHARE = 0.10
_STILL_S = 0.12
_EDGE_SHARE = 0.25
_LEAD = 0.25
_HALF_TRIP = 0.55
_SWING_SHARE = 0.7
_STALL_SHARE = 0.35
_ALMOST = 0.8
_BEGUN = 0.1
_SHORTEST_RUN_S = 0.5
_SHORTEST_HOLD_S = 0.2
_LIKE_THE_OTHERS = 0.5
_LONGEST_HOLD_S = 2.5
_STICKING_PROMINENCE = 0.2
_STICKING_S = 0.15


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
        How far the bar went, in the unit of the height given: of the ways out and back the shorter one,
        or the one that a partial rep shows.
    partial
        Whether only a part of it was seen: cut off by the video's start or end, or hidden.
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
    """Indices of one way out and back, how far each went, and whether the video's edge cuts the shorter."""

    start: int
    turn: int
    end: int
    out: float
    back: float
    cut: bool

    @property
    def returns(self) -> bool:
        """Whether the way back has at least begun."""
        return self.back >= _BEGUN * self.out

    @property
    def whole(self) -> bool:
        """Whether both ways are about as long."""
        return min(self.out, self.back) >= _HALF_TRIP * max(self.out, self.back)


def find_reps(
    time_s: FloatArray,
    height: FloatArray,
    *,
    starts: Start,
    smallest_range: float,
    shortest_s: float = 0.0,
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
        Least time of a whole rep: quicker ups and downs are jumps, steps or a waving hand.
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
            for trip in _trips(level[start:stop], start, smallest_range, least)
            if trip.whole or _lifted(trip, time_s, stop - 1, starts)
        ]
        if len(trips) > 1:
            trips = [trip for trip in trips if trip.returns]
        return [rep for rep in (_rep(time_s, level, trip, starts) for trip in trips) if fits(rep)]

    usual = _usual_range(candidates(_SWING_SHARE * smallest_range))
    reps = [
        rep
        for rep in candidates(max(_SWING_SHARE * smallest_range, _STALL_SHARE * usual))
        if rep.height_range >= (_ALMOST if rep.partial else _LIKE_THE_OTHERS) * usual
        and (rep.partial or rep.end_s - rep.start_s >= shortest_s)
    ]
    return tuple(replace(rep, number=number) for number, rep in enumerate(reps, 1))


def _long_runs(time_s: FloatArray, height: FloatArray) -> list[tuple[int, int]]:
    """Spans with a known height that are long enough to hold a rep."""
    runs = true_runs(np.isfinite(height))
    return [(a, b) for a, b in runs if time_s[b - 1] - time_s[a] > _SHORTEST_RUN_S]


def _trips(level: FloatArray, offset: int, smallest_range: float, least: float) -> list[_Trip]:
    """Ways from a high to a low and back, by a zigzag that ignores swings under `least`."""
    turns = _zigzag(level, least)
    trips = []
    for low in range(1, len(turns) - 1, 2):
        start, turn, end = turns[low - 1], turns[low], turns[low + 1]
        out, back = float(level[start] - level[turn]), float(level[end] - level[turn])
        cut = low == 1 if out < back else low == len(turns) - 2
        if max(out, back) >= smallest_range:
            trips.append(_Trip(start + offset, turn + offset, end + offset, out, back, cut))
    return trips


def _lifted(trip: _Trip, time_s: FloatArray, last: int, starts: Start) -> bool:
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


def _zigzag(level: FloatArray, least: float) -> list[int]:
    """Indices of alternating highs and lows, a high first and last; swings under `least` are ignored.

    Where the curve starts or ends at a low, its highest sample before or after it closes the way.
    """
    turns: list[int] = []
    high = low = 0
    direction = 0
    for index in range(1, len(level)):
        if direction >= 0 and level[index] > level[high]:
            high = index
        if direction <= 0 and level[index] < level[low]:
            low = index
        if direction >= 0 and level[high] - level[index] >= least and (direction or high >= low):
            turns.append(high)
            direction, low = -1, index
        elif direction <= 0 and level[index] - level[low] >= least:
            if not turns:
                turns.append(int(np.argmax(level[: low + 1])))
            turns.append(low)
            direction, high = 1, index
    if direction > 0:
        turns.append(high)
    elif direction < 0:
        turns += [low, low + int(np.argmax(level[low:]))]
    return turns


def _usual_range(reps: Sequence[Rep]) -> float:
    """The range of the set's larger whole reps."""
    whole = [rep.height_range for rep in reps if not rep.partial]
    return float(np.percentile(whole, 90)) if whole else 0.0


def _rep(time_s: FloatArray, level: FloatArray, trip: _Trip, starts: Start) -> Rep:
    """Times and phases of a way whose turn is its lowest level."""
    speed = np.abs(np.gradient(level, time_s))
    hold = max(round(_STILL_S / (time_s[1] - time_s[0])), 1)
    out = _Way(level, speed, trip.start, trip.turn, hold)
    back = _Way(level, speed, trip.end, trip.turn, hold)
    start, end = out.rest_at_edge(), back.rest_at_edge()
    first, last = out.rest_at_turn(), back.rest_at_turn()
    turn = trip.turn if starts == "top" else first
    out_name: PhaseName = "eccentric" if starts == "top" else "concentric"
    back_name: PhaseName = "concentric" if starts == "top" else "eccentric"
    phases = [
        Phase(out_name, float(time_s[start]), float(time_s[first])),
        Phase("pause", float(time_s[first]), float(time_s[last])),
        Phase(back_name, float(time_s[last]), float(time_s[end])),
    ]
    span = (start, first) if out_name == "concentric" else (last, end)
    sticking = _sticking(time_s, speed, *span)
    return Rep(
        number=0,
        start_s=float(time_s[start]),
        turn_s=float(time_s[turn]),
        end_s=float(time_s[end]),
        phases=(*phases, sticking) if sticking else tuple(phases),
        height_range=min(trip.out, trip.back) if trip.whole else max(trip.out, trip.back),
        partial=not trip.whole,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One way between the edge of a trip (its high) and its turn (its low), in either direction of time."""

    level: FloatArray
    speed: FloatArray
    edge: int
    turn: int
    hold: int

    def rest_at_edge(self) -> int:
        """Where the bar rests nearest to the turn, in the upper quarter of the way.

        A smooth movement has begun before its speed can be told from rest (a minimum-jerk one, Flash and
        Hogan 1985, passes 8 % of its peak speed after 7 % of its time): it is led back by a quarter of the
        time to the first tenth of the way.
        """
        way = self.level[self.edge] - self.level[self.turn]
        upper = self.level[self.edge] - _EDGE_SHARE * way
        rest = self._rest(self.edge, lambda level: level >= upper)
        step = 1 if self.turn > rest else -1
        under = np.flatnonzero(self.level[rest : self.turn + step : step] <= self.level[rest] - 0.1 * way)
        lead = round(_LEAD * float(under[0])) if len(under) else 0
        low, high = sorted((rest, self.edge))
        return min(max(rest - step * lead, low), high)

    def rest_at_turn(self) -> int:
        """Where the bar rests nearest to the edge, in the lower quarter of the way."""
        lower = self.level[self.turn] + _EDGE_SHARE * (self.level[self.edge] - self.level[self.turn])
        return self._rest(self.turn, lambda level: level <= lower)

    def _rest(self, goal: int, near: Callable[[float], bool]) -> int:
        """Walk from the middle of the way to `goal`; the first sample of a rest that is near it."""
        step = 1 if goal > self._middle() else -1
        still = _STILL_SHARE * float(
            self.speed[min(self.edge, self.turn) : max(self.edge, self.turn) + 1].max()
        )
        slow = 0
        for index in range(self._middle(), goal + step, step):
            resting = near(float(self.level[index])) and self.speed[index] < still
            slow = slow + 1 if resting else 0
            if slow >= self.hold:
                return index - step * (self.hold - 1)
        return goal

    def _middle(self) -> int:
        """Where half of the way is done."""
        half = (self.level[self.edge] + self.level[self.turn]) / 2
        step = 1 if self.edge > self.turn else -1
        for index in range(self.turn, self.edge, step):
            if self.level[index] >= half:
                return index
        return self.turn


def _sticking(time_s: FloatArray, speed: FloatArray, start: int, end: int) -> Phase | None:
    """First speed peak to the following minimum, where a second peak follows.

    The sticking region of van den Tillaar and Saeterbakken (2013, doi 10.1519/JSC.0000000000001178); a dip
    must be deeper than 20 % of the peak speed and take 0.15 s to stand out of the noise of a video (both
    estimates).
    """
    part = speed[start : end + 1]
    if len(part) < 5:
        return None
    prominence = _STICKING_PROMINENCE * float(part.max())
    peaks, _ = find_peaks(part, prominence=prominence)
    if len(peaks) < 2:
        return None
    dip = int(peaks[0] + np.argmin(part[peaks[0] : peaks[1] + 1]))
    phase = Phase("sticking_region", float(time_s[start + peaks[0]]), float(time_s[start + dip]))
    return phase if phase.duration_s >= _STICKING_S else None
