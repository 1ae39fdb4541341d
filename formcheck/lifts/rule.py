"""One fault as data: what is measured, its limit, from where it shows, and what to say and do."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from formcheck.metrics import METRICS
from formcheck.view import ViewName

Evidence = Literal["rule", "published", "expert", "estimate"]


def _known_metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"unknown metric '{name}'; known are {', '.join(sorted(METRICS))}")
    return name


MetricName = Annotated[str, AfterValidator(_known_metric)]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A part of a lift file; unknown entries are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(Strict):
    """Says a measure in a unit that lifters know, whatever the verdict.

    `metric` is told in the words of `above` where it is positive, of `below` where it is negative; `{}` is
    its size with its unit and doubt.
    """

    metric: MetricName
    above: str = Field(pattern=r"\{\}")
    below: str = Field(pattern=r"\{\}")


class FaultRule(Strict):
    """One fault: a metric, its limit, and what to say.

    Attributes
    ----------
    metric
        What is measured; None where no picture of ours can show it, and `needs` says what it would take.
    at_least, at_most
        The limits, one or both, in the metric's unit.
    margin
        Inside it, on either side of a limit, the verdict is borderline.
    views
        From where the camera can show it; elsewhere the verdict is `not_assessed`.
    needs
        What it would take to judge a rule that has no metric.
    words
        How the measure is told besides.
    weight
        3 breaks a federation's rule, 2 costs balance or timing, 1 is style.
    fixability
        0..1: how soon practice changes it (estimated).
    proxy
        Whether the measure only hints at the fault: then it is never the one to work on.
    cue
        What to think of: outside the body where that can be said.
    drill, ladder, rung
        What to do, and which step (from 1) it is on which of the lift's ladders; no ladder: 0.
    tempo
        Eccentric-pause-concentric seconds to practice with; empty takes the lift's.
    evidence
        What the limit stands on; `estimate` says that nobody has published one.
    """

    id: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    title: Text
    metric: MetricName | None = None
    at_least: float | None = None
    at_most: float | None = None
    margin: float = Field(0.0, ge=0)
    views: tuple[ViewName, ...] = ()
    needs: str = ""
    words: Wording | None = None
    weight: int = Field(ge=1, le=3)
    fixability: float = Field(gt=0, le=1)
    proxy: bool = False
    cue: Text
    drill: Text
    ladder: str = ""
    rung: int = Field(0, ge=0)
    tempo: str = Field("", pattern=r"^(\d-\d-\d)?$")
    source: Text
    evidence: Evidence

    @model_validator(mode="after")
    def _whole(self) -> Self:
        limits = [limit for limit in (self.at_least, self.at_most) if limit is not None]
        if self.metric is None and (limits or not self.needs):
            raise ValueError(f"{self.id}: without a metric give `needs`, what it would take, and no limit")
        if self.metric is not None and (not limits or not self.views):
            raise ValueError(f"{self.id}: a metric needs at_least or at_most, and views that show it")
        if len(limits) == 2 and not limits[0] < limits[1]:
            raise ValueError(f"{self.id}: at_least must be below at_most")
        if bool(self.ladder) != bool(self.rung):
            raise ValueError(f"{self.id}: give ladder and rung, or neither")
        return self

    def beyond(self, value: float) -> float:
        """How far a value lies on the wrong side of a limit, in its unit; negative on the right side."""
        over = [] if self.at_most is None else [value - self.at_most]
        under = [] if self.at_least is None else [self.at_least - value]
        return max(over + under)

    @property
    def room(self) -> float:
        """How large the limit is: its size, or half of what is between two; 0 where the limit is 0."""
        if self.at_least is not None and self.at_most is not None:
            return (self.at_most - self.at_least) / 2
        return abs(self.at_most if self.at_most is not None else self.at_least or 0.0)

    @property
    def limit(self) -> str:
        """The limit in words, without its unit."""
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g} to {self.at_most:g}"
        if self.metric is None:
            return "not measured"
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"
