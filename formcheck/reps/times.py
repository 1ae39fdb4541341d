"""When a rep starts, turns, rests and ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import scipy
from numpy.typing import NDArray

from formcheck.pose import FloatArray
from formcheck.reps.rep import Phase, PhaseName, Rep, Start
from formcheck.reps.trips import Trip

STILL_MPS: Mapping[Start, float] = MappingProxyType({"top": 0.03, "bottom": 0.06})
"""By where a lift starts, the speed in m/s below which its bar rests.

Where a rep begins and ends is a convention: of 0.02 to 0.1 m/s these gave the mean speed of rendered lifts
best, on half of the bodies (bias 0.006 and -0.001 m/s). What leaves the floor sets off abruptly, which
smoothing makes look earlier. Against instants marked by hand in real clips reps start 0.1 s early and end
0.1 s late.
"""

_STILL_SHARE = 0.1
_STILL_S, _METRIC_STILL_S = 0.12, 0.07
_CLOSE, _METRIC_CLOSE = 0.25, 0.12
_LEAD = 0.2
_STICKING_PROMINENCE = 0.2
_STICKING_S = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class BarSpeed:
    """The bar's (T,) vertical speed in m/s, NaN where it is not known, and the speed under which it rests."""

    mps: FloatArray
    still_mps: float


def timed_rep(
    time_s: FloatArray, level: FloatArray, trip: Trip, starts: Start, bar: BarSpeed | None = None
) -> Rep:
    """Times and phases of a way whose turn is its lowest level, from the bar's speed where that is known."""
    span = slice(trip.start, trip.end + 1)
    metric = bar is not None and bool(np.isfinite(bar.mps[span]).all())
    speed = np.abs(bar.mps if bar is not None and metric else np.gradient(level, time_s))
    still = bar.still_mps if bar is not None and metric else None
    hold = max(round((_METRIC_STILL_S if metric else _STILL_S) / (time_s[1] - time_s[0])), 1)
    out = _Way(level, speed, trip.start, trip.turn, hold, still)
    back = _Way(level, speed, trip.end, trip.turn, hold, still)
    start, end = out.rest(trip.start), back.rest(trip.end)
    first, last = out.rest(trip.turn), back.rest(trip.turn)
    turn = trip.turn if starts == "top" else first
    out_name: PhaseName = "eccentric" if starts == "top" else "concentric"
    back_name: PhaseName = "concentric" if starts == "top" else "eccentric"

    def at_s(index: float) -> float:
        return float(np.interp(index, np.arange(len(time_s)), time_s))

    phases = [
        Phase(out_name, at_s(start), at_s(first)),
        Phase("pause", at_s(first), at_s(last)),
        Phase(back_name, at_s(last), at_s(end)),
    ]
    up = (start, first) if out_name == "concentric" else (last, end)
    sticking = _sticking(time_s, speed, round(up[0]), round(up[1]))
    return Rep(
        number=0,
        start_s=at_s(start),
        turn_s=at_s(turn),
        end_s=at_s(end),
        phases=(*phases, sticking) if sticking else tuple(phases),
        height_range=min(trip.out, trip.back) if trip.whole else max(trip.out, trip.back),
        partial=not trip.whole,
        turn_seen=trip.whole or starts == "bottom" or trip.sets_out,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One way between the edge of a trip (its high) and its turn (its low), in either direction of time.

    `still` is the speed under which the bar rests; None takes a tenth of the way's highest.
    """

    level: FloatArray
    speed: FloatArray
    edge: int
    turn: int
    hold: int
    still: float | None

    def rest(self, goal: int) -> float:
        """Index, between samples, at which the bar comes to rest nearest to the middle, close to `goal`."""
        middle = self._middle()
        step = 1 if goal > middle else -1
        if self.still is None:
            return float(self._led(middle, goal, step))
        found = self._first_rest(middle, goal, step, _METRIC_CLOSE, self.still)
        slow, fast = float(self.speed[found]), float(self.speed[found - step])
        if found == middle or not slow < self.still <= fast:
            return float(found)
        return found - step * (self.still - slow) / (fast - slow)

    def _led(self, middle: int, goal: int, step: int) -> int:
        """The rest by the speed's share of its highest.

        A smooth movement has begun before its speed can be told from rest (a minimum-jerk one, Flash and
        Hogan 1985, passes 8 % of its peak speed after 7 % of its time): the rest is led back by a quarter of
        the time to the first tenth of the way.
        """
        first, last = sorted((self.edge, self.turn))
        still = _STILL_SHARE * float(self.speed[first : last + 1].max())
        found = self._first_rest(middle, goal, step, _CLOSE, still)
        inward = np.abs(self.level[_walk(found, middle)] - self.level[found])
        begun = np.flatnonzero(inward >= 0.1 * self._length)
        lead = round(_LEAD * float(begun[0])) if len(begun) else 0
        low, high = sorted((found, goal))
        return min(max(found + step * lead, low), high)

    def _first_rest(self, middle: int, goal: int, step: int, close: float, still: float) -> int:
        """Walk from the middle to `goal`: the first sample of a rest within that share of the way of it."""
        slow = 0
        for index in range(middle, goal + step, step):
            near = abs(float(self.level[index] - self.level[goal])) <= close * self._length
            slow = slow + 1 if near and self.speed[index] < still else 0
            if slow >= self.hold:
                return index - step * (self.hold - 1)
        return goal - step * max(slow - 1, 0) if self.still is not None else goal

    @property
    def _length(self) -> float:
        return abs(float(self.level[self.edge] - self.level[self.turn]))

    def _middle(self) -> int:
        """Where half of the way is done."""
        half = (self.level[self.edge] + self.level[self.turn]) / 2
        step = 1 if self.edge > self.turn else -1
        for index in range(self.turn, self.edge, step):
            if self.level[index] >= half:
                return index
        return self.turn


def _walk(start: int, stop: int) -> NDArray[np.intp]:
    """Indices from `start` to `stop`, both included, in either direction."""
    return np.arange(start, stop + 1) if start <= stop else np.arange(start, stop - 1, -1)


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
    peaks, _ = scipy.signal.find_peaks(part, prominence=prominence)
    if len(peaks) < 2:
        return None
    dip = int(peaks[0] + np.argmin(part[peaks[0] : peaks[1] + 1]))
    phase = Phase("sticking_region", float(time_s[start + peaks[0]]), float(time_s[start + dip]))
    return phase if phase.duration_s >= _STICKING_S else None
