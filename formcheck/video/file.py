"""Frames from a video file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.errors import UnreadableVideo
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
from formcheck.video.scan import scan_packets, slow_motion
from formcheck.video.timing import FrameClock

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
"""libav's names of the containers that are read: mp4 and mov, mkv and webm, avi."""


@dataclass(slots=True, eq=False)
class _Pass:
    """What happens in one pass over the frames."""

    clock: FrameClock
    frames: int = 0
    last_time_s: float = math.nan
    complete: bool = False


class VideoFile:
    """A video file as a source of upright frames with true times.

    Opening reads the times of all frames and decodes one picture. Each iteration decodes from the
    start, one frame at a time, and closes the file when it ends or is given up.

    Parameters
    ----------
    path
        An mp4, mov, mkv, webm or avi file.
    limits
        Beyond them the answer is `TooLarge`.
    threads
        Threads of the decoder; 0: one for each core.

    Raises
    ------
    UnreadableVideo
        No such file, empty, no video, cut off before its index, or nothing that can be decoded.
    NoVideoStream
        Sound only.
    TooShort
        No frames.
    TooLarge
        Pictures, length, frames or streams beyond the limits; while iterating too, as headers lie.
    NoTimestamps
        Neither times nor a frame rate.
    """

    def __init__(self, path: str | Path, *, limits: VideoLimits, threads: int = 0) -> None:
        self._path = Path(path)
        self._limits = limits
        self._threads = threads
        self._size_px: tuple[int, int] | None = None
        self._orientation = Orientation(0, mirrored=False)
        _check_file(self._path)
        with self._open() as container:
            stream = self._stream(container)
            self._scan = scan_packets(container, stream, self._path.name, limits)
        self._pass = self._new_pass()
        self._info = self._read_info()

    @property
    def info(self) -> VideoInfo:
        """What is known before the frames are looked at."""
        return self._info

    @property
    def decoded(self) -> Decoded:
        """What the latest iteration gave, up to now if it is not over."""
        promised = self._scan.promised_s
        return Decoded(
            frames=self._pass.frames,
            last_time_s=self._pass.last_time_s,
            expected_s=None if math.isnan(promised) else promised,
            warnings=tuple(self._warnings()),
        )

    def __iter__(self) -> Iterator[Frame]:
        """Give the frames in order of time, from the start at each call."""
        state = self._pass = self._new_pass()
        with self._open() as container:
            stream = self._stream(container)
            for picture in _whole_pictures(container, stream):
                time_s = state.clock.time_s(picture.pts, picture.dts)
                if time_s is None:
                    continue
                size_px = self._checked_size_px(picture, stream)
                check_length(state.frames + 1, time_s, self._path.name, self._limits)
                upright = DecodedPicture(picture, size_px, self._orientation)
                frame = Frame(state.frames, time_s, upright)
                state.frames, state.last_time_s = state.frames + 1, time_s
                yield frame
            state.complete = True

    def _open(self) -> InputContainer:
        return open_container(self._path, "a video (mp4, mov, mkv, webm or avi)", FORMATS, self._limits)

    def _stream(self, container: InputContainer) -> VideoStream:
        stream = video_stream(container, self._path.name, self._limits)
        stream.thread_type = "AUTO"
        stream.thread_count = self._threads
        return stream

    def _new_pass(self) -> _Pass:
        scan = self._scan
        return _Pass(FrameClock(scan.time_base, scan.interval_s, has_pts=scan.has_pts))

    def _read_info(self) -> VideoInfo:
        with self._open() as container:
            stream = self._stream(container)
            picture = next(_whole_pictures(container, stream), None)
            if picture is None:
                raise UnreadableVideo(
                    f"{self._path.name}: expected pictures, found {self._scan.frames} stored "
                    f"frames of which none can be decoded as {stream.codec_context.name}",
                    "Copy the file from the phone again, or convert it to mp4 with H.264.",
                )
            self._size_px = self._checked_size_px(picture, stream)
            self._orientation = Orientation.of(picture)
            width_px, height_px = self._size_px[:: -1 if self._orientation.turns % 2 else 1]
            rate = 1 / self._scan.interval_s if self._scan.interval_s else 0.0
            capture_rate, slowness = slow_motion(container.metadata, rate)
            return VideoInfo(
                name=self._path.name,
                width_px=width_px,
                height_px=height_px,
                duration_s=self._scan.duration_s,
                mean_fps=self._scan.mean_fps,
                frames=self._scan.frames,
                variable_rate=self._scan.variable_rate,
                capture_rate=capture_rate,
                slow_motion=slowness,
                rotation_deg=90 * self._orientation.turns,
                codec=stream.codec_context.name,
                container=container.format.name,
                sha256=_sha256(self._path),
            )

    def _checked_size_px(self, picture: VideoFrame, stream: VideoStream) -> tuple[int, int]:
        """Hold a picture against the limits and the first one: headers lie, and sizes change."""
        size_px = square_size_px(picture, stream)
        check_size(*size_px, self._path.name, self._limits)
        if self._size_px not in (None, size_px):
            raise UnreadableVideo(
                f"{self._path.name}: expected pictures of one size, {self._size_px} px as the "
                f"first, found one of {size_px}",
                "Convert it to mp4 with H.264.",
            )
        return size_px

    def _warnings(self) -> Iterator[str]:
        """Tell what the latest pass skipped, repaired or missed."""
        state, scan = self._pass, self._scan
        if state.frames and scan.is_cut:
            end_s = state.last_time_s + (scan.interval_s or 0.0)
            yield (
                f"the file ends early: {end_s:.2f} s of {scan.promised_s:.2f} s "
                f"({end_s / scan.promised_s:.0%}) could be decoded"
            )
        lost = scan.frames - state.frames - state.clock.dropped
        if state.complete and lost > 0:
            yield f"{lost} of {scan.frames} stored frames are damaged and were left out"
        if state.clock.dropped:
            yield f"{state.clock.dropped} frames not later than the one before were dropped"
        if state.clock.derived:
            yield (f"{state.clock.derived} frames carried no time and follow at the usual interval")


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise UnreadableVideo(
            f"{path.name}: expected a video file, found "
            f"{'something else' if path.exists() else 'no file'} at {path}",
            "Check the name and the folder.",
        )
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise UnreadableVideo(
            f"{path.name}: expected a file that may be read, found that it may not ({error.strerror})",
            "Change its permissions, or copy it to a folder of your own.",
        ) from error
    if empty:
        raise UnreadableVideo(
            f"{path.name}: expected a video, found an empty file",
            "Copy it from the phone again; the transfer may not have finished.",
        )


def _whole_pictures(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Decode what can be decoded, and leave out what is damaged."""
    for packet in _readable_packets(container, stream):
        # A cut packet would only make the decoder lose whole ones before it.
        if packet is None or not packet.is_corrupt:
            yield from _decode(stream, packet)


def _readable_packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream] | None]:
    """Packets as far as the file can be read; `None` for the end after a read error."""
    from av.error import FFmpegError

    try:
        yield from container.demux(stream)
    except FFmpegError:
        yield None


def _decode(stream: VideoStream, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
    from av.error import FFmpegError

    try:
        return [picture for picture in stream.decode(packet) if not picture.is_corrupt]
    except FFmpegError:
        return []


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
