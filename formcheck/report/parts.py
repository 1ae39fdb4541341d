"""Parts of the report that hold a set beside something else: a reference, a tempo, its own first rep."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A frozen part of the report; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasurePart(Part):
    """A number with its 90 % interval, or the reason why there is none (`missing`)."""

    value: float | None
    unit: str
    low: float | None = None
    high: float | None = None
    missing: str | None = None


class DeparturePart(Part):
    """Where a rep leaves a reference.

    `percent` is of the phase's time where it sets in, `at_s` that second of the video; at `most_at_s` it is
    largest, by `by` (rep less reference, with the interval of the measurement alone), which is `distance_sd`
    standard deviations. `words` say the same.
    """

    signal: str
    phase: str
    percent: float
    at_s: float
    most_at_s: float
    by: MeasurePart
    distance_sd: float
    words: str


class RepComparisonPart(Part):
    """How far a rep is from a reference in standard deviations, over all and by signal; where it departs."""

    rep_number: int
    overall_sd: float | None
    distance_sd: dict[str, float]
    departures: list[DeparturePart]
    warped: list[str]


class BandPart(Part):
    """One signal over a phase, 101 values each: rep, reference, and the deviation of their difference."""

    lifter: list[float | None]
    mean: list[float | None]
    sd: list[float | None]


class ComparisonPart(Part):
    """The set beside one reference.

    `against` is `own` (best reps of a reference file), `chosen` (a chosen rep of one), `set` (the best rep of
    this set) or `generic` (computed; nobody was filmed for it). `words` sum it up, `notes` say what differs
    besides, `missing` why a signal was not compared. `curves` are by phase and signal, of the rep that is
    farthest away.
    """

    against: Literal["own", "chosen", "set", "generic"]
    title: str
    reference_reps: int
    words: str
    notes: list[str]
    missing: dict[str, str]
    reps: list[RepComparisonPart]
    shown_rep: int | None
    curves: dict[str, dict[str, BandPart]]


class PairPart(Part):
    """The best and the worst rep of the set, to be seen side by side.

    `ghost` is a skeleton to be drawn over the worst rep: by phase frames at even times, in each the places of
    `joints` in shares of the picture's width and height, None where not seen; `bones` are pairs of joints.
    """

    best: int
    worst: int
    why: str
    ghost_title: str
    joints: list[str]
    bones: list[tuple[int, int]]
    ghost: dict[str, list[list[tuple[float, float] | None]]]


class ChangePart(Part):
    """A rule's measure in the first and the last rep; `worse` is the change toward the limit."""

    rule_id: str
    title: str
    first_rep: int
    last_rep: int
    first: MeasurePart
    last: MeasurePart
    change: MeasurePart
    worse: float
    clear: bool
    last_verdict: str


class KeptPart(Part):
    """A phase beside the tempo that was asked for; 0 s is as fast as possible, and has no adherence."""

    phase: str
    asked_s: float
    taken: MeasurePart
    adherence: MeasurePart


class StoryPart(Part):
    """What became of the form from rep to rep; `words` are its sentences for the lifter."""

    words: list[str]
    reps: int
    velocity_loss: MeasurePart
    changes: list[ChangePart]
    consistency: dict[str, MeasurePart]
    smoothness: dict[str, dict[int, MeasurePart]]
    symmetry: dict[str, MeasurePart]
    tempo: list[KeptPart]
