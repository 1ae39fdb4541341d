"""Scores of reps: found, missed, made up, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from formcheck.report import RepPart
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import Truth
from formcheck.validate.watch import Outcome

_SAME = 0.5

INSTANTS = ("start", "turn", "end")


class Span(Protocol):
    """Anything that lasts from `start_s` to `end_s`."""

    @property
    def start_s(self) -> float:
        """Seconds of the video."""
        ...

    @property
    def end_s(self) -> float:
        """Seconds of the video."""
        ...


@dataclass(frozen=True, slots=True)
class Matching:
    """Which found rep is which true one, by index.

    Attributes
    ----------
    pairs
        (true, found), in the order of the true ones.
    missed, extra
        True reps that were not found, found reps that are not true.
    """

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    extra: tuple[int, ...]


def match_reps(true: Sequence[Span], found: Sequence[Span]) -> Matching:
    """Pair true and found reps: one to one, where they overlap for at least half of the longer one.

    The pairs that overlap most are made first.
    """
    shares = {(t, f): _overlap(a, b) for t, a in enumerate(true) for f, b in enumerate(found)}
    pairs: dict[int, int] = {}
    for t, f in sorted(shares, key=lambda pair: (-shares[pair], pair)):
        if shares[t, f] >= _SAME and t not in pairs and f not in pairs.values():
            pairs[t] = f
    return Matching(
        pairs=tuple(sorted(pairs.items())),
        missed=tuple(t for t in range(len(true)) if t not in pairs),
        extra=tuple(f for f in range(len(found)) if f not in pairs.values()),
    )


def _overlap(a: Span, b: Span) -> float:
    """Overlap of two spans as a share of the longer one, 0..1."""
    shared = min(a.end_s, b.end_s) - max(a.start_s, b.start_s)
    return max(shared, 0.0) / max(a.end_s - a.start_s, b.end_s - b.start_s, 1e-9)


def found_reps(outcome: Outcome) -> Sequence[RepPart]:
    """The reps that were found; none where the clip was refused or failed."""
    return outcome.analysis.report.reps if outcome.analysis else ()


def true_count(truth: Truth) -> int | None:
    """How many reps there are; None where nobody knows, or where the exercise is none of the lifts."""
    if truth.lift == "none":
        return 0
    if truth.lift == "other":
        return None
    return truth.rep_count if truth.reps is None else len(truth.reps)


def rep_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score which reps were found; where only their number is known, whether that is right."""
    truth, found = outcome.clip.truth, found_reps(outcome)
    count = true_count(truth)
    if count is None:
        return
    values = {"exact": rows([count == len(found)])}
    if truth.reps is not None or truth.lift == "none":
        matching = match_reps(truth.reps or (), found)
        hits, missed, extra = len(matching.pairs), len(matching.missed), len(matching.extra)
        values["true"] = rows([1] * hits + [0] * missed)
        values["found"] = rows([1] * hits + [0] * extra)
        events = [(1, 0, 0)] * hits + [(0, 1, 0)] * missed + [(0, 0, 1)] * extra
        values["events"] = rows(events).reshape(-1, 3)
    yield Samples("reps", "", values)


def timing_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score when the found reps start, turn and end: found less true, in ms."""
    true, found = outcome.clip.truth.reps or (), found_reps(outcome)
    pairs = match_reps(true, found).pairs
    for instant in INSTANTS:
        name = f"{instant}_s"
        errors = [1000 * (getattr(found[f], name) - getattr(true[t], name)) for t, f in pairs]
        if errors:
            yield Samples("timing", instant, {"error_ms": rows(errors)})
