"""What an athlete's page and the board are told of sets: trends, faults set by set, records, triage."""

import pytest
from barbell import make_metric_report
from builders import make_fault

from api.routes.athletes import trends_of
from api.summary import summarize, triage
from api.tables import Analysis


def done(lift="squat", load_kg=None, velocity=None, rules=None, reps=3):
    """A finished set, as its summary tells it."""
    told = {"value": velocity, "low": velocity, "high": velocity, "unit": "m/s"}
    measures = {} if velocity is None else {"mean_velocity": told}
    summary = {"lift": lift, "load_kg": load_kg, "reps": reps, "measures": measures, "rules": rules or {}}
    return Analysis(
        tenant_id="t", athlete_id="a", video_id="v", options={}, options_key="", state="done", summary=summary
    )


def test_the_heaviest_set_of_each_lift_is_a_record_and_the_fastest_at_a_load():
    sets = [
        done(load_kg=100, velocity=0.5),
        done(load_kg=120, velocity=0.4),
        done(load_kg=100, velocity=0.6),
        done("deadlift", load_kg=180),
        done("bench_press"),
    ]
    found = [(one.kind, one.lift, one.load_kg, one.velocity_mps) for one in trends_of(sets).records]
    assert found == [
        ("heaviest", "deadlift", 180, None),
        ("heaviest", "squat", 120, 0.4),
        ("fastest", "squat", 100, 0.6),
    ]
    assert trends_of(sets).records[-1].analysis_id == sets[2].id


def test_a_fault_is_told_of_each_set_in_which_it_could_be_judged():
    def depth(faulty):
        return {"squat.depth_short": {"title": "Depth", "faulty": faulty, "judged": 3}}

    never = {"squat.descent_fast": {"title": "Descent", "faulty": 0, "judged": 3}}
    sets = [done(rules=depth(2)), done(), done(rules=depth(0) | never)]
    (fault,) = trends_of(sets).faults
    assert (fault.rule_id, fault.title) == ("squat.depth_short", "Depth")
    assert [(point.analysis_id, point.faulty, point.judged) for point in fault.points] == [
        (sets[0].id, 2, 3),
        (sets[2].id, 0, 3),
    ]


def test_velocity_over_time_keeps_the_load_it_was_lifted_at():
    (trend,) = trends_of([done(load_kg=100, velocity=0.5), done(load_kg=120, velocity=0.4)]).trends
    assert [(point.load_kg, point.value) for point in trend.points] == [(100, 0.5), (120, 0.4)]


@pytest.mark.parametrize(
    ("faults", "weight"),
    [
        ([], 0.0),
        ([("borderline", 0.9, 0.9)], 0.0),
        ([("fault", 0.8, 0.5), ("fault", 0.3, 1.0)], 0.4),
        ([("fault", 2.0, 1.0)], 2.0),
    ],
)
def test_triage_is_certainty_times_severity_of_the_gravest_fault(faults, weight):
    made = [make_fault(1, verdict, severity=s, certainty=c) for verdict, s, c in faults]
    report = make_metric_report(faults=made)
    sure = report.lift.confidence * report.view.confidence
    assert triage(report) == pytest.approx(weight * sure, abs=1e-4)


def test_a_summary_counts_the_reps_that_break_a_rule():
    made = [make_fault(1, "fault"), make_fault(2, "fine"), make_fault(3, "not_assessed")]
    rules = summarize(make_metric_report(faults=made))["rules"]
    assert [(one["faulty"], one["judged"]) for one in rules.values()] == [(1, 2)]
