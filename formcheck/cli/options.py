"""The options of the commands, with the words that `--help` shows.

The choices are those of `formcheck.settings`, said again because importing that module takes longer
than all of `--help` does; a test holds the two equal.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

Preset = Annotated[
    Literal["accurate", "balanced", "light"] | None,
    typer.Option(help="Pose network: from exact and slow to light and fast. Default: accurate."),
]
"""`--preset`; None leaves it to the settings."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout instead of the table.")]
"""`--json`."""

Source = Annotated[
    Path,
    typer.Argument(
        metavar="VIDEO",
        show_default=False,
        help="A video (mp4, mov, mkv, webm, avi) or a folder of images. "
        "With --from-motion: a motion.npz, or a result folder that holds one.",
    ),
]
"""What is analyzed."""

LiftName = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="squat, deadlift or bench_press; `formcheck lifts` lists all. "
        "Default: recognized from the movement.",
    ),
]
"""`--lift`; None recognizes it."""

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Folder for the results; an older result there is replaced. "
        "Default: ./VIDEO.formcheck, without the video's ending.",
    ),
]
"""`--out`; None names it after the video."""

Pose = Annotated[
    Literal["direct", "mediapipe"] | None,
    typer.Option(
        help="What runs the network: ours, without any network call, or MediaPipe's own. Default: direct."
    ),
]
"""`--pose`; None leaves it to the settings."""

FromMotion = Annotated[
    bool, typer.Option("--from-motion", help="Judge saved keypoints again instead of a video.")
]
"""`--from-motion`."""

SlowMotion = Annotated[
    float | None,
    typer.Option(
        metavar="FACTOR",
        min=1.0,
        max=100.0,
        help="How many times slower than life the video plays: 8 for 240 frames a second stored at 30. "
        "Tempo and speed are then of real time. Default: what the file states, if it does.",
    ),
]
"""`--slow-motion`; None asks the file."""

NoVideo = Annotated[bool, typer.Option("--no-video", help="Don't write the annotated video; saves its time.")]
"""`--no-video`."""

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table; errors only.")]
"""`--quiet`."""
