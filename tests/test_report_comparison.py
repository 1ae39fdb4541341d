"""A set beside its references in the report: parts, words and what differs besides."""

from dataclasses import replace
from functools import cache

import pytest
from known_curves import judged
from synthetic import Tempo, film, take_of

from formcheck.lifts import load_lift
from formcheck.lifts.recognise import doing, recognise
from formcheck.metrics import Measure, Take
from formcheck.reference import Departure, ReferenceFile
from formcheck.reference.make import SetOfReps, make_reference
from formcheck.report.comparison import comparison_parts, departure_words, pair_part
from formcheck.report.parts import ComparisonPart, PairPart


@cache
def filmed(*depths: float, azimuth_deg: float = 90.0, lift: str = "squat") -> Take:
    shot = film(lift, Tempo(depths=depths), plate_m=0.45, azimuth_deg=azimuth_deg)
    take = take_of(shot.motion)
    return doing(take, recognise(take, [load_lift(lift)]), load_kg=None)


@cache
def reference(load_kg: float | None = None, azimuth_deg: float = 90.0) -> ReferenceFile:
    take = replace(filmed(1.0, 1.0, 1.0, azimuth_deg=azimuth_deg), load_kg=load_kg)
    return make_reference([SetOfReps(take, take.reps, [], "best.mp4", "5e" * 32)])


def parts(take: Take, **options: object) -> list[ComparisonPart]:
    return comparison_parts(take, take.reps, [], **options)  # type: ignore[arg-type]


# which references


def test_without_a_file_the_generic_curve_and_the_best_rep() -> None:
    found = parts(filmed(1.0, 1.0, 1.0))
    assert [part.against for part in found] == ["generic", "set"]
    assert "nobody was filmed" in found[0].title
    assert [rep.rep_number for rep in found[0].reps] == [1, 2, 3]
    assert len(found[1].reps) == 2
    assert ComparisonPart.model_validate_json(found[0].model_dump_json()) == found[0]


def test_a_single_rep_has_no_other_to_be_compared_with() -> None:
    assert [part.against for part in parts(filmed(1.0))] == ["generic"]


def test_the_own_best_reps_go_before_the_generic_curve() -> None:
    found = parts(filmed(1.0, 1.0, 1.0), file=reference())
    assert [part.against for part in found] == ["own", "set"]
    assert found[0].reference_reps == 3
    assert all(rep.departures == [] for rep in found[0].reps)
    assert "No departure" in found[0].words


def test_a_rep_cut_high_departs_at_the_bottom() -> None:
    found = parts(filmed(1.0, 1.0, 0.75), file=reference())[0]
    assert [len(rep.departures) for rep in found.reps[:2]] == [0, 0]
    told = {(one.signal, one.phase): one for one in found.reps[2].departures}
    height = told["bar_height_m", "eccentric"]
    assert height.by.value == pytest.approx(0.25 * 0.56, abs=0.05)
    assert "the bar is higher, by" in height.words
    assert found.shown_rep == 3
    assert set(found.curves) == {"eccentric", "concentric"}
    assert len(found.curves["eccentric"]["bar_height_m"].mean) == 101


def test_what_departs_often_is_summed_up() -> None:
    found = parts(filmed(0.75, 0.75, 0.75), file=reference())[0]
    assert found.words.startswith("Farthest in 3 of 3 reps: from ")


def test_a_file_of_another_lift_is_not_compared_with() -> None:
    take = filmed(1.0, 1.0, lift="deadlift")
    found = comparison_parts(take, take.reps, [], file=reference())
    assert [part.against for part in found] == ["generic", "set"]
    assert found[0].notes == ["The reference is of a squat, this is a deadlift"]


# what differs besides


def test_another_view_is_told_and_hides_what_it_cannot_show() -> None:
    oblique = filmed(1.0, 1.0, 1.0, azimuth_deg=45.0)
    found = parts(oblique, file=reference())[0]
    assert "from another side (side, this is oblique)" in found.notes[0]
    assert "oblique view" in found.missing["knee_flexion_deg"]
    assert "knee_flexion_deg" not in found.reps[0].distance_sd


@pytest.mark.parametrize(
    ("here", "there", "word"),
    [(100.0, 100.0, ""), (105.0, 100.0, ""), (120.0, 100.0, "loads differ"), (None, 100.0, "nobody said"),
     (100.0, None, "")],
)  # fmt: skip
def test_another_load_is_told(here: float | None, there: float | None, word: str) -> None:
    take = replace(filmed(1.0, 1.0, 1.0), load_kg=here)
    notes = parts(take, file=reference(there))[0].notes
    assert (len(notes) == 0) == (word == "")
    assert word in " ".join(notes)


# words


def departure(signal: str, value: float, phase: str = "concentric") -> Departure:
    unit = {"m": "m", "deg": "deg", "mps": "m/s"}[signal.rpartition("_")[2]]
    by = Measure.of(value, unit, abs(value) / 10)
    return Departure(signal, phase, 35.0, 1.0, 40.0, 1.1, by, 4.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("signal", "value", "phase", "lift", "words"),
    [
        ("trunk_lean_deg", 9.0, "concentric", "squat", "the trunk leans farther forward, by 9.0°"),
        ("trunk_lean_deg", -9.0, "eccentric", "squat", "of the way down the trunk is more upright, by 9.0°"),
        ("bar_forward_m", 0.03, "concentric", "squat", "the bar is farther forward, by 3.0 cm"),
        ("bar_forward_m", -0.03, "concentric", "bench_press", "the bar is nearer to the head, by 3.0 cm"),
        ("bar_speed_mps", -0.2, "concentric", "squat", "the bar is slower, by 0.20 m/s"),
        ("bar_speed_mps", -0.2, "eccentric", "squat", "the bar is faster, by 0.20 m/s"),
        ("bar_height_m", -0.04, "eccentric", "squat", "the bar is lower, by 4.0 cm"),
        ("elbow_flexion_deg", 12.0, "concentric", "bench_press", "the elbows are bent more, by 12.0°"),
    ],
)  # fmt: skip
def test_a_departure_in_words(signal: str, value: float, phase: str, lift: str, words: str) -> None:
    told = departure_words(departure(signal, value, phase), lift)
    assert words in told
    assert told.startswith("from 35 % of the way")


def test_the_size_is_told_with_its_interval() -> None:
    assert departure_words(departure("trunk_lean_deg", -20.0), "squat").endswith("by 20° (17 to 23)")


# the pair


def test_the_best_and_the_worst_rep_by_their_faults() -> None:
    take = filmed(1.0, 1.0, 1.0)
    faults = [judged(2, "fault", 1.0), judged(1, "borderline")]
    pair = pair_part(take, take.reps, faults)  # type: ignore[arg-type]
    assert pair is not None
    assert (pair.best, pair.worst, pair.ghost_title) == (3, 2, "rep 3")
    assert set(pair.ghost) == {"eccentric", "concentric"}
    assert all(
        0 <= value <= 1 for frame in pair.ghost["eccentric"] for place in frame if place for value in place
    )
    assert all(max(bone) < len(pair.joints) for bone in pair.bones)
    assert PairPart.model_validate_json(pair.model_dump_json()) == pair


def test_the_ghost_of_like_reps_is_the_lifter() -> None:
    take = filmed(1.0, 1.0, 1.0)
    pair = pair_part(take, take.reps, [])
    assert pair is not None
    worst = next(rep for rep in take.reps if rep.number == pair.worst)
    span = worst.phase("eccentric")
    assert span is not None
    middle = take.at((span.start_s + span.end_s) / 2)
    hip = pair.ghost["eccentric"][20][pair.joints.index("hip")]
    assert hip is not None
    assert hip[0] * take.motion.size_px[0] == pytest.approx(take.near("hip")[middle, 0], abs=4)
    assert hip[1] * take.motion.size_px[1] == pytest.approx(take.near("hip")[middle, 1], abs=4)


def test_the_ghost_is_the_references_where_it_was_filmed_alike() -> None:
    take = filmed(1.0, 1.0, 1.0)
    pair = pair_part(take, take.reps, [], reference())
    assert pair is not None
    assert pair.ghost_title == "the reference"
    assert "differ by no more than can be told" in pair.why
    uneven = filmed(1.0, 1.0, 0.7)
    told = pair_part(uneven, uneven.reps, [])
    assert told is not None
    assert (told.worst, "can be told" in told.why) == (3, False)
    aside = pair_part(take, take.reps, [], reference(azimuth_deg=45.0))
    assert aside is not None
    assert aside.ghost_title.startswith("rep ")


def test_one_whole_rep_makes_no_pair() -> None:
    take = filmed(1.0)
    assert pair_part(take, take.reps, []) is None
    several = filmed(1.0, 1.0, 1.0)
    cut = [replace(rep, partial=rep.number > 1) for rep in several.reps]
    assert pair_part(several, cut, []) is None
