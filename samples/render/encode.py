"""Writes pictures as an H.264 clip, with the grain of a phone's sensor."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
from numpy.typing import NDArray

CRF = 22
"""x264's constant quality: 18 looks lossless, 28 small."""

_GRAIN = 1.6


def add_grain(picture: NDArray[np.floating[Any]], rng: np.random.Generator) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 picture with gray noise of about 1.6 of 255, as of a phone indoors."""
    noise = rng.normal(0.0, _GRAIN, picture.shape[:2])[..., None]
    return np.clip(picture + noise + 0.5, 0, 255).astype(np.uint8)


class ClipWriter:
    """An MP4 file, H.264 and yuv420p at a constant rate; a context manager.

    Parameters
    ----------
    path
        The file to write.
    fps
        Pictures a second.
    size_px
        Width and height, both even.
    """

    def __init__(self, path: Path, fps: int, size_px: tuple[int, int]) -> None:
        self._container = av.open(str(path), "w", options={"movflags": "+faststart"})
        self._stream = self._container.add_stream("libx264", rate=fps)
        self._stream.width, self._stream.height = size_px
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": str(CRF), "preset": "slow"}

    def __enter__(self) -> Self:
        return self

    def write(self, picture: NDArray[np.uint8]) -> None:
        """Append an (H, W, 3) RGB picture."""
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
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
