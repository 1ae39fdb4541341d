"""When the lifter moves: reps as phases, and where in its range each instant lies."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.interpolate import PchipInterpolator

PhaseKind = Literal["down", "up", "hold_low", "hold_high"]

STILL_S = 0.75
"""How long the lifter stands still before the first rep."""

END_STILL_S = 1.0
"""How long the lifter stands still after the last rep."""

_SECONDS: dict[str, dict[PhaseKind, float]] = {
    "squat": {"down": 1.45, "up": 1.25, "hold_high": 0.75},
    "bench_press": {"down": 1.35, "up": 1.20, "hold_high": 0.70},
    "deadlift": {"up": 1.45, "hold_high": 0.60, "down": 1.25, "hold_low": 0.75},
}
"""Phases of one rep in their order, with their usual length in seconds (plausible gym tempos)."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a rep.

    Attributes
    ----------
    kind
        What the bar does.
    start_s, end_s
        Its time in the clip.
    """

    kind: PhaseKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class RepTime:
    """The three instants of a rep, in seconds: it starts, it turns, it ends."""

    start_s: float
    turn_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Instant:
    """Where in its range the bar is.

    Attributes
    ----------
    time_s
        Time in the clip.
    low
        0 at the top, 1 at the bottom.
    rising
        Whether the bar goes up.
    """

    time_s: float
    low: float
    rising: bool


def _grind(share: float, stick: float) -> float:
    """Return the share of the way up after `share` of the time, slower in the sticking region."""
    grid = np.linspace(0.0, 1.0, 201)
    speed = (grid * (1 - grid)) ** 0.8 * (1 - stick * np.exp(-(((grid - 0.45) / 0.15) ** 2)))
    way = np.cumsum(speed)
    return float(np.interp(share, grid, (way - way[0]) / (way[-1] - way[0])))


def _fall_back(share: float, dip: float) -> float:
    """Return the share of the way up after `share` of the time, on a way that falls back by `dip`."""
    knots = PchipInterpolator([0, 0.15, 0.4, 0.55, 0.85, 1], [0, 0.08, 0.4, 0.4 - dip, 0.9, 1])
    return float(knots(share))


@dataclass(frozen=True, slots=True)
class Tempo:
    """The timing of a clip.

    Attributes
    ----------
    phases
        All phases in order, without gaps.
    reps
        The instants of each rep.
    duration_s
        Length of the clip.
    starts_low
        Whether the bar rests at the low end of its range before the first rep.
    dip
        Share of its range that the bar falls back on the way up.
    """

    phases: tuple[Phase, ...]
    reps: tuple[RepTime, ...]
    duration_s: float
    starts_low: bool
    dip: float = 0.0

    def at(self, time_s: float) -> Instant:
        """Return how low the bar is at a time of the clip, and whether it is going up."""
        for phase in self.phases:
            if phase.start_s <= time_s < phase.end_s:
                share = (time_s - phase.start_s) / (phase.end_s - phase.start_s)
                if phase.kind == "down":
                    return Instant(time_s, share * share * (3 - 2 * share), rising=False)
                if phase.kind == "up":
                    way = _fall_back(share, self.dip) if self.dip else _grind(share, stick=0.45)
                    return Instant(time_s, 1 - way, rising=True)
                return Instant(time_s, 1.0 if phase.kind == "hold_low" else 0.0, rising=False)
        return Instant(time_s, 1.0 if self.starts_low else 0.0, rising=False)


def plan_tempo(
    lift: str, reps: int, rng: np.random.Generator, pace: float = 1.0, down_s: float | None = None
) -> Tempo:
    """Plan `reps` reps of `lift`: each goes up a little slower, all vary by a few percent.

    `pace` is a factor on the usual times; `down_s` is the exact time of the way down, where it matters.
    """
    usual = _SECONDS[lift]
    now = STILL_S
    phases: list[Phase] = []
    times: list[RepTime] = []
    for number in range(reps):
        first = len(phases)
        for kind, seconds in usual.items():
            slower = 1 + 0.10 * number if kind == "up" else 1.0
            length = seconds * slower * pace * rng.uniform(0.92, 1.08)
            phases.append(Phase(kind, now, now + (down_s if down_s and kind == "down" else length)))
            now = phases[-1].end_s
        moving = [phase for phase in phases[first:] if phase.kind in ("down", "up")]
        times.append(RepTime(moving[0].start_s, moving[0].end_s, moving[-1].end_s))
    rest = phases[-1].end_s - phases[-1].start_s
    duration = now + max(0.0, END_STILL_S - rest)
    return Tempo(tuple(phases), tuple(times), duration, starts_low=lift == "deadlift")
