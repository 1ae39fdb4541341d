"""The options of the commands, with the words that `--help` shows.

The choices are those of `formcheck.settings`, said again because importing that module takes longer
than all of `--help` does; a test holds the two equal.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

_LENGTHS_M = {"mm": 0.001, "cm": 0.01, "m": 1.0, "in": 0.0254}
_MASSES_KG = {"kg": 1.0, "lb": 0.45359237}


def length_m(text: str) -> float:
    """Read a length with its unit, mm, cm, m or in, as metres.

    Raises
    ------
    typer.BadParameter
        Not a number, or without a unit.
    """
    return _quantity(text, _LENGTHS_M, "450mm, 45cm or 0.45m")


def mass_kg(text: str) -> float:
    """Read a mass with its unit, kg or lb, as kilograms.

    Raises
    ------
    typer.BadParameter
        Not a number, or without a unit.
    """
    return _quantity(text, _MASSES_KG, "140kg or 315lb")


def _quantity(text: str, units: Mapping[str, float], like: str) -> float:
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*([a-z]+)\s*", text.lower())
    if found is None or found[2] not in units:
        raise typer.BadParameter(f"expected a number with its unit, like {like}, found '{text}'")
    return float(found[1].replace(",", ".")) * units[found[2]]


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

PlateDiameter = Annotated[
    float | None,
    typer.Option(
        metavar="LENGTH",
        parser=length_m,
        help="Diameter of the outermost plate, like 450mm, 45cm or 0.45m: the measure of all meters. "
        "Default: 0.45m, as plates of 20 kg have.",
    ),
]
"""`--plate-diameter` in metres; None leaves it to the settings."""

Height = Annotated[
    float | None,
    typer.Option(
        metavar="LENGTH",
        parser=length_m,
        help="The lifter's height, like 1.80m or 180cm: checks the plate's size, and stands in for it.",
    ),
]
"""`--height` in metres; None leaves it to the settings."""

Load = Annotated[
    float | None,
    typer.Option(
        metavar="MASS",
        parser=mass_kg,
        help="Bar and plates together, like 140kg or 315lb: estimates the one-repetition maximum.",
    ),
]
"""`--load` in kilograms; None leaves it to the settings."""

Variant = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="How the lift is done, like low_bar, front, sumo or competition_pause; `formcheck lifts` lists "
        "all. Default: the one that is marked there as assumed.",
    ),
]
"""`--variant`; None leaves it to the settings."""

Rules = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Judge by another rulebook: competition. Default: our own limits."),
]
"""`--rules`; None leaves it to the settings."""

Lifts = Annotated[
    Path | None,
    typer.Option("--lifts", metavar="DIR", help="A folder of lift files of your own, besides ours."),
]
"""`--lifts`; None leaves it to the settings."""

Reference = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Compare each rep with a file of `formcheck reference make`. Default: a generic curve that was "
        "computed, and the best rep of the set itself.",
    ),
]
"""`--reference`; None leaves it to the settings."""

Tempo = Annotated[
    str | None,
    typer.Option(
        metavar="E-P-C",
        help="The tempo that was asked for: seconds of eccentric, pause and concentric, like 3-1-0; 0 or X: "
        "as fast as possible.",
    ),
]
"""`--tempo`; None leaves it to the settings."""

NoVideo = Annotated[bool, typer.Option("--no-video", help="Don't write the annotated video; saves its time.")]
"""`--no-video`."""

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table; errors only.")]
"""`--quiet`."""
