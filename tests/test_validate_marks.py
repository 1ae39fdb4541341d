"""Plates and joints marked by hand: what is read, what is refused, and where the marks end up."""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from truths import filmed, known, truth_of

from formcheck.errors import FormcheckError
from formcheck.validate import Clip, Truth, add_marks, load_marks
from formcheck.validate.marks import ClipMarks

BARE = Truth.model_validate({"schema": 1, "made": "marked", "lift": "squat", "uncertainty_px": 9.0})
MARKS = [
    {"time_s": 0.5, "x_px": 10.0, "y_px": 20.0, "semi_axes_px": [40.0, 44.0]},
    {"time_s": 2.0, "x_px": 11.0, "y_px": 25.0, "semi_axes_px": [41.0, 45.0], "note": "half hidden"},
]


def content_of(clip: Clip) -> str:
    assert clip.path is not None
    return hashlib.sha256(clip.path.read_bytes()).hexdigest()


def clip_of(folder: Path, name: str, truth: Truth = BARE) -> Clip:
    path = folder / f"{name}.mp4"
    path.write_text(name)
    return Clip(name, path, truth)


def marks_of(clip: Clip) -> dict[str, ClipMarks]:
    entry = {"sha256": content_of(clip), "uncertainty_px": 1.5, "marks": MARKS}
    return {"of another name": ClipMarks.model_validate(entry, strict=False)}


def test_marks_go_to_the_clip_of_those_bytes(tmp_path: Path) -> None:
    clips = [clip_of(tmp_path, "a"), clip_of(tmp_path, "b"), Clip("gone", None, BARE)]
    first, second, gone = add_marks(clips, marks_of(clips[1]))
    assert (first, gone) == (clips[0], clips[2])
    frames = second.truth.frames
    assert frames is not None
    assert frames.time_s == (0.5, 2.0)
    assert frames.bar_px == ((10.0, 20.0), (11.0, 25.0))
    assert frames.plate_radius_px == (44.0, 45.0)
    assert second.truth.uncertainty_px == 1.5


def test_marks_stand_between_what_is_known_already(tmp_path: Path) -> None:
    """Instants of both are kept; what is known of only one of them stays unknown at the other's."""
    frames = {
        "time_s": [0.0, 0.5, 1.0],
        "keypoints_px": {"left_knee": [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]},
        "joint_centers_px": {"left_knee": [[4.0, 4.0], None, None]},
        "angles_deg": {"trunk_lean": [5.0, 6.0, 7.0]},
    }
    truth = truth_of(filmed(), frames=frames)
    clip = clip_of(tmp_path, "a", truth)
    [marked] = add_marks([clip], marks_of(clip))
    merged = marked.truth.frames
    assert merged is not None
    assert merged.time_s == (0.0, 0.5, 1.0, 2.0)
    assert merged.bar_px == (None, (10.0, 20.0), None, (11.0, 25.0))
    assert merged.keypoints_px["left_knee"] == ((1.0, 1.0), (2.0, 2.0), (3.0, 3.0), None)
    assert merged.joint_centers_px["left_knee"] == ((4.0, 4.0), None, None, None)
    assert merged.angles_deg["trunk_lean"] == (5.0, 6.0, 7.0, None)
    assert merged.bar_m is None
    assert marked.truth.reps == truth.reps


JOINTS = [
    {"time_s": 0.5, "joints_px": {"left_knee": [10.0, 20.0]}},
    {"time_s": 1.0, "joints_px": {"left_knee": [11.0, 21.0], "right_hip": [5.0, 6.0]}},
]


def joints_of(clip: Clip) -> dict[str, ClipMarks]:
    entry = {"sha256": content_of(clip), "uncertainty_px": 8.0, "marks": JOINTS}
    return {"joints": ClipMarks.model_validate(entry, strict=False)}


@pytest.mark.parametrize("joints_first", [True, False])
def test_joints_and_plates_of_one_clip_add_up(joints_first: bool, tmp_path: Path) -> None:
    clips = [clip_of(tmp_path, "a")]
    both = [joints_of(clips[0]), marks_of(clips[0])]
    for marks in both if joints_first else both[::-1]:
        clips = list(add_marks(clips, marks))
    truth = clips[0].truth
    frames = truth.frames
    assert frames is not None
    assert frames.time_s == (0.5, 1.0, 2.0)
    assert frames.bar_px == ((10.0, 20.0), None, (11.0, 25.0))
    assert frames.plate_radius_px == (44.0, None, 45.0)
    assert frames.joint_centers_px == {
        "left_knee": ((10.0, 20.0), (11.0, 21.0), None),
        "right_hip": (None, (5.0, 6.0), None),
    }
    assert (truth.uncertainty_px, truth.joint_uncertainty_px) == (1.5, 8.0)
    with pytest.raises(FormcheckError, match="a: expected a truth without joint_centers_px beside marks"):
        add_marks(clips, joints_of(clips[0]))


def test_marks_of_other_clips_are_refused(tmp_path: Path) -> None:
    clips = [clip_of(tmp_path, "a"), clip_of(tmp_path, "b")]
    with pytest.raises(FormcheckError, match="marks of at least one of the 1 clips"):
        add_marks(clips[:1], marks_of(clips[1]))


def test_a_clip_without_a_plate_has_no_marks(tmp_path: Path) -> None:
    clips = [clip_of(tmp_path, "a"), clip_of(tmp_path, "b")]
    none = ClipMarks.model_validate({"sha256": content_of(clips[0]), "uncertainty_px": None, "marks": ()})
    first, second = add_marks(clips, {"none": none, **marks_of(clips[1])})
    assert first is clips[0]
    assert second.truth.frames is not None
    with pytest.raises(FormcheckError, match="marks of other clips only"):
        add_marks(clips, {"none": none})


REAL = Path(__file__).parent / "marks" / "plates.json"


@pytest.mark.skipif(not REAL.exists(), reason="needs the marks of the real clips")
def test_the_marks_of_the_real_clips_are_read() -> None:
    marks = load_marks(REAL)
    assert sum(len(one.marks) for one in marks.values()) > 100


def test_a_plate_is_not_marked_twice(tmp_path: Path) -> None:
    shot = filmed()
    clip = clip_of(tmp_path, "a", truth_of(shot, frames=known(shot)["frames"]))
    with pytest.raises(FormcheckError, match="a: expected a truth without bar_px"):
        add_marks([clip], marks_of(clip))


FILE: dict[str, Any] = {"a": {"sha256": "0" * 64, "uncertainty_px": 1.5, "marks": MARKS}}


def test_a_file_of_marks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plates.json"
    path.write_text(json.dumps(FILE), encoding="utf-8")
    assert load_marks(path)["a"].marks[1].semi_axes_px == (41.0, 45.0)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sha256": "abc"}, "a.sha256"),
        ({"uncertainty_px": 0.0}, "a.uncertainty_px"),
        ({"uncertainty_px": None}, "a: uncertainty_px: expected a number"),
        ({"size_px": [1.5, 2]}, "a.size_px.0"),
        ({"marks": MARKS[::-1]}, "a: marks: expected strictly rising"),
        ({"marks": [{**MARKS[0], "semi_axes_px": [40.0]}]}, "a.marks.0.semi_axes_px"),
        ({"marks": [{**MARKS[0], "semi_axes_px": [40.0, -1.0]}]}, "a.marks.0.semi_axes_px.1"),
        ({"marks": [{**MARKS[0], "x": 3.0}]}, "a.marks.0.x"),
        (
            {"marks": [{**MARKS[0], "x_px": None}]},
            "a.marks.0: expected x_px, y_px and semi_axes_px, or joints_px",
        ),
        (
            {"marks": [{**MARKS[0], **JOINTS[0]}]},
            "a.marks.0: expected x_px, y_px and semi_axes_px, or joints_px",
        ),
        ({"marks": [{"time_s": 1.0}]}, "a.marks.0: expected x_px, y_px and semi_axes_px, or joints_px"),
        ({"marks": [{"time_s": 1.0, "joints_px": {"knee": [1.0, 2.0]}}]}, "unknown name 'knee'"),
        ({"marks": [MARKS[0], JOINTS[1]]}, "a: marks: expected plates or joints, found both"),
        ({"radius": 3.0}, "a.radius"),
    ],
)
def test_a_broken_file_of_marks_is_refused(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    broken = copy.deepcopy(FILE)
    broken["a"].update(change)
    path = tmp_path / "plates.json"
    path.write_text(json.dumps(broken), encoding="utf-8")
    with pytest.raises(FormcheckError) as caught:
        load_marks(path)
    assert caught.value.message.startswith("plates.json: expected a file of marks, found ")
    assert told in caught.value.message


def test_a_missing_file_of_marks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormcheckError, match=r"plates\.json: cannot be read"):
        load_marks(tmp_path / "plates.json")
