"""libav's side of reading: guarded opening and limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.errors import NoVideoStream, TooLarge, TooShort, UnreadableVideo
from formcheck.settings import VideoLimits

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

SQUARE_PIXEL_TOLERANCE = 0.01
"""Pixels whose sides differ by less than this share are taken as square."""


def open_container(path: Path, expected: str, formats: str, limits: VideoLimits) -> InputContainer:
    """Open a file for reading, as one of the comma-separated `formats` and from disk only.

    `expected` says in words what these formats are.

    Raises
    ------
    UnreadableVideo
        Not one of these formats, or damaged.
    """
    import av

    guards = {
        "format_whitelist": formats,
        "protocol_whitelist": "file",
        # A net below the exact check: no decoder may allocate a picture far beyond the limit.
        "max_pixels": str(2 * limits.pixels),
    }
    try:
        return av.open(f"file:{path}", options=guards, metadata_errors="replace")
    except av.error.FFmpegError as error:
        if index_missing(path):
            raise UnreadableVideo(
                f"{path.name}: expected a complete video, found one without its index: the "
                "recording was cut off before its index was written",
                "Copy the file from the phone again; if it is cut off there too, record again.",
            ) from error
        raise UnreadableVideo(
            f"{path.name}: expected {expected}, found other or damaged data ({error.strerror})",
            "Check that it opens on this computer; if it does, export it again.",
        ) from error


def index_missing(path: Path) -> bool:
    """Whether this is an mp4 or mov whose index (the `moov` box) was never written."""
    seen: set[bytes] = set()
    size = path.stat().st_size
    with path.open("rb") as file:
        while file.tell() + 8 <= size and len(seen) < 64:
            start, length, kind = file.tell(), int.from_bytes(file.read(4)), file.read(4)
            seen.add(kind)
            if length == 1:
                length = int.from_bytes(file.read(8))
            if length < 8:
                break
            file.seek(start + length)
    return bool(seen & {b"ftyp", b"mdat"}) and b"moov" not in seen


def video_stream(container: InputContainer, name: str, limits: VideoLimits) -> VideoStream:
    """Pick the stream to decode, and check what the header says of it.

    Raises
    ------
    NoVideoStream
        Sound or data only; a cover picture does not count.
    TooShort
        No streams at all: nothing was recorded.
    UnreadableVideo
        A codec that cannot be decoded.
    TooLarge
        More streams or larger pictures than the limits allow.
    """
    from av.stream import Disposition

    if not container.streams:
        raise TooShort(
            f"{name}: expected frames, found a file that holds nothing",
            "Record again: this recording stopped before its first picture was stored.",
        )
    if len(container.streams) > limits.streams:
        raise TooLarge(
            f"{name}: expected at most {limits.streams} streams, found {len(container.streams)}",
            "Export the clip with its picture and sound only.",
        )
    moving = [
        stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic
    ]
    if not moving:
        raise NoVideoStream(
            f"{name}: expected moving pictures, found none among {len(container.streams)} "
            f"streams ({', '.join(stream.type for stream in container.streams)})",
            "Choose the video itself, not its sound track.",
        )
    best = container.streams.best("video")
    stream = next((stream for stream in moving if stream is best), moving[0])
    if stream.codec_context is None:
        raise UnreadableVideo(
            f"{name}: expected a codec such as H.264 or HEVC, found one that is not known",
            "Convert it to mp4 with H.264.",
        )
    check_size(stream.width, stream.height, name, limits)
    stream.codec_context.options = {"max_pixels": str(2 * limits.pixels)}
    return stream


def check_size(width_px: int, height_px: int, name: str, limits: VideoLimits) -> None:
    """Raise `TooLarge` for pictures beyond the limits."""
    if max(width_px, height_px) > limits.long_side_px or width_px * height_px > limits.pixels:
        raise TooLarge(
            f"{name}: expected pictures of at most {limits.long_side_px} px on the long side and "
            f"{limits.pixels} px in all, found {width_px} x {height_px}",
            "Export the clip at 1080p, which is enough.",
        )


def check_length(frames: int, duration_s: float, name: str, limits: VideoLimits) -> None:
    """Raise `TooLarge` for more frames or seconds than the limits allow."""
    if frames > limits.frames or duration_s > limits.duration_s:
        raise TooLarge(
            f"{name}: expected at most {limits.duration_s:g} s and {limits.frames} frames, "
            f"found {duration_s:.1f} s or more and {frames} frames or more",
            "Trim the clip to the set.",
        )


def square_size_px(picture: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height of a picture once its pixels are square, before it is turned upright."""
    aspect = float(stream.sample_aspect_ratio or 1)
    if abs(aspect - 1) < SQUARE_PIXEL_TOLERANCE:
        aspect = 1.0
    return max(1, round(picture.width * aspect)), picture.height
