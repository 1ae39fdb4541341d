"""Pixels to metres at the bar, from the size of the plate on it, and how the camera is turned.

A plate's rim is a circle in the plane in which the bar moves. So wherever the plate is, its vertical diameter
is a ruler for what is vertical there and its horizontal diameter one for what is fore and aft, and both hold
whatever the camera's distance, yaw and zoom. A point that moves in a plane has an inverse depth that is
affine in the picture; so the rim's radius is fitted, robustly, as an affine function of where the plate is
(one that comes closer grows). One radius for a whole clip was off by up to 6 % of the range on real clips.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.pose.size import trunk_px
from formcheck.settings import PLATE_DIAMETER_M
from formcheck.skeleton import INDEX, SIDES
from formcheck.view import View

ScaleSource = Literal["plate", "height", "none"]
"""What the metres come from."""

LEVEL_SD_DEG = 1.0
"""A camera is held level within this (1 SD, estimated): the path leans by as much, 1.7 % of its height.

Lifts are no plumb line. The way from the lowest to the highest point leans by 2 to 4 degrees in a squat or a
deadlift and by 10 to 25 in a bench press, so tilting the picture until the path stands upright would take
more true drift away than false: the camera is taken to be level.
"""

_USUAL_HEIGHT_M, _HEIGHT_SD = 1.73, 0.055
_BODY_SD = 0.06
_NEARER, _NEARER_SD = 0.22, 0.07
"""The near plate lies some 0.7 m before the lifter and so looks larger by 16 to 30 %, 5 to 3 m away."""

_DOUBTED_SD = 2.3
_LEAST, _MOST = 0.6, 1.4
"""What is under or over this share of the size that the plate should have beside the lifter is none."""

_RIM_SD_PX = 0.8
_PLATE_SD = 0.012
_TURNED_SD = 0.1
"""Seen at an angle, face and tread make two rims: 5 % of the radius at 45 degrees, on rendered plates."""

_SMALL_SD = 0.2
_NO_PLATE = "no plate was followed"

_TALL = 0.779
"""Trunk, thigh and shank over height: 0.288 + 0.245 + 0.246 (Drillis and Contini 1966)."""

_SLOPE_SD = 0.4
_ALIKE_FRAMES = 5.0
_TUKEY = 4.685
_ROUNDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Metres in a take.

    Attributes
    ----------
    m_per_px
        (T,) metres per pixel of vertical way where the bar is; NaN where not known. Fore and aft it is
        this over the cosine of the yaw.
    up
        (2,) unit vector that is up in the picture (y down, so (0, -1) for a level camera).
    yaw_deg
        0..90, from how far round from the side the camera looks at the plate, by the rim's ellipse: the
        angle whose cosine is its width over its height. None where no plate tells. An ellipse is hardly one
        under 15 degrees (3 %), and a tilted camera flattens it as well: there it says "under 20"; at 30
        degrees it is good to 3.
    source
        What the metres come from.
    relative_error
        Standard deviation of `m_per_px` over its value; NaN without a scale.
    plate_diameter_m
        Diameter that was taken for the plate's; None where the metres are not from a plate.
    why
        Why there is no scale, or what is doubtful about it; empty where nothing is.
    """

    m_per_px: FloatArray
    up: FloatArray
    yaw_deg: float | None
    source: ScaleSource
    relative_error: float
    plate_diameter_m: float | None
    why: str = ""

    def __post_init__(self) -> None:
        if self.m_per_px.ndim != 1 or self.up.shape != (2,):
            raise ValueError(f"m_per_px, up: expected (T,), (2,), got {self.m_per_px.shape}, {self.up.shape}")
        self.m_per_px.flags.writeable = False
        self.up.flags.writeable = False


def estimate_scale(
    motion: Motion, view: View, *, plate_diameter_m: float = PLATE_DIAMETER_M, height_m: float | None = None
) -> Scale:
    """Find the metres of a take.

    From the plate, where beside the lifter it looks as large as one of `plate_diameter_m` would; else from
    the lifter's height, if it is given. The error is 1 to 3 % from a plate (its own tolerance, and 0.8 pixels
    of the rim's radius; 5 % where it is seen at 45 degrees), 20 % from one that looks too small, and 9 % from
    the height, because body lengths are read to 6 % and the plate is nearer to the camera than the body by an
    unknown share. A plate of 0.40 m is not told from one of 0.45 m so: its metres are 12 % too long.

    Parameters
    ----------
    motion
        The take; its plate is the one on the lifted bar.
    view
        From where the camera looks.
    plate_diameter_m
        Diameter of the plate's outer rim.
    height_m
        The lifter's height; None where it is not known.
    """
    body_px = body_height_px(motion)
    radius_px = fitted_radius_px(motion)
    if not np.isfinite(radius_px).any():
        size = np.where(np.isfinite(motion.hands_px[:, 0]), 1.0, np.nan)
        return _from_height(size, body_px, height_m, None, _BODY_SD, _NO_PLATE)
    yaw_deg = rim_yaw_deg(motion)
    usual_px = float(np.nanmedian(radius_px))
    nearer = 1 + _NEARER * float(np.cos(np.radians(view.yaw_deg if yaw_deg is None else yaw_deg)))
    body_m_per_px = (height_m or _USUAL_HEIGHT_M) / body_px
    share = 2 * usual_px * body_m_per_px / nearer / plate_diameter_m
    spread = float(np.hypot(np.hypot(_BODY_SD, _NEARER_SD), 0.0 if height_m else _HEIGHT_SD))
    turned = np.radians(view.yaw_deg if yaw_deg is None else yaw_deg)
    sure = float(np.linalg.norm([_PLATE_SD, _RIM_SD_PX / usual_px, _TURNED_SD * np.sin(turned) ** 2]))
    metres = plate_diameter_m / 2 / radius_px
    if np.exp(-_DOUBTED_SD * spread) <= share <= _MOST:
        return Scale(metres, _level(), yaw_deg, "plate", sure, plate_diameter_m)
    why = (
        f"beside the lifter the plate looks like one of {plate_diameter_m * share:.2f} m, "
        f"not of {plate_diameter_m:.2f} m"
    )
    if height_m is None and _LEAST <= share < 1:
        why += ": if it is smaller, all that is told in metres is too large"
        return Scale(metres, _level(), yaw_deg, "plate", _SMALL_SD, plate_diameter_m, why)
    error = float(np.hypot(_BODY_SD, _NEARER_SD))
    return _from_height(radius_px / usual_px * nearer, body_px, height_m, yaw_deg, error, why)


def _level() -> FloatArray:
    return np.array([0.0, -1.0])


def _from_height(
    size: FloatArray, body_px: float, height_m: float | None, yaw_deg: float | None, error: float, why: str
) -> Scale:
    """Metres from the lifter's height, if it is known, where things look (T,) `size` times as large."""
    if height_m is None or not body_px > 0:
        unknown = np.full(len(size), np.nan)
        return Scale(unknown, _level(), yaw_deg, "none", float("nan"), None, why)
    why += "; metres are from the lifter's height"
    return Scale(height_m / body_px / size, _level(), yaw_deg, "height", error, None, why)


def fitted_radius_px(motion: Motion) -> FloatArray:
    """(T,) vertical semi-axis of the rim, as an affine function of where the plate is; NaN where it is not.

    Least squares with Tukey's biweight, so that frames in which an inner ring was taken for the rim do not
    count. The slopes are held near zero as far as the camera's pitch and yaw allow (1 SD: 40 % over the
    picture's longer side), because a straight path cannot tell one slope from the other.
    """
    at, radius = motion.plate_px, motion.plate_axes_px[:, 1]
    known = np.isfinite(at).all(axis=1) & (radius > 0)
    fitted = np.full(len(radius), np.nan)
    if not known.any():
        return fitted
    middle, usual = np.median(at[known], axis=0), float(np.median(radius[known]))
    place = (at[known] - middle) / max(motion.size_px)
    terms = np.column_stack([np.ones(len(place)), place])
    size = radius[known] / usual
    coefficients = np.array([1.0, 0.0, 0.0])
    for _ in range(_ROUNDS):
        rest = size - terms @ coefficients
        spread = max(1.4826 * float(np.median(np.abs(rest))), 1e-3)
        weight = np.clip(1 - (rest / (_TUKEY * spread)) ** 2, 0, None) ** 2
        hold = np.diag([0.0, 1.0, 1.0]) * _ALIKE_FRAMES * (spread / _SLOPE_SD) ** 2
        weighted = terms * weight[:, None]
        coefficients = np.linalg.solve(weighted.T @ terms + hold, weighted.T @ size)
    fitted[known] = usual * (terms @ coefficients)
    return fitted


def rim_yaw_deg(motion: Motion) -> float | None:
    """The yaw whose cosine is the rim's typical horizontal over vertical semi-axis; None without a rim."""
    horizontal, vertical = motion.plate_axes_px.T
    known = np.isfinite(motion.plate_px[:, 0]) & (vertical > 0) & np.isfinite(horizontal)
    if not known.any():
        return None
    flat = float(np.median(horizontal[known] / vertical[known]))
    return float(np.degrees(np.arccos(np.clip(flat, 0.0, 1.0))))


def body_height_px(motion: Motion) -> float:
    """Height that the lifter has in the picture, were they to stand straight; NaN where nobody was seen.

    The longest that trunk, thigh and shank are seen, since what is turned away looks shorter, or as long as
    their lengths in space say, whichever is more. Within 8 % on three rendered clips.
    """
    if not motion.seen.any():
        return float("nan")
    points, world = motion.keypoints_px, motion.world_m
    seen = sum(_longest(points, *bone) for bone in _BONES)
    trunk = trunk_px(points, world)
    space_m = [_longest(world, *bone) for bone in _BONES]
    usual = float(np.median(trunk[np.isfinite(trunk)])) if np.isfinite(trunk).any() else 0.0
    told = usual * sum(space_m) / space_m[0] if space_m[0] > 0 else 0.0
    return max(seen, told) / _TALL


_BONES = (("shoulder", "hip"), ("hip", "knee"), ("knee", "ankle"))


def _longest(points: FloatArray, first: str, last: str) -> float:
    """The length of a bone of one side that 15 % of the frames exceed, of the longer side; 0 unseen."""
    found = [0.0]
    for side in SIDES:
        bone = points[:, INDEX[f"{side}_{first}"]] - points[:, INDEX[f"{side}_{last}"]]
        length = np.linalg.norm(bone, axis=1)
        if np.isfinite(length).any():
            found.append(float(np.nanpercentile(length, 85)))
    return max(found)
