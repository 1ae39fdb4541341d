"""The story of a set: how form changes as the bar slows down; how alike, smooth and even its reps are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from types import MappingProxyType

import numpy as np
from scipy.special import chdtri

from formcheck.faults import Fault, Verdict
from formcheck.lifts import FaultRule
from formcheck.metrics import METRICS, Measure, Take, measure
from formcheck.metrics.barbell import no_metres
from formcheck.metrics.measure import EDGE_S, Z90, median
from formcheck.metrics.smoothness import log_dimensionless_jerk, spectral_arc_length
from formcheck.metrics.velocity import velocity_loss
from formcheck.pose import FloatArray
from formcheck.reference.curves import PASSING, RepCurves, all_curves
from formcheck.reps import PhaseName, Rep
from formcheck.signals import low_pass

FEWEST_REPS = 3
"""Two reps differ in some way by chance: they tell no trend and no spread."""

_SYMMETRY = ("bar_tilt", "side_lag", "left_end_late", "hip_shift", "knee_width_drop")
_DRAWS = 48
_EDGE_SD_S = 0.025
"""How well an end of the concentric phase is known: 0.035 s for both (`formcheck.metrics.velocity`)."""

_TIMED: tuple[PhaseName, ...] = ("eccentric", "pause", "concentric")


@dataclass(frozen=True, slots=True)
class Change:
    """One rule's measure in the first and the last rep in which it was measured.

    Attributes
    ----------
    rule
        The rule.
    first_rep, last_rep
        Numbers of the reps.
    first, last
        The measures there.
    change
        Last less first: what all reps of a take share has cancelled in its interval.
    worse
        The change toward the limit and beyond it, in the same unit: positive is worse.
    last_verdict
        What the rule says of the last rep.
    """

    rule: FaultRule
    first_rep: int
    last_rep: int
    first: Measure
    last: Measure
    change: Measure
    worse: float
    last_verdict: Verdict

    @property
    def clear(self) -> bool:
        """Whether the change is larger than its own interval."""
        return not self.change.low <= 0.0 <= self.change.high

    @property
    def matters(self) -> bool:
        """Whether it clearly turned for the worse and the last rep is no longer fine."""
        return self.clear and self.worse > 0 and self.last_verdict in (Verdict.FAULT, Verdict.BORDERLINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """A phase beside the tempo that was asked for.

    Attributes
    ----------
    phase
        Its name.
    asked_s
        Seconds; 0 is as fast as possible.
    taken
        Mean over the whole reps, seconds of real time.
    adherence
        100 (1 - |taken - asked| / asked) in per cent, at least 0; none where 0 s were asked for.
    """

    phase: PhaseName
    asked_s: float
    taken: Measure
    adherence: Measure


@dataclass(frozen=True, slots=True)
class Story:
    """What became of the form from rep to rep.

    Attributes
    ----------
    reps
        How many whole reps.
    velocity_loss
        In per cent of the fastest rep.
    changes
        One for each rule that was measured in two reps, the clearest turn for the worse first.
    consistency
        Spread over the reps, by name.
    smoothness
        By name, then by number of the rep.
    symmetry
        Mean over the reps, by name; what no view here shows has the reason.
    tempo
        Each phase beside the tempo that was asked for; empty where none was.
    """

    reps: int
    velocity_loss: Measure
    changes: tuple[Change, ...]
    consistency: Mapping[str, Measure]
    smoothness: Mapping[str, Mapping[int, Measure]]
    symmetry: Mapping[str, Measure]
    tempo: tuple[Kept, ...]


def tell_story(
    take: Take,
    reps: Sequence[Rep],
    faults: Sequence[Fault],
    *,
    tempo_s: tuple[float, float, float] | None = None,
) -> Story:
    """Sum up a set.

    Parameters
    ----------
    take, reps
        The set; partial reps are left out.
    faults
        What the rules say of it: their measures are followed from the first rep to the last.
    tempo_s
        Seconds of the eccentric, pause and concentric phase that were asked for; 0 is as fast as possible.
    """
    whole = [rep for rep in reps if not rep.partial]
    curves = all_curves(take, whole)
    found = [
        change for rule in dict.fromkeys(f.rule for f in faults) if (change := _change(rule, faults, whole))
    ]
    return Story(
        reps=len(whole),
        velocity_loss=velocity_loss(take, reps),
        changes=tuple(sorted(found, key=lambda one: (not one.clear, -_in_widths(one)))),
        consistency=MappingProxyType(consistency(take, whole, curves)),
        smoothness=MappingProxyType(smoothness(take, whole)),
        symmetry=MappingProxyType(symmetry(take, whole)),
        tempo=() if tempo_s is None else kept_tempo(take, whole, tempo_s),
    )


def _change(rule: FaultRule, faults: Sequence[Fault], reps: Sequence[Rep]) -> Change | None:
    numbers = {rep.number for rep in reps}
    told = [f for f in faults if f.rule == rule and f.rep_number in numbers and not f.measured.missing]
    if len(told) < 2 or rule.metric is None:
        return None
    first, last = told[0], told[-1]
    share = PASSING if METRICS[rule.metric].joints else 1.0
    sd = share * hypot(*((one.measured.high - one.measured.low) / 2 / Z90 for one in (first, last)))
    change = Measure.of(last.measured.value - first.measured.value, last.measured.unit, sd)
    worse = rule.beyond(last.measured.value) - rule.beyond(first.measured.value)
    return Change(
        rule, first.rep_number, last.rep_number, first.measured, last.measured, change, worse, last.verdict
    )


def _in_widths(change: Change) -> float:
    """How far for the worse, in widths of the change's interval."""
    return change.worse / max(change.change.high - change.change.low, 1e-9)


def consistency(take: Take, reps: Sequence[Rep], curves: Sequence[RepCurves]) -> dict[str, Measure]:
    """How far the whole reps of a set are apart, as standard deviations with the interval of so few.

    `path_spread`: that of the bar's way fore and aft, over all of the rep. `turn_spread`: that of the height
    at which the bar turns (the depth of a squat, the touch of a bench press, the lockout of a deadlift).
    `velocity_spread` and `eccentric_spread`: in per cent of their mean.
    """
    few = f"it takes {FEWEST_REPS} whole reps, and here are {len(reps)}"
    if len(reps) < FEWEST_REPS:
        units = {"path_spread": "cm", "turn_spread": "cm", "velocity_spread": "%", "eccentric_spread": "%"}
        return {name: Measure.none(unit, few) for name, unit in units.items()}
    told = {
        name: np.array([measure(name, take, rep).value for rep in reps])
        for name in ("mean_velocity", "eccentric")
    }
    heights_m = np.array([_turn_height_m(take, rep) for rep in reps])
    return {
        "path_spread": _path_spread(curves),
        "turn_spread": _spread(100 * heights_m, "cm", no_metres(take)),
        "velocity_spread": _relative_spread(told["mean_velocity"], no_metres(take)),
        "eccentric_spread": _relative_spread(told["eccentric"], ""),
    }


def _relative_spread(values: FloatArray, missing: str) -> Measure:
    """Coefficient of variation in per cent."""
    known = values[np.isfinite(values)]
    return _spread(100 * known / known.mean() if len(known) else known, "%", missing)


def _turn_height_m(take: Take, rep: Rep) -> float:
    height = take.signals.values.get("bar_height_m")
    if height is None:
        return float("nan")
    return median(height[take.span(rep.turn_s - EDGE_S, rep.turn_s + EDGE_S)])


def _path_spread(curves: Sequence[RepCurves]) -> Measure:
    """Root mean square over the rep of the standard deviation of the bar's way fore and aft, in cm."""
    name = "bar_forward_m"
    missing = next((rep.missing[name] for rep in curves if name in rep.missing), "")
    if missing:
        return Measure.none("cm", missing)
    rows = [
        np.concatenate([phase.curves[name].values for phase in rep.phases if name in phase.curves])
        for rep in curves
    ]
    if len({len(row) for row in rows}) != 1:
        return Measure.none("cm", "the bar was lost in a phase of some rep")
    variance = np.var(100 * np.array(rows), axis=0, ddof=1)
    return _sd_measure(float(np.sqrt(np.nanmean(variance))), len(rows), "cm")


def _spread(values: FloatArray, unit: str, missing: str) -> Measure:
    known = values[np.isfinite(values)]
    if len(known) < FEWEST_REPS:
        return Measure.none(unit, missing or f"it was measured in {len(known)} reps only")
    return _sd_measure(float(np.std(known, ddof=1)), len(known), unit)


def _sd_measure(sd: float, count: int, unit: str) -> Measure:
    """A standard deviation of `count` values and its 90 % interval by the chi-square distribution."""
    low, high = (sd * float(np.sqrt((count - 1) / chdtri(count - 1, tail))) for tail in (0.05, 0.95))
    return Measure(sd, unit, low, high)


def smoothness(take: Take, reps: Sequence[Rep]) -> dict[str, dict[int, Measure]]:
    """Spectral arc length and log dimensionless jerk of the bar's speed on the way up of each rep.

    The jerk is of the speed low-passed at 6 Hz. Intervals come from drawing the noise of the speed and the
    ends of the phase anew; the draws are always the same.
    """
    found: dict[str, dict[int, Measure]] = {"spectral_arc_length": {}, "log_dimensionless_jerk": {}}
    for rep in reps:
        for name, told in zip(found, _smoothness(take, rep), strict=True):
            found[name][rep.number] = told
    return found


def _smoothness(take: Take, rep: Rep) -> tuple[Measure, Measure]:
    phase = rep.phase("concentric")
    speed = take.signals.values.get("bar_speed_mps")
    why = no_metres(take) or ("the rep has no concentric phase" if phase is None else "")
    if phase is None or speed is None or why:
        return Measure.none("", why), Measure.none("", why)
    rate_hz = take.signals.rate_hz * take.slow_motion
    inside = take.span(phase.start_s, phase.end_s)
    if not np.isfinite(speed[inside]).all() or inside.stop - inside.start < 8:
        lost = Measure.none("", "the bar was lost on the way up")
        return lost, lost
    rng = np.random.default_rng(0)
    drawn = []
    for draw in range(_DRAWS + 1):
        shift = rng.normal(0, _EDGE_SD_S, 2) * (draw > 0)
        span = take.span(phase.start_s + shift[0], phase.end_s + shift[1])
        part = speed[span]
        noise = low_pass(rng.normal(0, 1, len(part)), rate_hz)
        size = take.signals.bar_speed_sd_mps / max(float(noise.std()), 1e-9)
        part = np.nan_to_num(part) + noise * size * (draw > 0)
        drawn.append(
            (spectral_arc_length(part, rate_hz), log_dimensionless_jerk(low_pass(part, rate_hz), rate_hz))
        )
    told, spread = np.array(drawn[0]), np.array(drawn[1:]) - np.array(drawn[0])
    sds = np.sqrt(np.nanmean(spread**2, axis=0))
    return Measure.of(float(told[0]), "", float(sds[0])), Measure.of(float(told[1]), "", float(sds[1]))


def symmetry(take: Take, reps: Sequence[Rep]) -> dict[str, Measure]:
    """Left against right: means over the reps of what this view shows of it."""
    if take.view.name not in ("front", "rear"):
        why = f"the {take.view.name} view does not show left against right; film from the front or the rear"
        return {name: Measure.none("", why) for name in _SYMMETRY}
    return {name: _mean_measure([measure(name, take, rep) for rep in reps]) for name in _SYMMETRY}


def _mean_measure(told: Sequence[Measure]) -> Measure:
    """Mean of a measure over reps; its doubt is that of one rep, which all may share, and the scatter."""
    known = [one for one in told if not one.missing]
    if not known:
        return told[0] if told else Measure.none("", "there is no whole rep")
    values = np.array([one.value for one in known])
    each = float(np.mean([(one.high - one.low) / 2 / Z90 for one in known]))
    scatter = float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return Measure.of(float(values.mean()), known[0].unit, hypot(each, scatter))


def kept_tempo(take: Take, reps: Sequence[Rep], asked_s: tuple[float, float, float]) -> tuple[Kept, ...]:
    """Each phase beside the seconds that were asked for: adherence is 1 - |T - target| / target."""
    kept = []
    for name, asked in zip(_TIMED, asked_s, strict=True):
        taken = _mean_measure([measure(name, take, rep) for rep in reps])
        kept.append(Kept(name, asked, taken, _adherence(taken, asked)))
    return tuple(kept)


def _adherence(taken: Measure, asked_s: float) -> Measure:
    if taken.missing:
        return Measure.none("%", taken.missing)
    if asked_s == 0:
        return Measure.none("%", "as fast as possible has no seconds to keep")

    def share(seconds: float) -> float:
        return 100 * max(1 - abs(seconds - asked_s) / asked_s, 0.0)

    ends = [share(taken.low), share(taken.high), share(taken.value)]
    most = 100.0 if taken.low <= asked_s <= taken.high else max(ends)
    return Measure(share(taken.value), "%", min(ends), most)
