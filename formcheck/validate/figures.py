"""Statistics over clips, each with its n and a bootstrap interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.pose import FloatArray

Statistic = Callable[[FloatArray], float]
"""From the (N,) or (N, D) rows of all clips to a number; NaN where it has no meaning."""

FEWEST_CLIPS = 3
"""Fewer clips get no interval: it would say nothing of other clips."""

_DRAWS = 1000
_SEED = 2026
_AGREE = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the tables.

    Attributes
    ----------
    value
        None where it has no meaning (no rows, or nothing to divide by).
    low, high
        90 % interval: 5th and 95th percentile of the statistic over clips drawn anew, with replacement, from
        those at hand (Efron and Tibshirani 1993, chapter 13). None with fewer than three clips, and where
        all draws agree: where nothing ever went wrong they cannot tell how often it will.
    n, clips
        Rows that it stands on (frames, reps, verdicts), and clips that they come from.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    clips: int


def figure(groups: Sequence[FloatArray], statistic: Statistic) -> Figure:
    """Compute a statistic of the rows of several clips, with its interval; the same rows give the same."""
    groups = [group for group in groups if len(group)]
    if not groups:
        return Figure(None, None, None, 0, 0)
    value = statistic(np.concatenate(groups))
    low, high = _interval(groups, statistic)
    n = sum(len(group) for group in groups)
    return Figure(_known(value), _known(low), _known(high), n, len(groups))


def _interval(groups: Sequence[FloatArray], statistic: Statistic) -> tuple[float, float]:
    count = len(groups)
    if count < FEWEST_CLIPS:
        return float("nan"), float("nan")
    draws = np.random.default_rng(_SEED).integers(count, size=(_DRAWS, count))
    values = np.array([statistic(np.concatenate([groups[clip] for clip in draw])) for draw in draws])
    values = values[np.isfinite(values)]
    if not len(values) or np.ptp(values) < _AGREE:
        return float("nan"), float("nan")
    low, high = np.percentile(values, (5, 95))
    return float(low), float(high)


def _known(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None


def mean(values: FloatArray) -> float:
    """Mean of the rows; of flags: their share."""
    return float(np.mean(values))


def median(values: FloatArray) -> float:
    """Median of the rows."""
    return float(np.median(values))


def largest(values: FloatArray) -> float:
    """Largest of the rows."""
    return float(np.max(values))


def mean_size(values: FloatArray) -> float:
    """Mean of the sizes: of errors, the mean absolute error."""
    return float(np.mean(np.abs(values)))


def median_size(values: FloatArray) -> float:
    """Median of the sizes."""
    return float(np.median(np.abs(values)))


def size_95(values: FloatArray) -> float:
    """95th percentile of the sizes."""
    return float(np.percentile(np.abs(values), 95))


def rms(values: FloatArray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def sd(values: FloatArray) -> float:
    """Standard deviation; NaN of a single row."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")


def limits_95(values: FloatArray) -> float:
    """Half of the 95 % limits of agreement: 1.96 standard deviations (Bland and Altman 1986)."""
    return 1.96 * sd(values)


def count(column: int) -> Statistic:
    """Make the count of the flags in a column."""

    def statistic(values: FloatArray) -> float:
        return float(values[:, column].sum())

    return statistic


def event_f1(events: FloatArray) -> float:
    """F1 of (hit, missed, extra) rows."""
    hits, missed, extra = events.sum(axis=0)
    return _share(2 * hits, 2 * hits + missed + extra)


def precision(verdicts: FloatArray) -> float:
    """Share of the called faults that are faults, of (is, called, judged) rows."""
    true, told, _ = verdicts.T
    return _share((true * told).sum(), told.sum())


def recall(verdicts: FloatArray) -> float:
    """Share of the faults that were called so, of (is, called, judged) rows."""
    true, told, _ = verdicts.T
    return _share((true * told).sum(), true.sum())


def f1(verdicts: FloatArray) -> float:
    """F1 of the called faults; NaN where there is no fault to find."""
    true, told, _ = verdicts.T
    return _share(2 * (true * told).sum(), true.sum() + told.sum()) if true.any() else float("nan")


def f1_always_yes(verdicts: FloatArray) -> float:
    """F1 of calling every rep a fault; NaN where there is no fault to find."""
    true = verdicts[:, 0]
    return _share(2 * true.sum(), true.sum() + len(true)) if true.any() else float("nan")


def not_judged(verdicts: FloatArray) -> float:
    """Share of the verdicts that are `not_assessed`."""
    return 1.0 - float(verdicts[:, 2].mean())


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
