"""The folder of results: written whole or not at all."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

from formcheck.draw import annotate, draw_evidence
from formcheck.errors import OutputError
from formcheck.judgement import Analysis
from formcheck.motion import Motion, save_motion
from formcheck.pipeline import OnProgress, ticker
from formcheck.pose import FloatArray
from formcheck.report.files import to_json, write_reps_csv, write_signals_csv
from formcheck.report.html import Picture, to_html
from formcheck.signals import Signals, resample
from formcheck.skeleton import INDEX

_RESULT = "report.json"

_TRAIL_AGREEMENT = 0.6
_TRAIL_CONFIDENCE = 0.1
"""Below them the hands were hidden, and a path drawn where they are guessed would mislead."""


def save_analysis(
    analysis: Analysis,
    out: str | Path,
    *,
    video: bool = True,
    progress: OnProgress | None = None,
) -> Path:
    """Write report.json, report.html, annotated.mp4, evidence/, reps.csv, signals.csv and motion.npz.

    All is written to a temporary folder beside it and renamed: a folder of results is always whole. An older
    result in its place is replaced; any other folder is left alone.

    Raises
    ------
    OutputError
        The place is taken by something else, or cannot be written.
    """
    out = Path(out)
    check_place(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise OutputError(f"cannot write to {out.parent}: {error.strerror}", "Use --out.") from error
    try:
        _write_files(analysis, work, video=video, progress=progress)
        work.chmod(0o755)
        _exchange(work, out)
    except OSError as error:
        raise OutputError(f"cannot write {out}: {error.strerror}", "Is the disk full?") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return out


def check_place(out: Path) -> None:
    """Refuse a place for results that holds something else than an older result.

    Raises
    ------
    OutputError
        It does.
    """
    if out.exists() and not _is_result(out) and not _is_empty_folder(out):
        raise OutputError(
            f"expected {out} to be free or an older result, found something else",
            "Choose another folder with --out.",
        )


def _write_files(analysis: Analysis, folder: Path, *, video: bool, progress: OnProgress | None) -> None:
    report, motion, signals = analysis.report, analysis.motion, analysis.signals
    clip = folder / "annotated.mp4"
    bar_px = resample(signals.time_s, signals.bar_px, motion.time_s)
    if not _followed(motion, signals):
        bar_px = np.full_like(bar_px, np.nan)
    points, confidence = _skeleton(analysis)
    if video and analysis.source is not None:
        tick = ticker("drawing", len(motion.time_s), progress)
        annotate(
            analysis.source,
            time_s=motion.time_s,
            keypoints_px=points,
            confidence=confidence,
            bar_px=bar_px,
            report=report,
            path=clip,
            plate_px=motion.plate_px,
            plate_axes_px=motion.plate_axes_px,
            camera_px=motion.camera_px if signals.camera_moved else None,
            progress=lambda done, _: tick(done),
        )
    pictures: dict[str, Picture] = {}
    if analysis.source is not None:
        shake = motion.camera_px if signals.camera_moved else 0.0
        pictures = draw_evidence(
            analysis.source,
            time_s=motion.time_s,
            keypoints_px=points,
            confidence=confidence,
            bar_px=bar_px + shake,
            plate_axes_px=motion.plate_axes_px,
            report=report,
            folder=folder / "evidence",
        )
    ticker("writing", None, progress)(0)
    write_reps_csv(report, folder / "reps.csv")
    write_signals_csv(report, folder / "signals.csv")
    save_motion(motion, folder / "motion.npz", note=analysis.origin.to_json())
    page = to_html(report, clip if clip.exists() else None, pictures)
    (folder / "report.html").write_text(page, encoding="utf-8")
    (folder / _RESULT).write_text(to_json(report), encoding="utf-8")


def _skeleton(analysis: Analysis) -> tuple[FloatArray, FloatArray]:
    """(T, K, 2) keypoints to draw and (T, K) how sure they are: the fitted body's where it is trusted."""
    motion, signals, body = analysis.motion, analysis.signals, analysis.take.body
    points = resample(signals.time_s, signals.keypoints_px, motion.time_s)
    confidence = motion.confidence.copy()
    for name, fitted_px in body.keypoints_px.items() if body and body.trusted else ():
        known = np.isfinite(fitted_px[:, 0])
        points[known, INDEX[name]] = fitted_px[known]
        confidence[known, INDEX[name]] = 1.0
    return points, confidence


def _followed(motion: Motion, signals: Signals) -> bool:
    """Whether the bar path can be drawn: the plate's, or that of hands that were seen."""
    if motion.bar_kind == "plate":
        return True
    hands_seen = float(np.median(motion.hands_confidence)) >= _TRAIL_CONFIDENCE
    return hands_seen and signals.bar_agreement >= _TRAIL_AGREEMENT


def _exchange(work: Path, out: Path) -> None:
    """Put the new folder in the old one's place; the old one is deleted only when that is done."""
    older = work.with_name(f"{work.name}.older")
    if out.exists():
        out.replace(older)
    try:
        work.replace(out)
    except OSError:
        if older.exists():
            older.replace(out)
        raise
    shutil.rmtree(older, ignore_errors=True)


def _is_result(path: Path) -> bool:
    """Whether a folder holds a report of ours, of this version or another."""
    try:
        report = json.loads((path / _RESULT).read_text("utf-8"))
        return "schema_version" in report and "formcheck" in report["made_by"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())
