"""Truth files: what is read, what is refused and how that is told."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from formcheck.errors import FormcheckError
from formcheck.validate import find_clips, load_truth

SAMPLES = Path(__file__).parents[1] / "samples"

MARKED = {
    "schema": 1,
    "made": "marked",
    "lift": "squat",
    "view": {"name": "oblique", "note": "45deg foot/left side"},
    "lifter": {"thigh_m": 0.41},
    "rep_count": 2,
    "rep_count_certainty": "high",
    "reps": [
        {"start_s": 1, "turn_s": 2.5, "end_s": 3.0, "tolerance_s": 0.1, "note": "paused"},
        {"start_s": 4.0, "turn_s": 5.0, "end_s": 6.0},
    ],
    "faults": [{"id": "squat.depth_short", "rep": 2}],
    "frames": {
        "time_s": [0.0, 0.5],
        "bar_px": [[1.0, 2.0], None],
        "keypoints_px": {"left_knee": [None, [3.0, 4.0]]},
        "joint_centers_px": {"left_knee": [[4.0, 5.0], None]},
        "angles_deg": {"trunk_lean": [None, 5.0]},
    },
    "injected": {"name": "depth_short", "strength": 0.12, "unit": "thighs"},
    "uncertainty_px": 2.0,
    "note": "free text",
}


def written(folder: Path, content: object, name: str = "clip.truth.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.truth.json")), ids=lambda path: path.name)
def test_the_samples_truth_is_read(path: Path) -> None:
    truth = load_truth(path)
    assert truth.made == "rendered"
    assert truth.reps
    assert truth.frames is not None


def test_a_truth_marked_by_hand_is_read(tmp_path: Path) -> None:
    truth = load_truth(written(tmp_path, MARKED))
    assert truth.reps is not None
    assert truth.frames is not None
    assert [rep.turn_s for rep in truth.reps] == [2.5, 5.0]
    knee, trunk = truth.frames.keypoint("left_knee"), truth.frames.angle("trunk_lean")
    assert np.array_equal(knee, [[np.nan, np.nan], [3.0, 4.0]], equal_nan=True)
    assert np.array_equal(trunk, [np.nan, 5.0], equal_nan=True)
    center = truth.frames.joint_center("left_knee")
    assert np.array_equal(center, [[4.0, 5.0], [np.nan, np.nan]], equal_nan=True)
    assert truth.injected is not None
    assert (truth.injected.name, truth.injected.strength, truth.injected.unit) == (
        "depth_short",
        0.12,
        "thighs",
    )
    assert truth.lifter.thigh_m == 0.41
    assert truth.frames.keypoint("right_knee") is None
    assert truth.frames.joint_center("right_knee") is None
    assert truth.frames.angle("left_knee_flexion") is None


def test_all_but_three_fields_may_be_absent(tmp_path: Path) -> None:
    truth = load_truth(written(tmp_path, {"schema": 1, "made": "marked", "lift": "none"}))
    assert (truth.reps, truth.faults, truth.frames, truth.yaw_deg) == (None, None, None, None)


@pytest.mark.parametrize(
    ("yaw", "folded"), [(0, 0.0), (-3.0, 3.0), (38, 38.0), (90, 90.0), (120, 60.0), (-170, 10.0)]
)
def test_yaw_is_folded_to_the_side(yaw: float, folded: float, tmp_path: Path) -> None:
    truth = load_truth(written(tmp_path, {**MARKED, "view": {"yaw_deg": yaw}}))
    assert truth.yaw_deg == folded


BAD: list[tuple[dict[str, Any], str]] = [
    ({"schema": 2}, "schema"),
    ({"made": "guessed"}, "made"),
    ({"lift": "curl"}, "lift"),
    ({"lifts": "squat"}, "lifts"),
    ({"view": {"yaw": 3}}, "view.yaw"),
    ({"view": {"yaw_deg": 300.0}}, "view.yaw_deg"),
    ({"lifter": {"height_m": 178}}, "lifter.height_m"),
    ({"lifter": {"thigh_m": 41.0}}, "lifter.thigh_m"),
    ({"injected": {"name": "depth_short"}}, "injected.strength"),
    ({"injected": {"name": "", "strength": 1.0}}, "injected.name"),
    ({"injected": {"name": "a", "strength": 1.0, "size": 2}}, "injected.size"),
    ({"rep_count": 3}, "rep_count: expected 2"),
    ({"rep_count": -1, "reps": None}, "rep_count"),
    ({"rep_metrics": [{}]}, "rep_metrics: expected 2"),
    ({"rep_metrics": [{"rom_m": "0.5"}, {}]}, "rep_metrics.0.rom_m"),
    ({"reps": [{"start_s": 1.0, "turn_s": 1.0, "end_s": 3.0}], "rep_count": 1}, "reps.0: expected start_s <"),
    ({"reps": MARKED["reps"][::-1]}, "reps: expected them in order"),  # type: ignore[index]
    ({"faults": [{"id": "squat.depth_short", "rep": 3}]}, "faults: expected reps up to 2"),
    ({"faults": [{"id": "Depth", "rep": 1}]}, "faults.0.id"),
    ({"frames": {"time_s": [0.0, 0.5], "bar_px": [[1.0, 2.0]]}}, "bar_px: expected 2 entries"),
    ({"frames": {"time_s": [0.0, 0.0]}}, "frames: time_s"),
    ({"frames": {"time_s": [0.0, 0.5], "keypoints_px": {"knee": [None, None]}}}, "unknown name 'knee'"),
    ({"frames": {"time_s": [0.0, 0.5], "joint_centers_px": {"knee": [None, None]}}}, "unknown name 'knee'"),
    ({"frames": {"time_s": [0.0, 0.5], "joint_centers_px": {"left_hip": [None]}}}, "left_hip (center): exp"),
    ({"frames": {"time_s": []}}, "frames.time_s"),
    ({"frames": {"time_s": [0.0, 0.5], "angles_deg": {"knee": [1.0, 1.0]}}}, "unknown name 'knee'"),
    ({"frames": {"time_s": [0.0, 0.5], "bar_px": [[1.0], None]}}, "frames.bar_px.0"),
]


@pytest.mark.parametrize(("change", "told"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_a_broken_truth_is_refused_by_file_and_field(
    change: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(FormcheckError) as caught:
        load_truth(written(tmp_path, {**copy.deepcopy(MARKED), **change}))
    assert caught.value.exit_code == 2
    assert "clip.truth.json" in caught.value.message
    assert told in caught.value.message


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"schema": 1, "made": "marked", "lift": NaN}'])
def test_what_is_no_json_of_ours_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(FormcheckError, match=r"clip\.truth\.json: expected a truth file, found"):
        load_truth(written(tmp_path, text))


def test_a_missing_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormcheckError, match=r"clip\.truth\.json: cannot be read"):
        load_truth(tmp_path / "clip.truth.json")


def test_many_problems_are_cut_short(tmp_path: Path) -> None:
    frames = {"time_s": [0.0] * 9, "bar_px": ["x"] * 9}
    with pytest.raises(FormcheckError, match="and 4 more problems"):
        load_truth(written(tmp_path, {**MARKED, "frames": frames}))


# the clips of a folder


def test_clips_are_found_by_name(tmp_path: Path) -> None:
    for name in ("b.mov", "a.MP4", "b.truth.txt", "c.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "d").mkdir()
    for name in ("a", "b", "d", "e"):
        written(tmp_path, MARKED, f"{name}.truth.json")
    clips = find_clips(tmp_path)
    assert [(clip.name, clip.path and clip.path.name) for clip in clips] == [
        ("a", "a.MP4"), ("b", "b.mov"), ("d", "d"), ("e", None),
    ]  # fmt: skip


def test_a_truth_of_two_videos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    (tmp_path / "a.mov").touch()
    written(tmp_path, MARKED, "a.truth.json")
    with pytest.raises(FormcheckError, match=r"a\.truth\.json: expected one video .* a\.mov, a\.mp4"):
        find_clips(tmp_path)


@pytest.mark.parametrize(
    ("files", "told"),
    [((), "expected clips with their truth"), (("a.truth.json",), "expected a video beside each")],
)
def test_a_folder_without_clips_is_refused(files: tuple[str, ...], told: str, tmp_path: Path) -> None:
    for name in files:
        written(tmp_path, MARKED, name)
    with pytest.raises(FormcheckError, match=told):
        find_clips(tmp_path)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(FormcheckError, match="expected a folder, found a file"):
        find_clips(tmp_path / "a.mp4")
    with pytest.raises(FormcheckError, match="expected a folder, found nothing"):
        find_clips(tmp_path / "b")
