"""Pictures of findings: which frame, what is drawn on it, and where it is kept."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from builders import MemorySource, make_fault, make_motion, make_rep, make_report, measure

from formcheck.draw import draw_evidence
from formcheck.draw.evidence import LONG_SIDE_PX, evidence_picture, findings_shown
from formcheck.draw.marks import MARK, Instant, mark_of
from formcheck.errors import OutputError
from formcheck.lifts import known_lifts, load_lift
from formcheck.report import Report
from formcheck.skeleton import INDEX, KEYPOINTS

GRAY = np.full((720, 1280, 3), 120, np.uint8)
NOWHERE = np.full((len(KEYPOINTS), 2), np.nan)
UNSEEN = np.full(2, np.nan)
CERTAIN = np.ones(len(KEYPOINTS))
MOTION = make_motion()


def leg(knee_x: float = 700.0) -> np.ndarray:
    points = NOWHERE.copy()
    for name, place in (("hip", (600, 300)), ("knee", (knee_x, 420)), ("ankle", (600, 560))):
        points[INDEX[f"right_{name}"]] = place
    return points


def seen(points: np.ndarray, bar: tuple[float, float] = (620.0, 200.0)) -> Instant:
    return Instant(points, points, np.array(bar), np.array([600.0, 200.0]), "right", np.array([60.0, 60.0]))


def marked(image: np.ndarray) -> int:
    """How many pixels have the color of what was measured."""
    return int((np.abs(image.astype(int) - MARK).max(axis=2) < 30).sum())


def picture(metric: str, points: np.ndarray | None = None, **changes: object) -> np.ndarray:
    finding = make_fault(1, "fault", metric=metric, **changes)
    return evidence_picture(GRAY, seen(leg() if points is None else points), CERTAIN, finding, "side")


def write(report: Report, folder: Path):
    return draw_evidence(
        MemorySource(MOTION),
        time_s=MOTION.time_s,
        keypoints_px=MOTION.keypoints_px,
        confidence=MOTION.confidence,
        bar_px=MOTION.hands_px,
        plate_axes_px=MOTION.plate_axes_px,
        report=report,
        folder=folder,
    )


def test_a_picture_for_each_rule_that_found_something(tmp_path: Path) -> None:
    """Depth is at fault in rep 2; lean is fine, and valgus is not assessed."""
    report = make_report()
    pictures = write(report, tmp_path / "evidence")
    assert set(pictures) == {"squat.depth_short"}
    shown = pictures["squat.depth_short"]
    assert shown.path == tmp_path / "evidence" / "squat.depth_short.jpg"
    assert shown.at_s == pytest.approx(report.reps[1].turn_s, abs=1 / 60 + 1e-3)
    image = cv2.imread(str(shown.path))
    assert max(image.shape) >= LONG_SIDE_PX


def test_a_set_without_findings_has_no_pictures(tmp_path: Path) -> None:
    report = make_report(faults=[make_fault(1, "fine"), make_fault(2, "not_assessed")])
    assert write(report, tmp_path / "evidence") == {}
    assert not (tmp_path / "evidence").exists()


def test_the_worst_rep_is_shown() -> None:
    faults = [
        make_fault(1, "borderline"),
        make_fault(2, "fault", severity=0.3),
        make_fault(3, "fault", severity=0.9),
    ]
    assert [f.rep_number for f in findings_shown(make_report(faults=faults))] == [3]


def test_a_drift_is_shown_where_the_bar_is_farthest(tmp_path: Path) -> None:
    bar = MOTION.hands_px.copy()
    rep = make_rep(2, 100.0)
    at = int(np.abs(MOTION.time_s - (rep.start_s + 0.5)).argmin())
    bar[at, 0] += 80
    drifted = make_fault(2, "fault", metric="drift", rule_id="squat.bar_drift")
    pictures = draw_evidence(
        MemorySource(MOTION),
        time_s=MOTION.time_s,
        keypoints_px=MOTION.keypoints_px,
        confidence=MOTION.confidence,
        bar_px=bar,
        plate_axes_px=MOTION.plate_axes_px,
        report=make_report(faults=[drifted]),
        folder=tmp_path,
    )
    assert pictures["squat.bar_drift"].at_s == pytest.approx(MOTION.time_s[at])


@pytest.mark.parametrize(
    "metric", ["knee_flexion_turn", "depth", "hips_below_knees", "drift", "bar_over_midfoot", "knee_slide"]
)
def test_what_is_measured_is_drawn(metric: str) -> None:
    points = leg()
    points[INDEX["right_heel"]], points[INDEX["right_toe"]] = (580, 580), (690, 580)
    plain = picture("", points)
    assert marked(picture(metric, points)) > marked(plain) + 50


def test_a_joint_that_was_not_seen_has_no_mark() -> None:
    blind = leg()
    blind[INDEX["right_knee"]] = np.nan
    assert np.array_equal(picture("knee_flexion_turn", blind), picture("", blind))


def test_nobody_in_sight_still_gives_the_frame() -> None:
    nothing = Instant(NOWHERE, NOWHERE, UNSEEN, UNSEEN, "right", UNSEEN)
    drawn = evidence_picture(GRAY, nothing, CERTAIN, make_fault(1, "fault"), "side")
    assert drawn.shape[1] == LONG_SIDE_PX


def test_the_crop_holds_the_lifter_and_the_plate() -> None:
    """A red plate and a red toe in the corners of what counts are both in the picture."""
    frame = GRAY.copy()
    frame[196:204, 556:564] = frame[556:564, 596:604] = (250, 0, 0)
    drawn = evidence_picture(frame, seen(leg()), CERTAIN, make_fault(1, "fault"), "side")
    reds = (drawn[:, :, 0] > 200) & (drawn[:, :, 1] < 60)
    rows = np.flatnonzero(reds.any(axis=1))
    assert np.ptp(rows) > 0.4 * drawn.shape[0]


def test_the_words_lie_below_and_not_on_the_lifter() -> None:
    short = picture("depth", measured=measure(104.0, "deg", 4.0))
    long = picture("depth", measured=measure(104.0, "deg", 4.0), limit="at least " + 30 * "1" + " deg")
    lifter = slice(0, short.shape[0] // 2)
    assert np.array_equal(short[lifter], long[lifter])
    assert not np.array_equal(short, long)


@pytest.mark.parametrize("verdict", ["fault", "borderline"])
def test_the_verdict_has_its_color(verdict: str) -> None:
    from formcheck.draw.overlay import VERDICT_COLORS

    drawn = evidence_picture(GRAY, seen(leg()), CERTAIN, make_fault(1, verdict), "side")
    near = np.abs(drawn.astype(int) - VERDICT_COLORS[verdict]).max(axis=2) < 25  # type: ignore[index]
    assert near.sum() > 200


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file")
    with pytest.raises(OutputError, match="cannot write"):
        write(make_report(), tmp_path / "evidence")


@pytest.mark.parametrize("lift", known_lifts())
def test_most_rules_have_a_mark(lift: str) -> None:
    """Times and speeds have no place in a picture, and a few measures are of no single frame."""
    metrics = {rule.metric for rule in load_lift(lift).faults if rule.metric}
    known = {metric for metric in metrics if mark_of(metric)}
    assert len(known) >= 0.5 * len(metrics)
