"""Numbers of a rep by the fitted body: angles and depth that plates cannot hide.

No term of the fit says how straight a limb is (of a press only that it ends within some 40 degrees of
straight arms), so that a lockout may be judged by it; where the bar is over the feet is told to it, so that
only its changes are taken from it.
"""

from math import hypot

import numpy as np

from formcheck.metrics.measure import Measure, Take
from formcheck.pose import FloatArray
from formcheck.reps import Rep

HEIGHT_SD = 0.02
"""How well a change of those heights within a rep is known, in trunk lengths (estimated)."""

NO_FIT = "it takes the fitted body, which is not trusted here"

MASS_INDEX = 25.0
"""Body mass over squared height, kg/m²; estimated of lifters."""

_MASS_INDEX_SD = 4.0
_AROUND_S = 0.5
_DEPTH_OF_THIGH_SD = 0.03
"""How well the length of the thigh itself is known, as a share (de Leva against rendered bodies)."""


def tells(name: str, take: Take) -> bool:
    """Whether the fitted body tells a metric of the reps: it is trusted, and may judge it."""
    if name == "depth":
        return "fitted_depth_m" in take.signals.values and not no_depth(take)
    angle, _, instant = name.rpartition("_")
    return instant in ("start", "turn", "end") and f"fitted_{angle}_deg" in take.signals.values


def measure(name: str, take: Take, rep: Rep) -> Measure | None:
    """One metric of a rep by the fitted body; None where it does not tell it."""
    if not tells(name, take):
        return None
    if name == "depth":
        return _depth(take, rep)
    angle, _, instant = name.rpartition("_")
    found = _at(take, f"fitted_{angle}_deg", getattr(rep, f"{instant}_s"))
    return None if found is None else Measure.of(found[0], "deg", found[1])


def no_depth(take: Take) -> str:
    """Why this view does not show how far the hips are below the knees; empty where it does."""
    shown = take.view.name in ("side", "oblique")
    return "" if shown else f"the {take.view.name} view does not show depth"


def balance_shift(take: Take, rep: Rep) -> Measure:
    """How far lifter and bar together go forward (positive) or back over the feet in a rep, in cm.

    The largest way of their common center of mass from where it was at the start of the rep. The absolute
    place over the foot is not measured, as the fit is told where the bar usually is. De Leva's segments; the
    lifter's mass is taken from the fitted height, 25 kg/m² (SD 4, estimated of lifters).
    """
    body, bar = (take.signals.values.get(name) for name in ("fitted_balance_m", "bar_forward_m"))
    if body is None or take.body is None:
        return Measure.none("cm", NO_FIT)
    if take.load_kg is None:
        return Measure.none("cm", "it takes the load: say it with --load")
    if bar is None:
        return Measure.none("cm", "it takes the bar's path fore and aft")
    span = take.span(rep.start_s, rep.end_s)
    mass = MASS_INDEX * take.body.lengths_m["stature"].value_m ** 2
    share = take.load_kg / (take.load_kg + mass)
    own, its = body[span], bar[span] - bar[span.start]
    shift = (1 - share) * own + share * its
    if not np.isfinite(shift).any():
        return Measure.none("cm", "lifter or bar was not seen in this rep")
    most = int(np.nanargmax(np.abs(shift)))
    weighed = share * (1 - share) * _MASS_INDEX_SD / MASS_INDEX * (own[most] - its[most])
    sd = hypot((1 - share) * float(take.signals.sd["fitted_balance_m"][span][most]), float(weighed), 0.005)
    return Measure.of(100 * float(shift[most]), "cm", 100 * sd)


def hips_below_knees(take: Take, rep: Rep) -> Measure:
    """Hip joint below knee joint at the deepest, in cm: the depth in a length that a lifter knows."""
    below = take.signals.values.get("fitted_depth_m")
    if below is None or no_depth(take):
        return Measure.none("cm", no_depth(take) or NO_FIT)
    at = _deepest(take, rep)
    return Measure.of(100 * float(below[at]), "cm", 100 * float(take.signals.sd["fitted_depth_m"][at]))


def heights(take: Take) -> tuple[FloatArray, FloatArray] | None:
    """(T,) heights of hip and shoulder over the ankle by the fitted bones, in trunk lengths, if fitted."""
    names = ("shank_lean", "thigh_angle", "trunk_lean")
    if take.body is None or any(f"fitted_{name}_deg" not in take.signals.values for name in names):
        return None
    shank, thigh, trunk = (np.radians(take.signals.values[f"fitted_{name}_deg"]) for name in names)
    long = {name: take.body.lengths_m[name].value_m for name in ("shank", "thigh", "trunk")}
    hip = long["shank"] * np.cos(shank) + long["thigh"] * np.sin(thigh)
    return hip / long["trunk"], hip / long["trunk"] + np.cos(trunk)


def _at(take: Take, curve: str, time_s: float) -> tuple[float, float] | None:
    """A fitted curve, which is smooth already, at an instant, and its standard deviation; None unknown."""
    at = take.at(time_s)
    value, sd = float(take.signals.values[curve][at]), float(take.signals.sd[curve][at])
    return (value, sd) if np.isfinite(value + sd) else None


def _depth(take: Take, rep: Rep) -> Measure | None:
    """Hip joint below knee joint at the deepest over the thigh, as in `formcheck.metrics.posture`."""
    if take.body is None:
        return None
    at = _deepest(take, rep)
    below, sd = (float(curve["fitted_depth_m"][at]) for curve in (take.signals.values, take.signals.sd))
    thigh = take.body.lengths_m["thigh"].value_m
    if not np.isfinite(below):
        return None
    share = below / thigh
    return Measure.of(share, "thigh lengths", hypot(sd / thigh, _DEPTH_OF_THIGH_SD * share))


def _deepest(take: Take, rep: Rep) -> int:
    """The frame around the turn in which the hips are deepest: they may rise while the bar still sinks."""
    below = take.signals.values["fitted_depth_m"]
    around = take.span(max(rep.start_s, rep.turn_s - _AROUND_S), min(rep.end_s, rep.turn_s + _AROUND_S))
    if not np.isfinite(below[around]).any():
        return take.at(rep.turn_s)
    return int(around.start + np.nanargmax(below[around]))
