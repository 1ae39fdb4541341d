"""What a video is to every later stage: upright frames, each with its own time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and when it was shown.

    Parameters
    ----------
    index
        Position among the frames of its source, from 0.
    time_s
        Presentation time in seconds after the first frame, so 0.0 for that one; rises strictly from
        frame to frame. In slow motion this is playing time, see `VideoInfo.slow_motion`.
    image
        uint8 (H, W, 3), RGB, upright, contiguous; made read-only.

    Raises
    ------
    ValueError
        An image of another shape, type or memory layout.
    """

    index: int
    time_s: float
    image: NDArray[np.uint8]

    def __post_init__(self) -> None:
        check_image(self.image)
        if not self.image.flags.c_contiguous:
            raise ValueError("image: expected contiguous memory, got a strided view")
        self.image.flags.writeable = False


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


def check_image(image: NDArray[np.uint8]) -> None:
    """Refuse what is not a uint8 (H, W, 3) picture with a `ValueError`."""
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape or image.dtype != np.uint8:
        raise ValueError(f"image: expected uint8 (H, W, 3), got {image.dtype} {tuple(image.shape)}")
