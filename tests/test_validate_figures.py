"""Statistics of samples with known answers, and their bootstrap intervals."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from formcheck.validate import figures as f
from formcheck.validate.figures import Figure, figure
from formcheck.validate.samples import Samples, rows

VERDICTS = rows(
    # is a fault, is called one, is judged
    [(1, 1, 1), (1, 1, 1), (1, 0, 1), (1, 0, 0), (0, 1, 1), (0, 0, 1), (0, 0, 0), (0, 0, 1)]
)
QUIET = rows([(0, 1, 1), (0, 0, 0)])
EVENTS = rows([(1, 0, 0), (1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 1)])
ERRORS = rows([-3.0, 1.0, 2.0, 10.0])


@pytest.mark.parametrize(
    ("statistic", "samples", "value"),
    [
        (f.mean, ERRORS, 2.5),
        (f.median, ERRORS, 1.5),
        (f.largest, ERRORS, 10.0),
        (f.mean_size, ERRORS, 4.0),
        (f.median_size, ERRORS, 2.5),
        (f.size_95, rows([-100.0, *range(100)]), 95.0),
        (f.rms, rows([3.0, -4.0, 0.0, 0.0]), 2.5),
        (f.limits_95, rows([-1.0, 1.0]), 1.96 * math.sqrt(2)),
        (f.limits_95, rows([1.0]), math.nan),
        (f.count(1), VERDICTS, 3.0),
        (f.event_f1, EVENTS, 6 / 9),
        (f.event_f1, EVENTS[3:], 0.0),
        (f.precision, VERDICTS, 2 / 3),
        (f.recall, VERDICTS, 0.5),
        (f.f1, VERDICTS, 4 / 7),
        (f.f1_always_yes, VERDICTS, 8 / 12),
        (f.not_judged, VERDICTS, 0.25),
        (f.precision, QUIET, 0.0),
        (f.recall, QUIET, math.nan),
        (f.f1, QUIET, math.nan),
        (f.f1_always_yes, QUIET, math.nan),
        (f.precision, rows([(1, 0, 1)]), math.nan),
        (f.f1, rows([(1, 0, 1)]), 0.0),
    ],
)
def test_statistics(statistic: Callable[[np.ndarray], float], samples: np.ndarray, value: float) -> None:
    assert statistic(samples) == pytest.approx(value, nan_ok=True)


def test_a_figure_pools_the_rows_of_all_clips() -> None:
    found = figure([rows([1.0, 2.0]), rows([]), rows([9.0])], f.mean)
    assert found == Figure(4.0, None, None, 3, 2)


def test_no_rows_are_no_figure() -> None:
    assert figure([], f.mean) == figure([rows([])], f.mean) == Figure(None, None, None, 0, 0)


def test_the_interval_is_that_of_the_mean_over_clips() -> None:
    """50 clips of a normal error: the standard error of the mean is the interval's half width over 1.645."""
    clips = [rows([value] * 3) for value in np.random.default_rng(3).normal(10.0, 2.0, 50)]
    found = figure(clips, f.mean)
    assert found.low is not None
    assert found.high is not None
    standard_error = float(np.std([clip[0] for clip in clips])) / math.sqrt(50)
    assert (found.high - found.low) / 2 == pytest.approx(1.645 * standard_error, rel=0.1)
    assert (found.n, found.clips) == (150, 50)


def test_rows_of_a_clip_are_drawn_together() -> None:
    """A thousand frames of four clips are no thousand independent errors."""
    apart = figure([rows([float(clip)] * 250) for clip in range(4)], f.mean)
    mixed = figure([rows([0.0, 1.0, 2.0, 3.0] * 62 + [float(clip)] * 2) for clip in range(4)], f.mean)
    assert apart.low is not None
    assert apart.high is not None
    assert mixed.low is not None
    assert mixed.high is not None
    assert apart.high - apart.low > 1.0
    assert mixed.high - mixed.low < 0.05


def test_the_same_rows_give_the_same_interval() -> None:
    clips = [rows([1.0]), rows([2.0, 5.0]), rows([4.0])]
    assert figure(clips, f.median) == figure(clips, f.median)


@pytest.mark.parametrize(
    "clips",
    [[rows([1.0]), rows([2.0])], [rows([1.0])] * 5, [rows([1.0])] * 2 + [rows([1.0, 1.0])]],
    ids=["two clips", "all the same", "all the same too"],
)
def test_where_the_clips_tell_nothing_there_is_no_interval(clips: list[np.ndarray]) -> None:
    found = figure(clips, f.mean)
    assert (found.low, found.high) == (None, None)
    assert found.value is not None


def test_draws_without_a_meaning_are_left_out() -> None:
    """A draw without a fault has no recall."""
    clips = [rows([(1, 1, 1), (1, 0, 1)]), rows([(0, 0, 1)]), rows([(1, 1, 1)])]
    found = figure(clips, f.recall)
    assert (found.value, found.low, found.high) == (pytest.approx(2 / 3), 0.5, 1.0)


def test_nan_is_no_sample() -> None:
    with pytest.raises(ValueError, match="angles knee error_deg: expected finite numbers"):
        Samples("angles", "knee", {"error_deg": rows([1.0, math.nan])})
