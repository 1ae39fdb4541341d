"""Analyzes a video inside a decoder's process, and tells meanwhile what it sees.

The same stages as `formcheck analyze`, from its public parts: between them go the frames and reps so far to
whoever waits, and everybody's faces to where they can be blurred.
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import formcheck
from formcheck import Analysis, Analyzer, Progress, Report
from formcheck.draw.faces import Faces, blur_faces, blur_image
from formcheck.draw.still import save_still, save_stills
from formcheck.early import Early
from formcheck.pose import Pose, PoseEstimator, load_pose
from formcheck.report.html import to_html
from formcheck.settings import Settings
from formcheck.threads import Shares
from formcheck.video import Frame, FrameSource, open_video

from .storage import ANNOTATED, BLURRED, PREVIEW, THUMBNAIL
from .summary import evidence, still_name, worst_instant

Say = Callable[[Mapping[str, Any]], None]

_TELL_EVERY_S = 0.5
_PREVIEW_EVERY_S = 1.5
_PREVIEW_SIDE_PX = 360
_STILL_SIDE_PX = 480
_FACTS = ("preset", "plate_diameter_m", "height_m", "load_kg", "variant", "rules", "tempo")


class FaceWatch:
    """A pose estimator that remembers where the faces of everybody in view were."""

    def __init__(self, inner: PoseEstimator) -> None:
        self.name = inner.name
        self.faces = Faces()
        self._inner = inner

    def estimate(self, frames: Sequence[Frame]) -> list[tuple[Pose, ...]]:
        """Poses of the people in each frame."""
        found = self._inner.estimate(frames)
        for frame, people in zip(frames, found, strict=True):
            self.faces.add(frame.time_s, people)
        return found

    def reset(self) -> None:
        """Forget everybody."""
        self._inner.reset()


class Meanwhile:
    """Tells of frames watched, shows one now and then, and the reps so far as often as that costs little."""

    def __init__(self, analyzer: Analyzer, total: int | None, folder: Path, say: Say, faces: Faces) -> None:
        self._total, self._folder, self._say = total, folder, say
        self._faces = faces
        self._started = self._told_at = self._shown_at = time.monotonic()
        self._early = Early(analyzer.report, lambda report: say(reps_line(report)))

    def see(self, frame: Frame) -> None:
        """Take note of a frame that was watched."""
        current = time.monotonic()
        if current - self._shown_at > _PREVIEW_EVERY_S:
            self._shown_at = current
            hidden = blur_image(frame.image, self._faces.at(frame.time_s))
            save_still(hidden, self._folder / PREVIEW, side_px=_PREVIEW_SIDE_PX)
        if current - self._told_at > _TELL_EVERY_S:
            self._told_at = current
            rate = (frame.index + 1) / (current - self._started)
            self._say(progress_line(Progress("watching", frame.index + 1, self._total, rate)))
        self._early.look(frame.time_s)


def reps_line(report: Report) -> dict[str, Any]:
    """Word the reps of a report as a line."""
    return {"lift": report.lift.title, "reps": [partial_rep(report, n) for n in range(len(report.reps))]}


def partial_rep(report: Report, index: int) -> dict[str, Any]:
    """What is told of a rep before the set is over."""
    rep = report.reps[index]
    return {
        "number": rep.number,
        "start_s": rep.start_s,
        "end_s": rep.end_s,
        "tempo": rep.tempo,
        "verdict": rep.verdict,
    }


def progress_line(progress: Progress) -> dict[str, Any]:
    """Word a stage's progress as a line."""
    return {
        "stage": progress.stage,
        "done": progress.done,
        "total": progress.total,
        "frames_per_s": round(progress.frames_per_s, 1),
    }


def analyze(task: Mapping[str, Any], folder: Path, say: Say) -> None:
    """Write the results of a video into a folder.

    Parameters
    ----------
    task
        `path`, `name`, `models_dir`, `threads`, `limits`, `blur`, `options`: what was said of the set, and
        `references`: by lift the name and document of what it is compared with.
    folder
        Gets the files of `formcheck.save_analysis`, stills of the findings and a copy with blurred faces.
    say
        Takes the lines.

    Raises
    ------
    FormcheckError
        The video cannot be judged.
    """
    options = task["options"]
    given = {name: options[name] for name in _FACTS if options.get(name) is not None}
    settings = Settings(
        models_dir=Path(task["models_dir"]), threads=task["threads"], limits=task["limits"], **given
    )
    source = open_video(task["path"], limits=settings.limits, threads=Shares.of(settings.threads).decoder)
    take = folder / "take.npz"
    faces = _watch(source, task, settings, take, say)
    analysis = judged(take, options.get("lift"), settings, task["references"])
    take.unlink()
    say(reps_line(analysis.report))
    _write(replace(analysis, source=source), folder, say)
    _show(folder, faces, blur=task["blur"], say=say)


def _watch(source: FrameSource, task: Mapping[str, Any], settings: Settings, take: Path, say: Say) -> Faces:
    """Watch a video and keep its take; what the networks hold ends here, and is free for the judgement."""
    options = task["options"]
    slow_motion = options.get("slow_motion") or source.info.slow_motion
    info = replace(source.info, name=task["name"], slow_motion=slow_motion)
    pose = load_pose(
        settings.pose, preset=settings.preset, models_dir=settings.models_dir, threads=settings.threads
    )
    watch = FaceWatch(pose)
    analyzer = Analyzer(info, lift=options.get("lift"), settings=settings, pose=watch)
    meanwhile = Meanwhile(analyzer, source.info.frames, take.parent, say, watch.faces)
    for frame in analyzer.watch(source):
        meanwhile.see(frame)
    motion = analyzer.motion()
    say(progress_line(Progress("judging", len(motion.time_s), len(motion.time_s), 0.0)))
    formcheck.save_motion(motion, take, note=analyzer.origin(source).to_json())
    return watch.faces


def judged(take: Path, lift: str | None, settings: Settings, references: Mapping[str, Any]) -> Analysis:
    """Judge a take, beside the reference of its lift if there is one."""
    analysis = formcheck.analyze_motion(take, lift=lift, settings=settings)
    kept = references.get(analysis.report.lift.name)
    if kept is None:
        return analysis
    path = take.with_name(kept["name"])
    path.write_text(json.dumps(kept["document"]), "utf-8")
    settings = settings.model_copy(update={"reference": path})
    analysis = formcheck.analyze_motion(take, lift=lift, settings=settings)
    path.unlink()
    return analysis


def _write(analysis: Analysis, folder: Path, say: Say) -> None:
    results = folder / "results"
    formcheck.save_analysis(analysis, results, progress=_throttled(say))
    for path in results.iterdir():
        path.replace(folder / path.name)
    results.rmdir()
    shutil.rmtree(folder / "evidence", ignore_errors=True)


def _throttled(say: Say) -> Callable[[Progress], None]:
    last = -np.inf

    def tell(progress: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= _TELL_EVERY_S:
            last = time.monotonic()
            say(progress_line(progress))

    return tell


def _show(folder: Path, faces: Faces, *, blur: bool, say: Say) -> None:
    """Make the copy with blurred faces, and stills from it; all is blurred where that was asked."""
    report = Report.model_validate_json((folder / "report.json").read_text("utf-8"))
    annotated, blurred = folder / ANNOTATED, folder / BLURRED
    tell, frames = _throttled(say), report.video.frames
    blur_faces(
        annotated,
        blurred,
        faces,
        width_px=report.video.width_px,
        progress=lambda done: tell(Progress("blurring", done, frames, 0.0)),
    )
    if blur:
        annotated.unlink()
        annotated.hardlink_to(blurred)
        (folder / "report.html").write_text(to_html(report, annotated), "utf-8")
    stills = {still_name(fault): fault.at_s for fault in evidence(report)}
    save_stills(blurred, stills | {THUMBNAIL: worst_instant(report)}, folder, side_px=_STILL_SIDE_PX)
    (folder / PREVIEW).unlink(missing_ok=True)
