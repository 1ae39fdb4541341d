"""A set beside its references, in words and as data."""

import math
from collections.abc import Sequence
from pathlib import Path

from formcheck.faults import Fault
from formcheck.metrics import Take
from formcheck.pose import FloatArray
from formcheck.reference import (
    GHOST_BONES,
    Comparison,
    Departure,
    Reference,
    ReferenceFile,
    all_curves,
    best_first,
    compare,
    generic_for,
    ghost_of,
    placed,
    reference_of,
)
from formcheck.reference.file import LOADS_APART
from formcheck.report.compose import measure_part
from formcheck.report.parts import BandPart, ComparisonPart, DeparturePart, PairPart, RepComparisonPart
from formcheck.report.words import in_centimeters, interval_words, value_words
from formcheck.reps import Rep

_WAYS = {"eccentric": "down", "concentric": "up"}
_MORE_LESS = {
    "bar_height_m": ("the bar is higher", "the bar is lower"),
    "bar_speed_mps": ("the bar is faster", "the bar is slower"),
    "knee_flexion_deg": ("the knees are bent more", "the knees are bent less"),
    "hip_flexion_deg": ("the hips are bent more", "the hips are bent less"),
    "elbow_flexion_deg": ("the elbows are bent more", "the elbows are bent less"),
    "trunk_lean_deg": ("the trunk leans farther forward", "the trunk is more upright"),
}
_FORWARD = {
    "bench_press": ("the bar is nearer to the feet", "the bar is nearer to the head"),
    "": ("the bar is farther forward", "the bar is farther back"),
}
_FINDING_REPS, _FINDING_SHARE = 2, 0.5
_BY_FAULTS = "by faults, then by how far from the set's usual rep"
_BY_LIKENESS = "none has a fault that was found; the worst is the least like the set's usual rep"


def comparison_parts(
    take: Take,
    reps: Sequence[Rep],
    faults: Sequence[Fault],
    *,
    variant: str = "",
    file: ReferenceFile | None = None,
    path: Path | None = None,
) -> list[ComparisonPart]:
    """Compare every rep with the file's reference, else with the generic curve; then with the set's best rep.

    A file of another lift is not compared with; the generic curve stands in, and a note says why.
    """
    curves = [rep for rep in all_curves(take, reps) if rep.phases]
    if not curves:
        return []
    parts = []
    file_name = path.name if path else "The reference"
    strange = file is not None and file.lift != take.lift
    if file is not None and not strange:
        reference = file.reference(file_name)
        found = [compare(rep, reference) for rep in curves]
        parts.append(_part(take, found, reference, _notes(take, file)))
    else:
        notes = (
            [f"{file_name} is of a {_title(file.lift)}, this is a {_title(take.lift)}"]
            if file and strange
            else []
        )
        found = [compare(rep, generic_for(rep, take.lift, variant)) for rep in curves]
        parts.append(_part(take, found, generic_for(curves[0], take.lift, variant), notes))
    best = best_first(curves, faults)[0]
    others = [rep for rep in curves if rep.number != best]
    if others:
        own = [rep for rep in curves if rep.number == best]
        title = f"rep {best}, the best of this set"
        reference = reference_of(own, kind="set", title=title, same_take=True)
        parts.append(_part(take, [compare(rep, reference) for rep in others], reference, []))
    return parts


def pair_part(
    take: Take, reps: Sequence[Rep], faults: Sequence[Fault], file: ReferenceFile | None = None
) -> PairPart | None:
    """The best and the worst rep, and the skeleton of the better one in the picture of the worse.

    With a reference file of this lift and view the skeleton is the file's. None with fewer than two whole
    reps.
    """
    whole = [
        rep for rep in all_curves(take, [rep for rep in reps if not rep.partial]) if len(rep.phases) == 2
    ]
    if len(whole) < 2:
        return None
    order = best_first(whole, faults)
    best, worst = (next(rep for rep in whole if rep.number == number) for number in (order[0], order[-1]))
    alike = file is not None and (file.lift, file.view) == (take.lift, take.view.name)
    kept = file.ghost() if file is not None and alike else None
    ghost = kept or ghost_of(take, best)
    width, height = take.motion.size_px
    shares = {name: places / (width, height) for name, places in placed(ghost, take, worst).items()}
    bones = [(ghost.joints.index(a), ghost.joints.index(b)) for a, b in GHOST_BONES]
    own = reference_of([best], kind="set", title="", same_take=True)
    faulty = any(fault.verdict == "fault" for fault in faults)
    why = _BY_FAULTS if faulty else _BY_LIKENESS
    return PairPart(
        best=best.number,
        worst=worst.number,
        why=why if compare(worst, own).departures else f"{why}. They differ by no more than can be told",
        ghost_title="the reference" if kept else f"rep {best.number}",
        joints=list(ghost.joints),
        bones=bones,
        ghost={name: [_frame(frame) for frame in frames] for name, frames in shares.items()},
    )


def departure_words(departure: Departure, lift: str) -> str:
    """Say a departure, as in "from 35 % of the way up the trunk leans farther forward, by 9° (5 to 13)"."""
    more, less = _MORE_LESS.get(departure.signal) or _FORWARD.get(lift, _FORWARD[""])
    off = departure.by.value
    if departure.signal == "bar_speed_mps" and departure.phase == "eccentric":
        off = -off
    by = in_centimeters(measure_part(departure.by))
    size = by.model_copy(
        update={
            "value": abs(by.value or 0.0),
            **dict(zip(("low", "high"), _ends(by.low, by.high), strict=True)),
        }
    )
    return (
        f"from {departure.percent:.0f} % of the way {_WAYS[departure.phase]} {more if off > 0 else less}, "
        f"by {value_words(size)} ({interval_words(size)})"
    )


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    """The interval of a size, its sign dropped."""
    ends = sorted((abs(low or 0.0), abs(high or 0.0)))
    return (ends[0], ends[1]) if (low or 0.0) * (high or 0.0) > 0 else (0.0, ends[1])


def _part(
    take: Take, found: Sequence[Comparison], reference: Reference, notes: Sequence[str]
) -> ComparisonPart:
    compared = [one for one in found if one.distance_sd]
    far = max(compared, key=lambda one: one.overall_sd, default=None)
    missing: dict[str, str] = {}
    for one in found:
        missing |= {
            name: why for name, why in one.missing.items() if not any(name in o.distance_sd for o in found)
        }
    return ComparisonPart(
        against=reference.kind,
        title=reference.title,
        reference_reps=reference.reps,
        words=_summary(compared, take.lift),
        notes=list(notes),
        missing=missing,
        reps=[_rep_part(one, take.lift) for one in found],
        shown_rep=far.rep_number if far else None,
        curves=_curves(far) if far else {},
    )


def _rep_part(one: Comparison, lift: str) -> RepComparisonPart:
    overall = one.overall_sd
    return RepComparisonPart(
        rep_number=one.rep_number,
        overall_sd=round(overall, 2) if math.isfinite(overall) else None,
        distance_sd={name: round(value, 2) for name, value in one.distance_sd.items()},
        departures=[
            DeparturePart(
                signal=departure.signal,
                phase=departure.phase,
                percent=departure.percent,
                at_s=round(departure.at_s, 3),
                most_at_s=round(departure.most_at_s, 3),
                by=measure_part(departure.by),
                distance_sd=round(departure.distance_sd, 2),
                words=departure_words(departure, lift),
            )
            for departure in one.departures
        ],
        warped=list(one.warped),
    )


def _curves(one: Comparison) -> dict[str, dict[str, BandPart]]:
    curves: dict[str, dict[str, BandPart]] = {}
    for (phase, name), lifter in one.lifter.items():
        lists = (_listed(values) for values in (lifter, one.mean[phase, name], one.sd[phase, name]))
        curves.setdefault(phase, {})[name] = BandPart(
            **dict(zip(("lifter", "mean", "sd"), lists, strict=True))
        )
    return curves


def _summary(found: Sequence[Comparison], lift: str) -> str:
    """What departs in at least two reps or half of them, the farthest first."""
    if not found:
        return "Nothing could be compared."
    kinds: dict[tuple[str, str, bool], list[tuple[int, Departure]]] = {}
    for one in found:
        for departure in one.departures:
            key = departure.phase, departure.signal, departure.distance_sd > 0
            kinds.setdefault(key, []).append((one.rep_number, departure))
    often = [
        told
        for told in kinds.values()
        if len(told) >= _FINDING_REPS or len(told) >= _FINDING_SHARE * len(found)
    ]
    if not often:
        return "No departure is larger than what these reps and the measurement differ by anyway."
    often.sort(key=lambda told: -max(abs(departure.distance_sd) for _, departure in told))
    number, worst = max(often[0], key=lambda pair: abs(pair[1].distance_sd))
    others = f"; {len(often) - 1} more below" if len(often) > 1 else ""
    count = f"in {len(often[0])} of {len(found)} reps" if len(found) > 1 else f"in rep {number}"
    return f"Farthest {count}: {departure_words(worst, lift)}, in rep {number}{others}."


def _notes(take: Take, file: ReferenceFile) -> list[str]:
    """What differs between the reference and this set besides the reps."""
    notes = []
    if file.view != take.view.name:
        notes.append(
            f"The reference was filmed from another side ({file.view}, this is {take.view.name}): "
            "only what both views show is compared, and less surely."
        )
    here, there = take.load_kg, file.load_kg
    if here is not None and there is not None and abs(here / there - 1) > LOADS_APART:
        notes.append(
            f"The loads differ, {there:g} kg there and {here:g} kg here: speed and lean differ with them."
        )
    if here is None and there is not None:
        notes.append(
            f"The reference was lifted with {there:g} kg; what is on the bar here nobody said (--load)."
        )
    return notes


def _title(lift: str) -> str:
    return lift.replace("_", " ")


def _frame(places: FloatArray) -> list[tuple[float, float] | None]:
    return [
        (round(float(x), 4), round(float(y), 4)) if math.isfinite(x) and math.isfinite(y) else None
        for x, y in places
    ]


def _listed(values: FloatArray) -> list[float | None]:
    return [float(f"{value:.4g}") if math.isfinite(value) else None for value in values]
