"""`formcheck analyze`: from a video to a folder of results and a table."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from formcheck.cli import options
from formcheck.errors import InvalidReference, OutputError, UnreadableVideo

if TYPE_CHECKING:
    from formcheck.cli.progress import Bars
    from formcheck.judgement import Analysis
    from formcheck.settings import Settings

EPILOG = """\b
Examples:
  formcheck analyze squat.mp4                      results: ./squat.formcheck/
  formcheck analyze squat.mp4 --preset light       faster, less exact
  formcheck analyze squat.formcheck --from-motion  again, without the video
  formcheck analyze squat.mp4 --reference me.ref.json --tempo 3-1-0
  formcheck analyze squat.mp4 --json | jq .reps

Film from the side, at hip height, from 3 to 5 m away, with the whole bar end and both feet in view.
"""
"""What follows the options in `--help`."""


def analyze(
    source: options.Source,
    lift: options.LiftName = None,
    out: options.Out = None,
    preset: options.Preset = None,
    pose: options.Pose = None,
    from_motion: options.FromMotion = False,
    no_video: options.NoVideo = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    slow_motion: options.SlowMotion = None,
    plate_diameter: options.PlateDiameter = None,
    height: options.Height = None,
    load: options.Load = None,
    variant: options.Variant = None,
    rules: options.Rules = None,
    lifts: options.Lifts = None,
    reference: options.Reference = None,
    tempo: options.Tempo = None,
) -> None:
    """Judge the reps in a video; write a report, plots and data.

    Exit code 0: judged. 2: the input must change. 3: nothing in it could be judged.
    """
    from formcheck.settings import load_settings

    settings = load_settings(
        preset=preset, pose=pose, plate_diameter_m=plate_diameter, height_m=height, load_kg=load,
        variant=variant, rules=rules, lifts=lifts, reference=reference, tempo=tempo,
    )  # fmt: skip
    folder = out or default_folder(source, from_motion=from_motion)
    _check(source, lift, folder, settings)
    if settings.pose == "mediapipe" and not from_motion:
        from formcheck.cli.consent import tell_of_metrics

        tell_of_metrics(settings.models_dir, interactive=sys.stdin.isatty())
    from formcheck.cli.progress import Bars
    from formcheck.judgement import analyze_motion
    from formcheck.output import save_analysis

    with Bars(quiet=quiet) as bars:
        if from_motion:
            analysis = analyze_motion(source, lift=lift, settings=settings)
        else:
            analysis = _watch(source, lift, settings, slow_motion, bars)
        with_video = not (from_motion or no_video)
        folder = save_analysis(analysis, folder, video=with_video, progress=bars.stage)
    if as_json:
        typer.echo((folder / "report.json").read_text("utf-8"), nl=False)
    elif not quiet:
        from formcheck.cli.tables import print_report

        print_report(analysis.report, folder)


def default_folder(source: Path, *, from_motion: bool) -> Path:
    """Name the folder for the results: in the working folder, after the video.

    Judging again gets a folder of its own, since it could not write the annotated video anew.
    """
    source = source.resolve()
    if not from_motion:
        return Path(f"{source.name if source.is_dir() else source.stem}.formcheck")
    taken = source if source.is_dir() else source.parent
    return Path(f"{taken.name.removesuffix('.formcheck')}-again.formcheck")


def _check(source: Path, lift: str | None, folder: Path, settings: "Settings") -> None:
    """Fail at once on what would otherwise fail after minutes."""
    from formcheck.lifts import check_meant
    from formcheck.output import check_place

    if not source.exists():
        raise UnreadableVideo(
            f"{source}: expected a video or a folder of images, found nothing",
            "Check the name and the folder.",
        )
    check_meant(lift, settings.variant, settings.rules, settings.lifts)
    if settings.reference is not None:
        _check_reference(settings.reference, lift)
    check_place(folder)
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise OutputError(
            f"{folder}: expected a folder that can be written, found that {there} cannot",
            "Choose another one with --out.",
        )


def _check_reference(path: Path, lift: str | None) -> None:
    from formcheck.reference import load_reference

    found = load_reference(path).lift
    if lift is not None and found != lift:
        raise InvalidReference(
            f"{path.name}: expected a reference of a {lift.replace('_', ' ')}, found one of a "
            f"{found.replace('_', ' ')}",
            "Give a reference of the same lift.",
        )


def _watch(
    source: Path, lift: str | None, settings: "Settings", slow_motion: float | None, bars: "Bars"
) -> "Analysis":
    from formcheck.models import ensure_models, networks_of
    from formcheck.pipeline import analyze_video

    ensure_models(networks_of(settings.preset), settings.models_dir, progress=bars.pull)
    return analyze_video(
        source,
        lift=lift,
        settings=settings,
        slow_motion=slow_motion,
        progress=bars.stage,
        so_far=bars.so_far,
    )
