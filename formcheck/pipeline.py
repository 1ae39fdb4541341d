"""The eyes on each frame, then judgement on the whole take.

`Analyzer` is the one core for files and for cameras: `update` with each frame, `report` at any time.
`analyze` is nothing more than that in a loop. What is made of a take is in `formcheck.judgement`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from formcheck.bar import Hands, HandsTracker
from formcheck.bar.hands import HandFlow
from formcheck.bar.track import PlateTracker
from formcheck.errors import TooShort
from formcheck.judgement import Analysis, judge, judge_take
from formcheck.lifts import lifts_meant
from formcheck.motion import Motion, Recorder
from formcheck.origin import Origin
from formcheck.pose import Pose, PoseEstimator, load_pose
from formcheck.report import Report
from formcheck.settings import Settings, load_settings
from formcheck.video import Frame, FrameSource, VideoInfo, open_video

_FEWEST_FRAMES = 10
_SOON = 0.75


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
        self._pose = pose or load_pose(
            self._settings.pose,
            preset=self._settings.preset,
            models_dir=self._settings.models_dir,
            threads=self._settings.threads,
        )
        self._new_hands = hands
        self._hands: dict[int, HandsTracker] = {}
        self._plates = PlateTracker()
        self._recorder = Recorder((info.width_px, info.height_px))
        self._looked_s = float("-inf")
        self._last_s = 0.0

    def update(self, frame: Frame) -> None:
        """Look at a frame; frames that come faster than the pose rate are skipped."""
        self._last_s = frame.time_s
        if frame.time_s - self._looked_s < _SOON / self._settings.pose_rate_hz:
            return
        self._looked_s = frame.time_s
        people = self._pose.estimate([frame])[0]
        hands, plates = self._follow_hands(frame, people), self._plates.update(frame, people)
        self._recorder.add(frame.time_s, people, hands, plates)

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

    def motion(self) -> Motion:
        """The take so far.

        Raises
        ------
        TooShort
            Fewer than ten frames were looked at.
        NoLifter
            Nobody could be followed.
        """
        if len(self._recorder) < _FEWEST_FRAMES:
            raise TooShort(
                f"{self._info.name}: expected at least {_FEWEST_FRAMES} frames, found {len(self._recorder)}",
                "Film the whole set.",
            )
        return self._recorder.motion()

    def origin(self, source: FrameSource | None = None) -> Origin:
        """Where the take comes from, after `source` was read."""
        return Origin.of(self._info, self._settings, source, self._last_s)

    def report(self) -> Report:
        """Judge the frames so far.

        Raises
        ------
        AnalysisError
            Nobody lifts, or no rep was found.
        """
        return judge(self.motion(), self.origin(), lift=self._lift, settings=self._settings)


def analyze(
    path: str | Path,
    *,
    lift: str | None = None,
    settings: Settings | None = None,
    slow_motion: float | None = None,
    progress: OnProgress | None = None,
) -> Report:
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
) -> Analysis:
    """Analyze a video and keep all that its files are made of; parameters as in `analyze`."""
    settings = settings or load_settings()
    source = open_video(path, limits=settings.limits)
    info = replace(source.info, slow_motion=slow_motion) if slow_motion else source.info
    analyzer = Analyzer(info, lift=lift, settings=settings)
    tick = ticker("watching", source.info.frames, progress)
    for frame in source:
        analyzer.update(frame)
        tick(frame.index + 1)
    motion = analyzer.motion()
    ticker("judging", len(motion.time_s), progress)(len(motion.time_s))
    return judge_take(motion, analyzer.origin(source), lift=lift, settings=settings, source=source)


def ticker(stage: str, total: int | None, progress: OnProgress | None) -> Callable[[int], None]:
    """Make a function that reports how many frames of a stage are done."""
    started = time.monotonic()

    def tick(done: int) -> None:
        if progress is not None:
            pace = done / max(time.monotonic() - started, 1e-6)
            progress(Progress(stage, done, total, pace))

    return tick
