"""The eyes on each frame, then judgement on the whole take.

`Analyzer` is the one core for files and for cameras: `update` with each frame, `report` at any time.
`analyze` is nothing more than that in a loop. What is made of a take is in `formcheck.judgement`.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.bar import Hands, HandsTracker, Plate
from formcheck.bar.hands import HandFlow
from formcheck.bar.track import PlateTracker
from formcheck.early import Early
from formcheck.errors import TooShort
from formcheck.lifts import lifts_meant
from formcheck.memory import keep_memory
from formcheck.motion import Motion, Recorder
from formcheck.origin import Origin
from formcheck.pose import Pose, PoseEstimator, load_pose
from formcheck.pose.pace import Pace
from formcheck.settings import Settings, load_settings
from formcheck.threads import Shares
from formcheck.video import Frame, FrameSource, VideoInfo, open_video
from formcheck.video.ahead import ahead

if TYPE_CHECKING:
    from formcheck.judgement import Analysis
    from formcheck.report import Report

_FEWEST_FRAMES = 10
_SOON = 0.75
_MOST_BEHIND = 4

_Behind = tuple[float, tuple[Pose, ...], dict[int, Hands], Callable[[], tuple[Plate, ...]]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an analysis is.

    Attributes
    ----------
    stage
        `watching`, `judging`, `drawing` or `writing`.
    done, total
        Frames; `total` is None where the file does not say.
    frames_per_s
        Pace of this stage.
    """

    stage: str
    done: int
    total: int | None
    frames_per_s: float


OnProgress = Callable[[Progress], None]
OnReport = Callable[["Report"], None]


class Analyzer:
    """Watches frames one by one and judges what it saw so far.

    Parameters
    ----------
    info
        The video or camera that the frames are of.
    lift
        Name of the lift; None recognises it.
    settings
        All settings; None reads them from the environment.
    pose
        The estimator; None loads the one that the settings name.
    hands
        Makes a tracker of what hands hold; one follows each person in view.
    """

    def __init__(
        self,
        info: VideoInfo,
        *,
        lift: str | None = None,
        settings: Settings | None = None,
        pose: PoseEstimator | None = None,
        hands: Callable[[], HandsTracker] = HandFlow,
    ) -> None:
        self._settings = settings or load_settings()
        self._info = info
        self._lift = lift
        lifts_meant(lift, self._settings.variant, self._settings.lifts)
        shares = Shares.of(self._settings.threads)
        shares.limit_opencv()
        keep_memory()
        self._pose = pose or load_pose(
            self._settings.pose,
            preset=self._settings.preset,
            models_dir=self._settings.models_dir,
            threads=shares.network,
        )
        self._new_hands = hands
        self._hands: dict[int, HandsTracker] = {}
        self._plates = PlateTracker()
        # Plates tell the other eyes nothing, so they may be followed some frames behind them.
        self._beside = ThreadPoolExecutor(1, "formcheck-plates") if shares.beside else None
        self._behind: deque[_Behind] = deque()
        self._recorder = Recorder((info.width_px, info.height_px))
        self._pace = Pace(most_hz=self._settings.pose_rate_hz, least_hz=self._settings.pose_least_hz)
        self._followed_s = float("-inf")
        self._last_s = 0.0

    def update(self, frame: Frame) -> None:
        """Follow the bar into a frame, and look at the people in it where their pace asks for it.

        Frames that come faster than the bar's rate are skipped.
        """
        self._last_s = frame.time_s
        if frame.time_s - self._followed_s < _SOON / self._settings.bar_rate_hz:
            return
        self._followed_s = frame.time_s
        people: tuple[Pose, ...] = ()
        if self._pace.due(frame.time_s):
            people = self._pose.estimate([frame])[0]
            self._pace.look(frame.time_s, people)
        plates = self._follow_plates(frame, people)
        hands = self._follow_hands(frame, people)
        if self._pace.lead in hands:
            self._pace.carry(hands[self._pace.lead].moved_px)
        self._behind.append((frame.time_s, people, hands, plates))
        self._record(_MOST_BEHIND)

    def _follow_plates(self, frame: Frame, people: tuple[Pose, ...]) -> Callable[[], tuple[Plate, ...]]:
        """Follow the plates, beside this thread where there may be another; what is given waits for them."""
        if self._beside is not None:
            return self._beside.submit(self._plates.update, frame, people).result
        plates = self._plates.update(frame, people)
        return lambda: plates

    def _record(self, most_behind: int) -> None:
        """Record the frames whose plates are known, or waited for if more than so many are behind."""
        while len(self._behind) > most_behind:
            time_s, people, hands, plates = self._behind.popleft()
            self._recorder.add(time_s, people, hands, plates())

    def _follow_hands(self, frame: Frame, people: tuple[Pose, ...]) -> dict[int, Hands]:
        """Follow what everybody who may turn out to be the lifter holds."""
        seen = {pose.person: pose for pose in people}
        for person in seen:
            self._hands.setdefault(person, self._new_hands())
        held = {person: hands.update(frame, seen.get(person)) for person, hands in self._hands.items()}
        for person, hands in held.items():
            if hands is None and person not in seen:
                del self._hands[person]
        return {person: hands for person, hands in held.items() if hands is not None}

    def watch(self, source: FrameSource) -> Iterator[Frame]:
        """Update with every frame of a source, decoded ahead where threads allow; give each one when done."""
        for frame in ahead(source) if self._beside is not None else source:
            self.update(frame)
            yield frame

    def motion(self) -> Motion:
        """The take so far.

        Raises
        ------
        TooShort
            Fewer than ten frames were looked at.
        NoLifter
            Nobody could be followed.
        """
        self._record(0)
        if len(self._recorder) < _FEWEST_FRAMES:
            raise TooShort(
                f"{self._info.name}: expected at least {_FEWEST_FRAMES} frames, found {len(self._recorder)}",
                "Film the whole set.",
            )
        return self._recorder.motion()

    def origin(self, source: FrameSource | None = None) -> Origin:
        """Where the take comes from, after `source` was read."""
        return Origin.of(self._info, self._settings, source, self._last_s)

    def report(self) -> "Report":
        """Judge the frames so far.

        Raises
        ------
        AnalysisError
            Nobody lifts, or no rep was found.
        """
        from formcheck.judgement import judge

        return judge(self.motion(), self.origin(), lift=self._lift, settings=self._settings)


def analyze(
    path: str | Path,
    *,
    lift: str | None = None,
    settings: Settings | None = None,
    slow_motion: float | None = None,
    progress: OnProgress | None = None,
) -> "Report":
    """Analyze a video: the report alone, without files.

    Parameters
    ----------
    path
        A video file or a folder of images.
    lift
        Name of the lift; None recognises it.
    settings
        All settings; None reads them from the environment and `formcheck.toml`.
    slow_motion
        How many times slower than life the video plays; None asks the file.
    progress
        Called now and then with how far it is.

    Raises
    ------
    FormcheckError
        See `formcheck.errors` for the tree.
    """
    return analyze_video(
        path, lift=lift, settings=settings, slow_motion=slow_motion, progress=progress
    ).report


def analyze_video(
    path: str | Path,
    *,
    lift: str | None = None,
    settings: Settings | None = None,
    slow_motion: float | None = None,
    progress: OnProgress | None = None,
    so_far: OnReport | None = None,
) -> "Analysis":
    """Analyze a video and keep all that its files are made of.

    Parameters as in `analyze`; `so_far` is called now and then with a report of the frames watched so far.
    """
    settings = settings or load_settings()
    source = open_video(path, limits=settings.limits, threads=Shares.of(settings.threads).decoder)
    info = replace(source.info, slow_motion=slow_motion) if slow_motion else source.info
    motion, origin = _watched(source, Analyzer(info, lift=lift, settings=settings), progress, so_far)
    ticker("judging", len(motion.time_s), progress)(len(motion.time_s))
    from formcheck.judgement import judge_take

    return judge_take(motion, origin, lift=lift, settings=settings, source=source)


def _watched(
    source: FrameSource, analyzer: Analyzer, progress: OnProgress | None, so_far: OnReport | None
) -> tuple[Motion, Origin]:
    """Watch it all; what the networks and trackers hold ends here, and is free for the judgement."""
    tick = ticker("watching", source.info.frames, progress)
    early = Early(analyzer.report, so_far) if so_far else None
    for frame in analyzer.watch(source):
        tick(frame.index + 1)
        if early is not None:
            early.look(frame.time_s)
    return analyzer.motion(), analyzer.origin(source)


def ticker(stage: str, total: int | None, progress: OnProgress | None) -> Callable[[int], None]:
    """Make a function that reports how many frames of a stage are done."""
    started = time.monotonic()

    def tick(done: int) -> None:
        if progress is not None:
            pace = done / max(time.monotonic() - started, 1e-6)
            progress(Progress(stage, done, total, pace))

    return tick
