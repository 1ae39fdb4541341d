"""The bar of each rep in centimeters and meters a second, as the page shows it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from formcheck.metrics.measure import Z90
from formcheck.report import MeasurePart, Report, RepPart
from formcheck.report.words import number, sentence

BAR_MEASURES = (
    "range_m", "mean_velocity", "propulsive_velocity", "peak_velocity", "time_to_peak", "sticking_velocity",
    "drift", "drift_height", "path_loop", "path_area", "bar_over_midfoot", "touch_point", "first_direction",
    "lockout_offset", "bar_tilt",
)  # fmt: skip
"""What is measured at the bar, in the order of its table."""

_LEAST_WIDTH_CM = 20.0
_WIDTH_PAD_CM = 2.0
_HEIGHT_PAD_CM = 3.0
_KEPT = 4
_VIEW_HINT = "A clip from the side with the whole plate in view shows them."
_SIZE_HINT = "Say how large the plate is with --plate-diameter, or how tall you are with --height."

Values = list[float | None]
Rank = Literal["best", "worst", ""]


@dataclass(frozen=True, slots=True)
class Path:
    """Where the bar went in one rep; lists have a value for each sample, None where it was not seen.

    Attributes
    ----------
    number
        Number of the rep.
    rank
        Whether its drift is the smallest or the largest of the set.
    title
        The path in words, for those who do not see it.
    time_s
        Seconds of the video.
    forward_cm, height_cm
        From where the rep began: forward is where the lifter faces (on the bench toward the feet).
    speed_mps
        Vertical, up positive.
    concentric
        Positions of the first and last sample of the concentric phase; None where that was not seen.
    """

    number: int
    rank: Rank
    title: str
    time_s: list[float]
    forward_cm: Values
    height_cm: Values
    speed_mps: Values
    concentric: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Ascent:
    """Vertical speed during the concentric phase of one rep.

    Attributes
    ----------
    number
        Number of the rep.
    time_s
        Seconds of the video.
    since_s
        Seconds of life since the phase began.
    speed_mps
        Up positive, None where the bar was not seen.
    sticking
        Positions of the first and last sample of the sticking region; None where there is none.
    """

    number: int
    time_s: list[float]
    since_s: list[float]
    speed_mps: Values
    sticking: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean concentric velocity of one rep and its 90 % interval, in m/s."""

    number: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class BarPlots:
    """What is plotted of the bar; all paths share their two ranges, in centimeters."""

    paths: list[Path]
    forward_range_cm: list[float]
    height_range_cm: list[float]
    ascents: list[Ascent]
    means: list[Mean]


def bar_plots(report: Report) -> BarPlots | None:
    """Cut the bar's curves into reps; None where the bar was not measured in meters."""
    if not (report.reps and _known(report, "bar_height_m")):
        return None
    paths = list(filter(None, (_path(report, rep) for rep in report.reps)))
    return BarPlots(
        paths=paths,
        forward_range_cm=_range((v for p in paths for v in p.forward_cm), _WIDTH_PAD_CM, _LEAST_WIDTH_CM),
        height_range_cm=_range((v for p in paths for v in p.height_cm), _HEIGHT_PAD_CM, 0.0),
        ascents=list(filter(None, (_ascent(report, rep) for rep in report.reps))),
        means=list(filter(None, map(_mean, report.reps))),
    )


def drift_extremes(reps: Sequence[RepPart]) -> tuple[RepPart, RepPart] | None:
    """Find the reps of the smallest and the largest drift; None with fewer than two."""
    measured = [rep for rep in reps if _drift(rep) is not None]
    if len(measured) < 2:
        return None
    ordered = sorted(measured, key=lambda rep: _drift(rep) or 0.0)
    return ordered[0], ordered[-1]


def extremes_differ(reps: Sequence[RepPart]) -> bool:
    """Whether the smallest and the largest drift differ by more than their 90 % intervals."""
    found = drift_extremes(reps)
    if found is None:
        return False
    best, worst = (rep.measures["drift"] for rep in found)
    return best.high is not None and worst.low is not None and best.high < worst.low


def path_note(report: Report) -> str:
    """Say which way the paths are drawn and how far they can be trusted."""
    bench, mirrored = report.lift.name == "bench_press", report.view.facing == "left"
    note = "Right is toward the feet" if bench else "Right is forward, where you face"
    note += ", so it is mirrored from the video." if mirrored else "."
    return f"{note} 0 is where the rep began; all have one scale, the same across as up."


def oblique_note(report: Report) -> str:
    """Warn of a way fore and aft that is seen at an angle, or not at all; empty for a view from the side."""
    if report.view.name == "side":
        return ""
    filmed = f"Filmed {_yaw_deg(report):.0f}° off the side"
    if _known(report, "bar_forward_m"):
        return f"{filmed}: heights hold, but distances fore and aft are rough."
    return f"{filmed}: the way fore and aft cannot be measured from there, so the path is not shown."


def scale_note(report: Report) -> str:
    """Say what the meters rest on, or why there are none and what would help."""
    scale = report.scale
    if bar_plots(report) is None:
        why = sentence(scale.note.partition(":")[0] or "no plate was followed")
        hint = _SIZE_HINT if report.quality.bar_kind == "plate" else _VIEW_HINT
        return f"{why}, so the bar's path and speed could not be measured. {hint}"
    doubt = f", ±{Z90 * 100 * scale.relative_error:.0f} %" if scale.relative_error else ""
    if scale.plate_diameter_m is None:
        return f"{sentence(scale.note)}{doubt}."
    rim = f"Measured at the plate's rim, taken to be {100 * scale.plate_diameter_m:.3g} cm across{doubt}."
    return f"{rim} {sentence(scale.note)}." if scale.note else rim


def _path(report: Report, rep: RepPart) -> Path | None:
    inside = _samples(report, rep.start_s, rep.end_s)
    forward = _from_start(_cut(report, "bar_forward_m", inside))
    height = _from_start(_cut(report, "bar_height_m", inside))
    if not forward or not height:
        return None
    extremes = drift_extremes(report.reps) or ()
    ranks: dict[int, Rank] = dict(zip((r.number for r in extremes), ("best", "worst"), strict=False))
    known = [value for value in forward if value is not None]
    return Path(
        number=rep.number,
        rank=ranks.get(rep.number, ""),
        title=f"Path of rep {rep.number}: up to {number(max(known), 1)} cm forward and "
        f"{number(-min(known), 1)} cm back of where it began",
        time_s=report.signals.time_s[inside],
        forward_cm=forward,
        height_cm=height,
        speed_mps=_cut(report, "bar_speed_mps", inside),
        concentric=_positions(report, rep, "concentric", inside),
    )


def _ascent(report: Report, rep: RepPart) -> Ascent | None:
    phase = next((phase for phase in rep.phases if phase.name == "concentric"), None)
    if phase is None:
        return None
    inside = _samples(report, phase.start_s, phase.end_s)
    speed = _cut(report, "bar_speed_mps", inside)
    times = report.signals.time_s[inside]
    if all(value is None for value in speed):
        return None
    return Ascent(
        number=rep.number,
        time_s=times,
        since_s=[round((time - phase.start_s) / report.video.slow_motion, _KEPT) for time in times],
        speed_mps=speed,
        sticking=_positions(report, rep, "sticking_region", inside),
    )


def _mean(rep: RepPart) -> Mean | None:
    mean = rep.measures.get("mean_velocity")
    if mean is None or mean.value is None:
        return None
    return Mean(rep.number, mean.value, mean.low, mean.high)


def _yaw_deg(report: Report) -> float:
    return report.view.yaw_deg if report.scale.yaw_deg is None else report.scale.yaw_deg


def _drift(rep: RepPart) -> float | None:
    return rep.measures.get("drift", MeasurePart(value=None, unit="cm")).value


def _known(report: Report, name: str) -> bool:
    return any(value is not None for value in report.signals.values.get(name, []))


def _samples(report: Report, start_s: float, end_s: float) -> slice:
    times = report.signals.time_s
    return slice(bisect_left(times, start_s), bisect_right(times, end_s))


def _cut(report: Report, name: str, inside: slice) -> Values:
    values = report.signals.values.get(name)
    if values is None:
        return [None] * len(report.signals.time_s[inside])
    return [None if value is None else round(value, _KEPT) for value in values[inside]]


def _from_start(meters: Values) -> Values:
    """Centimeters from the first known value; empty where there is none."""
    first = next((value for value in meters if value is not None), None)
    if first is None:
        return []
    return [None if value is None else round(100 * (value - first), 2) for value in meters]


def _positions(report: Report, rep: RepPart, name: str, inside: slice) -> tuple[int, int] | None:
    """Where a phase begins and ends among the samples of a span; None where fewer than two are in it."""
    phase = next((phase for phase in rep.phases if phase.name == name), None)
    if phase is None:
        return None
    part = _samples(report, phase.start_s, phase.end_s)
    first, last = max(part.start, inside.start), min(part.stop, inside.stop) - 1
    return (first - inside.start, last - inside.start) if first < last else None


def _range(values: Iterable[float | None], pad: float, least: float) -> list[float]:
    """Span of the known values and zero, padded, at least so wide."""
    known = [0.0, *(value for value in values if value is not None)]
    low, high = min(known) - pad, max(known) + pad
    more = max(0.0, least - (high - low)) / 2
    return [round(low - more, 1), round(high + more, 1)]
