"""Folders of images: natural order, stated or assumed times, damaged and odd images."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from clips import corners, index_of, picture

from formcheck.errors import NoTimestamps, TooLarge, TooShort, UnreadableVideo
from formcheck.settings import VideoLimits
from formcheck.video import FrameFolder

LIMITS = VideoLimits()


def fill(folder: Path, names: list[str], size: tuple[int, int] = (64, 48)) -> Path:
    """Write pictures that count, under these names."""
    for index, name in enumerate(names):
        assert cv2.imwrite(str(folder / name), picture(index, size)[..., ::-1])
    return folder


@pytest.mark.parametrize("suffix", ["jpg", "png", "bmp", "webp", "tif", "JPEG"])
def test_image_formats(tmp_path: Path, suffix: str) -> None:
    source = FrameFolder(fill(tmp_path, [f"{n}.{suffix}" for n in range(3)]), limits=LIMITS)
    frames = list(source)
    assert [index_of(frame.image) for frame in frames] == [0, 1, 2]
    assert corners(frames[0].image) == "rgkb"
    assert (source.info.codec, source.info.container) == (suffix.lower(), "images")


@pytest.mark.parametrize(("orientation", "expected"), [(1, "rgkb"), (3, "kbrg"), (6, "brgk"), (8, "gkbr")])
def test_photos_become_upright(tmp_path: Path, orientation: int, expected: str) -> None:
    fill(tmp_path, ["1.jpg"])
    data = (tmp_path / "1.jpg").read_bytes()
    # One Exif entry: tag 0x112, a short, one value (Exif 2.32, 4.6.4).
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x112, 3, 1, orientation, 0, 0)
    exif = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (tmp_path / "1.jpg").write_bytes(data[:2] + segment + data[2:])
    source = FrameFolder(tmp_path, limits=LIMITS)
    image = next(iter(source)).image
    assert corners(image) == expected
    assert image.shape == (source.info.height_px, source.info.width_px, 3)


def test_natural_order_and_assumed_rate(tmp_path: Path) -> None:
    names = ["f1.png", "f2.png", "f9.png", "F10.png", "f11.png", "f100.png"]
    source = FrameFolder(fill(tmp_path, names), limits=LIMITS, fps=25)
    frames = list(source)
    assert [index_of(frame.image) for frame in frames] == list(range(6))
    assert [frame.time_s for frame in frames] == pytest.approx([n / 25 for n in range(6)])
    assert source.info.mean_fps == pytest.approx(25)
    assert source.info.duration_s == pytest.approx(6 / 25)
    assert (source.info.frames, source.info.variable_rate) == (6, False)
    assert source.decoded.frames == 6
    assert "25 frames per second are taken for granted" in source.decoded.warnings[0]


def test_stated_times(tmp_path: Path) -> None:
    fill(tmp_path, ["1.png", "2.png", "3.png"])
    (tmp_path / "times.txt").write_text("10.0\n10.1\n10.5\n")
    source = FrameFolder(tmp_path, limits=LIMITS)
    assert [frame.time_s for frame in source] == pytest.approx([0, 0.1, 0.5])
    assert source.info.variable_rate
    assert source.decoded.warnings == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0\n0.1\n", "3 times"),
        ("0\n0.1\n0.1\n", "rising"),
        ("0\nhalf\n1\n", "number"),
        ("0\nnan\n1\n", "3 times"),
        ("", "3 times"),
    ],
)
def test_bad_times(tmp_path: Path, text: str, word: str) -> None:
    fill(tmp_path, ["1.png", "2.png", "3.png"])
    (tmp_path / "times.txt").write_text(text)
    with pytest.raises(NoTimestamps, match=word) as caught:
        FrameFolder(tmp_path, limits=LIMITS)
    assert caught.value.hint


def test_iterating_again_starts_again(tmp_path: Path) -> None:
    source = FrameFolder(fill(tmp_path, ["1.png", "2.png"]), limits=LIMITS)
    assert [frame.index for frame in source] == [frame.index for frame in source] == [0, 1]


def test_other_files_are_ignored(tmp_path: Path) -> None:
    fill(tmp_path, ["1.png"])
    (tmp_path / "._1.png").write_bytes(b"x")
    (tmp_path / "notes.md").write_text("x")
    assert FrameFolder(tmp_path, limits=LIMITS).info.frames == 1


def test_the_hash_follows_names_bytes_and_times(tmp_path: Path) -> None:
    fill(tmp_path, ["1.png", "2.png"])
    hashes = [FrameFolder(tmp_path, limits=LIMITS).info.sha256]
    (tmp_path / "2.png").rename(tmp_path / "3.png")
    hashes.append(FrameFolder(tmp_path, limits=LIMITS).info.sha256)
    (tmp_path / "times.txt").write_text("0 1")
    hashes.append(FrameFolder(tmp_path, limits=LIMITS).info.sha256)
    assert len(set(hashes)) == 3


def test_a_damaged_image_is_skipped_and_told(tmp_path: Path) -> None:
    fill(tmp_path, ["1.png", "2.png", "3.png", "4.png"])
    (tmp_path / "2.png").write_bytes(b"no image")
    (tmp_path / "3.png").write_bytes((tmp_path / "4.png").read_bytes()[:60])
    source = FrameFolder(tmp_path, limits=LIMITS, fps=10)
    frames = list(source)
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 0.3])
    assert [frame.index for frame in frames] == [0, 1]
    assert "2 damaged images were skipped, first 2.png" in source.decoded.warnings


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableVideo, match="found none"):
        FrameFolder(tmp_path / "none", limits=LIMITS)


def test_no_images(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(TooShort, match="expected images") as caught:
        FrameFolder(tmp_path, limits=LIMITS)
    assert caught.value.hint


def test_a_damaged_first_image(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"no image")
    with pytest.raises(UnreadableVideo, match=r"1\.png"):
        FrameFolder(tmp_path, limits=LIMITS)


def test_an_image_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnreadableVideo, match="Permission denied"):
        FrameFolder(fill(tmp_path, ["1.png"]), limits=LIMITS)


def test_sizes_must_agree(tmp_path: Path) -> None:
    fill(tmp_path, ["1.png"])
    cv2.imwrite(str(tmp_path / "2.png"), np.zeros((50, 64, 3), np.uint8))
    with pytest.raises(UnreadableVideo, match=r"2\.png: .* 64 x 48 .* 64 x 50"):
        list(FrameFolder(tmp_path, limits=LIMITS))


@pytest.mark.parametrize(
    "limits",
    [{"long_side_px": 63}, {"pixels": 3071}, {"frames": 2}, {"duration_s": 0.09}],
)
def test_beyond_a_limit(tmp_path: Path, limits: dict[str, float]) -> None:
    fill(tmp_path, ["1.png", "2.png", "3.png"])
    with pytest.raises(TooLarge):
        FrameFolder(tmp_path, limits=VideoLimits(**limits))


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_a_rate_must_be_positive(tmp_path: Path, fps: float) -> None:
    with pytest.raises(ValueError, match="fps"):
        FrameFolder(fill(tmp_path, ["1.png"]), limits=LIMITS, fps=fps)
