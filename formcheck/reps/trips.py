"""Ways of the bar out and back: the candidates for reps."""

from dataclasses import dataclass

import numpy as np

from formcheck.pose import FloatArray

_HALF_TRIP = 0.55
_BEGUN = 0.1


@dataclass(frozen=True, slots=True)
class Trip:
    """Indices of one way out and back, how far each went, and whether the video's edge cuts the shorter."""

    start: int
    turn: int
    end: int
    out: float
    back: float
    cut: bool

    @property
    def sets_out(self) -> bool:
        """Whether some of the way out was seen, and so the turn."""
        return self.out >= _BEGUN * self.back

    @property
    def returns(self) -> bool:
        """Whether the way back has at least begun."""
        return self.back >= _BEGUN * self.out

    @property
    def whole(self) -> bool:
        """Whether both ways are about as long."""
        return min(self.out, self.back) >= _HALF_TRIP * max(self.out, self.back)


def find_trips(level: FloatArray, offset: int, smallest_range: float, least: float) -> list[Trip]:
    """Ways from a high to a low and back, by a zigzag that ignores swings under `least`."""
    turns = zigzag(level, least)
    trips = []
    for low in range(1, len(turns) - 1, 2):
        start, turn, end = turns[low - 1], turns[low], turns[low + 1]
        out, back = float(level[start] - level[turn]), float(level[end] - level[turn])
        cut = low == 1 if out < back else low == len(turns) - 2
        if max(out, back) >= smallest_range:
            trips.append(Trip(start + offset, turn + offset, end + offset, out, back, cut))
    return trips


def zigzag(level: FloatArray, least: float) -> list[int]:
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
        if direction >= 0 and level[high] - level[index] >= least and (direction or high <= low):
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
