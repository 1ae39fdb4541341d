"""Faces that are made coarse, and stills."""

import numpy as np
import pytest
from builders import MemorySource, make_motion, make_report

from formcheck.draw import annotate
from formcheck.draw.faces import HELD_S, Faces, blur_faces, blur_image
from formcheck.draw.still import save_still, save_stills
from formcheck.errors import OutputError
from formcheck.pose import Pose
from formcheck.settings import VideoLimits
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.video import open_video


def somebody(x, y, *, person=0, ears=True):
    points = np.full((len(KEYPOINTS), 2), np.nan)
    points[INDEX["nose"]] = (x, y)
    if ears:
        points[INDEX["left_ear"]] = points[INDEX["right_ear"]] = (x + 10, y)
    points[INDEX["left_shoulder"]] = points[INDEX["right_shoulder"]] = (x + 5, y + 40)
    return Pose(points, np.ones(len(KEYPOINTS)), person=person)


def noise(height=120, width=160):
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_faces_are_made_coarse():
    faces = Faces()
    faces.add(0.0, (somebody(60, 50),))
    (oval,) = faces.at(0.0)
    image = noise()
    blurred = blur_image(image, [oval])
    assert blurred[45:55, 60:70].std() < 0.3 * image[45:55, 60:70].std()
    assert np.array_equal(blurred[:, 120:], image[:, 120:])
    assert not np.array_equal(blurred, image)


def test_everybodys_face_is_found_and_held_for_a_while():
    faces = Faces()
    faces.add(0.0, (somebody(20, 20), somebody(100, 40, person=1, ears=False)))
    faces.add(0.1, (somebody(22, 20),))
    assert len(faces.at(0.1)) == 2
    assert len(faces.at(0.1 + HELD_S - 0.01)) == 1
    assert faces.at(5.0) == []
    assert faces.at(0.1)[0][0] in (pytest.approx(22 + 20 / 3), 100)


def test_a_face_at_the_edge_or_outside_is_no_trouble():
    image = noise(40, 40)
    assert blur_image(image, [(0, 0, 10), (39, 39, 12), (-50, 10, 5), (500, 500, 20)]).shape == image.shape


def test_nobody_without_a_head_is_blurred():
    faces = Faces()
    points = np.full((len(KEYPOINTS), 2), np.nan)
    faces.add(0.0, (Pose(points, np.zeros(len(KEYPOINTS))),))
    assert faces.at(0.0) == []


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    motion, path = make_motion(size_px=(180, 320)), tmp_path_factory.mktemp("clip") / "annotated.mp4"
    annotate(
        MemorySource(motion),
        time_s=motion.time_s,
        keypoints_px=motion.keypoints_px,
        confidence=motion.confidence,
        bar_px=motion.hands_px,
        report=make_report(),
        path=path,
    )
    return path


def test_a_blurred_clip_has_the_times_of_its_source(clip, tmp_path):
    faces, done = Faces(), []
    times = [frame.time_s for frame in open_video(clip, limits=VideoLimits())]
    for time_s in times:
        faces.add(time_s, (somebody(90, 60),))
    blur_faces(clip, tmp_path / "blurred.mp4", faces, width_px=180, progress=done.append)
    again = [frame.time_s for frame in open_video(tmp_path / "blurred.mp4", limits=VideoLimits())]
    assert again == pytest.approx(times, abs=1e-3)
    assert done[-1] == len(times)


def test_stills_show_the_wanted_times(clip, tmp_path):
    save_stills(clip, {"a.jpg": 0.0, "late.jpg": 1e6}, tmp_path, side_px=64)
    assert {path.name for path in tmp_path.iterdir()} == {"a.jpg", "late.jpg"}


def test_a_still_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        save_still(noise(), tmp_path / "no folder" / "a.jpg", side_px=50)
