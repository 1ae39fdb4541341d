"""How long a whole clip takes, and how much memory, beside a plain loop of MediaPipe over the same frames.

Run it from the root of a checkout, on a machine that does nothing else; no test runs it::

    python -m tests.benchmarks.whole_clip
    python -m tests.benchmarks.whole_clip --seconds 20 --preset light --preset balanced

It makes a clip of 60 s, 1280 x 720 at 30 frames a second, out of `samples/deadlift_side.mp4` (looped,
scaled up to 960 x 720, black at the sides) in a temporary folder. Then each of these runs once, one after the
other, each in a process of its own, so that its peak memory is its own:

decode
    PyAV gives every frame as RGB; nothing else.
plain loop
    The same, and MediaPipe's PoseLandmarker (Tasks API, video mode) looks at every frame; its points are
    thrown away. With formcheck's bundle: where that was made from networks without the segmentation
    decoder, the loop is faster than with the official one.
formcheck
    `formcheck.analyze` with the same network: scan and sha256 of the file, decoding, people, lifter, bar,
    reps, faults, the report. No annotated video.

`wall` and `CPU` are seconds of the whole process, the interpreter's start and all imports included; CPU is
user and system time over all threads. `x wall` and `x CPU` are ratios to the plain loop of the same preset:
below 1 is faster. `MB` is the largest resident memory (10^6 bytes) that the system saw. Linux or macOS.
"""

# ruff: noqa: T201  a table is all that this makes
import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from formcheck.settings import Preset

SAMPLE = Path(__file__).parents[2] / "samples" / "deadlift_side.mp4"
SIZE_PX = (1280, 720)
FPS = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of wall clock, of all its threads, and its largest memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def make_clip(path: str, seconds: str, size_px: tuple[int, int] = SIZE_PX) -> None:
    """Loop the sample into a clip of this length and size."""
    import cv2
    import numpy as np

    from formcheck.settings import VideoLimits
    from formcheck.video import ClipWriter, VideoFile

    width, height = size_px
    sample = VideoFile(SAMPLE, limits=VideoLimits())
    scaled = round(sample.info.width_px * height / sample.info.height_px)
    side = (width - scaled) // 2
    with ClipWriter(Path(path)) as writer:
        written = 0
        while written < float(seconds) * FPS:
            for frame in sample:
                if written >= float(seconds) * FPS:
                    break
                image = cv2.resize(frame.image, (scaled, height), interpolation=cv2.INTER_CUBIC)
                image = cv2.copyMakeBorder(image, 0, 0, side, width - scaled - side, cv2.BORDER_CONSTANT)
                writer.write(image.astype(np.uint8, copy=False), written / FPS)
                written += 1


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
            found += bool(landmarker.detect_for_video(picture, index * 1000 // FPS).pose_landmarks)
    if not found:
        raise RuntimeError("MediaPipe found nobody: this measures nothing")


def analysis(path: str, preset: Preset) -> None:
    """Analyze the clip, without its annotated video."""
    from formcheck import analyze
    from formcheck.settings import load_settings

    if not analyze(path, settings=load_settings(preset=preset)).reps:
        raise RuntimeError("no rep was found: this measures nothing")


def rgb_frames(path: str) -> Iterator[object]:
    """Decode with PyAV, as its documentation shows it, on all cores."""
    import av

    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="rgb24")


STAGES: dict[str, Callable[..., None]] = {
    "make": make_clip,
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


def row(title: str, taken: Cost, beside: Cost | None = None) -> None:
    """Print a line of the table, with ratios to another cost."""
    ratios = ("", "")
    if beside is not None:
        ratios = f"{taken.wall_s / beside.wall_s:.2f}", f"{taken.cpu_s / beside.cpu_s:.2f}"
    print(
        f"{title:<22}{taken.wall_s:>8.1f}{taken.cpu_s:>8.1f}{ratios[0]:>8}{ratios[1]:>8}{taken.peak_mb:>8.0f}",
        flush=True,
    )


def load() -> str:
    """How busy the machine was over the last minute, ours included."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def main() -> None:
    """Make the clip, run every stage, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--preset", action="append", choices=get_args(Preset), help="default: all")
    parser.add_argument("--stage", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stage:
        STAGES[given.stage[0]](*given.stage[1:])
        return
    print(f"{platform.machine()}, Python {platform.python_version()}; before: {load()}")
    with tempfile.TemporaryDirectory(prefix="formcheck-benchmark-") as folder:
        clip = str(Path(folder) / "clip.mp4")
        cost("make", clip, str(given.seconds))
        print(f"{given.seconds:g} s, {SIZE_PX[0]} x {SIZE_PX[1]}, {FPS} frames a second\n")
        print(f"{'':<22}{'wall':>8}{'CPU':>8}{'x wall':>8}{'x CPU':>8}{'MB':>8}")
        row("decode", cost("decode", clip))
        for preset in given.preset or reversed(get_args(Preset)):
            plain = cost("plain loop", clip, preset)
            row(f"plain loop, {preset}", plain)
            row(f"formcheck, {preset}", cost("formcheck", clip, preset), plain)
    print(f"\nafter: {load()}")


if __name__ == "__main__":
    main()
