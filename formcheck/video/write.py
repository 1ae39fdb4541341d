"""Clips that a browser plays: H.264 in mp4, with the true time of every frame."""

from __future__ import annotations

import math
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.video.picture import check_image

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import OutputContainer
    from av.video.stream import VideoStream

TICKS_PER_S = 90_000
"""Resolution of written times: 1/90000 s, of which the common frame rates are whole multiples."""

KEYFRAME_EVERY = 30
"""Frames from one key frame to the next: a player can jump to each of them without delay."""

BT709 = 1
"""Number of this standard among color matrices, primaries and transfers (ITU-T H.273)."""

LIMITED_RANGE = 1
"""libav's number for 8-bit video levels of 16 to 235."""


class ClipWriter:
    """Writes frames to an mp4 file; use as a context manager.

    The clip starts at its first frame and keeps the distances of the times that it is given. It is
    written under a temporary name beside `path`, renamed when complete, and removed on any error.
    Odd sizes gain a copy of the last row or column, since 4:2:0 video has even sizes only.

    Parameters
    ----------
    path
        The mp4 file to make or replace.
    crf
        Constant quality of x264, 0 (lossless) to 51; 18 is close to the source, 28 small.
    threads
        Threads of the encoder; 0: one for each core.

    Raises
    ------
    OutputError
        The folder or the file cannot be written, or no frame was given.
    """

    def __init__(self, path: str | Path, *, crf: int = 23, threads: int = 0) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(f".{self._path.name}.{uuid4().hex[:8]}.part")
        self._crf = crf
        self._threads = threads
        self._container: OutputContainer | None = None
        self._shape: tuple[int, ...] = ()
        self._first_s = 0.0
        self._ticks = -1
        self._step = TICKS_PER_S // 30  # for a clip of one frame

    def __enter__(self) -> Self:
        if not self._path.parent.is_dir():
            raise OutputError(
                f"{self._path.name}: expected a folder to write to, found none at {self._path.parent}",
                "Make the folder first, or choose another.",
            )
        return self

    def write(self, image: NDArray[np.uint8], time_s: float) -> None:
        """Append one frame.

        Parameters
        ----------
        image
            uint8 (H, W, 3), RGB; all of one size.
        time_s
            When it is shown, in seconds; later than the frame before by at least 1/90000 s.

        Raises
        ------
        ValueError
            Another shape or type, or a time that does not rise.
        OutputError
            The file cannot be written.
        """
        check_image(image)
        if self._container is None:
            self._shape, self._first_s = image.shape, time_s
            self._container = self._new_container()
        if image.shape != self._shape:
            raise ValueError(f"image: expected {self._shape} as before, got {image.shape}")
        after_s = time_s - self._first_s
        ticks = round(after_s * TICKS_PER_S) if math.isfinite(after_s) else -1
        if ticks <= self._ticks:
            last_s = self._first_s + self._ticks / TICKS_PER_S
            raise ValueError(f"time_s: expected later than {last_s:.6f}, got {time_s:.6f}")
        if self._ticks >= 0:
            self._step = ticks - self._ticks
        self._ticks = ticks
        self._encode(self._container, _picture(image, ticks))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        import av

        try:
            if kind is None:
                self._finish()
        finally:
            if self._container is not None:
                # After a failed write closing fails again, and the first error is the one to tell.
                with suppress(av.error.FFmpegError):
                    self._container.close()
            self._part.unlink(missing_ok=True)

    def _finish(self) -> None:
        from av.error import FFmpegError

        if self._container is None:
            raise OutputError(
                f"{self._path.name}: expected frames to write, found none",
                "Choose a stretch of the video that holds frames.",
            )
        self._encode(self._container, None)
        try:
            self._container.close()
            self._part.replace(self._path)
        except (FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def _new_container(self) -> OutputContainer:
        import av

        options = {"movflags": "+faststart", "video_track_timescale": str(TICKS_PER_S)}
        try:
            container = av.open(f"file:{self._part}", "w", format="mp4", options=options)
        except av.error.FFmpegError as error:
            raise self._failed(error) from error
        stream = container.add_stream(
            "libx264",
            options={"crf": str(self._crf), "preset": "veryfast", "g": str(KEYFRAME_EVERY)},
        )
        height, width, _ = self._shape
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        stream.thread_count = self._threads
        stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        stream.colorspace = stream.color_primaries = stream.color_trc = BT709
        stream.color_range = LIMITED_RANGE
        return container

    def _encode(self, container: OutputContainer, picture: VideoFrame | None) -> None:
        from av.error import FFmpegError

        stream: VideoStream = container.streams.video[0]
        try:
            for packet in stream.encode(picture):
                # Only the last one counts: mp4 takes the others from the distance of the times.
                packet.duration = self._step
                container.mux(packet)
        except FFmpegError as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> OutputError:
        return OutputError(
            f"{self._path}: expected to write a clip, found that it cannot be done ({error})",
            "Check that the folder may be written and that the disk has space.",
        )


def _picture(image: NDArray[np.uint8], ticks: int) -> VideoFrame:
    """Make the picture that the encoder takes: even size, 4:2:0, BT.709, stamped."""
    import av

    height, width, _ = image.shape
    even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    picture = av.VideoFrame.from_ndarray(even, format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    )
    picture.pts, picture.time_base = ticks, Fraction(1, TICKS_PER_S)
    return picture
