"""A rep as curves over its phases: 101 samples from the start of a phase to its end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from types import MappingProxyType
from typing import Literal

import numpy as np

from formcheck.metrics.barbell import no_forward, no_metres
from formcheck.metrics.corrections import Network, load_corrections
from formcheck.metrics.measure import EDGE_S, Take, median
from formcheck.pose import FloatArray
from formcheck.reps import Phase, Rep
from formcheck.scale import LEVEL_SD_DEG
from formcheck.view import ViewName

SAMPLES = 101
"""Samples of a phase: 0 to 100 per cent of its time."""

PhaseKind = Literal["eccentric", "concentric"]
PHASES: tuple[PhaseKind, ...] = ("eccentric", "concentric")

BAR_SIGNALS = ("bar_forward_m", "bar_height_m", "bar_speed_mps")

SIGNALS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "squat": (*BAR_SIGNALS, "knee_flexion_deg", "hip_flexion_deg", "trunk_lean_deg"),
        "deadlift": (*BAR_SIGNALS, "knee_flexion_deg", "hip_flexion_deg", "trunk_lean_deg"),
        "bench_press": (*BAR_SIGNALS, "elbow_flexion_deg"),
    }
)
"""What is compared, by lift; the bar's places are counted from where the rep began."""

PASSING = 0.4
"""Share of a joint's error that changes within a take; the rest is a steady offset.

Low-passed keypoints are off by 5 % of the trunk, of which 2 % is not steady (`Take.pixel_sd`).
"""

_EDGE_SD_S = 0.025
"""How well an end of a phase is known: 0.035 s for both (`formcheck.metrics.velocity`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One signal over a phase.

    Attributes
    ----------
    values
        (101,) in the unit of the signal's name; NaN where it was not seen.
    passing_sd
        (101,) standard deviation of the error that differs from rep to rep.
    steady_sd
        (101,) that of the error that all reps of a take share, such as the scale's.
    """

    values: FloatArray
    passing_sd: FloatArray
    steady_sd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PhaseCurves:
    """A phase of a rep: its span in the video, its length in real seconds, and its curves by signal."""

    name: PhaseKind
    start_s: float
    end_s: float
    duration_s: float
    curves: Mapping[str, Curve]

    def at_s(self, percent: float) -> float:
        """Second of the video at a percentage of the phase."""
        return self.start_s + percent / 100 * (self.end_s - self.start_s)


@dataclass(frozen=True, slots=True, eq=False)
class RepCurves:
    """A rep as curves.

    Attributes
    ----------
    number
        Of the rep.
    phases
        In the order of the lift: a deadlift begins with the concentric phase.
    missing
        Signal to why it cannot be compared here.
    """

    number: int
    phases: tuple[PhaseCurves, ...]
    missing: Mapping[str, str]

    def phase(self, name: PhaseKind) -> PhaseCurves | None:
        """The phase of that name, if the rep shows it."""
        return next((phase for phase in self.phases if phase.name == name), None)

    def each(self) -> Iterator[tuple[PhaseCurves, str, Curve]]:
        """Every curve with its phase and signal."""
        for phase in self.phases:
            for name, curve in phase.curves.items():
                yield phase, name, curve


def rep_curves(take: Take, rep: Rep) -> RepCurves:
    """Cut a rep into its phases and resample each to 101 points; the pause at the turn is left out.

    What this view cannot show is named in `missing`. A partial rep has the phases that were seen whole.
    """
    missing = {name: why for name in SIGNALS.get(take.lift, ()) if (why := _obstacle(take, name))}
    shown = [name for name in SIGNALS.get(take.lift, ()) if name not in missing]
    spans = [phase for name in PHASES if (phase := rep.phase(name)) is not None and phase.duration_s > 0]
    if rep.partial:
        spans = [phase for phase in spans if phase.name == "concentric"]
    phases = []
    for span in sorted(spans, key=lambda phase: phase.start_s):
        curves = {name: _curve(take, rep, span, name) for name in shown}
        seen = {name: curve for name, curve in curves.items() if np.isfinite(curve.values).mean() >= 0.8}
        phases.append(_phase_of(span, take.slow_motion, seen))
    for name in shown:
        if not any(name in phase.curves for phase in phases):
            missing[name] = "it was not seen in this rep"
    return RepCurves(rep.number, tuple(phases), MappingProxyType(missing))


def all_curves(take: Take, reps: Sequence[Rep]) -> tuple[RepCurves, ...]:
    """The curves of every rep of a set."""
    return tuple(rep_curves(take, rep) for rep in reps)


def _phase_of(span: Phase, slow_motion: float, curves: Mapping[str, Curve]) -> PhaseCurves:
    name: PhaseKind = "concentric" if span.name == "concentric" else "eccentric"
    return PhaseCurves(
        name, span.start_s, span.end_s, span.duration_s / slow_motion, MappingProxyType(dict(curves))
    )


def _obstacle(take: Take, name: str) -> str:
    """Why a signal cannot be compared from here; empty where it can."""
    if name == "bar_forward_m":
        return no_forward(take)
    if name in BAR_SIGNALS:
        return no_metres(take)
    if f"fitted_{name}" in take.shown or name in take.shown:
        return ""
    return f"the {take.view.name} view shows no joint angles unless the fitted body is trusted"


def _curve(take: Take, rep: Rep, span: Phase, name: str) -> Curve:
    time_s = np.linspace(span.start_s, span.end_s, SAMPLES)

    def sampled(values: FloatArray) -> FloatArray:
        return np.interp(time_s, take.signals.time_s, values)

    values = sampled(take.angle(name) if name not in BAR_SIGNALS else take.signals.values[name])
    if name in ("bar_forward_m", "bar_height_m"):
        values = values - _at_start(take, rep, name)
    if name in BAR_SIGNALS:
        height = sampled(take.signals.values["bar_height_m"]) - _at_start(take, rep, "bar_height_m")
        passing, steady = _bar_sd(take, name, values, height)
    else:
        total = _angle_sd(take, name, sampled)
        passing, steady = PASSING * total, (1 - PASSING**2) ** 0.5 * total
    return Curve(values, np.hypot(passing, _timing_sd(values, span)), steady)


def _at_start(take: Take, rep: Rep, name: str) -> float:
    """Where the bar is as the rep begins."""
    first = take.signals.values[name][take.span(rep.start_s - EDGE_S, rep.start_s + EDGE_S / 3)]
    return median(first)


def _timing_sd(values: FloatArray, span: Phase) -> FloatArray:
    """What not knowing the ends of the phase exactly does to a curve: much where it is steep."""
    share = np.linspace(0.0, 1.0, SAMPLES)
    slope = np.nan_to_num(np.gradient(values, share)) / span.duration_s
    return np.abs(slope) * _EDGE_SD_S * np.hypot(1 - share, share)


def _bar_sd(take: Take, name: str, values: FloatArray, height: FloatArray) -> tuple[FloatArray, FloatArray]:
    relative = take.scale.relative_error
    if name == "bar_speed_mps":
        return np.full(SAMPLES, take.signals.bar_speed_sd_mps), relative * np.abs(values)
    passing = np.full(SAMPLES, 2**0.5 * take.signals.bar_sd_m)
    if name == "bar_height_m":
        return passing, relative * np.abs(values)
    turned = float(np.tan(np.radians(take.scale.yaw_deg or 0.0)) * np.radians(3.0))
    leaned = float(np.tan(np.radians(LEVEL_SD_DEG))) * np.abs(np.nan_to_num(height))
    return passing, np.hypot(hypot(relative, turned) * np.abs(values), leaned)


def _angle_sd(take: Take, name: str, sampled: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """(101,) the fitted angle's deviation; of keypoints, what is known of their error."""
    fitted = take.signals.sd.get(f"fitted_{name}")
    if fitted is not None:
        return sampled(fitted)
    return np.full(SAMPLES, keypoint_sd_deg(take.preset, take.lift, take.view.name, name))


def keypoint_sd_deg(preset: Network, lift: str, view: ViewName, name: str) -> float:
    """Standard deviation of an angle as keypoints have it, its offset among it, at the worst instant."""
    table, stem = load_corrections(), name.removesuffix("_deg")
    found = (table.entry(preset, lift, view, f"{stem}_{at}") for at in ("start", "turn", "end"))
    known = [hypot(entry.sd, entry.offset) for entry in found if entry is not None]
    return max(known, default=table.uncorrected_sd["deg"])
