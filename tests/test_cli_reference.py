"""`formcheck reference make`, and `analyze` with a reference and a tempo, on saved takes."""

import json
from pathlib import Path

import pytest
from builders import MemorySource
from synthetic import Tempo, film
from test_cli import run

from formcheck.motion import save_motion
from formcheck.origin import Origin
from formcheck.report import Report


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORMCHECK_MODELS_DIR", str(tmp_path / "cache"))


def result(name: str, *depths: float, lift: str = "squat") -> str:
    """A folder with a saved take."""
    motion = film(lift, Tempo(depths=depths), fps=30.0, plate_m=0.45).motion
    folder = Path(name)
    folder.mkdir()
    origin = Origin(MemorySource(motion).info, 1.0, (), {}, {"preset": "accurate"})
    save_motion(motion, folder / "motion.npz", note=origin.to_json())
    return name


def report_of(*arguments: str) -> Report:
    done = run("analyze", *arguments, "--from-motion", "--json", "--quiet")
    assert done.exit_code == 0, done.output
    return Report.model_validate_json(done.stdout)


def test_a_set_is_compared_with_a_better_one() -> None:
    done = run("reference", "make", "me.ref.json", result("good", 1.0, 1.0, 1.0))
    assert done.exit_code == 0, done.output
    assert "rep 1, 2, 3 of 3" in done.stdout
    report = report_of(result("today", 1.0, 1.0, 0.7), "--reference", "me.ref.json")
    assert report.comparisons[0].against == "own"
    assert "me.ref.json" in report.comparisons[0].title
    assert [bool(rep.departures) for rep in report.comparisons[0].reps] == [False, False, True]
    assert report.pair is not None
    assert report.pair.ghost_title == "the reference"


def test_a_rep_can_be_chosen() -> None:
    assert run("reference", "make", "coach.ref.json", result("good", 1.0, 1.0), "--rep", "2").exit_code == 0
    assert json.loads(Path("coach.ref.json").read_text())["sources"][0]["reps"] == [2]


def test_the_file_in_the_settings_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    run("reference", "make", "me.ref.json", result("good", 1.0, 1.0, 1.0))
    Path("formcheck.toml").write_text('reference = "me.ref.json"\n')
    assert report_of("good").comparisons[0].against == "own"


def test_the_table_tells_of_tempo_and_reference() -> None:
    run("reference", "make", "me.ref.json", result("good", 1.0, 1.0, 1.0))
    done = run("analyze", "good", "--from-motion", "--reference", "me.ref.json", "--tempo", "3-1-0")
    assert "3 s asked for, too short" in done.stdout
    assert "Beside your own 3 best reps (me.ref.json)" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_without_a_reference_the_generic_curve_is_named() -> None:
    report = report_of(result("alone", 1.0, 1.0))
    assert [part.against for part in report.comparisons] == ["generic", "set"]
    assert "nobody was filmed for it" in report.comparisons[0].title


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--reference", "none.json"), "No such file"),
        (("--reference", "good/motion.npz"), "expected a reference file"),
        (("--tempo", "3-1"), "like 3-1-0"),
        (("--lift", "deadlift", "--reference", "me.ref.json"), "expected a reference of a deadlift"),
    ],
)
def test_a_wrong_file_or_tempo_is_told_at_once(arguments: tuple[str, ...], word: str) -> None:
    run("reference", "make", "me.ref.json", result("good", 1.0, 1.0))
    done = run("analyze", "good", "--from-motion", *arguments)
    assert done.exit_code == 2
    assert word in " ".join(done.stderr.split())
    assert not Path("good-again.formcheck").exists()


def test_another_lift_is_not_compared_but_still_judged() -> None:
    run("reference", "make", "me.ref.json", result("good", 1.0, 1.0))
    report = report_of(result("pull", 1.0, 1.0, lift="deadlift"), "--reference", "me.ref.json")
    assert report.comparisons[0].against == "generic"
    assert "me.ref.json is of a squat, this is a deadlift" in report.comparisons[0].notes


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("me.ref.json", "nowhere"), "found nothing"),
        (("me.ref.json", "good", "--rep", "9"), "number 9"),
        (("notes.txt", "good"), "found something else"),
        (("me.ref.json", "good", "pull"), "one lift"),
    ],
)
def test_what_makes_no_reference_is_told(arguments: tuple[str, ...], word: str) -> None:
    result("good", 1.0, 1.0)
    result("pull", 1.0, 1.0, lift="deadlift")
    Path("notes.txt").write_text("of a coach")
    done = run("reference", "make", *arguments)
    assert done.exit_code == 2
    assert word in " ".join(done.stderr.split())
    assert not Path("me.ref.json").exists()
