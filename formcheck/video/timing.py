"""When frames were shown: true stamps to seconds, and what to do where stamps are bad."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NoTimestamps

UNEVEN_INTERVALS = 0.25
"""Share of a mean interval by which a time may leave even spacing before the rate is variable."""


def typical_interval_s(times_s: NDArray[np.float64]) -> float | None:
    """Median distance of rising times (T,) in seconds; None for fewer than two different times."""
    steps = np.diff(times_s)
    steps = steps[steps > 0]
    return float(np.median(steps)) if steps.size else None


def is_variable(times_s: NDArray[np.float64]) -> bool:
    """Whether any of the rising times (T,), in seconds, is far from where an even rate puts it."""
    if times_s.size < 3 or times_s[-1] <= times_s[0]:
        return False
    even = np.linspace(times_s[0], times_s[-1], times_s.size)
    step = even[1] - even[0]
    return bool(np.max(np.abs(times_s - even)) > UNEVEN_INTERVALS * step)


class FrameClock:
    """Turns the stamps of decoded frames into strictly rising seconds from 0.

    A frame without a stamp follows the last one by the typical interval; a frame that is not later
    than the last one has no time and must be dropped. Both are counted.

    Parameters
    ----------
    time_base
        Seconds of one stamp.
    interval_s
        Typical distance of frames; None where it is unknown.
    has_pts
        False for containers without presentation times, such as AVI: there the decoder's order
        and its decode stamps tell the time.
    """

    def __init__(self, time_base: Fraction, interval_s: float | None, *, has_pts: bool = True) -> None:
        self._time_base = time_base
        self._interval = None if interval_s is None else Fraction(interval_s)
        self._has_pts = has_pts
        self._start: Fraction | None = None
        self._last: Fraction | None = None
        self.derived = 0
        self.dropped = 0

    def time_s(self, pts: int | None, dts: int | None) -> float | None:
        """Seconds of the frame with these stamps; None where it is not later than the last one.

        Raises
        ------
        NoTimestamps
            No stamp, and no interval that could stand in for it.
        """
        stamp = pts if self._has_pts and pts is not None else dts
        now = self._continued() if stamp is None else stamp * self._time_base
        if self._last is not None and now <= self._last:
            self.dropped += 1
            return None
        if self._start is None:
            self._start = now
        self._last = now
        return float(now - self._start)

    def _continued(self) -> Fraction:
        if self._interval is None:
            raise NoTimestamps(
                "expected a time for each frame, found none, and no frame rate in the header",
                "Convert the clip with your phone's or a video editor's export, then try again.",
            )
        self.derived += self._has_pts
        return Fraction(0) if self._last is None else self._last + self._interval
