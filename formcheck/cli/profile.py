"""`formcheck profile`: a lifter's own load-velocity line from the results of several sets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.cli import options
from formcheck.cli.terminal import console
from formcheck.errors import UnreadableVideo

if TYPE_CHECKING:
    from formcheck.metrics.profile import Profile, SetSpeed
    from formcheck.report import Report


def profile(
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT...",
            show_default=False,
            help="Result folders of sets that were analyzed with --load.",
        ),
    ],
    as_json: options.Json = False,
) -> None:
    """Estimate the one-repetition maximum from several sets with different loads.

    Lift every rep as fast as you can, with loads from about half to nine tenths of your best, analyze each
    set with --load, and give all the result folders. The fastest rep of each set counts.
    """
    from formcheck.metrics.profile import load_velocity_profile

    reports = [_read(path) for path in results]
    lift = _common_lift(reports, results)
    sets = [_fastest(report, path) for report, path in zip(reports, results, strict=True)]
    found = load_velocity_profile(lift, sets)
    if as_json:
        typer.echo(_json(lift, found))
        return
    _print(sets, found)


def _read(path: Path) -> "Report":
    from pydantic import ValidationError

    from formcheck.report import Report

    file = path / "report.json" if path.is_dir() else path
    try:
        return Report.model_validate_json(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise UnreadableVideo(
            f"{path}: expected a result folder of this version, found none",
            "Analyze the video with --load, and give the folder that it leaves.",
        ) from error


def _common_lift(reports: "list[Report]", paths: list[Path]) -> str:
    names = {report.lift.name for report in reports}
    if len(names) > 1:
        told = ", ".join(f"{path} {one.lift.name}" for one, path in zip(reports, paths, strict=True))
        raise UnreadableVideo(
            f"expected sets of one lift, found {told}", "Give the results of one lift at a time."
        )
    return names.pop()


def _fastest(report: "Report", path: Path) -> "SetSpeed":
    """The load of a set and the speed of its fastest rep."""
    from formcheck.metrics import Measure
    from formcheck.metrics.profile import SetSpeed

    if report.set.load_kg is None:
        raise UnreadableVideo(
            f"{path}: expected a set whose load is known, found none",
            f"Say it: formcheck analyze {path} --from-motion --load 100kg",
        )
    parts = [part for rep in report.reps if (part := rep.measures.get("mean_velocity")) is not None]
    speeds = [
        Measure(part.value, part.unit, part.low, part.high)
        for part in parts
        if part.value is not None and part.low is not None and part.high is not None
    ]
    why = next((part.missing for part in parts if part.missing), "no rep's speed is known")
    missing = Measure.none("m/s", why or "no rep's speed is known")
    return SetSpeed(report.set.load_kg, max(speeds, key=lambda one: one.value, default=missing))


def _json(lift: str, found: "Profile") -> str:
    import json
    from math import isfinite

    from formcheck.report.compose import measure_part

    line = {name: getattr(found, name) for name in ("at_zero_mps", "per_kg_mps", "r2")}
    return json.dumps(
        {
            "lift": lift,
            **{name: value if isfinite(value) else None for name, value in line.items()},
            "maximum": measure_part(found.maximum).model_dump(),
        },
        indent=2,
    )


def _print(sets: "list[SetSpeed]", found: "Profile") -> None:
    from math import isfinite

    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("load, kg", justify="right")
    table.add_column("fastest rep, m/s", justify="right")
    for one in sorted(sets, key=lambda one: one.load_kg):
        speed = one.velocity
        told = speed.missing or f"{speed.value:.2f} ({speed.low:.2f} to {speed.high:.2f})"
        table.add_row(f"{one.load_kg:g}", told)
    out = console()
    out.print(table)
    if isfinite(found.per_kg_mps):
        fit = f", r² {found.r2:.2f}" if isfinite(found.r2) else ""
        out.print(f"velocity = {found.at_zero_mps:.2f} {found.per_kg_mps:+.4f} x load{fit}")
    most = found.maximum
    if most.missing:
        out.print(f"No estimate of the maximum: {most.missing}.")
    else:
        out.print(f"Estimated 1RM: {most.value:.0f} kg (90 % interval {most.low:.0f} to {most.high:.0f})")
