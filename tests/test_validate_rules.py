"""What is called a fault, and what should have been, by truths that are known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from builders import make_fault
from truths import filmed, outcome_of, with_reps

from formcheck.report import FaultPart, MeasurePart
from formcheck.validate.document import score
from formcheck.validate.watch import Outcome


def values(outcome: Outcome, table: str, item: str, key: str) -> list[float]:
    [found] = [s for s in score(outcome).samples if (s.table, s.item) == (table, item)]
    return list(found.values[key].tolist())


def with_faults(outcome: Outcome, *faults: FaultPart) -> Outcome:
    assert outcome.analysis is not None
    report = outcome.analysis.report.model_copy(update={"faults": list(faults)})
    return replace(outcome, analysis=replace(outcome.analysis, report=report))


def rendered(tmp_path: Path, **truth: Any) -> Outcome:
    """A set of a lifter that nothing was tuned on, from the side; depth is a fault by the true depths."""
    return outcome_of(filmed(), tmp_path, lifter={"body": "older_man", "thigh_m": 0.43}, **truth)


def shallow(depth_m: float) -> dict[str, Any]:
    """Every rep is that deep by the truth."""
    return {"rep_metrics": [{"depth_m": depth_m}] * 3}


def call(rep: int, value: float, half: float, verdict: str) -> FaultPart:
    measured = MeasurePart(value=value, unit="thigh lengths", low=value - half, high=value + half)
    return make_fault(rep, verdict, measured=measured)


def test_a_fault_is_clear_where_the_truth_passes_the_limit_by_the_interval(tmp_path: Path) -> None:
    """0.1 m short of a 0.43 m thigh is 0.23 of it: beyond an interval of 0.2, inside one of 0.3."""
    listed = [{"id": "squat.depth_short", "rep": rep} for rep in (1, 2, 3)]
    outcome = with_faults(
        rendered(tmp_path, faults=listed, **shallow(-0.1)),
        call(1, -0.3, 0.2, "fault"),
        call(2, -0.1, 0.2, "borderline"),
        call(3, -0.2, 0.3, "borderline"),
    )
    for bodies in ("all", "unseen"):
        assert values(outcome, "calls", bodies, "clear") == [1, 0]
        assert values(outcome, "calls", bodies, "right") == [1]
        assert values(outcome, "calls", bodies, "clean") == []


def test_a_measure_whose_truth_is_known_needs_no_list(tmp_path: Path) -> None:
    """The list says nothing of depth, the true depths do."""
    outcome = with_faults(rendered(tmp_path, faults=[], **shallow(-0.1)), call(1, -0.3, 0.2, "fault"))
    assert values(outcome, "faults", "squat.depth_short", "verdicts") == [[1, 1, 1], [1, 0, 0], [1, 0, 0]]
    assert values(outcome, "calls", "unseen", "right") == [1]


def test_side_effects_of_a_flaw_that_nobody_measured_are_not_scored(tmp_path: Path) -> None:
    flaw = {"name": "squat.back_round", "strength": 50.0}
    for told, scored in ((flaw, False), (None, True)):
        truth = {"injected": told} if told else {}
        outcome = with_faults(
            rendered(tmp_path, faults=[], **truth), make_fault(1, "fault", rule_id="squat.knees_shoot_back")
        )
        items = {s.item for s in score(outcome).samples if s.table == "faults"}
        assert ("squat.knees_shoot_back" in items) == scored
        assert values(outcome, "calls", "all", "right") == ([0] if scored else [])


def test_clean_reps_are_those_of_clips_without_a_flaw(tmp_path: Path) -> None:
    outcome = rendered(tmp_path, faults=[])
    assert outcome.analysis is not None
    reps = [rep.model_copy(update={"verdict": v}) for rep, v in zip(
        outcome.analysis.report.reps, ("fine", "fault", "not_assessed"), strict=True)]  # fmt: skip
    assert values(with_reps(outcome, reps), "calls", "unseen", "clean") == [1, 0, 1]
    flawed = rendered(tmp_path, faults=[], injected={"name": "squat.bar_drift", "strength": 0.1})
    assert values(flawed, "calls", "unseen", "clean") == []


def test_what_is_called_from_a_view_that_cannot_show_it_is_blind(tmp_path: Path) -> None:
    front = {"view": {"yaw_deg": 90.0, "name": "front"}}
    outcome = with_faults(
        rendered(tmp_path, faults=[], **front),
        make_fault(1, "fault", rule_id="squat.good_morning"),
        make_fault(1, "fault", rule_id="squat.knee_valgus"),
    )
    assert sorted(values(outcome, "calls", "unseen", "blind")) == [0, 1]


def test_blind_calls_count_though_the_truth_does_not_tell(tmp_path: Path) -> None:
    """Nobody measured the knees beside an uneven bar; that the front cannot show them is known."""
    flaw = {"injected": {"name": "squat.uneven_bar", "strength": 6.0}}
    front = {"view": {"yaw_deg": 90.0, "name": "front"}}
    outcome = with_faults(
        rendered(tmp_path, faults=[], **front, **flaw),
        make_fault(1, "fault", rule_id="squat.knees_shoot_back"),
    )
    assert values(outcome, "calls", "unseen", "blind") == [1]
    assert values(outcome, "calls", "unseen", "right") == []


def test_a_body_that_was_tuned_on_is_not_unseen(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path, faults=[], lifter={"body": "man"})
    assert {s.item for s in score(outcome).samples if s.table == "calls"} == {"all"}
