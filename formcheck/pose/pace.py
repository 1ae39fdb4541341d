"""When to look at people again: as often as what they do cannot be foretold.

A look costs far more than following the bar, and between two looks a body moves on smoothly. So the step to
the next look is chosen as a solver of differential equations chooses its own: each look is compared with what
the two before it foretold, and the step grows or shrinks until the difference is what is allowed (Hairer,
Norsett and Wanner 1993, II.4). Somebody at rest is looked at a few times a second; where a movement turns,
where points jump from look to look, and where nobody was followed a moment ago, every frame is.
"""

import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from formcheck.pose import FloatArray, Pose
from formcheck.pose.size import trunk_of
from formcheck.skeleton import INDEX, SIDES

_ALLOWED = 0.12
"""Trunk lengths between a joint and where it was foretold; points between the looks are off by far less."""

_PERCENTILE = 75
_GROWTH = (0.3, 1.5)
_BELIEVED = 0.5
_FEWEST = 3
_EARLY = 0.25
_LEAST_SCORE = 0.7
_JOINTS = [
    INDEX[f"{side}_{name}"]
    for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    for side in SIDES
]


class Pace:
    """Decides which frames the networks look at; keeps state over one video.

    Parameters
    ----------
    most_hz
        No more looks a second than this.
    least_hz
        No fewer; `most_hz` or more is a steady rate.
    """

    def __init__(self, *, most_hz: float, least_hz: float) -> None:
        self._shortest_s, self._longest_s = 1 / most_hz, max(1 / least_hz, 1 / most_hz)
        self._step_s = 0.0
        self._looked_s = -math.inf
        self._lately: deque[tuple[float, Pose]] = deque(maxlen=3)
        self._carried, self._foretold = np.zeros(2), np.zeros(2)

    @property
    def lead(self) -> int | None:
        """Number of the person whom the pace follows; None where nobody was seen at the last look."""
        return self._lately[-1][1].person if self._lately else None

    def due(self, time_s: float) -> bool:
        """Whether this frame is to be looked at."""
        passed_s = time_s - self._looked_s
        early_s = _EARLY * self._shortest_s
        if passed_s < self._shortest_s - early_s:
            return False
        return passed_s >= self._step_s - early_s or self._strays(passed_s)

    def look(self, time_s: float, people: Sequence[Pose]) -> None:
        """Take note of a look and choose the step to the next one; the first person leads."""
        passed_s, self._looked_s = time_s - self._looked_s, time_s
        self._foretold, self._carried = self._carried / passed_s, np.zeros(2)
        if not people or people[0].person != self.lead:
            self._lately.clear()
        if people:
            self._lately.append((time_s, people[0]))
        self._step_s = min(max(self._next_s(), self._shortest_s), self._longest_s)

    def carry(self, moved_px: tuple[float, float]) -> None:
        """Take note of how far what the leading hands hold has moved in a frame."""
        self._carried = self._carried + moved_px

    def _strays(self, passed_s: float) -> bool:
        """Whether what the hands hold moves on otherwise than between the two last looks."""
        if not self._lately:
            return False
        off = float(np.hypot(*(self._carried - passed_s * self._foretold)))
        return off > _ALLOWED * trunk_of(self._lately[-1][1])

    def _next_s(self) -> float:
        if len(self._lately) < _FEWEST or self._lately[-1][1].score < _LEAST_SCORE:
            return 0.0
        off = self._error()
        step_s = self._lately[-1][0] - self._lately[-2][0]
        low, high = _GROWTH
        return step_s * min(max(math.sqrt(_ALLOWED / max(off, 1e-9)), low), high)

    def _error(self) -> float:
        """Trunk lengths by which the joints of the last look are off what the two before it foretold."""
        (first_s, first), (second_s, second), (third_s, third) = self._lately
        ratio = (third_s - second_s) / (second_s - first_s)
        foretold: FloatArray = second.xy_px + ratio * (second.xy_px - first.xy_px)
        off = np.linalg.norm(third.xy_px - foretold, axis=1)[_JOINTS]
        believed = third.confidence[_JOINTS] >= _BELIEVED
        off = off[believed] if believed.sum() >= _FEWEST else off
        return float(np.percentile(off, _PERCENTILE)) / max(trunk_of(third), 1.0)
