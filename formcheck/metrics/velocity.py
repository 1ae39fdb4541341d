"""The bar's vertical speed in metres a second of real time, and what it says of the set.

Speeds are of the concentric phase, from rest to rest. Their doubt is that of the scale and of the instants at
which the bar leaves its rest and comes to rest, for a peak that of the smoothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from types import MappingProxyType

import numpy as np

from formcheck.metrics.barbell import no_metres, stretch
from formcheck.metrics.measure import Z90, Measure, Take
from formcheck.pose import FloatArray
from formcheck.reps import Phase, Rep

GRAVITY_MPS2 = 9.81

TOUCH_M = 0.03
"""How far above its lowest point the bar is taken to come to the chest."""

_EDGE_SD_S = 0.035
"""Both ends of a phase together, as the error of rendered mean speeds asks for."""

_GATHERS_MPS2 = 1.2
_PEAK_SD = 0.03
"""What smoothing takes off a peak or adds to a low, as a share of the peak, against rendered truth."""


def _concentric(take: Take, rep: Rep) -> Phase | str:
    """The concentric phase, or why its speed is not known."""
    phase = rep.phase("concentric")
    if no_metres(take):
        return no_metres(take)
    if phase is None or phase.duration_s <= 0:
        return "the rep has no concentric phase"
    if rep.partial:
        return "the video does not show the whole rep"
    path = stretch(take, phase.start_s, phase.end_s)
    return path if isinstance(path, str) else phase


def _speed(take: Take, phase: Phase) -> tuple[FloatArray, FloatArray]:
    """Real seconds from the start of a phase, and the upward speed there; known samples only."""
    span = take.span(phase.start_s, phase.end_s)
    speed = take.signals.values["bar_speed_mps"][span]
    since_s = (take.signals.time_s[span] - take.signals.time_s[span.start]) / take.slow_motion
    known = np.isfinite(speed)
    return since_s[known], speed[known]


def _mean_sd(take: Take, value: float, seconds: float) -> float:
    """Standard deviation of a mean speed without that of the scale: of its ends.

    Noise in the speed, which must be exceeded, hides the ends for as long as the bar takes to gather speed.
    """
    hidden_s = 2 * take.signals.bar_speed_sd_mps / _GATHERS_MPS2
    edges = hypot(_EDGE_SD_S, hidden_s, 0.5 / take.signals.rate_hz / take.slow_motion)
    return hypot(value * edges / seconds, 2**0.5 * take.signals.bar_sd_m / seconds)


def mean_velocity(take: Take, rep: Rep) -> Measure:
    """Mean concentric velocity: the way up over its time (Gonzalez-Badillo and Sanchez-Medina 2010)."""
    phase = _concentric(take, rep)
    if isinstance(phase, str):
        return Measure.none("m/s", phase)
    time_s, height = take.signals.time_s, take.signals.values["bar_height_m"]
    known = np.isfinite(height)
    low, high = np.interp((phase.start_s, phase.end_s), time_s[known], height[known])
    seconds = phase.duration_s / take.slow_motion
    value = float(high - low) / seconds
    return Measure.of(value, "m/s", hypot(take.scale.relative_error * value, _mean_sd(take, value, seconds)))


def peak_velocity(take: Take, rep: Rep) -> Measure:
    """Highest speed of the concentric phase."""
    phase = _concentric(take, rep)
    if isinstance(phase, str):
        return Measure.none("m/s", phase)
    value = float(_speed(take, phase)[1].max())
    return Measure.of(
        value, "m/s", hypot(hypot(take.scale.relative_error, _PEAK_SD) * value, take.signals.bar_speed_sd_mps)
    )


def time_to_peak(take: Take, rep: Rep) -> Measure:
    """Seconds from the start of the concentric phase to its highest speed."""
    phase = _concentric(take, rep)
    if isinstance(phase, str):
        return Measure.none("s", phase)
    since_s, speed = _speed(take, phase)
    like = since_s[speed >= speed.max() - take.signals.bar_speed_sd_mps]
    sd = hypot(_EDGE_SD_S, float(np.ptp(like)) / 12**0.5)
    return Measure.of(float(since_s[speed.argmax()]), "s", sd)


def propulsive_velocity(take: Take, rep: Rep) -> Measure:
    """Mean speed until the bar slows down faster than gravity would.

    The propulsive phase of Sanchez-Medina, Perez and Gonzalez-Badillo 2010 (IJSM 31:123). From 80 % of the
    maximum on it is the whole concentric phase.
    """
    phase = _concentric(take, rep)
    if isinstance(phase, str):
        return Measure.none("m/s", phase)
    since_s, speed = _speed(take, phase)
    pulled = np.gradient(speed, since_s)
    top = int(speed.argmax())
    braked = np.flatnonzero(pulled[top:] < -GRAVITY_MPS2)
    stop = top + int(braked[0]) if len(braked) else len(speed) - 1
    value = float(np.trapezoid(speed[: stop + 1], since_s[: stop + 1]) / max(since_s[stop], 1e-6))
    sd = hypot(take.scale.relative_error * value, _mean_sd(take, value, float(since_s[stop])))
    return Measure.of(value, "m/s", sd)


def sticking_velocity(take: Take, rep: Rep) -> Measure:
    """Lowest speed in the sticking region: between the first peak and the next (van den Tillaar)."""
    phase = _concentric(take, rep)
    if isinstance(phase, str):
        return Measure.none("m/s", phase)
    region = rep.phase("sticking_region")
    if region is None:
        return Measure.none("m/s", "the rep has no sticking region")
    value, highest = float(_speed(take, region)[1].min()), float(_speed(take, phase)[1].max())
    sd = hypot(take.scale.relative_error * value, _PEAK_SD * highest, take.signals.bar_speed_sd_mps)
    return Measure.of(value, "m/s", sd)


def sticking_share(take: Take, rep: Rep) -> Measure:
    """Lowest speed in the sticking region over the highest speed of the way up, in per cent.

    100 where there is no sticking region. The scale cancels.
    """
    phase = _concentric(take, rep)
    if isinstance(phase, str):
        return Measure.none("%", phase)
    highest = float(_speed(take, phase)[1].max())
    region = rep.phase("sticking_region")
    lowest = highest if region is None else max(float(_speed(take, region)[1].min()), 0.0)
    sd = hypot(_PEAK_SD, take.signals.bar_speed_sd_mps / max(highest, 1e-6))
    return Measure.of(100 * lowest / max(highest, 1e-6), "%", 100 * sd)


def touch_speed(take: Take, rep: Rep) -> Measure:
    """How fast the bar comes down 3 cm above its lowest point, in m/s."""
    if no_metres(take):
        return Measure.none("m/s", no_metres(take))
    span = take.span(rep.start_s, rep.turn_s)
    height, speed = (take.signals.values[name][span] for name in ("bar_height_m", "bar_speed_mps"))
    over = height - np.nanmin(height) if np.isfinite(height).any() else height
    above = np.flatnonzero(over >= TOUCH_M)
    if not len(above) or not np.isfinite(speed[above[-1]]):
        return Measure.none("m/s", "the bar was not seen on its way down")
    value = max(-float(speed[above[-1]]), 0.0)
    sd = hypot(hypot(take.scale.relative_error, _PEAK_SD) * value, take.signals.bar_speed_sd_mps, 0.03)
    return Measure.of(value, "m/s", sd)


def set_measures(take: Take, reps: Sequence[Rep], load_kg: float | None) -> dict[str, Measure]:
    """Numbers of the whole set: `velocity_loss` and, where the load is known, `estimated_1rm`."""
    measures = {"velocity_loss": velocity_loss(take, reps)}
    if load_kg is not None:
        measures["estimated_1rm"] = estimated_1rm(take, reps, load_kg)
    return measures


def velocity_loss(take: Take, reps: Sequence[Rep]) -> Measure:
    """How much slower the last rep is than the fastest, in per cent of the fastest.

    (fastest - last) / fastest of the mean concentric velocities of the whole reps (Sanchez-Medina and
    Gonzalez-Badillo 2011, MSSE 43:1725). The scale cancels.
    """
    measured = [(rep, mean_velocity(take, rep)) for rep in reps if not rep.partial]
    known = [(rep, speed.value) for rep, speed in measured if not speed.missing]
    if no_metres(take):
        return Measure.none("%", no_metres(take))
    if len(known) < 2:
        return Measure.none("%", "it takes two whole reps whose speed is known")
    best, last = max(known, key=lambda pair: pair[1]), known[-1]
    if not best[1] > 0:
        return Measure.none("%", "the bar did not rise")
    share = last[1] / best[1]
    sd = hypot(*(_edge_share(take, rep, value) for rep, value in (best, last))) * share
    return Measure.of(100 * (1 - share), "%", 100 * sd)


def _edge_share(take: Take, rep: Rep, value: float) -> float:
    phase = rep.phase("concentric")
    seconds = phase.duration_s / take.slow_motion if phase else 1.0
    return _mean_sd(take, value, seconds) / value


@dataclass(frozen=True, slots=True)
class LoadVelocity:
    """A published relation of speed to load: per cent of the maximum = a + b v + c v².

    Attributes
    ----------
    a, b, c
        Its coefficients, v in m/s.
    sd_mps
        Standard error of the estimate, in m/s.
    propulsive
        Whether v is the mean propulsive velocity; else the mean velocity.
    at_maximum_mps, at_maximum_sd_mps
        Mean velocity of a maximal rep, and how far lifters differ.
    """

    a: float
    b: float
    c: float
    sd_mps: float
    propulsive: bool
    at_maximum_mps: float
    at_maximum_sd_mps: float

    def percent(self, speed_mps: float) -> float:
        """Per cent of the maximum that is lifted at that speed."""
        return self.a + self.b * speed_mps + self.c * speed_mps**2

    def slope(self, speed_mps: float) -> float:
        """Its derivative, per cent by m/s."""
        return self.b + 2 * self.c * speed_mps


LOAD_VELOCITY: Mapping[str, LoadVelocity] = MappingProxyType(
    {
        "squat": LoadVelocity(116.3, -46.31, -12.87, 0.06, False, 0.28, 0.06),
        "bench_press": LoadVelocity(112.33, -73.501, 8.4326, 0.055, True, 0.14, 0.05),
    }
)
"""Relations by lift.

Full squat: Sanchez-Medina et al. 2017 (SMIO 1:E80), 80 men, error 0.06 m/s. Bench press: Gonzalez-Badillo and
Sanchez-Medina 2010 (IJSM 31:347), 120 men, error 3.6 % of the maximum, which is 0.055 m/s. The speed of a
maximal rep lies between that of these men (0.32 and 0.16) and that of powerlifters (0.23 and 0.10 m/s; Helms
et al. 2017, JSCR 31:292), each with a standard deviation of 0.03 to 0.05.
"""

_POPULATIONS_SD_MPS = 0.05
"""Powerlifters lift their maximum 0.07 to 0.09 m/s slower than those men (Helms et al. 2017, JSCR 31:292)."""

_LEAST_PERCENT = 40.0
_REFUSED = {
    "deadlift": "the speed of a deadlift does not tell its maximum: at the maximum itself it differs by 16 % "
    "from day to day, and what is estimated so is too high (Ruf 2018)",
}


def refusal(lift: str) -> str:
    """Why the speed of a lift says nothing of its maximum."""
    return _REFUSED.get(lift, "no relation of speed to load is known for this lift")


def estimated_1rm(take: Take, reps: Sequence[Rep], load_kg: float) -> Measure:
    """The one-repetition maximum by the speed of the set's fastest rep, in kg.

    By the relation of a population, if the rep was lifted as fast as the lifter could: one that was held
    back makes it too low. Its interval is that of the relation (how far single persons are off it, and
    populations apart) and of the speed; several sets with different loads would give a person's own relation.
    No less than the load itself, which was lifted. None for a deadlift: the speed at its maximum varies by
    15.7 % between days (intraclass correlation 0.63), and predictions are too high (Ruf et al. 2018, JSCR
    32:681; Lake et al. 2017, Sports 5:70).
    """
    relation = LOAD_VELOCITY.get(take.lift)
    if relation is None:
        return Measure.none("kg", refusal(take.lift))
    if no_metres(take):
        return Measure.none("kg", no_metres(take))
    speed_of = propulsive_velocity if relation.propulsive else mean_velocity
    speeds = [speed for speed in (speed_of(take, rep) for rep in reps) if not speed.missing]
    if not speeds:
        return Measure.none("kg", "no rep's speed is known")
    fastest = max(speeds, key=lambda speed: speed.value)
    percent = relation.percent(fastest.value)
    if percent < _LEAST_PERCENT:
        return Measure.none("kg", f"so fast a rep is under {_LEAST_PERCENT:.0f} % of the maximum: too light")
    off_mps = hypot(relation.sd_mps, _POPULATIONS_SD_MPS, (fastest.high - fastest.low) / 2 / Z90)
    sd = off_mps * abs(relation.slope(fastest.value)) / percent
    value = max(100 * load_kg / percent, load_kg)
    return Measure(value, "kg", max(value * (1 - Z90 * sd), load_kg), value * (1 + Z90 * sd))
