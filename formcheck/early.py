"""The first reps before the last frame: a take is judged now and then while it is still watched."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from formcheck.errors import AnalysisError, VideoError

if TYPE_CHECKING:
    from formcheck.report import Report

_EVERY_S = 0.5
_OVER_S = 0.5
"""What ended that long ago is over; of a rep that the last frame cuts, nobody knows the end."""

_SHARE, _FREE_S = 0.15, 1.0
"""Of the processor time, and the seconds that count for nothing: the first look loads what judging needs."""


class Early:
    """Judges the frames so far, as often as that costs little.

    Parameters
    ----------
    judge
        Makes a report of the frames so far.
    tell
        Takes each report in which there is a finished rep; others are left out of it.
    """

    def __init__(self, judge: Callable[[], "Report"], tell: Callable[["Report"], None]) -> None:
        self._judge, self._tell = judge, tell
        self._looked_at_s = time.monotonic()
        self._started_cpu_s, self._judging_s = time.process_time(), 0.0

    def look(self, time_s: float) -> None:
        """Judge and tell if it is time; the last frame was at `time_s` in the video."""
        current_s = time.monotonic()
        if current_s - self._looked_at_s < _EVERY_S:
            return
        self._looked_at_s = current_s
        before_s = time.process_time()
        if self._judging_s >= _FREE_S + _SHARE * (before_s - self._started_cpu_s):
            return
        try:
            report = self._judge()
        except (AnalysisError, VideoError):
            return
        finally:
            self._judging_s += time.process_time() - before_s
        finished = [rep for rep in report.reps if rep.end_s <= time_s - _OVER_S]
        if finished:
            self._tell(report.model_copy(update={"reps": finished}))
