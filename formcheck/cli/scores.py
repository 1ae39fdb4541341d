"""A validation as tables that fit 100 columns, with or without color."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from textwrap import wrap

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from formcheck import __version__
from formcheck.cli.tables import MISSING
from formcheck.cli.terminal import console
from formcheck.settings import Settings
from formcheck.validate.document import ClipLine, Confusion, Validation
from formcheck.validate.figures import Figure
from formcheck.validate.published import Published
from formcheck.validate.rules import ALL_RULES
from formcheck.validate.summary import ALL, Column, Row, Table
from formcheck.validate.whole import REFUSALS

_WIDTH = 100
_PUBLISHED = 17
_ENDS = (*REFUSALS, "failed")
_FOUND = {
    "lifts": ("squat", "deadlift", "bench_press", *_ENDS),
    "views": ("side", "oblique", "front", "rear", *_ENDS),
}


def print_validation(validation: Validation, folder: Path, settings: Settings) -> None:
    """Print all tables on stdout."""
    print_parts(validation_parts(validation, folder, settings))


def print_parts(parts: Iterable[Grid | Text]) -> None:
    """Print tables and lines on stdout; where that is no terminal, 100 columns wide."""
    out = console()
    if not out.is_terminal:
        out.width = _WIDTH
    for part in parts:
        out.print(part, soft_wrap=isinstance(part, Text) and part.no_wrap)


def validation_parts(validation: Validation, folder: Path, settings: Settings) -> Iterator[Grid | Text]:
    """Everything that is shown of a validation, from top to bottom."""
    yield _head(validation.clips, folder, settings)
    yield clip_table(validation.clips)
    yield from _below(validation.clips)
    for table, rows in validation.tables:
        yield from table_parts(table, rows, validation.confusions.get(table.name, {}))
    yield _legend()


def table_parts(
    table: Table, rows: Sequence[Row], confusions: Confusion | None = None
) -> Iterator[Grid | Text]:
    """Lay out a table for each way of making truth; where there is nothing to score, why."""
    if not rows:
        yield Text.assemble((table.title, "bold"), f": {table.absent}\n")
        return
    for made in dict.fromkeys(row.made for row in rows):
        ours = [row for row in rows if row.made == made]
        if confusions and made in confusions:
            yield confusion_table(f"{table.title}, {made}", _FOUND[table.name], confusions[made])
            yield from (_line(table, row) for row in ours)
        else:
            yield score_table(table, made, ours)
    notes = [table.note] if table.note else []
    notes += [f"{one.name} {one.figure}: {one.of} ({one.source})." for one in _others(rows)]
    if notes:
        yield Text(" ".join(notes) + "\n", "dim")


def _beside(row: Row) -> str:
    """Write the published figures of a row, one below the other."""
    told = (f"{one.name} {one.figure}" for one in row.published)
    return "\n".join(chain.from_iterable(wrap(one, _PUBLISHED, break_on_hyphens=False) for one in told))


def _others(rows: Sequence[Row]) -> tuple[Published, ...]:
    """List the published figures that stand beside the rows that are shown, each once."""
    return tuple(dict.fromkeys(one for row in rows if _shown(row, rows) for one in row.published))


def _line(table: Table, row: Row) -> Text:
    """Write a row as a line."""
    told = []
    for column in table.columns:
        title = column.title.replace("\n", " ")
        told.append(f"{title}: {_figure(row.figures[column.name], column)} (n {row.figures[column.name].n})")
    return Text("; ".join(told))


def _head(clips: Sequence[ClipLine], folder: Path, settings: Settings) -> Text:
    made = [line.made for line in clips]
    parts = ", ".join(f"{made.count(way)} {way}" for way in dict.fromkeys(made))
    refused = sum(line.found in REFUSALS for line in clips)
    failed = sum(line.found == "failed" for line in clips)
    return Text(
        f"formcheck {__version__}, preset {settings.preset}, pose {settings.pose}: {len(clips)} clips in "
        f"{folder} ({parts}); {refused} refused, {failed} failed\n"
    )


def _legend() -> Text:
    return Text(
        "In brackets: 90 % interval, by drawing the clips anew 1000 times; none with fewer than 3 clips or "
        "where all draws agree, and too narrow with few clips. Each n stands right of the figures that it "
        "counts for. Rendered clips share their maker's assumptions: they say nothing of real video. "
        "Published: by others, of real lifters in their own rooms.",
        "dim",
    )


def clip_table(clips: Sequence[ClipLine]) -> Grid:
    """Lay out what became of each clip."""
    grid = _grid("Clips")
    for title in ("clip", "truth", "lift", "found"):
        grid.add_column(title, no_wrap=True)
    for title in ("true\nreps", "found", "missed", "extra", "s", "peak\nMB"):
        grid.add_column(title, justify="right", no_wrap=True)
    for line in clips:
        found = Text(line.found, "" if line.right else "bold red")
        reps = [_count(line.reps[name]) for name in ("true", "found", "missed", "extra")]
        cost = [_number(line.seconds, "1"), _number(line.peak_mb, "0")]
        grid.add_row(line.name, line.made, line.lift, found, *reps, *cost)
    return grid


def _below(clips: Sequence[ClipLine]) -> Iterator[Text]:
    """What is to be said of single clips."""
    for line in clips:
        if line.error and (line.found == "failed" or not line.right):
            yield Text(f"{line.name}: {line.error}", "red", no_wrap=True)
    jobs = sorted({line.jobs for line in clips if line.jobs is not None})
    if jobs:
        at_once = " or ".join(map(str, jobs))
        yield Text(f"Seconds and memory: of the eyes, when they last looked, {at_once} at a time.\n", "dim")


def confusion_table(title: str, names: Sequence[str], confusion: dict[str, dict[str, int]]) -> Grid:
    """Lay out how many clips of each kind (rows) were taken for which (columns)."""
    grid = _grid(title)
    grid.add_column("true", no_wrap=True)
    for name in names:
        grid.add_column(name if name in _ENDS else f"found\n{name}", justify="right", no_wrap=True)
    grid.add_column("clips", justify="right", style="dim")
    for true in sorted(confusion, key=names.index):
        counts = confusion[true]
        cells = [Text(str(counts.get(n, "\N{MIDDLE DOT}")), "bold" if n == true else "") for n in names]
        grid.add_row(true, *cells, str(sum(counts.values())))
    return grid


def score_table(table: Table, made: str, rows: Sequence[Row]) -> Grid:
    """Lay out the rows of one way of making truth; a total only where it is of more than one row."""
    shown = [row for row in rows if _shown(row, rows)]
    beside = any(row.published for row in shown)
    grid = _grid(f"{table.title}, {made}", gap=1 if beside else 2)
    heads = [*table.by, *(["item"] if table.item else [])]
    for head in heads:
        grid.add_column({"item": table.item, "yaw": "yaw °"}.get(head, head), no_wrap=True)
    for column in table.columns:
        grid.add_column(column.title, justify="right", no_wrap=True)
        if column.counted:
            grid.add_column(column.counted, justify="right", no_wrap=True, style="dim")
    if beside:
        grid.add_column("published", no_wrap=True, style="dim")
    for row in shown:
        cells = [getattr(row, head) for head in heads] + [*_cells(table.columns, row)]
        grid.add_row(*cells, *([_beside(row)] if beside else []))
    return grid


def _shown(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row tells anything: no total that says what a row before it says, no rule without a fault."""
    before = rows[: rows.index(row)]
    if row.lift == ALL and any(one.item == row.item and one.figures == row.figures for one in before):
        return False
    true, called = row.figures.get("true"), row.figures.get("called")
    if true is None or called is None or row.item == ALL_RULES:
        return True
    return bool(true.value or called.value)


def _cells(columns: Sequence[Column], row: Row) -> Iterator[str]:
    for column in columns:
        figure = row.figures[column.name]
        yield _figure(figure, column)
        if column.counted:
            yield str(figure.n)


def _figure(figure: Figure, column: Column) -> str:
    text = _number(figure.value, column.style)
    if column.interval and figure.low is not None and figure.high is not None:
        low, high = _number(figure.low, column.style), _number(figure.high, column.style)
        text += f" ({low}\N{EN DASH}{high})"
    return f"{text} %" if column.style == "%" and figure.value is not None else text


def _number(value: float | None, style: str) -> str:
    """Write a number: `style` is its digits after the point, or `%` for a share."""
    if value is None:
        return MISSING
    scaled, digits = (100 * value, 0) if style == "%" else (value, int(style))
    return f"{round(scaled, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _count(value: int | None) -> str:
    return MISSING if value is None else str(value)


def _grid(title: str, *, gap: int = 2) -> Grid:
    return Grid(
        box=box.SIMPLE_HEAD, padding=(0, gap - 1, 0, 0), pad_edge=False,
        title=title, title_justify="left", title_style="bold",
    )  # fmt: skip
