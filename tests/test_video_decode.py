"""Containers, codecs, pixel formats and orientations: what comes out is RGB, square and upright."""

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from clips import corners, encode, even_times, has_codec, index_of

from formcheck.settings import VideoLimits
from formcheck.video import Frame, VideoFile

LIMITS = VideoLimits()


def read(path: Path) -> tuple[VideoFile, list[Frame]]:
    video = VideoFile(path, limits=LIMITS, threads=1)
    return video, list(video)


# --- containers, codecs, pixel formats


@pytest.mark.parametrize(
    ("name", "codec", "ticks_per_s"),
    [
        ("a.mp4", "libx264", 90_000),
        ("a.mov", "libx264", 600),
        ("a.mkv", "libx264", 1_000),
        ("a.avi", "libx264", 30),
        ("b.avi", "mpeg4", 30),
        ("a.webm", "libvpx-vp9", 1_000),
        ("b.webm", "libvpx", 1_000),
        ("hevc.mp4", "libx265", 90_000),
        ("hevc.mov", "libx265", 600),
        ("hevc.mkv", "libx265", 1_000),
    ],
)
def test_containers_and_codecs(tmp_path: Path, name: str, codec: str, ticks_per_s: int) -> None:
    if not has_codec(codec):
        pytest.skip(f"this build of libav cannot encode with {codec}")
    quality = {"qscale": "2"} if codec == "mpeg4" else {}
    path = encode(tmp_path / name, codec=codec, ticks_per_s=ticks_per_s, options=quality)
    video, frames = read(path)
    found = [index_of(frame.image) for frame in frames]
    assert len(found) == 20
    assert np.abs(np.subtract(found, range(20))).max() <= (codec == "mpeg4")
    # The coarsest clock here has ticks of 1 ms.
    assert [frame.time_s for frame in frames] == pytest.approx(even_times(), abs=0.001)
    assert not video.info.variable_rate
    assert video.info.duration_s == pytest.approx(20 / 30, abs=0.002)
    assert video.decoded.warnings == ()


@pytest.mark.parametrize(
    ("codec", "pix_fmt"),
    [("libx264", "yuv420p10le"), ("libx265", "yuv420p10le"), ("libx264", "yuv444p")],
)
def test_deep_and_dense_pixels(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    if not has_codec(codec):
        pytest.skip(f"this build of libav cannot encode with {codec}")
    _, frames = read(encode(tmp_path / "deep.mov", codec=codec, pix_fmt=pix_fmt))
    assert [index_of(frame.image) for frame in frames] == list(range(20))
    assert frames[0].image.dtype == np.uint8


@pytest.mark.parametrize("size", [(65, 49), (64, 49), (65, 48), (16, 16), (478, 850)])
def test_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    path = encode(tmp_path / "size.mp4", even_times(3), size=size, pix_fmt="yuv444p")
    video, frames = read(path)
    assert (video.info.width_px, video.info.height_px) == size
    assert frames[0].image.shape == (size[1], size[0], 3)
    assert corners(frames[0].image) == "rgkb"


def test_oblong_pixels_become_square(tmp_path: Path) -> None:
    video, frames = read(encode(tmp_path / "wide.mp4", aspect=Fraction(3, 2), turn_deg=90))
    assert (video.info.width_px, video.info.height_px) == (48, 96)
    assert frames[0].image.shape == (96, 48, 3)


def test_a_fragmented_file(tmp_path: Path) -> None:
    muxer = {"movflags": "frag_keyframe+empty_moov"}
    video, frames = read(encode(tmp_path / "f.mp4", muxer=muxer))
    assert [index_of(frame.image) for frame in frames] == list(range(20))
    assert video.decoded.warnings == ()


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_sound_that_outlasts_the_picture_is_no_damage(tmp_path: Path, suffix: str) -> None:
    video, frames = read(encode(tmp_path / f"loud.{suffix}", sound=True))
    assert [index_of(frame.image) for frame in frames] == list(range(20))
    assert video.info.duration_s == pytest.approx(20 / 30, abs=0.002)
    assert video.decoded.warnings == ()


def test_a_browser_recording_states_no_duration(tmp_path: Path) -> None:
    path = encode(tmp_path / "live.webm", codec="libvpx", muxer={"live": "1"}, ticks_per_s=1000)
    video, _ = read(path)
    assert video.decoded.expected_s is None
    assert video.decoded.warnings == ()
    assert video.info.duration_s == pytest.approx(20 / 30, abs=0.002)


# --- upright


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize(
    ("turn_deg", "rotation_deg", "expected"),
    [(0, 0, "rgkb"), (90, 270, "gkbr"), (180, 180, "kbrg"), (270, 90, "brgk")],
)
def test_turned_pictures_become_upright(
    tmp_path: Path, suffix: str, turn_deg: int, rotation_deg: int, expected: str
) -> None:
    video, frames = read(encode(tmp_path / f"turned.{suffix}", turn_deg=turn_deg))
    shape = (48, 64) if turn_deg % 180 == 0 else (64, 48)
    assert corners(frames[0].image) == expected
    assert video.info.rotation_deg == rotation_deg
    assert (video.info.height_px, video.info.width_px) == shape
    assert {frame.image.shape for frame in frames} == {(*shape, 3)}


def test_a_portrait_phone_matrix_turns_clockwise(tmp_path: Path) -> None:
    # The track header as phones write it in portrait: x' = -y + height, y' = x.
    path = encode(tmp_path / "portrait.mp4")
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40
    matrix = (0, 1 << 16, 0, -(1 << 16), 0, 0, 48 << 16, 0, 1 << 30)
    data[start : start + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
    video, frames = read(path)
    assert video.info.rotation_deg == 90
    assert corners(frames[0].image) == "brgk"


@pytest.mark.parametrize(("turn_deg", "expected"), [(0, "grbk"), (90, "kgrb"), (270, "rbkg")])
def test_mirrored_pictures_become_upright(tmp_path: Path, turn_deg: int, expected: str) -> None:
    _, frames = read(encode(tmp_path / "front.mp4", turn_deg=turn_deg, mirrored=True))
    assert corners(frames[0].image) == expected
