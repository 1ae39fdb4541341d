"""The bar's path in metres: how far it went, and how straight.

All of it is of the plate's centre: the hands' path is none. Lengths are in the plane in which it moves:
heights up, fore and aft toward where the lifter faces (on the bench toward the feet). The doubt of a
length is that of the scale; of what is fore and aft also that of the camera's level, by which the whole path
leans, and of the yaw.
"""

from dataclasses import dataclass
from math import hypot
from typing import Literal

import numpy as np

from formcheck.metrics.measure import EDGE_S, Z90, Compute, Measure, Take, median
from formcheck.pose import FloatArray
from formcheck.reps import Rep
from formcheck.scale import LEVEL_SD_DEG
from formcheck.signals.plate import FORESHORTENED_BEYOND_DEG
from formcheck.view import SIDE_WITHIN_DEG

_MOST_LOST = 0.15
_FEWEST = 3
_GRID = np.linspace(0.05, 0.95, 91)
_FIRST_SHARE = 0.25
_YAW_SD_DEG = 5.0
_ENDS_APART_M = 0.55
_NEARER, _NEARER_SD = 0.17, 0.05
_JOINT_SD_M = 0.04
"""A keypoint of shoulder or foot beside its joint, fore and aft. With the yaw it makes the 6 cm (root mean
square) by which this is off on rendered tuning bodies."""


def no_metres(take: Take) -> str:
    """Why the bar's path is not known in metres; empty where it is."""
    if take.motion.bar_kind != "plate":
        return "no plate was followed: the hands time the reps, but are no bar path"
    return "" if "bar_height_m" in take.signals.values else take.scale.why


def no_forward(take: Take) -> str:
    """Why nothing is known of what is fore and aft; empty where it is."""
    if no_metres(take) or "bar_forward_m" in take.signals.values:
        return no_metres(take)
    if take.view.facing in ("camera", "away"):
        return f"the {take.view.name} view does not show what is fore and aft"
    return f"the camera looks from more than {FORESHORTENED_BEYOND_DEG:.0f} degrees off the side"


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """The path of a span of time in metres, (N,) each, known samples only."""

    height: FloatArray
    forward: FloatArray

    @property
    def range_m(self) -> float:
        """From the lowest to the highest point."""
        return float(np.ptp(self.height))


def stretch(take: Take, start_s: float, end_s: float) -> Stretch | str:
    """The path between two instants, or why it is not known: no plate, no scale, or lost on the way."""
    if no_metres(take):
        return no_metres(take)
    span = take.span(start_s, end_s)
    height = take.signals.values["bar_height_m"][span]
    forward = take.signals.values.get("bar_forward_m", np.full(len(take.signals.time_s), np.nan))[span]
    known = np.isfinite(height)
    if known.mean() < 1 - _MOST_LOST or not (known[0] and known[-1]):
        return f"the plate was lost in {1 - known.mean():.0%} of the way"
    if len(known) < _FEWEST:
        return "the way is too short to be measured"
    return Stretch(height[known], forward[known])


def whole(take: Take, rep: Rep, *, forward: bool = False) -> Stretch | str:
    """The path of a whole rep, or why it is not known."""
    if forward and no_forward(take):
        return no_forward(take)
    if rep.partial and not no_metres(take):
        return "the video does not show the whole rep"
    return stretch(take, rep.start_s, rep.end_s)


def range_m(take: Take, rep: Rep) -> Measure:
    """Range of motion: height between the lowest and the highest point of the concentric phase.

    As a linear encoder on the bar gives it.
    """
    phase = rep.phase("concentric")
    path = whole(take, rep)
    if isinstance(path, str) or phase is None:
        return Measure.none("m", path if isinstance(path, str) else "the rep has no concentric phase")
    rise = stretch(take, phase.start_s, phase.end_s)
    if isinstance(rise, str):
        return Measure.none("m", rise)
    sd = hypot(take.scale.relative_error * rise.range_m, 2**0.5 * take.signals.bar_sd_m, 0.003)
    return Measure.of(rise.range_m, "m", sd)


def _forward_sd(take: Take, way_m: float, height_m: float) -> float:
    """Standard deviation of a horizontal way over a height: scale, yaw, level and noise."""
    yaw = np.radians(take.scale.yaw_deg or 0.0)
    turned = float(np.tan(yaw)) * np.radians(3.0)
    leaned = height_m * float(np.tan(np.radians(LEVEL_SD_DEG)))
    return hypot(hypot(take.scale.relative_error, turned) * way_m, leaned, 2**0.5 * take.signals.bar_sd_m)


def drift(take: Take, rep: Rep) -> Measure:
    """Largest horizontal departure of the bar from where the rep started, fore or aft, in centimetres."""
    path = whole(take, rep, forward=True)
    if isinstance(path, str):
        return Measure.none("cm", path)
    away = np.abs(path.forward - path.forward[0])
    most = int(away.argmax())
    fallen = abs(float(path.height[most] - path.height[0]))
    sd = _forward_sd(take, float(away[most]), fallen)
    return Measure.of(100 * float(away[most]), "cm", 100 * sd)


def drift_height(take: Take, rep: Rep) -> Measure:
    """At which height of the range the largest departure is, 0 at the bottom, in per cent.

    The interval holds every height at which the departure is within its noise of the largest.
    """
    path = whole(take, rep, forward=True)
    if isinstance(path, str):
        return Measure.none("% of range", path)
    away = np.abs(path.forward - path.forward[0])
    share = 100 * (path.height - path.height.min()) / path.range_m
    like = share[away >= away.max() - Z90 * 2**0.5 * take.signals.bar_sd_m - 1e-3]
    return Measure(float(share[away.argmax()]), "% of range", float(like.min()) - 1, float(like.max()) + 1)


def _ways(take: Take, rep: Rep) -> tuple[FloatArray, FloatArray, float] | str:
    """Forward places (N,) on the ways to and from the turn at the same heights, and the height they span."""
    path = whole(take, rep, forward=True)
    if isinstance(path, str):
        return path
    ways = [stretch(take, rep.start_s, rep.turn_s), stretch(take, rep.turn_s, rep.end_s)]
    out, back = (way for way in ways)
    if isinstance(out, str) or isinstance(back, str):
        return out if isinstance(out, str) else str(back)
    low = max(out.height.min(), back.height.min())
    high = min(out.height.max(), back.height.max())
    if not high - low > 0.5 * path.range_m:
        return "the ways out and back are not at the same heights"
    heights = low + _GRID * (high - low)
    there, again = (np.interp(heights, *_sorted(way)) for way in (out, back))
    return there, again, float(heights[-1] - heights[0])


def _sorted(way: Stretch) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(way.height)
    return way.height[order], way.forward[order]


def path_loop(take: Take, rep: Rep) -> Measure:
    """Largest horizontal distance between the way down and the way up at the same height, in centimetres.

    The camera's level does not matter to it.
    """
    ways = _ways(take, rep)
    if isinstance(ways, str):
        return Measure.none("cm", ways)
    apart = float(np.abs(ways[0] - ways[1]).max())
    return Measure.of(100 * apart, "cm", 100 * _forward_sd(take, apart, 0.0))


def path_area(take: Take, rep: Rep) -> Measure:
    """Area between the way down and the way up, in square centimetres, over the middle 90 % of the range."""
    ways = _ways(take, rep)
    if isinstance(ways, str):
        return Measure.none("cm²", ways)
    apart = np.abs(ways[0] - ways[1])
    area = float(np.trapezoid(apart, dx=ways[2] / (len(apart) - 1)))
    sd = hypot(2 * take.scale.relative_error * area, take.signals.bar_sd_m * ways[2])
    return Measure.of(1e4 * area, "cm²", 1e4 * sd)


def first_direction(take: Take, rep: Rep) -> Measure:
    """Where the bar goes off the chest, from the vertical, toward the head positive, in degrees.

    Over the first quarter of the way up. Experts press 30 degrees toward the head, novices 6 (60.3 and 84.4
    from the horizontal, Madsen and McLaughlin 1984, MSSE 16:376).
    """
    press = _press(take, rep)
    if isinstance(press, str):
        return Measure.none("deg", press)
    risen = press.height - press.height[0]
    first = int(np.flatnonzero(risen >= _FIRST_SHARE * risen[-1])[0])
    headward = -(press.forward[first] - press.forward[0])
    turned = take.signals.bar_sd_m * 2**0.5 / max(float(risen[first]), 1e-6)
    sd = hypot(LEVEL_SD_DEG, float(np.degrees(turned)))
    return Measure.of(float(np.degrees(np.arctan2(headward, risen[first]))), "deg", sd)


def bar_over_midfoot(take: Take, rep: Rep) -> Measure:
    """How far the bar is before the middle of the foot, at a deadlift's start or a squat's turn, in cm."""
    at_s = rep.start_s if take.starts == "bottom" else rep.turn_s
    return _ahead(take, (take.near("heel") + take.near("toe")) / 2, at_s)


def drift_forward(take: Take, rep: Rep) -> Measure:
    """How far the bar goes forward (on the bench toward the feet) of where its way up starts, in cm.

    Within the concentric phase; never below 0, as the start counts.
    """
    press = _press(take, rep)
    if isinstance(press, str):
        return Measure.none("cm", press)
    away = press.forward - press.forward[0]
    most = int(away.argmax())
    sd = _forward_sd(take, float(away[most]), float(abs(press.height[most] - press.height[0])))
    return Measure.of(100 * float(away[most]), "cm", 100 * sd)


def sway(take: Take, rep: Rep) -> Measure:
    """How far apart fore and aft the bar is on its way up, in per cent of that way's height."""
    press = _press(take, rep)
    if isinstance(press, str):
        return Measure.none("% of range", press)
    wide = float(np.ptp(press.forward))
    apart = abs(float(press.height[press.forward.argmax()] - press.height[press.forward.argmin()]))
    return Measure.of(
        100 * wide / press.range_m, "% of range", 100 * _forward_sd(take, wide, apart) / press.range_m
    )


def _press(take: Take, rep: Rep) -> Stretch | str:
    """The way up in metres, or why it is not known."""
    phase = rep.phase("concentric")
    path = whole(take, rep, forward=True)
    if isinstance(path, str):
        return path
    return "the rep has no concentric phase" if phase is None else stretch(take, phase.start_s, phase.end_s)


def bar_slip(take: Take, rep: Rep) -> Measure:
    """How far the bar slides down the back: along the trunk, end of the rep against its start, in cm.

    The lifter stands alike at both, so that what the plate's nearness to the camera and the keypoint's place
    on the skin do is the same. The doubt is that of the shoulder (1 cm, `Take.pixel_sd` of a 50 cm trunk);
    behind the plate it is guessed.
    """
    if no_metres(take):
        return Measure.none("cm", no_metres(take))
    if rep.partial:
        return Measure.none("cm", "the video does not show the whole rep")
    if any(take.behind_plate("shoulder", at) for at in (rep.start_s, rep.end_s)):
        return Measure.none("cm", "hidden: shoulder, by the plate")
    trunk = take.near("shoulder") - take.near("hip")
    along = ((take.near("shoulder") - take.signals.bar_px) * trunk).sum(axis=1) / np.linalg.norm(
        trunk, axis=1
    )
    first, last = (median(along[take.span(at - EDGE_S, at + EDGE_S)]) for at in (rep.start_s, rep.end_s))
    slid = (last - first) * median(take.scale.m_per_px)
    return Measure.of(100 * slid, "cm", 100 * hypot(2**0.5 * 0.01, 2**0.5 * take.signals.bar_sd_m))


def shoulder_over_bar(at: Literal["start", "turn"]) -> Compute:
    """Make the metric of how far the shoulder is before the bar at an instant of a rep, in cm."""

    def compute(take: Take, rep: Rep) -> Measure:
        ahead = _ahead(take, take.near("shoulder"), getattr(rep, f"{at}_s"))
        return ahead if ahead.missing else Measure(-ahead.value, ahead.unit, -ahead.high, -ahead.low)

    return compute


def touch_point(take: Take, rep: Rep) -> Measure:
    """Where the bar touches the chest: how far toward the feet from the shoulder, in cm."""
    return _ahead(take, take.near("shoulder"), rep.turn_s)


def lockout_offset(take: Take, rep: Rep) -> Measure:
    """How far the bar is off the shoulder at lockout, toward the feet positive, in cm."""
    return _ahead(take, take.near("shoulder"), rep.end_s)


def _ahead(take: Take, body_px: FloatArray, at_s: float) -> Measure:
    """How far forward of a point of the body the bar is.

    The plate's face is some 0.55 m nearer to the camera than the near foot or shoulder. So the point's way
    from the picture's middle is enlarged by 17 % (5 % sd: 2.5 to 6 m away), and what the yaw moves the plate
    along the picture is added: 1 cm for each degree, which makes this the least certain of all measures of
    the bar. It is not told from farther round than 25 degrees.
    """
    yaw_deg = _signed_yaw_deg(take)
    if no_forward(take):
        return Measure.none("cm", no_forward(take))
    if abs(yaw_deg) > SIDE_WITHIN_DEG:
        return Measure.none(
            "cm", f"seen {abs(yaw_deg):.0f} degrees off the side, the bar's end and the body do not line up"
        )
    motion, span = take.motion, take.span(at_s - EDGE_S, at_s + EDGE_S)
    near = np.abs(motion.time_s - at_s) <= EDGE_S
    plate, metres = median(motion.plate_px[near, 0]), median(take.scale.m_per_px[near])
    point = median(body_px[span, 0])
    if not np.isfinite(plate + metres + point):
        return Measure.none("cm", "plate or joint was not seen")
    middle = motion.size_px[0] / 2
    sign = 1.0 if take.view.facing == "right" else -1.0
    yaw = np.radians(yaw_deg)
    apart = (plate - middle) - (point - middle) * (1 + _NEARER)
    ahead = (sign * metres * apart) / np.cos(yaw) + _ENDS_APART_M * np.tan(yaw)
    sd = hypot(
        _ENDS_APART_M * float(np.radians(_YAW_SD_DEG)), _NEARER_SD * abs(point - middle) * metres, _JOINT_SD_M
    )
    return Measure.of(100 * float(ahead), "cm", 100 * sd)


def _signed_yaw_deg(take: Take) -> float:
    """The camera's yaw, positive where it sees the lifter from the front rather than from behind."""
    yaw = take.view.yaw_deg if (take.scale.yaw_deg or 0.0) < 20.0 else take.scale.yaw_deg or 0.0
    return yaw if take.view.from_front else -yaw
