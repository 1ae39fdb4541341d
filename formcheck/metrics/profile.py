"""A lifter's own relation of load to speed, from several sets with different loads."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from formcheck.metrics.measure import Z90, Measure
from formcheck.metrics.velocity import LOAD_VELOCITY, refusal

LEAST_SPREAD = 0.25
"""The lightest load is at least this share of the heaviest below it (technique knowledge base, estimate)."""

LEAST_R2 = 0.95
"""A line that explains less than this share of the speeds is none (the same)."""


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """A set: bar and plates together, and the mean concentric velocity of its fastest rep."""

    load_kg: float
    velocity: Measure


@dataclass(frozen=True, slots=True)
class Profile:
    """The line velocity = `at_zero_mps` + `per_kg_mps` x load.

    Attributes
    ----------
    at_zero_mps, per_kg_mps
        The line; NaN where it could not be fitted.
    r2
        Share of the variance of the speeds that it explains; NaN with two loads, which always lie on a line.
    maximum
        The load at which the line meets the speed of a maximal rep, in kg, or why there is none.
    """

    at_zero_mps: float
    per_kg_mps: float
    r2: float
    maximum: Measure


def load_velocity_profile(lift: str, sets: Sequence[SetSpeed]) -> Profile:
    """Fit a lifter's own load-velocity line and read the one-repetition maximum off it.

    Weighted least squares of speed on load; the maximum is where the line meets the speed of a maximal rep
    (Jidovtseff et al. 2011, JSCR 25:267), see `formcheck.metrics.velocity.LOAD_VELOCITY`. The interval has
    the doubt of each speed, the scatter around the line if that is larger, and how far lifters differ in
    their speed at the maximum. Every rep must have been lifted as fast as possible.

    Parameters
    ----------
    lift
        Its name; a deadlift is refused, as its speed at the maximum changes from day to day.
    sets
        At least two, of different loads.
    """
    relation = LOAD_VELOCITY.get(lift)
    known = [one for one in sets if not one.velocity.missing]
    why = refusal(lift) if relation is None else _too_few(known)
    if relation is None or why:
        return _none(why)
    load = np.array([one.load_kg for one in known])
    speed = np.array([one.velocity.value for one in known])
    sd = np.array([(one.velocity.high - one.velocity.low) / 2 / Z90 for one in known])
    design = np.column_stack([np.ones_like(load), load])
    weighted = design / sd[:, None] ** 2
    covariance = np.linalg.inv(weighted.T @ design)
    line = covariance @ weighted.T @ speed
    rest = speed - design @ line
    if len(load) > 2:
        covariance *= max(float(((rest / sd) ** 2).sum()) / (len(load) - 2), 1.0)
    r2 = 1 - float((rest**2).sum() / ((speed - speed.mean()) ** 2).sum()) if len(load) > 2 else float("nan")
    at_zero, per_kg = (float(value) for value in line)
    if not per_kg < 0:
        return Profile(at_zero, per_kg, r2, Measure.none("kg", "heavier sets were not slower"))
    if r2 < LEAST_R2:
        why = f"the speeds do not lie on a line: it explains {r2:.0%} of them, less than {LEAST_R2:.0%}"
        return Profile(at_zero, per_kg, r2, Measure.none("kg", why))
    heaviest = (relation.at_maximum_mps - at_zero) / per_kg
    slope = np.array([1.0, heaviest])
    off_mps = hypot(relation.at_maximum_sd_mps, sqrt(float(slope @ covariance @ slope)))
    maximum = Measure.of(heaviest, "kg", off_mps / abs(per_kg))
    lifted = float(load.max())
    low, value, high = (max(end, lifted) for end in (maximum.low, maximum.value, maximum.high))
    return Profile(at_zero, per_kg, r2, Measure(value, "kg", low, high))


def _too_few(sets: Sequence[SetSpeed]) -> str:
    """Why there are too few sets for a line; empty where there are enough."""
    loads = sorted({one.load_kg for one in sets})
    if len(loads) < 2:
        return f"it takes sets with two different loads whose speed is known, found {len(loads)}"
    if loads[0] > (1 - LEAST_SPREAD) * loads[-1]:
        return (
            f"{loads[0]:g} and {loads[-1]:g} kg are too close: the lightest must be {LEAST_SPREAD:.0%} "
            "below the heaviest"
        )
    return ""


def _none(why: str) -> Profile:
    nan = float("nan")
    return Profile(nan, nan, nan, Measure.none("kg", why))
