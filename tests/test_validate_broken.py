"""A stage broken on purpose moves its own rows, and no others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import Array, Shot, hidden, mirrored, noisy, shifted
from truths import bar_m, filmed, outcome_of, true_rep_metrics, with_bar, with_reps

from formcheck.motion import Motion
from formcheck.skeleton import INDEX, MIRROR
from formcheck.validate.document import score
from formcheck.validate.summary import summarize
from formcheck.validate.tables import TABLES
from formcheck.validate.watch import Outcome

LIFTS = ("squat", "deadlift", "bench_press")
BAR = ("bar", "path", "velocity", "range", "drift")
SCORED = ("reps", "timing", "angles", "keypoints", "intervals", "lifts", "views", *BAR)


def figures(outcomes: list[Outcome]) -> dict[str, float | None]:
    """All figures over all clips, by table, item and column."""
    scored = [score(outcome) for outcome in outcomes]
    return {
        f"{table.name} {row.item} {name}".replace("  ", " "): figure.value
        for table in TABLES
        if table.name in SCORED
        for row in summarize(table, scored)
        if row.lift == "all"
        for name, figure in row.figures.items()
    }


def taken(folder: Path, broken: Callable[[Motion], Motion] = lambda motion: motion) -> list[Outcome]:
    """Each lift's set, its eyes broken."""
    shots = [filmed(lift) for lift in LIFTS]
    return [outcome_of(shot, folder, motion=broken(noisy(shot.motion, 1.0))) for shot in shots]


def barred(folder: Path, broken: Callable[[Shot], Array] = bar_m) -> list[Outcome]:
    """Each lift's set, its bar followed along a broken path."""
    shots = [filmed(lift) for lift in LIFTS]
    return [
        with_bar(outcome_of(shot, folder, rep_metrics=true_rep_metrics(shot)), shot, broken(shot))
        for shot in shots
    ]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float | None]:
    return figures(taken(tmp_path_factory.mktemp("sound")))


def moved(sound: dict[str, float | None], broken: dict[str, float | None]) -> set[str]:
    """Tables with a figure that is another now, by more than a little."""
    return {
        name.split()[0]
        for name in sound.keys() | broken.keys()
        if (sound.get(name) is None) != (broken.get(name) is None)
        or abs((sound.get(name) or 0.0) - (broken.get(name) or 0.0))
        > 0.02 * abs(sound.get(name) or 1.0) + 0.02
    }


def test_sound_stages_score_well(sound: dict[str, float | None]) -> None:
    for name in ("reps f1", "reps count_exact", "lifts right", "views right"):
        assert sound[name] == 1.0
    for instant in ("start", "turn", "end"):
        assert sound[f"timing {instant} median_ms"] < 60
    for joint in ("knee", "hip", "elbow", "trunk"):
        assert sound[f"angles {joint} read mae_deg"] < 1.0
        assert sound[f"angles {joint} assessed"] == 1.0
    for joint in ("shoulder", "hip", "knee", "ankle"):
        assert sound[f"keypoints {joint} median_pct"] < 1.0
    # A stick's keypoints are its joints, a person's are not: that moves an upright hip by some degrees.
    assert sound["intervals all measures inside"] > 0.85


def late(outcome: Outcome, by_s: float) -> Outcome:
    assert outcome.analysis is not None
    reps = [
        rep.model_copy(update={name: getattr(rep, name) + by_s for name in ("start_s", "turn_s", "end_s")})
        for rep in outcome.analysis.report.reps
    ]
    return with_reps(outcome, reps)


def test_late_reps_move_the_timing_alone(sound: dict[str, float | None], tmp_path: Path) -> None:
    broken = figures([late(outcome, 0.3) for outcome in taken(tmp_path)])
    for instant in ("start", "turn", "end"):
        assert broken[f"timing {instant} bias_ms"] - sound[f"timing {instant} bias_ms"] == pytest.approx(300)
        assert broken[f"timing {instant} median_ms"] > 200
    assert moved(sound, broken) == {"timing"}


def test_very_late_reps_are_missed(sound: dict[str, float | None], tmp_path: Path) -> None:
    broken = figures([late(outcome, 2.0) for outcome in taken(tmp_path)])
    assert broken["reps f1"] == 0.0
    assert (broken["reps missed"], broken["reps extra"]) == (9.0, 9.0)
    assert broken["reps count_exact"] == 1.0
    assert "angles" not in moved(sound, broken)


def sides_exchanged(motion: Motion) -> Motion:
    return replace(motion, keypoints_px=motion.keypoints_px[:, list(MIRROR)])


def test_exchanged_sides_move_the_keypoints(sound: dict[str, float | None], tmp_path: Path) -> None:
    """The far side is drawn 20 pixels off, 8 % of the trunk; its angles are the same."""
    broken = figures(taken(tmp_path, sides_exchanged))
    for joint in ("shoulder", "hip", "knee", "ankle"):
        assert broken[f"keypoints {joint} median_pct"] > sound[f"keypoints {joint} median_pct"] + 5
    for joint in ("knee", "hip", "trunk"):
        assert broken[f"angles {joint} read mae_deg"] < 1.0
    assert {"timing", "reps", "lifts", "views"}.isdisjoint(moved(sound, broken))


def hips_exchanged(motion: Motion) -> Motion:
    points = motion.keypoints_px.copy()
    pair = [INDEX["left_hip"], INDEX["right_hip"]]
    points[:, pair] = points[:, pair[::-1]]
    return replace(motion, keypoints_px=points)


def test_exchanged_hips_move_the_angles_that_they_are_of(
    sound: dict[str, float | None], tmp_path: Path
) -> None:
    broken = figures(taken(tmp_path, hips_exchanged))
    for joint in ("knee", "hip", "trunk"):
        read = f"angles {joint} read mae_deg"
        assert broken[read] > sound[read] + 2
    assert broken["angles elbow read mae_deg"] == sound["angles elbow read mae_deg"]
    assert broken["keypoints hip median_pct"] > 5
    assert broken["keypoints knee median_pct"] == sound["keypoints knee median_pct"]
    assert {"timing", "reps", "lifts", "views"}.isdisjoint(moved(sound, broken))


def slower(step: int) -> Callable[[Motion], Motion]:
    """Only each so-manieth frame is looked at."""

    def change(motion: Motion) -> Motion:
        kept = {
            name: getattr(motion, name)[::step].copy()
            for name in Motion.__slots__
            if isinstance(getattr(motion, name), np.ndarray)
        }
        bar = kept["hands_px"]
        kept["hands_moved_px"] = np.diff(bar, axis=0, prepend=bar[:1])
        return replace(motion, **kept)

    return change


def test_half_the_frames_move_timing_and_intervals(sound: dict[str, float | None], tmp_path: Path) -> None:
    broken = figures(taken(tmp_path, slower(2)))
    assert {"timing", "intervals"} <= moved(sound, broken)
    assert broken["intervals concentric half_width"] > sound["intervals concentric half_width"]
    assert {"reps", "lifts", "views"}.isdisjoint(moved(sound, broken))


def test_few_frames_make_the_timing_coarse(sound: dict[str, float | None], tmp_path: Path) -> None:
    broken = figures(taken(tmp_path, slower(5)))
    worse = [
        broken[f"timing {instant} p95_ms"] - sound[f"timing {instant} p95_ms"]
        for instant in ("start", "turn", "end")
    ]
    assert max(worse) > 50


def test_a_hidden_joint_lowers_what_is_assessed(sound: dict[str, float | None], tmp_path: Path) -> None:
    def hide_elbows(motion: Motion) -> Motion:
        confidence = motion.confidence.copy()
        confidence[:, [INDEX["left_elbow"], INDEX["right_elbow"]]] = 0.0
        return replace(motion, confidence=confidence)

    broken = figures(taken(tmp_path, hide_elbows))
    assert (broken["angles elbow read assessed"], broken["angles elbow read mae_deg"]) == (
        0.0,
        None,
    )
    assert broken["angles knee read mae_deg"] == sound["angles knee read mae_deg"]
    assert broken["intervals elbow_flexion_end measured"] == 1.0, "the fitted body needs no elbow keypoint"
    assert broken["intervals elbow_flexion_turn measured"] == 1.0


def test_a_lost_lifter_lowers_what_is_assessed(sound: dict[str, float | None], tmp_path: Path) -> None:
    broken = figures(taken(tmp_path, lambda motion: hidden(motion, (1.5, 2.2))))
    assert broken["angles knee assessed"] < 0.95
    assert sound["angles knee assessed"] == 1.0


def test_a_biased_hip_falls_out_of_the_intervals(sound: dict[str, float | None], tmp_path: Path) -> None:
    """Both thirteen centimetres forward and down: one alone is outvoted by the other."""
    off = {"right_hip": (44.0, 44.0), "left_hip": (44.0, 44.0)}
    broken = figures(taken(tmp_path, lambda motion: shifted(motion, **off)))
    assert broken["intervals all measures inside"] < sound["intervals all measures inside"] - 0.1
    for name in ("depth", "knee_flexion_end"):
        assert (sound[f"intervals {name} inside"], broken[f"intervals {name} inside"]) == (1.0, 0.0)
    assert broken["angles hip mae_deg"] > sound["angles hip mae_deg"] + 5


def test_a_turned_camera_moves_the_view(sound: dict[str, float | None], tmp_path: Path) -> None:
    def turned(motion: Motion) -> Motion:
        """The network believes the lifter to face the camera."""
        return replace(motion, world_m=motion.world_m[:, :, [2, 1, 0]].copy())

    broken = figures(taken(tmp_path, turned))
    assert broken["views right"] == 0.0
    assert broken["views yaw_mae_deg"] > 60
    assert broken["reps f1"] == sound["reps f1"]


def test_a_mirrored_picture_moves_the_joints(sound: dict[str, float | None], tmp_path: Path) -> None:
    broken = figures(taken(tmp_path, mirrored))
    assert broken["keypoints knee median_pct"] > 30
    assert broken["views right"] == 1.0


# the bar


@pytest.fixture(scope="module")
def sound_bar(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float | None]:
    return figures(barred(tmp_path_factory.mktemp("bar")))


def test_a_sound_bar_scores_well(sound_bar: dict[str, float | None]) -> None:
    assert (sound_bar["bar tracked"], sound_bar["path tracked"], sound_bar["velocity measured"]) == (1, 1, 1)
    for name in ("bar p95_pct", "path rms_cm", "velocity rmse", "range rmse", "drift rmse"):
        assert sound_bar[name] == pytest.approx(0.0, abs=0.02)


def test_a_bar_3_cm_off_moves_its_track_alone(sound_bar: dict[str, float | None], tmp_path: Path) -> None:
    """A constant shift is taken off the path, since its origin is a convention."""
    broken = figures(barred(tmp_path, lambda shot: bar_m(shot) + np.array([0.03, 0.0])))
    assert moved(sound_bar, broken) == {"bar"}


def test_a_bar_that_slides_3_cm_moves_the_path_and_no_speed(
    sound_bar: dict[str, float | None], tmp_path: Path
) -> None:
    def slid(shot: Shot) -> Array:
        late = shot.motion.time_s > shot.rep(3).start_s - 0.1
        return bar_m(shot) + np.outer(late, (0.03, 0.0))

    broken = figures(barred(tmp_path, slid))
    assert moved(sound_bar, broken) == {"bar", "path"}
    assert broken["path forward_rms_cm"] == pytest.approx(1.4, abs=0.1)


def test_a_scale_that_is_off_moves_all_that_is_in_metres(
    sound_bar: dict[str, float | None], tmp_path: Path
) -> None:
    broken = figures(barred(tmp_path, lambda shot: 1.2 * bar_m(shot)))
    assert {"path", "velocity", "range", "drift", "intervals"} <= moved(sound_bar, broken)
    assert {"reps", "timing", "angles", "keypoints", "lifts", "views"}.isdisjoint(moved(sound_bar, broken))
