"""Where the stages meet: judging a take, watching frame by frame, judging again without vision."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import MemorySource
from synthetic import Array, Shot, Tempo, film, hidden, noisy, take_of

from formcheck import pipeline
from formcheck.bar import Bar
from formcheck.errors import NoLifter, NoReps, NotALift, TooShort, UnknownLift, UnreadableVideo
from formcheck.motion import Motion, load_motion, save_motion
from formcheck.origin import Origin
from formcheck.output import save_analysis
from formcheck.pipeline import Analyzer, analyze, analyze_motion, analyze_video, judge
from formcheck.pose import Pose
from formcheck.pose.recorded import RecordedPose
from formcheck.report import Report
from formcheck.report.files import to_json
from formcheck.settings import Settings
from formcheck.video import Frame

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


def test_a_hidden_lifter_lowers_the_coverage() -> None:
    motion = hidden(film(fps=30.0).motion, (4.4, 4.6), (12.0, 99.0))
    quality = judge(motion, origin_of(motion)).quality
    assert quality.coverage == pytest.approx(motion.seen.mean(), abs=1e-3)
    assert quality.rep_coverage == pytest.approx(1.0)


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


def test_an_unknown_lift_is_refused() -> None:
    motion = shot_of().motion
    with pytest.raises(UnknownLift):
        judge(motion, origin_of(motion), lift="snatch")
    with pytest.raises(UnknownLift):
        Analyzer(MemorySource(motion).info, lift="snatch", settings=Settings(), pose=RecordedPose.of(motion))


# frame by frame


class RecordedBar:
    """What the hands hold, as the take has it."""

    def __init__(self, motion: Motion) -> None:
        self.motion = motion

    def update(self, frame: Frame, lifter: Pose | None) -> Bar | None:
        index = int(np.argmin(np.abs(self.motion.time_s - frame.time_s)))
        (x_px, y_px), (moved_x, moved_y) = self.motion.bar_px[index], self.motion.bar_moved_px[index]
        return Bar(x_px, y_px, 0.95, "wrists", (moved_x, moved_y))

    def reset(self) -> None:
        """Nothing is remembered."""


BLANK = np.zeros((480, 270, 3), dtype=np.uint8)


def analyzer_of(motion: Motion, **options: object) -> Analyzer:
    options = {
        "settings": Settings(),
        "pose": RecordedPose.of(motion),
        "bar": lambda: RecordedBar(motion),
        **options,
    }
    return Analyzer(MemorySource(motion).info, **options)  # type: ignore[arg-type]


def watch(analyzer: Analyzer, times_s: Array) -> None:
    for index, time_s in enumerate(times_s):
        analyzer.update(Frame(index, float(time_s), BLANK))


@pytest.mark.parametrize("lift", LIFTS)
def test_what_was_watched_is_the_take(lift: str) -> None:
    motion = hidden(shot_of(lift).motion, (1.5, 1.7))
    analyzer = analyzer_of(replace(motion, bar_moved_px=np.nan_to_num(motion.bar_moved_px)))
    watch(analyzer, motion.time_s)
    watched = analyzer.motion()
    for name in ("time_s", "keypoints_px", "world_m", "confidence", "bar_px"):
        np.testing.assert_array_equal(getattr(watched, name), getattr(motion, name), err_msg=name)
    assert content(analyzer.report()) == content(judge(watched, analyzer.origin()))


def test_reports_come_at_any_time_and_change_nothing() -> None:
    """A rep is told as soon as it is over; asking early and often gives the same last report."""
    motion = shot_of().motion
    asked, silent = analyzer_of(motion), analyzer_of(motion)
    counts = {}
    for index, time_s in enumerate(motion.time_s):
        asked.update(Frame(index, float(time_s), BLANK))
        if index in (135, 240):
            counts[index] = len(asked.report().reps)
    watch(silent, motion.time_s)
    assert counts == {135: 1, 240: 2}
    assert content(asked.report()) == content(silent.report())


@pytest.mark.parametrize("seconds", [5.0, 99.0], ids=["in the middle", "at the end"])
def test_live_equals_offline(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pictures and keypoints through `Analyzer` by hand and through `analyze`; the bar is real."""
    motion = shot_of().motion
    keep = motion.time_s <= seconds
    arrays = {
        n: getattr(motion, n)[keep] for n in Motion.__slots__ if isinstance(getattr(motion, n), np.ndarray)
    }
    source = MemorySource(replace(motion, **arrays))
    monkeypatch.setattr(pipeline, "open_video", lambda path, limits: source)
    monkeypatch.setattr(pipeline, "load_pose", lambda *args, **options: RecordedPose.of(motion))
    offline = analyze("squat.mp4", settings=Settings())
    live = Analyzer(source.info, settings=Settings(), pose=RecordedPose.of(motion))
    for frame in source:
        live.update(frame)
        if frame.index == 60:
            with pytest.raises(NoReps):
                live.report()
    assert len(offline.reps) == (1 if seconds == 5.0 else 2)
    assert content(live.report()) == content(offline)


@pytest.mark.parametrize(
    ("video_hz", "pose_hz", "looked_hz"),
    [(30.0, 30.0, 30.0), (25.0, 30.0, 25.0), (60.0, 30.0, 30.0), (120.0, 30.0, 30.0), (60.0, 60.0, 60.0)],
)
def test_frames_that_come_too_fast_are_skipped(video_hz: float, pose_hz: float, looked_hz: float) -> None:
    motion = film(fps=video_hz, size_px=(270, 480)).motion
    analyzer = analyzer_of(motion, settings=Settings(pose_rate_hz=pose_hz))
    watch(analyzer, motion.time_s)
    steps = np.diff(analyzer.motion().time_s)
    assert float(np.median(steps)) == pytest.approx(1 / looked_hz, rel=0.01)


def test_too_few_frames_and_nobody_in_them() -> None:
    motion = shot_of().motion
    analyzer = analyzer_of(motion)
    watch(analyzer, motion.time_s[:9])
    with pytest.raises(TooShort, match="at least 10 frames, found 9"):
        analyzer.motion()
    empty = analyzer_of(motion, pose=RecordedPose.of(hidden(motion, (-1.0, 99.0))))
    watch(empty, motion.time_s)
    with pytest.raises(NoLifter):
        empty.report()


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    motion = shot_of().motion
    monkeypatch.setattr(pipeline, "open_video", lambda path, limits: MemorySource(motion))
    monkeypatch.setattr(pipeline, "load_pose", lambda *args, **options: RecordedPose.of(motion))
    told: list[pipeline.Progress] = []
    analysis = analyze_video("squat.mp4", settings=Settings(), progress=told.append)
    frames = len(motion.time_s)
    assert [p.done for p in told if p.stage == "watching"] == list(range(1, frames + 1))
    assert {p.total for p in told} == {frames}
    assert {p.stage for p in told} == {"watching", "judging"}
    assert all(math.isfinite(p.frames_per_s) for p in told)
    assert len(analysis.motion.time_s) == frames
    assert analysis.origin.decoded_share == 1.0


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
        pytest.param("5", marks=pytest.mark.xfail(strict=True, reason="AttributeError leaves from_json")),
    ],
)
def test_a_take_without_its_origin_is_refused(note: str, tmp_path: Path) -> None:
    save_motion(shot_of().motion, tmp_path / "motion.npz", note=note)
    assert load_motion(tmp_path / "motion.npz").people == 1
    with pytest.raises(UnreadableVideo, match="note of its video") as caught:
        analyze_motion(tmp_path / "motion.npz")
    assert caught.value.hint


def test_a_folder_without_a_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableVideo, match=r"motion\.npz"):
        analyze_motion(tmp_path)
