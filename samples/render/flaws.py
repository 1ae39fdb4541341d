"""What a lifter can do wrong, injected at a wanted strength.

The strength is stated in the unit of formcheck's metric; how far the mechanism must be bent to show it is
found by root search. Where a rule of formcheck exists, the flaw has its name.
"""

from dataclasses import dataclass, replace

from scipy.optimize import brentq

from samples.render.lifts import Flaw, Lift
from samples.render.measures import MEASURES, sample_rep
from samples.render.tempo import Tempo


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of flaw.

    Attributes
    ----------
    metric
        The measure that tells its strength.
    unit
        The measure's unit.
    most
        The largest amount that the mechanism can show; the smallest is 0.
    """

    metric: str
    unit: str
    most: float


FLAWS: dict[str, Kind] = {
    "squat.depth_short": Kind("depth", "thigh lengths", 0.7),
    "squat.good_morning": Kind("hip_shoulder_ratio", "", 0.7),
    "squat.knee_valgus": Kind("knee_width_drop", "%", 0.15),
    "squat.uneven_bar": Kind("bar_tilt", "deg", 0.25),
    "squat.heel_rise": Kind("heel_rise", "foot lengths", 0.5),
    "squat.soft_lockout": Kind("knee_flexion_end", "deg", 0.5),
    "squat.fast_descent": Kind("eccentric", "s", 0.0),
    "squat.downward_move": Kind("dip", "of range", 0.3),
    "squat.bar_drift": Kind("drift", "m", 0.2),
    "squat.back_round": Kind("back_round", "deg", 1.2),
    "deadlift.hips_shoot": Kind("hip_shoulder_ratio", "", 0.6),
    "deadlift.lockout_knees": Kind("knee_flexion_turn", "deg", 1.0),
    "deadlift.lockout_hips": Kind("hip_flexion_turn", "deg", 1.0),
    "deadlift.downward_move": Kind("dip", "of range", 0.3),
    "deadlift.fast_lowering": Kind("eccentric", "s", 0.0),
    "deadlift.uneven_bar": Kind("bar_tilt", "deg", 0.25),
    "deadlift.bar_drift": Kind("drift", "m", 0.3),
    "deadlift.back_round": Kind("back_round", "deg", 1.2),
    "bench_press.uneven_bar": Kind("bar_tilt", "deg", 0.25),
    "bench_press.lockout_short": Kind("elbow_flexion_end", "deg", 0.25),
    "bench_press.downward_move": Kind("dip", "of range", 0.3),
    "bench_press.fast_descent": Kind("eccentric", "s", 0.0),
}
"""Flaw to how it is measured. A rule judges `bar_drift`, in centimeters; none can judge `back_round`."""


def is_timing(flaw: str) -> bool:
    """Whether the strength of a flaw is the time of the way down, which the tempo's plan takes."""
    return bool(flaw) and FLAWS[flaw].metric == "eccentric"


def _bent(flaw: str, amount: float, lift: Lift, tempo: Tempo) -> Tempo:
    """Make the lift or its tempo show an amount of a flaw; return the tempo."""
    if FLAWS[flaw].metric == "dip":
        return replace(tempo, dip=amount)
    lift.show(Flaw(flaw.partition(".")[2], amount))
    return tempo


def inject(flaw: str, strength: float, lift: Lift, tempo: Tempo) -> Tempo:
    """Make a lift show a flaw in the wanted strength; return its tempo.

    Raises
    ------
    ValueError
        The mechanism cannot show the flaw as strongly, or shows more of it already.
    """
    if not flaw or is_timing(flaw):
        return tempo
    kind = FLAWS[flaw]

    def off(amount: float) -> float:
        bent = _bent(flaw, amount, lift, tempo)
        return MEASURES[kind.metric](sample_rep(lift, bent, bent.reps[0])) - strength

    ends = off(0.0), off(kind.most)
    if ends[0] * ends[1] > 0:
        least, most = sorted(strength + end for end in ends)
        raise ValueError(f"{flaw}: expected a strength of {least:.3g} to {most:.3g}, got {strength}")
    amount = float(brentq(off, 0.0, kind.most, xtol=1e-6 * kind.most))
    return _bent(flaw, amount, lift, tempo)
