"""Where the stages meet: judging a take, watching frame by frame, judging again without vision."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import MemorySource
from synthetic import Joints, Shot, Tempo, film, hidden, noisy, shifted, take_of

from formcheck import pipeline
from formcheck.errors import (
    AnalysisError,
    FormcheckError,
    NoReps,
    NotALift,
    UnknownLift,
    UnreadableVideo,
)
from formcheck.judgement import Analysis, analyze_motion, judge
from formcheck.motion import Motion, load_motion, save_motion
from formcheck.origin import Origin
from formcheck.output import save_analysis
from formcheck.pipeline import Analyzer
from formcheck.pose.recorded import RecordedPose
from formcheck.report import Report
from formcheck.report.files import to_json
from formcheck.settings import Settings
from formcheck.skeleton import INDEX

LIFTS = ("squat", "deadlift", "bench_press")
TEMPO = Tempo((1.0, 1.0))


def origin_of(motion: Motion, **changes: object) -> Origin:
    info = replace(MemorySource(motion).info, **changes)
    return Origin(info, 1.0, (), {"pose": "5e" * 32}, {"preset": "light"})


def shot_of(lift: str = "squat") -> Shot:
    return film(lift, TEMPO, size_px=(270, 480), fps=30.0)


def content(report: Report) -> dict[str, object]:
    """All of a report but the moment of its making."""
    return report.model_dump(exclude={"made_by": {"created"}})


# judge


@pytest.mark.parametrize("lift", LIFTS)
def test_a_take_is_judged(lift: str) -> None:
    shot = film(lift, fps=30.0)
    report = judge(shot.motion, origin_of(shot.motion))
    assert (report.lift.name, report.lift.given, report.lift.confidence) == (lift, False, 1.0)
    assert (report.view.name, report.view.facing, report.view.near_side) == ("side", "right", "right")
    assert [rep.number for rep in report.reps] == [1, 2, 3]
    for rep, start in zip(report.reps, shot.tempo.starts_s, strict=True):
        assert (rep.start_s, rep.end_s) == pytest.approx((start, start + 3.0), abs=0.1)
        assert not rep.partial
    assert (report.quality.coverage, report.quality.rep_coverage, report.quality.people) == (1.0, 1.0, 1)
    assert report.quality.pose_rate_hz == pytest.approx(30.0)
    assert report.made_by.weights[0].sha256 == "5e" * 32


@pytest.mark.parametrize("lift", LIFTS)
def test_a_report_survives_json(lift: str) -> None:
    """Every field checked on the way back, and no NaN, which is no JSON."""
    motion = hidden(noisy(film(lift, fps=30.0).motion, 1.0), (2.0, 2.6), (8.0, 8.9))
    report = judge(motion, origin_of(motion))
    text = to_json(report)
    assert Report.model_validate_json(text) == report
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in the JSON"))


@pytest.mark.parametrize("lift", LIFTS)
def test_the_same_take_gives_the_same_report(lift: str) -> None:
    motion = noisy(film(lift, fps=30.0).motion, 2.0)
    origin = origin_of(motion)
    assert content(judge(motion, origin)) == content(judge(motion, origin))


def test_a_named_lift_is_told_as_given() -> None:
    motion = shot_of("curl").motion
    report = judge(motion, origin_of(motion), lift="deadlift")
    assert (report.lift.name, report.lift.given, report.lift.confidence) == ("deadlift", True, 0.0)


def test_slow_motion_is_told_in_real_time() -> None:
    motion = shot_of().motion
    plain = judge(motion, origin_of(motion)).reps[0]
    slow = judge(motion, origin_of(motion, slow_motion=4.0)).reps[0]
    for name, factor in (("eccentric", 0.25), ("mean_concentric_speed", 4.0), ("range", 1.0)):
        before, after = plain.measures[name].value, slow.measures[name].value
        assert before is not None
        assert after is not None
        assert after == pytest.approx(factor * before, rel=0.01)
    assert (slow.start_s, slow.end_s) == (plain.start_s, plain.end_s)
    told = [float(part) for part in slow.tempo.split(" - ")]
    assert told == pytest.approx([float(part) / 4 for part in plain.tempo.split(" - ")], abs=0.08)


def test_a_hidden_lifter_lowers_the_coverage() -> None:
    motion = hidden(film(fps=30.0).motion, (4.15, 4.55), (12.0, 99.0))
    quality = judge(motion, origin_of(motion)).quality
    assert quality.coverage == pytest.approx(motion.seen.mean(), abs=5e-3)
    assert quality.rep_coverage == pytest.approx(1.0)


def test_the_tempo_of_a_partial_rep_has_no_made_up_parts() -> None:
    """A video that starts in the middle of the first ascent."""
    motion = film("squat", lambda t: Tempo().way(t + 3.1), time_s=np.arange(280) / 30).motion
    first, second, _ = judge(motion, origin_of(motion)).reps
    assert first.partial
    assert first.tempo.startswith("? - ")
    assert "?" not in second.tempo


@pytest.mark.parametrize(
    ("motion", "error"),
    [
        (film(tempo=lambda time_s: 0.0 * time_s, fps=10.0).motion, NoReps),
        (film("curl", fps=30.0).motion, NotALift),
    ],
    ids=["standing", "curls"],
)
def test_what_cannot_be_judged_is_an_error(motion: Motion, error: type[Exception]) -> None:
    with pytest.raises(error):
        judge(motion, origin_of(motion))


@pytest.mark.parametrize("fps", [4.0, 5.0])
def test_few_frames_a_second_are_judged_or_refused(fps: float) -> None:
    motion = film(fps=fps).motion
    try:
        codes = {warning.code for warning in judge(motion, origin_of(motion)).quality.warnings}
    except AnalysisError:
        return
    assert "frame_rate" in codes


def test_poses_without_world_points_are_refused() -> None:
    """An estimator may have none (`Pose.world_m`), but without them there is no view."""
    motion = shot_of().motion
    with pytest.raises(FormcheckError):
        judge(replace(motion, world_m=np.full_like(motion.world_m, np.nan)), origin_of(motion))


def test_an_unknown_lift_is_refused() -> None:
    motion = shot_of().motion
    with pytest.raises(UnknownLift):
        judge(motion, origin_of(motion), lift="snatch")
    with pytest.raises(UnknownLift):
        Analyzer(
            MemorySource(motion).info,
            lift="snatch",
            settings=Settings(models_dir=Path("nowhere")),
            pose=RecordedPose.of(motion),
        )


# again, without vision


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Analysis, Path]:
    motion = noisy(shot_of().motion, 1.0)
    origin = replace(origin_of(motion, slow_motion=2.0, capture_rate=60.0), decoded_share=0.5, notes=("cut",))
    report, take = judge(motion, origin), take_of(motion)
    analysis = Analysis(report, motion, take.signals, origin, None, take, ())
    return analysis, save_analysis(analysis, tmp_path / "result", video=False)


@pytest.mark.parametrize("inside", ["", "motion.npz"], ids=["the folder", "the file"])
def test_a_saved_take_is_judged_the_same(saved: tuple[Analysis, Path], inside: str) -> None:
    analysis, folder = saved
    again = analyze_motion(folder / inside)
    assert content(again.report) == content(analysis.report)
    assert again.origin == analysis.origin
    assert again.source is None


def test_a_saved_take_can_be_judged_as_another_lift(saved: tuple[Analysis, Path]) -> None:
    report = analyze_motion(saved[1], lift="bench_press").report
    assert (report.lift.name, report.lift.given) == ("bench_press", True)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no json",
        "{}",
        '{"info": {}}',
        '{"info": {"name": "x"}, "notes": []}',
        "[]",
        "5",
    ],
)
def test_a_take_without_its_origin_is_refused(note: str, tmp_path: Path) -> None:
    save_motion(shot_of().motion, tmp_path / "motion.npz", note=note)
    assert load_motion(tmp_path / "motion.npz").people == 1
    with pytest.raises(UnreadableVideo, match="note of its video") as caught:
        analyze_motion(tmp_path / "motion.npz")
    assert caught.value.hint


def test_what_is_said_of_the_set_is_used_and_kept(tmp_path: Path) -> None:
    """A plate of 0.4 m makes all metres 0.4 / 0.45 of what they were; the load gives a maximum."""
    motion = film("squat", fps=30.0, plate_m=0.45).motion
    plain = judge(motion, origin_of(motion))
    said = Settings(plate_diameter_m=0.4, load_kg=120.0, preset="balanced")
    told = judge(motion, origin_of(motion), settings=said)
    assert plain.scale.plate_diameter_m == 0.45
    assert told.scale.plate_diameter_m == 0.4
    ranges = [report.reps[0].measures["range_m"].value for report in (told, plain)]
    assert ranges[0] == pytest.approx(0.4 / 0.45 * (ranges[1] or 0.0), rel=1e-3)
    assert (plain.set.load_kg, told.set.load_kg) == (None, 120.0)
    assert "estimated_1rm" not in plain.set.measures
    assert (told.set.measures["estimated_1rm"].value or 0.0) > 120.0
    assert told.made_by.settings == {"preset": "light", "plate_diameter_m": "0.4", "load_kg": "120"}
    save_motion(motion, tmp_path / "motion.npz", note=origin_of(motion).told(said).to_json())
    again = analyze_motion(tmp_path)
    assert again.report.scale.plate_diameter_m == 0.4
    other = analyze_motion(tmp_path, settings=Settings(load_kg=100.0)).report
    assert (other.scale.plate_diameter_m, other.set.load_kg) == (0.4, 100.0)


def test_what_a_lift_is_done_as_and_judged_by_is_told_and_kept(tmp_path: Path) -> None:
    motion = shot_of().motion
    plain = judge(motion, origin_of(motion))
    assert (plain.lift.variant, plain.lift.variant_given, plain.lift.rules) == ("high_bar", False, "")
    said = Settings(variant="front", rules="competition")
    told = judge(motion, origin_of(motion), settings=said).lift
    assert (told.name, told.variant, told.variant_title, told.variant_given) == (
        "squat",
        "front",
        "Front squat",
        True,
    )
    assert (told.rules, told.rules_title) == ("competition", "Competition")
    rules = {fault.rule_id for fault in judge(motion, origin_of(motion), settings=said).faults}
    assert "squat.elbow_drop" in rules
    assert "squat.bar_slip" not in rules
    save_motion(motion, tmp_path / "motion.npz", note=origin_of(motion).told(said).to_json())
    again = analyze_motion(tmp_path).report.lift
    assert (again.variant, again.rules) == ("front", "competition")


@pytest.mark.parametrize("said", [{"variant": "sumoo"}, {"rules": "ipf"}])
def test_an_unknown_variant_or_rulebook_is_refused(said: dict[str, str]) -> None:
    motion = shot_of().motion
    with pytest.raises(UnknownLift):
        judge(motion, origin_of(motion), settings=Settings(**said))


def test_a_romanian_deadlift_starts_at_the_top() -> None:
    """The bar goes down to the shins and up again: no other lift, and none where it is not named."""
    postures = (Joints(0, 4, 1), Joints(6, 24, 70))
    motion = film("squat", TEMPO, postures=postures, fps=30.0).motion
    report = judge(motion, origin_of(motion), settings=Settings(variant="romanian"))
    assert (report.lift.name, report.lift.variant, report.lift.given) == ("deadlift", "romanian", True)
    assert [rep.phases[0].name for rep in report.reps] == ["eccentric", "eccentric"]
    assert {fault.rule_id for fault in report.faults if fault.verdict == "fault"} == set()
    assert "deadlift.hips_shoot" not in {fault.rule_id for fault in report.faults}


def test_lifts_of_ones_own_are_judged(tmp_path: Path) -> None:
    text = (Path(pipeline.__file__).parent / "lifts" / "squat.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('title = "Squat"', 'title = "Box squat"', 1), "utf-8")
    motion = shot_of().motion
    assert judge(motion, origin_of(motion), settings=Settings(lifts=tmp_path)).lift.title == "Box squat"


def test_the_report_sums_the_set_up() -> None:
    shallow = film("squat", Tempo((0.4, 0.4, 0.4)), fps=30.0).motion
    report = judge(shallow, origin_of(shallow))
    by_id = {finding.rule_id: finding for finding in report.findings}
    assert set(by_id) == {fault.rule_id for fault in report.faults}
    depth = by_id["squat.depth_short"]
    assert (depth.verdict, depth.faulty, depth.reps) == ("fault", 3, 3)
    assert report.practice is not None
    assert report.practice.rule_id == "squat.depth_short"
    assert report.practice.ladder[report.practice.rung - 1].startswith("box squat")
    assert report.practice.tempo == "3-1-0"
    assert "without feedback" in report.practice.fixed_when
    assert report.score is not None
    assert [part.rule_id for part in report.score.lost] == ["squat.depth_short"]


@pytest.mark.parametrize("fact", [{"height_m": "tall"}, {"load_kg": "-5"}, {"plate_diameter_m": "nan"}])
def test_a_take_whose_facts_cannot_be_is_refused(fact: dict[str, str], tmp_path: Path) -> None:
    motion = film("squat", TEMPO).motion
    note = replace(origin_of(motion), settings={"preset": "light", **fact}).to_json()
    save_motion(motion, tmp_path / "motion.npz", note=note)
    with pytest.raises(UnreadableVideo):
        analyze_motion(tmp_path)


@pytest.mark.parametrize(
    ("azimuth_deg", "rim", "codes"),
    [
        (90.0, 1.0, set()),
        (90.0, 0.75, {"plate_size"}),
        (60.0, 1.0, {"oblique_path"}),
        (90.0, 0.0, {"no_plate"}),
    ],
)
def test_what_limits_the_metres_is_told(azimuth_deg: float, rim: float, codes: set[str]) -> None:
    motion = film("squat", fps=30.0, plate_m=0.45 if rim else None, azimuth_deg=azimuth_deg).motion
    report = judge(replace(motion, plate_axes_px=rim * motion.plate_axes_px), origin_of(motion))
    told = {warning.code for warning in report.quality.warnings}
    assert told & {"plate_size", "oblique_path", "no_plate", "estimated_1rm"} == codes


def test_an_estimated_maximum_says_what_it_rests_on() -> None:
    motion = film("squat", fps=30.0, plate_m=0.45).motion
    report = judge(motion, origin_of(motion), settings=Settings(load_kg=100.0))
    assert "estimated_1rm" in {warning.code for warning in report.quality.warnings}


def test_the_report_tells_the_scale() -> None:
    motion = film("squat", fps=30.0, plate_m=0.45, azimuth_deg=75.0).motion
    scale = judge(motion, origin_of(motion)).scale
    assert scale.source == "plate"
    assert scale.m_per_px == pytest.approx(1 / 324.0, rel=1e-3)
    assert scale.yaw_deg == pytest.approx(15.0, abs=0.1)
    hands = judge(film("squat", fps=30.0).motion, origin_of(motion)).scale
    assert (hands.source, hands.m_per_px, hands.relative_error) == ("none", None, None)
    assert hands.note == "no plate was followed"


@pytest.mark.parametrize("settings", [{}, {"preset": "best"}])
def test_a_take_of_other_settings_is_refused(settings: dict[str, str], tmp_path: Path) -> None:
    motion = shot_of().motion
    note = replace(origin_of(motion), settings=settings).to_json()
    save_motion(motion, tmp_path / "motion.npz", note=note)
    with pytest.raises(UnreadableVideo):
        analyze_motion(tmp_path)


def test_a_folder_without_a_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableVideo, match=r"motion\.npz"):
        analyze_motion(tmp_path)


def test_an_undeclared_front_squat_is_noticed() -> None:
    shot = film("squat", fps=30.0)
    shoulder, elbow = (shot.motion.keypoints_px[:, INDEX[f"right_{name}"]] for name in ("shoulder", "elbow"))
    ahead = np.array([0.5 * 0.5 * shot.px_per_m, 0.0])
    front = shifted(shot.motion, right_elbow=shoulder - elbow + ahead)

    def told(motion: Motion, variant: str | None = None) -> list[str]:
        warnings = judge(motion, origin_of(motion), settings=Settings(variant=variant)).quality.warnings
        return [warning.hint for warning in warnings if warning.code == "variant"]

    assert not told(shot.motion)
    [hint] = told(front)
    assert "--variant front" in hint
    assert not told(front, "front")
