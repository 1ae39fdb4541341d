"""Videos that cannot be used, are damaged, or ask for too much."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clips import encode, encode_sound, even_times, has_codec, index_of, picture

from formcheck.errors import (
    FormcheckError,
    NoVideoStream,
    TooLarge,
    TooShort,
    UnreadableVideo,
    VideoError,
)
from formcheck.settings import VideoLimits
from formcheck.video import VideoFile, open_video

LIMITS = VideoLimits()
FASTSTART = {"movflags": "faststart"}


def read(path: Path, limits: VideoLimits = LIMITS) -> VideoFile:
    """Open and read all; the video, for what it says of the pass."""
    video = VideoFile(path, limits=limits, threads=2)
    for frame in video:
        frame.image.sum()
    return video


def refused(error: type[FormcheckError], path: Path, *words: str, **limits: float) -> None:
    """The file is refused with this error, these words in the message, and a hint."""
    with pytest.raises(error) as caught:
        read(path, VideoLimits(**limits))
    for word in words:
        assert word in caught.value.message
    assert path.name in caught.value.message
    assert caught.value.hint


def cut(path: Path, share: float) -> Path:
    """Keep the first share of a file."""
    data = path.read_bytes()
    short = path.with_stem(f"{path.stem}-{share}")
    short.write_bytes(data[: int(len(data) * share)])
    return short


def encode_noise(path: Path, **options: object) -> Path:
    """A clip of 3 s whose bytes are spread evenly over its frames."""
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(90)]
    return encode(path, even_times(90), images=images, options={"g": "15"}, **options)


def encode_jpegs(path: Path, sizes: list[tuple[int, int]]) -> Path:
    """A clip of JPEG pictures of any sizes behind a header that says 64 x 48."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for index, size in enumerate(sizes):
            packet = av.Packet(_jpeg(size))
            packet.stream, packet.time_base = stream, Fraction(1, 30)
            packet.pts = packet.dts = index
            container.mux(packet)
    return path


def _jpeg(size: tuple[int, int]) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 30)
    frame = av.VideoFrame.from_ndarray(picture(3, size), format="rgb24")
    frame = frame.reformat(format="yuvj420p")
    frame.pts = 0
    return bytes([*encoder.encode(frame), *encoder.encode(None)][0])


# --- not a video


def test_no_such_file(tmp_path: Path) -> None:
    refused(UnreadableVideo, tmp_path / "none.mp4", "no file")
    with pytest.raises(UnreadableVideo):
        open_video(tmp_path / "none.mp4", limits=LIMITS)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    refused(UnreadableVideo, tmp_path, "something else")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = encode(tmp_path / "locked.mp4")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    refused(UnreadableVideo, path, "Permission denied")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"Squat day\n" * 100, "damaged"),
        (bytes(5000), "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
    ],
)
def test_other_data_under_a_video_name(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "fake.mp4"
    path.write_bytes(data)
    refused(UnreadableVideo, path, word)


def test_lists_of_other_files_are_not_followed(tmp_path: Path) -> None:
    good = encode(tmp_path / "good.mp4")
    lists = {
        "list.mp4": f"ffconcat version 1.0\nfile {good.name}\n",
        "play.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{good}\n#EXT-X-ENDLIST\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        refused(UnreadableVideo, tmp_path / name)


def test_sound_only(tmp_path: Path) -> None:
    refused(NoVideoStream, encode_sound(tmp_path / "voice.m4a"), "audio")


def test_an_unknown_codec(tmp_path: Path) -> None:
    path = encode(tmp_path / "odd.mp4")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz").replace(b"avcC", b"zzzC"))
    refused(UnreadableVideo, path, "codec")


@pytest.mark.parametrize("suffix", ["mp4", "avi"])
def test_no_frames(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none.{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    refused(TooShort, path, "expected frames")


# --- cut off and damaged


def test_cut_off_before_the_index(tmp_path: Path) -> None:
    path = encode_noise(tmp_path / "phone.mp4")
    for share in (0.1, 0.5, 0.95):
        refused(UnreadableVideo, cut(path, share), "cut off before its index was written")


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mov", "libx265"), ("a.mkv", "libx264"), ("a.webm", "libvpx")],
)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.85])
def test_cut_off_recordings_give_what_they_hold(tmp_path: Path, name: str, codec: str, share: float) -> None:
    if not has_codec(codec):
        pytest.skip(f"this build of libav cannot encode with {codec}")
    muxer = FASTSTART if name.endswith(("mp4", "mov")) else {}
    whole = encode_noise(tmp_path / name, codec=codec, muxer=muxer)
    assert read(whole).decoded.warnings == ()
    told = read(cut(whole, share)).decoded
    assert told.expected_s == pytest.approx(3, abs=0.01)
    assert told.frames == pytest.approx(90 * share, abs=6)
    seconds = told.last_time_s + 1 / 30
    assert f"{seconds:.2f} s of 3.00 s ({seconds / 3:.0%})" in told.warnings[0]


def test_a_cut_avi_loses_the_cut_frame_only(tmp_path: Path) -> None:
    whole = encode_noise(tmp_path / "a.avi", ticks_per_s=30)
    video = read(cut(whole, 0.6))
    assert 40 < video.decoded.frames == video.info.frames - 1
    assert "1 of " in video.decoded.warnings[0]


def test_damage_in_the_middle_is_left_out_and_told(tmp_path: Path) -> None:
    path = encode_noise(tmp_path / "scratched.mp4", muxer=FASTSTART)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = np.random.default_rng(2).bytes(3000)
    path.write_bytes(data)
    video = read(path)
    lost = 90 - video.decoded.frames
    assert 0 < lost < 20
    assert video.decoded.last_time_s == pytest.approx(89 / 30)
    assert video.decoded.warnings == (f"{lost} of 90 stored frames are damaged and were left out",)


def test_nothing_that_decodes(tmp_path: Path) -> None:
    path = encode(tmp_path / "garbage.mp4", muxer=FASTSTART)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = np.random.default_rng(3).bytes(len(data) - start)
    path.write_bytes(data)
    refused(UnreadableVideo, path, "none can be decoded")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.avi"])
def test_random_damage_ends_in_frames_or_in_our_errors(tmp_path: Path, name: str) -> None:
    codec = "libvpx" if name.endswith("webm") else "libx264"
    muxer = FASTSTART if name.endswith(("mp4", "mov")) else {}
    ticks_per_s = 30 if name.endswith("avi") else 90_000
    path = encode(tmp_path / name, codec=codec, muxer=muxer, ticks_per_s=ticks_per_s)
    whole = path.read_bytes()
    rng = np.random.default_rng(4)
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        start, size = rng.integers(len(data)), rng.integers(1, 300)
        match rng.integers(3):
            case 0:
                del data[start:]
            case 1:
                data[start : start + size] = rng.bytes(size)
            case _:
                del data[start : start + size]
        path.write_bytes(data)
        try:
            outcomes.add(read(path).decoded.frames > 0)
        except VideoError as error:
            outcomes.add(type(error))
    assert True in outcomes
    assert UnreadableVideo in outcomes


# --- too large


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        ({"long_side_px": 63}, "64 x 48"),
        ({"pixels": 64 * 48 - 1}, "64 x 48"),
        ({"frames": 19}, "19 frames"),
        ({"duration_s": 0.5}, "at most 0.5 s"),
        ({"streams": 1}, "2"),
    ],
)
def test_beyond_a_limit_is_refused_when_opened(tmp_path: Path, limits: dict[str, float], word: str) -> None:
    path = encode(tmp_path / "clip.mp4", sound=True)
    with pytest.raises(TooLarge, match=word):
        VideoFile(path, limits=VideoLimits(**limits))


def test_at_the_limits_is_fine(tmp_path: Path) -> None:
    path = encode(tmp_path / "clip.mp4", sound=True)
    limits = VideoLimits(long_side_px=64, pixels=64 * 48, frames=20, duration_s=19 / 30, streams=2)
    assert read(path, limits).decoded.frames == 20


def test_pictures_larger_than_the_header_says(tmp_path: Path) -> None:
    path = encode_jpegs(tmp_path / "lies.mkv", [(64, 48)] * 3 + [(640, 480)])
    refused(TooLarge, path, "640 x 480", long_side_px=600)
    refused(UnreadableVideo, path, "one size")


def test_a_picture_bomb_is_never_allocated(tmp_path: Path) -> None:
    path = encode_jpegs(tmp_path / "bomb.mkv", [(64, 48)] * 3 + [(640, 480)] + [(64, 48)] * 3)
    video = read(path, VideoLimits(pixels=64 * 48))
    assert video.decoded.frames == 6
    assert video.decoded.warnings == ("1 of 7 stored frames are damaged and were left out",)


def test_oblong_pixels_count_as_they_are_shown(tmp_path: Path) -> None:
    path = encode(tmp_path / "wide.mp4", aspect=Fraction(30, 1))
    assert read(path).info.width_px == 1920
    refused(TooLarge, path, "1920 x 48", long_side_px=1919)


def test_the_first_frames_of_a_long_clip_are_not_given(tmp_path: Path) -> None:
    path = encode(tmp_path / "gap.mp4", [0.0, 0.1, 0.2, 700.0])
    refused(TooLarge, path, "700.0 s")


def test_a_good_clip_passes_the_helpers_of_these_tests(tmp_path: Path) -> None:
    frames = list(VideoFile(encode_jpegs(tmp_path / "j.mkv", [(64, 48)] * 3), limits=LIMITS))
    assert [index_of(frame.image) for frame in frames] == [3, 3, 3]
