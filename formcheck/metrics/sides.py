"""Left against right, seen from the front or the rear."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy.ndimage import median_filter

from formcheck.metrics.measure import EDGE_S, SURE, Measure, Take, median, scatter
from formcheck.pose import FloatArray
from formcheck.reps import PhaseName, Rep
from formcheck.settings import Preset
from formcheck.skeleton import WRISTS
from formcheck.view import View

_BEFORE_S, _AFTER_S = 0.3, 0.2
_FOUND = 0.5
_FEWEST_FRAMES = 5
_JUMP_DEG = 1.5
_WITH_HANDS = 0.4
_SLOWEST = 0.1
_NO_BAR_DEG = 30.0

_SHAFT_SD_DEG = 0.4
"""Rendered shafts are found to 0.02 to 0.1 degrees; a wall that is bright on one side costs up to 0.5."""

_WRISTS_SD_DEG: Mapping[Preset | str, float] = MappingProxyType(
    {"accurate": 1.5, "balanced": 2.5, "light": 3.3, "": 1.5}
)
"""The line through both wrists on rendered front and rear squats; a weaker network is less sure."""

_FITTED_DROP_SD = 5.0
"""On eleven rendered squats from the front and from 30 to 45 degrees, with knees that cave by 0 to 40 %, it
was at most 7 too low, and up to 6 where they did not."""

_FOCAL = 0.9
"""Focal length in long sides of the picture: a telephone's main camera, 26 to 30 mm on 36 mm, cropped."""

_FRONTAL_SD_DEG = 10.0
"""Who films from the front or the rear stands within this of square on (1 SD, estimated)."""

_YAW_SD_DEG = 5.0
"""The view's angle was within 2 degrees of the truth on rendered front and rear squats, 4 to 8 off on a
filmed one; 19 off on a bench press whose frames did not agree (confidence 0.5)."""


def knee_width_drop(take: Take, rep: Rep) -> Measure:
    """How much closer together the knees come on the way up than at the same height on the way down.

    Knee separation over ankle separation, the largest drop in per cent (the KASR of the fault table), in
    space by the fitted body; else in the picture, where the doubt is 8 points: it says little of the knee in
    space (limits of agreement of the projected angle -30 to +17 degrees, Straub and Powers 2022, PMC9718689).
    """
    fitted = take.signals.values.get("fitted_knee_separation")
    if fitted is None and take.view.name == "oblique":
        return Measure.none("%", "at an angle it takes the fitted body, which is not trusted here")
    ratio, sd = (_pictured_separation(take), 8.0) if fitted is None else (fitted, _FITTED_DROP_SD)
    height = -take.signals.bar_px[:, 1]
    down, up = take.span(rep.start_s, rep.turn_s), take.span(rep.turn_s, rep.end_s)
    order = np.argsort(height[down])
    good = np.isfinite(ratio[down][order]) & np.isfinite(height[down][order])
    if good.sum() < 5 or not np.isfinite(ratio[up]).any():
        return Measure.none("%", "both knees and ankles were not seen throughout")
    before = np.interp(height[up], height[down][order][good], ratio[down][order][good])
    drop = float(np.nanpercentile(100 * (1 - ratio[up] / before), 90))
    return Measure.of(drop, "%", sd)


def _pictured_separation(take: Take) -> FloatArray:
    """(T,) separation of the knees in the picture over that of the ankles."""
    knees = np.abs(take.points("left_knee")[:, 0] - take.points("right_knee")[:, 0])
    ankles = np.abs(take.points("left_ankle")[:, 0] - take.points("right_ankle")[:, 0])
    return np.asarray(knees / np.where(ankles > 0.1 * take.signals.trunk_px, ankles, np.nan))


def knee_width(take: Take, rep: Rep) -> Measure:
    """Smallest distance of the knees over that of the ankles in a rep (KASR of the fault table).

    The doubt is 0.1: see `knee_width_drop` for how little a picture says of the knee in space.
    """
    knees = np.abs(take.points("left_knee")[:, 0] - take.points("right_knee")[:, 0])
    ankles = np.abs(take.points("left_ankle")[:, 0] - take.points("right_ankle")[:, 0])
    span = take.span(rep.start_s, rep.end_s)
    apart = median(ankles[span])
    known = knees[span][np.isfinite(knees[span])]
    if not len(known) or not apart > 0.1 * take.signals.trunk_px:
        return Measure.none("of ankle distance", "both knees and ankles were not seen apart")
    return Measure.of(float(np.percentile(known, 5)) / apart, "of ankle distance", 0.1)


def stance_width(take: Take, rep: Rep) -> Measure:
    """Distance of the ankles over that of the shoulders at the start of a rep.

    The network's shoulders and ankles are each off by some 1 cm (`Take.pixel_sd`): a tenth of the shoulders'
    width with what a camera that is not square on takes off both alike.
    """
    span = take.span(rep.start_s - EDGE_S, rep.start_s + EDGE_S)
    feet, shoulders = (
        median(np.abs(take.points(f"left_{name}")[span, 0] - take.points(f"right_{name}")[span, 0]))
        for name in ("ankle", "shoulder")
    )
    if not shoulders > 0.2 * take.signals.trunk_px:
        return Measure.none("shoulder widths", "both shoulders were not seen apart")
    return Measure.of(feet / shoulders, "shoulder widths", 0.1)


def hip_shift(take: Take, rep: Rep) -> Measure:
    """Sideways shift of the hips over the feet at the turn against the start, in hip widths, in per cent."""
    hips = take.points("left_hip", "right_hip")[:, 0]
    ankles = take.points("left_ankle", "right_ankle")[:, 0]
    width = np.abs(take.points("left_hip")[:, 0] - take.points("right_hip")[:, 0])
    offset = hips - ankles
    start = median(offset[take.span(rep.start_s - 0.3, rep.start_s + 0.1)])
    at = median(offset[take.span(rep.turn_s - EDGE_S, rep.turn_s + EDGE_S)])
    return Measure.of(100 * abs(at - start) / float(np.nanmedian(width)), "%", 4.0)


def bar_tilt(take: Take, rep: Rep) -> Measure:
    """Largest tilt of the bar against its tilt at the start, in degrees."""
    tilt = _tilt(take, rep)
    if isinstance(tilt, str):
        return Measure.none("deg", tilt)
    return Measure.of(float(np.percentile(np.abs(tilt.deg), 90)), "deg", tilt.sd_deg)


def left_end_lower(take: Take, rep: Rep) -> Measure:
    """By how much the lifter's left end is the lower where the bar tilts most; below 0 the right one is."""
    tilt = _tilt(take, rep)
    if isinstance(tilt, str):
        return Measure.none("deg", tilt)
    most = np.abs(tilt.deg) >= np.percentile(np.abs(tilt.deg), 80)
    return Measure.of(median(tilt.deg[most]), "deg", tilt.sd_deg)


def left_end_late(take: Take, rep: Rep) -> Measure:
    """By how much the lifter's left end is late on the way up, in seconds; below 0 the right one is.

    The delay that explains best how far apart the ends are: an end that is late by t is lower by t times the
    speed (least squares through the concentric phase). A tilt that does not come and go with the speed, as
    of a bar that hangs askew, is none.
    """
    tilt = _tilt(take, rep)
    if isinstance(tilt, str):
        return Measure.none("s", tilt)
    press = tilt.during(rep, "concentric")
    if press is None or len(press.time_s) < _FEWEST_FRAMES:
        return Measure.none("s", "the concentric phase was not seen")
    speed = -np.gradient(press.y_px, press.time_s)
    power = float((speed**2).mean())
    if power < (_SLOWEST * take.signals.trunk_px) ** 2:
        return Measure.none("s", "the bar hardly moves up")
    late_s = float((press.apart_px * speed).mean()) / power
    sd_s = np.radians(tilt.sd_deg) * tilt.width_px / np.sqrt(power)
    return Measure.of(late_s / take.slow_motion, "s", float(sd_s) / take.slow_motion)


def side_lag(take: Take, rep: Rep) -> Measure:
    """Largest difference in height of both hands on the way up against the start, in trunk lengths."""
    tilt = _tilt(take, rep)
    if isinstance(tilt, str):
        return Measure.none("trunk lengths", tilt)
    press = tilt.during(rep, "concentric")
    if press is None:
        return Measure.none("trunk lengths", "the concentric phase was not seen")
    trunk_px = take.signals.trunk_px
    worst = float(np.percentile(np.abs(press.apart_px), 90)) / trunk_px
    return Measure.of(worst, "trunk lengths", float(np.radians(tilt.sd_deg)) * tilt.width_px / trunk_px)


@dataclass(frozen=True, slots=True, eq=False)
class _Tilt:
    """How the bar leans in a rep against its start, n moments; the lifter's left lower is positive."""

    time_s: FloatArray
    deg: FloatArray
    y_px: FloatArray
    width_px: float
    sd_deg: float

    @property
    def apart_px(self) -> FloatArray:
        """(n,) by how much the left hand is lower than the right one."""
        return np.asarray(np.tan(np.radians(self.deg)) * self.width_px)

    def during(self, rep: Rep, name: PhaseName) -> "_Tilt | None":
        """What of it lies in a phase; None where nothing does."""
        phase = rep.phase(name)
        if phase is None:
            return None
        inside = (self.time_s >= phase.start_s) & (self.time_s <= phase.end_s)
        parts = (self.time_s[inside], self.deg[inside], self.y_px[inside])
        return _Tilt(*parts, self.width_px, self.sd_deg) if inside.any() else None


def _tilt(take: Take, rep: Rep) -> _Tilt | str:
    """The bar's tilt from its shaft, else from the wrists, or why there is none."""
    if take.view.name not in ("front", "rear"):
        return f"the {take.view.name} view cannot show this; film from the front or the rear"
    found = _of_shaft(take, rep)
    if found is not None:
        return _against_start(take, rep, *found)
    for wrist in ("left_wrist", "right_wrist"):
        if take.confidence(wrist, rep) < SURE:
            return f"hidden: {wrist.replace('_', ' ')}"
    ends = np.stack([take.points("left_wrist"), take.points("right_wrist")], axis=1)
    return _against_start(take, rep, take.signals.time_s, ends, _WRISTS_SD_DEG[take.preset])


def _of_shaft(take: Take, rep: Rep) -> tuple[FloatArray, FloatArray, float] | None:
    """Times, (n, 2, 2) ends and the tilt's doubt, where the shaft was found for most of the rep.

    What does not go up and down with the wrists is no bar but a pipe behind it.
    """
    motion = take.motion
    inside = (motion.time_s >= rep.start_s - _BEFORE_S) & (motion.time_s <= rep.end_s)
    known = inside & np.isfinite(motion.line_px[:, 0, 0])
    if known.sum() < max(_FOUND * inside.sum(), _FEWEST_FRAMES):
        return None
    ends = motion.line_px[known]
    wrists = motion.keypoints_px[known][:, WRISTS, 1].mean(axis=1)
    if not _swing(ends[:, :, 1].mean(axis=1) - wrists) < _WITH_HANDS * _swing(wrists):
        return None
    across = np.argsort(ends[:, :, 0], axis=1)
    left_first = across[:, ::-1] if take.view.name == "front" else across
    ends = np.take_along_axis(ends, left_first[:, :, None], axis=1)
    tilt = _tilt_deg(ends)
    off = tilt - median_filter(tilt, size=_FEWEST_FRAMES, mode="nearest")
    good = np.abs(off) < _JUMP_DEG
    return motion.time_s[known][good], ends[good], float(np.hypot(_SHAFT_SD_DEG, scatter(off)))


def _swing(values: FloatArray) -> float:
    low, high = np.percentile(values, (10, 90))
    return float(high - low)


def _tilt_deg(ends: FloatArray) -> FloatArray:
    """(n,) degrees by which the first of two ends (n, 2, 2) is the lower one in the picture."""
    across = ends[:, 0] - ends[:, 1]
    return np.asarray(np.degrees(np.arctan2(across[:, 1], np.abs(across[:, 0]))))


def _against_start(take: Take, rep: Rep, time_s: FloatArray, ends: FloatArray, sd_deg: float) -> _Tilt | str:
    """The tilt of the line between (n, 2, 2) left and right ends, less the start's and what is perspective.

    Of a bar that is not quite square on, the near end sinks further in the picture: where it goes down by dy
    pixels its slope changes by dy / f times the tangent of the angle (pinhole of focal length f, held level).
    """
    good = np.isfinite(ends).all(axis=(1, 2))
    time_s, ends = time_s[good], ends[good]
    inside = (time_s >= rep.start_s) & (time_s <= rep.end_s)
    start = (time_s >= rep.start_s - _BEFORE_S) & (time_s <= rep.start_s + _AFTER_S)
    if not inside.any() or not start.any():
        return "both ends of the bar were not seen from the start on"
    deg, y_px = _tilt_deg(ends), ends[:, :, 1].mean(axis=1)
    sunk = (y_px - median(y_px[start])) / (_FOCAL * max(take.motion.size_px))
    if np.percentile(np.abs(deg[inside] - median(deg[start])), 90) > _NO_BAR_DEG:
        return "what was followed at the hands tilts more than a bar can"
    turned_deg, doubt_deg = _turned(take.view)
    deg = deg - median(deg[start]) + np.degrees(np.tan(np.radians(turned_deg)) * sunk)
    doubt_deg *= float(np.abs(sunk[inside]).max())
    width_px = median(np.abs(np.diff(ends[inside, :, 0])[:, 0]))
    return _Tilt(time_s[inside], deg[inside], y_px[inside], width_px, float(np.hypot(sd_deg, doubt_deg)))


def _turned(view: View) -> tuple[float, float]:
    """Degrees by which the lifter's right end is nearer than for a camera square on, and their doubt.

    The view's angle, drawn toward square on by what is usual (mean of two normal estimates), the more the
    less its frames agree.
    """
    nearer_deg = (90.0 - view.yaw_deg) * (1.0 if view.near_side == "right" else -1.0)
    sd_deg = _YAW_SD_DEG / max(view.confidence, 0.1) ** 2
    trust = _FRONTAL_SD_DEG**2 / (_FRONTAL_SD_DEG**2 + sd_deg**2)
    return trust * nearer_deg, trust**0.5 * sd_deg
