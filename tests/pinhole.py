"""A plate that moves in its plane before a pinhole camera: what is filmed, and what is true."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from synthetic import film, with_plate

from formcheck.motion import Motion

Array = NDArray[np.float64]

_RIM = np.linspace(0, 2 * np.pi, 721)


@dataclass(frozen=True)
class Filming:
    """The camera's place, `yaw_deg` toward the lifter's front, `pitch_deg` upward."""

    distance_m: float = 3.0
    height_m: float = 1.0
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    focal_px: float = 1000.0
    size_px: tuple[int, int] = (720, 1280)


@dataclass(frozen=True)
class FilmedPath:
    """A take and the plate's true place: (T,) metres forward and up."""

    motion: Motion
    forward_m: Array
    height_m: Array


def bow(time_s: Array) -> tuple[Array, Array]:
    """Forward and up in metres: half a metre down and up each 3 s, by another way down than up."""
    phase = 2 * np.pi * time_s / 3.0
    return 0.05 * np.sin(phase), 1.15 + 0.25 * np.cos(phase)


def filmed_path(
    filming: Filming,
    path: Callable[[Array], tuple[Array, Array]] = bow,
    *,
    fps: float = 30.0,
    duration_s: float = 6.0,
    diameter_m: float = 0.45,
) -> FilmedPath:
    """Film a plate; the lifter faces right."""
    time_s = np.arange(round(duration_s * fps) + 1) / fps
    forward, height = path(time_s)
    rim = diameter_m / 2 * np.stack([np.cos(_RIM), np.sin(_RIM)], axis=1)
    centre = _project(filming, forward, height)
    edge = _project(filming, forward[:, None] + rim[:, 0], height[:, None] + rim[:, 1])
    axes = np.ptp(edge, axis=1) / 2
    shot = film(
        "squat", lambda t: np.zeros(len(t)), time_s=time_s, azimuth_deg=90.0 - filming.yaw_deg,
        size_px=filming.size_px, px_per_m=filming.focal_px / filming.distance_m / 1.22,
    )  # fmt: skip
    motion = with_plate(shot.motion, centre, axes[:, 1])
    motion = Motion(**{name: getattr(motion, name) for name in Motion.__slots__} | {"plate_axes_px": axes})
    return FilmedPath(motion, forward, height)


def _project(filming: Filming, forward: Array, height: Array) -> Array:
    """(..., 2) pixels of places in the plate's plane."""
    yaw, pitch = np.radians(filming.yaw_deg), np.radians(filming.pitch_deg)
    across = np.cos(yaw) * forward
    ahead = filming.distance_m - np.sin(yaw) * forward
    up = height - filming.height_m
    away = np.cos(pitch) * ahead + np.sin(pitch) * up
    above = np.cos(pitch) * up - np.sin(pitch) * ahead
    width, tall = filming.size_px
    return np.stack(
        [width / 2 + filming.focal_px * across / away, tall / 2 - filming.focal_px * above / away], axis=-1
    )
