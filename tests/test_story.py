"""The story of a set: smoothness, spread, change from first rep to last, symmetry and tempo."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from synthetic import Tempo, film, take_of

from formcheck.errors import SettingsError
from formcheck.faults import Fault, Verdict, find_faults
from formcheck.lifts import load_lift
from formcheck.lifts.recognise import doing, recognise
from formcheck.metrics import Measure, Take
from formcheck.metrics.smoothness import log_dimensionless_jerk, spectral_arc_length
from formcheck.report.story import story_part, story_words
from formcheck.settings import load_settings, tempo_s
from formcheck.story import Story, kept_tempo, symmetry, tell_story

Array = NDArray[np.float64]
TIME_S = np.arange(-1, 1, 0.01)
GAUSSIAN = np.exp(-5 * TIME_S**2)


# smoothness


def test_the_smoothness_of_a_gaussian_is_the_stated_one() -> None:
    """exp(-5 t²) at 100 Hz: -1.414 and -5.816, as the published code has them."""
    assert spectral_arc_length(GAUSSIAN, 100.0) == pytest.approx(-1.414, abs=5e-4)
    assert log_dimensionless_jerk(GAUSSIAN, 100.0) == pytest.approx(-5.816, abs=5e-4)


@pytest.mark.parametrize("of", [spectral_arc_length, log_dimensionless_jerk])
def test_smoothness_has_no_unit(of) -> None:
    """Neither a larger nor, for the jerk, a slower movement of the same shape is less smooth."""
    assert of(3.7 * GAUSSIAN, 100.0) == pytest.approx(of(GAUSSIAN, 100.0))
    slow = np.exp(-5 * (np.arange(-2, 2, 0.01) / 2) ** 2)
    assert log_dimensionless_jerk(slow, 100.0) == pytest.approx(-5.816, abs=0.01)


@pytest.mark.parametrize("of", [spectral_arc_length, log_dimensionless_jerk])
def test_a_second_peak_is_less_smooth(of) -> None:
    twice = np.exp(-20 * (TIME_S + 0.45) ** 2) + np.exp(-20 * (TIME_S - 0.45) ** 2)
    once = np.exp(-20 * TIME_S**2)
    assert of(twice, 100.0) < of(once, 100.0)


@pytest.mark.parametrize("of", [spectral_arc_length, log_dimensionless_jerk])
def test_what_stands_still_has_no_smoothness(of) -> None:
    assert np.isnan(of(np.zeros(100), 100.0))


# sets


@cache
def told(*depths: float, plate: bool = True, tempo: tuple[float, float, float] | None = None) -> Story:
    take = judged_take(*depths, plate=plate)
    return tell_story(take, take.reps, find_faults(take, load_lift("squat"), take.reps), tempo_s=tempo)


@cache
def judged_take(*depths: float, plate: bool = True) -> Take:
    shot = film("squat", Tempo(depths=depths), plate_m=0.45 if plate else None)
    take = take_of(shot.motion)
    return doing(take, recognise(take, [load_lift("squat")]), load_kg=None)


def test_reps_that_are_alike_have_no_spread() -> None:
    found = told(1.0, 1.0, 1.0, 1.0).consistency
    assert found["turn_spread"].value == pytest.approx(0.0, abs=0.1)
    assert found["path_spread"].value == pytest.approx(0.0, abs=0.1)
    assert found["velocity_spread"].value == pytest.approx(0.0, abs=1.0)


def test_the_spread_of_depths_is_their_standard_deviation() -> None:
    depths = (1.0, 0.9, 0.95, 0.85)
    way_cm = 100 * float(np.ptp(film("squat", Tempo(depths=(1.0,))).bar_height_m))
    found = told(*depths).consistency["turn_spread"]
    assert found.value == pytest.approx(way_cm * np.std(depths, ddof=1), rel=0.05)
    assert found.unit == "cm"


def test_the_spread_of_four_reps_is_known_roughly() -> None:
    """The 90 % interval of a standard deviation of four: 0.62 to 2.92 times as large (chi-square table)."""
    found = told(1.0, 0.9, 0.95, 0.85).consistency["turn_spread"]
    assert found.low / found.value == pytest.approx(np.sqrt(3 / 7.815), rel=1e-3)
    assert found.high / found.value == pytest.approx(np.sqrt(3 / 0.352), rel=1e-3)


def test_two_reps_say_what_they_cannot_tell() -> None:
    story = told(1.0, 1.0)
    assert all("3 whole reps" in one.missing for one in story.consistency.values())
    assert any("2 whole reps cannot tell" in words for words in story_words(story))


def test_without_a_plate_there_is_no_spread_of_the_bar() -> None:
    story = told(1.0, 1.0, 1.0, plate=False)
    assert "plate" in story.consistency["path_spread"].missing
    assert "plate" in story.consistency["velocity_spread"].missing
    assert not story.consistency["eccentric_spread"].missing
    assert "plate" in story.smoothness["spectral_arc_length"][1].missing


def test_every_rep_has_its_smoothness_with_its_doubt() -> None:
    """Half a cosine of height: the speed is half a sine, whose values are computed here."""
    speed = np.sin(np.pi * np.arange(0, 1.2, 0.01) / 1.2)
    for name, of in (("spectral_arc_length", spectral_arc_length), ("log_dimensionless_jerk", None)):
        reps = told(1.0, 1.0, 1.0).smoothness[name]
        assert list(reps) == [1, 2, 3]
        assert all(one.low < one.value < one.high for one in reps.values())
        if of is not None:
            assert reps[1].value == pytest.approx(of(speed, 100.0), abs=0.05)


# change


def with_measures(
    rule_id: str, *values: float, sd: float = 3.0, verdict: Verdict = Verdict.BORDERLINE
) -> Story:
    """The story of a set in which one rule measured these values."""
    take = judged_take(*[1.0] * len(values))
    rule = load_lift("squat").fault(rule_id)
    faults = [
        Fault(rule, number, 1.0, verdict, 0.0, Measure.of(value, "deg", sd))
        for number, value in enumerate(values, 1)
    ]
    return tell_story(take, take.reps, faults)


def test_first_against_last_leaves_out_what_both_share() -> None:
    """Of an angle's doubt 40 % differs from rep to rep: sqrt(2) x 0.4 x 3 x 1.645 is 2.8 degrees."""
    [change] = with_measures("squat.trunk_fold", 5.0, 6.0, 11.0).changes
    assert (change.first_rep, change.last_rep) == (1, 3)
    assert change.change.value == pytest.approx(6.0)
    assert change.change.high - change.change.value == pytest.approx(2.79, abs=0.01)
    assert change.clear
    assert change.worse == pytest.approx(6.0)


def test_a_change_inside_its_interval_is_not_told() -> None:
    story = with_measures("squat.trunk_fold", 5.0, 6.0, 7.0)
    assert not story.changes[0].clear
    assert any("No fault grew" in words for words in story_words(story))


def test_a_turn_for_the_better_is_no_warning() -> None:
    story = with_measures("squat.trunk_fold", 20.0, 12.0, 5.0)
    assert story.changes[0].clear
    assert story.changes[0].worse < 0
    assert not any("grew from rep" in words for words in story_words(story))


def test_a_turn_for_the_worse_is_told_with_both_ends() -> None:
    words = " ".join(story_words(with_measures("squat.trunk_fold", 5.0, 6.0, 14.0)))
    assert "grew from rep 1 to rep 3, 5° to 14°" in words


def test_a_change_that_ends_well_inside_the_limit_is_no_warning() -> None:
    story = with_measures("squat.trunk_fold", 1.0, 3.0, 7.0, verdict=Verdict.FINE)
    assert story.changes[0].clear
    assert any("No fault grew" in words for words in story_words(story))


# symmetry


def test_the_side_does_not_show_left_against_right() -> None:
    assert all("film from the front" in one.missing for one in told(1.0, 1.0, 1.0).symmetry.values())


def test_the_front_does() -> None:
    take = take_of(film("squat", Tempo(), azimuth_deg=0.0).motion)
    take = doing(take, recognise(take, [load_lift("squat")]), load_kg=None)
    found = symmetry(take, take.reps)
    assert found["hip_shift"].low <= 0.0 <= found["hip_shift"].high


# tempo


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3-1-0", (3, 1, 0)), ("3-1-X", (3, 1, 0)), (" 2.5-0-1 ", (2.5, 0, 1)), ("2,5-1-x", (2.5, 1, 0))],
)
def test_a_tempo_is_read(text: str, seconds: tuple[float, ...]) -> None:
    assert tempo_s(text) == seconds
    assert load_settings(tempo=text).tempo == text


@pytest.mark.parametrize(
    "text", ["", "3-1", "3-1-0-1", "a-b-c", "3--1", "-1-1-1", "0-0-0", "99-1-0", "nan-1-1"]
)
def test_another_tempo_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match="expected") as caught:
        load_settings(tempo=text)
    assert "tempo" in caught.value.message


def test_a_tempo_that_was_kept_is() -> None:
    """Filmed with 1.4 s down, 0.4 s pause and 1.2 s up."""
    down, pause, up = kept_tempo(judged_take(1.0, 1.0, 1.0), judged_take(1.0, 1.0, 1.0).reps, (1.4, 0.4, 0.0))
    assert down.taken.value == pytest.approx(1.4, abs=0.08)
    assert down.adherence.value > 94
    assert down.adherence.high == 100
    assert pause.adherence.value > 70
    assert "as fast as possible" in up.adherence.missing


def test_adherence_is_one_less_the_share_that_is_missing() -> None:
    [down, *_] = kept_tempo(judged_take(1.0, 1.0, 1.0), judged_take(1.0, 1.0, 1.0).reps, (2.8, 0.0, 0.0))
    assert down.adherence.value == pytest.approx(100 * down.taken.value / 2.8)
    assert down.adherence.low < down.adherence.value < down.adherence.high < 100


def test_a_rep_that_takes_more_than_twice_as_long_keeps_nothing() -> None:
    [down, *_] = kept_tempo(judged_take(1.0, 1.0, 1.0), judged_take(1.0, 1.0, 1.0).reps, (0.5, 0.0, 0.0))
    assert down.adherence.value == 0.0


def test_tempo_is_told_in_words() -> None:
    words = list(story_words(told(1.0, 1.0, 1.0, tempo=(3.0, 0.4, 0.0))))
    assert any("Way down" in one and "3 s asked for, too short" in one for one in words)
    assert any("Pause" in one and "kept as far as can be told" in one for one in words)
    assert any("Way up" in one and "as fast as possible" in one for one in words)


def test_slow_motion_keeps_the_tempo_of_life() -> None:
    take = judged_take(1.0, 1.0, 1.0)
    slow = replace(take, slow_motion=2.0)
    fast, real = (kept_tempo(one, one.reps, (3.0, 0.0, 0.0))[0].taken.value for one in (take, slow))
    assert real == pytest.approx(fast / 2)


def test_a_story_is_a_part_of_the_report() -> None:
    part = story_part(told(1.0, 1.0, 1.0, tempo=(3.0, 1.0, 0.0)))
    assert part.reps == 3
    assert [kept.phase for kept in part.tempo] == ["eccentric", "pause", "concentric"]
    assert part.words
