"""How long a whole clip takes, and how much memory, beside a plain loop of MediaPipe over the same frames.

Run it from the root of a checkout, on a machine that does nothing else; no test runs it::

    python -m tests.benchmarks.whole_clip
    python -m tests.benchmarks.whole_clip --clip 1080p30 --clip 1080p60 --seconds 20 --seconds 180 --every
    python -m tests.benchmarks.whole_clip --preset balanced --loops none

For each size, frame rate and length it makes a clip out of `samples/deadlift_side.mp4` (looped, scaled up,
black at the sides) in a temporary folder, with grain as of a phone's sensor, which makes the stream as large
as a phone's (some 10 Mbit/s at 1080p30; `--grain 0` leaves it out, and decoding then costs a fraction). Then
each of these runs once, one after the other, in a process of its own, so that its peak memory is its own:

decode
    PyAV gives every frame as RGB; nothing else.
plain loop
    The same, and MediaPipe's PoseLandmarker (Tasks API, video mode) looks at every frame; its points are
    thrown away. With formcheck's bundle: where that was made from networks without the segmentation
    decoder, the loop is faster than with the official one.
formcheck
    `formcheck.analyze` with the same network: scan and sha256 of the file, decoding, people, lifter, bar,
    reps, faults, the report. No annotated video. `--every` adds a row with the networks on every frame.

`wall` and `CPU` are seconds of the whole process, the interpreter's start and all imports included; CPU is
user and system time over all threads. `x loop` and `x decode` are ratios, of the wall clock to the plain loop
of the same preset and of the CPU to decoding alone: below 1 is faster. `MB` is the largest resident memory
(10^6 bytes) that the system saw. Linux or macOS. A speed says nothing without its accuracy: beside this
belongs `formcheck validate` with the same settings.
"""

# ruff: noqa: T201  a table is all that this makes
import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from formcheck.settings import Preset

SAMPLE = Path(__file__).parents[2] / "samples" / "deadlift_side.mp4"
CLIPS = {
    "720p30": ((1280, 720), 30),
    "1080p30": ((1920, 1080), 30),
    "1080p60": ((1920, 1080), 60),
}
GRAIN = 6.0
"""Standard deviation of the grain, in grey levels."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of wall clock, of all its threads, and its largest memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def make_clip(
    path: str, seconds: str, size_px: tuple[int, int] = (1280, 720), fps: int = 30, grain: float = 0.0
) -> None:
    """Loop the sample into a clip of this length, size and rate; at 60 a second each frame comes twice."""
    import cv2
    import numpy as np

    from formcheck.settings import VideoLimits
    from formcheck.video import ClipWriter, VideoFile

    width, height = size_px
    sample = VideoFile(SAMPLE, limits=VideoLimits())
    scaled = round(sample.info.width_px * height / sample.info.height_px)
    side = (width - scaled) // 2
    random = np.random.default_rng(0)
    noise = np.clip(random.normal(128, grain, (height + 64, width + 64, 1)), 0, 255).astype(np.uint8)
    with ClipWriter(Path(path)) as writer:
        written = 0
        while written < float(seconds) * fps:
            for frame in sample:
                image = cv2.resize(frame.image, (scaled, height), interpolation=cv2.INTER_CUBIC)
                image = cv2.copyMakeBorder(image, 0, 0, side, width - scaled - side, cv2.BORDER_CONSTANT)
                for _ in range(fps // 30):
                    if written >= float(seconds) * fps:
                        break
                    x, y = random.integers(0, 64, 2)
                    part = np.repeat(noise[y : y + height, x : x + width], 3, axis=2)
                    grainy = cv2.addWeighted(image, 1, part, 1, -128) if grain else image
                    writer.write(np.asarray(grainy, dtype=np.uint8), written / fps)
                    written += 1


def make(path: str, seconds: str, clip: str, grain: str) -> None:
    """Make one of the clips."""
    size_px, fps = CLIPS[clip]
    make_clip(path, seconds, size_px, fps, float(grain))


def decode(path: str) -> None:
    """Decode all frames to RGB."""
    for _ in rgb_frames(path):
        pass


def plain_loop(path: str, preset: Preset) -> None:
    """What a short script does: decode, look, next frame."""
    from mediapipe import Image, ImageFormat
    from mediapipe.tasks.python import BaseOptions, vision

    from formcheck.models import build_bundle
    from formcheck.settings import load_settings

    bundle = build_bundle(preset, load_settings().models_dir)
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)), running_mode=vision.RunningMode.VIDEO
    )
    found = 0
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        for index, image in enumerate(rgb_frames(path)):
            picture = Image(image_format=ImageFormat.SRGB, data=image)
            found += bool(landmarker.detect_for_video(picture, index * 16).pose_landmarks)
    if not found:
        raise RuntimeError("MediaPipe found nobody: this measures nothing")


def analysis(path: str, preset: Preset, every: str = "") -> None:
    """Analyze the clip, without its annotated video; `every` for the networks on every frame."""
    from formcheck import analyze
    from formcheck.settings import load_settings

    if not analyze(path, settings=load_settings(preset=preset, **EVERY if every else {})).reps:
        raise RuntimeError("no rep was found: this measures nothing")


def rgb_frames(path: str) -> Iterator[object]:
    """Decode with PyAV, as its documentation shows it, on all cores."""
    import av

    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="rgb24")


EVERY = {"pose_rate_hz": 60.0, "pose_least_hz": 60.0}
"""Settings by which the networks look at every frame."""

STAGES: dict[str, Callable[..., None]] = {
    "make": make,
    "decode": decode,
    "plain loop": plain_loop,
    "formcheck": analysis,
}


def cost(*stage: str) -> Cost:
    """Run a stage in a process of its own."""
    started = time.perf_counter()
    # This process stays small: a child's peak counts from the memory of the parent that it came from.
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.whole_clip", "--stage", *stage], stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(stage)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6)


def row(title: str, taken: Cost, loop: Cost | None = None, decoding: Cost | None = None) -> None:
    """Print a line of the table, with the ratios to other costs."""
    walls = f"{taken.wall_s / loop.wall_s:.2f}" if loop else ""
    cpu = f"{taken.cpu_s / decoding.cpu_s:.2f}" if decoding else ""
    numbers = f"{taken.wall_s:>8.1f}{taken.cpu_s:>8.1f}{walls:>8}{cpu:>10}{taken.peak_mb:>8.0f}"
    print(f"{title:<26}{numbers}", flush=True)


def load() -> str:
    """How busy the machine was over the last minute, ours included."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def compare(clip: str, presets: Sequence[str], *, loops: bool, every: bool) -> None:
    """Run every stage on a clip and print the table."""
    print(f"{'':<26}{'wall':>8}{'CPU':>8}{'x loop':>8}{'x decode':>10}{'MB':>8}")
    decoding = cost("decode", clip)
    row("decode", decoding)
    for preset in presets:
        plain = cost("plain loop", clip, preset) if loops else None
        if plain:
            row(f"plain loop, {preset}", plain, None, decoding)
        row(f"formcheck, {preset}", cost("formcheck", clip, preset), plain, decoding)
        if every:
            row(f"every frame, {preset}", cost("formcheck", clip, preset, "every"), plain, decoding)


def main() -> None:
    """Make the clips, run every stage, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, action="append", help="default: 60")
    parser.add_argument("--clip", action="append", choices=list(CLIPS), help="default: 720p30")
    parser.add_argument("--preset", action="append", choices=get_args(Preset), help="default: all")
    parser.add_argument("--grain", type=float, default=GRAIN, help="grey levels")
    parser.add_argument("--loops", choices=("all", "none"), default="all", help="plain loops or none")
    parser.add_argument("--every", action="store_true", help="also with the networks on every frame")
    parser.add_argument("--stage", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        STAGES[given.stage[0]](*given.stage[1:])
        return
    print(f"{platform.machine()}, Python {platform.python_version()}; before: {load()}")
    presets = given.preset or tuple(reversed(get_args(Preset)))
    with tempfile.TemporaryDirectory(prefix="formcheck-benchmark-") as folder:
        for name in given.clip or ("720p30",):
            for seconds in given.seconds or (60,):
                clip = Path(folder) / f"{name}.mp4"
                cost("make", str(clip), str(seconds), name, str(given.grain))
                megabits = clip.stat().st_size * 8e-6 / seconds
                print(f"\n{name}, {seconds:g} s, {megabits:.1f} Mbit/s\n")
                compare(str(clip), presets, loops=given.loops == "all", every=given.every)
    print(f"\nafter: {load()}")


if __name__ == "__main__":
    main()
