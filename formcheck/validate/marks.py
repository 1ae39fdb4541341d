"""Plates and joints marked by hand on clips whose own truth files do not hold them.

A marks file names each clip by the hash of its bytes, so that it can lie anywhere::

    {"squat_side": {"sha256": "...", "size_px": [720, 1280], "uncertainty_px": 1.5,
                    "marks": [{"time_s": 4.2, "x_px": 312.0, "y_px": 188.5, "semi_axes_px": [41.0, 43.5]}]}}

`x_px` and `y_px` are the middle of the near plate's outer rim in the upright picture, `semi_axes_px` the
horizontal and the vertical half axis of that rim. Or else a mark holds `joints_px`, the centers of the joints
that can be told: `{"left_knee": [301.0, 640.5]}`. The marks are single instants: nothing is known between.
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
from formcheck.validate.truth import KeypointName, Point, Strict, TrueFrames, Truth, read_checked

Axis = Annotated[float, Field(gt=0)]
Value = TypeVar("Value")


class Mark(Strict):
    """The near plate's outer rim, or the joints' centers, at an instant of the video."""

    time_s: float = Field(ge=0)
    x_px: float | None = None
    y_px: float | None = None
    semi_axes_px: tuple[Axis, Axis] | None = None
    joints_px: dict[KeypointName, Point] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        rim = [value is not None for value in (self.x_px, self.y_px, self.semi_axes_px)]
        if any(rim) == bool(self.joints_px) or any(rim) != all(rim):
            raise ValueError("expected x_px, y_px and semi_axes_px, or joints_px alone")
        return self


class ClipMarks(Strict):
    """The marks of a clip, in order and all of one kind; none where no plate's face is to be seen.

    `uncertainty_px` is how exactly a place is known, `size_px` width and height of the upright picture.
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
        if any(bool(mark.joints_px) != self.of_joints for mark in self.marks):
            raise ValueError("marks: expected plates or joints, found both")
        return self

    @property
    def of_joints(self) -> bool:
        """Whether joints were marked, and no plate."""
        return bool(self.marks and self.marks[0].joints_px)


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
        None of the clips is marked, or the truth of one says already what is marked.
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
    held = {"joint_centers_px"} if own.of_joints else {"bar_px", "plate_radius_px"}
    if frames is not None and held & {name for name, value in frames if value}:
        raise FormcheckError(
            f"{clip.name}: expected a truth without {' and '.join(sorted(held))} beside marks, found them",
            f"Leave the {'joints' if own.of_joints else 'plate'} to the truth file or to the marks.",
        )
    return replace(clip, truth=_with_marks(clip.truth, own))


def _with_marks(truth: Truth, marks: ClipMarks) -> Truth:
    """Merge marks into the frames of a truth; where only one of both knows an instant, the rest is None."""
    frames = truth.frames or TrueFrames(time_s=tuple(mark.time_s for mark in marks.marks))
    time_s = tuple(sorted({*frames.time_s, *(mark.time_s for mark in marks.marks)}))

    def spread(values: Sequence[Value | None]) -> tuple[Value | None, ...]:
        known = dict(zip(frames.time_s, values, strict=True))
        return tuple(known.get(instant) for instant in time_s)

    merged = TrueFrames(
        time_s=time_s,
        bar_px=spread(frames.bar_px) if frames.bar_px else None,
        bar_m=spread(frames.bar_m) if frames.bar_m else None,
        plate_radius_px=spread(frames.plate_radius_px) if frames.plate_radius_px else None,
        keypoints_px={name: spread(places) for name, places in frames.keypoints_px.items()},
        joint_centers_px={name: spread(places) for name, places in frames.joint_centers_px.items()},
        angles_deg={name: spread(angles) for name, angles in frames.angles_deg.items()},
    )
    marked = {mark.time_s: mark for mark in marks.marks}
    own = [marked.get(instant) for instant in time_s]
    if marks.of_joints:
        names = sorted({name for mark in marks.marks for name in mark.joints_px or ()})
        centers = {
            name: tuple(mark and mark.joints_px and mark.joints_px.get(name) for mark in own)
            for name in names
        }
        merged = merged.model_copy(update={"joint_centers_px": centers})
        return truth.model_copy(update={"frames": merged, "joint_uncertainty_px": marks.uncertainty_px})
    rim = {
        "bar_px": tuple(mark and (mark.x_px, mark.y_px) for mark in own),
        "plate_radius_px": tuple(mark and mark.semi_axes_px and mark.semi_axes_px[1] for mark in own),
    }
    merged = merged.model_copy(update=rim)
    return truth.model_copy(update={"frames": merged, "uncertainty_px": marks.uncertainty_px})
