"""How often people are looked at, and what is filled in between two looks."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.pose import Pose
from formcheck.pose.between import between
from formcheck.pose.pace import Pace
from formcheck.skeleton import INDEX, KEYPOINTS

Array = NDArray[np.float64]
Height = Callable[[float], float]
FPS = 60.0
TRUNK_PX = 100.0


def somebody(height_px: float, *, person: int = 0, score: float = 0.95, noise_px: float = 0.0) -> Pose:
    """Stands with a trunk of 100 px; the arms are `height_px` lower than the shoulders."""
    points = np.zeros((len(KEYPOINTS), 2))
    for side, x in (("left", -20.0), ("right", 20.0)):
        for name, y in (("shoulder", 0.0), ("hip", TRUNK_PX), ("knee", 180.0), ("ankle", 250.0)):
            points[INDEX[f"{side}_{name}"]] = x, y
        for name in ("elbow", "wrist", "hand"):
            points[INDEX[f"{side}_{name}"]] = x, height_px
    if noise_px:
        random = np.random.default_rng(int(1000 * abs(height_px)) + round(height_px * 1e6) % 997)
        points += random.normal(0, noise_px, points.shape)
    return Pose(points, np.full(len(KEYPOINTS), 0.9), score=score, person=person)


def looks(
    height: Height,
    seconds: float = 6.0,
    *,
    least_hz: float = 6.0,
    flow: bool = True,
    **changes: float,
) -> Array:
    """Times at which arms that move so are looked at, in frames at 60 a second."""
    pace = Pace(most_hz=30.0, least_hz=least_hz)
    found, before = [], height(0.0)
    for frame in range(round(seconds * FPS)):
        time_s = frame / FPS
        if pace.due(time_s):
            found.append(time_s)
            pace.look(time_s, (somebody(height(time_s) + 0.01 * time_s, **changes),))  # type: ignore[arg-type]
        if flow:
            pace.carry((0.0, height(time_s) - before))
        before = height(time_s)
    return np.array(found)


def rate(times_s: Array, start_s: float, end_s: float) -> float:
    return float(((times_s >= start_s) & (times_s < end_s)).sum() / (end_s - start_s))


def lift(time_s: float) -> float:
    """At rest for two seconds, a fast rep of half a trunk's way, at rest again."""
    return 50 * np.sin(2 * np.pi * (time_s - 2)) ** 2 if 2 < time_s < 4 else 0.0


def test_rest_is_looked_at_a_few_times_a_second() -> None:
    times_s = looks(lambda _: 30.0)
    assert rate(times_s, 1, 6) == pytest.approx(6.0, abs=0.7)
    assert np.diff(times_s).max() <= 0.2


def test_movement_is_looked_at_more_often_than_rest() -> None:
    times_s = looks(lift)
    assert rate(times_s, 2, 4) > 2 * rate(times_s, 4.5, 6)
    assert 10 < rate(times_s, 2, 4) <= 30


def test_the_faster_the_oftener() -> None:
    rates = [rate(looks(lambda t, hz=hz: 40 * np.sin(6.28 * hz * t)), 1, 6) for hz in (0.2, 0.5, 1.0, 2.0)]
    assert rates == sorted(rates)
    assert rates[-1] > 1.5 * rates[0]


def test_what_the_hands_hold_wakes() -> None:
    """The first look of a movement comes sooner where the flow tells of it."""

    def sudden(time_s: float) -> float:
        return max(0.0, 400 * (time_s - 3.02))

    first = [times[times > 3.02 + 1 / FPS][0] for times in (looks(sudden), looks(sudden, flow=False))]
    assert first[0] - 3.02 < 0.07
    assert first[0] < first[1]


@pytest.mark.parametrize("changes", [{"score": 0.6}, {"noise_px": 10.0}], ids=["unsure", "jumping"])
def test_uncertain_tracks_are_looked_at_in_every_frame(changes: dict[str, float]) -> None:
    assert rate(looks(lambda _: 30.0, **changes), 1, 6) > 25


@pytest.mark.parametrize("people", [(), (somebody(0.0, person=1),)], ids=["nobody", "somebody else"])
def test_a_track_that_is_lost_or_new_is_looked_at_in_every_frame(people: tuple[Pose, ...]) -> None:
    pace = Pace(most_hz=30.0, least_hz=6.0)
    for time_s in np.arange(0, 3, 1 / 6):
        pace.look(float(time_s), (somebody(0.0),))
    assert not pace.due(2.9)
    pace.look(3.0, people)
    assert pace.lead == (people[0].person if people else None)
    assert pace.due(3.0 + 1 / 30)


@pytest.mark.parametrize("hz", [30.0, 40.0])
def test_a_least_rate_that_is_no_lower_makes_the_pace_steady(hz: float) -> None:
    np.testing.assert_allclose(np.diff(looks(lambda _: 30.0, least_hz=hz)), 1 / 30)


# --- between looks


def curve(time_s: Array, terms: Iterable[float]) -> Array:
    return np.asarray(np.polyval(list(terms), time_s))


@pytest.mark.parametrize("terms", [(3.0, 1.0), (-4.0, 2.0, 5.0)], ids=["steady", "accelerated"])
def test_even_motion_is_met_exactly(terms: tuple[float, ...]) -> None:
    time_s = np.cumsum([0.0, 0.05, 0.1, 0.07, 0.19, 0.03, 0.1, 0.1])
    at_s = np.linspace(time_s[1], time_s[-2], 200)
    np.testing.assert_allclose(between(time_s, curve(time_s, terms), at_s), curve(at_s, terms), atol=1e-9)


def test_a_turn_between_two_looks_is_closer_than_on_a_straight_line() -> None:
    time_s, at_s = np.arange(0, 3, 1 / 12), np.arange(0.2, 2.7, 1 / 120)
    true = np.cos(2 * np.pi * at_s)
    found = between(time_s, np.cos(2 * np.pi * time_s), at_s)
    line = np.interp(at_s, time_s, np.cos(2 * np.pi * time_s))
    assert np.abs(found - true).max() < 0.3 * np.abs(line - true).max()


def test_long_gaps_stay_gaps_and_do_not_bend_what_is_beside_them() -> None:
    time_s = np.array([0.0, 0.1, 0.2, 0.5, 0.6, 0.7])
    values = np.column_stack([time_s, np.where(time_s < 0.4, 0.0, 9.0)])
    found = between(time_s, values, np.array([0.15, 0.2, 0.3, 0.49, 0.5, 0.55, 0.71]))
    assert np.isnan(found[[2, 3, 6]]).all()
    np.testing.assert_allclose(found[[0, 1, 4, 5], 1], [0, 0, 9, 9])


def test_each_point_has_its_own_gaps() -> None:
    time_s = np.arange(6) / 10
    values = np.column_stack([time_s, time_s, time_s])
    values[2, 1], values[1:4, 2] = np.nan, np.nan
    found = between(time_s, values, np.array([0.25]))
    np.testing.assert_allclose(found[0, :2], 0.25)
    assert np.isnan(found[0, 2])


def test_what_was_seen_is_kept() -> None:
    time_s = np.cumsum(np.random.default_rng(1).uniform(0.03, 0.3, 40))
    values = np.random.default_rng(2).normal(size=(40, 3, 2))
    np.testing.assert_allclose(between(time_s, values, time_s), values)
