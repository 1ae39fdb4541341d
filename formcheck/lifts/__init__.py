"""The lifts as data: what a rep looks like, which numbers are told, which faults are judged.

Each lift is a TOML file with a strict schema; a name that is not known is refused with the names that are.
"""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from formcheck.body.model import BodyModel
from formcheck.errors import InvalidLift, UnknownLift, problems_of
from formcheck.metrics import METRICS
from formcheck.reps import Start
from formcheck.view import ViewName

Evidence = Literal["rule", "published", "expert", "estimate"]


def _known_metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"unknown metric '{name}'; known are {', '.join(sorted(METRICS))}")
    return name


MetricName = Annotated[str, AfterValidator(_known_metric)]
Bounds = tuple[float, float]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Posture(_Strict):
    """What the body does during a rep of this lift; each bound is (least, most).

    Attributes
    ----------
    trunk_least_deg, trunk_most_deg
        Smallest and largest angle of the trunk from the vertical, in space.
    hands_below_shoulders
        Typical height of the shoulders over the wrists, in trunk lengths.
    hips_follow
        Way of the hips over the way of the hands, up and down.
    feet_travel
        Sideways way of the feet in the picture, in trunk lengths.
    """

    trunk_least_deg: Bounds
    trunk_most_deg: Bounds
    hands_below_shoulders: Bounds
    hips_follow: Bounds
    feet_travel: Bounds

    @model_validator(mode="after")
    def _least_first(self) -> Self:
        turned = [name for name, (least, most) in self if least > most]
        if turned:
            raise ValueError(f"the larger bound comes first in {', '.join(turned)}")
        return self


class RepRule(_Strict):
    """How a rep of the lift is found.

    `smallest_range` is the least way of the bar in trunk lengths, `shortest_s` the least time of a rep.
    """

    starts: Start
    smallest_range: float = Field(gt=0, le=3)
    shortest_s: float = Field(gt=0, le=5)
    posture: Posture


class FaultRule(_Strict):
    """One fault: a metric, its limit, and what to say.

    Attributes
    ----------
    at_least, at_most
        The limit, one of the two, in the metric's unit.
    margin
        Inside it, on either side of the limit, the verdict is borderline.
    views
        From where the camera can show it; elsewhere the verdict is `not_assessed`.
    weight
        3 breaks a federation's rule, 2 costs balance or timing, 1 is style.
    evidence
        What the limit stands on; `estimate` says that nobody has published one.
    """

    id: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    title: str
    metric: MetricName
    at_least: float | None = None
    at_most: float | None = None
    margin: float = Field(0.0, ge=0)
    views: tuple[ViewName, ...] = Field(min_length=1)
    weight: int = Field(ge=1, le=3)
    cue: str
    drill: str
    source: str
    evidence: Evidence

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.id}: give exactly one of at_least and at_most")
        return self

    @property
    def bound(self) -> float:
        """The limit as a number."""
        return self.at_least if self.at_least is not None else self.at_most or 0.0

    @property
    def limit(self) -> str:
        """The limit in words."""
        return f"at {'least' if self.at_least is not None else 'most'} {self.bound:g}"


class Lift(_Strict):
    """One lift, as its file states it; without a `body` there is no mechanism to fit."""

    name: str
    title: str
    version: int = Field(ge=1)
    views: tuple[ViewName, ...]
    rep: RepRule
    body: BodyModel | None = None
    metrics: tuple[MetricName, ...]
    faults: tuple[FaultRule, ...]

    @model_validator(mode="after")
    def _own_faults(self) -> Self:
        ids = [fault.id for fault in self.faults]
        if len(set(ids)) != len(ids):
            raise ValueError("two faults have the same id")
        strangers = [name for name in ids if not name.startswith(f"{self.name}.")]
        if strangers:
            raise ValueError(f"fault ids must start with '{self.name}.': {', '.join(strangers)}")
        return self

    def fault(self, rule_id: str) -> FaultRule:
        """The rule of that id.

        Raises
        ------
        UnknownLift
            The lift has no such rule.
        """
        for rule in self.faults:
            if rule.id == rule_id:
                return rule
        known = ", ".join(rule.id for rule in self.faults)
        raise UnknownLift(f"no rule '{rule_id}' in {self.title}", f"Known rules: {known}.")


def read_lift(path: Path) -> Lift:
    """Read and check a lift file.

    Raises
    ------
    InvalidLift
        No such file, not TOML, or against the schema, with every problem named.
    """
    try:
        return _parse(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidLift(f"{path}: expected a lift file, found {error}", "Check the name.") from error


def _parse(text: str, name: str) -> Lift:
    try:
        return Lift.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidLift(f"{name}: expected TOML, found {error}", "Check the file's syntax.") from error
    except ValidationError as error:
        raise InvalidLift(f"{name}: {problems_of(error)}", "Correct the named entries.") from error


@cache
def known_lifts() -> tuple[str, ...]:
    """Names of the lifts that come with formcheck."""
    folder = resources.files("formcheck.lifts")
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml")))


@cache
def load_lift(name: str) -> Lift:
    """Load a lift by name.

    Raises
    ------
    UnknownLift
        No lift of that name.
    """
    if name not in known_lifts():
        raise UnknownLift(f"no lift '{name}'", f"Known lifts: {', '.join(known_lifts())}.")
    return _parse((resources.files("formcheck.lifts") / f"{name}.toml").read_text("utf-8"), name)
