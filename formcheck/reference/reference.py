"""What a rep can be compared with: reps of the lifter's own, a chosen one, or a generic curve."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.interpolate import PchipInterpolator

from formcheck.pose import FloatArray
from formcheck.reference.curves import PHASES, SAMPLES, Curve, PhaseCurves, PhaseKind, RepCurves

Kind = Literal["own", "chosen", "set", "generic"]
"""Own best reps of a file, a rep that somebody chose, the best rep of the same set, or a model."""

_TYPICAL_WEIGHT = 3
"""How many reps' worth the typical spread counts beside that of a few reps (estimate)."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """One signal of a reference over a phase, (101,) each.

    Attributes
    ----------
    mean
        In the unit of the signal's name; NaN where it is not known.
    between_sd
        How far one rep is from another, or for a generic curve one lifter from another.
    doubt_sd
        How well `mean` itself was measured; 0 for a generic curve.
    """

    mean: FloatArray
    between_sd: FloatArray
    doubt_sd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PhaseBands:
    """A phase of a reference: its real seconds, None for a generic curve, and a band by signal."""

    duration_s: float | None
    bands: Mapping[str, Band]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What reps are compared with.

    Attributes
    ----------
    kind
        Where it comes from.
    title
        The same in words.
    reps
        How many reps it was made of; 0 for a generic curve.
    phases
        By name.
    same_take
        Whether it is of the very take that is judged, so that what all its reps share cancels.
    """

    kind: Kind
    title: str
    reps: int
    phases: Mapping[PhaseKind, PhaseBands]
    same_take: bool = False


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _GenericCurve(_Strict):
    lift: str
    signal: str
    phases: tuple[PhaseKind, ...] = PHASES
    height: tuple[float, ...] = Field(min_length=2)
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    source: str

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        if not len(self.height) == len(self.mean) == len(self.sd):
            raise ValueError(f"{self.lift}, {self.signal}: expected as many means and sds as heights")
        if list(self.height) != sorted(set(self.height)) or min(self.sd) <= 0:
            raise ValueError(f"{self.lift}, {self.signal}: expected rising heights and sds over 0")
        return self


class _Generic(_Strict):
    variants: dict[str, str]
    spread: dict[str, float]
    curves: tuple[_GenericCurve, ...]


@cache
def _generic() -> _Generic:
    text = (resources.files("formcheck.reference") / "generic.toml").read_text("utf-8")
    return _Generic.model_validate(tomllib.loads(text))


def spread_of(signal: str) -> float:
    """Standard deviation from rep to rep of a practiced lifter, in the signal's unit (estimate)."""
    return _generic().spread[signal]


def generic_sources(lift: str) -> dict[str, str]:
    """Where each generic curve of a lift comes from, by signal."""
    return {curve.signal: curve.source for curve in _generic().curves if curve.lift == lift}


def generic_for(rep: RepCurves, lift: str, variant: str = "") -> Reference:
    """The generic curves of a lift, at the heights through which the bar of this rep goes.

    So tempo and speed are the rep's own, and are not compared. Empty where the bar's height is not known,
    and for a variant that it is not of.
    """
    heights = {
        phase.name: phase.curves["bar_height_m"] for phase in rep.phases if "bar_height_m" in phase.curves
    }
    known = np.concatenate([curve.values for curve in heights.values()]) if heights else np.empty(0)
    phases: dict[PhaseKind, PhaseBands] = {}
    of = _generic().variants.get(lift, "")
    if (
        (not of or variant in ("", of))
        and np.isfinite(known).any()
        and float(np.nanmax(known) - np.nanmin(known)) > 0
    ):
        low, range_m = float(np.nanmin(known)), float(np.nanmax(known) - np.nanmin(known))
        for name, curve in heights.items():
            share = np.clip((curve.values - low) / range_m, 0.0, 1.0)
            phases[name] = PhaseBands(None, MappingProxyType(_generic_bands(lift, name, share, range_m)))
    style = f" of the {of.replace('_', ' ')} {lift.replace('_', ' ')}" if of else ""
    title = f"a generic curve{style}, computed from a model and typical values: nobody was filmed for it"
    return Reference("generic", title, 0, MappingProxyType(phases))


def _generic_bands(lift: str, phase: PhaseKind, share: FloatArray, range_m: float) -> dict[str, Band]:
    bands = {}
    for curve in _generic().curves:
        if curve.lift == lift and phase in curve.phases:
            unit = range_m if curve.signal.endswith("_m") else 1.0
            mean, sd = (PchipInterpolator(curve.height, knots)(share) for knots in (curve.mean, curve.sd))
            bands[curve.signal] = Band(unit * mean, unit * sd, np.zeros(SAMPLES))
    return bands


def reference_of(reps: Sequence[RepCurves], *, kind: Kind, title: str, same_take: bool = False) -> Reference:
    """Make a reference of one or more reps: mean, spread and doubt at each of 101 points a phase.

    The spread of few reps is mixed with the typical one, which counts as three reps, and widened by what a
    mean of few does not know: sd * sqrt(1 + 1/n).
    """
    phases: dict[PhaseKind, PhaseBands] = {}
    for name in PHASES:
        found = [phase for rep in reps if (phase := rep.phase(name)) is not None]
        if found:
            bands = {signal: _band(signal, curves, same_take) for signal, curves in _by_signal(found).items()}
            seconds = float(np.mean([phase.duration_s for phase in found]))
            phases[name] = PhaseBands(seconds, MappingProxyType(bands))
    return Reference(kind, title, len(reps), MappingProxyType(phases), same_take)


def _by_signal(phases: Sequence[PhaseCurves]) -> dict[str, list[Curve]]:
    """The curves that every one of the phases has."""
    shared = set.intersection(*(set(phase.curves) for phase in phases))
    return {name: [phase.curves[name] for phase in phases] for name in phases[0].curves if name in shared}


def _band(signal: str, curves: Sequence[Curve], same_take: bool) -> Band:
    values = np.array([curve.values for curve in curves])
    count, typical = len(values), spread_of(signal)
    squares = ((values - values.mean(axis=0)) ** 2).sum(axis=0) + _TYPICAL_WEIGHT * typical**2
    between = np.sqrt(squares / (count - 1 + _TYPICAL_WEIGHT) * (1 + 1 / count))
    passing = np.sqrt(np.mean([curve.passing_sd**2 for curve in curves], axis=0) / count)
    steady = np.sqrt(np.mean([curve.steady_sd**2 for curve in curves], axis=0))
    return Band(values.mean(axis=0), between, passing if same_take else np.hypot(passing, steady))
