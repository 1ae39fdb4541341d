"""Plates marked by hand on clips whose own truth files do not hold them.

A marks file names each clip by the hash of its bytes, so that it can lie anywhere::

    {"squat_side": {"sha256": "...", "size_px": [720, 1280], "uncertainty_px": 1.5,
                    "marks": [{"time_s": 4.2, "x_px": 312.0, "y_px": 188.5, "semi_axes_px": [41.0, 43.5]}]}}

`x_px` and `y_px` are the middle of the near plate's outer rim in the upright picture, `semi_axes_px` the
horizontal and the vertical half axis of that rim. The marks are single instants: nothing is known between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import Field, TypeAdapter, model_validator

from formcheck.errors import FormcheckError
from formcheck.validate.clips import Clip
from formcheck.validate.takes import content_sha256
from formcheck.validate.truth import Strict, TrueFrames, Truth, read_checked

Axis = Annotated[float, Field(gt=0)]
Value = TypeVar("Value")


class Mark(Strict):
    """The near plate's outer rim at an instant of the video."""

    time_s: float = Field(ge=0)
    x_px: float
    y_px: float
    semi_axes_px: tuple[Axis, Axis]
    note: str = ""


class ClipMarks(Strict):
    """The marks of a clip, in order; none where no plate's face is to be seen.

    `uncertainty_px` is how exactly the middle is known, `size_px` width and height of the upright picture.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_px: tuple[int, int] | None = None
    uncertainty_px: float | None = Field(None, gt=0)
    marks: tuple[Mark, ...]
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.marks and self.uncertainty_px is None:
            raise ValueError("uncertainty_px: expected a number beside marks, found none")
        if any(before.time_s >= after.time_s for before, after in pairwise(self.marks)):
            raise ValueError("marks: expected strictly rising seconds")
        return self


def load_marks(path: Path) -> dict[str, ClipMarks]:
    """Read and check a marks file: name of the clip to its marks.

    Raises
    ------
    FormcheckError
        Not a marks file: every problem with its field.
    """
    hint = "Correct the named fields; samples/README.md shows such a file."
    return read_checked(path, TypeAdapter(dict[str, ClipMarks]), "a file of marks", hint)


def add_marks(clips: Sequence[Clip], marks: Mapping[str, ClipMarks]) -> tuple[Clip, ...]:
    """Add each clip's marks to its truth; a clip is known by its bytes, whatever its name.

    Raises
    ------
    FormcheckError
        None of the clips is marked, or the truth of one says already where its plate is.
    UnreadableVideo
        A clip cannot be read.
    """
    by_content = {one.sha256: one for one in marks.values() if one.marks}
    result = tuple(_marked(clip, by_content) for clip in clips)
    if all(before is after for before, after in zip(clips, result, strict=True)):
        raise FormcheckError(
            f"expected marks of at least one of the {len(clips)} clips, found marks of other clips only",
            "A clip is known by the sha256 of its file; cut or converted anew it is another clip.",
        )
    return result


def _marked(clip: Clip, marks: Mapping[str, ClipMarks]) -> Clip:
    own = marks.get(content_sha256(clip.path)) if clip.path else None
    if own is None:
        return clip
    frames = clip.truth.frames
    if frames is not None and (frames.bar_px is not None or frames.plate_radius_px is not None):
        raise FormcheckError(
            f"{clip.name}: expected a truth without bar_px and plate_radius_px beside marks, found them",
            "Leave the plate to the truth file or to the marks.",
        )
    return replace(clip, truth=_with_marks(clip.truth, own))


def _with_marks(truth: Truth, marks: ClipMarks) -> Truth:
    """Merge marks into the frames of a truth; where only one of both knows an instant, the rest is None."""
    frames = truth.frames or TrueFrames(time_s=tuple(mark.time_s for mark in marks.marks))
    marked = {mark.time_s: mark for mark in marks.marks}
    time_s = tuple(sorted({*frames.time_s, *marked}))

    def spread(values: Sequence[Value | None]) -> tuple[Value | None, ...]:
        known = dict(zip(frames.time_s, values, strict=True))
        return tuple(known.get(instant) for instant in time_s)

    merged = TrueFrames(
        time_s=time_s,
        bar_px=tuple((marked[t].x_px, marked[t].y_px) if t in marked else None for t in time_s),
        bar_m=spread(frames.bar_m) if frames.bar_m else None,
        plate_radius_px=tuple(marked[t].semi_axes_px[1] if t in marked else None for t in time_s),
        keypoints_px={name: spread(places) for name, places in frames.keypoints_px.items()},
        joint_centers_px={name: spread(places) for name, places in frames.joint_centers_px.items()},
        angles_deg={name: spread(angles) for name, angles in frames.angles_deg.items()},
    )
    return truth.model_copy(update={"frames": merged, "uncertainty_px": marks.uncertainty_px})
