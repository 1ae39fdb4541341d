"""Truth files: what is known to be true of a clip, whoever made it known.

One format for rendered samples, clips marked by hand and motion capture. A truth file stands beside its clip
as `<clip>.truth.json`, where `<clip>` is the video's name without its ending (or the name of a folder of
images). Every field but `schema`, `lift` and `made` may be absent: what is absent is not scored.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from formcheck.errors import FormcheckError
from formcheck.pose import FloatArray
from formcheck.skeleton import INDEX, SIDES
from formcheck.view import Facing, ViewName

Made = Literal["rendered", "marked", "mocap"]
"""How the truth was come by: computed, marked by a person, or measured in a laboratory."""

LiftName = Literal["squat", "deadlift", "bench_press", "other", "none"]
"""What the clip shows; `other` is exercise of another kind, `none` no exercise at all."""

ENDING = ".truth.json"

ANGLES = ("trunk_lean", *(f"{side}_{joint}_flexion" for side in SIDES for joint in ("knee", "hip", "elbow")))
"""Names of the angles that a truth file may give."""


def _one_of(known: Sequence[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown name '{name}'; known are {', '.join(known)}")
        return name

    return AfterValidator(check)


Point = tuple[float, float]
Points = tuple[Point | None, ...]
Numbers = tuple[float | None, ...]
KeypointName = Annotated[str, _one_of(tuple(INDEX))]
AngleName = Annotated[str, _one_of(ANGLES)]
Read = TypeVar("Read")


class Strict(BaseModel):
    """A frozen part of a truth file; unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class TrueView(Strict):
    """From where the camera looks; `yaw_deg` is 0 from the side, 90 from the front, negative from behind."""

    yaw_deg: float | None = Field(None, ge=-180, le=180)
    facing: Facing | None = None
    name: ViewName | None = None
    note: str = ""


class TrueLifter(Strict):
    """The lifter's body, from joint center to joint center; `femur_to_torso` is thigh over trunk.

    `body` names the body, so that what is fitted on some bodies can be judged on others.
    """

    height_m: float | None = Field(None, gt=0.5, lt=2.6)
    thigh_m: float | None = Field(None, gt=0.1, lt=0.8)
    femur_to_torso: float | None = Field(None, gt=0)
    body: str | None = Field(None, min_length=1)


class TrueRep(Strict):
    """One rep in seconds of the video, each instant known to `tolerance_s`.

    `turn_s` is the lowest point of a squat or bench press and the lockout of a deadlift.
    """

    start_s: float = Field(ge=0)
    turn_s: float
    end_s: float
    tolerance_s: float | None = Field(None, ge=0)
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.start_s < self.turn_s < self.end_s:
            raise ValueError("expected start_s < turn_s < end_s")
        return self


class TrueMetrics(Strict):
    """Numbers of one rep; `depth_m` is the height of the knees over the hips at the turn."""

    mean_velocity_mps: float | None = None
    rom_m: float | None = None
    drift_m: float | None = None
    depth_m: float | None = None


class TrueFault(Strict):
    """A fault of one rep, counted from 1."""

    id: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    rep: int = Field(ge=1)


class TrueFlaw(Strict):
    """A flaw that the lifter was made to show, and how strongly, in that unit."""

    name: str = Field(min_length=1)
    strength: float
    unit: str = ""


class TrueFrames(Strict):
    """What is known frame by frame; all lists are as long as `time_s`, None is "not known".

    `keypoints_px` are points of the skin, `joint_centers_px` lie inside the joints of the same names.
    Between two instants that are far apart nothing is known.
    """

    time_s: tuple[float, ...] = Field(min_length=1)
    bar_px: Points | None = None
    bar_m: Points | None = None
    plate_radius_px: Numbers | None = None
    keypoints_px: dict[KeypointName, Points] = {}
    joint_centers_px: dict[KeypointName, Points] = {}
    angles_deg: dict[AngleName, Numbers] = {}

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        if not np.all(np.diff(self.time_s) > 0):
            raise ValueError("time_s: expected strictly rising seconds")
        named: dict[str, Sequence[object] | None] = {
            "bar_px": self.bar_px,
            "bar_m": self.bar_m,
            "plate_radius_px": self.plate_radius_px,
            **self.keypoints_px,
            **{f"{name} (center)": places for name, places in self.joint_centers_px.items()},
            **self.angles_deg,
        }
        count = len(self.time_s)
        for name, rows in named.items():
            if rows is not None and len(rows) != count:
                raise ValueError(f"{name}: expected {count} entries as in time_s, found {len(rows)}")
        return self

    def angle(self, name: str) -> FloatArray | None:
        """(T,) a true angle in degrees, NaN where not known; None where the file does not give it."""
        return numbers(self.angles_deg[name]) if name in self.angles_deg else None

    def keypoint(self, name: str) -> FloatArray | None:
        """(T, 2) a true keypoint in pixels, NaN where not known; None where the file does not give it."""
        return points(self.keypoints_px[name]) if name in self.keypoints_px else None

    def joint_center(self, name: str) -> FloatArray | None:
        """(T, 2) a true joint center in pixels, NaN where not known; None where the file does not give it."""
        return points(self.joint_centers_px[name]) if name in self.joint_centers_px else None


class Truth(Strict):
    """All that is known of a clip.

    `reps` None is "not known", an empty list is "none"; the same holds for `faults`. `rep_count` stands for
    reps whose instants nobody marked.
    """

    version: Literal[1] = Field(alias="schema")
    made: Made
    lift: LiftName
    variant: str | None = None
    view: TrueView = TrueView()
    lifter: TrueLifter = TrueLifter()
    plate_diameter_m: float | None = Field(None, gt=0.1, lt=0.6)
    reps: tuple[TrueRep, ...] | None = None
    rep_count: int | None = Field(None, ge=0)
    rep_count_certainty: str = ""
    rep_metrics: tuple[TrueMetrics, ...] = ()
    frames: TrueFrames | None = None
    faults: tuple[TrueFault, ...] | None = None
    injected: TrueFlaw | None = None
    uncertainty_px: float | None = Field(None, ge=0)
    joint_uncertainty_px: float | None = Field(None, ge=0)
    note: str = ""

    @model_validator(mode="after")
    def _about_the_same_reps(self) -> Self:
        reps = self.reps or ()
        if any(before.end_s > after.start_s for before, after in pairwise(reps)):
            raise ValueError("reps: expected them in order, none before the end of the one before")
        if self.reps is not None and self.rep_count is not None and self.rep_count != len(reps):
            raise ValueError(f"rep_count: expected {len(reps)} as in reps, found {self.rep_count}")
        if self.rep_metrics and len(self.rep_metrics) != len(reps):
            raise ValueError(f"rep_metrics: expected {len(reps)} as in reps, found {len(self.rep_metrics)}")
        beyond = [fault.rep for fault in self.faults or () if fault.rep > len(reps)]
        if beyond:
            raise ValueError(f"faults: expected reps up to {len(reps)}, found {beyond[0]}")
        return self

    @property
    def yaw_deg(self) -> float | None:
        """Yaw folded to 0..90: 0 from the side, 90 from the front or the rear; None where not known."""
        if self.view.yaw_deg is None:
            return None
        yaw = abs(self.view.yaw_deg)
        return 180.0 - yaw if yaw > 90 else yaw


def load_truth(path: Path) -> Truth:
    """Read and check a truth file.

    Raises
    ------
    FormcheckError
        Not a truth file: every problem with its field.
    """
    hint = "Correct the named fields; absent fields are fine, they are not scored."
    return read_checked(path, TypeAdapter(Truth), "a truth file", hint)


def read_checked(path: Path, kind: TypeAdapter[Read], what: str, hint: str) -> Read:
    """Read a JSON file and check it.

    Parameters
    ----------
    path
        The file.
    kind
        What it must hold.
    what
        That in words.
    hint
        What to do with a file that holds something else.

    Raises
    ------
    FormcheckError
        It cannot be read, or holds something else: every problem with its field.
    """
    try:
        return kind.validate_json(path.read_bytes())
    except OSError as error:
        raise FormcheckError(f"{path.name}: cannot be read: {error.strerror}", "Check the file.") from error
    except ValidationError as error:
        problems = "; ".join(_told(item["loc"], item["msg"]) for item in error.errors()[:5])
        more = error.error_count() - 5
        raise FormcheckError(
            f"{path.name}: expected {what}, found {problems}"
            + (f"; and {more} more problems" if more > 0 else ""),
            hint,
        ) from error


def _told(place: Sequence[int | str], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{'.'.join(map(str, place))}: {message}" if place else message


def numbers(values: Numbers) -> FloatArray:
    """Make a (T,) array of the values of a truth file, NaN for None."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def points(values: Points) -> FloatArray:
    """Make a (T, 2) array of the points of a truth file, NaN for None."""
    blank = (np.nan, np.nan)
    return np.array([blank if value is None else value for value in values], dtype=np.float64)
