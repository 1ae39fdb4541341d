"""What each of the eyes costs: CPU milliseconds a frame at 720p and 1080p, in one run.

Run it from the root of a checkout, on a machine that does nothing else; no test runs it::

    python -m tests.benchmarks.eyes
    python -m tests.benchmarks.eyes --seconds 5 --preset balanced

`samples/deadlift_side.mp4` is looped and scaled up as in `tests.benchmarks.whole_clip`. Every stage sees each
frame in turn, in one process: decoding to RGB, the pose of everybody, what the hands hold with the bar's
shaft, and the plates. `x pose` is the ratio of the plates to the pose stage in the same row.
"""

# ruff: noqa: T201  a table is all that this makes
import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from formcheck.settings import Preset, VideoLimits, load_settings
from tests.benchmarks.whole_clip import load, make_clip

SIZES_PX = ((1280, 720), (1920, 1080))
STAGES = ("decode", "pose", "hands", "plates")


def costs(path: Path, preset: Preset) -> tuple[dict[str, float], int]:
    """CPU seconds by stage, and the number of frames."""
    from formcheck.bar.hands import HandFlow
    from formcheck.bar.track import PlateTracker
    from formcheck.pose import load_pose
    from formcheck.video import VideoFile

    settings = load_settings(preset=preset)
    pose = load_pose(settings.pose, preset=preset, models_dir=settings.models_dir, threads=settings.threads)
    hands, plates = HandFlow(), PlateTracker()
    spent = dict.fromkeys(STAGES, 0.0)
    frames, followed = 0, 0
    clock = time.process_time()

    def lap(stage: str) -> None:
        nonlocal clock
        now = time.process_time()
        spent[stage] += now - clock
        clock = now

    source: Iterator[object] = iter(VideoFile(path, limits=VideoLimits()))
    for frame in source:
        lap("decode")
        people = pose.estimate([frame])[0]
        lap("pose")
        hands.update(frame, people[0] if people else None)
        lap("hands")
        followed += bool(plates.update(frame, people))
        lap("plates")
        frames += 1
    if not followed:
        raise RuntimeError("no plate was followed: this measures nothing")
    return spent, frames


def main() -> None:
    """Make the clips, time the stages, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--preset", action="append", choices=get_args(Preset), help="default: all")
    given = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores; before: {load()}"
    )
    print(f"{'':<18}{'':<10}" + "".join(f"{stage:>9}" for stage in STAGES) + f"{'x pose':>9}")
    with tempfile.TemporaryDirectory(prefix="formcheck-benchmark-") as folder:
        for size in SIZES_PX:
            clip = Path(folder) / f"{size[1]}.mp4"
            make_clip(str(clip), str(given.seconds), size)
            for preset in given.preset or get_args(Preset):
                spent, frames = costs(clip, preset)
                row = "".join(f"{1000 * spent[stage] / frames:>9.1f}" for stage in STAGES)
                ratio = spent["plates"] / spent["pose"]
                print(f"{size[0]} x {size[1]:<10}{preset:<10}{row}{ratio:>9.2f}", flush=True)
    print(f"CPU ms a frame; x pose: plates over pose; after: {load()}")


if __name__ == "__main__":
    main()
