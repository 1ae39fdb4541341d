"""The folder of results: written whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import MemorySource
from synthetic import Tempo, film, take_of

from formcheck import output
from formcheck.errors import OutputError
from formcheck.judgement import Analysis, judge
from formcheck.motion import load_motion
from formcheck.origin import Origin
from formcheck.output import save_analysis
from formcheck.pipeline import Progress
from formcheck.report import Report

FILES = {"report.json", "report.html", "reps.csv", "signals.csv", "motion.npz"}


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    motion = film("squat", Tempo((1.0,)), size_px=(270, 480), fps=30.0).motion
    source = MemorySource(motion)
    origin = Origin(source.info, 1.0, (), {}, {"preset": "accurate"})
    take = take_of(motion)
    return Analysis(judge(motion, origin), motion, take.signals, origin, source, take, ())


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# what is written


def test_the_files_of_a_result(analysis: Analysis, tmp_path: Path) -> None:
    folder = save_analysis(analysis, tmp_path / "a" / "b" / "result", video=False)
    assert folder == tmp_path / "a" / "b" / "result"
    assert names(folder) == FILES
    assert names(folder.parent) == {"result"}
    report = Report.model_validate_json((folder / "report.json").read_text("utf-8"))
    assert report == analysis.report
    np.testing.assert_array_equal(
        load_motion(folder / "motion.npz").keypoints_px, analysis.motion.keypoints_px
    )
    assert "<html" in (folder / "report.html").read_text("utf-8")
    assert len((folder / "reps.csv").read_text("utf-8").splitlines()) == 2


def test_with_its_video(analysis: Analysis, tmp_path: Path) -> None:
    told: list[Progress] = []
    folder = save_analysis(analysis, str(tmp_path / "result"), progress=told.append)
    assert names(folder) == FILES | {"annotated.mp4"}
    assert {progress.stage for progress in told} == {"drawing", "writing"}
    assert max(p.done for p in told if p.stage == "drawing") == len(analysis.motion.time_s)


def test_others_may_read_a_result(analysis: Analysis, tmp_path: Path) -> None:
    folder = save_analysis(analysis, tmp_path / "result", video=False)
    assert folder.stat().st_mode & 0o777 == 0o755


# what is in the way


def test_an_older_result_is_replaced_whole(analysis: Analysis, tmp_path: Path) -> None:
    folder = save_analysis(analysis, tmp_path / "result", video=False)
    (folder / "annotated.mp4").write_bytes(b"of last time")
    save_analysis(analysis, folder, video=False)
    assert names(folder) == FILES
    assert names(tmp_path) == {"result"}


def test_an_empty_folder_is_used(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "result").mkdir()
    assert names(save_analysis(analysis, tmp_path / "result", video=False)) == FILES


def assert_refused(analysis: Analysis, out: Path) -> None:
    with pytest.raises(OutputError) as caught:
        save_analysis(analysis, out, video=False)
    assert str(out) in caught.value.message
    assert caught.value.hint


def test_a_folder_that_is_no_result_is_left_alone(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("my only copy")
    assert_refused(analysis, tmp_path / "thesis")
    assert contents(tmp_path / "thesis") == {"chapter1.txt": b"my only copy"}
    assert names(tmp_path) == {"thesis"}


@pytest.mark.parametrize("report", ["{}", json.dumps({"schema_version": 2, "issues": []}), "not even JSON"])
def test_a_folder_with_somebody_elses_report_is_left_alone(
    analysis: Analysis, tmp_path: Path, report: str
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "report.json").write_text(report)
    (folder / "source.c").write_text("my only copy")
    assert_refused(analysis, folder)
    assert (folder / "source.c").read_text() == "my only copy"


def test_a_file_is_left_alone(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "squat.mp4").write_bytes(b"the video")
    assert_refused(analysis, tmp_path / "squat.mp4")
    assert (tmp_path / "squat.mp4").read_bytes() == b"the video"


def test_a_place_that_cannot_be_made_is_told(analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write to") as caught:
        save_analysis(analysis, tmp_path / "file" / "result", video=False)
    assert caught.value.hint


# failures on the way


def test_what_a_killed_run_left_behind_is_not_in_the_way(analysis: Analysis, older: Path) -> None:
    """Killed between the two renames of an exchange, a run leaves the older result under another name."""
    leftover = older.parent / ".result.older"
    leftover.mkdir()
    (leftover / "report.json").write_text("{}")
    assert names(save_analysis(analysis, older, video=False)) == FILES


@pytest.fixture
def older(analysis: Analysis, tmp_path: Path) -> Path:
    folder = save_analysis(analysis, tmp_path / "result", video=False)
    (folder / "report.html").write_text("of last time")
    return folder


def full_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def mistake(*_: object, **__: object) -> None:
    raise RuntimeError("our mistake")


@pytest.mark.parametrize("step", ["write_reps_csv", "save_motion", "to_html", "to_json"])
@pytest.mark.parametrize(
    ("fails", "error"), [(full_disk, OutputError), (mistake, RuntimeError)], ids=["full disk", "mistake"]
)
def test_a_failure_leaves_the_older_result_and_nothing_else(
    analysis: Analysis,
    older: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    fails: object,
    error: type[Exception],
) -> None:
    before = contents(older)
    monkeypatch.setattr(output, step, fails)
    with pytest.raises(error):
        save_analysis(analysis, older, video=False)
    assert contents(older) == before
    assert names(older.parent) == {"result"}


def test_a_full_disk_is_told(analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "to_html", full_disk)
    with pytest.raises(OutputError, match="No space left on device"):
        save_analysis(analysis, tmp_path / "result", video=False)
    assert names(tmp_path) == set()


def test_a_failure_at_the_last_step_leaves_the_older_result(
    analysis: Analysis, older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new folder cannot be renamed into place, as on a disk that is full or busy."""
    before = contents(older)
    failures, rename = [OSError(30, "Read-only file system")], Path.replace

    def replace(source: Path, target: Path) -> None:
        if target == older and failures:
            raise failures.pop()
        rename(source, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OutputError, match="Read-only file system"):
        save_analysis(analysis, older, video=False)
    assert contents(older) == before
    assert names(older.parent) == {"result"}


# what is drawn of the bar


def drawn(analysis: Analysis, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the drawing was given."""
    given: dict[str, object] = {}
    monkeypatch.setattr(output, "annotate", lambda source, **parts: given.update(parts))
    save_analysis(analysis, folder / "result")
    return given


def test_a_plate_that_was_followed_is_drawn_whatever_the_hands_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    motion = film("squat", Tempo((1.0,)), size_px=(270, 480), fps=30.0, plate_m=0.45).motion
    motion = replace(motion, hands_confidence=np.zeros(len(motion.time_s)))
    source, take = MemorySource(motion), take_of(motion)
    origin = Origin(source.info, 1.0, (), {}, {"preset": "accurate"})
    analysis = Analysis(judge(motion, origin), motion, take.signals, origin, source, take, ())
    given = drawn(analysis, tmp_path, monkeypatch)
    assert given["plate_px"] is motion.plate_px
    assert given["plate_axes_px"] is motion.plate_axes_px
    assert given["camera_px"] is None
    np.testing.assert_allclose(given["bar_px"], motion.plate_px, atol=3.0)


def test_hands_that_were_hidden_have_no_path(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert np.isfinite(drawn(analysis, tmp_path, monkeypatch)["bar_px"]).any()
    hidden = replace(analysis.motion, hands_confidence=np.zeros(len(analysis.motion.time_s)))
    unseen = drawn(replace(analysis, motion=hidden), tmp_path / "hidden", monkeypatch)
    assert np.isnan(unseen["bar_px"]).all()
    assert np.isnan(unseen["plate_px"]).all()


def test_a_moving_background_is_given_to_the_drawing(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = replace(analysis, signals=replace(analysis.signals, camera_moved=True))
    assert drawn(moved, tmp_path, monkeypatch)["camera_px"] is analysis.motion.camera_px
