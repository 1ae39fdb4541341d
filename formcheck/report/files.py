"""A report as JSON, and its reps and curves as tables for a spreadsheet."""

import csv
from collections.abc import Iterable
from pathlib import Path

from formcheck.errors import OutputError
from formcheck.report import MeasurePart, Report, RepPart

_Row = Iterable[str | int | float | None]

UNIT_WORDS = {
    "image heights": "image_heights",
    "deg": "deg",
    "°": "deg",
    "%": "percent",
    "% of range": "percent_of_range",
    "cm²": "cm2",
}
"""Units as column headers say them; all others are used as they are."""


def to_json(report: Report) -> str:
    """Give the whole report as indented JSON, read back by `Report.model_validate_json`."""
    return report.model_dump_json(indent=2) + "\n"


def write_reps_csv(report: Report, path: Path) -> None:
    """Write one line for each rep.

    The columns are number, start_s, turn_s, end_s, partial, tempo, verdict and, for each measure,
    its value and the ends of its 90 % interval (`_low`, `_high`); empty where not measured. The
    header carries the unit, as in `knee_flexion_bottom_deg`.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    units: dict[str, str] = {}
    for rep in report.reps:
        for name, measure in rep.measures.items():
            units.setdefault(name, measure.unit)
    columns = [column_name(name, unit) for name, unit in units.items()]
    header = ["number", "start_s", "turn_s", "end_s", "partial", "tempo", "verdict"]
    header += [column + end for column in columns for end in ("", "_low", "_high")]
    _write(path, header, (_rep_row(rep, units) for rep in report.reps))


def write_signals_csv(report: Report, path: Path) -> None:
    """Write one line for each instant: time_s and every curve; empty where not measured.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    signals = report.signals
    rows = zip(signals.time_s, *signals.values.values(), strict=True)
    _write(path, ["time_s", *signals.values], ([_rounded(cell) for cell in row] for row in rows))


def column_name(name: str, unit: str) -> str:
    """Append the unit to the name of a measure, unless the name ends with it."""
    suffix = "_" + UNIT_WORDS.get(unit, unit.replace("/", "_per_").replace(" ", "_"))
    return name if suffix == "_" or name.endswith(suffix) else name + suffix


def _rep_row(rep: RepPart, names: Iterable[str]) -> _Row:
    row: list[str | int | float | None] = [rep.number, rep.start_s, rep.turn_s, rep.end_s]
    row += ["yes" if rep.partial else "no", rep.tempo, rep.verdict]
    for name in names:
        row += _cells(rep.measures.get(name))
    return [_rounded(cell) for cell in row]


def _cells(measure: MeasurePart | None) -> tuple[float | None, float | None, float | None]:
    return (measure.value, measure.low, measure.high) if measure else (None, None, None)


def _rounded(cell: str | float | None) -> str | float | None:
    """Six digits after the point: finer than any measurement here."""
    return round(cell, 6) if isinstance(cell, float) else cell


def _write(path: Path, header: list[str], rows: Iterable[_Row]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        raise OutputError(
            f"{path.name}: expected a place to write to, found {error.strerror}",
            "Choose another folder for the results.",
        ) from error
