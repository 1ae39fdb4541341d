"""The numbers of a rep, each with its 90 % interval or the reason why it is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.reps import PhaseName, Rep
from formcheck.signals import Signals
from formcheck.skeleton import INDEX
from formcheck.view import View

_Z90 = 1.645
_EDGE_S = 0.15
_HIP_TOO_HIGH = 0.15


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value, never a bare number.

    Attributes
    ----------
    value
        In `unit`; NaN where `missing` says why there is none.
    unit
        As printed.
    low, high
        Ends of the 90 % interval.
    missing
        Why it could not be measured; empty where it was.
    """

    value: float
    unit: str
    low: float
    high: float
    missing: str = ""

    @classmethod
    def of(cls, value: float, unit: str, sd: float) -> "Measure":
        """A value whose error has the standard deviation `sd`; NaN becomes "not seen"."""
        if not np.isfinite(value):
            return cls.none(unit, "the joints that it needs were not seen")
        return cls(float(value), unit, float(value - _Z90 * sd), float(value + _Z90 * sd))

    @classmethod
    def none(cls, unit: str, why: str) -> "Measure":
        """No value, and why."""
        return cls(float("nan"), unit, float("nan"), float("nan"), why)


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Everything that a metric may look at."""

    motion: Motion
    signals: Signals
    view: View
    slow_motion: float = 1.0

    def at(self, time_s: float) -> int:
        """Index of the sample closest to a time."""
        return int(np.argmin(np.abs(self.signals.time_s - time_s)))

    def span(self, start_s: float, end_s: float) -> slice:
        """Samples of a span, at least one."""
        start = self.at(start_s)
        return slice(start, max(self.at(end_s), start) + 1)

    def around(self, name: str, time_s: float) -> float:
        """Median of a curve within 0.15 s of a time."""
        return _median(self.signals.values[name][self.span(time_s - _EDGE_S, time_s + _EDGE_S)])

    def points(self, *names: str) -> FloatArray:
        """(T, 2) mean of the named keypoints in pixels."""
        return np.asarray(np.mean([self.signals.keypoints_px[:, INDEX[name]] for name in names], axis=0))

    def near(self, name: str) -> FloatArray:
        """(T, 2) a keypoint of the near side in pixels."""
        return self.points(f"{self.view.near_side}_{name}")

    @property
    def pixel_sd(self) -> float:
        """Standard deviation of a low-passed keypoint in trunk lengths.

        One centimetre or so for a visible joint: 1.6 % of the body's height (our own figure for BlazePose
        against rendered truth) is 5 % of the trunk; two thirds of it is a steady offset that cancels in
        differences within a rep.
        """
        return 0.02


Metric = Callable[[Take, Rep], Measure]


def rep_metrics(take: Take, rep: Rep, names: tuple[str, ...]) -> dict[str, Measure]:
    """Compute the named metrics of a rep; the names are the keys of `METRICS`."""
    return {name: METRICS[name](take, rep) for name in names}


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _angle(name: str, instant: str, sd_deg: float) -> Metric:
    """An angle at the start, turn or end of a rep."""

    def metric(take: Take, rep: Rep) -> Measure:
        return Measure.of(take.around(name, getattr(rep, f"{instant}_s")), "deg", sd_deg)

    return metric


def _duration(name: PhaseName) -> Metric:
    """Length of a phase in seconds of real time; half a frame of doubt at either end."""

    def metric(take: Take, rep: Rep) -> Measure:
        phase = rep.phase(name)
        if phase is None:
            return Measure.none("s", "the rep has no such phase")
        if rep.partial:
            return Measure.none("s", "the video does not show the whole rep")
        frame_s = 1.0 / take.signals.rate_hz
        sd = float(np.hypot(frame_s, 0.05)) / take.slow_motion
        return Measure.of(phase.duration_s / take.slow_motion, "s", sd)

    return metric


def range_ih(take: Take, rep: Rep) -> Measure:
    """Way of the hands between the lowest and the highest point, in image heights."""
    height = take.signals.values["bar_height_ih"][take.span(rep.start_s, rep.end_s)]
    known = height[np.isfinite(height)]
    if not len(known) or rep.partial:
        return Measure.none("image heights", "the video does not show the whole rep")
    value = float(np.ptp(known))
    doubt = 0.05 if take.signals.bar_agreement > 0.8 else 0.2
    return Measure.of(value, "image heights", doubt * value)


def mean_speed(take: Take, rep: Rep) -> Measure:
    """Mean concentric velocity of the hands, in image heights a second (range over duration)."""
    phase = rep.phase("concentric")
    way = range_ih(take, rep)
    if phase is None or way.missing or phase.duration_s <= 0:
        return Measure.none("image heights/s", way.missing or "the rep has no concentric phase")
    seconds = phase.duration_s / take.slow_motion
    relative = float(np.hypot((way.high - way.low) / 2 / _Z90 / way.value, 0.05 / seconds))
    value = way.value / seconds
    return Measure.of(value, "image heights/s", relative * value)


def depth(take: Take, rep: Rep) -> Measure:
    """Hip below knee at the bottom in thigh lengths: (knee height - hip height) / thigh, y up.

    The depth index of the fault table: 0 is a level line through the joint centres; the crease of the hip
    lies further above its joint than the top of the knee above its own, so a legal squat starts near 0.08.
    At the bottom of a squat BlazePose puts the hip too high, by 6 cm (full network) to 11 cm (heavy) on
    rendered squats: 0.15 thigh lengths are taken off, and the doubt is as wide.
    """
    at = take.at(rep.turn_s)
    hip, knee = take.near("hip"), take.near("knee")
    thigh = np.linalg.norm(hip - knee, axis=1)
    if not np.isfinite(thigh[at]):
        return Measure.none("thigh lengths", "hip or knee was not seen at the bottom")
    below = float(hip[at, 1] - knee[at, 1]) / float(np.nanpercentile(thigh, 90))
    return Measure.of(below + _HIP_TOO_HIGH, "thigh lengths", 0.10)


def trunk_rise(take: Take, rep: Rep) -> Measure:
    """How much farther the trunk leans early in the concentric phase than where that phase began."""
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("deg", "the rep has no concentric phase")
    lean = take.signals.values["trunk_lean_deg"]
    first = lean[take.at(phase.start_s)]
    early = lean[take.span(phase.start_s, phase.start_s + 0.6 * phase.duration_s)]
    if not np.isfinite(early).any():
        return Measure.none("deg", "the trunk was not seen")
    return Measure.of(float(np.nanmax(early) - first), "deg", 3.0)


def hip_shoulder_ratio(take: Take, rep: Rep) -> Measure:
    """How much faster the hips rise than the shoulders in the first third of the concentric phase."""
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("", "the rep has no concentric phase")
    start = take.at(phase.start_s)
    height = -take.signals.bar_px[:, 1]
    stop = take.at(phase.end_s)
    third = height[start] + 0.35 * (height[stop] - height[start])
    beyond = np.flatnonzero(height[start : stop + 1] >= third)
    if not len(beyond):
        return Measure.none("", "the hands were not seen")
    then = start + int(beyond[0])
    hips = take.near("hip")[start, 1] - take.near("hip")[then, 1]
    shoulders = take.near("shoulder")[start, 1] - take.near("shoulder")[then, 1]
    if not shoulders > 0.05 * take.signals.trunk_px:
        return Measure.none("", "the shoulders hardly rose")
    way = shoulders / take.signals.trunk_px
    sd = take.pixel_sd * 2**0.5 * float(np.hypot(1.0, hips / shoulders)) / way
    return Measure.of(float(hips / shoulders), "", sd)


def trunk_fold(take: Take, rep: Rep) -> Measure:
    """Lean that the trunk gains in the last tenth of the way down."""
    lean = take.signals.values["trunk_lean_deg"]
    down = take.span(rep.start_s, rep.turn_s)
    height = -take.signals.bar_px[down, 1]
    low, high = np.nanmin(height), np.nanmax(height)
    late = np.flatnonzero(height <= low + 0.1 * (high - low))
    if not len(late):
        return Measure.none("deg", "the hands were not seen")
    return Measure.of(take.around("trunk_lean_deg", rep.turn_s) - lean[down][late[0]], "deg", 3.0)


def heel_rise(take: Take, rep: Rep) -> Measure:
    """How far the near heel leaves the floor around the turn, in foot lengths, less what the toe moves."""
    heel, toe = take.near("heel"), take.near("toe")
    foot = np.linalg.norm(heel - toe, axis=1)
    over = (toe - heel)[:, 1]
    start = _median(over[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    low = take.span((rep.start_s + 2 * rep.turn_s) / 3, (2 * rep.turn_s + rep.end_s) / 3)
    if not np.isfinite(over[low]).any():
        return Measure.none("foot lengths", "the foot was not seen")
    length = float(np.nanpercentile(foot, 90))
    return Measure.of((_median(over[low]) - start) / length, "foot lengths", 0.08)


def dip(take: Take, rep: Rep) -> Measure:
    """Largest way down of the hands during the concentric phase, as a share of the rep's range."""
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("of range", "the rep has no concentric phase")
    height = -take.signals.bar_px[take.span(phase.start_s, phase.end_s), 1]
    known = height[np.isfinite(height)]
    if len(known) < 3:
        return Measure.none("of range", "the hands were not seen")
    fall = float(np.max(np.maximum.accumulate(known) - known))
    whole = float(np.ptp(known)) or 1.0
    return Measure.of(fall / whole, "of range", 0.02)


def knee_width_drop(take: Take, rep: Rep) -> Measure:
    """How much closer together the knees come on the way up than at the same height on the way down.

    Knee separation over ankle separation, the largest drop in per cent (the KASR of the fault table).
    """
    knees = np.abs(take.points("left_knee")[:, 0] - take.points("right_knee")[:, 0])
    ankles = np.abs(take.points("left_ankle")[:, 0] - take.points("right_ankle")[:, 0])
    ratio = knees / np.where(ankles > 0.1 * take.signals.trunk_px, ankles, np.nan)
    height = -take.signals.bar_px[:, 1]
    down, up = take.span(rep.start_s, rep.turn_s), take.span(rep.turn_s, rep.end_s)
    order = np.argsort(height[down])
    good = np.isfinite(ratio[down][order]) & np.isfinite(height[down][order])
    if good.sum() < 5 or not np.isfinite(ratio[up]).any():
        return Measure.none("%", "both knees and ankles were not seen throughout")
    before = np.interp(height[up], height[down][order][good], ratio[down][order][good])
    drop = float(np.nanpercentile(100 * (1 - ratio[up] / before), 90))
    return Measure.of(drop, "%", 5.0)


def hip_shift(take: Take, rep: Rep) -> Measure:
    """Sideways shift of the hips over the feet at the turn against the start, in hip widths, in per cent."""
    hips = take.points("left_hip", "right_hip")[:, 0]
    ankles = take.points("left_ankle", "right_ankle")[:, 0]
    width = np.abs(take.points("left_hip")[:, 0] - take.points("right_hip")[:, 0])
    offset = hips - ankles
    start = _median(offset[take.span(rep.start_s - 0.3, rep.start_s + 0.1)])
    at = _median(offset[take.span(rep.turn_s - _EDGE_S, rep.turn_s + _EDGE_S)])
    return Measure.of(100 * abs(at - start) / float(np.nanmedian(width)), "%", 4.0)


def hand_tilt(take: Take, rep: Rep) -> Measure:
    """Largest tilt of the line through the wrists against its tilt at the start, in degrees."""
    left, right = take.points("left_wrist"), take.points("right_wrist")
    line = left - right
    tilt = np.degrees(np.arctan2(line[:, 1], np.abs(line[:, 0])))
    start = _median(tilt[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    span = tilt[take.span(rep.start_s, rep.end_s)]
    if not np.isfinite(span).any():
        return Measure.none("deg", "both wrists were not seen")
    return Measure.of(float(np.nanpercentile(np.abs(span - start), 90)), "deg", 1.5)


def elbow_bend(take: Take, rep: Rep) -> Measure:
    """Flexion of the near elbow in the concentric phase: its typical value."""
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("deg", "the rep has no concentric phase")
    elbow = take.signals.values["elbow_flexion_deg"][take.span(phase.start_s, phase.end_s)]
    return Measure.of(_median(elbow), "deg", 8.0)


def hip_lift(take: Take, rep: Rep) -> Measure:
    """How far the near hip rises between the start of the press and lockout, in trunk lengths."""
    hips = -take.near("hip")[:, 1] / take.signals.trunk_px
    start = _median(hips[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    phase = rep.phase("concentric")
    if phase is None or not np.isfinite(start):
        return Measure.none("trunk lengths", "the hip was not seen")
    press = hips[take.span(phase.start_s, phase.end_s)]
    return Measure.of(_median(press) - start, "trunk lengths", 0.03)


def feet_moved(take: Take, rep: Rep) -> Measure:
    """How far the near ankle travels during the rep, in trunk lengths."""
    ankle = take.near("ankle")[take.span(rep.start_s, rep.end_s)] / take.signals.trunk_px
    known = ankle[np.isfinite(ankle).all(axis=1)]
    if len(known) < 3:
        return Measure.none("trunk lengths", "the ankle was not seen")
    ends = np.percentile(known, (10, 90), axis=0)
    return Measure.of(float(np.linalg.norm(ends[1] - ends[0])), "trunk lengths", 0.04)


def head_lift(take: Take, rep: Rep) -> Measure:
    """How far the near ear rises during the rep, in trunk lengths."""
    ear = -take.near("ear")[take.span(rep.start_s, rep.end_s), 1] / take.signals.trunk_px
    if not np.isfinite(ear).any():
        return Measure.none("trunk lengths", "the head was not seen")
    return Measure.of(float(np.nanpercentile(ear, 90) - _median(ear[:5])), "trunk lengths", 0.03)


def side_lag(take: Take, rep: Rep) -> Measure:
    """Difference in height of the two wrists at lockout against the start, in trunk lengths."""
    apart = take.points("left_wrist")[:, 1] - take.points("right_wrist")[:, 1]
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("trunk lengths", "the rep has no concentric phase")
    start = _median(apart[take.span(rep.start_s - 0.3, rep.start_s + 0.2)])
    press = apart[take.span(phase.start_s, phase.end_s)]
    if not np.isfinite(press).any():
        return Measure.none("trunk lengths", "both wrists were not seen")
    worst = float(np.nanpercentile(np.abs(press - start), 90)) / take.signals.trunk_px
    return Measure.of(worst, "trunk lengths", 0.04)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "range": range_ih,
        "mean_concentric_speed": mean_speed,
        "eccentric": _duration("eccentric"),
        "pause": _duration("pause"),
        "concentric": _duration("concentric"),
        "sticking_region": _duration("sticking_region"),
        "depth": depth,
        "knee_flexion_start": _angle("knee_flexion_deg", "start", 6.0),
        "knee_flexion_turn": _angle("knee_flexion_deg", "turn", 8.0),
        "knee_flexion_end": _angle("knee_flexion_deg", "end", 6.0),
        "hip_flexion_start": _angle("hip_flexion_deg", "start", 8.0),
        "hip_flexion_turn": _angle("hip_flexion_deg", "turn", 9.0),
        "hip_flexion_end": _angle("hip_flexion_deg", "end", 8.0),
        "elbow_flexion_turn": _angle("elbow_flexion_deg", "turn", 20.0),
        "elbow_flexion_end": _angle("elbow_flexion_deg", "end", 12.0),
        "trunk_lean_start": _angle("trunk_lean_deg", "start", 5.0),
        "trunk_lean_turn": _angle("trunk_lean_deg", "turn", 5.0),
        "trunk_rise": trunk_rise,
        "trunk_fold": trunk_fold,
        "hip_shoulder_ratio": hip_shoulder_ratio,
        "heel_rise": heel_rise,
        "dip": dip,
        "knee_width_drop": knee_width_drop,
        "hip_shift": hip_shift,
        "hand_tilt": hand_tilt,
        "elbow_bend": elbow_bend,
        "hip_lift": hip_lift,
        "feet_moved": feet_moved,
        "head_lift": head_lift,
        "side_lag": side_lag,
    }
)
"""Every metric by the name that lift files use."""
