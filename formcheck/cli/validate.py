"""`formcheck validate`: how wrong it is, on clips whose truth is known."""

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from formcheck.cli import options
from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from formcheck.settings import Settings
    from formcheck.validate import Clip, Outcome, Validation
    from formcheck.validate.readings import Reading

Used = TypeVar("Used")

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
Marks = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="Plates or joints marked by hand, to be added to the truth of those clips. May be given twice.",
    ),
]
Markdown = Annotated[
    bool, typer.Option("--markdown", help="Print the tables as GitHub Markdown, with date and command.")
]

OffAxis = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Only draw the error of each measure against the yaw, as a page, and print it."
    ),
]
Fit = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Only fit the table of corrections on half of the bodies, and print how it does on the others. "
        "For all presets, unless one is named.",
    ),
]
Stress = Annotated[
    bool,
    typer.Option(
        "--stress", help="Only fit the lifters' bodies anew with one thing wrong each, and print the errors."
    ),
]


def validate(
    folder: Folder,
    preset: options.Preset = None,
    marks: Marks = None,
    off_axis: OffAxis = None,
    fit: Fit = None,
    stress: Stress = False,
    as_json: options.Json = False,
    as_markdown: Markdown = False,
    jobs: Jobs = None,
) -> None:
    """Analyze clips whose truth is known, and print how far off the results are.

    What the eyes saw is kept in the cache folder, so that a second run only judges. Exit code 0: it ran,
    however bad the scores. 2: the folder cannot be used.
    """
    from formcheck.cli.fits import draw_curves, fit_corrections
    from formcheck.settings import load_settings
    from formcheck.validate import add_marks, assemble, find_clips, load_marks

    if sum((fit is not None, off_axis is not None, stress)) > 1:
        raise typer.BadParameter("expected one of --fit, --off-axis and --stress, found more")
    if as_json and as_markdown:
        raise typer.BadParameter("expected --json or --markdown, found both")
    settings = load_settings(preset=preset)
    clips = find_clips(folder)
    for path in marks or ():
        clips = add_marks(clips, load_marks(path))
    if settings.pose == "mediapipe":
        from formcheck.cli.consent import tell_of_metrics

        tell_of_metrics(settings.models_dir, interactive=sys.stdin.isatty())
    jobs = jobs or os.cpu_count() or 1

    def read(chosen: "Settings") -> "list[Reading]":
        return _run(clips, chosen, jobs, _readings)

    if fit is not None:
        fit_corrections(read, settings, preset, fit, folder)
        return
    if off_axis is not None:
        draw_curves(read, settings, off_axis, folder)
        return
    if stress:
        _print_stress(clips, settings, jobs, as_markdown=as_markdown, folder=folder)
        return
    validation = _run(clips, settings, jobs, assemble)
    command = _command(folder, preset, marks) if as_markdown else ""
    _print(validation, folder, settings, as_json=as_json, command=command)


def _print(
    validation: "Validation", folder: Path, settings: "Settings", *, as_json: bool, command: str
) -> None:
    """Print everything, as Markdown where a command is named, as JSON where that is asked for."""
    if as_json:
        import json

        from formcheck.validate import to_document

        typer.echo(json.dumps(to_document(validation, folder.resolve().name, settings), indent=1))
    elif command:
        from formcheck.cli.markdown import markdown
        from formcheck.cli.scores import validation_parts

        typer.echo(markdown(validation_parts(validation, folder, settings), command))
    else:
        from formcheck.cli.scores import print_validation

        print_validation(validation, folder, settings)


def _print_stress(
    clips: "Sequence[Clip]", settings: "Settings", jobs: int, *, as_markdown: bool, folder: Path
) -> None:
    """Print what the fit's accuracy hangs on."""
    from formcheck.cli.markdown import markdown
    from formcheck.cli.scores import print_parts, table_parts
    from formcheck.validate.stress import STRESS, stress

    parts = list(table_parts(STRESS, _run(clips, settings, jobs, stress)))
    if as_markdown:
        typer.echo(markdown(parts, _command(folder, settings.preset, None, "--stress")))
    else:
        print_parts(parts)


def _command(folder: Path, preset: str | None, marks: Sequence[Path] | None, *more: str) -> str:
    """Say the command that prints the same again."""
    words = ["formcheck", "validate", str(folder)]
    words += ["--preset", preset] if preset else []
    for path in marks or ():
        words += ["--marks", str(path)]
    return shlex.join([*words, *more, "--markdown"])


def _readings(outcomes: "Iterable[Outcome]") -> "list[Reading]":
    """Read the measures of all clips; those that give none are named on stderr."""
    from formcheck.validate.readings import read_measures

    err, readings = console(stderr=True), []
    for outcome in outcomes:
        found = list(read_measures(outcome))
        readings += found
        if not found:
            err.print(
                f"{outcome.clip.name}: nothing to read: found {outcome.found}. {outcome.error}", markup=False
            )
    return readings


def _run(
    clips: "Sequence[Clip]", settings: "Settings", jobs: int, use: "Callable[[Iterator[Outcome]], Used]"
) -> "Used":
    """Watch and judge, with a bar on stderr, and use what came of it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from formcheck.cli.progress import Bars
    from formcheck.models import ensure_models, networks_of
    from formcheck.validate import default_folder, run_clips

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
        return use(
            run_clips(
                clips, settings, default_folder(), jobs=jobs,
                progress=lambda done: bar.update(task, completed=done),
            )
        )  # fmt: skip
