"""`formcheck reference`: a lifter's own best reps, or a chosen one, kept to compare later sets with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.cli import options
from formcheck.cli.terminal import Group, console
from formcheck.errors import UnreadableVideo

if TYPE_CHECKING:
    from formcheck.cli.progress import Bars
    from formcheck.judgement import Analysis
    from formcheck.reference import ReferenceFile
    from formcheck.settings import Settings

reference = typer.Typer(
    cls=Group, no_args_is_help=True, rich_markup_mode=None, help="Keep reps to compare later sets with."
)


@reference.callback()
def _reference() -> None:
    """Keep reps to compare later sets with."""


@reference.command()
def make(
    out: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Where to keep it, like athlete.ref.json; replaces an older one.",
        ),
    ],
    clips: Annotated[
        list[Path],
        typer.Argument(
            metavar="CLIP...",
            show_default=False,
            help="Videos of one lift, or result folders of their analysis.",
        ),
    ],
    rep: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", min=1, help="A rep that a coach chose. Default: the best reps of the set."
        ),
    ] = None,
    lift: options.LiftName = None,
    load: options.Load = None,
    quiet: options.Quiet = False,
) -> None:
    """Make a reference of your best reps; compare with `formcheck analyze CLIP --reference FILE`.

    The best reps are those without a fault, then those with fewest close calls, then the most usual ones: a
    quarter of each set, at least three. Sets must be of one lift, one view and about one load.
    """
    from formcheck.cli.progress import Bars
    from formcheck.reference.file import check_free, save_reference
    from formcheck.reference.make import SetOfReps, make_reference
    from formcheck.settings import load_settings

    check_free(out)
    for clip in clips:
        if not clip.exists():
            raise UnreadableVideo(
                f"{clip}: expected a video or a result folder, found nothing", "Check the name."
            )
    settings = load_settings(load_kg=load)
    with Bars(quiet=quiet) as bars:
        judged = [_judged(clip, lift, settings, bars) for clip in clips]
    sets = [
        SetOfReps(one.take, one.reps, one.report.faults, one.report.video.name, one.report.video.sha256)
        for one in judged
    ]
    file = make_reference(sets, rep=rep)
    save_reference(file, out)
    if not quiet:
        _print(file, out)


def _judged(clip: Path, lift: str | None, settings: "Settings", bars: "Bars") -> "Analysis":
    from formcheck.judgement import analyze_motion
    from formcheck.models import ensure_models, networks_of
    from formcheck.pipeline import analyze_video

    if clip.is_dir() and (clip / "motion.npz").exists():
        return analyze_motion(clip, lift=lift, settings=settings)
    ensure_models(networks_of(settings.preset), settings.models_dir, progress=bars.pull)
    return analyze_video(clip, lift=lift, settings=settings, progress=bars.stage)


def _print(file: "ReferenceFile", out: Path) -> None:
    told = console()
    kind = "best reps" if file.picked == "best" else "chosen rep"
    told.print(f"{file.lift.replace('_', ' ').capitalize()}, {file.view} view: {kind}", soft_wrap=True)
    for source in file.sources:
        load = f", {source.load_kg:g} kg" if source.load_kg is not None else ""
        numbers = ", ".join(map(str, source.reps))
        told.print(f"  {source.video}: rep {numbers} of {source.of}{load}", soft_wrap=True)
    told.print(f"Kept in {out}. Compare with: formcheck analyze CLIP --reference {out}", soft_wrap=True)
