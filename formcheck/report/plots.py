"""Which curves of a report are plotted together; the page draws them."""

from dataclasses import asdict, dataclass

from formcheck.report import Report
from formcheck.report.bar import bar_plots
from formcheck.report.parts import ComparisonPart
from formcheck.report.words import STORY_WORDS, VERDICT_WORDS, signal_words

_SIDES = ("left_", "right_")
_SEGMENTS = ("trunk", "shank", "thigh")
_JOINTS, _LEAN, _OTHER, _COMPARED = "Joint angles", "Lean of the body", "Other angles", "Left and right"
_READ = "Angles as the keypoints have them"
_FITTED = "fitted_"
_LAST = (_JOINTS, _LEAN, _OTHER)
_SHOWN_IN_PATHS = ("bar_height_ih", "bar_speed_ih_per_s", "bar_forward_m")
_TOLD_BY_REP = ("fitted_depth_m", "fitted_balance_m")
_AROUND_S = 1.0
_COLORS = 4
_FIGURES = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a plot.

    Attributes
    ----------
    name
        What the legend says.
    color
        Number of the line's color in the page's palette, from 1.
    dashed
        Whether it is dashed: the left side's, and those that share their color with another.
    values
        One for each time of the report's signals, None where not measured.
    """

    name: str
    color: int
    dashed: bool
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class Plot:
    """Curves that share a vertical axis; `folded` ones are shown on demand."""

    title: str
    unit: str
    note: str
    folded: bool
    curves: list[Curve]


def make_plots(report: Report) -> list[Plot]:
    """Sort the curves into plots; those that compare left and right come last.

    Angles are those of the fitted body where there are such; what the keypoints say is then folded away.

    Curves without a single value are left out, and so are a squat's elbows, which carry the bar, bent and
    mostly hidden, and where the bar is known in meters its image heights and its way fore and aft, which its
    path shows.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    bar = bar_plots(report)
    for key, values in report.signals.values.items():
        if report.lift.name == "squat" and "elbow" in key:
            continue
        if key in _TOLD_BY_REP or (bar and key in _SHOWN_IN_PATHS):
            continue
        if any(value is not None for value in values):
            title = _READ if _FITTED + key in report.signals.values else _group(key.removeprefix(_FITTED))
            groups.setdefault((title, signal_words(key)[1]), []).append(key)
    plots = [_plot(report, title, unit, keys) for (title, unit), keys in groups.items()]
    return sorted(plots, key=lambda plot: (plot.folded, plot.title in _LAST, plot.title == _LEAN))


def page_data(report: Report) -> dict[str, object]:
    """Collect what the page's script needs: times, plots and reps, all in seconds of the video."""
    times = report.signals.time_s
    bar = bar_plots(report)
    return {
        "time": times,
        "plots": [asdict(plot) for plot in make_plots(report)],
        "reps": [
            {
                "number": rep.number,
                "start": rep.start_s,
                "turn": rep.turn_s,
                "end": rep.end_s,
                "verdict": VERDICT_WORDS[rep.verdict],
            }
            for rep in report.reps
        ],
        "bar": asdict(bar) if bar else None,
        "pair": _pair(report),
        "compared": [_compared(part) for part in report.comparisons],
        "duration": duration_s(report),
        "range": _range_s(report),
        "step": times[1] - times[0] if len(times) > 1 else 0.1,
    }


def _pair(report: Report) -> dict[str, object] | None:
    """The best and the worst rep as spans of their two phases in order of time, and the ghost."""
    pair = report.pair
    if pair is None:
        return None
    reps = {rep.number: rep for rep in report.reps}
    spans = {
        name: sorted((p.start_s, p.end_s, p.name) for p in reps[number].phases if p.name in pair.ghost)
        for name, number in (("best", pair.best), ("worst", pair.worst))
    }
    ghost = [pair.ghost[name] for _, _, name in spans["worst"]]
    return {
        **spans,
        "ghost": ghost,
        "bones": pair.bones,
        "aspect": report.video.width_px / report.video.height_px,
    }


def _compared(part: ComparisonPart) -> list[dict[str, object]]:
    """The curves of the rep that is farthest from a reference: a plot for each signal, phases in a row."""
    plots: dict[str, dict[str, object]] = {}
    for phase, curves in part.curves.items():
        for name, band in curves.items():
            title, unit = STORY_WORDS.get(name, name), signal_words(name)[1]
            factor = 100.0 if name.endswith("_m") else 1.0
            plot = plots.setdefault(
                name,
                {
                    "title": title,
                    "unit": "cm" if name.endswith("_m") else unit,
                    "phases": [],
                    "rep": part.shown_rep,
                },
            )
            lists = {key: _times(getattr(band, key), factor) for key in ("lifter", "mean", "sd")}
            phases = plot["phases"]
            if isinstance(phases, list):
                phases.append({"name": STORY_WORDS[phase].lower(), **lists})
    return list(plots.values())


def _times(values: list[float | None], factor: float) -> list[float | None]:
    return [None if value is None else float(f"{factor * value:.4g}") for value in values]


def duration_s(report: Report) -> float:
    """Give the time that the page spans: the video's, or its curves' where they last longer."""
    return max([report.video.duration_s, *report.signals.time_s[-1:], 0.1])


def _range_s(report: Report) -> list[float]:
    """Give the span that the plots show at first: the reps and a little around them."""
    end_s = duration_s(report)
    if not report.reps:
        return [0.0, end_s]
    first, last = report.reps[0].start_s, max(rep.end_s for rep in report.reps)
    return [max(0.0, first - _AROUND_S), min(end_s, last + _AROUND_S)]


def _group(key: str) -> str:
    """Title of the plot that a curve belongs to."""
    title, unit = signal_words(key)
    if key.startswith(_SIDES):
        return f"{_COMPARED}: " + signal_words(key.split("_", 1)[1])[0].lower()
    if unit != "degrees":
        return title
    if key.startswith(_SEGMENTS):
        return _LEAN
    return _JOINTS if "flexion" in key else _OTHER


def _plot(report: Report, title: str, unit: str, keys: list[str]) -> Plot:
    return Plot(
        title=title,
        unit=unit,
        note=_note(report, title),
        folded=title.startswith(_COMPARED) or title == _READ,
        curves=[_curve(report, key, position) for position, key in enumerate(keys)],
    )


def _note(report: Report, title: str) -> str:
    if title.startswith("Bar") and report.quality.bar_kind == "wrists":
        return "Followed at the hands, not at the plate."
    if title == _JOINTS and report.body.shown == "fit":
        return (
            "0° is a straight limb. Of a body with bones of constant length, fitted to all that was seen, on "
            f"the {report.view.near_side} side."
        )
    if title == _JOINTS:
        return f"0° is a straight limb. Shown is the {report.view.near_side} side, nearer the camera."
    return ""


def _curve(report: Report, key: str, position: int) -> Curve:
    values = report.signals.values[key]
    return Curve(
        name=signal_words(key.removeprefix(_FITTED))[0],
        color=position % _COLORS + 1,
        dashed=key.startswith("left_") or position >= _COLORS,
        values=[None if value is None else float(f"{value:.{_FIGURES}g}") for value in values],
    )
