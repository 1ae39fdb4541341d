"""What is drawn of the bar: rim, path by phase, speed, and the words about it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from barbell import DOWN_S, RANGE_M, UP_S, bar_curves, make_metric_report
from builders import MemorySource, make_motion, make_report

from formcheck.draw import Caption, annotate, caption_at, draw_frame
from formcheck.draw.bar import PATH
from formcheck.settings import VideoLimits
from formcheck.skeleton import KEYPOINTS
from formcheck.video import open_video

GRAY = np.full((360, 640, 3), 120, np.uint8)
CENTER, AXES = np.array([300.0, 200.0]), np.array([80.0, 100.0])
NAN = np.full(2, np.nan)


def draw(**given) -> np.ndarray:
    """Draw a frame without a lifter."""
    nobody = {"keypoints_px": np.full((len(KEYPOINTS), 2), np.nan), "confidence": np.zeros(len(KEYPOINTS))}
    return draw_frame(GRAY, **nobody, **given)


def changed(image: np.ndarray) -> np.ndarray:
    """(H, W) how far each pixel is from the gray ground."""
    return np.abs(image.astype(int) - GRAY).max(axis=2)


def test_the_rim_is_a_thin_ellipse_and_nothing_else():
    drawn = changed(draw(plate_px=CENTER, plate_axes_px=AXES))
    for x, y in ((380, 200), (220, 200), (300, 100), (300, 300)):
        assert drawn[y, x] > 60
    y, x = np.nonzero(drawn)
    share = np.hypot((x - CENTER[0]) / AXES[0], (y - CENTER[1]) / AXES[1])
    assert share.min() > 0.94
    assert share.max() < 1.06


@pytest.mark.parametrize("hidden", ["plate_px", "plate_axes_px"])
def test_a_rim_that_was_not_followed_is_not_drawn(hidden):
    given = {"plate_px": CENTER, "plate_axes_px": AXES, hidden: NAN}
    assert np.array_equal(draw(**given), GRAY)


def test_the_way_up_is_bold_and_the_way_down_pale_and_thin():
    down = [(200.0, y) for y in np.arange(80.0, 281.0, 10.0)]
    up = [(260.0, y) for y in np.arange(280.0, 79.0, -10.0)]
    phases = ["eccentric"] * len(down) + ["concentric"] * len(up)
    drawn = draw(trail=np.array(down + up), trail_phases=phases)
    assert drawn[230, 260].tolist() == list(PATH)
    assert drawn[230, 200].min() > PATH[2] + 100
    widths = [(changed(drawn)[230, x - 12 : x + 13] > 40).sum() for x in (200, 260)]
    assert widths[0] < widths[1]


def test_the_sticking_region_has_a_color_of_its_own():
    trail = np.array([(200.0, y) for y in np.arange(280.0, 79.0, -10.0)])
    phases = ["concentric"] * 8 + ["sticking_region"] * 6 + ["concentric"] * 7
    drawn = draw(trail=trail, trail_phases=phases)
    assert drawn[240, 200].tolist() == drawn[110, 200].tolist() == list(PATH)
    assert drawn[170, 200, 1] < PATH[1] - 50


def test_a_path_with_phases_is_interrupted_where_it_was_not_seen():
    trail = np.array([(x, 200.0) for x in np.arange(100.0, 501.0, 10.0)])
    trail[15:25] = np.nan
    phases = ["eccentric"] * 10 + ["concentric"] * 31
    drawn = changed(draw(trail=trail, trail_phases=phases))
    assert (drawn[200, 110:235] > 40).all()
    assert drawn[200, 250:340].max() == 0
    assert (drawn[200, 355:495] > 40).all()


@pytest.mark.parametrize(("x", "beside"), [(300.0, slice(390, 480)), (540.0, slice(380, 455))])
def test_the_speed_is_written_beside_the_rim_where_there_is_room(x, beside):
    center = np.array([x, 200.0])
    plain = {"trail": center[None], "plate_px": center, "plate_axes_px": AXES}
    text = np.abs(
        draw(**plain, caption=Caption(speed="0.45 m/s")).astype(int) - draw(**plain).astype(int)
    ).max(axis=2)
    columns, rows = np.flatnonzero(text.max(axis=0)), np.flatnonzero(text.max(axis=1))
    assert text[:, beside].max() > 100
    assert text.sum() == text[:, beside.start - 10 : beside.stop + 20].sum()
    assert columns[-1] < GRAY.shape[1] - 1
    assert abs(rows.mean() - 200) < 4


def test_no_speed_is_written_without_a_rim():
    trail = CENTER[None]
    assert np.array_equal(draw(trail=trail, caption=Caption(speed="0.45 m/s")), draw(trail=trail))


def test_captions_tell_the_speed_of_the_instant():
    report = make_metric_report()
    rep = report.reps[0]
    down = caption_at(report, rep.start_s + DOWN_S / 2)
    assert down.speed == f"{RANGE_M * np.pi / DOWN_S / 2:.2f} m/s"
    up = caption_at(report, rep.turn_s + UP_S[0] / 2)
    expected = bar_curves(np.array([rep.turn_s + UP_S[0] / 2]))["bar_speed_mps"][0]
    assert float(up.speed.removesuffix(" m/s")) == pytest.approx(expected, abs=0.02)
    assert caption_at(report, rep.start_s - 0.1).speed == ""
    assert caption_at(report, rep.end_s + 0.1).speed == ""
    assert caption_at(make_report(), rep.start_s + 0.6).speed == ""


def test_captions_tell_where_the_bar_sticks():
    report = make_metric_report()
    rep = report.reps[0]
    assert caption_at(report, rep.turn_s + 0.4).phase == "Concentric 0.4 s, sticking"
    assert caption_at(report, rep.turn_s + 0.7).phase == "Concentric 0.7 s"
    assert caption_at(make_report(), make_report().reps[0].turn_s + 0.63).phase == "Concentric 0.6 s"


def test_the_mean_velocity_follows_the_rep():
    report = make_metric_report()
    rep = report.reps[1]
    assert caption_at(report, rep.end_s - 0.1).tempo == "Tempo 1.2 - 0.0 - 1.1"
    assert caption_at(report, rep.end_s + 0.1).tempo == "Tempo 1.2 - 0.0 - 1.2, mean 0.52 m/s"
    assert caption_at(make_report(), make_report().reps[0].end_s + 0.1).tempo == "Tempo 1.1 - 0.1 - 1.2"


def frames(folder: Path, **given) -> list[np.ndarray]:
    """Write a take with a resting bar at (90, 160) and read its frames."""
    motion = make_motion(fps=5.0, size_px=(180, 320))
    still = np.full((len(motion.time_s), 2), (90.0, 160.0))
    nobody = replace(motion, keypoints_px=np.full_like(motion.keypoints_px, np.nan))
    annotate(
        MemorySource(motion),
        time_s=motion.time_s,
        keypoints_px=nobody.keypoints_px,
        confidence=motion.confidence,
        bar_px=still,
        report=make_metric_report(),
        path=folder / "annotated.mp4",
        **{name: np.broadcast_to(value, still.shape) for name, value in given.items()},
    )
    clip = open_video(folder / "annotated.mp4", limits=VideoLimits())
    return [frame.image.astype(int) for frame in clip]


def test_the_rim_is_in_the_clip_where_it_was_followed(tmp_path):
    plain = frames(tmp_path)
    rims = frames(tmp_path, plate_px=(90.0, 160.0), plate_axes_px=(50.0, 60.0))
    for before, after in zip(plain, rims, strict=True):
        different = np.abs(after - before).max(axis=2)
        assert different[98:103, 85:95].max() > 60
        assert different[157:163, 38:43].max() > 60


def test_a_path_against_a_moving_background_is_drawn_where_the_bar_is(tmp_path):
    during = 9
    moved = frames(tmp_path, camera_px=(30.0, -20.0))[during]
    still = frames(tmp_path)[during]
    tip = np.array(PATH)
    assert np.abs(still[160, 90] - tip).max() < 60
    assert np.abs(moved[140, 120] - tip).max() < 60
    assert np.abs(moved[160, 90] - tip).max() > 60
