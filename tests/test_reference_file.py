"""Reference files: made of judged sets, read back, and what is refused."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from known_curves import judged
from synthetic import Shot, Tempo, film, take_of

from formcheck.errors import InvalidReference, OutputError
from formcheck.lifts import load_lift
from formcheck.lifts.recognise import doing, recognise
from formcheck.metrics import Take
from formcheck.reference import ReferenceFile, compare, load_reference, rep_curves, save_reference
from formcheck.reference.make import SetOfReps, make_reference


@cache
def filmed(lift: str = "squat", load_kg: float | None = None, azimuth_deg: float = 90.0) -> tuple[Take, Shot]:
    shot = film(lift, Tempo(), plate_m=0.45, azimuth_deg=azimuth_deg)
    take = take_of(shot.motion)
    return doing(take, recognise(take, [load_lift(lift)]), load_kg=load_kg), shot


def set_of(take: Take, *faults: judged, video: str = "squat.mp4") -> SetOfReps:
    return SetOfReps(take, take.reps, faults, video, "5e" * 32)


@cache
def made() -> ReferenceFile:
    return make_reference([set_of(filmed()[0], judged(2, "fault", 1.0))])


def kept(folder: Path, **changes: object) -> Path:
    """The file, with entries of its JSON changed."""
    data = {**json.loads(made().model_dump_json()), **changes}
    path = folder / "me.ref.json"
    path.write_text(json.dumps(data))
    return path


# what is made


def test_the_best_reps_are_kept() -> None:
    file = made()
    assert (file.lift, file.view, file.picked, file.reps) == ("squat", "side", "best", 2)
    assert file.sources[0].reps == [1, 3]
    assert file.sources[0].of == 3
    assert set(file.phases) == {"eccentric", "concentric"}
    assert file.phases["eccentric"].duration_s == pytest.approx(1.4, abs=0.1)


def test_a_rep_compared_with_itself_is_nowhere_away(tmp_path: Path) -> None:
    take, _ = filmed()
    path = tmp_path / "me.ref.json"
    save_reference(made(), path)
    reference = load_reference(path).reference(path.name)
    found = compare(rep_curves(take, take.reps[0]), reference)
    assert found.departures == ()
    assert found.overall_sd < 0.2
    assert reference.title == "your own 2 best reps (me.ref.json)"


def test_a_file_reads_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "me.ref.json"
    save_reference(made(), path)
    assert load_reference(path) == made()
    ghost = load_reference(path).ghost()
    assert ghost is not None
    assert np.isfinite(ghost.phases["concentric"]).all()


def test_a_coach_chooses_a_rep() -> None:
    file = make_reference([set_of(filmed()[0])], rep=2)
    assert (file.picked, file.sources[0].reps) == ("rep", [2])
    reference = file.reference("coach.ref.json")
    assert (reference.kind, reference.title) == ("chosen", "the chosen rep (coach.ref.json)")


def test_sets_are_pooled_with_their_loads() -> None:
    first, second = (set_of(filmed(load_kg=load)[0], video=f"{load:g}.mp4") for load in (100.0, 105.0))
    file = make_reference([first, second])
    assert (file.reps, file.load_kg) == (6, 102.5)
    assert make_reference([first, set_of(filmed()[0])]).load_kg is None


# what is refused


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (lambda: filmed("deadlift")[0], "one lift"),
        (lambda: filmed(azimuth_deg=45.0)[0], "one view"),
        (lambda: filmed(load_kg=120.0)[0], "loads within"),
    ],
)
def test_sets_that_are_not_alike_are_refused(other, word: str) -> None:
    with pytest.raises(InvalidReference, match=word) as caught:
        make_reference([set_of(filmed(load_kg=100.0)[0]), set_of(other(), video="other.mp4")])
    assert caught.value.hint


def test_a_rep_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidReference, match="number 7, found 1, 2, 3"):
        make_reference([set_of(filmed()[0])], rep=7)
    with pytest.raises(InvalidReference, match="expected one set"):
        make_reference([set_of(filmed()[0])] * 2, rep=1)


def test_a_set_without_anything_to_compare_is_refused() -> None:
    shot = film("squat", Tempo(), azimuth_deg=0.0)
    take = take_of(shot.motion)
    take = doing(take, recognise(take, [load_lift("squat")]), load_kg=None)
    with pytest.raises(InvalidReference, match="can be compared"):
        make_reference([set_of(take)])
    partial = replace(take, reps=tuple(replace(rep, partial=True) for rep in take.reps))
    with pytest.raises(InvalidReference, match="no whole rep"):
        make_reference([set_of(partial)])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"schema_version": "9.0"}, "schema_version"),
        ({"lift": 3}, "lift"),
        ({"view": "above"}, "view"),
        ({"phases": {}}, "phases"),
        ({"phases": {"eccentric": {"duration_s": 1, "signals": {"x": {"mean": [1], "between_sd": [1],
          "doubt_sd": [1]}}}}}, "at least 101"),
        ({"phases": {"eccentric": {"duration_s": -1, "signals": {}}}}, "duration_s"),
        ({"sources": []}, "sources"),
        ({"skeleton": {"joints": ["hip"], "phases": {"eccentric": [[[0, 0]]]}}}, "41 frames"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_file_against_the_schema_is_refused(changes: dict[str, object], word: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidReference, match=word) as caught:
        load_reference(kept(tmp_path, **changes))
    assert "reference make" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"not JSON", b'{"schema_version": "1.2"}', b"\xff\xfe\x00"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(InvalidReference, match="expected a reference file"):
        load_reference(path)
    with pytest.raises(OutputError, match="found something else"):
        save_reference(made(), path)
    assert path.read_bytes() == content


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidReference, match="No such file"):
        load_reference(tmp_path / "none.json")


def test_an_older_reference_is_replaced(tmp_path: Path) -> None:
    path = kept(tmp_path, made_by="formcheck 0.0.1")
    save_reference(made(), path)
    assert load_reference(path) == made()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        save_reference(made(), tmp_path / "missing" / "me.ref.json")
