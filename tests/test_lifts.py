"""The lifts as data: the files that come with formcheck, and what a lift file may not say."""

from pathlib import Path

import pytest

from formcheck.errors import InvalidLift, UnknownLift
from formcheck.lifts import Lift, find_lifts, known_lifts, lifts_meant, load_lift, read_lift
from formcheck.metrics import METRICS

FILES = Path(__file__).parents[1] / "formcheck" / "lifts"
LIFTS = ("bench_press", "deadlift", "squat")
VIEWS = {"side", "oblique", "front", "rear"}


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


@pytest.mark.parametrize("name", LIFTS)
@pytest.mark.parametrize(("view", "least"), [("side", 5), ("front", 2)])
def test_enough_faults_are_judged_from_a_view(name: str, view: str, least: int) -> None:
    assert sum(view in rule.views for rule in load_lift(name).faults) >= least


def test_the_limit_in_words() -> None:
    rules = {rule.id: rule for rule in load_lift("squat").faults}
    least = rules["squat.fast_descent"].model_copy(update={"at_least": 0.75, "at_most": None})
    most = rules["squat.fast_descent"].model_copy(update={"at_least": None, "at_most": 20.0})
    both = rules["squat.balance"]
    assert (least.limit, most.limit, both.limit) == ("at least 0.75", "at most 20", "-4 to 4")
    assert rules["squat.back_round"].limit == "not measured"


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


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("at_least = 0.0", "", "needs at_least or at_most"),
        ("at_least = 0.0", "at_least = 0.0\nat_most = -1.0", "at_least must be below at_most"),
        ('metric = "depth"\nat_least = 0.0', "", "give `needs`"),
        ('views = ["side", "oblique"]', "views = []", "views that show it"),
        ('ladder = "depth"', 'ladder = "dept"', "of ladder 'dept'; known: depth, balance, knees"),
        ("rung = 2", "rung = 9", "no step 9 of ladder 'depth'"),
        ("rung = 2", "", "give ladder and rung, or neither"),
        ("fixability = 0.8", "fixability = 1.8", "less than or equal to 1"),
    ],
)
def test_a_rule_that_cannot_be_judged_or_practiced_is_refused(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    message = problem(changed(tmp_path, (old, new)))
    assert told in message


# variants and rulebooks


def test_a_variant_changes_what_it_names_and_nothing_else() -> None:
    squat = load_lift("squat")
    front = squat.chosen(variant="front")
    assert (squat.variant, front.variant, front.variant_title) == ("high_bar", "front", "Front squat")
    assert squat.chosen(variant="high_bar") == squat
    lean, own = front.fault("squat.lean_excess"), squat.fault("squat.lean_excess")
    assert lean.cue != own.cue
    assert lean.model_copy(update={"cue": own.cue, "drill": own.drill, "rung": own.rung}) == own
    assert "squat.bar_slip" not in {rule.id for rule in front.faults}
    assert {rule.id for rule in front.faults} - {rule.id for rule in squat.faults} == {"squat.elbow_drop"}
    assert front.rep == squat.rep


def test_a_variant_reaches_into_the_tables_at_any_depth() -> None:
    deadlift = load_lift("deadlift")
    romanian = deadlift.chosen(variant="romanian")
    assert romanian.rep.starts == "top"
    assert romanian.rep.posture == deadlift.rep.posture
    assert romanian.body is not None
    assert deadlift.body is not None
    assert romanian.body.curves["thigh_deg"].bottom == 40
    assert romanian.body.curves["thigh_deg"].rough == deadlift.body.curves["thigh_deg"].rough
    assert deadlift.body.terms
    assert romanian.body.terms == ()


def test_a_rulebook_goes_on_top_of_a_variant() -> None:
    bench = load_lift("bench_press").chosen(rules="competition")
    assert (bench.rules, bench.rules_title) == ("competition", "Competition")
    assert bench.fault("bench_press.no_pause").weight == 3
    front = load_lift("squat").chosen(variant="front", rules="competition")
    assert "squat.bar_slip" not in {rule.id for rule in front.faults}
    assert load_lift("squat").chosen(rules="competition").fault("squat.bar_slip").weight == 3


def test_a_rule_that_only_a_variant_has_is_known() -> None:
    assert load_lift("squat").fault("squat.elbow_drop").title == "Elbows drop"


@pytest.mark.parametrize(
    ("asked", "told", "hint"),
    [
        ({"variant": "low"}, "no variant 'low' of the squat", "low_bar"),
        ({"rules": "ipf"}, "no set of rules 'ipf' of the squat", "competition"),
    ],
)
def test_an_unknown_variant_is_refused_with_the_known_ones(
    asked: dict[str, str], told: str, hint: str
) -> None:
    with pytest.raises(UnknownLift, match=told) as caught:
        load_lift("squat").chosen(**asked)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('variant = "high_bar"', 'variant = "hi_bar"', "variant: no 'hi_bar'; known are high_bar"),
        ('without = ["bar_slip"]', 'without = ["bar_slips"]', "front: no fault bar_slips"),
        ("[variants.front.faults.lean_excess]", "[variants.front.faults.lean]", "front: no fault lean"),
        ("[rulebooks.competition.faults.bar_slip]", "[rulebooks.competition.faults.slip]", "no fault slip"),
        ("at_least = -0.35", "at_leest = -0.35", "at_leest"),
        ("bar = { along = 0.90", "bar = { along = 9.0", "less than or equal to 1.5"),
    ],
)
def test_a_mistake_in_a_variant_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in problem(changed(tmp_path, (old, new)))


def test_lifts_of_a_folder_go_before_ours(tmp_path: Path) -> None:
    changed(tmp_path, ('title = "Squat"', 'title = "My squat"'))
    lifts = find_lifts(tmp_path)
    assert (lifts["squat"].title, lifts["deadlift"].title) == ("My squat", "Deadlift")
    with pytest.raises(InvalidLift, match="expected a folder of lift files"):
        find_lifts(tmp_path / "nowhere")


def test_a_variant_tells_the_lift() -> None:
    (sumo,) = lifts_meant(None, "sumo")
    assert (sumo.name, sumo.variant) == ("deadlift", "sumo")
    assert [lift.name for lift in lifts_meant()] == list(LIFTS)
    assert [lift.name for lift in lifts_meant("squat")] == ["squat"]
    for asked in (("squat", "sumo"), (None, "sumoo"), ("sqat", None)):
        with pytest.raises(UnknownLift):
            lifts_meant(*asked)


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
