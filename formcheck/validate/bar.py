"""Scores of the bar: its track in the picture, its path in metres, and what is told of it for each rep."""

from collections.abc import Iterator, Mapping

import numpy as np

from formcheck.metrics.velocity import TOUCH_M
from formcheck.pose import FloatArray
from formcheck.report import RepPart
from formcheck.validate.instants import LONGEST_STEP_S, at, inside_reps
from formcheck.validate.reps import found_reps, match_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import Truth, numbers, points
from formcheck.validate.watch import Outcome

MEASURES: Mapping[str, tuple[str, float]] = {
    "velocity": ("mean_velocity", 1.0),
    "range": ("range_m", 100.0),
    "drift": ("drift", 1.0),
}
"""Table to its measure in the report, and the factor from the measure's unit to the table's."""

PATH_MEASURES = ("drift_forward", "sway", "touch_speed")
"""Measures that only rules tell, and whose truth the true path has."""

_FEWEST = 5


def track_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the track of the bar's near end at the true instants inside the reps, in % of the diameter.

    `error_pct` is the distance, `doubt_pct` how exactly the truth itself is known. `tracked` is 1 where the
    plate was followed; where only the hands were, and in a refused clip, it is 0 throughout.
    """
    truth, analysis = outcome.clip.truth, outcome.analysis
    frames = truth.frames
    if frames is None or frames.bar_px is None or frames.plate_radius_px is None:
        return
    time_s, true = rows(frames.time_s), points(frames.bar_px)
    diameter_px = 2 * numbers(frames.plate_radius_px)
    known = inside_reps(time_s, truth) & np.isfinite(true[:, 0] + diameter_px)
    motion = analysis.motion if analysis else None
    found = at(motion.time_s, motion.plate_px, time_s) if motion else np.full_like(true, np.nan)
    away = (100 * np.linalg.norm(found - true, axis=1) / diameter_px)[known]
    values = {"error_pct": away[np.isfinite(away)], "tracked": rows(np.isfinite(away))}
    if truth.uncertainty_px is not None:
        values["doubt_pct"] = 100 * truth.uncertainty_px / diameter_px[known]
    yield Samples("bar", "", values)


def path_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the path in metres at the true instants inside the reps: found less true, in cm.

    Where the origin lies is a convention, so the mean difference of the clip is taken off first. `error_cm`
    is what remains as a distance, `forward_cm` its horizontal part; `tracked` is 1 where there is a path.
    """
    truth = outcome.clip.truth
    frames = truth.frames
    if frames is None or frames.bar_m is None:
        return
    time_s, true = rows(frames.time_s), points(frames.bar_m)
    known = inside_reps(time_s, truth) & np.isfinite(true[:, 0])
    error = 100 * (_found_path(outcome, time_s) - true)[known]
    tracked = np.isfinite(error).all(axis=1)
    error = error[tracked]
    if len(error):
        error = error - error.mean(axis=0)
    yield Samples(
        "path",
        "",
        {"error_cm": np.linalg.norm(error, axis=1), "forward_cm": error[:, 0], "tracked": rows(tracked)},
    )


def _found_path(outcome: Outcome, time_s: FloatArray) -> FloatArray:
    """(N, 2) metres forward and up at those seconds; NaN where there is no path."""
    path = np.full((len(time_s), 2), np.nan)
    if outcome.analysis is None:
        return path
    signals = outcome.analysis.signals
    for column, name in enumerate(("bar_forward_m", "bar_height_m")):
        if name in signals.values:
            path[:, column] = at(signals.time_s, signals.values[name], time_s)
    return path


def measure_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score mean concentric velocity in m/s, range and drift in cm: found less true, of the found reps.

    `measured` is 1 for each true rep that was found and has the number, else 0.
    """
    truth, found = outcome.clip.truth, found_reps(outcome)
    pairs = dict(match_reps(truth.reps or (), found).pairs)
    for table, (name, factor) in MEASURES.items():
        true = {index: true_measure(truth, name, index) for index in range(len(truth.reps or ()))}
        told = {index: _told(found[pairs[index]], name) if index in pairs else None for index in true}
        errors = [
            None if value is None else factor * (value - known)
            for value, known in zip(told.values(), true.values(), strict=True)
            if known is not None
        ]
        if errors:
            yield Samples(
                table,
                "",
                {
                    "error": rows([error for error in errors if error is not None]),
                    "measured": rows([error is not None for error in errors]),
                },
            )


def _told(rep: RepPart, name: str) -> float | None:
    return rep.measures[name].value if name in rep.measures else None


def true_measure(truth: Truth, name: str, index: int) -> float | None:
    """The truth of `mean_velocity` (m/s), `range_m` (m) or `drift` (cm) of a rep; None where not known."""
    if name == "drift":
        return _true_drift_cm(truth, index)
    if name in PATH_MEASURES:
        return _true_of_path(truth, name, index)
    if not truth.rep_metrics:
        return None
    metrics = truth.rep_metrics[index]
    return {"mean_velocity": metrics.mean_velocity_mps, "range_m": metrics.rom_m}.get(name)


def _true_of_path(truth: Truth, name: str, index: int) -> float | None:
    """The truth of one of `PATH_MEASURES`, defined as in `formcheck.metrics`, from the true path."""
    way = _true_way(truth, index, up=name != "touch_speed")
    if way is None:
        return None
    time_s, forward, height = way
    if name == "drift_forward":
        return 100 * float((forward - forward[0]).max())
    if name == "sway":
        return 100 * float(np.ptp(forward) / np.ptp(height))
    above = np.flatnonzero(height >= height.min() + TOUCH_M)
    speed = -np.gradient(height, time_s)
    return float(speed[above[-1]]) if len(above) else None


def _true_way(truth: Truth, index: int, *, up: bool) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Seconds, forward and height of the bar on its way up, or on that to the turn; None if not known."""
    if truth.frames is None or truth.frames.bar_m is None or truth.reps is None:
        return None
    rep, time_s = truth.reps[index], rows(truth.frames.time_s)
    first, last = (rep.start_s, rep.turn_s) if truth.lift == "deadlift" or not up else (rep.turn_s, rep.end_s)
    inside = (time_s >= first) & (time_s <= last)
    path = points(truth.frames.bar_m)[inside]
    if inside.sum() < _FEWEST or not np.isfinite(path).all():
        return None
    return time_s[inside], path[:, 0], path[:, 1]


def _true_drift_cm(truth: Truth, index: int) -> float | None:
    """Largest horizontal departure of the bar from where the rep starts, from the true path.

    The file's own `drift_m` is the range of the whole rep, which is another number. None where the path is
    not known throughout.
    """
    if truth.frames is None or truth.frames.bar_m is None or truth.reps is None:
        return None
    rep, time_s = truth.reps[index], rows(truth.frames.time_s)
    forward = points(truth.frames.bar_m)[:, 0]
    within = time_s[(time_s > rep.start_s) & (time_s < rep.end_s)]
    wanted = np.array([rep.start_s, *within, rep.end_s])
    way = at(time_s, forward, wanted, longest_step_s=LONGEST_STEP_S)
    dense = np.diff(wanted).max() <= LONGEST_STEP_S and np.isfinite(way).all()
    return 100 * float(np.abs(way - way[0]).max()) if dense else None
