"""From stamps to seconds: rising times, repairs, and what counts as a variable rate."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import NoTimestamps
from formcheck.video import Frame
from formcheck.video.timing import FrameClock, is_variable, typical_interval_s

TICK = Fraction(1, 90_000)
STAMP = st.none() | st.integers(-100_000, 100_000)


def clock(interval_s: float | None = 1 / 30, **options: bool) -> FrameClock:
    return FrameClock(TICK, interval_s, **options)


def test_times_are_stamps_after_the_first() -> None:
    timer = clock()
    assert [timer.time_s(pts, None) for pts in (-3000, 0, 4500)] == [0.0, 1 / 30, 7500 / 90_000]
    assert (timer.derived, timer.dropped) == (0, 0)


def test_times_are_exact_far_from_zero() -> None:
    timer = FrameClock(Fraction(1, 3), None)
    start = 3 * 10**15
    assert [timer.time_s(start + tick, None) for tick in range(4)] == [0.0, 1 / 3, 2 / 3, 1.0]


def test_a_missing_presentation_time_falls_back_to_the_decode_time() -> None:
    timer = clock()
    assert [timer.time_s(0, 0), timer.time_s(None, 3000)] == [0.0, 1 / 30]
    assert timer.derived == 0


def test_a_missing_time_follows_the_last_by_the_usual_interval_and_is_counted() -> None:
    timer = clock()
    times_s = [timer.time_s(pts, None) for pts in (9000, None, None, 18_000)]
    assert times_s == pytest.approx([0.0, 1 / 30, 2 / 30, 0.1])
    assert timer.derived == 2


def test_all_times_missing_are_derived_from_the_rate() -> None:
    timer = clock(interval_s=0.04)
    times_s = [timer.time_s(None, None) for _ in range(4)]
    assert times_s == pytest.approx([0.0, 0.04, 0.08, 0.12])
    assert timer.derived == 4


def test_no_times_and_no_rate_cannot_be_repaired() -> None:
    with pytest.raises(NoTimestamps) as caught:
        clock(interval_s=None).time_s(None, None)
    assert caught.value.hint


def test_repeated_and_falling_times_are_dropped_and_counted() -> None:
    timer = clock()
    times_s = [timer.time_s(pts, None) for pts in (0, 3000, 3000, 1000, 6000)]
    assert times_s == [0.0, 1 / 30, None, None, 2 / 30]
    assert timer.dropped == 2


def test_without_presentation_times_the_decode_times_count() -> None:
    timer = clock(has_pts=False)
    # AVI with reordered frames: the presentation stamps are nonsense, the last frames have none.
    stamps = [(3000, 6000), (12_000, 9000), (9000, 12_000), (6000, None)]
    times_s = [timer.time_s(pts, dts) for pts, dts in stamps]
    assert times_s == pytest.approx([0.0, 1 / 30, 2 / 30, 3 / 30])
    assert (timer.derived, timer.dropped) == (0, 0)


@given(st.lists(st.tuples(STAMP, STAMP), max_size=30))
def test_given_times_always_rise_strictly(stamps: list[tuple[int | None, int | None]]) -> None:
    timer = clock()
    times_s = [timer.time_s(pts, dts) for pts, dts in stamps]
    given_s = [time_s for time_s in times_s if time_s is not None]
    assert given_s[:1] in ([], [0.0])
    assert all(np.diff(given_s) > 0)
    assert len(given_s) + timer.dropped == len(stamps)


@pytest.mark.parametrize(
    ("times_s", "variable"),
    [
        (np.arange(100) / 30, False),
        (np.round(np.arange(100) / 30, 3), False),
        (np.round(np.arange(200) / 240, 3), False),
        (np.delete(np.arange(100) / 30, 50), True),
        (np.cumsum([0.02, 0.06] * 50), True),
        (np.array([0.0, 0.5]), False),
        (np.array([0.0]), False),
        (np.array([]), False),
        (np.zeros(5), False),
    ],
    ids=["even", "ms at 30", "ms at 240", "one lost", "uneven", "two", "one", "none", "still"],
)
def test_variable_rate(times_s: np.ndarray, variable: bool) -> None:
    assert is_variable(times_s) is variable


def test_typical_interval_ignores_repeats_and_gaps() -> None:
    times_s = np.array([0.0, 0.1, 0.1, 0.2, 0.3, 5.0])
    assert typical_interval_s(times_s) == pytest.approx(0.1)
    assert typical_interval_s(np.zeros(3)) is None
    assert typical_interval_s(np.array([])) is None


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 8, 3), np.uint8)[:, ::2],
    ],
    ids=["gray", "alpha", "float", "empty", "strided"],
)
def test_a_frame_checks_its_image(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="image: expected"):
        Frame(0, 0.0, image)
