"""Clips in processes of their own, takes that are kept, and clips that go wrong."""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from builders import MemorySource
from synthetic import film
from truths import TEMPO, filmed, truth_of

from formcheck.errors import OutputError, TooShort
from formcheck.judgement import analyze_motion
from formcheck.models import find_model, networks_of
from formcheck.motion import save_motion
from formcheck.origin import Origin
from formcheck.pipeline import Analyzer
from formcheck.pose.recorded import RecordedPose
from formcheck.settings import Settings
from formcheck.validate import find_clips, run_clips, takes, watch
from formcheck.validate.clips import Clip
from formcheck.validate.takes import Cost, kept_cost, prune, save_cost, save_take, take_path
from formcheck.validate.watch import Outcome

SAMPLES = Path(__file__).parents[1] / "samples"
SETTINGS = Settings(preset="light")


def clips_of(folder: Path, *names: str) -> list[Clip]:
    """Files that only pretend to be videos, each with the truth of a squat."""
    truth = truth_of(filmed())
    for name in names:
        (folder / f"{name}.mp4").write_text(name)
    return [Clip(name, folder / f"{name}.mp4", truth) for name in names]


def watched(clips: list[Clip], folder: Path, **changes: Any) -> list[Outcome]:
    return list(run_clips(clips, SETTINGS, folder / "takes", **{"jobs": 2, **changes}))


# stand-ins for the eyes; a new process finds them by their name


def stand_in(task: Any, settings: Settings, jobs: int, results: Connection) -> None:
    """Keeps a squat for `squat`, a curl for `curl`, and so on; the process of `dead` dies."""
    if task.name == "dead":
        os._exit(7)
    if task.name == "stuck":
        time.sleep(60)
    tempo = (lambda time_s: 0.0 * time_s) if task.name == "still" else TEMPO
    motion = film("curl" if task.name == "curl" else "squat", tempo, fps=30.0).motion
    origin = Origin(MemorySource(motion).info, 1.0, (), {}, {"preset": settings.preset})
    note = "{}" if task.name == "broken" else origin.to_json()
    task.take.parent.mkdir(exist_ok=True)
    save_motion(motion, task.take, note=note)
    cost = Cost(float(settings.threads), 100.0, jobs)
    save_cost(cost, task.take)
    results.send(watch._Watched(task.take, cost))


@pytest.fixture
def doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_watch", stand_in)


@pytest.mark.slow
@pytest.mark.usefixtures("doubles")
def test_no_clip_is_dropped_whatever_goes_wrong(tmp_path: Path) -> None:
    clips = clips_of(tmp_path, "squat", "dead", "curl", "still", "broken")
    clips += [Clip("gone", None, clips[0].truth), Clip("away", tmp_path / "away.mp4", clips[0].truth)]
    outcomes = watched(clips, tmp_path)
    assert [(outcome.clip.name, outcome.found) for outcome in outcomes] == [
        ("squat", "squat"), ("dead", "failed"), ("curl", "other"), ("still", "none"), ("broken", "failed"),
        ("gone", "failed"), ("away", "failed"),
    ]  # fmt: skip
    errors = {outcome.clip.name: outcome.error for outcome in outcomes}
    assert errors["squat"] == ""
    assert errors["dead"] == "its process died with exit code 7"
    assert "standing" in errors["curl"]
    assert "expected a take with a note" in errors["broken"]
    assert "gone.mp4" in errors["gone"]
    assert errors["away"].startswith("away.mp4: cannot be read")
    assert [outcome.analysis is not None for outcome in outcomes] == [True] + [False] * 6


@pytest.mark.usefixtures("doubles")
def test_progress_counts_the_clips(tmp_path: Path) -> None:
    seen: list[int] = []
    watched(clips_of(tmp_path, "squat", "dead", "curl"), tmp_path, progress=seen.append)
    assert seen == [0, 1, 2, 3]


@pytest.mark.usefixtures("doubles")
def test_cores_are_shared_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch.os, "cpu_count", lambda: 4)
    [alone] = watched(clips_of(tmp_path, "squat"), tmp_path, jobs=1)
    [crowded] = watched(clips_of(tmp_path, "other"), tmp_path, jobs=4)
    assert alone.cost == Cost(2.0, 100.0, 1)
    assert crowded.cost == Cost(1.0, 100.0, 4)


@pytest.mark.usefixtures("doubles")
def test_the_plates_diameter_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the truth, else by the settings; a take does not depend on it."""
    told: list[float] = []

    def judged(path: Path, *, settings: Settings) -> Any:
        assert "plate_diameter_m" in settings.model_fields_set
        told.append(settings.plate_diameter_m)
        return analyze_motion(path, settings=settings)

    monkeypatch.setattr(watch, "analyze_motion", judged)
    [clip] = clips_of(tmp_path, "squat")
    small = replace(clip, truth=clip.truth.model_copy(update={"plate_diameter_m": 0.325}))
    watched([small], tmp_path)
    watched([clip], tmp_path)
    assert told == [0.325, 0.45]
    assert len(list((tmp_path / "takes").glob("*.npz"))) == 1


@pytest.mark.usefixtures("doubles")
def test_a_kept_take_is_not_watched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = clips_of(tmp_path, "squat")
    [first] = watched(clips, tmp_path)
    monkeypatch.setattr(watch, "_watch", None)
    seen: list[int] = []
    [again] = watched(clips, tmp_path, progress=seen.append)
    assert (again.found, again.cost, seen) == ("squat", first.cost, [1])
    assert first.analysis is not None
    assert again.analysis is not None
    assert again.analysis.report.reps == first.analysis.report.reps


@pytest.mark.usefixtures("doubles")
def test_who_stops_leaves_no_process_behind(tmp_path: Path) -> None:
    tasks = [watch._Task(name, tmp_path, tmp_path / "takes" / f"{name}.npz") for name in ("squat", "stuck")]
    running = watch._watch_all(tasks, SETTINGS, 2)
    task, _ = next(running)
    assert task.name == "squat"
    assert multiprocessing.active_children()
    running.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()


def test_what_is_no_video_is_a_failed_clip(tmp_path: Path) -> None:
    """By the true eyes, in a process of their own."""
    [outcome] = watched(clips_of(tmp_path, "squat"), tmp_path)
    assert (outcome.found, outcome.cost) == ("failed", None)
    assert "squat.mp4" in outcome.error
    assert not list((tmp_path / "takes").glob("*"))


@pytest.mark.slow
@pytest.mark.models
def test_a_clip_is_watched_and_kept(tmp_path: Path) -> None:
    """By the true eyes; the second time from what was kept."""
    if not all(find_model(name, SETTINGS.models_dir) for name in networks_of("light")):
        pytest.skip("needs the networks: formcheck models pull --preset light")
    [clip] = [clip for clip in find_clips(SAMPLES) if clip.name == "squat_front"]
    [first] = watched([clip], tmp_path)
    [again] = watched([clip], tmp_path)
    assert (first.found, first.error) == ("squat", "")
    assert first.cost is not None
    assert first.cost.seconds > 0.5
    assert first.cost.peak_mb is not None
    assert 100 < first.cost.peak_mb < 2000
    assert again.cost == first.cost
    assert len(list((tmp_path / "takes").iterdir())) == 2


# what is kept


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"picture")
    return path


def test_the_name_of_a_take_tells_all_that_it_depends_on(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_path(tmp_path, clip, SETTINGS)
    assert take_path(tmp_path, clip, SETTINGS) == first
    assert take_path(tmp_path, clip, SETTINGS.model_copy(update={"threads": 1})) == first
    others = {
        take_path(tmp_path, clip, SETTINGS.model_copy(update=change))
        for change in ({"preset": "accurate"}, {"pose": "mediapipe"}, {"pose_rate_hz": 15.0})
    }
    with monkeypatch.context() as patch:
        patch.setattr(takes, "eyes_sha256", lambda: "other code")
        others.add(take_path(tmp_path, clip, SETTINGS))
    with monkeypatch.context() as patch:
        patch.setattr(takes, "_weights", lambda *_: {"full": "other weights"})
        others.add(take_path(tmp_path, clip, SETTINGS))
    with monkeypatch.context() as patch:
        patch.setattr(takes, "version", lambda _: "99")
        others.add(take_path(tmp_path, clip, SETTINGS))
    clip.write_bytes(b"another")
    others.add(take_path(tmp_path, clip, SETTINGS))
    assert len(others) == 7
    assert first not in others


def test_a_library_that_is_not_installed_is_another_one(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take_path(tmp_path, clip, SETTINGS)
    monkeypatch.setattr(takes, "_LIBRARIES", (*takes._LIBRARIES[1:], "no-such-library"))
    assert take_path(tmp_path, clip, SETTINGS) != first


def test_a_renamed_clip_is_the_same_take(clip: Path, tmp_path: Path) -> None:
    first = take_path(tmp_path, clip, SETTINGS)
    assert take_path(tmp_path, clip.rename(tmp_path / "b.mp4"), SETTINGS) == first


def test_a_folder_of_images_is_known_by_names_and_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "1.png").write_bytes(b"one")
    first = take_path(tmp_path, folder, SETTINGS)
    (folder / "1.png").rename(folder / "2.png")
    assert take_path(tmp_path, folder, SETTINGS) != first


def test_the_eyes_are_known_by_their_sources() -> None:
    sources = {
        path for name in takes._EYES for path, _ in takes._sources(takes.files("formcheck") / name, name)
    }
    assert {
        "lifter.py",
        "motion.py",
        "pipeline.py",
        "pose/direct.py",
        "bar/hands.py",
        "video/file.py",
    } <= sources
    assert not {path for path in sources if path.startswith(("signals", "metrics", "reps", "faults"))}
    assert len(takes.eyes_sha256()) == 64


@pytest.mark.parametrize("spoil", ["motion", "cost", "no cost"])
def test_a_spoiled_take_counts_as_none(spoil: str, tmp_path: Path) -> None:
    path = tmp_path / "take.npz"
    save_motion(filmed().motion, path)
    save_cost(Cost(1.0, None, 1), path)
    assert kept_cost(path) == Cost(1.0, None, 1)
    if spoil == "motion":
        path.write_bytes(path.read_bytes()[:500])
    elif spoil == "cost":
        path.with_suffix(".json").write_text(json.dumps({"seconds": 1.0}))
    else:
        path.with_suffix(".json").unlink()
    assert kept_cost(path) is None


def aged(path: Path, days: float) -> Path:
    """A file that was last used so many days ago."""
    path.touch()
    then = time.time() - days * 24 * 3600
    os.utime(path, (then, then))
    return path


def test_takes_that_nobody_uses_are_deleted(tmp_path: Path) -> None:
    old, new = "a" * 64, "b" * 64
    for name, days in ((old, 31.0), (new, 29.0)):
        for ending in (".npz", ".json"):
            aged(tmp_path / f"{name}{ending}", days)
    for name in ("notes.npz", f"{old}.txt"):
        aged(tmp_path / name, 400.0)
    prune(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{new}.npz", f"{new}.json", "notes.npz", f"{old}.txt",
    }  # fmt: skip


@pytest.mark.usefixtures("doubles")
def test_a_take_that_is_used_stays(tmp_path: Path) -> None:
    """Of two takes that lie for 29 days, the one that is judged again is as good as new."""
    clips = clips_of(tmp_path, "squat", "other")
    watched(clips, tmp_path)
    kept = {clip.name: take_path(tmp_path / "takes", clip.path, SETTINGS) for clip in clips if clip.path}
    for path in kept.values():
        for file in (path, path.with_suffix(".json")):
            aged(file, 29.0)
    watched(clips[:1], tmp_path)
    for path in (tmp_path / "takes").iterdir():
        aged(path, (time.time() - path.stat().st_mtime) / (24 * 3600) + 2)
    watched(clips[:1], tmp_path)
    assert {path.stem for path in (tmp_path / "takes").iterdir()} == {kept["squat"].stem}


def test_a_take_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    motion = filmed(size_px=(90, 160)).motion
    source = MemorySource(motion)
    analyzer = Analyzer(source.info, settings=SETTINGS, pose=RecordedPose.of(motion))
    path = tmp_path / "takes" / "take.npz"
    with pytest.raises(TooShort):
        save_take(analyzer, source, path)
    for frame in source:
        analyzer.update(frame)
    save_take(analyzer, source, path)
    assert [file.name for file in path.parent.iterdir()] == ["take.npz"]
    assert analyze_motion(path).report.lift.name == "squat"
    with pytest.raises(OutputError, match="cannot make a folder for takes"):
        save_take(analyzer, source, path / "below" / "take.npz")
    taken = path.with_name("taken.npz")
    (taken / "something").mkdir(parents=True)
    with pytest.raises(OutputError, match="cannot keep a take"):
        save_take(analyzer, source, taken)
    assert sorted(file.name for file in path.parent.iterdir()) == ["take.npz", "taken.npz"]


def test_without_a_folder_for_takes_nothing_is_watched(tmp_path: Path) -> None:
    (tmp_path / "takes").touch()
    with pytest.raises(OutputError, match="cannot make a folder for takes"):
        watched(clips_of(tmp_path, "squat"), tmp_path)


def peaks(*lines: str) -> list[float]:
    """What a new process prints of its peaks."""
    code = "; ".join(("import subprocess, sys", "from formcheck.validate.watch import _peak_mb", *lines))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return [float(word) for word in done.stdout.split()]


def test_the_peak_stays_when_the_memory_is_given_back() -> None:
    before, after = peaks("before = _peak_mb()", "b'1' * 400_000_000", "print(before, _peak_mb())")
    assert 20 < before < 400
    assert 400 < after < before + 450


def test_the_peak_is_not_that_of_the_process_that_made_it() -> None:
    child = "from formcheck.validate.watch import _peak_mb; print(_peak_mb())"
    [found] = peaks(
        "ballast = bytearray(b'1') * 600_000_000", f"subprocess.run([sys.executable, '-c', {child!r}])"
    )
    assert found < 500
