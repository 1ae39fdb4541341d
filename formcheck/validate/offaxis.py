"""The off-axis curve: the error of each measure against the true yaw, as a table and as a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from formcheck.metrics.corrections import CORRECTED, LIFTS, Corrections
from formcheck.validate.readings import Reading

YAW_EDGES_DEG = (0.0, 5.0, 15.0, 25.0, 37.5, 50.0)
"""Edges of the bands: halfway between the yaws of the rendered benchmark (0, 10, 20, 30, 45)."""

_COLUMNS = 3
_ROW_PX, _HEAD_PX = 280, 150
_READ, _TOLD, _BAND, _LIMIT = "#9aa5b1", "#1f6feb", "rgba(31, 111, 235, 0.18)", "#b35900"
_NOTE = (
    "Error against the true yaw in degrees off the side. Beyond the dotted line the measure is not told; "
    "where it stands at 0, it never is."
)

Key = tuple[str, str, str]
"""Lift, measure and unit."""


@dataclass(frozen=True, slots=True)
class Band:
    """The error of a measure in a band of the true yaw, corrected less true, in the measure's unit.

    Attributes
    ----------
    low_deg, high_deg
        The band: from the one, without the other.
    yaw_deg
        Mean yaw of its readings.
    median, low, high
        Median, 5th and 95th percentile.
    read
        Median before the correction.
    n, clips
        How many readings of how many clips.
    """

    low_deg: float
    high_deg: float
    yaw_deg: float
    median: float
    low: float
    high: float
    read: float
    n: int
    clips: int

    @property
    def worst(self) -> float:
        """The larger end of the 90 % band, as a size."""
        return max(abs(self.low), abs(self.high))


def curve(readings: Iterable[Reading], table: Corrections) -> tuple[Band, ...]:
    """Sort the errors of one measure into bands of the true yaw; bands without a reading are left out."""
    readings = list(readings)
    bands = []
    for low, high in pairwise(YAW_EDGES_DEG):
        inside = [one for one in readings if low <= one.yaw_deg < high]
        if inside:
            errors = [one.corrected_error(table) for one in inside]
            least, middle, most = np.percentile(errors, (5, 50, 95))
            bands.append(
                Band(
                    low,
                    high,
                    yaw_deg=float(np.mean([one.yaw_deg for one in inside])),
                    median=float(middle),
                    low=float(least),
                    high=float(most),
                    read=float(np.median([one.error for one in inside])),
                    n=len(inside),
                    clips=len({one.clip for one in inside}),
                )
            )
    return tuple(bands)


def by_measure(readings: Iterable[Reading]) -> dict[Key, list[Reading]]:
    """Group readings by lift, measure and unit: angles and depth, then the bar's measures, then times.

    Those from beyond 50 degrees, or from an unknown yaw, are left out.
    """
    groups: dict[Key, list[Reading]] = {}
    for one in readings:
        if one.yaw_deg < YAW_EDGES_DEG[-1]:
            groups.setdefault((one.lift, one.measure, one.unit), []).append(one)
    return dict(sorted(groups.items(), key=lambda item: _order(item[0])))


def _order(key: Key) -> tuple[int, bool, bool, str]:
    lift, measure, unit = key
    return LIFTS.index(lift), unit == "s", measure not in CORRECTED, measure


def to_page(readings: Sequence[Reading], table: Corrections, title: str) -> str:
    """Make the page: a panel for each lift and measure, readings as points, the corrected band filled."""
    from plotly.subplots import make_subplots

    groups = by_measure(readings)
    rows = max(-(-len(groups) // _COLUMNS), 1)
    height_px = _ROW_PX * rows + _HEAD_PX
    titles = [f"{lift}: {measure}, {unit}".replace("_", " ") for lift, measure, unit in groups]
    figure = make_subplots(rows, _COLUMNS, vertical_spacing=0.3 / rows, subplot_titles=titles)
    for place, group in enumerate(groups.values()):
        at = {"row": place // _COLUMNS + 1, "col": place % _COLUMNS + 1}
        figure.add_traces(_traces(group, table, shown=place == 0), rows=at["row"], cols=at["col"])
        for most in _mosts(group, table):
            figure.add_vline(most, line={"dash": "dot", "color": _LIMIT}, **at)
    ticks = sorted({round(one.yaw_deg) for group in groups.values() for one in group})
    figure.update_xaxes(range=[-2, YAW_EDGES_DEG[-1]], tickvals=ticks)
    figure.update_layout(
        title={"text": f"{title}<br><sub>{_NOTE}</sub>", "y": 1 - 24 / height_px, "yanchor": "top"},
        margin={"t": _HEAD_PX},
        height=height_px,
        template="plotly_white",
        legend={"orientation": "h", "y": 1 + 50 / (_ROW_PX * rows)},
    )
    return str(figure.to_html(include_plotlyjs=True, full_html=True))


def _mosts(group: Sequence[Reading], table: Corrections) -> list[float]:
    """Up to which yaws the presets of a group tell a measure; none for what is told from anywhere."""
    if group[0].measure not in CORRECTED:
        return []
    return sorted({table.most_yaw_deg(one.preset, one.lift, one.measure) for one in group})


def _traces(group: Sequence[Reading], table: Corrections, *, shown: bool) -> list[object]:
    """Draw band, median and points of one panel; the legend is that of the first."""
    from plotly.graph_objects import Scatter

    bands = curve(group, table)
    middles = [band.yaw_deg for band in bands]
    ends = [*(band.high for band in bands), *(band.low for band in reversed(bands))]
    points = {
        "mode": "markers",
        "x": [one.yaw_deg for one in group],
        "text": [f"{one.clip}, {one.preset}" for one in group],
    }
    traces = [
        Scatter(
            x=[*middles, *reversed(middles)], y=ends, mode="lines", fill="toself", fillcolor=_BAND,
            line={"width": 0}, hoverinfo="skip", name="90 % of the told errors",
        ),
        Scatter(
            x=middles, y=[band.median for band in bands], mode="lines", line={"color": _TOLD},
            name="their median",
        ),
        Scatter(
            **points, y=[one.error for one in group], name="read less true",
            marker={"color": _READ, "symbol": "circle-open", "size": 5},
        ),
        Scatter(
            **points, y=[one.corrected_error(table) for one in group], name="told (corrected) less true",
            marker={"color": _TOLD, "size": 4},
        ),
    ]  # fmt: skip
    return [trace.update(legendgroup=trace.name, showlegend=shown) for trace in traces]
