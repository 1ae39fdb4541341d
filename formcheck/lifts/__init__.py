"""The lifts as data: what a rep looks like, which numbers are told, which faults are judged.

Each lift is a TOML file with a strict schema; a name that is not known is refused with the names that are.
"""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from formcheck.errors import InvalidLift, UnknownLift, problems_of
from formcheck.lifts.lift import BarPlace, Change, Lift, Posture, Practice, RepRule
from formcheck.lifts.rule import Evidence, FaultRule

__all__ = [
    "BarPlace", "Change", "Evidence", "FaultRule", "Lift", "Posture", "Practice", "RepRule", "check_meant",
    "find_lifts", "known_lifts", "lifts_meant", "load_lift", "read_lift",
]  # fmt: skip


def read_lift(path: Path) -> Lift:
    """Read and check a lift file, each of its variants and rulebooks too.

    Raises
    ------
    InvalidLift
        No such file, not TOML, or against the schema, with every problem named.
    """
    try:
        return _parse(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidLift(f"{path}: expected a lift file, found {error}", "Check the name.") from error


def _parse(text: str, name: str) -> Lift:
    where = ""
    try:
        lift = Lift.model_validate(tomllib.loads(text))
        _check_names(lift)
        for variant in (None, *lift.variants):
            for rules in (None, *lift.rulebooks):
                where = " ".join(f" {part}:" for part in (variant, rules) if part)
                lift.chosen(variant=variant, rules=rules)
        return lift
    except tomllib.TOMLDecodeError as error:
        raise InvalidLift(f"{name}: expected TOML, found {error}", "Check the file's syntax.") from error
    except ValidationError as error:
        raise InvalidLift(f"{name}:{where} {problems_of(error)}", "Correct the named entries.") from error
    except ValueError as error:
        raise InvalidLift(f"{name}:{where} {error}", "Correct the named entries.") from error


def _check_names(lift: Lift) -> None:
    """Refuse a variant that there is not, and changes of faults that there are not."""
    if lift.variant and lift.variant not in lift.variants:
        raise ValueError(f"variant: no '{lift.variant}'; known are {', '.join(lift.variants) or 'none'}")
    changes = (lift.variants | lift.rulebooks).items()
    own = {rule.id.partition(".")[2] for rule in lift.faults}
    own |= {name for _, change in changes for name, entries in change.faults.items() if "title" in entries}
    for name, change in changes:
        if unknown := sorted({*change.without, *change.faults} - own):
            raise ValueError(f"{name}: no fault {', '.join(unknown)}; known are {', '.join(sorted(own))}")


@cache
def known_lifts() -> tuple[str, ...]:
    """Names of the lifts that come with formcheck."""
    folder = resources.files("formcheck.lifts")
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml")))


@cache
def load_lift(name: str) -> Lift:
    """Load a lift that comes with formcheck by name.

    Raises
    ------
    UnknownLift
        No lift of that name.
    """
    if name not in known_lifts():
        raise UnknownLift(f"no lift '{name}'", f"Known lifts: {', '.join(known_lifts())}.")
    return _parse((resources.files("formcheck.lifts") / f"{name}.toml").read_text("utf-8"), name)


def find_lifts(folder: Path | None = None) -> dict[str, Lift]:
    """All lifts by name: those that come with formcheck, and those of a folder, which go first.

    Raises
    ------
    InvalidLift
        The folder cannot be read, or a file in it is not a lift.
    """
    lifts = {name: load_lift(name) for name in known_lifts()}
    if folder is None:
        return lifts
    if not folder.is_dir():
        raise InvalidLift(f"{folder}: expected a folder of lift files, found none", "Check the name.")
    return lifts | {lift.name: lift for lift in map(read_lift, sorted(folder.glob("*.toml")))}


def lifts_meant(
    name: str | None = None, variant: str | None = None, folder: Path | None = None
) -> tuple[Lift, ...]:
    """The lifts that a set may show: all, or the one that is named or that has the named variant.

    Raises
    ------
    UnknownLift
        There is no such lift or variant.
    InvalidLift
        A file of the folder is not a lift.
    """
    lifts = find_lifts(folder)
    if name is not None and name not in lifts:
        raise UnknownLift(f"no lift '{name}'", f"Known lifts: {', '.join(lifts)}.")
    if variant is None:
        return tuple(lifts.values()) if name is None else (lifts[name],)
    having = [lift for lift in lifts.values() if name == lift.name or (not name and variant in lift.variants)]
    if not having:
        known = ", ".join(known for lift in lifts.values() for known in lift.variants)
        raise UnknownLift(f"no variant '{variant}'", f"Known variants: {known}.")
    return (having[0].chosen(variant=variant),)


def check_meant(
    name: str | None = None,
    variant: str | None = None,
    rules: str | None = None,
    folder: Path | None = None,
) -> None:
    """Refuse names of a lift, variant or rulebook that there are not; raises as `lifts_meant` does."""
    meant = lifts_meant(name, variant, folder)
    if not any(rules in lift.rulebooks for lift in meant):
        meant[0].chosen(rules=rules)
