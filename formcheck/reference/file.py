"""Reference files: a lifter's own best reps, or a chosen one, kept for later sets."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from formcheck.errors import InvalidReference, OutputError, problems_of
from formcheck.pose import FloatArray
from formcheck.reference.curves import PHASES, SAMPLES, PhaseKind
from formcheck.reference.ghost import GHOST_SAMPLES, Ghost
from formcheck.reference.reference import Band, PhaseBands, Reference
from formcheck.view import ViewName

VERSION = "1.0"
KIND = "formcheck reference"

LOADS_APART = 0.075
"""Loads that differ by more than this share are not of one kind (technique knowledge base, estimate)."""

_Values = Annotated[list[float | None], Field(min_length=SAMPLES, max_length=SAMPLES)]
_Deviations = Annotated[
    list[Annotated[float, Field(ge=0)] | None], Field(min_length=SAMPLES, max_length=SAMPLES)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class BandPart(_Strict):
    """One signal over a phase: 101 means, their spread from rep to rep and their doubt (SD); None unknown."""

    mean: _Values
    between_sd: _Deviations
    doubt_sd: _Deviations


class PhasePart(_Strict):
    """A phase: its mean length in real seconds, and its signals by name (the unit is in it)."""

    duration_s: float = Field(gt=0, le=60)
    signals: dict[str, BandPart]


class SkeletonPart(_Strict):
    """The best rep's near side, as `formcheck.reference.ghost` describes it; None where not seen."""

    joints: tuple[str, ...]
    phases: dict[PhaseKind, list[list[tuple[float | None, float | None]]]]

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        for name, frames in self.phases.items():
            if len(frames) != GHOST_SAMPLES or any(len(frame) != len(self.joints) for frame in frames):
                raise ValueError(f"{name}: expected {GHOST_SAMPLES} frames of {len(self.joints)} joints")
        return self


class SourcePart(_Strict):
    """A set that went into it: the video, the numbers of the reps taken, and how many it had."""

    video: str
    sha256: str
    reps: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    of: int = Field(ge=1)
    load_kg: float | None = Field(None, gt=0)


class ReferenceFile(_Strict):
    """A reference as it is kept: JSON with a version."""

    kind: Literal["formcheck reference"]
    schema_version: Literal["1.0"]
    lift: str
    picked: Literal["best", "rep"]
    view: ViewName
    yaw_deg: float = Field(ge=0, le=90)
    sources: list[SourcePart] = Field(min_length=1)
    phases: dict[PhaseKind, PhasePart] = Field(min_length=1)
    skeleton: SkeletonPart | None = None
    made_by: str
    made_on: str

    @property
    def reps(self) -> int:
        """How many reps it was made of."""
        return sum(len(source.reps) for source in self.sources)

    @property
    def load_kg(self) -> float | None:
        """The mean load; None where some set's is not known."""
        loads = [source.load_kg for source in self.sources]
        known = [load for load in loads if load is not None]
        return sum(known) / len(known) if len(known) == len(loads) else None

    def reference(self, name: str) -> Reference:
        """What reps are compared with; `name` is the file's."""
        phases: dict[PhaseKind, PhaseBands] = {}
        for phase, part in self.phases.items():
            bands = {
                signal: Band(_array(one.mean), _array(one.between_sd), _array(one.doubt_sd))
                for signal, one in part.signals.items()
            }
            phases[phase] = PhaseBands(part.duration_s, MappingProxyType(bands))
        best = f"{self.reps} best reps" if self.reps > 1 else "best rep"
        title = f"your own {best} ({name})" if self.picked == "best" else f"the chosen rep ({name})"
        kind: Literal["own", "chosen"] = "own" if self.picked == "best" else "chosen"
        return Reference(kind, title, self.reps, MappingProxyType(phases))

    def ghost(self) -> Ghost | None:
        """The skeleton of its best rep, if it has one."""
        if self.skeleton is None:
            return None
        phases = {name: _array(frames) for name, frames in self.skeleton.phases.items()}
        return Ghost(self.skeleton.joints, MappingProxyType(phases))


def file_of(
    reference: Reference,
    *,
    lift: str,
    view: ViewName,
    yaw_deg: float,
    sources: Sequence[SourcePart],
    ghost: Ghost | None,
) -> ReferenceFile:
    """Put a reference into the form in which it is kept."""
    phases = {
        name: PhasePart(
            duration_s=round(phase.duration_s or 0.0, 4),
            signals={
                signal: BandPart(
                    mean=_listed(band.mean),
                    between_sd=_listed(band.between_sd),
                    doubt_sd=_listed(band.doubt_sd),
                )
                for signal, band in phase.bands.items()
            },
        )
        for name in PHASES
        if (phase := reference.phases.get(name)) is not None
    }
    skeleton = None
    if ghost is not None:
        frames = {
            name: [[(_known(x), _known(y)) for x, y in frame] for frame in places]
            for name, places in ghost.phases.items()
        }
        skeleton = SkeletonPart(joints=ghost.joints, phases=frames)
    return ReferenceFile(
        kind=KIND,
        schema_version=VERSION,
        lift=lift,
        picked="best" if reference.kind == "own" else "rep",
        view=view,
        yaw_deg=round(yaw_deg, 1),
        sources=list(sources),
        phases=phases,
        skeleton=skeleton,
        made_by=f"formcheck {_version()}",
        made_on=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def load_reference(path: Path) -> ReferenceFile:
    """Read and check a reference file.

    Raises
    ------
    InvalidReference
        No such file, not JSON, not a reference, or of another version, with every problem named.
    """
    remake = "Make it anew with `formcheck reference make`."
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "bytes that are no text"
        raise InvalidReference(
            f"{path}: expected a reference file, found {why}", "Check the name."
        ) from error
    try:
        return ReferenceFile.model_validate_json(text)
    except ValidationError as error:
        found = problems_of(error)
        if f'"{KIND}"' not in text:
            raise InvalidReference(f"{path}: expected a reference file, found another", remake) from error
        raise InvalidReference(f"{path.name}: {found[:400]}", remake) from error


def save_reference(file: ReferenceFile, path: Path) -> None:
    """Write a reference file; an older reference in its place is replaced, any other file is left alone.

    Raises
    ------
    OutputError
        The place is taken by something else, or cannot be written.
    """
    check_free(path)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(file.model_dump_json() + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", "Choose another name.") from error


def check_free(path: Path) -> None:
    """Refuse a place for a reference that holds something else than an older reference.

    Raises
    ------
    OutputError
        It does.
    """
    try:
        free = not path.exists() or f'"{KIND}"' in path.read_text("utf-8")[:200]
    except (OSError, UnicodeDecodeError):
        free = False
    if not free:
        raise OutputError(
            f"expected {path} to be free or an older reference, found something else", "Choose another name."
        )


def _listed(values: FloatArray) -> list[float | None]:
    return [_known(value) for value in values]


def _known(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def _array(values: object) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _version() -> str:
    try:
        return version("formcheck")
    except PackageNotFoundError:
        return "of a checkout"
