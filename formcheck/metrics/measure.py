"""A number with its doubt, and the take that it is measured in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from formcheck.body import Body
from formcheck.body.result import Z90 as Z90
from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.reps import Rep, Start
from formcheck.scale import Scale
from formcheck.settings import Preset
from formcheck.signals import Signals
from formcheck.skeleton import INDEX
from formcheck.view import SIDE_WITHIN_DEG, View

Instant = Literal["start", "turn", "end"]
"""A named moment of a rep."""

EDGE_S = 0.15
"""An instant is the median of what is this close to it."""

SURE = 0.5
"""A keypoint of which the network is less sure is guessed."""


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
        return cls(float(value), unit, float(value - Z90 * sd), float(value + Z90 * sd))

    def widened(self, factor: float) -> "Measure":
        """The same value with an interval that is `factor` times as wide."""
        return replace(
            self,
            low=self.value - factor * (self.value - self.low),
            high=self.value + factor * (self.high - self.value),
        )

    @classmethod
    def none(cls, unit: str, why: str) -> "Measure":
        """No value, and why."""
        return cls(float("nan"), unit, float("nan"), float("nan"), why)


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Everything that a metric may look at.

    Attributes
    ----------
    motion, signals, view, scale
        What the stages before found.
    slow_motion
        How many times slower than life the video plays.
    preset
        Which network looked; empty where nobody knows.
    lift
        Its name, once it is recognized; empty before.
    body
        The lifter as a mechanism, once there are reps.
    load_kg
        Bar and plates together; None where nobody said.
    bar_place
        Where on the trunk the bar is carried: up it as a share of its length, behind it in statures; None
        where it is not carried there.
    reps
        All reps of the set, once they are known.
    starts
        Whether the bar is at the top or at the bottom when a rep starts.
    """

    motion: Motion
    signals: Signals
    view: View
    scale: Scale
    slow_motion: float = 1.0
    preset: Preset | Literal[""] = ""
    lift: str = ""
    body: Body | None = None
    load_kg: float | None = None
    bar_place: tuple[float, float] | None = None
    reps: tuple[Rep, ...] = ()
    starts: Start = "top"

    def at(self, time_s: float) -> int:
        """Index of the sample closest to a time."""
        return int(np.argmin(np.abs(self.signals.time_s - time_s)))

    def span(self, start_s: float, end_s: float) -> slice:
        """Samples of a span, at least one."""
        start = self.at(start_s)
        return slice(start, max(self.at(end_s), start) + 1)

    def around(self, name: str, time_s: float) -> float:
        """Median of a curve within 0.15 s of a time."""
        return median(self.signals.values[name][self.span(time_s - EDGE_S, time_s + EDGE_S)])

    def angle(self, name: str) -> FloatArray:
        """(T,) an angle of the body: fitted where the fit is trusted, else that of the keypoints."""
        return self.signals.values.get(f"fitted_{name}", self.signals.values[name])

    @property
    def shown(self) -> Mapping[str, FloatArray]:
        """The curves that this view can show: only from the side is an angle in the picture the body's."""
        if self.view.yaw_deg <= SIDE_WITHIN_DEG:
            return self.signals.values
        curves = self.signals.values.items()
        return {
            name: curve for name, curve in curves if name.startswith("fitted_") or not name.endswith("_deg")
        }

    def points(self, *names: str) -> FloatArray:
        """(T, 2) mean of the named keypoints in pixels."""
        return np.asarray(np.mean([self.signals.keypoints_px[:, INDEX[name]] for name in names], axis=0))

    def near(self, name: str) -> FloatArray:
        """(T, 2) a keypoint of the near side in pixels."""
        return self.points(f"{self.view.near_side}_{name}")

    def seen(self, joint: str) -> FloatArray:
        """(T, 2) a keypoint, near side if none is named, in pixels; NaN where its confidence is below 0.5."""
        looked, name = self.motion.looked, self._named(joint)
        confidence = self.motion.confidence[looked, INDEX[name]]
        sure = np.interp(self.signals.time_s, self.motion.time_s[looked], confidence) >= SURE
        return np.where(sure[:, None], self.points(name), np.nan)

    def _named(self, joint: str) -> str:
        return joint if joint in INDEX else f"{self.view.near_side}_{joint}"

    def confidence(self, joint: str, rep: Rep, at: Instant | None = None) -> float:
        """Median confidence (0..1) of a keypoint, near side if none is named, at an instant or in a rep."""
        start_s, end_s = rep.start_s, rep.end_s
        if at is not None:
            instant_s: float = getattr(rep, f"{at}_s")
            start_s, end_s = instant_s - EDGE_S, instant_s + EDGE_S
        inside = (self.motion.time_s >= start_s) & (self.motion.time_s <= end_s) & self.motion.looked
        return median(self.motion.confidence[inside, INDEX[self._named(joint)]])

    def behind_plate(self, joint: str, time_s: float) -> bool:
        """Whether the plate hides a keypoint of the near side at an instant: the network guesses it there."""
        motion = self.motion
        frames = np.abs(motion.time_s - time_s) <= EDGE_S
        place = motion.keypoints_px[frames, INDEX[self._named(joint)]]
        away = np.linalg.norm(place - motion.plate_px[frames], axis=1) / motion.plate_axes_px[frames, 1]
        return bool(np.nanmedian(away) < 1.0) if np.isfinite(away).any() else False

    @property
    def pixel_sd(self) -> float:
        """Standard deviation of a low-passed keypoint in trunk lengths.

        One centimetre or so for a visible joint: 1.6 % of the body's height (our own figure for BlazePose
        against rendered truth) is 5 % of the trunk; two thirds of it is a steady offset that cancels in
        differences within a rep.
        """
        return 0.02


Compute = Callable[[Take, Rep], Measure]
"""Computes one number of one rep."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number of a rep, and what must be seen for it.

    Attributes
    ----------
    compute
        The number.
    joints
        Keypoints that it needs: of both sides where they are named with a side, else of the near side.
    at
        The instant that it is about; None is the whole rep.
    early
        Whether it is about the first half of the way up.
    """

    compute: Compute
    joints: tuple[str, ...] = ()
    at: Instant | None = None
    early: bool = False


def median(values: FloatArray) -> float:
    """Median of the known values; NaN where there is none."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def scatter(values: FloatArray) -> float:
    """Spread of the known values as a standard deviation: 1.48 times the median distance from the median."""
    return 1.4826 * median(np.abs(values - median(values)))
