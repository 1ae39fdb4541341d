"""What a table is, and how the samples of all clips become its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from formcheck.pose import FloatArray
from formcheck.validate.figures import Figure, Statistic, figure
from formcheck.validate.published import Published, published
from formcheck.validate.samples import Scored
from formcheck.validate.truth import LiftName, Made

ALL = "all"
"""Stands for a lift, a yaw band or a view where a row is of all of them."""

_BANDS = ("0-15", "15-30", "30-50", "50-90", "side", "oblique", "front/rear", "unknown")
_ORDER = (*get_args(Made), *get_args(LiftName), *_BANDS, ALL)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name
        In JSON.
    title
        On the screen; lines are broken as given.
    samples
        Whose rows it is a statistic of.
    statistic
        What is computed.
    style
        How it is written: a count of digits, or `%` for shares.
    interval
        Whether the screen shows its interval.
    counted
        Title of a column for its n, on the screen; none if empty.
    """

    name: str
    title: str
    samples: str
    statistic: Statistic
    style: str = "0"
    interval: bool = False
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows by lift, camera and item as named in `by`, for each way of making truth apart.

    Attributes
    ----------
    name, title
        In JSON and on the screen.
    by
        Any of `lift`, `yaw` and `view`, as its rows are grouped; each view has a group of all lifts, and a
        last group holds all.
    item
        What an item of its rows is; empty where there is none.
    columns
        Its columns.
    note
        What a reader must know.
    absent
        What is printed where there is nothing to score.
    """

    name: str
    title: str
    by: tuple[str, ...]
    item: str
    columns: tuple[Column, ...]
    note: str = ""
    absent: str = "no truth of this kind"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its figures by column; `lift`, `yaw` and `view` are `all` where it is not grouped by them.

    `published` is what others state of the same.
    """

    made: str
    lift: str
    yaw: str
    view: str
    item: str
    figures: dict[str, Figure]
    published: tuple[Published, ...] = ()


def summarize(table: Table, scored: Sequence[Scored]) -> tuple[Row, ...]:
    """Fill a table: rows by how truth was made, by lift and by camera, those over all clips last."""
    groups: dict[tuple[str, ...], list[dict[str, FloatArray]]] = {}
    for clip in scored:
        for sample in clip.samples:
            if sample.table != table.name:
                continue
            for key in _groups(table, clip):
                groups.setdefault((clip.made, *key, sample.item), []).append(dict(sample.values))
    items = list(dict.fromkeys(key[-1] for key in groups))
    ordered = sorted(groups, key=lambda key: (*map(_ORDER.index, key[:-1]), items.index(key[-1])))
    return tuple(_row(table, key, groups[key]) for key in ordered)


def _groups(table: Table, clip: Scored) -> tuple[tuple[str, str, str], ...]:
    """List the (lift, yaw, view) of the rows that a clip adds to."""
    lift = clip.lift if "lift" in table.by else ALL
    yaw = clip.yaw if "yaw" in table.by else ALL
    view = clip.view if "view" in table.by else ALL
    return tuple(dict.fromkeys(((lift, yaw, view), (ALL, ALL, view), (ALL, ALL, ALL))))


def _row(table: Table, key: tuple[str, ...], group: Sequence[dict[str, FloatArray]]) -> Row:
    made, lift, yaw, view, item = key
    figures = {column.name: _figure(column, group) for column in table.columns}
    camera = view if "view" in table.by else yaw
    return Row(made, lift, yaw, view, item, figures, published(table.name, lift, camera, item))


def _figure(column: Column, group: Sequence[dict[str, FloatArray]]) -> Figure:
    return figure([values[column.samples] for values in group if column.samples in values], column.statistic)
