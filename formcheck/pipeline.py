"""The only place where the stages meet: eyes on each frame, then judgement on the whole take.

`Analyzer` is the one core for files and for cameras: `update` with each frame, `report` at any time.
`analyze` is nothing more than that in a loop.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from formcheck.bar import Hands, HandsTracker
from formcheck.bar.hands import HandFlow
from formcheck.bar.track import PlateTracker
from formcheck.body import add_curves, fit_body
from formcheck.errors import TooShort
from formcheck.faults import find_faults, findings_of
from formcheck.lifts import lifts_meant
from formcheck.lifts.recognise import Recognised, doing, recognise
from formcheck.metrics import Take
from formcheck.motion import Motion, Recorder, load_motion, load_note
from formcheck.origin import Facts, Origin
from formcheck.pose import Pose, PoseEstimator, load_pose
from formcheck.practice import choose_focus
from formcheck.report import Report
from formcheck.report.compose import (
    body_part,
    fault_part,
    finding_part,
    focus_part,
    lift_part,
    made_by,
    quality_part,
    rep_part,
    scale_part,
    score_part,
    set_part,
    signals_part,
    video_part,
    view_part,
)
from formcheck.reps import Rep
from formcheck.scale import estimate_scale
from formcheck.score import score_set
from formcheck.settings import Preset, Settings, load_settings
from formcheck.signals import Signals, compute_signals
from formcheck.video import Frame, FrameSource, VideoInfo, open_video
from formcheck.view import estimate_view

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


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A report with all that is needed to write its files, and to read its measures anew."""

    report: Report
    motion: Motion
    signals: Signals
    origin: Origin
    source: FrameSource | None
    take: Take
    reps: tuple[Rep, ...]


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


def judge(
    motion: Motion, origin: Origin, *, lift: str | None = None, settings: Settings | None = None
) -> Report:
    """Judge a take: pure, so the same frames always give the same report.

    Parameters
    ----------
    motion
        The take.
    origin
        Where it comes from.
    lift
        Name of the lift; None recognises it.
    settings
        What it says of plate, lifter and load goes before what was said when the take was watched.

    Raises
    ------
    AnalysisError
        Nobody lifts, it is none of the lifts, or no rep was found.
    """
    return _judge(motion, origin.told(settings), lift, settings, None).report


def _judge(
    motion: Motion, origin: Origin, name: str | None, settings: Settings | None, source: FrameSource | None
) -> Analysis:
    view = estimate_view(motion)
    facts = origin.facts
    scale = estimate_scale(motion, view, plate_diameter_m=facts.plate_diameter_m, height_m=facts.height_m)
    slow_motion = origin.info.slow_motion
    signals = compute_signals(motion, view, scale, slow_motion=slow_motion)
    take = Take(motion, signals, view, scale, slow_motion, cast("Preset", origin.settings["preset"]))
    lifts = lifts_meant(name, facts.variant, settings.lifts if settings else None)
    recognised = recognise(take, lifts, insisted=len(lifts) == 1)
    recognised = replace(recognised, lift=recognised.lift.chosen(rules=facts.rules))
    take = _with_body(doing(take, recognised, load_kg=facts.load_kg), recognised, facts)
    found = find_faults(take, recognised.lift, recognised.reps)
    names = recognised.lift.metrics
    report = Report(
        video=video_part(origin, len(motion.time_s)),
        lift=lift_part(recognised, given=len(lifts) == 1, variant_given=facts.variant is not None),
        view=view_part(take),
        scale=scale_part(take.scale),
        body=body_part(take.body),
        set=set_part(take, recognised.reps, facts.load_kg),
        reps=[rep_part(take, rep, names, found) for rep in recognised.reps],
        faults=[fault_part(fault) for fault in found],
        findings=[finding_part(finding) for finding in findings_of(found)],
        score=score_part(score_set(found)),
        practice=focus_part(choose_focus(found, recognised.lift.practice)),
        quality=quality_part(take, recognised, origin),
        signals=signals_part(take),
        made_by=made_by(origin.weights, origin.settings),
    )
    return Analysis(report, motion, take.signals, origin, source, take, recognised.reps)


def _with_body(take: Take, recognised: Recognised, facts: Facts) -> Take:
    """Fit the lifter's body to the reps, and add its curves to the signals where it is trusted."""
    if recognised.lift.body is None:
        return take
    body = fit_body(
        take.motion,
        lift=recognised.lift.body,
        view=take.view,
        reps=recognised.reps,
        plate_diameter_m=facts.plate_diameter_m,
        height_m=facts.height_m,
    )
    return replace(take, body=body, signals=add_curves(take.signals, body))


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
    origin = analyzer.origin(source)
    return _judge(motion, origin, lift, settings, source)


def analyze_motion(
    path: str | Path, *, lift: str | None = None, settings: Settings | None = None
) -> Analysis:
    """Judge a saved take again, without vision.

    Parameters
    ----------
    path
        A `motion.npz`, or a result folder that holds one.
    lift
        Name of the lift; None recognises it.
    settings
        What it says of plate, lifter and load goes before what was said when the take was watched;
        what the eyes were set to is saved with the take.
    """
    path = Path(path)
    path = path / "motion.npz" if path.is_dir() else path
    motion, origin = load_motion(path), Origin.from_json(load_note(path))
    return _judge(motion, origin.told(settings), lift, settings, None)


def ticker(stage: str, total: int | None, progress: OnProgress | None) -> Callable[[int], None]:
    """Make a function that reports how many frames of a stage are done."""
    started = time.monotonic()

    def tick(done: int) -> None:
        if progress is not None:
            pace = done / max(time.monotonic() - started, 1e-6)
            progress(Progress(stage, done, total, pace))

    return tick
