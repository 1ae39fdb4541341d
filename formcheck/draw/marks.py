"""What a metric is about, drawn on a frame: an angle, a lean, a level, a way from where the rep began."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.draw.bar import SUBPIXEL_BITS, fixed, pair
from formcheck.draw.label import DARK, Color, Image
from formcheck.skeleton import INDEX
from formcheck.view import Side

FloatArray = NDArray[np.float64]

MARK: Color = (255, 205, 60)
"""Color of what was measured."""

GUIDE: Color = (255, 255, 255)
"""Color of what it is measured from."""


@dataclass(frozen=True, slots=True, eq=False)
class Instant:
    """What is known of one frame, in pixels of the picture that is drawn on.

    Attributes
    ----------
    points, first_points
        (K, 2) keypoints now and as the rep began; NaN not seen.
    bar, first_bar
        (2,) the same of the bar.
    near
        `left` or `right`: the side that is measured.
    plate_axes
        (2,) horizontal and vertical semi-axis of the plate's rim; NaN where it was not followed.
    """

    points: FloatArray
    first_points: FloatArray
    bar: FloatArray
    first_bar: FloatArray
    near: Side
    plate_axes: FloatArray

    def at(self, name: str, *, first: bool = False) -> FloatArray:
        """(2,) place of a joint of the near side."""
        points = self.first_points if first else self.points
        return np.asarray(points[INDEX[f"{self.near}_{name}"]])


Joints = tuple[str, ...]
Paint = Callable[[Image, Instant, Joints, float], None]
"""Draws on a canvas what is measured at those joints; widths are counted in the last argument, pixels."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a metric is drawn, and at which joints of the near side."""

    paint: Paint
    joints: Joints = ()


def mark_of(metric: str) -> Mark | None:
    """The mark of a metric by the longest beginning that is known; None where the skeleton has to do."""
    known = [start for start in _MARKS if metric.startswith(start)]
    return _MARKS[max(known, key=len)] if known else None


def _angle(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """Two limbs, the arc between them, and the first limb drawn on straight: the flexion is beside it."""
    first, joint, last = (seen.at(name) for name in joints)
    if not np.isfinite([*first, *joint, *last]).all():
        return
    straight = joint + (joint - first) / max(float(np.linalg.norm(joint - first)), 1e-6) * 90 * unit
    _line(canvas, joint, straight, GUIDE, 2.0 * unit)
    _line(canvas, first, joint, MARK, 4.0 * unit)
    _line(canvas, joint, last, MARK, 4.0 * unit)
    _arc(canvas, joint, straight - joint, last - joint, 52 * unit, unit)


def _lean(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """A segment, the vertical through its lower end, and the arc between them."""
    low, high = (seen.at(name) for name in joints)
    if not np.isfinite([*low, *high]).all():
        return
    upright = np.array([0.0, -float(np.linalg.norm(high - low))])
    _line(canvas, low, low + upright, GUIDE, 2.0 * unit)
    _line(canvas, low, high, MARK, 4.0 * unit)
    _arc(canvas, low, upright, high - low, 0.55 * float(np.linalg.norm(high - low)), unit)


def _levels(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """A level line through each of two joints, and the height between them."""
    one, other = (seen.at(name) for name in joints)
    if not np.isfinite([*one, *other]).all():
        return
    left, right = min(one[0], other[0]) - 40 * unit, max(one[0], other[0]) + 40 * unit
    for place, color in ((other, GUIDE), (one, MARK)):
        _line(canvas, np.array([left, place[1]]), np.array([right, place[1]]), color, 2.5 * unit)
    middle = (one[0] + other[0]) / 2
    _arrow(canvas, np.array([middle, other[1]]), np.array([middle, one[1]]), unit)


def _moved(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """A ring where a joint was as the rep began, and the way from there."""
    for name in joints:
        _way(canvas, seen.at(name, first=True), seen.at(name), unit)


def _from_start(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """The vertical through where the bar began, and how far the bar is from it."""
    del joints
    _off_plumb(canvas, seen.first_bar, seen.bar, unit)


def _beside(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """The vertical through the middle of some joints, and how far the bar is from it."""
    _off_plumb(canvas, np.mean([seen.at(name) for name in joints], axis=0), seen.bar, unit)


def _across(canvas: Image, seen: Instant, joints: Joints, unit: float) -> None:
    """The line between the left and the right of each joint, the first one marked."""
    for place, name in reversed(list(enumerate(joints))):
        left, right = (seen.points[INDEX[f"{side}_{name}"]] for side in ("left", "right"))
        if np.isfinite([*left, *right]).all():
            _line(canvas, left, right, GUIDE if place else MARK, (2.5 if place else 4.0) * unit)


def _off_plumb(canvas: Image, plumb: FloatArray, bar: FloatArray, unit: float) -> None:
    if not np.isfinite([*plumb, *bar]).all():
        return
    ends = sorted((float(plumb[1]), float(bar[1])))
    low, high = ends[0] - 60 * unit, ends[1] + 60 * unit
    _line(canvas, np.array([plumb[0], low]), np.array([plumb[0], high]), GUIDE, 2.0 * unit)
    _arrow(canvas, np.array([plumb[0], bar[1]]), bar, unit)


def _way(canvas: Image, start: FloatArray, end: FloatArray, unit: float) -> None:
    if not np.isfinite([*start, *end]).all():
        return
    radius = round(9 * unit * (1 << SUBPIXEL_BITS))
    for color, width in ((DARK, 4.0), (GUIDE, 2.0)):
        thick = max(1, round(width * unit))
        cv2.circle(canvas, pair(fixed(start)), radius, color, thick, cv2.LINE_AA, SUBPIXEL_BITS)
    _arrow(canvas, start, end, unit)


def _line(canvas: Image, start: FloatArray, end: FloatArray, color: Color, width: float) -> None:
    for paint, wide in ((DARK, width + 2.0), (color, width)):
        thick = max(1, round(wide))
        cv2.line(canvas, pair(fixed(start)), pair(fixed(end)), paint, thick, cv2.LINE_AA, SUBPIXEL_BITS)


def _arrow(canvas: Image, start: FloatArray, end: FloatArray, unit: float) -> None:
    """A line with a dot at its end: an arrow's head would hide a short way."""
    _line(canvas, start, end, MARK, 3.5 * unit)
    for radius, color in ((6.5, DARK), (5.0, MARK)):
        size = round(radius * unit * (1 << SUBPIXEL_BITS))
        cv2.circle(canvas, pair(fixed(end)), size, color, -1, cv2.LINE_AA, SUBPIXEL_BITS)


def _arc(
    canvas: Image, center: FloatArray, start: FloatArray, end: FloatArray, radius: float, unit: float
) -> None:
    """The arc from one direction to another, the short way."""
    first, last = (np.arctan2(way[1], way[0]) for way in (start, end))
    turn = (last - first + np.pi) % (2 * np.pi) - np.pi
    angles = np.linspace(first, first + turn, 40)
    points = center + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    for color, width in ((DARK, 5.0), (MARK, 3.0)):
        thick = max(1, round(width * unit))
        cv2.polylines(canvas, [fixed(points)], False, color, thick, cv2.LINE_AA, SUBPIXEL_BITS)


_KNEE, _HIP, _ELBOW = ("hip", "knee", "ankle"), ("shoulder", "hip", "knee"), ("shoulder", "elbow", "wrist")
_FOOT, _TRUNK = ("heel", "toe"), ("hip", "shoulder")

_MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        "knee_flexion": Mark(_angle, _KNEE),
        "hip_flexion": Mark(_angle, _HIP),
        "elbow_flexion": Mark(_angle, _ELBOW),
        "elbow_bend": Mark(_angle, _ELBOW),
        "elbow_snap": Mark(_angle, _ELBOW),
        "wrist_extension": Mark(_angle, ("elbow", "wrist", "hand")),
        "trunk": Mark(_lean, _TRUNK),
        "lean_excess": Mark(_lean, _TRUNK),
        "forearm_lean": Mark(_lean, ("elbow", "wrist")),
        "depth": Mark(_levels, ("hip", "knee")),
        "hips_below_knees": Mark(_levels, ("hip", "knee")),
        "elbow_height": Mark(_levels, ("elbow", "shoulder")),
        "elbow_over_shoulder": Mark(_levels, ("elbow", "shoulder")),
        "hip_shoulder_ratio": Mark(_moved, _TRUNK),
        "hip_rise_early": Mark(_moved, ("hip",)),
        "hip_lift": Mark(_moved, ("hip",)),
        "head_lift": Mark(_moved, ("ear",)),
        "heel_rise": Mark(_moved, ("heel",)),
        "feet_moved": Mark(_moved, ("ankle",)),
        "shoulder_rise": Mark(_moved, ("shoulder",)),
        "knee_slide": Mark(_moved, ("knee",)),
        "knee_retreat": Mark(_moved, ("knee",)),
        "bar_over_midfoot": Mark(_beside, _FOOT),
        "touch_point": Mark(_beside, ("shoulder",)),
        "lockout_offset": Mark(_beside, ("shoulder",)),
        "shoulder_over_bar": Mark(_beside, ("shoulder",)),
        "bar_slip": Mark(_beside, ("shoulder",)),
        "drift": Mark(_from_start),
        "sway": Mark(_from_start),
        "knee_width": Mark(_across, ("knee", "ankle")),
        "stance_width": Mark(_across, ("ankle", "shoulder")),
        "hip_shift": Mark(_across, ("hip", "ankle")),
        "bar_tilt": Mark(_across, ("wrist",)),
        "side_lag": Mark(_across, ("wrist",)),
        "left_end": Mark(_across, ("wrist",)),
    }
)
"""By the beginning of a metric's name."""
