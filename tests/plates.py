"""Drawn plates with known truth: textured discs on a textured wall, placed to a fraction of a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose import FloatArray, Pose
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.video import Frame
from formcheck.video.picture import Image

WIDTH, HEIGHT = 360, 480
TALL_PX = 300.0
_BODY = {
    "nose": (6, -135), "ear": (0, -138), "shoulder": (0, -108), "elbow": (12, -80), "wrist": (20, -100),
    "hand": (22, -104), "hip": (0, -21.6), "knee": (8, 50), "ankle": (0, 120), "heel": (-8, 128),
    "toe": (20, 130),
}  # fmt: skip


@dataclass(frozen=True)
class Disc:
    """A plate: centre, vertical semi-axis, width over height, and grey levels of face and texture."""

    x: float
    y: float
    radius: float = 42.0
    aspect: float = 1.0
    grey: float = 60.0
    texture: float = 12.0


def noise(seed: int, size: tuple[int, int], grain_px: float) -> FloatArray:
    """Smooth noise of mean 0 and SD 1."""
    raw = np.random.default_rng(seed).standard_normal(size)
    smooth = cv2.GaussianBlur(raw, (0, 0), grain_px)
    return np.asarray((smooth - smooth.mean()) / smooth.std())


def wall(grey: float = 150.0, contrast: float = 14.0, seed: int = 0) -> FloatArray:
    """(H, W) a textured background."""
    return np.asarray(grey + contrast * noise(seed, (HEIGHT, WIDTH), 6.0))


@lru_cache(maxsize=1)
def _face() -> NDArray[np.float32]:
    return noise(7, (160, 160), 2.5).astype(np.float32)


def draw(background: FloatArray, *discs: Disc) -> Image:
    """The background with discs on it, the last in front; their texture goes with them."""
    picture = background.copy()
    for disc in discs:
        half = int(disc.radius) + 2
        rows = slice(max(int(disc.y) - half, 0), max(int(disc.y) + half + 2, 0))
        columns = slice(max(int(disc.x) - half, 0), max(int(disc.x) + half + 2, 0))
        part = picture[rows, columns]
        y, x = np.mgrid[: part.shape[0], : part.shape[1]].astype(np.float64)
        u, v = (x + columns.start - disc.x) / disc.aspect, y + rows.start - disc.y
        cover = np.clip(disc.radius + 0.5 - np.hypot(u, v), 0, 1)
        place = (u + 80).astype(np.float32), (v + 80).astype(np.float32)
        texture = cv2.remap(_face(), *place, cv2.INTER_LINEAR) if part.size else part
        part[:] = part * (1 - cover) + cover * (disc.grey + disc.texture * texture)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def frame_of(luma: Image, index: int, fps: float = 30.0) -> Frame:
    return Frame(index, index / fps, np.ascontiguousarray(np.repeat(luma[:, :, None], 3, axis=2)))


def pose_at(x: float, y: float, person: int = 0) -> Pose:
    """Somebody 300 px tall whose wrists are at a place."""
    names = (name.removeprefix("left_").removeprefix("right_") for name in KEYPOINTS)
    points = np.array([_BODY[name] for name in names], dtype=np.float64)
    wrists = points[[INDEX["left_wrist"], INDEX["right_wrist"]]].mean(axis=0)
    return Pose(points - wrists + np.array([x, y]), np.ones(len(KEYPOINTS)), person=person)


def squat_path(frames: int, low: float = 80.0, x: float = 180.0, top: float = 180.0) -> FloatArray:
    """(T, 2) down and up once in two seconds at 30 Hz, again and again."""
    turn = 2 * np.pi * np.arange(frames) / 60
    return np.stack([x + 4 * np.sin(turn), top + low * 0.5 * (1 - np.cos(turn))], axis=1)


def film(path: FloatArray, background: FloatArray, *still: Disc, disc: Disc | None = None) -> Sequence[Image]:
    """Pictures of a disc that goes along a path in front of still ones."""
    moving = disc or Disc(0, 0)
    return [
        draw(background, *still, Disc(x, y, moving.radius, moving.aspect, moving.grey, moving.texture))
        for x, y in path
    ]
