"""The result of an analysis: a checked, versioned document, and the files made of it."""

from typing import Literal

from pydantic import Field

from formcheck.report.parts import ComparisonPart, PairPart, Part, StoryPart
from formcheck.report.parts import MeasurePart as MeasurePart

SCHEMA_VERSION = "1.3"

VerdictName = Literal["fine", "borderline", "fault", "not_assessed"]


class VideoPart(Part):
    """The video that was judged.

    `frames` counts those looked at; `decoded_share` is 1.0 unless the file was cut short; `capture_rate` is
    the rate at which slow motion was filmed and `slow_motion` how many times slower than life it plays.
    """

    name: str
    sha256: str
    width_px: int
    height_px: int
    duration_s: float
    mean_fps: float
    frames: int
    variable_rate: bool
    rotation_deg: int
    codec: str
    capture_rate: float | None = None
    slow_motion: float = 1.0
    decoded_share: float = 1.0


class LiftPart(Part):
    """Which lift it is, how sure (0..1), and whether the user said so.

    `variant` is how it was done: assumed unless `variant_given`. `rules` names the rulebook that judged it;
    empty for formcheck's own rules. Titles are the same in words.
    """

    name: str
    title: str
    version: int
    confidence: float
    given: bool
    variant: str = ""
    variant_title: str = ""
    variant_given: bool = False
    rules: str = ""
    rules_title: str = ""


class ViewPart(Part):
    """From where the camera looks; `yaw_deg` is 0 from the side, 90 from the front or the rear."""

    name: Literal["side", "oblique", "front", "rear"]
    yaw_deg: float
    facing: Literal["left", "right", "camera", "away"]
    near_side: Literal["left", "right"]
    confidence: float


class ScalePart(Part):
    """Where the metres come from, and how sure they are.

    `m_per_px` is the median over the take, `relative_error` its standard deviation over its value, `yaw_deg`
    how far round from the side the plate's rim is seen; None where there is no plate or no scale. `note` says
    why there is none, or what is doubtful; empty where nothing is.
    """

    source: Literal["plate", "height", "none"]
    m_per_px: float | None
    relative_error: float | None
    plate_diameter_m: float | None
    yaw_deg: float | None
    note: str = ""


class BodyPart(Part):
    """Where the joint angles come from, and the lifter's lengths.

    `shown` is `fit` where they are of the fitted body, `keypoints` where that is not trusted; `note` says why
    it is not. `lengths` lie between joint centers, and the stature; empty where nothing was fitted.
    """

    shown: Literal["fit", "keypoints"]
    note: str
    lengths: dict[str, MeasurePart]


class SetPart(Part):
    """Numbers of the whole set, by name as in a rep; `load_kg` is what the lifter said is on the bar."""

    load_kg: float | None
    measures: dict[str, MeasurePart]


class PhasePart(Part):
    """A span of a rep: eccentric, pause, concentric or sticking_region; seconds of the video."""

    name: str
    start_s: float
    end_s: float


class RepPart(Part):
    """One rep; `turn_s` is its lowest point (squat, bench press) or lockout (deadlift)."""

    number: int
    start_s: float
    turn_s: float
    end_s: float
    partial: bool
    tempo: str
    verdict: VerdictName
    phases: list[PhasePart]
    measures: dict[str, MeasurePart]


class FaultPart(Part):
    """What one rule says of one rep.

    `reason` says why it was not assessed or is too close to call; `words` tells the measure in a unit that
    lifters know, such as centimeters of depth; `certainty` is 0..1; `metric` names what is measured.
    """

    rule_id: str
    title: str
    rep_number: int
    at_s: float
    verdict: VerdictName
    severity: float
    measured: MeasurePart
    limit: str
    reason: str
    cue: str
    drill: str
    source: str
    evidence: str
    certainty: float = 0.0
    words: str = ""
    metric: str = ""


class FindingPart(Part):
    """What one rule says of the set: its verdict, and how many reps were faulty, too close, judged.

    `severity` is the mean of the faulty reps.
    """

    rule_id: str
    title: str
    verdict: VerdictName
    faulty: int
    borderline: int
    judged: int
    reps: int
    severity: float


class LostPart(Part):
    """Points that a finding costs."""

    rule_id: str
    title: str
    points: float


class ScorePart(Part):
    """Points of 100, never without what they were `lost` by.

    None where too little was judged; `assessed` is the share, 0..1, and `note` says what it leaves out.
    """

    points: int | None
    lost: list[LostPart]
    assessed: float
    note: str


class FocusPart(Part):
    """The one thing to work on, in words for the lifter; `why` says what was seen.

    `tempo` is what to practice with, eccentric-pause-concentric in seconds; the drill is step `rung` (from 1)
    of `ladder`, 0 where it is on none; `fixed_when` says what must be seen next.
    """

    rule_id: str
    title: str
    cue: str
    drill: str
    why: str
    tempo: str = ""
    ladder: list[str] = Field(default_factory=list)
    rung: int = 0
    fixed_when: str = ""


class WarningPart(Part):
    """What limits the result, and what would help."""

    code: str
    message: str
    hint: str


class QualityPart(Part):
    """How much of the set was seen: shares 0..1 of frames, people followed, looks a second, warnings."""

    coverage: float
    rep_coverage: float
    people: int
    bar_kind: str
    pose_rate_hz: float
    warnings: list[WarningPart]


class WeightPart(Part):
    """A network that was run."""

    name: str
    sha256: str


class MadeBy(Part):
    """Everything that made the result: versions, weights, settings, date (UTC, ISO 8601)."""

    formcheck: str
    python: str
    libraries: dict[str, str]
    weights: list[WeightPart]
    settings: dict[str, str]
    created: str


class SignalsPart(Part):
    """The curves: `time_s` uniform; each value list has its unit in the name, None where not measured."""

    time_s: list[float]
    values: dict[str, list[float | None]]


class Report(Part):
    """What `formcheck analyze` found.

    `practice` is None where no fault was found that this view can show. `signals` are the curves that the
    plots show.
    """

    schema_version: str = SCHEMA_VERSION
    video: VideoPart
    lift: LiftPart
    view: ViewPart
    scale: ScalePart
    body: BodyPart
    set: SetPart
    reps: list[RepPart]
    faults: list[FaultPart]
    findings: list[FindingPart] = Field(default_factory=list)
    score: ScorePart | None = None
    practice: FocusPart | None
    comparisons: list[ComparisonPart] = Field(default_factory=list)
    pair: PairPart | None = None
    story: StoryPart | None = None
    quality: QualityPart
    signals: SignalsPart
    made_by: MadeBy
