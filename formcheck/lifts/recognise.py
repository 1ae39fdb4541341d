"""Which lift a take shows, and the reps of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from formcheck.errors import NoReps, NotALift
from formcheck.lifts import Lift, Posture
from formcheck.metrics import Take
from formcheck.pose import FloatArray
from formcheck.reps import STILL_MPS, BarSpeed, Rep, Start, find_reps
from formcheck.skeleton import INDEX

_LOWEST_TRUNK_DEG = 140.0

_HOLDS_TRUNKS = 0.6
"""Wrists that are so many trunk lengths above or below a followed bar do not hold it: they were misread."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A lift, how sure (0..1: the share of what looked like reps that fits it), and its reps."""

    lift: Lift
    confidence: float
    reps: tuple[Rep, ...]


def recognise(take: Take, lifts: Sequence[Lift], *, insisted: bool = False) -> Recognised:
    """Find the lift whose rule gives the most reps that look like it.

    Parameters
    ----------
    take
        The signals and the view.
    lifts
        The lifts to choose from.
    insisted
        Whether the user named the one lift: then its posture is not asked for where no rep has it.

    Raises
    ------
    NotALift
        Something goes up and down, but as in none of the lifts.
    NoReps
        Nothing goes up and down far enough.
    """
    tried = [_try(take, lift) for lift in lifts]
    best = max((recognised for recognised, _ in tried), key=lambda r: sum(rep.height_range for rep in r.reps))
    if best.reps:
        return best
    found = max((reps for _, reps in tried), key=len)
    if not found:
        raise NoReps(
            "expected the hands to go up and down, found nothing that is a rep",
            "Film the whole set with the hands, hips and feet in view.",
        )
    if insisted:
        return replace(best, confidence=0.0, reps=found)
    raise NotALift(
        f"expected a squat, a deadlift or a bench press, found {len(found)} other "
        f"movement{'s' if len(found) > 1 else ''} up and down ({_describe(take, found)})",
        "If it is one of the three, name it: --lift squat, deadlift or bench_press.",
    )


def doing(take: Take, recognised: Recognised, *, load_kg: float | None) -> Take:
    """The take that knows its lift, its reps and the load."""
    lift = recognised.lift
    return replace(
        take,
        lift=lift.name,
        load_kg=load_kg,
        bar_place=(lift.bar.along, lift.bar.behind) if lift.bar else None,
        reps=recognised.reps,
        starts=lift.rep.starts,
    )


def _try(take: Take, lift: Lift) -> tuple[Recognised, tuple[Rep, ...]]:
    """The reps that fit a lift, and all that its rep rule found."""
    find = partial(
        find_reps,
        take.signals.time_s,
        -take.signals.bar_px[:, 1] / take.signals.trunk_px,
        starts=lift.rep.starts,
        smallest_range=lift.rep.smallest_range,
        shortest_s=lift.rep.shortest_s,
        bar=_bar_speed(take, lift.rep.starts),
    )
    found = find()
    fitting = find(fits=lambda rep: _fits(_posture(take, rep), lift.rep.posture))
    share = min(len(fitting) / len(found), 1.0) if found else 0.0
    return Recognised(lift, share, fitting), found


def _bar_speed(take: Take, starts: Start) -> BarSpeed | None:
    """The plate's speed, and the speed under which it rests, which is above the noise of that."""
    mps = take.signals.values.get("bar_speed_mps")
    return None if mps is None else BarSpeed(mps, max(STILL_MPS[starts], 2 * take.signals.bar_speed_sd_mps))


def _fits(posture: dict[str, float], bounds: Posture) -> bool:
    return all(low <= posture[name] <= high for name, (low, high) in bounds if np.isfinite(posture[name]))


def _posture(take: Take, rep: Rep) -> dict[str, float]:
    """The features that `Posture` bounds; NaN where the joints were not seen."""
    span = take.span(rep.start_s, rep.end_s)
    unit = take.signals.trunk_px
    trunk = _trunk_deg(take, rep)
    bar = take.signals.bar_px[span, 1]
    wrists = take.points("left_wrist", "right_wrist")[span, 1]
    if take.motion.bar_kind == "plate":
        wrists = np.where(np.abs(wrists - bar) <= _HOLDS_TRUNKS * unit, wrists, np.nan)
    shoulders = take.points("left_shoulder", "right_shoulder")[span, 1]
    feet = take.points("left_ankle", "right_ankle")[span, 0]
    return {
        "trunk_least_deg": _percentile(trunk, 5),
        "trunk_most_deg": _percentile(trunk, 95),
        "hands_below_shoulders": _percentile((wrists - shoulders) / unit, 50),
        "hips_follow": _spread(take.points("left_hip", "right_hip")[span, 1]) / max(_spread(bar), 1e-6),
        "feet_travel": _spread(feet) / unit,
    }


def _trunk_deg(take: Take, rep: Rep) -> FloatArray:
    """Angle of the trunk from the vertical in space, of the frames of a rep.

    In no lift does it go far below the horizontal: where it seems to, the network was lost behind a plate.
    """
    inside = (take.motion.time_s >= rep.start_s) & (take.motion.time_s <= rep.end_s)
    world = take.motion.world_m[inside]
    shoulders = world[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]]].mean(axis=1)
    hips = world[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    trunk = shoulders - hips
    across = np.hypot(trunk[:, 0], trunk[:, 2])
    lean_deg = np.degrees(np.arctan2(across, -trunk[:, 1]))
    return np.asarray(np.where(lean_deg <= _LOWEST_TRUNK_DEG, lean_deg, np.nan), dtype=np.float64)


def _percentile(values: FloatArray, percent: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.percentile(known, percent)) if len(known) else float("nan")


def _spread(values: FloatArray) -> float:
    return _percentile(values, 97) - _percentile(values, 3)


def _describe(take: Take, reps: Sequence[Rep]) -> str:
    """The posture of what was seen, in words."""
    postures = [_posture(take, rep) for rep in reps]
    trunk = float(np.nanmedian([p["trunk_least_deg"] for p in postures]))
    feet = float(np.nanmedian([p["feet_travel"] for p in postures]))
    body = "lying" if trunk > 55 else "standing"
    return f"{body}, {'feet moving' if feet > 0.8 else 'feet in place'}"
