"""Faces made unrecognizable: where they are follows from the head keypoints of everybody in view."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose import Pose
from formcheck.settings import VideoLimits
from formcheck.skeleton import HEAD, SHOULDERS
from formcheck.video import ClipWriter, open_video

HELD_S = 0.5
"""A face that is not found for so long stays blurred where it was."""

_REACH = 1.6
"""Radius over the distance from nose to ear, about half of a head's depth; a head is 1.25 times as long."""

_NECK = 0.7
"""Radius over the distance from the shoulders to the head, where nose and ears fall together."""

_TALLER = 1.25
_GRAIN = 6
"""A face keeps this many cells across, too few to know anybody by."""

Image = NDArray[np.uint8]
Oval = tuple[float, float, float]
"""Center x, y and half width, in pixels."""


@dataclass(slots=True)
class Faces:
    """Where faces were, frame by frame, in pixels of the source."""

    _time_s: list[float] = field(default_factory=list)
    _people: list[dict[int, Oval]] = field(default_factory=list)

    def add(self, time_s: float, people: Sequence[Pose]) -> None:
        """Append a frame's people; times rise."""
        ovals = {pose.person: oval for pose in people if (oval := _oval(pose))}
        self._time_s.append(time_s)
        self._people.append(ovals)

    def at(self, time_s: float) -> list[Oval]:
        """Everybody's faces at a time, each as it was found nearest to it, `HELD_S` away at most."""
        first = bisect_left(self._time_s, time_s - HELD_S)
        stop = bisect_right(self._time_s, time_s + HELD_S)
        nearest: dict[int, Oval] = {}
        for index in sorted(range(first, stop), key=lambda i: -abs(self._time_s[i] - time_s)):
            nearest.update(self._people[index])
        return list(nearest.values())


def _oval(pose: Pose) -> Oval | None:
    head = pose.xy_px[HEAD]
    seen = np.asarray(np.isfinite(head).all(axis=1))
    if not seen.any():
        return None
    x, y = head[seen].mean(axis=0)
    spans = [
        float(np.hypot(*(head[0] - ear))) * _REACH for ear in head[1:] if seen[0] and np.isfinite(ear).all()
    ]
    neck = pose.xy_px[SHOULDERS].mean(axis=0)
    if np.isfinite(neck).all():
        spans.append(float(np.hypot(*(neck - (x, y)))) * _NECK)
    return (float(x), float(y), max(spans)) if spans else None


def blur_image(image: Image, ovals: Sequence[Oval], *, scale: float = 1.0) -> Image:
    """Give a copy of a picture with ovals made coarse.

    Parameters
    ----------
    image
        uint8 (H, W, 3).
    ovals
        Centers and half widths in pixels of the source.
    scale
        Pixels of `image` over pixels of the source.
    """
    blurred = image.copy()
    height, width = image.shape[:2]
    for x, y, radius in ovals:
        half = (radius * scale, radius * scale * _TALLER)
        left, right = (int(np.clip(x * scale + side * half[0], 0, width)) for side in (-1, 1))
        top, bottom = (int(np.clip(y * scale + side * half[1], 0, height)) for side in (-1, 1))
        if right - left < 2 or bottom - top < 2:
            continue
        region = blurred[top:bottom, left:right]
        cells = cv2.resize(
            region, (min(_GRAIN, right - left), min(_GRAIN, bottom - top)), interpolation=cv2.INTER_AREA
        )
        coarse = cv2.resize(cells, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        mask = np.zeros(region.shape[:2], np.uint8)
        center = (round(x * scale) - left, round(y * scale) - top)
        cv2.ellipse(mask, center, (round(half[0]), round(half[1])), 0, 0, 360, 255, -1)
        region[mask > 0] = coarse[mask > 0]
    return blurred


def blur_faces(
    clip: Path, path: Path, faces: Faces, *, width_px: int, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Write a copy of an annotated clip in which nobody's face can be recognized.

    Parameters
    ----------
    clip
        The clip; its times are those of `faces`.
    path
        The mp4 file to make or replace.
    faces
        Where they were.
    width_px
        Width of the upright source that `faces` are measured in.
    progress
        Called with the frames written so far.

    Raises
    ------
    VideoError, OutputError
        The clip cannot be read, or the copy not written.
    """
    with ClipWriter(path) as writer:
        for index, (time_s, image) in enumerate(_frames(clip)):
            writer.write(blur_image(image, faces.at(time_s), scale=image.shape[1] / width_px), time_s)
            progress(index + 1)


def _frames(clip: Path) -> Iterator[tuple[float, Image]]:
    for frame in open_video(clip, limits=VideoLimits()):
        yield frame.time_s, frame.image
