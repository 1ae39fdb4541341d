"""What is cut out of a decoded picture without converting all of it: the same as from libav's own RGB."""

from collections.abc import Iterator
from math import radians
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.pose.region import Region
from formcheck.settings import VideoLimits
from formcheck.video import Frame, VideoFile
from formcheck.video.orientation import Orientation
from formcheck.video.picture import DecodedPicture, RgbPicture, shrink

Array = NDArray[np.uint8]

BT601, BT709, BT2020, UNSTATED = 5, 1, 9, 2
LIMITED, FULL = 1, 2
STORED_UPRIGHT = Orientation(0, mirrored=False)
ORIENTATIONS = [Orientation(turns, mirrored) for turns in range(4) for mirrored in (False, True)]
SAMPLE = Path(__file__).parents[1] / "samples" / "deadlift_side.mp4"


def colors(width: int = 160, height: int = 120) -> Array:
    """Soft blobs of all colors."""
    noise = np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), 8)
    return np.asarray(cv2.normalize(soft, None, 0, 255, cv2.NORM_MINMAX), dtype=np.uint8)


def decoded(
    image: Array,
    pix_fmt: str = "yuv420p",
    space: int = BT709,
    color_range: int = LIMITED,
    orientation: Orientation = STORED_UPRIGHT,
    stored_px: tuple[int, int] | None = None,
) -> DecodedPicture:
    frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pix_fmt)
    frame.colorspace, frame.color_range = space, color_range
    return DecodedPicture(frame, stored_px or (image.shape[1], image.shape[0]), orientation)


def apart(one: Array, other: Array) -> tuple[float, float]:
    """Mean and 99th percentile of the difference in grey levels."""
    off = np.abs(one.astype(int) - other.astype(int))
    return float(off.mean()), float(np.percentile(off, 99))


@pytest.mark.parametrize("space", [BT601, BT709, BT2020, UNSTATED])
@pytest.mark.parametrize("color_range", [LIMITED, FULL])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuvj420p", "yuv444p", "nv12", "yuv420p10le"])
def test_a_square_has_the_colors_that_libav_gives(space: int, color_range: int, pix_fmt: str) -> None:
    picture = decoded(colors(), pix_fmt, space, color_range)
    region = Region(80.0, 60.0, 90.0, radians(20))
    whole = RgbPicture(picture.image.copy())
    mean, most = apart(region.crop(picture, 64, replicate=True), region.crop(whole, 64, replicate=True))
    assert mean < 2
    assert most <= 6


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=str)
@pytest.mark.parametrize("region", [Region(60.0, 70.0, 50.0, 0.4), Region(5.0, 110.0, 90.0, -2.0)], ids=str)
def test_squares_of_turned_and_mirrored_pictures(orientation: Orientation, region: Region) -> None:
    picture = decoded(colors(), orientation=orientation)
    whole = RgbPicture(picture.image.copy())
    assert picture.size_px == whole.size_px
    mean, most = apart(region.crop(picture, 64, replicate=True), region.crop(whole, 64, replicate=True))
    assert mean < 2
    assert most <= 6


@pytest.mark.parametrize("color_range", [LIMITED, FULL])
def test_outside_of_a_decoded_picture_is_black(color_range: int) -> None:
    picture = decoded(np.full((100, 100, 3), 200, np.uint8), color_range=color_range)
    cut = Region(0.0, 0.0, 100.0).crop(picture, 64, replicate=False)
    assert (cut[:31, :31] == 0).all()


@pytest.mark.parametrize("size", [(161, 121), (160, 121), (161, 120)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    picture = decoded(colors(*size))
    whole = RgbPicture(picture.image.copy())
    region = Region(150.0, 110.0, 40.0)
    mean, _ = apart(region.crop(picture, 64, replicate=True), region.crop(whole, 64, replicate=True))
    # libav spreads the color differences in another way where a side is odd.
    assert mean < 3


def test_pixels_that_are_not_square() -> None:
    picture = decoded(colors(), stored_px=(240, 120), orientation=Orientation(1, mirrored=False))
    whole = RgbPicture(picture.image.copy())
    assert picture.size_px == (120, 240) == picture.luma.shape[::-1]
    region = Region(60.0, 100.0, 80.0, 0.3)
    mean, _ = apart(region.crop(picture, 64, replicate=True), region.crop(whole, 64, replicate=True))
    assert mean < 3


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=str)
@pytest.mark.parametrize("color_range", [LIMITED, FULL])
def test_brightness_is_that_of_the_picture(orientation: Orientation, color_range: int) -> None:
    picture = decoded(colors(), space=BT601, color_range=color_range, orientation=orientation)
    gray = RgbPicture(picture.image.copy())
    for zoom in (1.0, 0.7, 0.3):
        small = picture.shrunk(zoom)
        assert small.flags.c_contiguous
        mean, most = apart(small, gray.shrunk(zoom))
        assert mean < 1.5
        assert most <= 4
    levels = picture.luma.astype(float)
    stretched = levels if color_range == FULL else (levels - 16) * 255 / 219
    assert np.abs(stretched - gray.luma).mean() < 1.5


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=str)
def test_colors_are_those_of_the_picture_at_half_its_size(orientation: Orientation) -> None:
    picture = decoded(colors(), space=BT601, color_range=FULL, orientation=orientation)
    whole = RgbPicture(picture.image.copy())
    for zoom in (1.0, 0.7, 0.3):
        tint, small = picture.tint(zoom), picture.shrunk(zoom)
        assert tint.flags.c_contiguous
        assert tint.shape == ((small.shape[0] + 1) // 2, (small.shape[1] + 1) // 2, 2)
        mean, most = apart(tint, whole.tint(zoom))
        assert mean < 2
        assert most <= 12


def test_blue_and_red_are_told_apart_and_grey_is_128() -> None:
    patches = np.zeros((64, 96, 3), np.uint8)
    patches[:, :32], patches[:, 32:64], patches[:, 64:] = (0, 0, 255), (255, 0, 0), 90
    # Cb and Cr of ITU-R BT.601, of 0 to 255 and of 16 to 240
    full = [[255, 107], [85, 255], [128, 128]]
    limited = [[240, 110], [90, 240], [128, 128]]
    stored = decoded(patches, space=BT601, color_range=LIMITED)
    for picture, expected in ((RgbPicture(patches.copy()), full), (stored, limited)):
        tint = picture.tint(1.0)[16, [8, 24, 40]]
        np.testing.assert_allclose(tint.astype(float), expected, atol=2)


@pytest.mark.parametrize("zoom", [1.0, 0.9, 0.5625, 0.5, 0.375, 0.25, 0.1])
def test_shrinking_keeps_places(zoom: float) -> None:
    """A soft spot stays where it is, to a twentieth of a small pixel; pixels are squares, not points."""
    rows, columns = np.mgrid[:720, :1280]
    spot = 255 * np.exp(-((columns - 700.3) ** 2 + (rows - 301.7) ** 2) / (2 * 30.0**2))
    small = shrink(spot.astype(np.uint8), zoom).astype(float)
    assert small.shape == (round(720 * zoom), round(1280 * zoom))
    y, x = (np.arange(side) for side in small.shape)
    found = small.sum(0) @ x / small.sum(), small.sum(1) @ y / small.sum()
    assert (found[0] + 0.5) / zoom - 0.5 == pytest.approx(700.3, abs=0.05 / zoom)
    assert (found[1] + 0.5) / zoom - 0.5 == pytest.approx(301.7, abs=0.05 / zoom)


def frames() -> Iterator[Frame]:
    return iter(VideoFile(SAMPLE, limits=VideoLimits(), threads=1))


def test_the_whole_picture_is_converted_once_and_only_when_asked_for() -> None:
    frame = next(frames())
    Region(100.0, 100.0, 50.0).crop(frame.picture, 64, replicate=True)
    frame.picture.shrunk(0.5)
    assert "image" not in vars(frame.picture)
    assert frame.image is frame.image
    assert not frame.image.flags.writeable


def test_brightness_is_a_view_of_what_was_decoded() -> None:
    picture = next(frames()).picture
    assert np.shares_memory(picture.luma, picture.luma)
