"""Frames from a folder of images."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NoTimestamps, TooShort, UnreadableVideo
from formcheck.settings import VideoLimits
from formcheck.video.decode import (
    check_length,
    check_size,
    open_container,
    square_size_px,
    video_stream,
)
from formcheck.video.frame import Decoded, Frame, VideoInfo
from formcheck.video.orientation import Orientation
from formcheck.video.picture import DecodedPicture
from formcheck.video.timing import is_variable, typical_interval_s

FORMATS = "jpeg_pipe,png_pipe,bmp_pipe,webp_pipe,tiff_pipe"
"""libav's names of the image formats that are read, each recognized by its bytes."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
"""Endings of the files that are taken as frames."""

TIMES_FILE = "times.txt"
"""Beside the images: one time in seconds a line, rising, as many as images."""

TIMES_HINT = f"Write one time in seconds a line, or remove {TIMES_FILE}."


class FrameFolder:
    """A folder of images as a source of frames, in natural order of their names: 2 before 10.

    Times come from a file `times.txt` in the folder (one time in seconds a line) where there is
    one, else from `fps`. Images that cannot be read are left out and keep their time.

    Parameters
    ----------
    path
        The folder.
    limits
        Beyond them the answer is `TooLarge`.
    fps
        Frames per second where no `times.txt` states the times.

    Raises
    ------
    UnreadableVideo
        No such folder, an unreadable first image, or images of several sizes.
    TooShort
        No images.
    TooLarge
        Images, their number or length beyond the limits.
    NoTimestamps
        A `times.txt` that does not hold one rising time for each image.
    """

    def __init__(self, path: str | Path, *, limits: VideoLimits, fps: float = 30.0) -> None:
        if not fps > 0:
            raise ValueError(f"fps: expected more than 0, got {fps}")
        self._path = Path(path)
        self._limits = limits
        self._images = self._find_images()
        stated = self._path / TIMES_FILE
        self._assumed = not stated.is_file()
        self._times_s = (
            np.arange(len(self._images)) / fps if self._assumed else _read_times(stated, len(self._images))
        )
        self._info = self._read_info(1 / fps, [] if self._assumed else [stated])
        self._frames = 0
        self._last_time_s = math.nan
        self._damaged: list[str] = []

    @property
    def info(self) -> VideoInfo:
        """What is known before the frames are looked at."""
        return self._info

    @property
    def decoded(self) -> Decoded:
        """What the latest iteration gave, up to now if it is not over."""
        warnings = []
        if self._assumed:
            warnings.append(
                f"no {TIMES_FILE}: {self._info.mean_fps:g} frames per second are taken for granted"
            )
        if self._damaged:
            warnings.append(f"{len(self._damaged)} damaged images were skipped, first {self._damaged[0]}")
        return Decoded(self._frames, self._last_time_s, self._info.duration_s, tuple(warnings))

    def __iter__(self) -> Iterator[Frame]:
        """Give the frames in order of time, from the start at each call."""
        self._frames, self._last_time_s, self._damaged = 0, math.nan, []
        for path, time_s in zip(self._images, self._times_s.tolist(), strict=True):
            try:
                image = self._read_image(path)
            except UnreadableVideo:
                self._damaged.append(path.name)
                continue
            self._check_size(path, image)
            frame = Frame(self._frames, time_s, image)
            self._frames, self._last_time_s = self._frames + 1, time_s
            yield frame

    def _find_images(self) -> list[Path]:
        if not self._path.is_dir():
            raise UnreadableVideo(
                f"{self._path.name}: expected a folder of images, found none at {self._path}",
                "Check the name and the folder.",
            )
        found = [
            path
            for path in self._path.iterdir()
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
        ]
        if not found:
            raise TooShort(
                f"{self._path.name}: expected images ({', '.join(sorted(SUFFIXES))}), found none",
                "Choose the folder that holds the frames themselves.",
            )
        return sorted(found, key=_natural)

    def _read_info(self, step_s: float, extra: list[Path]) -> VideoInfo:
        interval_s = typical_interval_s(self._times_s) or step_s
        duration_s = float(self._times_s[-1]) + interval_s
        check_length(len(self._images), duration_s, self._path.name, self._limits)
        sha256 = _sha256([*self._images, *extra])
        height, width, _ = self._read_image(self._images[0]).shape
        return VideoInfo(
            name=self._path.name,
            width_px=width,
            height_px=height,
            duration_s=duration_s,
            mean_fps=len(self._images) / duration_s,
            frames=len(self._images),
            variable_rate=is_variable(self._times_s),
            capture_rate=None,
            slow_motion=1.0,
            rotation_deg=0,
            codec=self._images[0].suffix.lower().removeprefix("."),
            container="images",
            sha256=sha256,
        )

    def _read_image(self, path: Path) -> NDArray[np.uint8]:
        from av.error import FFmpegError

        with open_container(path, "an image", FORMATS, self._limits) as container:
            stream = video_stream(container, path.name, self._limits)
            try:
                picture = next(container.decode(stream), None)
            except FFmpegError:
                picture = None
            if picture is None or picture.is_corrupt:
                raise UnreadableVideo(
                    f"{path.name}: expected an image, found data that cannot be decoded",
                    "Remove it from the folder, or export the frames again.",
                )
            size_px = square_size_px(picture, stream)
            check_size(*size_px, path.name, self._limits)
            return DecodedPicture(picture, size_px, Orientation.of(picture)).image

    def _check_size(self, path: Path, image: NDArray[np.uint8]) -> None:
        height, width, _ = image.shape
        if (width, height) != (self._info.width_px, self._info.height_px):
            raise UnreadableVideo(
                f"{path.name}: expected an image of {self._info.width_px} x "
                f"{self._info.height_px} px as the first one, found {width} x {height}",
                "Put the frames of one video only into a folder.",
            )


def _natural(path: Path) -> tuple[tuple[int, str], ...]:
    """Sort key by which `2.png` comes before `10.png`."""
    parts = re.split(r"(\d+)", path.name.lower())
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def _read_times(path: Path, count: int) -> NDArray[np.float64]:
    """Read times (T,) in seconds, the first one moved to 0."""
    try:
        times_s = np.array([float(line) for line in path.read_text("utf-8").split()])
    except ValueError as error:
        raise NoTimestamps(
            f"{path.name}: expected one number of seconds a line ({error})", TIMES_HINT
        ) from error
    if times_s.size != count or not np.all(np.isfinite(times_s)):
        raise NoTimestamps(
            f"{path.name}: expected {count} times, one for each image, found {times_s.size}",
            TIMES_HINT,
        )
    if np.any(np.diff(times_s) <= 0):
        raise NoTimestamps(f"{path.name}: expected rising times, found some that fall", TIMES_HINT)
    return np.asarray(times_s - times_s[0], np.float64)


def _sha256(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(os.fsencode(path.name))
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise UnreadableVideo(
                f"{path.name}: expected a file that may be read, found that it may not ({error.strerror})",
                "Change its permissions, or copy the folder to one of your own.",
            ) from error
    return digest.hexdigest()
