"""A validation as tables that fit 100 columns, with or without color."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.table import Table as Grid
from rich.text import Text

from formcheck import __version__
from formcheck.cli.tables import MISSING
from formcheck.cli.terminal import console
from formcheck.settings import Settings
from formcheck.validate.document import ClipLine, Validation
from formcheck.validate.figures import Figure
from formcheck.validate.tables import ALL, Column, Row, Table

_WIDTH = 100
_CONFUSIONS = {
    "lifts": ("Lift: true (rows) and found (columns)", ("squat", "deadlift", "bench_press", "other", "none", "failed")),
    "views": ("View: true (rows) and found (columns)", ("side", "oblique", "front", "rear", "other", "none", "failed")),
}  # fmt: skip


def print_validation(validation: Validation, folder: Path, settings: Settings) -> None:
    """Print all tables on stdout."""
    out = console()
    out.width = max(out.width, _WIDTH) if not out.is_terminal else out.width
    out.print(_head(validation.clips, folder, settings))
    out.print(clip_table(validation.clips))
    for name, (title, names) in _CONFUSIONS.items():
        for made, confusion in validation.confusions[name].items():
            out.print(confusion_table(f"{title}, {made}", names, confusion))
    for table, rows in validation.tables:
        for part in score_tables(table, rows):
            out.print(part)
    out.print(_legend())


def _head(clips: Sequence[ClipLine], folder: Path, settings: Settings) -> Text:
    made = [line.made for line in clips]
    parts = ", ".join(f"{made.count(way)} {way}" for way in dict.fromkeys(made))
    failed = sum(line.found == "failed" for line in clips)
    refused = sum(line.found in ("other", "none") for line in clips)
    return Text(
        f"formcheck {__version__}, preset {settings.preset}, pose {settings.pose}: "
        f"{len(clips)} clips in {folder} ({parts}); {refused} refused, {failed} failed\n"
    )


def _legend() -> Text:
    return Text(
        "(a to b): 90 % interval, by drawing the clips anew 1000 times; none with fewer than 3 clips, and too "
        "narrow with few.\nEach n stands right of the figures that it counts for. Rendered clips share their "
        "maker's assumptions: they say nothing of real video.",
        "dim",
    )


def clip_table(clips: Sequence[ClipLine]) -> Grid:
    """Lay out what became of each clip."""
    grid = _grid("Clips")
    for title in ("clip", "truth", "lift", "found"):
        grid.add_column(title, no_wrap=title == "clip")
    for title in ("true\nreps", "found", "missed", "extra", "seconds", "peak\nMB"):
        grid.add_column(title, justify="right")
    for line in clips:
        found = Text(line.found, "" if line.right else "bold red")
        reps = [_count(line.reps[name]) for name in ("true", "found", "missed", "extra")]
        cost = [MISSING if x is None else f"{x:.{d}f}" for x, d in ((line.seconds, 1), (line.peak_mb, 0))]
        grid.add_row(line.name, line.made, line.lift, found, *reps, *cost)
    failed = [line for line in clips if line.error and not (line.right and line.found != "failed")]
    if failed:
        grid.caption = "\n".join(f"{line.name}: {line.error}" for line in failed)
    return grid


def confusion_table(title: str, names: Sequence[str], confusion: dict[str, dict[str, int]]) -> Grid:
    """Lay out how many clips of each kind were taken for which."""
    grid = _grid(title)
    grid.add_column("")
    for name in (*names, "n"):
        grid.add_column(name, justify="right")
    for true in sorted(confusion, key=names.index):
        counts = confusion[true]
        cells = [
            Text(str(counts.get(name, "\N{MIDDLE DOT}")), "bold" if name == true else "") for name in names
        ]
        grid.add_row(true, *cells, str(sum(counts.values())))
    return grid


def score_tables(table: Table, rows: Sequence[Row]) -> Iterator[Grid | Text]:
    """Lay out a table for each way of making truth; where there is nothing to score, why."""
    if not rows:
        yield Text.assemble((f"{table.title}: ", "bold"), f"{table.absent}\n")
    for made in dict.fromkeys(row.made for row in rows):
        yield score_table(table, made, [row for row in rows if row.made == made])


def score_table(table: Table, made: str, rows: Sequence[Row]) -> Grid:
    """Lay out the rows of one way of making truth."""
    grid = _grid(f"{table.title}, {made}")
    groups = dict.fromkeys((row.lift, row.yaw) for row in rows)
    heads = [name for name in ("lift", "yaw") if name in table.by]
    for head in heads:
        grid.add_column(f"{head} °" if head == "yaw" else head, no_wrap=True)
    if table.item:
        grid.add_column(table.item, no_wrap=True)
    for column in table.columns:
        grid.add_column(column.title, justify="right", no_wrap=True)
        if column.counted:
            grid.add_column(column.counted, justify="right", style="dim")
    shown = [row for row in rows if len(groups) > 2 or (row.lift, row.yaw) != (ALL, ALL) or not table.by]
    quiet = [row for row in shown if _quiet(row)]
    for row in shown:
        if row not in quiet:
            item = [row.item] if table.item else []
            grid.add_row(*(getattr(row, head) for head in heads), *item, *_cells(table.columns, row))
    left_out = len({row.item for row in quiet})
    grid.caption = " ".join(
        filter(None, (table.note, f"Not shown: {left_out} rules, no fault true or called." * bool(left_out)))
    )
    return grid


def _quiet(row: Row) -> bool:
    """Whether a rule has nothing to tell: no fault is true, none was called."""
    true, called = row.figures.get("true"), row.figures.get("called")
    return (
        row.item != "all rules"
        and true is not None
        and called is not None
        and not (true.value or called.value)
    )


def _cells(columns: Sequence[Column], row: Row) -> Iterator[str]:
    for column in columns:
        figure = row.figures[column.name]
        yield _figure(figure, column)
        if column.counted:
            yield str(figure.n)


def _figure(figure: Figure, column: Column) -> str:
    text = _number(figure.value, column.style)
    if not column.interval or figure.low is None or figure.high is None:
        return text
    return f"{text} ({_number(figure.low, column.style)} to {_number(figure.high, column.style)})"


def _number(value: float | None, style: str) -> str:
    if value is None:
        return MISSING
    text = f"{100 * value:.0f} %" if style == "%" else f"{round(value, int(style)) + 0.0:.{style}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _count(value: int | None) -> str:
    return MISSING if value is None else str(value)


def _grid(title: str) -> Grid:
    return Grid(
        box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, title=title, title_justify="left",
        caption_justify="left", title_style="bold", caption_style="dim",
    )  # fmt: skip
