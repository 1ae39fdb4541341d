"""The one thing to work on, and the score."""

import pytest

from formcheck.faults import Fault, Verdict
from formcheck.lifts import FaultRule, load_lift
from formcheck.metrics import Measure
from formcheck.practice import Focus, choose_focus
from formcheck.score import score_set

SQUAT = load_lift("squat")
DEPTH, MORNING, FOLD = (
    SQUAT.fault(f"squat.{name}") for name in ("depth_short", "good_morning", "trunk_fold")
)
DEPTH, MORNING = (rule.model_copy(update={"fixability": 0.5}) for rule in (DEPTH, MORNING))


def said(rule: FaultRule, verdicts: str, severity: float = 1.0, certainty: float = 1.0) -> list[Fault]:
    """What a rule says of the reps of a set: x fault, b borderline, . fine, ? not assessed."""
    names = {"x": Verdict.FAULT, "b": Verdict.BORDERLINE, ".": Verdict.FINE, "?": Verdict.NOT_ASSESSED}
    measured = Measure.of(1.0, "deg", 0.1)
    return [
        Fault(
            rule,
            number,
            1.0,
            names[sign],
            severity * (sign == "x"),
            measured,
            certainty=certainty * (sign == "x"),
        )
        for number, sign in enumerate(verdicts, 1)
    ]


def chosen(*faults: list[Fault]) -> Focus | None:
    return choose_focus([one for some in faults for one in some], SQUAT.practice)


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [("", False), (".....", False), ("bbbbb", False), ("x....", False), ("x.", True), ("xx........", True)],
)
def test_only_a_finding_of_the_set_is_worked_on(verdicts: str, found: bool) -> None:
    focus = chosen(said(DEPTH, verdicts))
    assert (focus is not None) == found
    if focus is not None:
        assert focus.rule is DEPTH
        assert focus.finding.faulty == verdicts.count("x")


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [
        # equal prevalence: the worse one
        (("xx..", 2.0), ("xx..", 1.0), DEPTH),
        (("xx..", 1.0), ("xx..", 2.0), MORNING),
        # equal severity: the more frequent one
        (("xx..", 1.0), ("xxx.", 1.0), MORNING),
        # prevalence times severity: 1/2 * 3 against 1 * 1.4, then against 1 * 1.6
        (("xx..", 3.0), ("xxxx", 1.4), DEPTH),
        (("xx..", 3.0), ("xxxx", 1.6), MORNING),
        # what is no finding does not count, however severe
        (("x....", 3.0), ("xx...", 0.1), MORNING),
        # what was not judged does not lower the prevalence: 2/2 * 1 against 2/4 * 1.9
        (("xx??", 1.0), ("xx..", 1.9), DEPTH),
        # certainty: 1 * 0.5 against 0.7 * 1
        (("xxxx", 1.0, 0.5), ("xxxx", 0.7, 1.0), MORNING),
    ],
)
def test_the_finding_with_the_largest_product(
    first: tuple[str, float], second: tuple[str, float], best: FaultRule
) -> None:
    for faults in (
        (said(DEPTH, *first), said(MORNING, *second), said(FOLD, "....?")),
        (said(FOLD, "b...."), said(MORNING, *second), said(DEPTH, *first)),
    ):
        focus = chosen(*faults)
        assert focus is not None
        assert focus.rule is best


def test_what_is_easier_to_fix_goes_first() -> None:
    easy = MORNING.model_copy(update={"fixability": 0.6})
    focus = chosen(said(DEPTH, "xxxx"), said(easy, "xxxx"))
    assert focus is not None
    assert focus.rule is easy


def test_a_proxy_is_never_worked_on_and_costs_nothing() -> None:
    hint = DEPTH.model_copy(update={"proxy": True})
    assert chosen(said(hint, "xxxx", 3.0)) is None
    focus = chosen(said(hint, "xxxx", 3.0), said(MORNING, "xx..", 0.1))
    assert focus is not None
    assert focus.rule is MORNING
    assert score_set(said(hint, "xxxx", 3.0)).points == 100


@pytest.mark.parametrize(
    ("verdicts", "why"),
    [
        ("x", "seen in 1 of 1 judged rep"),
        ("x.", "seen in 1 of 2 judged reps"),
        ("xxx..?", "seen in 3 of 5 judged reps"),
    ],
)
def test_why_in_words(verdicts: str, why: str) -> None:
    focus = chosen(said(DEPTH, verdicts))
    assert focus is not None
    assert focus.why == why


def test_how_to_practice() -> None:
    focus = chosen(said(DEPTH, "xx"))
    assert focus is not None
    assert focus.ladder == SQUAT.practice.ladders["depth"]
    assert focus.ladder[DEPTH.rung - 1].startswith("box squat")
    assert focus.tempo == "3-1-0"
    own = chosen(said(DEPTH.model_copy(update={"tempo": "5-2-1"}), "xx"))
    assert own is not None
    assert own.tempo == "5-2-1"
    for words in ("1 rep in 5", "2 sessions", "48 hours", "without feedback"):
        assert words in focus.fixed_when


# the score


def points(*faults: list[Fault]) -> int | None:
    return score_set([one for some in faults for one in some]).points


def test_a_clean_set_keeps_every_point() -> None:
    score = score_set(said(DEPTH, "..b.") + said(MORNING, "...."))
    assert (score.points, score.lost, score.assessed) == (100, (), 1.0)
    assert "2 of 2 rules" in score.note


def test_a_finding_costs_ten_times_prevalence_times_severity() -> None:
    score = score_set(said(DEPTH, "xx..", 3.0) + said(MORNING, "xxxx", 1.0) + said(FOLD, "x...", 2.0))
    assert score.points == 100 - 15 - 10
    assert [(rule.id, cost) for rule, cost in score.lost] == [(DEPTH.id, 15.0), (MORNING.id, 10.0)]


def test_there_are_no_points_below_nought() -> None:
    rules = [rule for rule in SQUAT.faults if rule.metric and rule.weight == 3]
    rules += [rule.model_copy(update={"id": f"{rule.id}_again"}) for rule in rules]
    assert points(*(said(rule, "xx", 3.0) for rule in rules)) == 0


def test_no_score_where_too_little_was_judged() -> None:
    """Weights 3, 2 and 2: a score needs half of 7."""
    score = score_set(said(DEPTH, "????") + said(MORNING, "xxxx", 1.0) + said(FOLD, "????"))
    assert score.points is None
    assert "no score" in score.note
    assert [rule for rule, _ in score.lost] == [MORNING]
    assert points(said(DEPTH, "????"), said(MORNING, "...."), said(FOLD, "....")) == 100


def test_what_nothing_can_show_is_not_held_against_the_score() -> None:
    blind = [rule for rule in SQUAT.faults if rule.metric is None]
    assert blind
    assert score_set(said(DEPTH, "..") + said(blind[0], "??")).assessed == 1.0
