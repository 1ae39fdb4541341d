"""Video files: upright frames, true times, honest facts."""

import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from clips import encode, even_times, index_of

from formcheck.errors import VideoError
from formcheck.settings import VideoLimits
from formcheck.video import Frame, FrameFolder, VideoFile, open_video

LIMITS = VideoLimits()
SLOW_TAG = "com.android.capture.fps"
TAGGED = {"movflags": "use_metadata_tags"}


def read(path: Path) -> tuple[VideoFile, list[Frame]]:
    video = VideoFile(path, limits=LIMITS, threads=1)
    return video, list(video)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("plain") / "plain.mp4")


# --- frames and facts


def test_gives_all_frames_in_order_with_their_times(plain: Path) -> None:
    video, frames = read(plain)
    assert [frame.index for frame in frames] == list(range(20))
    assert [index_of(frame.image) for frame in frames] == list(range(20))
    assert [frame.time_s for frame in frames] == pytest.approx(even_times(), abs=1e-9)
    assert video.decoded.frames == 20
    assert video.decoded.last_time_s == pytest.approx(19 / 30)
    assert video.decoded.expected_s == pytest.approx(20 / 30)
    assert video.decoded.warnings == ()


def test_states_the_facts(plain: Path) -> None:
    info = VideoFile(plain, limits=LIMITS).info
    assert (info.name, info.width_px, info.height_px) == ("plain.mp4", 64, 48)
    assert (info.codec, info.container.split(",")[0]) == ("h264", "mov")
    assert (info.frames, info.rotation_deg, info.variable_rate) == (20, 0, False)
    assert (info.capture_rate, info.slow_motion) == (None, 1.0)
    assert info.duration_s == pytest.approx(20 / 30)
    assert info.mean_fps == pytest.approx(30)
    assert len(info.sha256) == 64


def test_the_hash_follows_the_bytes_not_the_name(plain: Path, tmp_path: Path) -> None:
    copy = tmp_path / "other name.mp4"
    copy.write_bytes(plain.read_bytes())
    changed = encode(tmp_path / "changed.mp4", even_times(19))
    first, second, third = (VideoFile(path, limits=LIMITS).info.sha256 for path in (plain, copy, changed))
    assert first == second != third


def test_images_are_rgb_read_only_and_contiguous(plain: Path) -> None:
    image = next(iter(VideoFile(plain, limits=LIMITS))).image
    assert (image.dtype, image.shape) == (np.uint8, (48, 64, 3))
    assert image.flags.c_contiguous
    assert not image.flags.writeable
    assert np.abs(image[12, 16].astype(int) - (220, 30, 30)).max() < 12


def test_iterating_again_starts_again(plain: Path) -> None:
    video, frames = read(plain)
    assert [frame.time_s for frame in video] == [frame.time_s for frame in frames]
    assert video.decoded.frames == 20


def test_giving_up_closes_the_file_and_says_how_far_it_came(plain: Path) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    video = VideoFile(plain, limits=LIMITS, threads=1)
    before = open_files()
    frames: Iterator[Frame] = iter(video)
    next(frames), next(frames)
    assert open_files() > before
    del frames
    assert open_files() == before
    assert video.decoded.frames == 2
    assert video.decoded.warnings == ()


def test_pictures_do_not_pile_up(plain: Path) -> None:
    video = VideoFile(plain, limits=LIMITS, threads=1)
    gc.collect()
    gc.disable()
    try:
        most = max(sum(type(item) is av.VideoFrame for item in gc.get_objects()) for _ in video)
    finally:
        gc.enable()
    assert 0 < most <= 6


def test_threads_change_nothing(plain: Path) -> None:
    many = list(VideoFile(plain, limits=LIMITS, threads=4))
    for one, other in zip(read(plain)[1], many, strict=True):
        assert one.time_s == other.time_s
        assert np.array_equal(one.image, other.image)


def test_open_video_tells_files_from_folders(plain: Path, tmp_path: Path) -> None:
    assert isinstance(open_video(plain, limits=LIMITS), VideoFile)
    (tmp_path / "1.png").write_bytes(_png(plain))
    assert isinstance(open_video(str(tmp_path), limits=LIMITS), FrameFolder)


def _png(path: Path) -> bytes:
    image = next(iter(VideoFile(path, limits=LIMITS))).image
    return cv2.imencode(".png", image[..., ::-1])[1].tobytes()


@pytest.mark.parametrize("name", ["a:b.mp4", "http:x.mp4", "%03d.mp4", "-i.mp4", "é ü '.mp4"])
def test_names_are_only_names(tmp_path: Path, name: str) -> None:
    video, frames = read(encode(tmp_path / name, even_times(3)))
    assert (video.info.name, len(frames)) == (name, 3)


def test_tags_in_an_unknown_encoding_do_no_harm(tmp_path: Path) -> None:
    path = encode(tmp_path / "tagged.mp4", even_times(3), tags={"title": "PLACEHOLDER"})
    path.write_bytes(path.read_bytes().replace(b"PLACEHOLDER", b"\xff\xfe\xfaCEHOLDER"))
    assert len(read(path)[1]) == 3


def test_nothing_is_written_to_the_terminal(
    tmp_path: Path, plain: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(plain.read_bytes())
    data[60:200] = bytes(140)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    read(damaged)
    damaged.write_bytes(data[:900])
    with pytest.raises(VideoError):
        read(damaged)
    read(plain)
    assert capfd.readouterr() == ("", "")


# --- time


def test_variable_rate_keeps_every_time(tmp_path: Path) -> None:
    times_s = [0.0, 0.03, 0.07, 0.2, 0.21, 0.25, 0.4]
    video, frames = read(encode(tmp_path / "vfr.mp4", times_s))
    assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=1e-9)
    assert video.info.variable_rate


def test_time_starts_at_the_first_frame(tmp_path: Path) -> None:
    times_s = [5 + time_s for time_s in even_times()]
    _, frames = read(encode(tmp_path / "late.mp4", times_s))
    assert [frame.time_s for frame in frames] == pytest.approx(even_times(), abs=1e-9)


def test_frames_before_an_edit_are_not_shown(tmp_path: Path) -> None:
    times_s = [(index - 10) / 30 for index in range(30)]
    muxer = {"avoid_negative_ts": "disabled"}
    path = encode(tmp_path / "trimmed.mp4", times_s, options={"bf": "0"}, muxer=muxer)
    video, frames = read(path)
    assert [index_of(frame.image) for frame in frames] == list(range(10, 30))
    assert (video.info.frames, frames[0].time_s) == (20, 0.0)
    assert video.info.duration_s == pytest.approx(20 / 30)
    assert video.decoded.warnings == ()


def test_repeated_times_are_dropped_and_told(tmp_path: Path) -> None:
    def repeat(index: int, packet: object) -> None:
        if index in (5, 6):
            packet.pts = packet.dts = 4 * 3000

    video, frames = read(encode(tmp_path / "dup.mkv", options={"bf": "0"}, change=repeat))
    assert [index_of(frame.image) for frame in frames] == [*range(5), *range(7, 20)]
    assert [frame.index for frame in frames] == list(range(18))
    assert video.decoded.warnings == ("2 frames not later than the one before were dropped",)


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    video, frames = read(encode(tmp_path / "one.mp4", [0.0]))
    assert [frame.time_s for frame in frames] == [0.0]
    assert video.info.duration_s == pytest.approx(1 / 30)
    assert not video.info.variable_rate


# --- slow motion


@pytest.mark.parametrize(
    ("tag", "fps", "capture_rate", "slowness"),
    [
        ("240.000000", 30, 240.0, 8.0),
        ("120", 30, 120.0, 4.0),
        ("240.000000", 240, None, 1.0),
        ("30.000000", 24, None, 1.0),
        ("60.000000", 30, None, 1.0),
        ("nonsense", 30, None, 1.0),
        ("inf", 30, None, 1.0),
        ("nan", 30, None, 1.0),
    ],
)
def test_slow_motion_from_the_capture_rate(
    tmp_path: Path, tag: str, fps: int, capture_rate: float | None, slowness: float
) -> None:
    times_s = even_times(fps=fps)
    path = encode(tmp_path / "slow.mp4", times_s, tags={SLOW_TAG: tag}, muxer=TAGGED)
    video, frames = read(path)
    assert video.info.capture_rate == capture_rate
    assert video.info.slow_motion == pytest.approx(slowness)
    # Times stay playing times.
    assert frames[-1].time_s == pytest.approx(times_s[-1])


def test_an_iphone_flag_is_no_evidence(tmp_path: Path) -> None:
    tags = {"com.apple.quicktime.full-frame-rate-playback-intent": "0"}
    path = encode(tmp_path / "i.mov", even_times(fps=240), tags=tags, muxer=TAGGED)
    info = VideoFile(path, limits=LIMITS).info
    assert (info.capture_rate, info.slow_motion) == (None, 1.0)
    assert info.mean_fps == pytest.approx(240)


# --- real clips


@pytest.mark.clips
@pytest.mark.slow
def test_real_clips_give_the_frames_that_were_counted() -> None:
    folder = Path(os.environ.get("FORMCHECK_TEST_CLIPS", "no folder"))
    if not folder.is_dir():
        pytest.skip("FORMCHECK_TEST_CLIPS names no folder of real clips")
    known = json.loads((folder / "clips.json").read_text("utf-8"))
    assert known
    for clip in known:
        video, frames = read(folder / clip["clip"])
        assert len(frames) == video.info.frames == clip["frames_decoded"], clip["clip"]
        assert frames[0].image.shape == (clip["height"], clip["width"], 3)
        assert video.info.duration_s == pytest.approx(clip["duration_s"], abs=0.01)
        assert video.info.variable_rate == ("vfr" in clip["clip"])
        assert video.decoded.warnings == ()
