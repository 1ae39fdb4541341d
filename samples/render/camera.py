"""The camera: a pinhole on a tripod, and the projections that a renderer needs."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from samples.render.rig import Floats
from samples.render.rotation import UP, Matrix, Vector, about, unit

NEAR_M, FAR_M = 0.05, 60.0
_FILL = 0.92


def look_at(eye: Vector, target: Vector, up: Vector = UP) -> Matrix:
    """(4, 4) matrix from world to view: x right, y up, looking along -z."""
    forward = unit(target - eye)
    right = unit(np.cross(forward, up))
    view = np.eye(4)
    view[:3, :3] = [right, np.cross(right, forward), -forward]
    view[:3, 3] = -view[:3, :3] @ eye
    return view


def orthographic(half_width_m: float, near_m: float, far_m: float) -> Matrix:
    """(4, 4) parallel projection, for the shadow of a distant lamp."""
    matrix = np.diag([1 / half_width_m, 1 / half_width_m, -2 / (far_m - near_m), 1.0])
    matrix[2, 3] = -(far_m + near_m) / (far_m - near_m)
    return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A pinhole camera without distortion; the principal point is the picture's middle.

    Attributes
    ----------
    eye, target
        (3,) where it stands and what it looks at, in metres.
    focal_px
        Focal length in pixels.
    size_px
        Width and height of the picture.
    up
        (3,) direction that is up in the picture.
    """

    eye: Vector
    target: Vector
    focal_px: float
    size_px: tuple[int, int]
    up: Vector = field(default_factory=UP.copy)

    @property
    def view(self) -> Matrix:
        """(4, 4) matrix from world to view."""
        return look_at(self.eye, self.target, self.up)

    @property
    def projection(self) -> Matrix:
        """(4, 4) OpenGL clip matrix from the world."""
        width, height = self.size_px
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[1, 1] = 2 * self.focal_px / width, 2 * self.focal_px / height
        matrix[2, 2] = (FAR_M + NEAR_M) / (NEAR_M - FAR_M)
        matrix[2, 3] = 2 * FAR_M * NEAR_M / (NEAR_M - FAR_M)
        matrix[3, 2] = -1.0
        return matrix @ self.view

    def project(self, points: ArrayLike) -> Floats:
        """(..., 2) pixels, y down, of (..., 3) points in metres.

        (0, 0) is the picture's upper left corner, so the first pixel's middle is at (0.5, 0.5).
        """
        seen = np.asarray(points, dtype=np.float64) @ self.view[:3, :3].T + self.view[:3, 3]
        depth = -seen[..., 2]
        width, height = self.size_px
        x = width / 2 + self.focal_px * seen[..., 0] / depth
        y = height / 2 - self.focal_px * seen[..., 1] / depth
        return np.stack([x, y], axis=-1)

    def depth_m(self, points: ArrayLike) -> Floats:
        """(...,) distance of (..., 3) points from the camera along its line of sight."""
        seen: Floats = np.asarray(points, dtype=np.float64) @ self.view[2, :3] + self.view[2, 3]
        return -seen


def rolled(camera: Camera, roll_rad: float) -> Camera:
    """Return the camera turned about its line of sight."""
    return replace(camera, up=about(unit(camera.target - camera.eye), roll_rad) @ camera.up)


class Hand:
    """A hand that holds the camera: it drifts, breathes and trembles.

    Parameters
    ----------
    sway_m
        Amplitude of the slow drift; the rest is in proportion, 0 is a tripod.
    rng
        Draws the phases.
    """

    _HZ = np.array([0.17, 0.31, 0.83, 2.3])
    _SHARE = np.array([1.0, 0.6, 0.25, 0.08])

    def __init__(self, sway_m: float, rng: np.random.Generator) -> None:
        self._sway_m = sway_m
        self._phase = rng.uniform(0, 2 * np.pi, (3, 3, len(self._HZ)))

    def hold(self, camera: Camera, time_s: float) -> Camera:
        """Return the camera as it is held at a time of the clip."""
        if not self._sway_m:
            return camera
        waves = np.sin(2 * np.pi * self._HZ * time_s + self._phase) @ self._SHARE
        eye, target, roll = self._sway_m * waves
        held = replace(camera, eye=camera.eye + eye, target=camera.target + 0.7 * target)
        return rolled(held, 0.3 * float(roll[0]))


def frame_scene(
    azimuth: float,
    points: Floats,
    size_px: tuple[int, int],
    distance_m: float,
    eye_height_m: float,
    fill: float = _FILL,
) -> Camera:
    """Aim and zoom a camera so that all points fill the picture.

    Parameters
    ----------
    azimuth
        Direction of the camera from the lifter in radians: 0 in front, pi / 2 at the lifter's left.
    points
        (n, 3) what must be seen, in metres.
    size_px
        Width and height of the picture.
    distance_m, eye_height_m
        Where the tripod stands.
    fill
        Share of the picture that the points may fill.
    """
    away = distance_m * np.array([np.sin(azimuth), 0.0, np.cos(azimuth)])
    target = (points.min(axis=0) + points.max(axis=0)) / 2
    for _ in range(8):
        eye = target * (1.0, 0.0, 1.0) + away + eye_height_m * UP
        test = Camera(eye, target, 1000.0, size_px)
        seen = test.project(points) - np.array(size_px) / 2
        middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
        view, depth = test.view, float(test.depth_m(target))
        target = target + (view[0, :3] * middle[0] - view[1, :3] * middle[1]) * depth / 1000.0
    half = np.abs(seen).max(axis=0)
    zoom = float((0.5 * np.array(size_px) / half).min()) * fill
    return Camera(eye, target, 1000.0 * zoom, size_px)
