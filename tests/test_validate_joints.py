"""Joint centers in the picture: keypoints and the fitted body against truths that are known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from truths import filmed, known, outcome_of, refused, table

from formcheck.scale import body_height_px
from formcheck.skeleton import INDEX
from formcheck.validate import load_marks
from formcheck.validate.document import score
from formcheck.validate.figures import Figure
from formcheck.validate.instants import at
from formcheck.validate.watch import Outcome

KNEE, FAR_KNEE = "right_knee", "left_knee"
LEG = ("right_hip", "right_knee", "right_ankle")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A filmed set whose body was fitted and is trusted."""
    outcome = outcome_of(filmed(), tmp_path_factory.mktemp("take"))
    assert outcome.analysis is not None
    assert outcome.analysis.take.body is not None
    assert outcome.analysis.take.body.trusted
    return outcome


def row_of(name: str, item: str, outcome: Outcome) -> dict[str, Figure]:
    """The figures of an item over all lifts."""
    return table(name, outcome)[outcome.clip.truth.made, "all", "all", item].figures


def fitted(outcome: Outcome, name: str) -> np.ndarray:
    return outcome.analysis.take.body.joints_px[name]


def read(outcome: Outcome, name: str) -> np.ndarray:
    """(T, 2) a keypoint at the instants of the truth."""
    signals = outcome.analysis.signals
    return at(signals.time_s, signals.keypoints_px, outcome.analysis.motion.time_s)[:, INDEX[name]]


def misread(outcome: Outcome) -> Outcome:
    """The same outcome whose knees were read 5 px too far to the right."""
    signals = outcome.analysis.signals
    points = signals.keypoints_px.copy()
    points[:, [INDEX[KNEE], INDEX[FAR_KNEE]], 0] += 5.0
    analysis = replace(outcome.analysis, signals=replace(signals, keypoints_px=points))
    return replace(outcome, analysis=analysis)


def known_to_be(outcome: Outcome, centers: dict[str, np.ndarray], **changes: Any) -> Outcome:
    """The same outcome with a truth that says where joints are; made by hand unless it is changed."""
    frames = {
        "time_s": outcome.analysis.motion.time_s.tolist(),
        "joint_centers_px": {
            name: [tuple(place) if np.isfinite(place).all() else None for place in places.tolist()]
            for name, places in centers.items()
        },
    }
    told = {**known(filmed()), "made": "marked", "frames": frames, **changes}
    truth = type(outcome.clip.truth).model_validate(told, strict=False)
    return replace(outcome, clip=replace(outcome.clip, truth=truth))


def untrusted(outcome: Outcome) -> Outcome:
    take = outcome.analysis.take
    take = replace(take, body=replace(take.body, trusted=False))
    return replace(outcome, analysis=replace(outcome.analysis, take=take))


def test_the_fit_is_held_against_centers_and_shown_where_it_is_trusted(seen: Outcome) -> None:
    tall_px = body_height_px(seen.analysis.motion)
    center = fitted(seen, KNEE) + np.array([0.012, 0.016]) * tall_px
    outcome = known_to_be(seen, {KNEE: center}, joint_uncertainty_px=0.01 * tall_px)
    row = row_of("joints", "knee", outcome)
    off = 100 * np.linalg.norm(read(outcome, KNEE) - center, axis=1) / tall_px
    off = off[np.isfinite(off)]
    assert row["fitted"].value == row["shown"].value == pytest.approx(2.0)
    assert row["keypoints"].value == pytest.approx(off.mean(), abs=1e-5)
    assert row["gain"].value == pytest.approx(2.0 - off.mean(), abs=1e-5)
    assert row["gain"].n == len(off) == row["shown"].n
    assert (row["by_fit"].value, row["doubt"].value) == (1.0, pytest.approx(1.0))

    doubted = row_of("joints", "knee", untrusted(outcome))
    assert doubted["shown"].value == doubted["keypoints"].value == row["keypoints"].value
    assert doubted["fitted"].value == row["fitted"].value
    assert doubted["by_fit"].value == 0.0


def test_keypoints_are_shown_where_there_is_no_fit(seen: Outcome) -> None:
    center = read(seen, KNEE) + np.array([3.0, 4.0])
    row = row_of("joints", "knee", known_to_be(seen, {KNEE: center}))
    without = np.isnan(fitted(seen, KNEE)[:, 0]) & np.isfinite(center[:, 0])
    assert 0 < without.sum() < len(center)
    assert row["by_fit"].value == pytest.approx(1 - without.sum() / np.isfinite(center[:, 0]).sum())
    assert row["fitted"].n + without.sum() == row["shown"].n
    assert row["doubt"].value is None


def test_by_hand_both_sides_count_and_all_instants(seen: Outcome) -> None:
    off = {KNEE: 0.0, FAR_KNEE: 10.0}
    centers = {name: read(seen, name) + np.array([px, 0.0]) for name, px in off.items()}
    marked, rendered = known_to_be(seen, centers), known_to_be(seen, centers, made="rendered")
    count = int(np.isfinite(centers[KNEE][:, 0]).sum())
    assert row_of("joints", "knee", marked)["keypoints"].n == 2 * count
    assert row_of("joints", "knee", rendered)["keypoints"].n < count
    assert row_of("joints", "knee", rendered)["keypoints"].value == pytest.approx(0.0, abs=1e-6)


def test_clips_marked_by_hand_have_a_row_each(seen: Outcome) -> None:
    centers = {name: read(seen, name) + np.array([px, 0.0]) for name, px in ((KNEE, 2.0), (LEG[0], 4.0))}
    [row] = table("joints_by_clip", known_to_be(seen, centers)).values()
    assert (row.item, row.figures["keypoints_px"].value) == ("squat_clip", pytest.approx(3.0))
    assert not table("joints_by_clip", known_to_be(seen, centers, made="rendered"))


def test_angles_in_the_picture_need_three_joints(seen: Outcome) -> None:
    exact = known_to_be(misread(seen), {name: fitted(seen, name) for name in LEG})
    row = row_of("bends", "knee", exact)
    assert row["fitted"].value == row["shown"].value == pytest.approx(0.0, abs=1e-6)
    assert row["keypoints"].value > 1.0
    assert row["gain"].value == pytest.approx(-row["keypoints"].value, abs=1e-5)
    assert [s.item for s in score(exact).samples if s.table == "bends"] == ["knee"]
    two = known_to_be(seen, {name: fitted(seen, name) for name in LEG[:2]})
    assert not [s for s in score(two).samples if s.table == "bends"]


def test_refused_clips_and_truths_without_joints_have_no_rows(seen: Outcome) -> None:
    for outcome in (seen, refused(filmed())):
        assert not [s for s in score(outcome).samples if s.table in ("joints", "joints_by_clip", "bends")]


REAL = Path(__file__).parent / "marks" / "joints.json"


@pytest.mark.skipif(not REAL.exists(), reason="needs the marks of the real clips")
def test_the_marks_of_the_real_clips_lie_in_the_picture() -> None:
    marks = load_marks(REAL)
    joints = [
        (place, clip.size_px)
        for clip in marks.values()
        for mark in clip.marks
        for place in (mark.joints_px or {}).values()
    ]
    assert all(clip.of_joints and len(clip.marks) >= 8 for clip in marks.values())
    assert len(joints) > 250
    assert all(0 < x < size[0] and 0 < y < size[1] for (x, y), size in joints if size)
