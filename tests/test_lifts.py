"""The lifts as data: the files that come with formcheck, and what a lift file may not say."""

from pathlib import Path

import pytest

from formcheck.errors import InvalidLift, UnknownLift
from formcheck.lifts import FaultRule, Lift, known_lifts, load_lift, read_lift
from formcheck.metrics import METRICS

FILES = Path(__file__).parents[1] / "formcheck" / "lifts"
LIFTS = ("bench_press", "deadlift", "squat")
VIEWS = {"side", "oblique", "front", "rear"}
RULES = [(name, rule) for name in LIFTS for rule in load_lift(name).faults]


def rule_id(value: object) -> str:
    return value.id if isinstance(value, FaultRule) else ""


# the files that come with formcheck


def test_the_three_lifts_are_known() -> None:
    assert known_lifts() == LIFTS


@pytest.mark.parametrize("name", LIFTS)
def test_a_lift_is_what_its_file_says(name: str) -> None:
    lift = load_lift(name)
    assert lift == read_lift(FILES / f"{name}.toml")
    assert lift.name == name
    assert lift.title
    assert set(lift.views) <= VIEWS
    assert lift.metrics
    assert set(lift.metrics) <= set(METRICS)
    assert len(set(lift.metrics)) == len(lift.metrics)


def test_where_each_lift_starts() -> None:
    assert {name: load_lift(name).rep.starts for name in LIFTS} == {
        "squat": "top",
        "bench_press": "top",
        "deadlift": "bottom",
    }


@pytest.mark.parametrize("name", LIFTS)
def test_posture_bounds_are_from_least_to_most(name: str) -> None:
    for feature, (least, most) in load_lift(name).rep.posture:
        assert least < most, feature


@pytest.mark.parametrize(("name", "rule"), RULES, ids=rule_id)
def test_a_rule_says_all_that_it_must(name: str, rule: FaultRule) -> None:
    assert rule.id.startswith(f"{name}.")
    assert rule.metric in METRICS
    assert rule.views
    assert set(rule.views) <= set(load_lift(name).views)
    for words in (rule.title, rule.cue, rule.drill, rule.source):
        assert words.strip()
    assert rule.cue.endswith((".", "!"))
    assert rule.drill.endswith((".", "!"))
    assert (rule.at_least is None) != (rule.at_most is None)
    assert rule.evidence != "estimate" or "estimated" in rule.source
    assert load_lift(name).fault(rule.id) is rule


@pytest.mark.parametrize("name", LIFTS)
@pytest.mark.parametrize(("view", "least"), [("side", 5), ("front", 2)])
def test_enough_faults_are_judged_from_a_view(name: str, view: str, least: int) -> None:
    assert sum(view in rule.views for rule in load_lift(name).faults) >= least


def test_the_limit_in_words() -> None:
    rules = {rule.id: rule for _, rule in RULES}
    least = rules["squat.fast_descent"].model_copy(update={"at_least": 0.75, "at_most": None})
    most = rules["squat.fast_descent"].model_copy(update={"at_least": None, "at_most": 20.0})
    assert (least.limit, most.limit) == ("at least 0.75", "at most 20")


def test_an_unknown_lift_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLift, match="'sqat'") as caught:
        load_lift("sqat")
    for name in LIFTS:
        assert name in caught.value.hint


def test_an_unknown_rule_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownLift, match=r"squat\.dept") as caught:
        load_lift("squat").fault("squat.dept")
    assert "squat.depth_short" in caught.value.hint


# files of others


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Copy the squat with changes; each must apply."""
    text = (FILES / "squat.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "own_squat.toml"
    path.write_text(text, "utf-8")
    return path


def problem(path: Path) -> str:
    with pytest.raises(InvalidLift) as caught:
        read_lift(path)
    assert path.name in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_an_own_lift_is_read(tmp_path: Path) -> None:
    lift = read_lift(
        changed(tmp_path, ('title = "Squat"', 'title = "Front squat"'), ("version = 1", "version = 7"))
    )
    assert isinstance(lift, Lift)
    assert (lift.title, lift.version) == ("Front squat", 7)


def test_a_typo_in_a_faults_metric_is_refused_with_the_known_names(tmp_path: Path) -> None:
    message = problem(changed(tmp_path, ('metric = "depth"', 'metric = "dept"')))
    assert "unknown metric 'dept'" in message
    for name in METRICS:
        assert name in message


def test_a_typo_in_the_list_of_metrics_is_refused(tmp_path: Path) -> None:
    assert "unknown metric 'rnge'" in problem(changed(tmp_path, ('"range"', '"rnge"')))


@pytest.mark.parametrize("limits", ["at_least = 0.0\nat_most = 1.0", ""], ids=["two", "none"])
def test_exactly_one_limit_is_asked_for(tmp_path: Path, limits: str) -> None:
    rule = load_lift("squat").faults[0]
    assert rule.at_least is not None
    stated = f"at_least = {rule.at_least}"
    message = problem(changed(tmp_path, (stated, limits)))
    assert "exactly one of at_least and at_most" in message
    assert rule.id in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1", "version = 1\ncolour = 3"),
        ("[rep]", "[rep]\nstarst = 1"),
        ("[rep.posture]", "[rep.posture]\ntrunk = [0, 1]"),
        ("[[faults]]", "[[faults]]\nat_lest = 1.0"),
    ],
)
def test_an_unknown_key_is_refused(tmp_path: Path, old: str, new: str) -> None:
    key = new.split("\n")[1].split(" ")[0]
    assert key in problem(changed(tmp_path, (old, new)))


def test_two_faults_of_the_same_id_are_refused(tmp_path: Path) -> None:
    first, second = load_lift("squat").faults[:2]
    assert "the same id" in problem(changed(tmp_path, (f'id = "{second.id}"', f'id = "{first.id}"')))


def test_a_foreign_id_prefix_is_refused(tmp_path: Path) -> None:
    message = problem(changed(tmp_path, ('id = "squat.', 'id = "deadlift.')))
    assert "must start with 'squat.'" in message
    assert "deadlift." in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('starts = "top"', 'starts = "middle"'),
        ('evidence = "rule"', 'evidence = "hearsay"'),
        ('views = ["side"]', 'views = ["above"]'),
        ('views = ["side"]', "views = []"),
        ("weight = 3", "weight = 4"),
        ("margin = 0", "margin = -0"),
        ("version = 1", "version = 0"),
        ('id = "squat.', 'id = "Squat '),
        ("shortest_s = ", "shortest_s = -"),
        ("smallest_range = ", "smallest_range = 9"),
    ],
)
def test_a_value_out_of_its_range_is_refused(tmp_path: Path, old: str, new: str) -> None:
    problem(changed(tmp_path, (old, new)))


def test_bounds_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    least, most = load_lift("squat").rep.posture.trunk_least_deg
    problem(
        changed(
            tmp_path, (f"trunk_least_deg = [{least:g}, {most:g}]", f"trunk_least_deg = [{most:g}, {least:g}]")
        )
    )


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    message = problem(
        changed(tmp_path, ('metric = "depth"', 'metric = "dept"'), ("weight = 3", "weight = 9"))
    )
    assert "faults.0.metric" in message
    assert "faults.0.weight" in message


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lift.toml"
    path.write_text("name = squat\n")
    assert "expected TOML" in problem(path)


@pytest.mark.parametrize("content", [None, b'name = "\xff"'], ids=["no file", "no text"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "lift.toml"
    if content is not None:
        path.write_bytes(content)
    problem(path)
