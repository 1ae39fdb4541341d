"""Options that several commands share.

The choices are those of `formcheck.settings`, said again because importing pydantic would triple the
time that `--help` takes; a test holds the two equal.
"""

from typing import Annotated, Literal

import typer

Preset = Literal["accurate", "balanced", "light"]
"""As `formcheck.settings.Preset`."""

Backend = Literal["direct", "mediapipe"]
"""As `formcheck.settings.Backend`."""

PresetOption = Annotated[
    Preset | None,
    typer.Option(help="Pose network: from exact and slow to light and fast. Default: accurate."),
]
"""`--preset`; None leaves it to the settings."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout instead of the table.")]
"""`--json`."""
