"""The one thing to work on."""

import pytest

from formcheck.faults import Fault, Verdict
from formcheck.lifts import FaultRule, load_lift
from formcheck.metrics import Measure
from formcheck.practice import Focus, choose_focus

DEPTH, MORNING, FOLD = load_lift("squat").faults[:3]


def said(rule: FaultRule, verdicts: str, severity: float = 1.0) -> list[Fault]:
    """What a rule says of the reps of a set: x fault, b borderline, . fine, ? not assessed."""
    names = {"x": Verdict.FAULT, "b": Verdict.BORDERLINE, ".": Verdict.FINE, "?": Verdict.NOT_ASSESSED}
    return [
        Fault(rule, number, 1.0, names[sign], severity if sign == "x" else 0.0, Measure.of(1.0, "deg", 0.1))
        for number, sign in enumerate(verdicts, 1)
    ]


@pytest.mark.parametrize(
    ("verdicts", "found"),
    [
        ("", False),
        (".....", False),
        ("bbbbb", False),  # borderline is no finding, however often
        ("?????", False),
        ("x....", False),  # one of five
        ("x..", False),
        ("x.", True),  # half of those judged
        ("x", True),
        ("x???", True),  # the only one that was judged
        ("x.?", True),
        ("x.b", False),
        ("xx........", True),  # two reps are enough in any set
        ("xxxxx", True),
    ],
)
def test_what_is_a_finding_of_the_set(verdicts: str, found: bool) -> None:
    focus = choose_focus(said(DEPTH, verdicts))
    assert (focus is not None) == found
    if focus is not None:
        judged = len(verdicts) - verdicts.count("?")
        assert (focus.rule, focus.faulty, focus.judged) == (DEPTH, verdicts.count("x"), judged)


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        # equal prevalence: the worse one
        ((("xx..", 2.0)), (("xx..", 1.0)), DEPTH),
        ((("xx..", 1.0)), (("xx..", 2.0)), MORNING),
        # equal severity: the more frequent one
        ((("xx..", 1.0)), (("xxx.", 1.0)), MORNING),
        # prevalence times severity: 1/2 * 3 against 1 * 1.4, then against 1 * 1.6
        ((("xx..", 3.0)), (("xxxx", 1.4)), DEPTH),
        ((("xx..", 3.0)), (("xxxx", 1.6)), MORNING),
        # what is no finding does not count, however severe
        ((("x....", 3.0)), (("xx...", 0.1)), MORNING),
        # what was not judged does not lower the prevalence: 2/2 * 1 against 2/4 * 1.9
        ((("xx??", 1.0)), (("xx..", 1.9)), DEPTH),
    ],
)
def test_the_finding_with_the_largest_prevalence_times_severity(
    first: tuple[str, float], second: tuple[str, float], chosen: FaultRule
) -> None:
    for faults in (
        said(DEPTH, *first) + said(MORNING, *second) + said(FOLD, "....?"),
        said(FOLD, "b....") + said(MORNING, *second) + said(DEPTH, *first),
    ):
        focus = choose_focus(faults)
        assert focus is not None
        assert focus.rule is chosen


def test_severity_is_the_mean_of_the_faulty_reps_times_their_share() -> None:
    faults = said(DEPTH, "x...", 1.0) + said(DEPTH, "x...", 2.0)
    focus = choose_focus(faults)
    assert focus is not None
    assert focus.severity == pytest.approx(1.5 * 2 / 8)


@pytest.mark.parametrize(
    ("faulty", "judged", "why"),
    [
        (1, 1, "seen in 1 of 1 judged rep"),
        (1, 2, "seen in 1 of 2 judged reps"),
        (3, 5, "seen in 3 of 5 judged reps"),
    ],
)
def test_why_in_words(faulty: int, judged: int, why: str) -> None:
    assert Focus(DEPTH, faulty, judged, 1.0).why == why
