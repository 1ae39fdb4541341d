"""Encodes small odd clips for the tests; every picture tells its index and which way is up."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 30), (30, 30, 220)
STEP = 7
"""Gray levels from one index to the next."""


def picture(index: int, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    """Red top left, green top right, blue bottom left, and a gray that counts bottom right."""
    width, height = size
    image = np.empty((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    image[:top, :left], image[:top, left:], image[top:, :left] = RED, GREEN, BLUE
    image[top:, left:] = 16 + STEP * index % 224
    return image


def corners(image: NDArray[np.uint8]) -> str:
    """Name the corners of a picture, clockwise from the top left: r, g, b or k for the gray."""
    height, width, _ = image.shape
    spots = [
        image[y, x].astype(int)
        for y, x in (
            (height // 4, width // 4),
            (height // 4, 3 * width // 4),
            (3 * height // 4, 3 * width // 4),
            (3 * height // 4, width // 4),
        )
    ]
    return "".join("k" if np.ptp(spot) < 40 else "rgb"[np.argmax(spot)] for spot in spots)


def index_of(image: NDArray[np.uint8]) -> int:
    """Read the index back from an upright picture; good to 31."""
    height, width, _ = image.shape
    gray = image[5 * height // 8 : 7 * height // 8, 5 * width // 8 : 7 * width // 8].mean()
    return round((float(gray) - 16) / STEP)


def even_times(count: int = 20, fps: float = 30.0) -> list[float]:
    """Times of a steady clip."""
    return [index / fps for index in range(count)]


def encode(
    path: Path,
    times_s: Iterable[float] | None = None,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (64, 48),
    pix_fmt: str = "yuv420p",
    ticks_per_s: int = 90_000,
    turn_deg: int | None = None,
    mirrored: bool = False,
    aspect: Fraction | None = None,
    tags: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
    sound: bool = False,
    change: Callable[[int, av.Packet], None] | None = None,
    images: Sequence[NDArray[np.uint8]] | None = None,
) -> Path:
    """Write a clip; `turn_deg` counter-clockwise for display, `change` edits packets by index."""
    times_s = even_times() if times_s is None else list(times_s)
    base = Fraction(1, ticks_per_s)
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    with av.open(f"file:{path}", "w", options=muxer or {}) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=30, options={**quiet, **(options or {})})
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        stream.codec_context.time_base = base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if turn_deg is not None or mirrored:
            stream.set_display_rotation(turn_deg or 0, hflip=mirrored)
        silence = container.add_stream("aac", rate=8000) if sound else None
        packets = []
        for index, time_s in enumerate(times_s):
            image = picture(index, size) if images is None else images[index]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = round(time_s / base), base
            packets += stream.encode(frame)
        packets += stream.encode(None)
        for index, packet in enumerate(packets):
            if change is not None:
                change(index, packet)
            container.mux(packet)
        if silence is not None:
            container.mux(_hush(silence))
    return path


def encode_sound(path: Path) -> Path:
    """Write a file with a second of silence and no picture."""
    with av.open(str(path), "w") as container:
        container.mux(_hush(container.add_stream("aac", rate=8000)))
    return path


def has_codec(name: str) -> bool:
    """Whether this build of libav can encode with it."""
    try:
        av.Codec(name, "w")
    except av.error.FFmpegError:
        return False
    return True


def _hush(stream: av.AudioStream) -> list[av.Packet]:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 8000
    return [*stream.encode(frame), *stream.encode(None)]
