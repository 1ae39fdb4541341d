"""Makes a reference of sets that were judged."""

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.errors import InvalidReference
from formcheck.metrics import Take
from formcheck.reference.best import Judged, best_first, best_reps
from formcheck.reference.curves import RepCurves, all_curves
from formcheck.reference.file import LOADS_APART, ReferenceFile, SourcePart, file_of
from formcheck.reference.ghost import ghost_of
from formcheck.reference.reference import reference_of
from formcheck.reps import Rep


@dataclass(frozen=True, slots=True, eq=False)
class SetOfReps:
    """A judged set: its take and reps, what the rules say of them, and the video's name and sha256."""

    take: Take
    reps: Sequence[Rep]
    faults: Sequence[Judged]
    video: str
    sha256: str


def make_reference(sets: Sequence[SetOfReps], *, rep: int | None = None) -> ReferenceFile:
    """Make a reference of the best reps of one or more sets, or of one rep that somebody chose.

    Parameters
    ----------
    sets
        Of one lift, seen from one side, with loads within 7.5 % of each other.
    rep
        Number of the chosen rep of the one set; None takes the best reps.

    Raises
    ------
    InvalidReference
        The sets differ in lift, view or load, or there is no such rep, or nothing of it was seen.
    """
    _check_alike(sets)
    if rep is not None and len(sets) != 1:
        raise InvalidReference(
            f"expected one set to choose rep {rep} of, found {len(sets)}", "Give one clip."
        )
    picked = [_picked(one, rep) for one in sets]
    reps = [curves for one in picked for curves in one]
    if not any(phase.curves for curves in reps for phase in curves.phases):
        why = next(iter(reps[0].missing.values()), "nothing of the rep was seen") if reps else "no whole rep"
        raise InvalidReference(
            f"expected a rep whose bar or joints can be compared: {why}", "Film from the side."
        )
    first = sets[0].take
    reference = reference_of(reps, kind="own" if rep is None else "chosen", title="")
    return file_of(
        reference,
        lift=first.lift,
        view=first.view.name,
        yaw_deg=first.view.yaw_deg,
        sources=[_source(one, curves) for one, curves in zip(sets, picked, strict=True) if curves],
        ghost=ghost_of(first, picked[0][0]) if picked[0] and picked[0][0].phases else None,
    )


def _picked(one: SetOfReps, rep: int | None) -> list[RepCurves]:
    """The curves of the reps that are taken, the best first."""
    if rep is None:
        curves = all_curves(one.take, [r for r in one.reps if not r.partial])
        numbers = best_reps(curves, one.faults)
        order = [number for number in best_first(curves, one.faults) if number in numbers]
    else:
        curves = all_curves(one.take, one.reps)
        order = [rep]
    by_number = {rep_curves.number: rep_curves for rep_curves in curves}
    if rep is not None and rep not in by_number:
        known = ", ".join(map(str, by_number)) or "none"
        raise InvalidReference(
            f"{one.video}: expected a rep of number {rep}, found {known}", "Choose with --rep."
        )
    return [by_number[number] for number in order]


def _source(one: SetOfReps, curves: Sequence[RepCurves]) -> SourcePart:
    return SourcePart(
        video=one.video,
        sha256=one.sha256,
        reps=sorted(rep.number for rep in curves),
        of=len(one.reps),
        load_kg=one.take.load_kg,
    )


def _check_alike(sets: Sequence[SetOfReps]) -> None:
    for what, values in (
        ("lift", [one.take.lift.replace("_", " ") for one in sets]),
        ("view", [one.take.view.name for one in sets]),
    ):
        if len(set(values)) > 1:
            told = ", ".join(f"{one.video} {value}" for one, value in zip(sets, values, strict=True))
            raise InvalidReference(
                f"expected sets of one {what}, found {told}", "Make one reference for each."
            )
    loads = [one.take.load_kg for one in sets if one.take.load_kg is not None]
    if loads and max(loads) > (1 + LOADS_APART) * min(loads):
        raise InvalidReference(
            f"expected loads within {LOADS_APART:.1%}, found {min(loads):g} to {max(loads):g} kg",
            "Make one reference for each load: speed and lean change with it.",
        )
