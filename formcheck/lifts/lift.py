"""One lift, as its file states it: its reps, its body, its faults, and how variants change them."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from formcheck.body.model import BodyModel
from formcheck.errors import UnknownLift
from formcheck.lifts.rule import FaultRule, MetricName, Strict, Text
from formcheck.reps import Start
from formcheck.view import ViewName

Bounds = tuple[float, float]


class Posture(Strict):
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


class RepRule(Strict):
    """How a rep of the lift is found.

    `smallest_range` is the least way of the bar in trunk lengths, `shortest_s` the least time of a rep.
    """

    starts: Start
    smallest_range: float = Field(gt=0, le=3)
    shortest_s: float = Field(gt=0, le=5)
    posture: Posture


class BarPlace(Strict):
    """Where on the trunk the bar is carried: `along` it in its lengths, `behind` it in statures."""

    along: float = Field(gt=0, le=1.5)
    behind: float = Field(ge=-0.2, le=0.2)
    source: Text


class Practice(Strict):
    """How the lift is practiced.

    Attributes
    ----------
    tempo
        Eccentric-pause-concentric seconds, unless a rule says another.
    fixed_share, sessions, hours_apart
        A fault is fixed when it shows in less than this share of the reps, in so many sessions, so far apart.
    ladders
        By what is trained, drills from the easiest to the lift itself.
    """

    tempo: str = Field(pattern=r"^\d-\d-\d$")
    fixed_share: float = Field(gt=0, lt=1)
    sessions: int = Field(ge=1)
    hours_apart: int = Field(ge=1)
    ladders: dict[str, tuple[Text, ...]]
    source: Text


class Looks(Strict):
    """What gives a variant away that nobody named: a metric beyond what the lift's other variants reach.

    `views` are those that show it, `words` say it of the lifter.
    """

    metric: MetricName
    at_least: float
    views: tuple[ViewName, ...] = Field(min_length=1)
    words: Text
    source: Text


class Change(Strict):
    """What a variant of a lift, or a set of rules, changes of the lift's file.

    Attributes
    ----------
    title
        As told to the lifter.
    source
        On whose word.
    without
        Faults (ids without the lift's name) that are not judged.
    faults
        By id without the lift's name: entries that replace those of the fault, if it is judged at all; or,
        with its title, a whole new fault.
    rep, body, bar
        Entries that replace those of the tables of that name, at any depth; lists are replaced as a whole.
    looks
        What gives it away.
    """

    title: Text
    source: str = ""
    without: tuple[str, ...] = ()
    faults: dict[str, dict[str, Any]] = Field(default_factory=dict)
    rep: dict[str, Any] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    bar: dict[str, Any] = Field(default_factory=dict)
    looks: Looks | None = None


class Lift(Strict):
    """One lift, as its file states it, or as changed by a variant and by rules.

    Attributes
    ----------
    variants
        Ways of doing it, by name.
    variant
        The one that this is: in a file the one that is assumed unless another is named; it changes nothing.
    rulebooks
        Stricter or looser rules, by name.
    rules
        The rulebook that this goes by; empty: the file's own rules.
    body
        Without it there is no mechanism to fit.
    bar
        Where on the trunk the bar is carried; None where it is not.
    """

    name: str = Field(pattern=r"^[a-z_]+$")
    title: Text
    version: int = Field(ge=1)
    views: tuple[ViewName, ...]
    rep: RepRule
    body: BodyModel | None = None
    bar: BarPlace | None = None
    metrics: tuple[MetricName, ...]
    practice: Practice
    faults: tuple[FaultRule, ...]
    variant: str = ""
    variants: dict[str, Change] = Field(default_factory=dict)
    rules: str = ""
    rulebooks: dict[str, Change] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _own_faults(self) -> Self:
        ids = [fault.id for fault in self.faults]
        if len(set(ids)) != len(ids):
            raise ValueError("two faults have the same id")
        strangers = [name for name in ids if not name.startswith(f"{self.name}.")]
        if strangers:
            raise ValueError(f"fault ids must start with '{self.name}.': {', '.join(strangers)}")
        for rule in self.faults:
            steps = len(self.practice.ladders.get(rule.ladder, ()))
            if rule.ladder and rule.rung > steps:
                known = ", ".join(self.practice.ladders)
                raise ValueError(f"{rule.id}: no step {rule.rung} of ladder '{rule.ladder}'; known: {known}")
        return self

    @property
    def variant_title(self) -> str:
        """The variant in words; empty where the lift has none."""
        return self.variants[self.variant].title if self.variant else ""

    @property
    def rules_title(self) -> str:
        """The rulebook in words; empty for the file's own rules."""
        return self.rulebooks[self.rules].title if self.rules else ""

    def fault(self, rule_id: str) -> FaultRule:
        """The rule of that id, as this lift has it, else as a variant or a rulebook adds it.

        Raises
        ------
        UnknownLift
            The lift has no such rule.
        """
        every = self.every_rule()
        if rule_id in every:
            return every[rule_id]
        raise UnknownLift(f"no rule '{rule_id}' in {self.title}", f"Known rules: {', '.join(every)}.")

    def every_rule(self) -> dict[str, FaultRule]:
        """All rules by id: the lift's own as they are, then those that variants and rulebooks add."""
        found = {rule.id: rule for rule in self.faults}
        changed = [self.chosen(variant=name) for name in self.variants]
        changed += [self.chosen(rules=name) for name in self.rulebooks]
        for lift in changed:
            for rule in lift.faults:
                found.setdefault(rule.id, rule)
        return found

    def chosen(self, *, variant: str | None = None, rules: str | None = None) -> "Lift":
        """The lift done as a variant and judged by a rulebook; None leaves it as it is.

        Raises
        ------
        UnknownLift
            The lift has no such variant or rulebook.
        """
        lift = self
        if variant and variant != self.variant:
            lift = lift._changed(_named(variant, self.variants, self.title, "variant"), variant=variant)
        if rules and rules != self.rules:
            lift = lift._changed(_named(rules, self.rulebooks, self.title, "set of rules"), rules=rules)
        return lift

    def _changed(self, change: Change, **names: str) -> "Lift":
        """The lift with a change applied, checked as a whole."""
        table: dict[str, Any] = self.model_dump(exclude={"faults"}, exclude_none=True) | names
        for part in ("rep", "body", "bar"):
            if getattr(change, part):
                table[part] = _merged(table.get(part) or {}, getattr(change, part))
        gone = {f"{self.name}.{name}" for name in change.without}
        faults = {rule.id: rule.model_dump(exclude_none=True) for rule in self.faults}
        for name, entries in change.faults.items():
            rule_id = f"{self.name}.{name}"
            if rule_id in faults or "title" in entries:
                faults[rule_id] = {**faults.get(rule_id, {}), "id": rule_id, **entries}
        table["faults"] = [entries for rule_id, entries in faults.items() if rule_id not in gone]
        return type(self).model_validate(table)


def _merged(table: Mapping[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    """A table with entries replaced at any depth."""
    found = dict(table)
    for name, value in entries.items():
        inner = found.get(name)
        if isinstance(inner, Mapping) and isinstance(value, Mapping):
            found[name] = _merged(inner, value)
        else:
            found[name] = value
    return found


def _named(name: str, known: Mapping[str, Change], title: str, what: str) -> Change:
    if name not in known:
        listed = f"Known: {', '.join(known)}." if known else f"{title} has none."
        raise UnknownLift(f"no {what} '{name}' of the {title.lower()}", listed)
    return known[name]
