"""Clips that are written: true times, even sizes, what browsers play, no leftovers."""

from pathlib import Path

import av
import numpy as np
import pytest
from clips import corners, even_times, index_of, picture

from formcheck.errors import OutputError
from formcheck.settings import VideoLimits
from formcheck.video import ClipWriter, VideoFile

LIMITS = VideoLimits()
UNEVEN = [0.0, 0.0334, 0.05, 0.2, 0.21, 0.3, 1.0]


def write(path: Path, times_s: list[float], size: tuple[int, int] = (64, 48)) -> None:
    write_images(path, times_s, [picture(index, size) for index in range(len(times_s))])


def write_images(path: Path, times_s: list[float], images: list[np.ndarray]) -> None:
    with ClipWriter(path, threads=1) as clip:
        for image, time_s in zip(images, times_s, strict=True):
            clip.write(image, time_s)


def break_off(path: Path) -> None:
    with ClipWriter(path) as clip:
        clip.write(picture(0), 0.0)
        raise RuntimeError("stop")


@pytest.mark.parametrize("times_s", [even_times(), even_times(fps=240), UNEVEN, [0.0]])
def test_what_is_written_is_read_back(tmp_path: Path, times_s: list[float]) -> None:
    path = tmp_path / "clip.mp4"
    write(path, times_s)
    video = VideoFile(path, limits=LIMITS)
    frames = list(video)
    # Half a tick of 1/90000 s.
    assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=0.6e-5)
    assert [index_of(frame.image) for frame in frames] == list(range(len(times_s)))
    assert video.info.variable_rate == (times_s is UNEVEN)
    assert video.decoded.warnings == ()


def test_the_clip_starts_at_its_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "rep.mp4"
    write(path, [12.5, 12.6, 12.8])
    assert [frame.time_s for frame in VideoFile(path, limits=LIMITS)] == pytest.approx([0, 0.1, 0.3])
    with av.open(str(path)) as container:
        assert container.streams.video[0].start_time == 0


def test_the_last_frame_stays_as_long_as_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write(path, [0.0, 0.1, 0.3])
    assert VideoFile(path, limits=LIMITS).info.duration_s == pytest.approx(0.5)
    write(path, [0.0])
    assert VideoFile(path, limits=LIMITS).info.duration_s == pytest.approx(1 / 30)


@pytest.mark.parametrize("size", [(65, 49), (64, 49), (65, 48), (64, 48)])
def test_odd_sizes_gain_a_row_or_column(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "odd.mp4"
    write(path, even_times(3), size)
    video = VideoFile(path, limits=LIMITS)
    image = next(iter(video)).image
    assert (video.info.width_px, video.info.height_px) == (
        size[0] + size[0] % 2,
        size[1] + size[1] % 2,
    )
    assert corners(image) == "rgkb"
    assert np.abs(image[5, -1].astype(int) - image[5, -2]).max() < 8


def test_colors_survive(tmp_path: Path) -> None:
    path = tmp_path / "colors.mp4"
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (200, 150, 90), (0, 0, 0), (255, 255, 255)]
    with ClipWriter(path, crf=10) as clip:
        for index, color in enumerate(colors):
            clip.write(np.full((48, 64, 3), color, np.uint8), index / 10)
    for frame, color in zip(VideoFile(path, limits=LIMITS), colors, strict=True):
        assert np.abs(frame.image.astype(int) - color).max() <= 4


def test_it_is_what_browsers_play(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write(path, even_times())
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert "mp4" in container.format.name


def test_the_callers_image_is_left_alone(tmp_path: Path) -> None:
    image = picture(0)
    before = image.copy()
    with ClipWriter(tmp_path / "clip.mp4") as clip:
        clip.write(image, 0.0)
        image[:] = 0
    assert image.flags.writeable
    frame = next(iter(VideoFile(tmp_path / "clip.mp4", limits=LIMITS)))
    assert np.abs(frame.image[12, 16].astype(int) - before[12, 16]).max() < 12


def test_views_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "crop.mp4"
    with ClipWriter(path) as clip:
        clip.write(picture(0, (128, 96))[:, ::-1], 0.0)
    assert corners(next(iter(VideoFile(path, limits=LIMITS))).image) == "grbk"


def test_an_error_leaves_nothing_behind_and_spares_the_old_clip(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="stop"):
        break_off(path)
    assert [item.name for item in tmp_path.iterdir()] == ["clip.mp4"]
    assert path.read_bytes() == b"old"


def test_the_clip_appears_only_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with ClipWriter(path) as clip:
        clip.write(picture(0), 0.0)
        assert not path.exists()
    assert [item.name for item in tmp_path.iterdir()] == ["clip.mp4"]


def test_no_frames_make_no_clip(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="expected frames"):
        write(tmp_path / "clip.mp4", [])
    assert list(tmp_path.iterdir()) == []


def test_the_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="folder") as caught:
        write(tmp_path / "no" / "clip.mp4", [0.0])
    assert caught.value.hint


def test_a_name_that_is_taken_by_a_folder(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").mkdir()
    with pytest.raises(OutputError, match=r"clip\.mp4") as caught:
        write(tmp_path / "clip.mp4", [0.0])
    assert caught.value.hint
    assert [item.name for item in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = ClipWriter(tmp_path / "clip.mp4")
    part = tmp_path / "part"
    part.symlink_to("/dev/full")
    monkeypatch.setattr(clip, "_part", part)
    with pytest.raises(OutputError, match="No space left") as caught, clip:
        clip.write(picture(0), 0.0)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("time_s", [0.1, 0.05, 0.1 + 1e-6, float("nan")])
def test_times_must_rise(tmp_path: Path, time_s: float) -> None:
    with pytest.raises(ValueError, match="time_s"):
        write(tmp_path / "clip.mp4", [0.0, 0.1, time_s])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "image",
    [picture(0, (66, 48)), picture(0)[..., :2], picture(0).astype(np.float32), picture(0)[0]],
    ids=["size", "channels", "type", "shape"],
)
def test_images_must_be_alike(tmp_path: Path, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="image: expected"):
        write_images(tmp_path / "clip.mp4", [0.0, 0.1], [picture(0), image])
    assert list(tmp_path.iterdir()) == []


def test_each_second_can_be_sought(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    write(path, even_times(90))
    with av.open(str(path)) as container:
        keys = [packet.pts for packet in container.demux(video=0) if packet.is_keyframe]
    assert len(keys) >= 3
