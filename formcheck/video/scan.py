"""What the packets and tags of a container tell without decoding a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from formcheck.errors import TooShort
from formcheck.settings import VideoLimits
from formcheck.video.decode import check_length
from formcheck.video.timing import is_variable, typical_interval_s

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer
    from av.video.stream import VideoStream

SLOW_MOTION_RATIO = 1.2
"""A capture rate beyond this many times the stored rate means slow motion."""

SLOW_MOTION_FROM_FPS = 90.0
"""Lower capture rates are ordinary recordings, whose stored rate falls in poor light."""

CAPTURE_RATE_TAG = "com.android.capture.fps"
"""Where Android's recorder states the rate of the sensor."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The stored frames of a stream, from its packets.

    Parameters
    ----------
    frames
        How many are stored, damaged ones too.
    time_base
        Seconds of one stamp.
    has_pts
        False where the container has no presentation times, as in AVI.
    duration_s
        From the first frame's time to the end of the last one.
    interval_s
        Typical distance of two frames; None where neither times nor a rate are stated.
    variable_rate
        See `VideoInfo`.
    promised_s
        Duration that the header states, NaN where it states none.
    exact_promise
        Whether that is the stream's own duration, not the longest of all streams.
    """

    frames: int
    time_base: Fraction
    has_pts: bool
    duration_s: float
    interval_s: float | None
    variable_rate: bool
    promised_s: float
    exact_promise: bool

    @property
    def mean_fps(self) -> float:
        """Frames per second on average; 0.0 where unknown."""
        return self.frames / self.duration_s if self.duration_s > 0 else 0.0

    @property
    def is_cut(self) -> bool:
        """Whether the packets end well before the header says; False where it says nothing."""
        slack = 3 * (self.interval_s or 0.0)
        if not self.exact_promise:
            slack += max(0.5, 0.05 * self.promised_s)
        return self.promised_s - self.duration_s > slack


def scan_packets(container: InputContainer, stream: VideoStream, name: str, limits: VideoLimits) -> Scan:
    """Read the times of all packets; reads the file once and decodes nothing.

    Raises
    ------
    TooShort
        No frame is stored.
    TooLarge
        More frames or seconds than the limits allow; found before the rest is read.
    """
    time_base = stream.time_base or Fraction(1)
    has_pts = container.format.name != "avi"
    shown: list[tuple[int, int]] = []  # stamp and duration of each frame that has a stamp
    frames = 0
    for packet in _shown_packets(container, stream):
        frames += 1
        stamp = packet.pts if has_pts and packet.pts is not None else packet.dts
        if stamp is not None:
            shown.append((stamp, packet.duration or 0))
        span_s = float((shown[-1][0] - shown[0][0]) * time_base) if shown else 0.0
        check_length(frames, span_s, name, limits)
    if frames == 0:
        raise TooShort(
            f"{name}: expected frames, found a video stream without any",
            "Record again: this recording stopped before its first picture was stored.",
        )
    shown.sort()
    times_s = np.array([stamp for stamp, _ in shown], float) * float(time_base)
    last_s = float(shown[-1][1] * time_base) if shown else 0.0
    interval_s = typical_interval_s(times_s) or last_s or _stated_interval_s(stream)
    own = stream.duration
    return Scan(
        frames=frames,
        time_base=time_base,
        has_pts=has_pts,
        duration_s=(
            float(np.ptp(times_s)) + (last_s or interval_s or 0.0) if shown else frames * (interval_s or 0.0)
        ),
        interval_s=interval_s,
        variable_rate=is_variable(times_s),
        promised_s=float(own * time_base) if own else (container.duration or math.nan) / 1e6,
        exact_promise=bool(own) or len(container.streams) == 1,
    )


def slow_motion(tags: Mapping[str, str], stored_fps: float) -> tuple[float | None, float]:
    """Capture rate and slowness of a clip, from its container's tags.

    Android's recorder writes the sensor's rate as a tag. Where slow motion is stored at the rate of
    normal playback the ratio of both is the slowness; where it is stored in real time, the same tag
    stands beside as many frames per second and the ratio is 1. An iPhone states nothing of the
    kind: its slow motion holds 120 or 240 frames per second in real time, or looks like any clip
    once an export has slowed it down, and `com.apple.quicktime.full-frame-rate-playback-intent`
    does not tell them apart.

    Parameters
    ----------
    tags
        The container's metadata.
    stored_fps
        Frames per second by the stored times.

    Returns
    -------
    tuple
        Frames per second at capture, None for real time or unknown; and how many times slower than
        life the clip plays, 1.0 for real time or unknown.
    """
    try:
        captured_fps = float(tags.get(CAPTURE_RATE_TAG, "nan"))
    except ValueError:
        return None, 1.0
    slow = stored_fps > 0 and captured_fps > SLOW_MOTION_RATIO * stored_fps
    if not slow or not SLOW_MOTION_FROM_FPS <= captured_fps < math.inf:
        return None, 1.0
    return captured_fps, captured_fps / stored_fps


def _shown_packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """Packets of frames that are shown, as far as the file can be read."""
    from av.error import FFmpegError

    try:
        for packet in container.demux(stream):
            if packet.size and not packet.is_discard:
                yield packet
    except FFmpegError:
        return


def _stated_interval_s(stream: VideoStream) -> float | None:
    return float(1 / stream.average_rate) if stream.average_rate else None
