"""Scores of single clips, by motions and truths that are known."""

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from builders import make_fault
from hypothesis import given
from hypothesis import strategies as st
from synthetic import Shot, hidden, shifted
from truths import filmed, known, outcome_of, refused, table, total, truth_of, with_reps

from formcheck.report import MeasurePart
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.validate.document import score
from formcheck.validate.reps import Matching, match_reps
from formcheck.validate.rules import ALL_RULES
from formcheck.validate.samples import Samples
from formcheck.validate.verdicts import THIGH_OF_HEIGHT, told_truths
from formcheck.validate.watch import Outcome
from formcheck.validate.whole import recognised, yaw_band


def spans(*ends: tuple[float, float]) -> list[Any]:
    return [SimpleNamespace(start_s=start, end_s=end) for start, end in ends]


def samples(outcome: Outcome, name: str, item: str = "") -> Samples:
    [found] = [s for s in score(outcome).samples if (s.table, s.item) == (name, item)]
    return found


def values(outcome: Outcome, name: str, item: str, key: str) -> list[float]:
    return list(samples(outcome, name, item).values[key].tolist())


# reps


@pytest.mark.parametrize(
    ("true", "found", "matching"),
    [
        ([(0, 2), (3, 5)], [(0, 2), (3, 5)], Matching(((0, 0), (1, 1)), (), ())),
        ([(0, 2)], [(1, 3)], Matching(((0, 0),), (), ())),
        ([(0, 2)], [(1.01, 3.01)], Matching((), (0,), (0,))),
        ([(0, 2)], [(0.5, 1.4)], Matching((), (0,), (0,))),
        ([(0, 2), (2, 4)], [(0, 4)], Matching(((0, 0),), (1,), ())),
        ([(0, 4)], [(0, 2), (2, 4)], Matching(((0, 0),), (), (1,))),
        ([(0, 4)], [(0, 2), (1, 4)], Matching(((0, 1),), (), (0,))),
        ([(0, 2)], [], Matching((), (0,), ())),
        ([], [(0, 2)], Matching((), (), (0,))),
    ],
)
def test_reps_match_where_they_overlap_by_half(true: list, found: list, matching: Matching) -> None:
    assert match_reps(spans(*true), spans(*found)) == matching


Spans = st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 5)), max_size=6)


@given(true=Spans, found=Spans)
def test_each_rep_is_matched_once_or_told_to_be_none(true: list, found: list) -> None:
    a, b = (spans(*[(start, start + length) for start, length in some]) for some in (true, found))
    matching = match_reps(a, b)
    assert sorted([t for t, _ in matching.pairs] + list(matching.missed)) == list(range(len(a)))
    assert sorted([f for _, f in matching.pairs] + list(matching.extra)) == list(range(len(b)))


def test_a_perfect_take_scores_perfectly(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path)
    row = table("reps", outcome)["rendered", "squat", "all", ""].figures
    assert {name: figure.value for name, figure in row.items()} == {
        "precision": 1.0, "recall": 1.0, "f1": 1.0, "missed": 0.0, "extra": 0.0, "count_exact": 1.0,
    }  # fmt: skip
    assert (row["recall"].n, row["recall"].clips) == (3, 1)
    for instant in ("start", "turn", "end"):
        assert total("timing", instant, outcome)["median_ms"].value == pytest.approx(0, abs=60)


def test_missed_and_extra_reps_are_told_apart(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path)
    assert outcome.analysis is not None
    first, second, _ = outcome.analysis.report.reps
    extra = second.model_copy(update={"number": 3, "start_s": 0.0, "turn_s": 0.4, "end_s": 0.8})
    row = total("reps", "", with_reps(outcome, [extra, first, second]))
    assert [row[name].value for name in ("precision", "recall", "f1", "missed", "extra", "count_exact")] == (
        pytest.approx([2 / 3, 2 / 3, 2 / 3, 1.0, 1.0, 1.0])
    )
    assert (row["precision"].n, row["recall"].n, row["f1"].n) == (3, 3, 4)


def test_where_only_the_count_is_known_only_that_is_scored(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, reps=None, rep_metrics=[], faults=None, rep_count=4)
    assert samples(outcome, "reps").values.keys() == {"exact"}
    assert values(outcome, "reps", "", "exact") == [0.0]
    assert {s.table for s in score(outcome).samples} == {
        "reps", "angles", "keypoints", "bar", "path", "lifts", "views", "cost",
    }  # fmt: skip


def test_reps_of_other_exercises_are_not_scored() -> None:
    bare: dict[str, Any] = {"reps": None, "rep_metrics": [], "faults": None, "frames": None}
    other = refused(filmed("curl"), **bare, rep_count=10)
    assert {s.table for s in score(other).samples} == {"lifts"}


def test_a_clip_without_exercise_has_no_reps(tmp_path: Path) -> None:
    bare: dict[str, Any] = {"reps": None, "rep_metrics": [], "faults": None, "frames": None, "lift": "none"}
    outcome = outcome_of(filmed(), tmp_path, **bare)
    row = table("reps", outcome)["rendered", "none", "all", ""].figures
    assert (row["extra"].value, row["precision"].value, row["recall"].value) == (3.0, 0.0, None)
    assert row["count_exact"].value == 0.0


def test_a_refused_clip_missed_its_reps_and_assessed_nothing() -> None:
    outcome = refused(filmed())
    assert total("reps", "", outcome)["missed"].value == 3.0
    angles = total("angles", "knee", outcome)
    assert (angles["assessed"].value, angles["mae_deg"].value, angles["mae_deg"].n) == (0.0, None, 0)
    assert angles["assessed"].n > 200
    assert total("faults", ALL_RULES, outcome)["not_assessed"].value == 1.0
    assert not recognised(outcome)


# angles and keypoints


@pytest.mark.parametrize("joint", ["knee", "hip", "elbow", "trunk"])
@pytest.mark.parametrize("lift", ["squat", "deadlift", "bench_press"])
def test_exact_angles_have_no_error(lift: str, joint: str, tmp_path: Path) -> None:
    row = table("angles", outcome_of(filmed(lift), tmp_path))[
        "rendered", lift, "0-15", f"{joint} read"
    ].figures
    assert row["mae_deg"].value == pytest.approx(0.0, abs=0.7)
    assert row["turn_mae_deg"].value == pytest.approx(0.0, abs=1.0)
    assert (row["assessed"].value, row["turn_mae_deg"].n) == (1.0, 3)


def test_raw_angles_are_those_of_each_frame_alone(tmp_path: Path) -> None:
    shot = filmed()
    points = shot.motion.keypoints_px.copy()
    points[::2, INDEX["right_knee"], 0] += 0.1 * 0.5 * shot.px_per_m
    points[1::2, INDEX["right_knee"], 0] -= 0.1 * 0.5 * shot.px_per_m
    outcome = outcome_of(shot, tmp_path, motion=replace(shot.motion, keypoints_px=points))
    shown = total("angles", "knee read", outcome)["mae_deg"].value
    raw = total("angles", "knee raw", outcome)["mae_deg"].value
    still = total("angles", "knee raw", outcome_of(shot, tmp_path))["mae_deg"].value
    assert still < 0.7
    assert raw > shown + 1.0


def test_the_bias_of_an_angle_keeps_its_sign(tmp_path: Path) -> None:
    shot = filmed()
    frames = known(shot)["frames"]
    knee = [angle + 7.0 for angle in frames["angles_deg"]["right_knee_flexion"]]
    frames["angles_deg"]["right_knee_flexion"] = knee
    row = total("angles", "knee read", outcome_of(shot, tmp_path, frames=frames))
    assert row["bias_deg"].value == pytest.approx(-7.0, abs=0.5)
    assert row["mae_deg"].value == pytest.approx(7.0, abs=0.5)


def test_the_far_side_is_not_scored(tmp_path: Path) -> None:
    shot = filmed()
    frames = known(shot)["frames"]
    frames["angles_deg"]["left_knee_flexion"] = [90.0] * len(shot.motion.time_s)
    assert total("angles", "knee read", outcome_of(shot, tmp_path, frames=frames))["mae_deg"].value < 0.7


def test_unknown_truth_is_not_scored(tmp_path: Path) -> None:
    shot = filmed()
    frames = known(shot)["frames"]
    angle = frames["angles_deg"]["right_knee_flexion"]
    half = len(angle) // 2
    frames["angles_deg"] = {"right_knee_flexion": angle[:half] + [None] * (len(angle) - half)}
    outcome = outcome_of(shot, tmp_path, frames=frames)
    assert [s.item for s in score(outcome).samples if s.table == "angles"] == [
        "knee", "knee read", "knee raw",
    ]  # fmt: skip
    whole = total("angles", "knee", outcome_of(shot, tmp_path))["assessed"].n
    assert 0.4 * whole < total("angles", "knee", outcome)["assessed"].n < 0.6 * whole


def test_frames_that_were_not_seen_count_as_not_assessed(tmp_path: Path) -> None:
    shot = filmed()
    (start, end) = (shot.rep(2).start_s, shot.rep(2).end_s)
    outcome = outcome_of(shot, tmp_path, motion=hidden(shot.motion, (start, end)))
    assert total("angles", "knee read", outcome)["assessed"].value == pytest.approx(2 / 3, abs=0.05)


def test_a_keypoint_is_off_by_a_share_of_the_trunk(tmp_path: Path) -> None:
    shot = filmed()
    trunk_px = 0.5 * shot.px_per_m
    moved = shifted(shot.motion, right_ankle=(0.06 * trunk_px, 0.08 * trunk_px))
    outcome = outcome_of(shot, tmp_path, motion=moved)
    assert total("keypoints", "ankle", outcome)["median_pct"].value == pytest.approx(10.0, abs=0.3)
    assert total("keypoints", "shoulder", outcome)["median_pct"].value == pytest.approx(0.0, abs=0.3)


def sparse(frames: dict[str, Any], step: int) -> dict[str, Any]:
    """Only each so-manieth instant is known."""
    return {
        "time_s": frames["time_s"][::step],
        "keypoints_px": {name: rows[::step] for name, rows in frames["keypoints_px"].items()},
        "angles_deg": {name: rows[::step] for name, rows in frames["angles_deg"].items()},
    }


def test_single_marks_are_scored_where_they_are_and_nowhere_else(tmp_path: Path) -> None:
    """Nothing is known halfway between two marks that are half a second apart."""
    shot = filmed()
    frames = sparse(known(shot)["frames"], 15)
    outcome = outcome_of(shot, tmp_path, frames=frames)
    inside = sum(
        any(rep.start_s <= t <= rep.end_s for rep in map(shot.rep, (1, 2, 3))) for t in frames["time_s"]
    )
    knee = total("angles", "knee read", outcome)
    assert (knee["mae_deg"].n, knee["turn_mae_deg"].n) == (inside, 0)
    assert knee["mae_deg"].value < 1.0
    ankle = total("keypoints", "ankle", outcome)
    assert (ankle["median_pct"].n, ankle["median_pct"].value) == (inside, pytest.approx(0.0, abs=0.3))
    assert "knee_flexion_turn" not in told(outcome)


@pytest.mark.parametrize("facing", ["left", "right"])
def test_the_near_side_is_the_truths(facing: str, tmp_path: Path) -> None:
    """Whoever faces the picture's right shows their right side."""
    shot = filmed()
    frames = known(shot)["frames"]
    only = {name: frames["keypoints_px"][name] for name in KEYPOINTS if name.startswith(facing)}
    frames["keypoints_px"] = only
    outcome = outcome_of(shot, tmp_path, frames=frames, view={"facing": facing})
    assert total("keypoints", "knee", outcome)["median_pct"].value == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize(
    ("yaw", "band"),
    [
        (0, "0-15"),
        (-14.9, "0-15"),
        (15, "15-30"),
        (30, "30-50"),
        (50, "50-90"),
        (90, "50-90"),
        (-170, "0-15"),
    ],
)
def test_yaw_bands(yaw: float, band: str) -> None:
    assert yaw_band(truth_of(filmed(), view={"yaw_deg": yaw})) == band


def test_without_a_yaw_the_band_is_not_known() -> None:
    assert yaw_band(truth_of(filmed(), view={})) == "unknown"


# fitted bodies


UNSEEN: dict[str, Any] = {"lifter": {"body": "older_man", "height_m": 1.755}}


def with_fit(outcome: Outcome, shot: Shot, *, off_deg: float, sd_deg: float) -> Outcome:
    """The same outcome as if the fitted knee were off by so much, and hips were told to be 5 cm below it."""
    assert outcome.analysis is not None
    signals = outcome.analysis.signals
    knee = np.interp(signals.time_s, shot.motion.time_s, shot.angle_deg("knee_flexion_deg")) + off_deg
    curve = "fitted_knee_flexion_deg"
    changed = replace(
        signals,
        values={**signals.values, curve: knee},
        sd={**signals.sd, curve: np.full_like(knee, sd_deg)},
    )
    depth = {"hips_below_knees": MeasurePart(value=5.0, unit="cm", low=4.0, high=6.0)}
    first, *others = outcome.analysis.report.reps
    reps = [first.model_copy(update={"measures": {**first.measures, **depth}}), *others]
    return with_reps(replace(outcome, analysis=replace(outcome.analysis, signals=changed)), reps)


@pytest.mark.parametrize(("sd_deg", "inside"), [(2.0, 0.0), (3.0, 1.0)])
def test_fits_of_unseen_bodies_have_rows_of_their_own(sd_deg: float, inside: float, tmp_path: Path) -> None:
    shot = filmed()
    outcome = with_fit(outcome_of(shot, tmp_path, **UNSEEN), shot, off_deg=-4.0, sd_deg=sd_deg)
    rows = {key[-1]: row.figures for key, row in table("unseen", outcome).items() if key[1] == "squat"}
    assert set(rows) == {"knee", "hip", "trunk", "depth, cm"}
    knee = {name: figure.value for name, figure in rows["knee"].items()}
    assert knee == {
        "mae": pytest.approx(4.0, abs=0.1),
        "bias": pytest.approx(-4.0, abs=0.1),
        "sd": pytest.approx(0.0, abs=0.1),
        "inside": inside,
        "assessed": 1.0,
    }
    assert values(outcome, "unseen", "depth, cm", "error")[0] == pytest.approx(5.0 - 3.7)
    assert values(outcome, "unseen", "depth, cm", "inside")[0] == 0.0


def test_bodies_that_were_tuned_on_are_not_unseen(tmp_path: Path) -> None:
    for lifter in ({"body": "man"}, {"height_m": 1.755}):
        assert table("unseen", outcome_of(filmed(), tmp_path, lifter=lifter)) == {}


def test_of_an_unseen_body_that_was_refused_nothing_was_assessed() -> None:
    row = total("unseen", "knee", refused(filmed(), **UNSEEN))
    assert (row["assessed"].value, row["mae"].value, row["mae"].n) == (0.0, None, 0)


# verdicts


def with_faults(outcome: Outcome, *faults: Any) -> Outcome:
    assert outcome.analysis is not None
    report = outcome.analysis.report.model_copy(update={"faults": list(faults)})
    return replace(outcome, analysis=replace(outcome.analysis, report=report))


def test_verdicts_are_counted_over_reps_and_rules(tmp_path: Path) -> None:
    true = [{"id": "squat.depth_short", "rep": 1}, {"id": "squat.depth_short", "rep": 2}]
    outcome = with_faults(
        outcome_of(filmed(), tmp_path, faults=true),
        make_fault(1, "fault"),
        make_fault(2, "borderline"),
        make_fault(3, "not_assessed"),
        make_fault(3, "fault", rule_id="squat.heel_rise"),
    )
    assert values(outcome, "faults", "squat.depth_short", "verdicts") == [[1, 1, 1], [1, 0, 1], [0, 0, 0]]
    assert values(outcome, "faults", "squat.heel_rise", "verdicts")[2] == [0, 1, 1]
    rules = {s.item for s in score(outcome).samples if s.table == "faults"} - {ALL_RULES}
    everything = samples(outcome, "faults", ALL_RULES).values["verdicts"]
    assert everything.shape == (3 * len(rules), 3)
    assert everything.sum(axis=0).tolist() == [2, 2, 3]


def test_a_missed_rep_is_not_judged_and_an_extra_one_has_no_fault(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, faults=[{"id": "squat.depth_short", "rep": 3}])
    assert outcome.analysis is not None
    first, second, third = outcome.analysis.report.reps
    late = third.model_copy(update={"start_s": 90.0, "turn_s": 91.0, "end_s": 92.0})
    changed = with_faults(with_reps(outcome, [first, second, late]), make_fault(3, "fault"))
    assert values(changed, "faults", "squat.depth_short", "verdicts") == [
        [0, 0, 0], [0, 0, 0], [1, 0, 0], [0, 1, 1],
    ]  # fmt: skip


def test_rules_of_a_wrongly_found_lift_count(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, lift="deadlift", rep_metrics=[])
    rules = {s.item.partition(".")[0] for s in score(outcome).samples if s.table == "faults"}
    assert rules == {ALL_RULES, "deadlift", "squat"}


def test_a_truth_that_lists_no_faults_is_not_scored(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, faults=None)
    assert not [s for s in score(outcome).samples if s.table == "faults"]


# intervals


def told(outcome: Outcome) -> dict[str, float]:
    """The truths of the first rep's measures."""
    pairs = list(told_truths(outcome))
    return {one.name: one.true for one in reversed(pairs)}


def test_measures_are_held_against_their_truth(tmp_path: Path) -> None:
    truths = told(outcome_of(filmed(), tmp_path))
    assert truths == {
        "eccentric": pytest.approx(1.4),
        "concentric": pytest.approx(1.2),
        "depth": pytest.approx(0.037 / (THIGH_OF_HEIGHT * 1.755)),
        "hips_below_knees": pytest.approx(3.7),
        "knee_flexion_turn": pytest.approx(125.0, abs=0.1),
        "hip_flexion_turn": pytest.approx(135.0, abs=0.1),
        "trunk_lean_turn": pytest.approx(40.0, abs=0.1),
        "knee_flexion_end": pytest.approx(6.0, abs=0.1),
        "hip_flexion_end": pytest.approx(9.0, abs=0.1),
        "range_m": 0.6,
        "mean_velocity": 0.5,
        "drift": pytest.approx(3.0),
    }


def test_depth_is_in_true_thighs_where_they_are_known(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, lifter={"height_m": 1.755, "thigh_m": 0.37})
    assert told(outcome)["depth"] == pytest.approx(0.1)


def test_a_deadlift_is_concentric_first(tmp_path: Path) -> None:
    truths = told(outcome_of(filmed("deadlift"), tmp_path))
    assert truths["concentric"] == pytest.approx(1.4)
    assert "eccentric" not in truths


def test_a_pause_that_nobody_marked_is_not_scored(tmp_path: Path) -> None:
    assert "eccentric" not in told(outcome_of(filmed(), tmp_path, made="marked"))


def test_slow_motion_is_scored_in_real_time(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path)
    assert outcome.analysis is not None
    report = outcome.analysis.report
    slow = report.model_copy(update={"video": report.video.model_copy(update={"slow_motion": 4.0})})
    outcome = replace(outcome, analysis=replace(outcome.analysis, report=slow))
    assert told(outcome)["concentric"] == pytest.approx(0.3)


def measured(outcome: Outcome, name: str, part: MeasurePart) -> Outcome:
    """One measure of every rep replaced."""
    assert outcome.analysis is not None
    reps = outcome.analysis.report.reps
    return with_reps(
        outcome, [rep.model_copy(update={"measures": {**rep.measures, name: part}}) for rep in reps]
    )


def test_an_interval_holds_the_truth_or_not(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path)
    for low, high, inside in ((124.0, 126.0, 1.0), (125.5, 130.0, 0.0), (110.0, 124.5, 0.0)):
        part = MeasurePart(value=127.0, unit="deg", low=low, high=high)
        row = total("intervals", "knee_flexion_turn", measured(outcome, "knee_flexion_turn", part))
        assert row["inside"].value == inside
        assert row["half_width"].value == (high - low) / 2
        assert (row["median_error"].value, row["bias"].value) == pytest.approx((2.0, 2.0), abs=0.1)
        assert row["measured"].value == 1.0


def test_what_was_not_measured_is_neither_inside_nor_outside(tmp_path: Path) -> None:
    part = MeasurePart(value=None, unit="deg", missing="hidden: knee")
    outcome = measured(outcome_of(filmed(), tmp_path), "knee_flexion_turn", part)
    row = total("intervals", "knee_flexion_turn", outcome)
    assert (row["measured"].value, row["inside"].value, row["inside"].n) == (0.0, None, 0)


# lift, view, cost


@pytest.mark.parametrize(
    ("true", "found", "right"),
    [
        ("squat", "squat", True), ("squat", "deadlift", False), ("squat", "other", False),
        ("squat", "failed", False), ("other", "other", True), ("other", "none", True),
        ("none", "other", True), ("none", "squat", False), ("none", "failed", False),
    ],
)  # fmt: skip
def test_a_refusal_is_right_where_there_is_no_lift(true: str, found: str, right: bool) -> None:
    bare: dict[str, Any] = {"reps": None, "rep_metrics": [], "faults": None}
    assert recognised(refused(filmed(), found, lift=true, **bare)) is right


def test_view_and_cost(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, view={"name": "oblique", "yaw_deg": -30.0})
    view = total("views", "", outcome)
    assert (view["right"].value, view["yaw_bias_deg"].value) == (0.0, pytest.approx(-30.0, abs=1.0))
    cost = total("cost", "", outcome)
    assert (cost["seconds"].value, cost["peak_mb"].value) == (6.0, 350.0)
    assert outcome.analysis is not None
    assert cost["slower"].value == pytest.approx(6.0 / outcome.analysis.report.video.duration_s)
    assert math.isclose(cost["seconds_most"].value or 0.0, 6.0)


# groups


def test_rendered_and_marked_clips_are_kept_apart(tmp_path: Path) -> None:
    shot = filmed()
    rows = table("reps", outcome_of(shot, tmp_path), refused(shot, made="marked"))
    assert [(*key, row.figures["recall"].value) for key, row in rows.items()] == [
        ("rendered", "squat", "all", "", 1.0),
        ("rendered", "all", "all", "", 1.0),
        ("marked", "squat", "all", "", 0.0),
        ("marked", "all", "all", "", 0.0),
    ]


def test_rows_are_ordered_by_lift_and_yaw_with_totals_last(tmp_path: Path) -> None:
    outcomes = [
        outcome_of(filmed(lift), tmp_path, view={"yaw_deg": yaw, "facing": "right"})
        for lift, yaw in (("deadlift", 40.0), ("squat", 20.0), ("deadlift", 0.0))
    ]
    rows = table("angles", *outcomes)
    assert list(dict.fromkeys((lift, yaw) for _, lift, yaw, _ in rows)) == [
        ("squat", "15-30"), ("deadlift", "0-15"), ("deadlift", "30-50"), ("all", "all"),
    ]  # fmt: skip
    assert rows["rendered", "all", "all", "knee"].figures["mae_deg"].clips == 3
