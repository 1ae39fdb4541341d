"""A take as arrays, its file, and the recorder that finds the lifter in hindsight."""

import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import Shot, crowd, film, hidden, poses_of

from formcheck.bar import Hands, Plate
from formcheck.errors import NoLifter, UnreadableVideo
from formcheck.motion import Motion, Recorder, load_motion, load_note, save_motion
from formcheck.pose import Pose

ARRAYS = (
    "time_s", "looked", "keypoints_px", "confidence", "world_m", "hands_px", "hands_moved_px",
    "hands_confidence", "plate_px", "plate_axes_px", "plate_confidence", "line_px", "line_confidence",
    "camera_px",
)  # fmt: skip


@pytest.fixture(scope="module")
def shot() -> Shot:
    return film(fps=30.0)


# the arrays


@pytest.mark.parametrize("name", [name for name in ARRAYS if name != "time_s"])
def test_an_array_of_another_shape_is_refused(shot: Shot, name: str) -> None:
    wrong = getattr(shot.motion, name)[:-1]
    expected = getattr(shot.motion, name).shape
    with pytest.raises(ValueError, match=f"{name}: expected ") as caught:
        replace(shot.motion, **{name: wrong.copy()})
    assert str(caught.value) == f"{name}: expected {expected}, got {wrong.shape}"


@pytest.mark.parametrize("times_s", [(0.0, 0.1, 0.1), (0.0, 0.2, 0.1), (0.0, np.nan, 0.2)])
def test_times_that_do_not_rise_are_refused(shot: Shot, times_s: tuple[float, ...]) -> None:
    short = {name: getattr(shot.motion, name)[:3].copy() for name in ARRAYS}
    with pytest.raises(ValueError, match="time_s: expected strictly rising"):
        replace(shot.motion, **{**short, "time_s": np.array(times_s)})


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_read_only(shot: Shot, name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(shot.motion, name)[0] = 1.0


def test_seen_says_in_which_frames_the_lifter_was(shot: Shot) -> None:
    lost = hidden(shot.motion, (2.0, 3.0))
    times = lost.time_s
    assert np.array_equal(lost.seen, ~((times > 2.0) & (times < 3.0)))
    assert shot.motion.seen.all()


# the file


def test_a_take_comes_back_from_its_file(shot: Shot, tmp_path: Path) -> None:
    saved = replace(hidden(shot.motion, (1.0, 1.5)), size_px=(99, 77), upright=False, people=4)
    save_motion(saved, tmp_path / "motion.npz", note='{"für": "später"}')
    loaded = load_motion(tmp_path / "motion.npz")
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(loaded, name), getattr(saved, name))
    assert (loaded.size_px, loaded.upright, loaded.people) == ((99, 77), False, 4)
    assert load_note(tmp_path / "motion.npz") == '{"für": "später"}'


def test_a_take_without_a_note_has_an_empty_one(shot: Shot, tmp_path: Path) -> None:
    save_motion(shot.motion, tmp_path / "motion.npz")
    assert load_note(tmp_path / "motion.npz") == ""


def whole_file(folder: Path, **changes: object) -> Path:
    path = folder / "motion.npz"
    save_motion(film(fps=10.0).motion, path)
    with np.load(path) as data:
        entries = {name: data[name] for name in data.files}
    np.savez_compressed(path, **{**entries, **changes})
    return path


def missing(folder: Path) -> Path:
    return folder / "nowhere.npz"


def a_folder(folder: Path) -> Path:
    return folder


def text(folder: Path) -> Path:
    path = folder / "motion.npz"
    path.write_text("reps: 3\n")
    return path


def empty(folder: Path) -> Path:
    path = folder / "motion.npz"
    path.touch()
    return path


def cut_short(folder: Path) -> Path:
    path = whole_file(folder)
    path.write_bytes(path.read_bytes()[:-200])
    return path


def with_a_broken_middle(folder: Path) -> Path:
    path = whole_file(folder)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(content)
    return path


def one_array(folder: Path) -> Path:
    path = folder / "motion.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    return path


def other_arrays(folder: Path) -> Path:
    path = folder / "motion.npz"
    np.savez(path, x=np.zeros(3))
    return path


def of_another_format(folder: Path) -> Path:
    return whole_file(folder, format=99)


def of_other_keypoints(folder: Path) -> Path:
    return whole_file(folder, keypoint_names=np.array(["nose", "tail"]))


def of_another_shape(folder: Path) -> Path:
    return whole_file(folder, hands_px=np.zeros((3, 2)))


@pytest.mark.parametrize(
    "make",
    [
        missing,
        a_folder,
        text,
        empty,
        cut_short,
        with_a_broken_middle,
        one_array,
        other_arrays,
        of_another_format,
        of_other_keypoints,
        of_another_shape,
    ],
    ids=lambda make: make.__name__,
)
def test_what_is_no_take_is_refused_with_its_name(make, tmp_path: Path) -> None:
    path = make(tmp_path)
    with pytest.raises(UnreadableVideo, match=path.name) as caught:
        load_motion(path)
    assert caught.value.hint
    del caught
    gc.collect()  # a file left open is a warning, and warnings are errors


# the recorder


def bar_of(shot: Shot, frame: int) -> Hands:
    x_px, y_px = shot.motion.hands_px[frame]
    moved_x, moved_y = shot.motion.hands_moved_px[frame]
    return Hands(x_px, y_px, 0.9, (moved_x, moved_y), camera_px=(0.5, -0.25))


def record(people: list[tuple[Pose, ...]], bars: list[dict[int, Hands]], shot: Shot) -> Motion:
    recorder = Recorder(shot.motion.size_px)
    for time_s, everybody, held in zip(shot.motion.time_s, people, bars, strict=True):
        recorder.add(float(time_s), everybody, held)
    assert len(recorder) == len(people)
    return recorder.motion()


def bars_of(**shots: Shot) -> list[dict[int, Hands]]:
    """For each frame the bars that people of those numbers (`p0`, `p1`) would hold."""
    frames = range(len(next(iter(shots.values())).motion.time_s))
    return [{int(name[1:]): bar_of(shot, frame) for name, shot in shots.items()} for frame in frames]


@pytest.fixture(scope="module")
def onlooker() -> Shot:
    """Somebody who stands beside the lifter, nearer to the camera."""
    return film(tempo=lambda time_s: 0.0 * time_s, time_s=film(fps=30.0).motion.time_s, px_per_m=500.0)


def test_the_lifter_is_chosen_in_hindsight(shot: Shot, onlooker: Shot) -> None:
    first, second = poses_of(onlooker.motion, person=0), poses_of(shot.motion, person=1)
    motion = record(crowd(first, second), bars_of(p0=onlooker, p1=shot), shot)
    for name in ("keypoints_px", "world_m", "confidence", "hands_px", "hands_moved_px"):
        np.testing.assert_array_equal(getattr(motion, name), getattr(shot.motion, name), err_msg=name)
    assert (motion.people, motion.upright, motion.size_px) == (2, True, (720, 1280))


def test_a_bar_that_was_followed_for_somebody_else_is_dropped(shot: Shot, onlooker: Shot) -> None:
    other, lifter = poses_of(onlooker.motion, person=0), poses_of(shot.motion, person=1)
    half = len(lifter) // 2
    bars = [*bars_of(p0=onlooker)[:half], *bars_of(p0=onlooker, p1=shot)[half:]]
    motion = record(crowd(other, lifter), bars, shot)
    assert np.isnan(motion.hands_px[:half]).all()
    assert np.isnan(motion.hands_moved_px[:half]).all()
    assert (motion.hands_confidence[:half] == 0).all()
    np.testing.assert_array_equal(motion.hands_px[half:], shot.motion.hands_px[half:])


def test_where_the_lifter_is_lost_nothing_is_known_but_the_bar(shot: Shot, onlooker: Shot) -> None:
    lifter = poses_of(hidden(shot.motion, (2.0, 3.0)), person=1)
    motion = record(crowd(poses_of(onlooker.motion), lifter), bars_of(p0=onlooker, p1=shot), shot)
    lost = (motion.time_s > 2.0) & (motion.time_s < 3.0)
    assert np.array_equal(motion.seen, ~lost)
    assert np.isnan(motion.keypoints_px[lost]).all()
    assert np.isnan(motion.world_m[lost]).all()
    assert (motion.confidence[lost] == 0).all()
    np.testing.assert_array_equal(motion.hands_moved_px, shot.motion.hands_moved_px)


def test_of_two_bars_of_the_lifter_the_surer_one_counts(shot: Shot) -> None:
    """Found again under a new number while the bar of the old one is still followed."""
    first, then = hidden(shot.motion, (4.4, 99.0)), hidden(shot.motion, (-1.0, 4.6))
    unsure = Hands(0.0, 0.0, 0.1, (9.0, 9.0))
    bars = [{1: unsure, 5: bar_of(shot, frame)} for frame in range(len(shot.motion.time_s))]
    motion = record(crowd(poses_of(first, person=1), poses_of(then, person=5)), bars, shot)
    np.testing.assert_array_equal(motion.hands_moved_px, shot.motion.hands_moved_px)


def test_the_cameras_shake_adds_up_whoever_was_followed(shot: Shot, onlooker: Shot) -> None:
    other, lifter = poses_of(onlooker.motion, person=0), poses_of(shot.motion, person=1)
    bars = [*bars_of(p0=onlooker)[:50], *bars_of(p0=onlooker, p1=shot)[50:]]
    motion = record(crowd(other, lifter), bars, shot)
    frames = np.arange(1, len(lifter) + 1)
    np.testing.assert_allclose(motion.camera_px, np.stack([0.5 * frames, -0.25 * frames], axis=1))


def test_a_take_without_a_bar_has_none(shot: Shot) -> None:
    motion = record(crowd(poses_of(shot.motion)), [{} for _ in shot.motion.time_s], shot)
    assert np.isnan(motion.hands_px).all()
    assert np.isnan(motion.hands_moved_px).all()
    assert (motion.camera_px == 0).all()


def test_the_plate_that_goes_with_the_hands_is_the_takes(shot: Shot) -> None:
    hands = shot.motion.hands_px
    moved = np.diff(hands, axis=0, prepend=hands[:1])
    recorder = Recorder(shot.motion.size_px)
    for frame, everybody in enumerate(crowd(poses_of(shot.motion))):
        x_px, y_px = hands[frame]
        held = {0: Hands(x_px, y_px, 0.9, tuple(moved[frame]))}
        plates = (
            Plate(0, x_px + 5, y_px, (60.0, 62.0), 0.9, tuple(moved[frame])),
            Plate(1, 300.0, 900.0, (60.0, 62.0), 0.9),
        )
        recorder.add(float(shot.motion.time_s[frame]), everybody, held, plates)
    motion = recorder.motion()
    assert motion.bar_kind == "plate"
    np.testing.assert_allclose(motion.plate_px, hands + np.array([5.0, 0]), atol=0.5)
    np.testing.assert_allclose(motion.plate_axes_px, np.tile([60.0, 62.0], (len(hands), 1)))
    np.testing.assert_allclose(motion.plate_confidence, 0.9)


def test_a_plate_that_stands_on_a_rack_is_not_the_takes(shot: Shot) -> None:
    recorder = Recorder(shot.motion.size_px)
    for frame, everybody in enumerate(crowd(poses_of(shot.motion))):
        plates = (Plate(1, 300.0, 900.0, (60.0, 62.0), 0.9),)
        recorder.add(float(shot.motion.time_s[frame]), everybody, {0: bar_of(shot, frame)}, plates)
    motion = recorder.motion()
    assert motion.bar_kind == "wrists"
    assert np.isnan(motion.plate_px).all()
    assert (motion.plate_confidence == 0).all()


def test_nothing_recorded_is_nobody() -> None:
    with pytest.raises(NoLifter):
        Recorder((720, 1280)).motion()
