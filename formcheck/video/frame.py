"""What a video is to every later stage: upright frames, each with its own time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from formcheck.video.picture import Picture, RgbPicture


class Frame:
    """One picture and when it was shown.

    Parameters
    ----------
    index
        Position among the frames of its source, from 0.
    time_s
        Presentation time in seconds after the first frame, so 0.0 for that one; rises strictly from
        frame to frame. In slow motion this is playing time, see `VideoInfo.slow_motion`.
    picture
        Its pixels; or uint8 (H, W, 3), RGB, upright, contiguous, which is made read-only.

    Raises
    ------
    ValueError
        An image of another shape, type or memory layout.
    """

    __slots__ = ("index", "picture", "time_s")

    def __init__(self, index: int, time_s: float, picture: Picture | NDArray[np.uint8]) -> None:
        self.index = index
        self.time_s = time_s
        self.picture = RgbPicture(picture) if isinstance(picture, np.ndarray) else picture

    @property
    def image(self) -> NDArray[np.uint8]:
        """The whole picture, uint8 (H, W, 3) RGB; of a video's frame converted when first asked for."""
        return self.picture.image


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What is known about a video before its frames are looked at.

    Parameters
    ----------
    name
        File or folder name without its path.
    width_px, height_px
        Picture size, upright and with square pixels.
    duration_s
        From the first frame's time to the end of the last one, from the stored times and not from
        the header.
    mean_fps
        Frames per second on average, for display only; 0.0 where a single frame states no rate.
    frames
        Count of the stored frames; None where unknown. Fewer may decode.
    variable_rate
        Whether index / mean_fps would miss the true time of a frame by more than a quarter of an
        interval.
    capture_rate
        Frames per second at which a slow-motion clip was captured; None: real time, or unknown.
    slow_motion
        How many times slower than life it plays: 1.0 real time or unknown, 8.0 for 240 frames per
        second stored at 30.
    rotation_deg
        Clockwise turn that made the pictures upright: 0, 90, 180 or 270.
    codec, container
        Names as libav gives them, such as `h264` and `mov,mp4,m4a,3gp,3g2,mj2`.
    sha256
        Hex digest of the file's bytes; of a folder: of the names and bytes of all its images.
    """

    name: str
    width_px: int
    height_px: int
    duration_s: float
    mean_fps: float
    frames: int | None
    variable_rate: bool
    capture_rate: float | None
    slow_motion: float
    rotation_deg: int
    codec: str
    container: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the latest pass over a source gave.

    Parameters
    ----------
    frames
        Frames given so far.
    last_time_s
        Time of the last one; NaN before the first.
    expected_s
        Duration that the header promises; None where it states none.
    warnings
        Sentences about everything that was skipped, repaired or missing; empty for a sound video.
    """

    frames: int
    last_time_s: float
    expected_s: float | None
    warnings: tuple[str, ...]


class FrameSource(Protocol):
    """A video: known facts, and frames as often as they are asked for."""

    @property
    def info(self) -> VideoInfo:
        """What is known before the first frame."""
        ...

    @property
    def decoded(self) -> Decoded:
        """What the latest pass gave."""
        ...

    def __iter__(self) -> Iterator[Frame]:
        """Give all frames in order of time, from the start at each call."""
        ...
