"""What a rule says of a measure: fine, borderline, fault, or not to be judged from here."""

from dataclasses import replace
from functools import cache

import pytest
from synthetic import Tempo, film, hidden, take_of

from formcheck import faults
from formcheck.faults import Fault, Verdict, find_faults, judge_rep, verdict_of
from formcheck.lifts import FaultRule, known_lifts, load_lift
from formcheck.lifts.recognise import recognise
from formcheck.metrics import Measure, Take
from formcheck.motion import Motion
from formcheck.reps import Rep

RULES = [rule for name in known_lifts() for rule in load_lift(name).faults]
RULE_IDS = [rule.id for rule in RULES]
AZIMUTHS = {"side": 90.0, "oblique": 45.0, "front": 0.0, "rear": 180.0}


def rule_with(
    *, at_least: float | None = None, at_most: float | None = None, margin: float = 2.0
) -> FaultRule:
    rule = load_lift("squat").fault("squat.trunk_fold")
    return rule.model_copy(update={"at_least": at_least, "at_most": at_most, "margin": margin, "weight": 2})


def measured(value: float, doubt: float) -> Measure:
    return Measure(value, "deg", value - doubt, value + doubt)


# the verdicts


@pytest.mark.parametrize(
    ("value", "doubt", "verdict"),
    [
        # limit 16, margin 2
        (8.0, 1.0, "fine"),
        (13.75, 1.0, "fine"),
        (14.0, 1.0, "borderline"),  # at the margin before the limit
        (15.0, 1.0, "borderline"),
        (16.0, 1.0, "borderline"),  # at the limit
        (17.0, 1.0, "borderline"),  # beyond its doubt, inside the margin
        (18.0, 1.0, "borderline"),  # at the margin beyond the limit
        (18.25, 1.0, "fault"),
        (40.0, 1.0, "fault"),
        # a doubt wider than the margin
        (18.25, 4.0, "borderline"),  # beyond the margin, inside its doubt
        (20.0, 4.0, "borderline"),
        (20.25, 4.0, "fault"),
        (13.75, 4.0, "fine"),
    ],
)
def test_verdicts_around_a_limit(value: float, doubt: float, verdict: str) -> None:
    """A limit above, and the same in the mirror below."""
    assert verdict_of(rule_with(at_most=16.0), measured(value, doubt)) == verdict
    assert verdict_of(rule_with(at_least=16.0), measured(32.0 - value, doubt)) == verdict


@pytest.mark.parametrize(("value", "verdict"), [(15.75, "fine"), (16.25, "borderline"), (17.25, "fault")])
def test_verdicts_without_a_margin(value: float, verdict: str) -> None:
    assert verdict_of(rule_with(at_most=16.0, margin=0.0), measured(value, 1.0)) == verdict


@pytest.mark.parametrize(("value", "verdict"), [(-0.5, "fault"), (-0.1, "borderline"), (0.5, "fine")])
def test_a_limit_may_be_zero(value: float, verdict: str) -> None:
    assert verdict_of(rule_with(at_least=0.0, margin=0.125), measured(value, 0.25)) == verdict


def test_a_measure_too_blunt_to_tell_is_not_assessed() -> None:
    """Its doubt is more than twice the limit: only what is far beyond can be told."""
    rule = rule_with(at_most=4.0, margin=1.0)
    assert verdict_of(rule, measured(1.0, 9.0)) == "not_assessed"
    assert verdict_of(rule, measured(8.0, 9.0)) == "not_assessed"
    assert verdict_of(rule, measured(14.0, 9.0)) == "fault"
    assert verdict_of(rule, measured(1.0, 7.0)) == "fine"


def test_a_missing_measure_is_not_assessed() -> None:
    assert verdict_of(rule_with(at_most=16.0), Measure.none("deg", "hidden")) == "not_assessed"


# rules on reps


@cache
def motion_of(lift: str, view: str) -> Motion:
    return film(lift, Tempo((1.0,)), azimuth_deg=AZIMUTHS[view], fps=30.0).motion


@cache
def take_from(lift: str, view: str) -> Take:
    return take_of(motion_of(lift, view))


@cache
def rep_of(lift: str) -> Rep:
    return film(lift, Tempo((1.0,)), fps=30.0).rep()


def judged(rule: FaultRule, view: str, monkeypatch: pytest.MonkeyPatch, value: Measure) -> Fault:
    """The rule's answer to a measure, whatever the take would give."""
    monkeypatch.setattr(faults, "measure", lambda name, take, rep: value)
    lift = rule.id.split(".")[0]
    return judge_rep(take_from(lift, view), rule, rep_of(lift))


def beyond(rule: FaultRule, by: float) -> Measure:
    """A sharp measure on the wrong side of the limit by so many margins (or twentieths of the limit)."""
    step = by * max(rule.margin, 0.05 * abs(rule.bound), 0.01)
    value = rule.bound - step if rule.at_least is not None else rule.bound + step
    return Measure.of(value, "units", 0.01 * abs(step))


@pytest.mark.parametrize("rule", RULES, ids=RULE_IDS)
def test_every_rule_is_tripped_by_one_measure_and_not_by_another(
    rule: FaultRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = rule.views[0]
    bad, good = (judged(rule, view, monkeypatch, beyond(rule, by)) for by in (3.0, -3.0))
    assert (bad.verdict, good.verdict) == (Verdict.FAULT, Verdict.FINE)
    assert 0.0 < bad.severity <= rule.weight
    assert (good.severity, bad.reason, good.reason) == (0.0, "", "")
    rep = rep_of(rule.id.split(".")[0])
    for fault in (bad, good):
        assert (fault.rule, fault.rep_number) == (rule, 1)
        assert rep.start_s <= fault.at_s <= rep.end_s


@pytest.mark.parametrize("view", AZIMUTHS)
@pytest.mark.parametrize("rule", RULES, ids=RULE_IDS)
def test_a_view_that_cannot_show_it_is_named(
    rule: FaultRule, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = judged(rule, view, monkeypatch, beyond(rule, 3.0))
    if view in rule.views:
        assert found.verdict is Verdict.FAULT
    else:
        assert (found.verdict, found.severity) == (Verdict.NOT_ASSESSED, 0.0)
        assert f"the {view} view" in found.reason
        assert all(name in found.reason for name in rule.views)
        assert found.measured.missing == found.reason


def test_severity_grows_with_what_is_beyond_and_ends_at_the_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widths of the interval beyond the limit, times the weight 2: 4 deg wide; 3, 4 and 40 deg beyond."""
    rule = rule_with(at_most=16.0, margin=0.0)
    severities = [
        judged(rule, "side", monkeypatch, measured(value, 2.0)).severity for value in (19.0, 20.0, 56.0)
    ]
    assert severities == pytest.approx([2 * 3 / 4, 2 * 4 / 4, 2.0])


def test_a_missing_measure_gives_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(rule_with(at_most=1.0), "side", monkeypatch, Measure.none("deg", "hidden: shoulder"))
    assert (found.verdict, found.reason, found.severity) == (Verdict.NOT_ASSESSED, "hidden: shoulder", 0.0)


def test_a_blunt_measure_gives_its_doubt_as_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(rule_with(at_most=1.0, margin=0.0), "side", monkeypatch, measured(2.0, 5.0))
    assert found.verdict is Verdict.NOT_ASSESSED
    assert "5 deg" in found.reason


@pytest.mark.parametrize(("end_s", "told"), [(3.0, False), (2.0, True)], ids=["two thirds", "one third"])
def test_a_hidden_rep_is_not_assessed(end_s: float, told: bool) -> None:
    """The rep lasts from 1 to 4 s; the lifter is hidden from its start on."""
    take = take_of(hidden(motion_of("squat", "side"), (0.99, end_s)))
    found = judge_rep(take, load_lift("squat").fault("squat.fast_descent"), rep_of("squat"))
    assert (found.verdict is not Verdict.NOT_ASSESSED) == told
    assert ("hidden" in found.reason) == (not told)


def test_an_unclear_view_is_not_assessed_where_the_view_matters() -> None:
    take = take_from("squat", "side")
    unclear = replace(take, view=replace(take.view, confidence=0.3))
    by_id = {f.rule.id: f for f in find_faults(unclear, load_lift("squat"), [rep_of("squat")])}
    assert "not clear enough" in by_id["squat.depth_short"].reason
    assert by_id["squat.fast_descent"].verdict is Verdict.FINE


@pytest.mark.parametrize("rule_id", ["squat.depth_short", "squat.trunk_fold"])
def test_a_bottom_that_was_not_seen_is_not_judged(rule_id: str) -> None:
    """Hidden from before the turn of a deep squat until a part of the way up."""
    take = take_of(hidden(motion_of("squat", "side"), (2.2, 3.0)))
    lift = load_lift("squat")
    (rep,) = recognise(take, [lift]).reps
    assert rep.partial
    assert judge_rep(take, lift.fault(rule_id), rep).verdict is Verdict.NOT_ASSESSED


# whole sets


def test_every_rule_is_judged_on_every_rep_in_order() -> None:
    shot = film("squat", fps=30.0)
    reps = [shot.rep(number) for number in (1, 2, 3)]
    lift = load_lift("squat")
    found = find_faults(take_of(shot.motion), lift, reps)
    assert [(f.rep_number, f.rule.id) for f in found] == [
        (number, rule.id) for number in (1, 2, 3) for rule in lift.faults
    ]


@pytest.mark.parametrize("view", ["side", "front"])
@pytest.mark.parametrize("lift", known_lifts())
def test_a_clean_rep_has_no_fault(lift: str, view: str) -> None:
    found = find_faults(take_from(lift, view), load_lift(lift), [rep_of(lift)])
    assert {f.rule.id for f in found if f.verdict is Verdict.FAULT} == set()


@pytest.mark.parametrize(("depth", "verdict"), [(0.3, Verdict.FAULT), (1.0, Verdict.FINE)])
def test_a_high_squat_is_short(depth: float, verdict: Verdict) -> None:
    shot = film("squat", Tempo((depth,)), fps=30.0)
    found = judge_rep(take_of(shot.motion), load_lift("squat").fault("squat.depth_short"), shot.rep())
    assert found.verdict is verdict
