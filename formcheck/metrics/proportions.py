"""The trunk lean that a lifter's own build asks for, so that long thighs are no fault.

A lifter stands while the common center of mass of body and bar is over the middle of the foot. In the
sagittal plane shank and thigh angle say where the hip is; of all trunk leans one then balances. With the hip
at x_h and the trunk's length t, every mass above the hip lies at x_h + p sin(lean) - q cos(lean), so that the
balance reads A sin(lean) + B cos(lean) = C, which has a closed solution.
"""

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, hypot, radians, sin

from formcheck.body.human import load_human
from formcheck.metrics.fitted import MASS_INDEX, NO_FIT
from formcheck.metrics.measure import EDGE_S, Measure, Take, median
from formcheck.reps import Rep

_TRUNK, _HEAD, _ARMS = 0.4346, 0.0694, 0.0988
_THIGHS, _SHANKS, _FEET = 0.2832, 0.0866, 0.0274
_TRUNK_UP, _THIGH_DOWN, _SHANK_DOWN = 0.569, 0.4095, 0.4395
"""De Leva 1996 (J Biomech 29:1223), men: shares of body mass, both sides; centers of mass, of the trunk up
from the hips, of thigh and shank down from their upper joint."""

_HEAD_UP, _FOOT_AHEAD = 0.108, 0.04
"""Head over the shoulders, center of mass of the foot before the ankle; in statures, estimated."""

_LOADS = (0.5, 1.0, 2.0)
"""Where nobody said the load: between half and twice the lifter's mass."""


@dataclass(frozen=True, slots=True)
class Build:
    """A lifter's lengths in metres, between joint centers in the sagittal plane, and mass in kg.

    `middle_m` is how far the middle of the foot is before the ankle.
    """

    stature_m: float
    shank_m: float
    thigh_m: float
    trunk_m: float
    middle_m: float
    mass_kg: float


def expected_lean_deg(
    build: Build, *, shank_deg: float, thigh_deg: float, bar_kg: float, along: float, behind: float
) -> float:
    """Trunk lean from the vertical at which lifter and bar are in balance over the middle of the foot.

    Parameters
    ----------
    build
        The lifter.
    shank_deg
        Lean of the shank, knee forward positive.
    thigh_deg
        Thigh from the horizontal, hip above the knee positive.
    bar_kg
        Mass of the bar.
    along, behind
        Where the bar is: up the trunk as a share of its length, and behind it in statures.

    Returns
    -------
    Degrees; NaN where no lean balances.
    """
    shank, thigh = radians(shank_deg), radians(thigh_deg)
    knee = build.shank_m * sin(shank)
    hip = knee - build.thigh_m * cos(thigh)
    above = _TRUNK + _HEAD + _ARMS
    legs = (
        _THIGHS * (hip + _THIGH_DOWN * (knee - hip))
        + _SHANKS * (1 - _SHANK_DOWN) * knee
        + _FEET * _FOOT_AHEAD * build.stature_m
    )
    whole = above + _THIGHS + _SHANKS + _FEET
    upward = _TRUNK * _TRUNK_UP * build.trunk_m + _ARMS * build.trunk_m
    upward += _HEAD * (build.trunk_m + _HEAD_UP * build.stature_m)
    a = build.mass_kg * upward + bar_kg * along * build.trunk_m
    b = -bar_kg * behind * build.stature_m
    c = (build.mass_kg * whole + bar_kg) * build.middle_m - (build.mass_kg * above + bar_kg) * hip
    c -= build.mass_kg * legs
    if abs(c) > hypot(a, b):
        return float("nan")
    return degrees(asin(c / hypot(a, b)) - atan2(b, a))


def lean_excess(take: Take, rep: Rep) -> Measure:
    """How much more the trunk leans at the turn than the lifter's build and shank ask for, in degrees.

    By the fitted lengths and angles, and where the lift's file has the bar. The doubt has the fit's trunk and
    shank, the lengths of thigh and trunk, and the load; where nobody said it, from half to twice the
    lifter's mass.
    """
    values, body = take.signals.values, take.body
    names = ("trunk_lean", "shank_lean", "thigh_angle")
    if body is None or any(f"fitted_{name}_deg" not in values for name in names):
        return Measure.none("deg", NO_FIT)
    if take.bar_place is None:
        return Measure.none("deg", "the lift's file does not say where on the trunk the bar is")
    span = take.span(rep.turn_s - EDGE_S, rep.turn_s + EDGE_S)
    trunk, shank, thigh = (median(values[f"fitted_{name}_deg"][span]) for name in names)
    lean_sd, shank_sd = (median(take.signals.sd[f"fitted_{name}_deg"][span]) for name in names[:2])
    long = {name: length.value_m for name, length in body.lengths_m.items()}
    mass, middle = MASS_INDEX * long["stature"] ** 2, load_human().foot.middle_ahead * long["foot"]

    def asked(
        load: float = 1.0, shank_more: float = 0.0, thigh_times: float = 1.0, trunk_times: float = 1.0
    ) -> float:
        build = Build(
            stature_m=long["stature"],
            shank_m=long["shank"],
            thigh_m=thigh_times * long["thigh"],
            trunk_m=trunk_times * long["trunk"],
            middle_m=middle,
            mass_kg=mass,
        )
        bar_kg = take.load_kg or load * mass
        along, behind = take.bar_place or (1.0, 0.0)
        return expected_lean_deg(
            build, shank_deg=shank + shank_more, thigh_deg=thigh, bar_kg=bar_kg, along=along, behind=behind
        )

    usual = asked()
    spread = (asked(_LOADS[0]) - asked(_LOADS[2])) / 4
    shares = {name: body.lengths_m[name].sd_m / long[name] for name in ("thigh", "trunk")}
    sd = hypot(
        lean_sd,
        asked(shank_more=shank_sd) - usual,
        asked(thigh_times=1 + shares["thigh"]) - usual,
        asked(trunk_times=1 + shares["trunk"]) - usual,
        spread,
    )
    return Measure.of(trunk - usual, "deg", sd)
