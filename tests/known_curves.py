"""Reps as curves that are written down, and references of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.reference.curves import SAMPLES, Curve, PhaseCurves, PhaseKind, RepCurves
from formcheck.reference.reference import Band, PhaseBands, Reference, spread_of

Array = NDArray[np.float64]
SPREADS = {name: spread_of(name) for name in ("trunk_lean_deg", "knee_flexion_deg", "bar_speed_mps")}


def full(values: ArrayLike) -> Array:
    return np.broadcast_to(np.asarray(values, dtype=float), SAMPLES).copy()


def with_values(
    name: str, values: ArrayLike, *, passing: float = 0.0, steady: float = 0.0
) -> dict[str, Curve]:
    """One curve with constant deviations."""
    return {name: Curve(full(values), full(passing), full(steady))}


def phase(name: PhaseKind, curves: Mapping[str, Curve], seconds: float = 1.0) -> PhaseCurves:
    """A phase from second 10 of the video on."""
    return PhaseCurves(name, 10.0, 10.0 + seconds, seconds, MappingProxyType(dict(curves)))


def rep(number: int, curves: Mapping[str, Curve], seconds: float = 1.0) -> RepCurves:
    """A rep of which the way up is known."""
    return RepCurves(number, (phase("concentric", curves, seconds),), MappingProxyType({}))


def bands(
    name: str,
    mean: ArrayLike,
    *,
    between: float,
    seconds: float = 1.0,
    also: Mapping[str, ArrayLike] = MappingProxyType({}),
) -> Reference:
    """A reference that is known exactly."""
    made = {one: Band(full(values), full(between), full(0.0)) for one, values in {name: mean, **also}.items()}
    return Reference("own", "known", 3, {"concentric": PhaseBands(seconds, made)})


@dataclass(frozen=True)
class judged:  # noqa: N801  reads like the verb
    """What some rule says of a rep."""

    rep_number: int
    verdict: str
    severity: float = 0.0
