"""The pinhole camera."""

from collections.abc import Mapping

import numpy as np

from formcheck.body.human import Human
from formcheck.pose import FloatArray

_AIM_M = np.array([0.0, 0.9, 0.0])
"""The point that a camera without shift has in the picture's middle."""

_NEAREST_M = 0.3


def look(unknowns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Axes (B, 3, 3) as rows right, down and away, and where the camera stands (B, 3).

    The camera is at `azimuth` from the lifter's front toward their left, looks down by `pitch` and is turned
    by `roll` about its line of sight.
    """
    azimuth, pitch, roll = (unknowns[name][:, 0] for name in ("azimuth", "pitch", "roll"))
    level, nothing = np.cos(pitch), np.zeros_like(azimuth)
    away = np.stack([-np.sin(azimuth) * level, -np.sin(pitch), -np.cos(azimuth) * level], axis=-1)
    right = np.stack([np.cos(azimuth), nothing, -np.sin(azimuth)], axis=-1)
    down = np.cross(away, right)
    cosine, sine = np.cos(roll)[:, None], np.sin(roll)[:, None]
    axes = np.stack([cosine * right + sine * down, cosine * down - sine * right, away], axis=1)
    shift = np.concatenate([unknowns["right_m"], unknowns["down_m"], np.exp(unknowns["ln_distance"])], axis=1)
    place = _AIM_M - np.einsum("bi,bij->bj", shift, axes)
    return axes, place


def project(
    points: FloatArray,
    unknowns: Mapping[str, FloatArray],
    size_px: tuple[int, int],
    sway_m: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Pixels (B, n, P, 2) and depths (B, n, P) in metres of (B, n, P, 3) points.

    `sway_m` (B, n, 2) is how far the camera has gone to the left and up.
    """
    axes, place = look(unknowns)
    batch, frames, count, _ = points.shape
    flat = points.reshape(batch, frames * count, 3) - place[:, None]
    seen = (flat @ axes.transpose(0, 2, 1)).reshape(batch, frames, count, 3)
    if sway_m is not None:
        seen[..., :2] += sway_m[:, :, None]
    depth = np.maximum(seen[..., 2], _NEAREST_M)
    focal = np.exp(unknowns["ln_focal"])[:, :, None, None]
    pixels = np.array(size_px) / 2 + focal * seen[..., :2] / depth[..., None]
    return pixels, depth


def side_on(azimuth: float, human: Human) -> bool:
    """Whether a camera that stands `azimuth` rad from the lifter's front looks from the side."""
    return _within(np.sin(azimuth), human)


def front_on(azimuth: float, human: Human) -> bool:
    """Whether it looks from the front or the rear."""
    return _within(np.cos(azimuth), human)


def _within(component: float, human: Human) -> bool:
    return bool(np.abs(component) >= np.cos(np.radians(human.noise.side_within_deg)))
