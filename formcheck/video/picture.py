"""A picture's pixels, as RGB or as the decoder's own planes, and what is cut out of them.

Nobody needs all of a video's pixels in color: what moves is followed on its brightness, and the networks see
small squares of it. So a decoded picture stays as the decoder left it, and only what is asked for is
converted, turned upright and made square.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane

    from formcheck.video.orientation import Orientation

Image = NDArray[np.uint8]

LUMA_WEIGHTS = {1: (0.2126, 0.0722), 7: (0.212, 0.087), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
"""Weights of red and blue in the brightness, by the number of the color matrix (ITU-T H.273, table 4)."""

_USUAL_WEIGHTS = (0.299, 0.114)
"""Of ITU-R BT.601, which libav takes where no matrix is stated."""

_FULL_RANGE = 2
"""libav's number for 8-bit levels of 0 to 255; the usual ones are 16 to 235."""

_LEVELS = np.clip((np.arange(256) - 16) * (255 / 219) + 0.5, 0, 255).astype(np.uint8)

_PLANAR = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p")
"""Formats whose planes are read as they are; others are first converted by libav."""


class Picture(Protocol):
    """One upright picture; its pixels are read-only."""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        ...

    @property
    def image(self) -> Image:
        """The whole picture, uint8 (H, W, 3) RGB, contiguous."""
        ...

    @property
    def luma(self) -> Image:
        """Its brightness, uint8 (H, W), in the levels that it is stored in, strided as it may be."""
        ...

    def shrunk(self, zoom: float) -> Image:
        """Its brightness at a zoom of at most 1, from 0 to 255, contiguous."""
        ...

    def tint(self, zoom: float) -> Image:
        """Its color differences Cb and Cr, uint8 (H/2, W/2, 2) of what `shrunk` gives, rounded up.

        128 is grey; in the levels that they are stored in, contiguous.
        """
        ...

    def warped(self, from_target: NDArray[np.float64], side: int, *, replicate: bool) -> Image:
        """Cut a square out, bilinear.

        Parameters
        ----------
        from_target
            (2, 3) affine map from pixels of the square to pixels of the picture.
        side
            Pixels of the square.
        replicate
            Whether the edge's color is outside of the picture; else black is.

        Returns
        -------
        uint8 (side, side, 3) RGB.
        """
        ...


class RgbPicture:
    """A picture that is there in RGB.

    Parameters
    ----------
    image
        uint8 (H, W, 3), upright, contiguous; made read-only.

    Raises
    ------
    ValueError
        Another shape, type or memory layout.
    """

    def __init__(self, image: Image) -> None:
        check_image(image)
        if not image.flags.c_contiguous:
            raise ValueError("image: expected contiguous memory, got a strided view")
        image.flags.writeable = False
        self.image = image

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.image.shape[:2]
        return width, height

    @cached_property
    def luma(self) -> Image:
        """Its brightness; see `Picture`."""
        import cv2

        return np.asarray(cv2.cvtColor(self.image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)

    def shrunk(self, zoom: float) -> Image:
        """Its brightness, smaller; see `Picture`."""
        return shrink(self.luma, zoom)

    def tint(self, zoom: float) -> Image:
        """Its color differences, smaller; see `Picture`."""
        import cv2

        colors = np.asarray(cv2.cvtColor(self.image, cv2.COLOR_RGB2YCrCb), dtype=np.uint8)
        return _merged([resized(colors[:, :, of], _half(self.luma, zoom)) for of in (2, 1)])

    def warped(self, from_target: NDArray[np.float64], side: int, *, replicate: bool) -> Image:
        """Cut a square out; see `Picture`."""
        return _warp(self.image, from_target, side, None if replicate else (0, 0, 0))


class DecodedPicture:
    """A picture as the decoder left it.

    Parameters
    ----------
    frame
        PyAV's picture; held as long as this one.
    stored_px
        Width and height once its pixels are square, before it is turned.
    orientation
        How it becomes upright.
    """

    def __init__(self, frame: VideoFrame, stored_px: tuple[int, int], orientation: Orientation) -> None:
        self._frame = frame
        self._stored_px = stored_px
        self._orientation = orientation
        self._halves: list[Image] = []

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height, upright."""
        width, height = self._stored_px
        return (height, width) if self._orientation.turns % 2 else (width, height)

    @cached_property
    def image(self) -> Image:
        """The whole picture in RGB; converted when first asked for."""
        width, height = self._stored_px
        pixels = np.asarray(self._frame.to_ndarray(format="rgb24", width=width, height=height), np.uint8)
        image = np.ascontiguousarray(self._orientation.upright(pixels))
        image.flags.writeable = False
        return image

    @cached_property
    def _planes(self) -> _Planes:
        return _Planes.of(self._frame, self._stored_px)

    @property
    def luma(self) -> Image:
        """Its brightness; see `Picture`."""
        return self._orientation.upright(self._planes.y)

    def shrunk(self, zoom: float) -> Image:
        """Its brightness, smaller; see `Picture`."""
        small = shrink(self._planes.y, zoom, self._halves)
        if not self._planes.full_range:
            small = _stretched(small)
        return np.ascontiguousarray(self._orientation.upright(small))

    def tint(self, zoom: float) -> Image:
        """Its color differences, smaller; see `Picture`."""
        planes = self._planes
        small = _merged([resized(color, _half(planes.y, zoom)) for color in (planes.u, planes.v)])
        return np.ascontiguousarray(self._orientation.upright(small))

    def warped(self, from_target: NDArray[np.float64], side: int, *, replicate: bool) -> Image:
        """Cut a square out; see `Picture`."""
        whole = np.vstack([from_target, [0.0, 0.0, 1.0]])
        stored = (self._orientation.to_stored(*self._stored_px) @ whole)[:2]
        return self._planes.warped(stored, side, replicate=replicate)


@dataclass(frozen=True, slots=True, eq=False)
class _Planes:
    """Brightness and the two color differences of a stored picture, each uint8 (H, W)."""

    y: Image
    u: Image
    v: Image
    full_range: bool
    to_rgb: NDArray[np.float64]

    @classmethod
    def of(cls, frame: VideoFrame, size_px: tuple[int, int]) -> _Planes:
        if frame.format.name not in _PLANAR or (frame.width, frame.height) != size_px:
            frame = frame.reformat(width=size_px[0], height=size_px[1], format="yuv420p")
        y, u, v = (_pixels(plane) for plane in frame.planes)
        full_range = frame.color_range == _FULL_RANGE or frame.format.name.startswith("yuvj")
        weights = LUMA_WEIGHTS.get(frame.colorspace, _USUAL_WEIGHTS)
        return cls(y, u, v, full_range, _rgb_matrix(*weights, full_range=full_range))

    def warped(self, from_target: NDArray[np.float64], side: int, *, replicate: bool) -> Image:
        """RGB of a square; `from_target` maps to pixels of `y`."""
        import cv2

        across, down = (round(a / b) for a, b in zip(self.y.shape[::-1], self.u.shape[::-1], strict=True))
        coarse = np.diag([1 / across, 1 / down]) @ from_target
        coarse[:, 2] += 0.5 / across - 0.5, 0.5 / down - 0.5
        black = 0 if self.full_range else 16
        cut = [
            _warp(plane, matrix, side, None if replicate else (outside,))
            for plane, matrix, outside in (
                (self.y, from_target, black), (self.u, coarse, 128), (self.v, coarse, 128),
            )
        ]  # fmt: skip
        return np.asarray(cv2.transform(cv2.merge(cut), self.to_rgb), dtype=np.uint8)


def _pixels(plane: VideoPlane) -> Image:
    """(H, W) of a plane without its padding; a view."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _rgb_matrix(red: float, blue: float, *, full_range: bool) -> NDArray[np.float64]:
    """(3, 4) from (y, u, v, 1) of 0 to 255 to RGB, by the weights of red and blue (ITU-R BT.601, BT.709)."""
    green = 1 - red - blue
    rows = np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ]
    )
    if not full_range:
        rows *= np.array([255 / 219, 255 / 224, 255 / 224])
    zero = np.array([0 if full_range else 16, 128, 128])
    return np.column_stack([rows, -rows @ zero])


def shrink(luma: Image, zoom: float, halves: list[Image] | None = None) -> Image:
    """(H, W) brightness at a zoom of at most 1; the sizes are those of the zoomed picture, rounded.

    `halves` keeps what was halved on the way, for the next time.
    """
    return resized(luma, _zoomed(luma, zoom), halves)


def resized(pixels: Image, size_px: tuple[int, int], halves: list[Image] | None = None) -> Image:
    """Pixels at a (width, height) not above theirs: halved as often as can be, the rest bilinear."""
    import cv2

    halves = [] if halves is None else halves
    count = 0
    while pixels.shape[1] >= 2 * size_px[0] and pixels.shape[0] >= 2 * size_px[1]:
        if count == len(halves):
            half = pixels.shape[1] // 2, pixels.shape[0] // 2
            even = pixels[: 2 * half[1], : 2 * half[0]]
            halves.append(np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        pixels = halves[count]
        count += 1
    if pixels.shape[::-1] != size_px:
        pixels = np.asarray(cv2.resize(pixels, size_px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    return pixels


def _zoomed(luma: Image, zoom: float) -> tuple[int, int]:
    """(width, height) of a brightness at a zoom."""
    height, width = luma.shape
    return max(round(width * zoom), 1), max(round(height * zoom), 1)


def _half(luma: Image, zoom: float) -> tuple[int, int]:
    """(width, height) of the colors beside a brightness at a zoom."""
    width, height = _zoomed(luma, zoom)
    return (width + 1) // 2, (height + 1) // 2


def _merged(colors: list[Image]) -> Image:
    import cv2

    return np.asarray(cv2.merge(colors), dtype=np.uint8)


def _stretched(luma: Image) -> Image:
    """Levels of 16 to 235 as 0 to 255."""
    import cv2

    return np.asarray(cv2.LUT(luma, _LEVELS), dtype=np.uint8)


def _warp(
    pixels: Image, from_target: NDArray[np.float64], side: int, outside: tuple[int, ...] | None
) -> Image:
    import cv2

    cut = cv2.warpAffine(
        pixels,
        from_target,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT,
        borderValue=outside or (),
    )
    return np.asarray(cut, dtype=np.uint8)


def check_image(image: Image) -> None:
    """Refuse what is not a uint8 (H, W, 3) picture with a `ValueError`."""
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape or image.dtype != np.uint8:
        raise ValueError(f"image: expected uint8 (H, W, 3), got {image.dtype} {tuple(image.shape)}")
