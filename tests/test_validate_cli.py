"""`formcheck validate`: its tables, its JSON, its exit codes. The eyes are a double."""

import hashlib
import json
import re
import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table as Grid
from rich.text import Text
from synthetic import noisy
from truths import filmed, known, outcome_of, refused
from typer.testing import CliRunner, Result

from formcheck import validate as package
from formcheck.cli import app
from formcheck.cli.markdown import markdown
from formcheck.errors import OutputError
from formcheck.validate.figures import Figure
from formcheck.validate.watch import Outcome

COLUMNS = 100


class Eyes:
    """Stands in for the watching: notes how it was asked, gives known outcomes."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.outcomes = outcomes
        self.asked: list[tuple[Any, ...]] = []
        self.error: Exception | None = None

    def run_clips(
        self, clips: Any, settings: Any, takes: Path, *, jobs: int, progress: Any
    ) -> Iterator[Outcome]:
        self.asked.append((clips, settings, takes, jobs))
        if self.error:
            raise self.error
        progress(len(clips))
        yield from self.outcomes


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Two lifts, rendered and marked, two refusals (one of them right) and a failure."""
    folder = tmp_path_factory.mktemp("outcomes")
    squat, pull = filmed(), filmed("deadlift")
    bare: dict[str, Any] = {"reps": None, "rep_metrics": [], "frames": None, "faults": None}
    short = [{"id": "squat.depth_short", "rep": rep} for rep in (1, 2, 3)]
    return [
        outcome_of(squat, folder, motion=noisy(squat.motion, 2.0), faults=short),
        outcome_of(pull, folder, motion=noisy(pull.motion, 3.0)),
        outcome_of(squat, folder, motion=noisy(squat.motion, 1.0)),
        outcome_of(squat, folder, made="marked", frames=None),
        refused(filmed("curl"), **bare),
        refused(squat, "none", made="marked", frames=None, faults=None),
        refused(squat, "failed", view={}),
    ]


@pytest.fixture
def eyes(outcomes: list[Outcome], monkeypatch: pytest.MonkeyPatch) -> Eyes:
    double = Eyes(outcomes)
    monkeypatch.setattr(package, "run_clips", double.run_clips)
    monkeypatch.setattr("formcheck.models.ensure_models", lambda *args, **options: {})
    return double


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "squat_clip.mp4").touch()
    text = json.dumps(known(filmed()))
    (tmp_path / "squat_clip.truth.json").write_text(text, encoding="utf-8")
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, words)])


def printed(*words: object) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def line_of(text: str, *starts: str) -> str:
    """The cells of the first line that starts with those cells."""
    pattern = r"^\s*" + r"\s+".join(map(re.escape, starts)) + r"\b.*$"
    found = re.search(pattern, text, re.MULTILINE)
    assert found, f"no line {starts}"
    return " ".join(found[0].split())


@pytest.mark.usefixtures("eyes")
def test_the_tables_fit_100_columns(folder: Path) -> None:
    text = printed(folder)
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert "…" not in text
    assert "nan" not in text.lower().split()


@pytest.mark.usefixtures("eyes")
def test_every_table_is_printed_rendered_and_marked_apart(folder: Path) -> None:
    text = printed(folder)
    for title in ("Reps", "Rep timing, found less true", "Lift recognized", "View"):
        assert f"\n{title}, rendered" in text
        assert f"\n{title}, marked" in text
    assert "Joint angles of the near side inside the true reps, found less true, rendered" in text
    assert "Joint angles of the near side inside the true reps, found less true, marked" not in text
    for title in (
        "Path of the bar",
        "Mean concentric velocity",
        "Range of motion",
        "Drift of the bar",
    ):
        assert f"\n{title}" in text
    assert "Drift of the bar, found less true, in cm, marked" not in text
    assert "Rendered clips share their maker's assumptions" in " ".join(text.split())


@pytest.mark.usefixtures("eyes")
def test_figures_stand_with_their_n(folder: Path) -> None:
    text = printed(folder)
    assert "7 clips in" in text
    assert "(5 rendered, 2 marked); 2 refused, 1 failed" in " ".join(text.split())
    reps = text[text.index("Reps, rendered") :]
    squat = "squat 1.00 6 0.67 9 0.800 (0.500–1.000) 3 0 67 % 3"
    assert line_of(reps, "squat") == f"{squat} Metric 0.971"
    assert line_of(reps, "deadlift") == "deadlift 1.00 3 1.00 3 1.000 0 0 100 % 1 Metric 0.971"
    assert "GymAware 0.997: F1, three lifts, cable (Puppyn et al. 2025" in " ".join(text.split())
    velocity = text[text.index("Mean concentric velocity") :]
    assert line_of(velocity, "squat", "side") == "squat side – – – 0 0 % 6 Qwik 0.01-0.04"
    faults = text[text.index("Faults, over") :]
    assert line_of(faults, "squat", "squat.depth_short").split()[2] == "3"
    assert "squat.heel_rise" not in faults


@pytest.mark.usefixtures("eyes")
def test_who_was_wrong_is_told_why(folder: Path) -> None:
    lines = [line for line in printed(folder).splitlines() if line.endswith("it is something else")]
    assert lines == ["squat_clip: it is something else"] * 2  # not the curl, which is rightly refused


@pytest.mark.usefixtures("eyes")
def test_confusions_count_the_clips(folder: Path) -> None:
    text = printed(folder)
    lifts = text[text.index("Lift recognized, rendered") :]
    assert line_of(lifts, "squat") == "squat 2 · · · · 1 3"
    assert line_of(lifts, "other") == "other · · · 1 · · 1"
    assert "\nright: 80 (40–100) % (n 5)\n" in lifts


def test_the_json_holds_everything(folder: Path, eyes: Eyes) -> None:
    document = json.loads(printed(folder, "--json", "--preset", "light"))
    assert document.keys() == {
        "schema", "formcheck", "folder", "settings", "eyes_sha256", "clips", "confusions", "tables",
    }  # fmt: skip
    assert document["settings"] == {
        "preset": "light", "pose": "direct", "pose_rate_hz": 30.0, "pose_least_hz": 6.0, "bar_rate_hz": 60.0,
    }  # fmt: skip
    assert document["folder"] == folder.resolve().name
    assert [clip["found"] for clip in document["clips"]] == [outcome.found for outcome in eyes.outcomes]
    assert document["clips"][0]["reps"] == {"true": 3, "found": 3, "matched": 3, "missed": 0, "extra": 0}
    assert document["clips"][0]["view"]["true"] == "side"
    assert document["clips"][4]["reps"]["true"] is None
    assert document["confusions"]["lifts"]["rendered"]["squat"] == {"squat": 2, "failed": 1}
    tables = {table["name"]: table for table in document["tables"]}
    assert list(tables) == [table.name for table in package.document.TABLES]
    assert (tables["drift"]["rows"][0]["view"], tables["drift"]["rows"][0]["yaw"]) == ("side", "all")
    assert [one["name"] for one in tables["velocity"]["rows"][0]["published"]] == ["Qwik", "Metric"]
    [row] = [row for row in tables["reps"]["rows"] if (row["made"], row["lift"]) == ("rendered", "all")]
    assert row["figures"]["recall"].keys() == set(Figure.__dataclass_fields__)
    assert (row["figures"]["missed"]["value"], row["figures"]["missed"]["clips"]) == (3.0, 4)
    json.loads(json.dumps(document), parse_constant=lambda constant: pytest.fail(f"{constant} in the JSON"))


@pytest.mark.usefixtures("eyes")
def test_markdown_holds_the_same_tables(folder: Path) -> None:
    text = printed(folder, "--preset", "light", "--markdown")
    today = datetime.now().astimezone().date().isoformat()
    command = shlex.join(["formcheck", "validate", str(folder), "--preset", "light", "--markdown"])
    assert text.startswith(f"Made on {today} by `{command}`.\n\nformcheck ")
    block = text[text.index("**Reps, rendered**") :].split("\n\n")[1].splitlines()
    assert block[0].startswith(
        "| lift | precision | found | recall | true | F1 | missed | extra | count exact |"
    )
    assert block[1].startswith("| :--- | ---: |")
    assert block[2] == (
        "| squat | 1.00 | 6 | 0.67 | 9 | 0.800 (0.500–1.000) | 3 | 0 | 67 % | 3 "
        "| Metric 0.971 GymAware 0.997 |"
    )
    for table in text.split("\n\n"):
        if table.startswith("|"):
            assert len({line.count(" |") for line in table.splitlines()}) == 1, table
    on_screen = printed(folder, "--preset", "light")
    shown = set(re.findall(r"^\*\*(.+)\*\*$", text, re.MULTILINE))
    assert shown
    assert [title for title in shown if title not in on_screen] == []


def test_cells_cannot_break_a_markdown_table() -> None:
    grid = Grid("a\nb", "dis-\ncarded", title="T")
    grid.add_row("x|y", "*<z>")
    text = markdown([grid, Text("one\ntwo\n")], "formcheck")
    assert text.split("\n\n", 1)[1] == (
        "**T**\n\n| a b | discarded |\n| :--- | :--- |\n| x\\|y | \\*&lt;z> |\n\none two"
    )


def test_json_and_markdown_are_one_or_the_other(folder: Path, eyes: Eyes) -> None:
    result = run(folder, "--json", "--markdown")
    assert (result.exit_code, result.stdout) == (2, "")
    assert not eyes.asked


def test_marks_reach_the_eyes(folder: Path, tmp_path: Path, eyes: Eyes) -> None:
    (folder / "squat_clip.truth.json").write_text('{"schema": 1, "made": "marked", "lift": "squat"}')
    mark = {"time_s": 2.0, "x_px": 10.0, "y_px": 20.0, "semi_axes_px": [40.0, 44.0]}
    content = hashlib.sha256((folder / "squat_clip.mp4").read_bytes()).hexdigest()
    marks = {"any name": {"sha256": content, "uncertainty_px": 1.5, "marks": [mark]}}
    path = tmp_path / "plates.json"
    path.write_text(json.dumps(marks), encoding="utf-8")
    text = printed(folder, "--marks", path, "--markdown")
    assert f"--marks {shlex.quote(str(path))} --markdown" in text
    frames = eyes.asked[0][0][0].truth.frames
    assert (frames.bar_px, frames.plate_radius_px) == (((10.0, 20.0),), (44.0,))
    path.write_text("{}")
    assert run(folder, "--marks", path).exit_code == 2


@pytest.mark.usefixtures("eyes")
@pytest.mark.parametrize("words", [[], ["--json"], ["--markdown"]], ids=["table", "json", "markdown"])
def test_the_same_clips_print_the_same(words: list[str], folder: Path) -> None:
    assert printed(folder, *words) == printed(folder, *words)


def test_what_was_asked_reaches_the_eyes(folder: Path, eyes: Eyes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    run(folder, "--preset", "balanced", "--jobs", "3")
    run(folder)
    (clips, settings, takes, jobs), (_, by_default, _, cores) = eyes.asked
    assert [clip.name for clip in clips] == ["squat_clip"]
    assert (settings.preset, by_default.preset, jobs, cores) == ("balanced", "accurate", 3, 5)
    assert takes.name == "takes"


def test_a_folder_that_cannot_be_used_ends_with_2(tmp_path: Path, eyes: Eyes) -> None:
    for place in (tmp_path, tmp_path / "none"):
        result = run(place)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("error: ")
    (tmp_path / "a.truth.json").write_text('{"schema": 1, "made": "marked", "lift": "curl"}')
    (tmp_path / "a.mp4").touch()
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "a.truth.json" in result.stderr
    assert "lift:" in result.stderr
    assert not eyes.asked


def test_takes_that_cannot_be_kept_end_with_2(folder: Path, eyes: Eyes) -> None:
    eyes.error = OutputError("cannot make a folder for takes", "Set XDG_CACHE_HOME.")
    result = run(folder)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: Set XDG_CACHE_HOME." in result.stderr


def test_who_has_mediapipe_run_is_told_of_its_metrics(
    folder: Path, tmp_path: Path, eyes: Eyes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_POSE", "mediapipe")
    monkeypatch.setenv("FORMCHECK_MODELS_DIR", str(tmp_path / "models"))
    result = run(folder)
    assert result.exit_code == 0
    assert "metrics" in result.stderr
    assert "pose mediapipe" in result.stdout


def test_nobody_needs_more_than_one_core(folder: Path, eyes: Eyes) -> None:
    assert run(folder, "--jobs", "0").exit_code == 2
    assert not eyes.asked
