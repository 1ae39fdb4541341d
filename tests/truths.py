"""Filmed sets with their truth, as a validation sees them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from builders import MemorySource
from synthetic import Array, Shot, Tempo, film

from formcheck.judgement import Analysis, analyze_motion
from formcheck.motion import Motion, save_motion
from formcheck.origin import Origin
from formcheck.report import MeasurePart, RepPart
from formcheck.skeleton import INDEX
from formcheck.validate.clips import Clip
from formcheck.validate.document import score
from formcheck.validate.figures import Figure
from formcheck.validate.summary import ALL, Row, summarize
from formcheck.validate.tables import TABLES
from formcheck.validate.takes import Cost
from formcheck.validate.truth import Truth
from formcheck.validate.watch import Outcome

TEMPO = Tempo(hold_s=0.0)
COST = Cost(6.0, 350.0, 2)


def filmed(lift: str = "squat", **changes: Any) -> Shot:
    return film(lift, TEMPO, fps=30.0, **changes)


def bar_m(shot: Shot) -> Array:
    """(T, 2) path of the bar, forward and up, in metres: 3 cm forward at each turn."""
    return np.column_stack([0.03 * shot.tempo.way(shot.motion.time_s), shot.bar_height_m])


def bar_measures(time_s: Array, path_m: Array, rep: Any) -> dict[str, tuple[float, str]]:
    """What the path says of a rep: the bar's range, its mean speed on the way up, its drift."""
    way = path_m[(time_s >= rep.start_s - 1e-6) & (time_s <= rep.end_s + 1e-6)]
    rise_m = float(np.ptp(way[:, 1]))
    steps = max(abs(int(way[:, 1].argmin()) - int(way[:, 1].argmax())), 1)
    return {
        "range_m": (rise_m, "m"),
        "mean_velocity": (rise_m / (steps * float(time_s[1] - time_s[0])), "m/s"),
        "drift": (100 * float(np.abs(way[:, 0] - way[0, 0]).max()), "cm"),
    }


def true_rep_metrics(shot: Shot) -> list[dict[str, float]]:
    """What is true of each rep of a shot's bar."""
    told = [
        bar_measures(shot.motion.time_s, bar_m(shot), shot.rep(number))
        for number in range(1, len(shot.tempo.depths) + 1)
    ]
    return [{"rom_m": one["range_m"][0], "mean_velocity_mps": one["mean_velocity"][0]} for one in told]


def with_bar(outcome: Outcome, shot: Shot, path_m: Array) -> Outcome:
    """The same outcome as if the plate had been followed: its path, and what that says of each true rep."""
    assert outcome.analysis is not None
    analysis, time_s = outcome.analysis, shot.motion.time_s
    signals = analysis.signals
    curves = {
        name: np.interp(signals.time_s, time_s, path_m[:, column])
        for column, name in enumerate(("bar_forward_m", "bar_height_m"))
    }
    reps = []
    for rep in analysis.report.reps:
        told = bar_measures(time_s, path_m, shot.rep(rep.number))
        parts = {
            name: MeasurePart(value=value, unit=unit, low=0.9 * value, high=1.1 * value)
            if np.isfinite(value)
            else MeasurePart(value=None, unit=unit, missing="the plate was lost")
            for name, (value, unit) in told.items()
        }
        reps.append(rep.model_copy(update={"measures": {**rep.measures, **parts}}))
    plate_px = shot.motion.hands_px + (path_m - bar_m(shot)) * (shot.px_per_m, -shot.px_per_m)
    changed = replace(
        analysis,
        motion=replace(analysis.motion, plate_px=plate_px),
        signals=replace(signals, values={**signals.values, **curves}),
    )
    return with_reps(replace(outcome, analysis=changed), reps)


def known(shot: Shot, **changes: Any) -> dict[str, Any]:
    """The truth file of a shot."""
    motion = shot.motion
    reps = [shot.rep(number) for number in range(1, len(shot.tempo.depths) + 1)]
    angles = {
        f"{side}_{joint}_flexion": shot.angle_deg(f"{joint}_flexion_deg").tolist()
        for side in ("left", "right")
        for joint in ("knee", "hip", "elbow")
    }
    angles["trunk_lean"] = np.abs(shot.angle_deg("trunk_lean_deg")).tolist()
    return {
        "schema": 1,
        "made": "rendered",
        "lift": shot.lift if shot.lift in ("squat", "deadlift", "bench_press") else "other",
        "view": {"yaw_deg": 0.0, "facing": "right", "name": "side"},
        "lifter": {"height_m": 1.755},
        "reps": [{"start_s": rep.start_s, "turn_s": rep.turn_s, "end_s": rep.end_s} for rep in reps],
        "rep_metrics": [
            {"depth_m": 0.037, "rom_m": 0.6, "mean_velocity_mps": 0.5} if shot.lift == "squat" else {}
            for _ in reps
        ],
        "frames": {
            "time_s": motion.time_s.tolist(),
            "bar_px": motion.hands_px.tolist(),
            "bar_m": bar_m(shot).tolist(),
            "plate_radius_px": [50.0] * len(motion.time_s),
            "keypoints_px": {name: motion.keypoints_px[:, i].tolist() for name, i in INDEX.items()},
            "angles_deg": angles,
        },
        "faults": [],
        **changes,
    }


def truth_of(shot: Shot, **changes: Any) -> Truth:
    return Truth.model_validate(known(shot, **changes), strict=False)


def judged(motion: Motion, folder: Path, **info: object) -> Analysis:
    """Judge a take the way a kept one is."""
    path = folder / "take.npz"
    origin = Origin(replace(MemorySource(motion).info, **info), 1.0, (), {}, {"preset": "accurate"})
    save_motion(motion, path, note=origin.to_json())
    return analyze_motion(path)


def outcome_of(shot: Shot, folder: Path, *, motion: Motion | None = None, **changes: Any) -> Outcome:
    """What validation sees of a shot, or of another take of it."""
    analysis = judged(motion or shot.motion, folder)
    clip = Clip(f"{shot.lift}_clip", None, truth_of(shot, **changes))
    return Outcome(clip, analysis, analysis.report.lift.name, "", COST)


def refused(shot: Shot, found: str = "other", **changes: Any) -> Outcome:
    clip = Clip(f"{shot.lift}_clip", None, truth_of(shot, **changes))
    return Outcome(clip, None, found, "it is something else", None)


def with_reps(outcome: Outcome, reps: list[RepPart]) -> Outcome:
    """The same outcome with other reps in its report."""
    assert outcome.analysis is not None
    report = outcome.analysis.report.model_copy(update={"reps": reps})
    return replace(outcome, analysis=replace(outcome.analysis, report=report))


def table(name: str, *outcomes: Outcome) -> dict[tuple[str, str, str, str], Row]:
    """The rows of a table by made, lift, yaw or view, and item."""
    [spec] = [spec for spec in TABLES if spec.name == name]
    rows = summarize(spec, [score(outcome) for outcome in outcomes])
    return {(row.made, row.lift, row.view if row.yaw == ALL else row.yaw, row.item): row for row in rows}


def total(name: str, item: str, *outcomes: Outcome) -> dict[str, Figure]:
    """The figures over all clips of one item."""
    return table(name, *outcomes)["rendered", "all", "all", item].figures
