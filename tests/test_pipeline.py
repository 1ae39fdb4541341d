"""Where the stages meet: judging a take, watching frame by frame, judging again without vision."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import MemorySource
from synthetic import Shot, Tempo, film, hidden, noisy, take_of

from formcheck import pipeline
from formcheck.errors import (
    AnalysisError,
    FormcheckError,
    NoReps,
    NotALift,
    UnknownLift,
    UnreadableVideo,
)
from formcheck.motion import Motion, load_motion, save_motion
from formcheck.origin import Origin
from formcheck.output import save_analysis
from formcheck.pipeline import Analyzer, analyze_motion, judge
from formcheck.pose.recorded import RecordedPose
from formcheck.report import Report
from formcheck.report.files import to_json
from formcheck.settings import Settings

LIFTS = ("squat", "deadlift", "bench_press")
TEMPO = Tempo((1.0, 1.0))


def origin_of(motion: Motion, **changes: object) -> Origin:
    info = replace(MemorySource(motion).info, **changes)
    return Origin(info, 1.0, (), {"pose": "5e" * 32}, {"preset": "light"})


def shot_of(lift: str = "squat") -> Shot:
    return film(lift, TEMPO, size_px=(270, 480), fps=30.0)


def content(report: Report) -> dict[str, object]:
    """All of a report but the moment of its making."""
    return report.model_dump(exclude={"made_by": {"created"}})


# judge


@pytest.mark.parametrize("lift", LIFTS)
def test_a_take_is_judged(lift: str) -> None:
    shot = film(lift, fps=30.0)
    report = judge(shot.motion, origin_of(shot.motion))
    assert (report.lift.name, report.lift.given, report.lift.confidence) == (lift, False, 1.0)
    assert (report.view.name, report.view.facing, report.view.near_side) == ("side", "right", "right")
    assert [rep.number for rep in report.reps] == [1, 2, 3]
    for rep, start in zip(report.reps, shot.tempo.starts_s, strict=True):
        assert (rep.start_s, rep.end_s) == pytest.approx((start, start + 3.0), abs=0.1)
        assert not rep.partial
    assert (report.quality.coverage, report.quality.rep_coverage, report.quality.people) == (1.0, 1.0, 1)
    assert report.quality.pose_rate_hz == pytest.approx(30.0)
    assert report.made_by.weights[0].sha256 == "5e" * 32


@pytest.mark.parametrize("lift", LIFTS)
def test_a_report_survives_json(lift: str) -> None:
    """Every field checked on the way back, and no NaN, which is no JSON."""
    motion = hidden(noisy(film(lift, fps=30.0).motion, 1.0), (2.0, 2.6), (8.0, 8.9))
    report = judge(motion, origin_of(motion))
    text = to_json(report)
    assert Report.model_validate_json(text) == report
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in the JSON"))


@pytest.mark.parametrize("lift", LIFTS)
def test_the_same_take_gives_the_same_report(lift: str) -> None:
    motion = noisy(film(lift, fps=30.0).motion, 2.0)
    origin = origin_of(motion)
    assert content(judge(motion, origin)) == content(judge(motion, origin))


def test_a_named_lift_is_told_as_given() -> None:
    motion = shot_of("curl").motion
    report = judge(motion, origin_of(motion), lift="deadlift")
    assert (report.lift.name, report.lift.given, report.lift.confidence) == ("deadlift", True, 0.0)


def test_slow_motion_is_told_in_real_time() -> None:
    motion = shot_of().motion
    plain = judge(motion, origin_of(motion)).reps[0]
    slow = judge(motion, origin_of(motion, slow_motion=4.0)).reps[0]
    for name, factor in (("eccentric", 0.25), ("mean_concentric_speed", 4.0), ("range", 1.0)):
        before, after = plain.measures[name].value, slow.measures[name].value
        assert before is not None
        assert after is not None
        assert after == pytest.approx(factor * before, rel=0.01)
    assert (slow.start_s, slow.end_s) == (plain.start_s, plain.end_s)
    told = [float(part) for part in slow.tempo.split(" - ")]
    assert told == pytest.approx([float(part) / 4 for part in plain.tempo.split(" - ")], abs=0.08)


def test_a_hidden_lifter_lowers_the_coverage() -> None:
    motion = hidden(film(fps=30.0).motion, (4.15, 4.55), (12.0, 99.0))
    quality = judge(motion, origin_of(motion)).quality
    assert quality.coverage == pytest.approx(motion.seen.mean(), abs=5e-3)
    assert quality.rep_coverage == pytest.approx(1.0)


def test_the_tempo_of_a_partial_rep_has_no_made_up_parts() -> None:
    """A video that starts in the middle of the first ascent."""
    motion = film("squat", lambda t: Tempo().way(t + 3.1), time_s=np.arange(280) / 30).motion
    first, second, _ = judge(motion, origin_of(motion)).reps
    assert first.partial
    assert first.tempo.startswith("? - ")
    assert "?" not in second.tempo


@pytest.mark.parametrize(
    ("motion", "error"),
    [
        (film(tempo=lambda time_s: 0.0 * time_s, fps=10.0).motion, NoReps),
        (film("curl", fps=30.0).motion, NotALift),
    ],
    ids=["standing", "curls"],
)
def test_what_cannot_be_judged_is_an_error(motion: Motion, error: type[Exception]) -> None:
    with pytest.raises(error):
        judge(motion, origin_of(motion))


@pytest.mark.parametrize("fps", [4.0, 5.0])
def test_few_frames_a_second_are_judged_or_refused(fps: float) -> None:
    motion = film(fps=fps).motion
    try:
        codes = {warning.code for warning in judge(motion, origin_of(motion)).quality.warnings}
    except AnalysisError:
        return
    assert "frame_rate" in codes


def test_poses_without_world_points_are_refused() -> None:
    """An estimator may have none (`Pose.world_m`), but without them there is no view."""
    motion = shot_of().motion
    with pytest.raises(FormcheckError):
        judge(replace(motion, world_m=np.full_like(motion.world_m, np.nan)), origin_of(motion))


def test_an_unknown_lift_is_refused() -> None:
    motion = shot_of().motion
    with pytest.raises(UnknownLift):
        judge(motion, origin_of(motion), lift="snatch")
    with pytest.raises(UnknownLift):
        Analyzer(
            MemorySource(motion).info,
            lift="snatch",
            settings=Settings(models_dir=Path("nowhere")),
            pose=RecordedPose.of(motion),
        )


# again, without vision


@pytest.fixture
def saved(tmp_path: Path) -> tuple[pipeline.Analysis, Path]:
    motion = noisy(shot_of().motion, 1.0)
    origin = replace(origin_of(motion, slow_motion=2.0, capture_rate=60.0), decoded_share=0.5, notes=("cut",))
    report = judge(motion, origin)
    analysis = pipeline.Analysis(report, motion, take_of(motion).signals, origin, None)
    return analysis, save_analysis(analysis, tmp_path / "result", video=False)


@pytest.mark.parametrize("inside", ["", "motion.npz"], ids=["the folder", "the file"])
def test_a_saved_take_is_judged_the_same(saved: tuple[pipeline.Analysis, Path], inside: str) -> None:
    analysis, folder = saved
    again = analyze_motion(folder / inside)
    assert content(again.report) == content(analysis.report)
    assert again.origin == analysis.origin
    assert again.source is None


def test_a_saved_take_can_be_judged_as_another_lift(saved: tuple[pipeline.Analysis, Path]) -> None:
    report = analyze_motion(saved[1], lift="bench_press").report
    assert (report.lift.name, report.lift.given) == ("bench_press", True)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no json",
        "{}",
        '{"info": {}}',
        '{"info": {"name": "x"}, "notes": []}',
        "[]",
        "5",
    ],
)
def test_a_take_without_its_origin_is_refused(note: str, tmp_path: Path) -> None:
    save_motion(shot_of().motion, tmp_path / "motion.npz", note=note)
    assert load_motion(tmp_path / "motion.npz").people == 1
    with pytest.raises(UnreadableVideo, match="note of its video") as caught:
        analyze_motion(tmp_path / "motion.npz")
    assert caught.value.hint


@pytest.mark.parametrize("settings", [{}, {"preset": "best"}])
def test_a_take_of_other_settings_is_refused(settings: dict[str, str], tmp_path: Path) -> None:
    motion = shot_of().motion
    note = replace(origin_of(motion), settings=settings).to_json()
    save_motion(motion, tmp_path / "motion.npz", note=note)
    with pytest.raises(UnreadableVideo):
        analyze_motion(tmp_path)


def test_a_folder_without_a_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableVideo, match=r"motion\.npz"):
        analyze_motion(tmp_path)
