"""Writes pictures as an H.264 clip, with the grain of a phone's sensor."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from numpy.typing import NDArray

CRF = 22
"""x264's constant quality: 18 looks lossless, 28 small."""

TICK = Fraction(1, 90_000)
"""Unit of the time stamps of a clip whose rate varies."""

GRAIN = 1.6
"""Noise of a phone's sensor indoors, of 255."""


def add_grain(
    picture: NDArray[np.floating[Any]], rng: np.random.Generator, strength: float = GRAIN
) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 picture with gray noise of a standard deviation of `strength` of 255."""
    noise = rng.normal(0.0, strength, picture.shape[:2])[..., None]
    return np.clip(picture + noise + 0.5, 0, 255).astype(np.uint8)


class ClipWriter:
    """An MP4 file, H.264 and yuv420p; a context manager.

    Parameters
    ----------
    path
        The file to write.
    fps
        Pictures a second; the usual ones where the rate varies.
    size_px
        Width and height, both even.
    crf
        x264's constant quality.
    varying_rate
        Whether each picture comes with its own time.
    """

    def __init__(
        self, path: Path, fps: int, size_px: tuple[int, int], crf: int = CRF, varying_rate: bool = False
    ) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._stream = self._container.add_stream("libx264", rate=fps)
        self._stream.width, self._stream.height = size_px
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": str(crf), "preset": "slow"}
        self._varying_rate = varying_rate
        if varying_rate:
            self._stream.codec_context.time_base = TICK

    def __enter__(self) -> Self:
        return self

    def write(self, picture: NDArray[np.uint8], time_s: float) -> None:
        """Append an (H, W, 3) RGB picture; at a constant rate its time follows from its number."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        if self._varying_rate:
            frame.pts, frame.time_base = round(time_s / TICK), TICK
        self._container.mux(self._stream.encode(frame))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._container.mux(self._stream.encode())
        self._container.close()
