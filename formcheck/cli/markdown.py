"""Tables of the screen as GitHub Markdown."""

from collections.abc import Iterable
from datetime import datetime

from rich.table import Table as Grid
from rich.text import Text

_RULES = {"left": ":---", "right": "---:"}


def markdown(parts: Iterable[Grid | Text], command: str) -> str:
    """Write tables and lines as Markdown, below the day and the command that made them.

    Parameters
    ----------
    parts
        What the screen would show, from top to bottom.
    command
        The command that prints them.
    """
    today = datetime.now().astimezone().date().isoformat()
    blocks = [f"Made on {today} by `{command}`."]
    blocks += [_table(part) if isinstance(part, Grid) else _told(part) for part in parts]
    return "\n\n".join(blocks)


def _table(grid: Grid) -> str:
    """Write a table below its title."""
    heads = [_told(column.header).replace("- ", "") for column in grid.columns]
    rules = [_RULES.get(column.justify, ":---") for column in grid.columns]
    columns = [[_told(cell) for cell in column.cells] for column in grid.columns]
    lines = [heads, rules, *zip(*columns, strict=True)]
    return "\n".join([f"**{_told(grid.title)}**", "", *(f"| {' | '.join(line)} |" for line in lines)])


def _told(content: object) -> str:
    """Write a cell or a line as text of one line that Markdown takes as it is."""
    words = " ".join(str(content).split())
    return words.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
