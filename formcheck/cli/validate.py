"""`formcheck validate`: how wrong it is, on clips whose truth is known."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.cli import options
from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from formcheck.settings import Settings
    from formcheck.validate import Clip, Validation

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="FOLDER", show_default=False, help="Clips with a truth file beside each: CLIP.truth.json."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, max=256, help="Clips watched at the same time. Default: one for each core."
    ),
]


def validate(
    folder: Folder, preset: options.Preset = None, as_json: options.Json = False, jobs: Jobs = None
) -> None:
    """Analyze clips whose truth is known, and print how far off the results are.

    What the eyes saw is kept in the cache folder, so that a second run only judges. Exit code 0: it ran,
    however bad the scores. 2: the folder cannot be used.
    """
    from formcheck.settings import load_settings
    from formcheck.validate import find_clips

    settings = load_settings(preset=preset)
    clips = find_clips(folder)
    if settings.pose == "mediapipe":
        from formcheck.cli.consent import tell_of_metrics

        tell_of_metrics(settings.models_dir, interactive=sys.stdin.isatty())
    validation = _run(clips, settings, jobs or os.cpu_count() or 1)
    if as_json:
        import json

        from formcheck.validate import to_document

        typer.echo(json.dumps(to_document(validation, folder.resolve().name, settings), indent=1))
    else:
        from formcheck.cli.scores import print_validation

        print_validation(validation, folder, settings)


def _run(clips: "Sequence[Clip]", settings: "Settings", jobs: int) -> "Validation":
    """Watch, judge and score, with a bar on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from formcheck.cli.progress import Bars
    from formcheck.models import ensure_models, networks_of
    from formcheck.validate import assemble, default_folder, run_clips

    with Bars(quiet=False) as bars:
        ensure_models(networks_of(settings.preset), settings.models_dir, progress=bars.pull)
    err = console(stderr=True)
    with Progress(
        TextColumn("Watching the clips"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("clips", total=len(clips))
        return assemble(
            run_clips(
                clips, settings, default_folder(), jobs=jobs,
                progress=lambda done: bar.update(task, completed=done),
            )
        )  # fmt: skip
