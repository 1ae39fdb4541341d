"""Watching frame by frame: the same core for files and for cameras."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from builders import MemorySource
from estimators import CLIP, vision
from synthetic import WRISTS, Array, crowd, film, hidden, poses_of, walker
from test_pipeline import content, shot_of

from formcheck import early, pipeline
from formcheck.bar import Hands
from formcheck.errors import NoLifter, NoReps, TooShort
from formcheck.judgement import judge
from formcheck.motion import Motion
from formcheck.pipeline import Analyzer, analyze, analyze_video
from formcheck.pose import Pose
from formcheck.pose.recorded import RecordedPose
from formcheck.report import Report
from formcheck.settings import Settings, load_settings
from formcheck.skeleton import HIPS, SHOULDERS
from formcheck.video import Frame, open_video

LIFTS = ("squat", "deadlift", "bench_press")
NO_NETWORKS = Path(__file__).parent / "no_networks"
PACED = Settings(models_dir=NO_NETWORKS)
EVERY_FRAME = Settings(models_dir=NO_NETWORKS, pose_least_hz=30.0)


class RecordedHands:
    """What the hands hold, as the take has it."""

    def __init__(self, motion: Motion) -> None:
        self.motion = motion

    def update(self, frame: Frame, lifter: Pose | None) -> Hands | None:
        index = int(np.argmin(np.abs(self.motion.time_s - frame.time_s)))
        (x_px, y_px), (moved_x, moved_y) = self.motion.hands_px[index], self.motion.hands_moved_px[index]
        return Hands(x_px, y_px, 0.95, (moved_x, moved_y))

    def reset(self) -> None:
        """Nothing is remembered."""


BLANK = np.zeros((480, 270, 3), dtype=np.uint8)


def analyzer_of(motion: Motion, **options: object) -> Analyzer:
    options = {
        "settings": EVERY_FRAME,
        "pose": RecordedPose.of(motion),
        "hands": lambda: RecordedHands(motion),
        **options,
    }
    return Analyzer(MemorySource(motion).info, **options)  # type: ignore[arg-type]


def watch(analyzer: Analyzer, times_s: Array) -> None:
    for index, time_s in enumerate(times_s):
        analyzer.update(Frame(index, float(time_s), BLANK))


@pytest.mark.parametrize("lift", LIFTS)
def test_what_was_watched_is_the_take(lift: str) -> None:
    motion = hidden(shot_of(lift).motion, (1.5, 1.75))
    analyzer = analyzer_of(replace(motion, hands_moved_px=np.nan_to_num(motion.hands_moved_px)))
    watch(analyzer, motion.time_s)
    watched = analyzer.motion()
    for name in ("time_s", "keypoints_px", "world_m", "confidence", "hands_px"):
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
    monkeypatch.setattr(pipeline, "open_video", lambda path, limits, threads: source)
    monkeypatch.setattr(pipeline, "load_pose", lambda *args, **options: RecordedPose.of(motion))
    offline = analyze("squat.mp4", settings=Settings(models_dir=NO_NETWORKS))
    live = Analyzer(source.info, settings=Settings(models_dir=NO_NETWORKS), pose=RecordedPose.of(motion))
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
def test_people_are_looked_at_no_more_often_than_asked_for(
    video_hz: float, pose_hz: float, looked_hz: float
) -> None:
    motion = film(fps=video_hz, size_px=(270, 480)).motion
    steady = Settings(models_dir=NO_NETWORKS, pose_rate_hz=pose_hz, pose_least_hz=pose_hz, bar_rate_hz=240)
    analyzer = analyzer_of(motion, settings=steady)
    watch(analyzer, motion.time_s)
    watched = analyzer.motion()
    assert float(np.median(np.diff(watched.time_s))) == pytest.approx(1 / video_hz, rel=0.01)
    steps = np.diff(watched.time_s[watched.looked])
    assert float(np.median(steps)) == pytest.approx(1 / looked_hz, rel=0.01)


@pytest.mark.parametrize(("video_hz", "followed_hz"), [(30.0, 30.0), (60.0, 60.0), (120.0, 60.0)])
def test_the_bar_is_followed_in_every_frame_that_does_not_come_too_fast(
    video_hz: float, followed_hz: float
) -> None:
    motion = film(fps=video_hz, size_px=(270, 480)).motion
    analyzer = analyzer_of(motion, settings=PACED)
    watch(analyzer, motion.time_s)
    watched = analyzer.motion()
    assert float(np.median(np.diff(watched.time_s))) == pytest.approx(1 / followed_hz, rel=0.01)
    assert np.isfinite(watched.hands_moved_px).all()


def test_a_paced_take_is_nearly_the_one_looked_at_in_every_frame() -> None:
    motion = shot_of().motion
    analyzer = analyzer_of(motion, settings=PACED)
    watch(analyzer, motion.time_s)
    paced = analyzer.motion()
    assert 0.2 < paced.looked.mean() < 0.7
    np.testing.assert_array_equal(paced.keypoints_px[paced.looked], motion.keypoints_px[paced.looked])
    end = np.flatnonzero(paced.looked)[-1] + 1
    off = np.linalg.norm(paced.keypoints_px[:end] - motion.keypoints_px[:end], axis=2)
    trunk_px = np.linalg.norm(np.diff(motion.keypoints_px[0, [SHOULDERS[0], HIPS[0]]], axis=0))
    assert off.max() < 0.05 * trunk_px
    assert np.isnan(paced.keypoints_px[end:]).all()
    report, every = analyzer.report(), judge(motion, analyzer.origin())
    for rep, twin in zip(report.reps, every.reps, strict=True):
        assert (rep.start_s, rep.turn_s, rep.end_s) == pytest.approx(
            (twin.start_s, twin.turn_s, twin.end_s), abs=0.05
        )
        assert rep.verdict == twin.verdict


@pytest.mark.models
def test_threads_change_nothing() -> None:
    takes = []
    for threads in (1, 2):
        settings = load_settings(preset="light", threads=threads)
        source = open_video(CLIP, limits=settings.limits)
        analyzer = Analyzer(source.info, settings=settings, pose=vision("direct", "light"))
        for frame in analyzer.watch(source):
            if frame.index == 150:
                analyzer.motion()
        takes.append(analyzer.motion())
    for name in Motion.__slots__:
        np.testing.assert_array_equal(getattr(takes[0], name), getattr(takes[1], name), err_msg=name)


class Everybody:
    """An estimator that sees several people, in this order."""

    name = "recorded"

    def __init__(self, *people: Sequence[Pose | None]) -> None:
        self.frames = crowd(*people)

    def estimate(self, frames: Sequence[Frame]) -> list[tuple[Pose, ...]]:
        return [self.frames[frame.index] for frame in frames]

    def reset(self) -> None:
        """Nothing is remembered."""


class AllHands:
    """Follows one person's wrists, and is lost with them."""

    def __init__(self) -> None:
        self.before: Array | None = None

    def update(self, frame: Frame, lifter: Pose | None) -> Hands | None:
        if lifter is None:
            self.before = None
            return None
        now = lifter.xy_px[WRISTS].mean(axis=0)
        moved = now - (now if self.before is None else self.before)
        self.before = now
        return Hands(now[0], now[1], 0.9, (moved[0], moved[1]))

    def reset(self) -> None:
        """Start anew."""
        self.before = None


def watched_with(motion: Motion, *people: Sequence[Pose | None]) -> Analyzer:
    analyzer = analyzer_of(motion, pose=Everybody(*people), hands=AllHands)
    watch(analyzer, motion.time_s)
    return analyzer


def test_the_bar_of_the_one_who_lifts_is_followed_whoever_comes_first() -> None:
    """A walker and a bystander are found before the lifter."""
    motion = shot_of().motion
    still = film(tempo=lambda time_s: 0.0 * time_s, time_s=motion.time_s, size_px=(270, 480)).motion
    others = poses_of(walker(motion.time_s, px_per_m=120.0), person=0), poses_of(still, person=1)
    report = watched_with(motion, *others, poses_of(motion, person=2)).report()
    alone = watched_with(motion, poses_of(motion, person=2)).report()
    assert report.reps == alone.reps
    assert (report.quality.people, alone.quality.people) == (3, 1)


def test_a_lifter_found_again_under_a_new_number_loses_no_rep() -> None:
    """Lost for 0.2 s between two reps."""
    motion = shot_of().motion
    first = poses_of(hidden(motion, (4.3, 99.0)), person=1)
    then = poses_of(hidden(motion, (-1.0, 4.5)), person=6)
    report = watched_with(motion, first, then).report()
    alone = watched_with(motion, poses_of(motion)).report()
    assert [rep.start_s for rep in report.reps] == [rep.start_s for rep in alone.reps]
    assert report.quality.people == 1


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
    monkeypatch.setattr(pipeline, "open_video", lambda path, limits, threads: MemorySource(motion))
    monkeypatch.setattr(pipeline, "load_pose", lambda *args, **options: RecordedPose.of(motion))
    told: list[pipeline.Progress] = []
    analysis = analyze_video("squat.mp4", settings=Settings(models_dir=NO_NETWORKS), progress=told.append)
    frames = len(motion.time_s)
    assert [p.done for p in told if p.stage == "watching"] == list(range(1, frames + 1))
    assert {p.total for p in told} == {frames}
    assert {p.stage for p in told} == {"watching", "judging"}
    assert all(math.isfinite(p.frames_per_s) for p in told)
    assert len(analysis.motion.time_s) == frames
    assert analysis.origin.decoded_share == 1.0


def test_reps_so_far_are_told_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    motion = shot_of().motion
    monkeypatch.setattr(pipeline, "open_video", lambda path, limits, threads: MemorySource(motion))
    monkeypatch.setattr(pipeline, "load_pose", lambda *args, **options: RecordedPose.of(motion))
    ticks = itertools.count()
    clock = SimpleNamespace(monotonic=lambda: next(ticks) / 60, process_time=lambda: 0.0)
    monkeypatch.setattr(early, "time", clock)
    told: list[Report] = []
    settings = Settings(models_dir=NO_NETWORKS)
    final = analyze_video("squat.mp4", settings=settings, so_far=told.append).report
    counts = [len(report.reps) for report in told]
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert counts[-1] >= len(final.reps) - 1 >= 1  # the last rep may end with the film
    assert content(final) == content(analyze("squat.mp4", settings=settings))
