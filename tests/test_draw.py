"""Overlays: what is drawn where, which frames are written, and what the captions say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import MemorySource, make_fault, make_motion, make_rep, make_report

from formcheck.draw import LONG_SIDE_PX, VERDICT_S, Caption, annotate, caption_at, draw_frame
from formcheck.errors import OutputError
from formcheck.motion import Motion
from formcheck.report import PhasePart, Report
from formcheck.settings import VideoLimits
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.video import open_video

GRAY = np.full((360, 640, 3), 120, np.uint8)
NOWHERE = np.full((len(KEYPOINTS), 2), np.nan)
UNSEEN = np.zeros(len(KEYPOINTS))
CERTAIN = np.ones(len(KEYPOINTS))


def leg(side: str, x: float) -> np.ndarray:
    """Keypoints of one upright leg at x."""
    points = NOWHERE.copy()
    for name, y in (("hip", 100.0), ("knee", 180.0), ("ankle", 260.0)):
        points[INDEX[f"{side}_{name}"]] = (x, y)
    return points


def changed(image: np.ndarray) -> np.ndarray:
    """(H, W) how far each pixel is from the gray ground."""
    return np.abs(image.astype(int) - GRAY).max(axis=2)


def write(motion: Motion, path: Path, report: Report, source: MemorySource | None = None, **more):
    annotate(
        source or MemorySource(motion),
        time_s=motion.time_s,
        keypoints_px=motion.keypoints_px,
        confidence=motion.confidence,
        bar_px=motion.hands_px,
        report=report,
        path=path,
        **more,
    )


def test_nothing_seen_leaves_the_picture_alone():
    drawn = draw_frame(GRAY, keypoints_px=NOWHERE, confidence=UNSEEN, trail=np.full((5, 2), np.nan))
    assert np.array_equal(drawn, GRAY)


def test_the_given_picture_is_not_changed():
    image = GRAY.copy()
    image.flags.writeable = False
    drawn = draw_frame(image, keypoints_px=leg("right", 300.0), confidence=CERTAIN)
    assert (drawn != image).any()
    assert np.array_equal(image, GRAY)


def test_a_leg_is_drawn_where_it_is_and_nowhere_else():
    drawn = changed(draw_frame(GRAY, keypoints_px=leg("right", 300.0), confidence=CERTAIN))
    assert (drawn[105:255, 300] > 40).all()
    assert drawn[:, :280].max() == 0
    assert drawn[:, 321:].max() == 0


@pytest.mark.parametrize("why", ["far side", "low confidence"])
def test_the_far_side_and_the_doubtful_are_fainter(why):
    confidence = CERTAIN * (0.2 if why == "low confidence" else 1.0)
    side = "left" if why == "far side" else "right"
    strong = draw_frame(GRAY, keypoints_px=leg("right", 300.0), confidence=CERTAIN, near_side="right")
    faint = draw_frame(GRAY, keypoints_px=leg(side, 300.0), confidence=confidence, near_side="right")
    assert 0 < changed(faint).sum() < 0.6 * changed(strong).sum()


def test_without_a_near_side_both_are_strong():
    left = draw_frame(GRAY, keypoints_px=leg("left", 300.0), confidence=CERTAIN)
    right = draw_frame(GRAY, keypoints_px=leg("right", 300.0), confidence=CERTAIN)
    assert np.array_equal(left, right)


def test_points_outside_of_the_picture_are_harmless():
    for x, y in ((-5000.0, -5000.0), (9000.0, 20.0), (20.0, 9000.0)):
        points = leg("right", 300.0) + np.array((x, y))
        drawn = draw_frame(GRAY, keypoints_px=points, confidence=CERTAIN, trail=points[-9:])
        assert drawn.shape == GRAY.shape


def test_the_bar_path_is_interrupted_where_the_bar_was_not_seen():
    trail = np.array([(x, 200.0) for x in np.arange(100.0, 501.0, 10.0)])
    trail[15:25] = np.nan
    drawn = changed(draw_frame(GRAY, keypoints_px=NOWHERE, confidence=UNSEEN, trail=trail))
    assert (drawn[200, 110:235] > 40).all()
    assert drawn[200, 250:340].max() == 0
    assert (drawn[200, 355:495] > 40).all()


def test_a_vertical_line_marks_where_the_path_began():
    trail = np.array([(200.0, 100.0), (240.0, 180.0), (300.0, 240.0)])
    drawn = changed(draw_frame(GRAY, keypoints_px=NOWHERE, confidence=UNSEEN, trail=trail))
    assert (drawn[130:240, 200] > 60).all()
    assert drawn[150:235, 206:215].max() == 0


def test_a_caption_is_legible_at_every_size():
    caption = Caption("Squat, side view", "Rep 1 / 3", "Eccentric 1.2 s", "Tempo 1.2")
    for height, width in ((48, 64), (360, 640), (1280, 720)):
        ground = np.full((height, width, 3), 120, np.uint8)
        blank, points = np.zeros(len(KEYPOINTS)), NOWHERE
        drawn = draw_frame(ground, keypoints_px=points, confidence=blank, caption=caption)
        assert drawn.max() == 255
        assert drawn.min() < 60


def test_a_long_title_stays_inside_the_picture():
    caption = Caption(verdict="fault", verdict_text="Rep 1: fault\n" + "Hips rise first " * 6)
    drawn = changed(draw_frame(GRAY, keypoints_px=NOWHERE, confidence=UNSEEN, caption=caption))
    columns = np.flatnonzero(drawn.max(axis=0))
    assert columns[-1] < GRAY.shape[1] - 4
    assert columns[0] > GRAY.shape[1] // 3


def test_captions_tell_rep_phase_and_tempo():
    report = make_report()
    first = report.reps[0]
    assert caption_at(report, 0.2) == Caption("Squat, side view")
    down = caption_at(report, first.start_s + 0.5)
    assert (down.counter, down.phase) == ("Rep 1 / 3", "Eccentric 0.5 s")
    assert down.tempo == "Tempo 0.5 - _ - _"
    up = caption_at(report, first.turn_s + 0.05 + 0.6)
    assert (up.phase, up.tempo) == ("Concentric 0.6 s", "Tempo 1.1 - 0.1 - 0.6")
    assert up.verdict is None


def test_the_tempo_of_a_lift_that_begins_with_the_concentric_is_written_in_the_usual_order():
    phases = [
        PhasePart(name="concentric", start_s=1.0, end_s=2.0),
        PhasePart(name="pause", start_s=2.0, end_s=2.5),
        PhasePart(name="eccentric", start_s=2.5, end_s=3.5),
    ]
    reps = [make_rep(1, 118.0, start_s=1.0, turn_s=2.0, end_s=3.5, phases=phases)]
    report = make_report().model_copy(update={"reps": reps})
    during = [caption_at(report, time_s) for time_s in (1.5, 2.25, 3.0, 3.6)]
    assert [(caption.phase, caption.tempo) for caption in during] == [
        ("Concentric 0.5 s", "Tempo _ - _ - 0.5"),
        ("Pause 0.2 s", "Tempo _ - 0.2 - 1.0"),
        ("Eccentric 0.5 s", "Tempo 0.5 - 0.5 - 1.0"),
        ("", "Tempo 1.0 - 0.5 - 1.0"),
    ]


def test_slow_motion_is_counted_in_seconds_of_life():
    report = make_report()
    slow = report.model_copy(update={"video": report.video.model_copy(update={"slow_motion": 4.0})})
    assert caption_at(slow, report.reps[0].start_s + 0.8).phase == "Eccentric 0.2 s"


def test_the_verdict_follows_its_rep_and_then_goes():
    report = make_report()
    end_s = report.reps[1].end_s
    shown = caption_at(report, end_s + 0.1)
    assert (shown.verdict, shown.verdict_text) == ("fault", "Rep 2: fault\nSquat cut high")
    assert shown.phase == ""
    assert caption_at(report, end_s + VERDICT_S + 0.1).verdict is None


def test_the_verdict_stays_while_the_next_rep_has_begun():
    reps = [make_rep(1, 118.0), make_rep(2, 104.0)]
    reps[1] = reps[1].model_copy(update={"start_s": reps[0].end_s})
    shown = caption_at(make_report().model_copy(update={"reps": reps}), reps[0].end_s + 0.3)
    assert (shown.counter, shown.verdict_text) == ("Rep 2 / 2", "Rep 1: fine")


def test_the_worst_fault_of_a_rep_is_named():
    worse = make_fault(2, "fault", severity=0.95, title="Hips rise first")
    report = make_report()
    both = report.model_copy(update={"faults": [*report.faults, worse]})
    assert caption_at(both, report.reps[1].end_s).verdict_text == "Rep 2: fault\nHips rise first"


def test_a_partial_rep_says_so():
    report = make_report().model_copy(update={"reps": [make_rep(1, 60.0, partial=True)]})
    assert caption_at(report, 1.5).counter == "Rep 1 / 1 (partial)"


def test_annotate_writes_each_frame_that_was_looked_at(tmp_path):
    motion = make_motion(depths_deg=(118.0,), fps=10.0, size_px=(180, 320))
    between = (motion.time_s[:-1] + 0.05).tolist()
    seen = []
    write(
        motion,
        tmp_path / "annotated.mp4",
        make_report((118.0,)),
        MemorySource(motion, between),
        progress=lambda done, total: seen.append((done, total)),
    )
    clip = list(open_video(tmp_path / "annotated.mp4", limits=VideoLimits()))
    assert [frame.time_s for frame in clip] == pytest.approx(motion.time_s.tolist(), abs=1e-4)
    assert clip[0].image.shape == (320, 180, 3)
    count = len(motion.time_s)
    assert seen == [(done, count) for done in range(1, count + 1)]


def test_annotate_draws_on_the_frames(tmp_path):
    motion = make_motion(depths_deg=(118.0,), fps=5.0, size_px=(180, 320))
    write(motion, tmp_path / "annotated.mp4", make_report((118.0,)))
    plain = list(MemorySource(motion))
    drawn = list(open_video(tmp_path / "annotated.mp4", limits=VideoLimits()))
    for before, after in zip(plain, drawn, strict=True):
        assert np.abs(before.image.astype(int) - after.image).max() > 100


def test_large_pictures_are_made_smaller_with_everything_in_place(tmp_path):
    motion = make_motion(depths_deg=(118.0,), fps=2.0, size_px=(1080, 1920))
    write(motion, tmp_path / "annotated.mp4", make_report((118.0,)))
    frame = next(iter(open_video(tmp_path / "annotated.mp4", limits=VideoLimits())))
    assert frame.image.shape == (LONG_SIDE_PX, 720, 3)
    x, y = motion.keypoints_px[0, INDEX["right_knee"]] * 720 / 1080
    joint = frame.image[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].mean(axis=(0, 1))
    assert joint.min() > 200


def test_an_unseen_lifter_is_no_obstacle(tmp_path):
    motion = make_motion(depths_deg=(118.0,), fps=5.0, size_px=(180, 320))
    nothing = replace(
        motion,
        keypoints_px=np.full_like(motion.keypoints_px, np.nan),
        confidence=np.zeros_like(motion.confidence),
        hands_px=np.full_like(motion.hands_px, np.nan),
    )
    write(nothing, tmp_path / "annotated.mp4", make_report((118.0,)))
    assert (tmp_path / "annotated.mp4").stat().st_size > 1000


def test_no_frame_of_those_looked_at_is_an_error(tmp_path):
    motion = make_motion(depths_deg=(118.0,), fps=5.0, size_px=(180, 320))
    later = replace(motion, time_s=motion.time_s + 100.0)
    with pytest.raises(OutputError):
        write(later, tmp_path / "annotated.mp4", make_report((118.0,)), MemorySource(motion))
    assert list(tmp_path.iterdir()) == []
