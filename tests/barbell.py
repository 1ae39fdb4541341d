"""A set of three squats whose bar path and speed are known in meters, and its report.

Each rep goes down RANGE_M in DOWN_S on half a cosine, and up in its own UP_S: at a share u of that time at a
speed of PEAKED_MPS / UP_S * (sin(pi u) + DIP sin(3 pi u)), which has its low in the middle. On the way down
the bar drifts forward by up to the rep's DRIFT_CM and back, on the way up backward by a third of that.
"""

import numpy as np
from builders import make_rep, make_report, measure
from numpy.typing import NDArray
from stick import DEPTHS_DEG, rep_starts

from formcheck.report import PhasePart, Report, RepPart, ScalePart, SetPart, SignalsPart

RANGE_M = 0.62
DOWN_S = 1.2
UP_S = (1.0, 1.2, 1.6)
DRIFT_CM = (1.9, 6.3, 3.0)
DIP = 0.45
PEAKED_MPS = RANGE_M * np.pi / (2 + 2 * DIP / 3)

Curve = NDArray[np.float64]


def bar_curves(time_s: Curve) -> dict[str, Curve]:
    """Height, way forward and speed of the bar; 0 m is its lowest and its first place."""
    height, forward, speed = np.full(len(time_s), RANGE_M), np.zeros(len(time_s)), np.zeros(len(time_s))
    for start, up_s, drift in zip(rep_starts(3), UP_S, DRIFT_CM, strict=True):
        down, up = (time_s - start) / DOWN_S, (time_s - start - DOWN_S) / up_s
        descent, ascent = (down >= 0) & (down < 1), (up >= 0) & (up <= 1)
        d, u = np.pi * down[descent], np.pi * up[ascent]
        height[descent] = RANGE_M * (1 + np.cos(d)) / 2
        speed[descent] = -RANGE_M * np.pi / DOWN_S * np.sin(d) / 2
        forward[descent] = drift / 100 * np.sin(d)
        height[ascent] = PEAKED_MPS / np.pi * (1 - np.cos(u) + DIP * (1 - np.cos(3 * u)) / 3)
        speed[ascent] = PEAKED_MPS / up_s * (np.sin(u) + DIP * np.sin(3 * u))
        forward[ascent] = -drift / 300 * np.sin(u)
    return {"bar_height_m": height, "bar_forward_m": forward, "bar_speed_mps": speed}


def metric_rep(number: int) -> RepPart:
    """Build a rep of the set with what is measured at the bar."""
    start, up_s, drift = rep_starts(3)[number - 1], UP_S[number - 1], DRIFT_CM[number - 1]
    turn, end = start + DOWN_S, start + DOWN_S + up_s
    spans = {
        "eccentric": (start, turn),
        "pause": (turn, turn),
        "concentric": (turn, end),
        "sticking_region": (turn + 0.25 * up_s, turn + 0.5 * up_s),
    }
    rep = make_rep(number, DEPTHS_DEG[number - 1])
    measures = {
        "range_m": measure(RANGE_M, "m", 0.013),
        "mean_velocity": measure(RANGE_M / up_s, "m/s", 0.02),
        "peak_velocity": measure(1.02 * PEAKED_MPS / up_s, "m/s", 0.03),
        "time_to_peak": measure(0.2 * up_s, "s", 0.05),
        "sticking_velocity": measure((1 - DIP) * PEAKED_MPS / up_s, "m/s", 0.03),
        "drift": measure(drift, "cm", 0.7),
        "drift_height": measure(50.0, "% of range", 6.0),
        "path_loop": measure(4 / 3 * drift, "cm", 0.9),
        "path_area": measure(53.0 * drift, "cm²", 30.0),
        "bar_over_midfoot": measure(1.3, "cm", 2.5),
    }
    return rep.model_copy(
        update={
            "start_s": start,
            "turn_s": turn,
            "end_s": end,
            "tempo": f"{DOWN_S:.1f} - 0.0 - {up_s:.1f}",
            "phases": [PhasePart(name=name, start_s=a, end_s=b) for name, (a, b) in spans.items()],
            "measures": {**measures, **rep.measures},
        }
    )


def make_metric_report(**changes: object) -> Report:
    """Build the report of the set, followed at the plate; `changes` replaces fields."""
    plain = make_report()
    curves = bar_curves(np.array(plain.signals.time_s))
    values = {name: [round(value, 4) for value in curve.tolist()] for name, curve in curves.items()}
    signals = SignalsPart(time_s=plain.signals.time_s, values={**values, **plain.signals.values})
    quality = plain.quality.model_copy(update={"bar_kind": "plate", "warnings": []})
    loss = 100 * (1 - UP_S[0] / UP_S[-1])
    report = plain.model_copy(
        update={
            "reps": [metric_rep(number) for number in (1, 2, 3)],
            "signals": signals,
            "quality": quality,
            "scale": ScalePart(
                source="plate",
                m_per_px=0.0021,
                relative_error=0.013,
                plate_diameter_m=0.45,
                yaw_deg=9.0,
            ),
            "set": SetPart(load_kg=None, measures={"velocity_loss": measure(loss, "%", 4.0)}),
        }
    )
    return report.model_copy(update=changes)
