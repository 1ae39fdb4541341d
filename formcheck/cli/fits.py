"""Corrections fitted and the off-axis curve drawn, with tables that fit 100 columns."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import get_args

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from formcheck.cli.tables import MISSING
from formcheck.cli.terminal import console
from formcheck.errors import OutputError
from formcheck.metrics.corrections import Corrections, load_corrections, to_toml
from formcheck.settings import Preset, Settings
from formcheck.validate.fit import Judged, fit, judge
from formcheck.validate.offaxis import YAW_EDGES_DEG, Band, by_measure, curve, to_page
from formcheck.validate.readings import Reading

_WIDTH = 100
_UNITS = {
    "deg": ("\N{DEGREE SIGN}", 1),
    "thigh lengths": ("thigh lengths", 2),
    "s": ("s", 2),
    "cm": ("cm", 1),
}
_DIGITS = 3

Read = Callable[[Settings], Sequence[Reading]]


def fit_corrections(read: Read, settings: Settings, preset: Preset | None, path: Path, folder: Path) -> None:
    """Fit the table on half of the bodies, write it, and print how wrong it is on the other half.

    Parameters
    ----------
    read
        Reads the clips with the given settings.
    settings, preset
        The settings, and the one preset to fit; None fits all.
    path
        The TOML file to make or replace.
    folder
        Of the clips, to be named in the table.

    Raises
    ------
    FormcheckError
        A half of the bodies is missing, or the file cannot be written.
    """
    _expect_folder(path)
    presets = [preset] if preset else get_args(Preset)
    readings = [one for name in presets for one in read(settings.model_copy(update={"preset": name}))]
    words = ["formcheck", "validate", folder.resolve().name, "--fit", path.name]
    made_by = shlex.join([*words, *(["--preset", preset] if preset else [])])
    table = fit(readings, made_by=made_by, made_on=datetime.now(UTC).date())
    _write(to_toml(table), path)
    grids = _judged_grids(judge(readings, table))
    _print([*grids, Text(f"{table.made_from}.\n", "dim"), _judged_note(table)])


def draw_curves(read: Read, settings: Settings, path: Path, folder: Path) -> None:
    """Draw the error of each measure against the true yaw as a page, and print it by band.

    Parameters
    ----------
    read
        Reads the clips with the given settings.
    settings
        The settings.
    path
        The page to make or replace.
    folder
        Of the clips, to be named on the page.

    Raises
    ------
    OutputError
        The page cannot be written.
    """
    _expect_folder(path)
    readings, table = read(settings), load_corrections()
    title = f"Off-axis curve: {folder.resolve().name}, preset {settings.preset}"
    _write(to_page(readings, table, title), path)
    _print([*_curve_grids(readings, table), _curve_note(table)])


def _write(text: str, path: Path) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}", "Choose another folder.") from error


def _expect_folder(path: Path) -> None:
    """Refuse a file that cannot be made before the clips are watched."""
    if not path.parent.is_dir():
        raise OutputError(f"{path}: expected a folder {path.parent}, found none", "Make the folder first.")


def _print(parts: Sequence[Grid | Text]) -> None:
    out = console()
    if not out.is_terminal:
        out.width = _WIDTH
    for part in parts:
        out.print(part)


def _judged_grids(rows: Sequence[Judged]) -> Iterator[Grid]:
    for preset, lift in dict.fromkeys((row.preset, row.lift) for row in rows):
        grid = _grid(f"{lift}, preset {preset}: found less true, on the other half of the bodies")
        for title in ("view", "measure"):
            grid.add_column(title, no_wrap=True)
        for title in ("reps", "bodies", "added", "sd", "bias\nread", "\ntold", "mean error\nread", "\ntold",
                      "truth\ninside"):  # fmt: skip
            grid.add_column(title, justify="right", no_wrap=True)
        for row in rows:
            if (row.preset, row.lift) == (preset, lift):
                grid.add_row(row.view, row.measure, *_judged_cells(row))
        yield grid


def _judged_cells(row: Judged) -> Iterator[str]:
    yield from (str(row.n), str(row.bodies))
    entry = (row.entry.offset, row.entry.sd) if row.entry else (None, None)
    for value in (*entry, row.bias_read, row.bias_told, row.mae_read, row.mae_told):
        yield MISSING if value is None else _number(value, row.unit)
    yield f"{row.inside:.0%}"


def _judged_note(table: Corrections) -> Text:
    doubts = ", ".join(f"{sd:g} {unit}" for unit, sd in table.uncorrected_sd.items())
    return Text(
        "Degrees, depth in thigh lengths. Truth inside: the stated 90 % interval. Where nothing is added, "
        f"too few bodies were fitted on: told as read, with an sd of {doubts}. Only what is told at its yaw.",
        "dim",
    )


def _curve_grids(readings: Sequence[Reading], table: Corrections) -> Iterator[Grid]:
    groups = by_measure(readings)
    for lift in dict.fromkeys(key[0] for key in groups):
        grid = _grid(f"{lift}: told less true by true yaw; median (n), 5th / 95th percentile")
        grid.add_column("measure", no_wrap=True)
        for low, high in pairwise(YAW_EDGES_DEG):
            grid.add_column(f"{low:g}\N{EN DASH}{high:g}\N{DEGREE SIGN}", justify="right", no_wrap=True)
        for (_, measure, unit), group in (item for item in groups.items() if item[0][0] == lift):
            bands = {band.low_deg: band for band in curve(group, table)}
            cells = [_band_cell(bands.get(low), unit) for low in YAW_EDGES_DEG[:-1]]
            grid.add_row(f"{measure}\n  {_UNITS.get(unit, (unit, 0))[0]}", *cells)
        yield grid


def _band_cell(band: Band | None, unit: str) -> str:
    if band is None:
        return MISSING
    median, low, high = (_number(value, unit) for value in (band.median, band.low, band.high))
    return f"{median} ({band.n})\n{low} / {high}"


def _curve_note(table: Corrections) -> Text:
    return Text(
        f"Angles and depth are corrected by the table of {table.made_on}. Rendered clips share their maker's "
        "assumptions: they say nothing of real video.",
        "dim",
    )


def _number(value: float, unit: str) -> str:
    digits = _UNITS.get(unit, ("", _DIGITS))[1]
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _grid(title: str) -> Grid:
    return Grid(
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
        title=title, title_justify="left", title_style="bold",
    )  # fmt: skip
