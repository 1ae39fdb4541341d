"""What a rule says of a measure: fine, borderline, fault, or not to be judged from here."""

from dataclasses import replace
from functools import cache

import pytest
from rule_cases import fitted, over_time
from synthetic import Tempo, film, hidden, take_of

from formcheck import faults
from formcheck.faults import Fault, Finding, Verdict, find_faults, findings_of, judge_rep, verdict_of
from formcheck.lifts import FaultRule, known_lifts, load_lift
from formcheck.lifts.recognise import recognise
from formcheck.metrics import Measure, Take
from formcheck.motion import Motion
from formcheck.reps import Rep

RULES = [rule for name in known_lifts() for rule in load_lift(name).every_rule().values() if rule.metric]
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
    step = by * max(rule.margin, 0.05 * rule.room, 0.01)
    value = rule.at_least - step if rule.at_most is None else rule.at_most + step
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
    """Full at three margins of 2 deg, times the weight 2; the doubt does not matter to it."""
    rule = rule_with(at_most=16.0, margin=2.0)
    for doubt in (0.5, 1.5):
        found = [judged(rule, "side", monkeypatch, measured(v, doubt)).severity for v in (19.0, 22.0, 56.0)]
        assert found == pytest.approx([2 * 3 / 6, 2.0, 2.0])


def test_certainty_is_what_is_beyond_in_widths_of_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = rule_with(at_most=16.0, margin=2.0)
    found = [judged(rule, "side", monkeypatch, measured(v, 2.0)).certainty for v in (18.5, 20.0, 56.0, 17.0)]
    assert found == pytest.approx([2.5 / 4, 1.0, 1.0, 0.0])


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (-8.5, "fault"),
        (-7.5, "borderline"),
        (-4.5, "borderline"),
        (0.0, "fine"),
        (7.5, "borderline"),
        (8.5, "fault"),
    ],
)
def test_a_rule_may_have_two_limits(value: float, verdict: str) -> None:
    """From -6 to 6 with a margin of 2."""
    assert verdict_of(rule_with(at_least=-6.0, at_most=6.0), measured(value, 1.0)) == verdict


def test_only_the_side_of_the_interval_toward_the_limit_matters() -> None:
    lopsided = Measure(20.0, "deg", 19.0, 60.0)
    assert verdict_of(rule_with(at_most=16.0), lopsided) == "fault"
    assert verdict_of(rule_with(at_least=24.0), lopsided) == "borderline"


def test_what_is_too_close_to_call_says_by_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = rule_with(at_most=16.0)
    beyond, within = (judged(rule, "side", monkeypatch, measured(v, 3.0)).reason for v in (17.0, 15.0))
    assert beyond == "1 deg beyond the limit, ±3: too close to call"
    assert within == "1 deg within the limit, ±3: too close to call"


@pytest.mark.parametrize(
    ("depth_cm", "words"),
    [(1.8, "hips 1.8 ±3.3 cm below the knees"), (-1.8, "hips 1.8 ±3.3 cm above the knees")],
)
def test_depth_near_parallel_is_told_in_centimeters(depth_cm: float, words: str) -> None:
    flat = over_time((0.0, 1.0))
    take, rep = fitted({"depth_m": depth_cm / 100 * flat})
    values, sd = dict(take.signals.values), {"fitted_depth_m": 0.02 * flat}
    take = replace(take, signals=replace(take.signals, values=values, sd=sd))
    found = judge_rep(take, load_lift("squat").fault("squat.depth_short"), rep)
    assert found.verdict is Verdict.BORDERLINE
    assert found.words == f"{words}: too close to call"
    assert "too close to call" in found.reason


# a set


def told(verdicts: str) -> Finding:
    """What a rule says of a set: x fault, b borderline, . fine, ? not assessed."""
    names = {"x": Verdict.FAULT, "b": Verdict.BORDERLINE, ".": Verdict.FINE, "?": Verdict.NOT_ASSESSED}
    rule = rule_with(at_most=16.0)
    (found,) = findings_of(
        [
            Fault(
                rule,
                number,
                1.0,
                names[sign],
                1.5 * (sign == "x"),
                measured(1.0, 1.0),
                certainty=0.5 * (sign == "x"),
            )
            for number, sign in enumerate(verdicts, 1)
        ]
    )
    return found


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ("?????", "not_assessed"),
        (".....", "fine"),
        ("b....", "fine"),
        ("bb...", "borderline"),
        ("bbbbb", "borderline"),  # no finding, however often
        ("x....", "borderline"),  # one of five
        ("x..", "borderline"),
        ("x.", "fault"),  # half of those judged
        ("x", "fault"),
        ("x???", "fault"),  # the only one that was judged
        ("x.b", "borderline"),
        ("xx........", "fault"),  # two reps are enough in any set
    ],
)
def test_what_is_a_finding_of_the_set(verdicts: str, verdict: str) -> None:
    found = told(verdicts)
    assert found.verdict == verdict
    assert (found.faulty, found.borderline) == (verdicts.count("x"), verdicts.count("b"))
    assert (found.judged, found.reps) == (len(verdicts) - verdicts.count("?"), len(verdicts))
    assert (found.severity, found.certainty) == ((1.5, 0.5) if "x" in verdicts else (0.0, 0.0))


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
    """But for the stick lifter's forearms, which lean at the chest: its arms move in one plane."""
    found = find_faults(take_from(lift, view), load_lift(lift), [rep_of(lift)])
    wrong = {f.rule.id for f in found if f.verdict is Verdict.FAULT}
    assert wrong <= {"bench_press.forearm_side", "bench_press.forearm_front"}


@pytest.mark.parametrize(("depth", "verdict"), [(0.3, Verdict.FAULT), (1.0, Verdict.FINE)])
def test_a_high_squat_is_short(depth: float, verdict: Verdict) -> None:
    shot = film("squat", Tempo((depth,)), fps=30.0)
    found = judge_rep(take_of(shot.motion), load_lift("squat").fault("squat.depth_short"), shot.rep())
    assert found.verdict is verdict
