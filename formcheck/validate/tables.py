"""The tables: which rows, which columns, and the figures in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from formcheck.pose import FloatArray
from formcheck.validate import figures as f
from formcheck.validate.figures import Figure, Statistic, figure
from formcheck.validate.samples import Scored
from formcheck.validate.truth import LiftName, Made

ALL = "all"
"""Stands for a lift or a yaw band where a row is of all of them."""

_ORDER = (*get_args(Made), *get_args(LiftName), "0-15", "15-30", "30-50", "50-90", "unknown", ALL)


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
    """A table: rows by lift, yaw band and item as named in `by`, for each way of making truth apart.

    Attributes
    ----------
    name, title
        In JSON and on the screen.
    by
        Any of `lift` and `yaw`, as its rows are grouped; a last group holds all.
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
    """A row with its figures by column; `lift` and `yaw` are `all` where it is not grouped by them."""

    made: str
    lift: str
    yaw: str
    item: str
    figures: dict[str, Figure]


def summarize(table: Table, scored: Sequence[Scored]) -> tuple[Row, ...]:
    """Fill a table: rows by how truth was made, by lift and by yaw, those over all clips last."""
    groups: dict[tuple[str, str, str, str], list[dict[str, FloatArray]]] = {}
    for clip in scored:
        for sample in clip.samples:
            if sample.table != table.name:
                continue
            lift = clip.lift if "lift" in table.by else ALL
            yaw = clip.yaw if "yaw" in table.by else ALL
            for key in dict.fromkeys(((lift, yaw), (ALL, ALL))):
                groups.setdefault((clip.made, *key, sample.item), []).append(dict(sample.values))
    items = list(dict.fromkeys(item for *_, item in groups))
    ordered = sorted(groups, key=lambda key: (*map(_ORDER.index, key[:3]), items.index(key[3])))
    return tuple(
        Row(*key, {column.name: _figure(column, groups[key]) for column in table.columns}) for key in ordered
    )


def _figure(column: Column, group: Sequence[dict[str, FloatArray]]) -> Figure:
    return figure([values[column.samples] for values in group if column.samples in values], column.statistic)


TABLES = (
    Table(
        "reps",
        "Reps",
        ("lift",),
        "",
        (
            Column("precision", "precision", "found", f.mean, "2", counted="found"),
            Column("recall", "recall", "true", f.mean, "2", counted="true"),
            Column("f1", "F1", "events", f.event_f1, "3", interval=True),
            Column("missed", "missed", "events", f.count(1)),
            Column("extra", "extra", "events", f.count(2)),
            Column("count_exact", "count\nexact", "exact", f.mean, "%", interval=True, counted="clips"),
        ),
        "A found rep is a true one where both overlap for half of the longer one, one to one.",
    ),
    Table(
        "timing",
        "Rep timing, found less true",
        ("lift",),
        "instant",
        (
            Column("median_ms", "median\nerror ms", "error_ms", f.median_size, interval=True),
            Column("p95_ms", "95th\npercentile", "error_ms", f.size_95),
            Column("bias_ms", "bias\nms", "error_ms", f.median, counted="reps"),
        ),
        "Sizes of the errors; the bias is the median with its sign.",
    ),
    Table(
        "angles",
        "Joint angles of the near side inside the true reps, found less true",
        ("lift", "yaw"),
        "joint",
        (
            Column("mae_deg", "mean\nerror °", "error_deg", f.mean_size, "1", interval=True),
            Column("bias_deg", "bias\n°", "error_deg", f.mean, "1", counted="frames"),
            Column("assessed", "asses-\nsed", "assessed", f.mean, "%", counted="of"),
            Column("turn_mae_deg", "at turn\nerror °", "turn_error_deg", f.mean_size, "1"),
            Column("turn_bias_deg", "bias\n°", "turn_error_deg", f.mean, "1", counted="reps"),
        ),
        "Of the curves, in the picture, against angles in space. What is told of a rep is stricter: see the "
        "intervals.",
    ),
    Table(
        "keypoints",
        "Keypoints of the near side inside the true reps",
        ("lift", "yaw"),
        "joint",
        (
            Column("median_pct", "median error,\n% of the trunk", "error_pct", f.median, "1", interval=True),
            Column("p95_pct", "95th\npercentile", "error_pct", f.size_95, "1", counted="frames"),
        ),
    ),
    Table(
        "bar",
        "Track of the bar's near end inside the true reps",
        ("lift",),
        "",
        (
            Column("median_pct", "median error, % of\nthe plate's diameter", "error_pct", f.median, "1"),
            Column("p95_pct", "95th\npercentile", "error_pct", f.size_95, "1", counted="frames"),
            Column("tracked", "tracked", "tracked", f.mean, "%", interval=True, counted="of"),
        ),
        "Tracked: the plate itself was followed. Where the hands stand in for it, its place is not measured.",
    ),
    Table(
        "faults",
        "Faults, over reps and rules",
        ("lift",),
        "rule",
        (
            Column("true", "true", "verdicts", f.count(0)),
            Column("called", "called", "verdicts", f.count(1)),
            Column("precision", "preci-\nsion", "verdicts", f.precision, "2"),
            Column("recall", "recall", "verdicts", f.recall, "2"),
            Column("f1", "F1", "verdicts", f.f1, "2", interval=True),
            Column("f1_always_yes", "F1 of\n“yes”", "verdicts", f.f1_always_yes, "2"),
            Column("not_assessed", "not\nassessed", "verdicts", f.not_judged, "%", counted="n"),
        ),
        "A borderline verdict calls nothing a fault. “yes”: every rep called a fault. Rules without a fault, "
        "true or called, are not shown.",
        "no clip whose truth lists its faults",
    ),
    Table(
        "intervals",
        "Stated 90 % intervals of the found reps' measures",
        ("lift",),
        "measure",
        (
            Column("inside", "truth inside", "inside", f.mean, "%", interval=True, counted="n"),
            Column("half_width", "median\n± stated", "half_width", f.median, "2"),
            Column("median_error", "median\nerror", "error", f.median_size, "2"),
            Column("bias", "bias", "error", f.mean, "2"),
            Column("measured", "measured", "measured", f.mean, "%", counted="of"),
        ),
        "85 to 95 % is honest. In the measure's own unit: degrees, seconds, thigh lengths. Instants marked "
        "by hand have a tolerance of their own (about 0.1 s), which is not taken off.",
        "no truth for any measure",
    ),
    Table(
        "metres",
        "Speed (m/s) and range (cm), found less true",
        ("lift",),
        "measure",
        (
            Column("bias", "bias", "error", f.mean, "3", interval=True),
            Column("rmse", "RMSE", "error", f.rms, "3"),
            Column("limits_95", "95 % limits\n±", "error", f.limits_95, "3", counted="reps"),
        ),
        absent="not measured: the reports state no length in metres, since no scale is found; nor is, "
        "therefore, the path of the bar in cm",
    ),
    Table(
        "lifts",
        "Lift recognized",
        (),
        "",
        (Column("right", "right", "right", f.mean, "%", interval=True, counted="clips"),),
        "A clip of none of the lifts is right if it was refused, as whatever.",
    ),
    Table(
        "views",
        "View",
        (),
        "",
        (
            Column("right", "name right", "right", f.mean, "%", interval=True, counted="clips"),
            Column("yaw_mae_deg", "yaw, mean\nerror °", "yaw_error_deg", f.mean_size, "1", interval=True),
            Column("yaw_bias_deg", "bias\n°", "yaw_error_deg", f.mean, "1", counted="clips"),
        ),
        "Shares and errors: of the clips that were not refused.",
    ),
    Table(
        "cost",
        "What watching took",
        (),
        "",
        (
            Column("seconds", "seconds,\nmedian", "seconds", f.median, "1"),
            Column("seconds_most", "most", "seconds", f.largest, "1", counted="clips"),
            Column("slower", "per second of\nvideo, median", "slower", f.median, "2", counted="clips"),
            Column("peak_mb", "peak MB,\nmedian", "peak_mb", f.median),
            Column("peak_mb_most", "most", "peak_mb", f.largest, counted="clips"),
        ),
        "The networks are loaded anew for each clip.",
    ),
)
"""All tables, in the order in which they are printed."""
