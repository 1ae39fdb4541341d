"""The table of corrections: what it accepts, and what it does to a reading."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from typing import Any, get_args

import numpy as np
import pytest
from known_motions import KNOWN, measured, one, squat
from synthetic import noisy, take_of
from truths import filmed, judged

from formcheck import judgement
from formcheck.errors import FormcheckError
from formcheck.lifts import known_lifts
from formcheck.metrics import METRICS, Measure, Take, corrections, reading
from formcheck.metrics.corrections import (
    CORRECTED,
    FILE,
    LIFTS,
    Correction,
    Corrections,
    LiftTable,
    correct,
    load_corrections,
    parse_corrections,
    to_toml,
)
from formcheck.metrics.measure import Z90
from formcheck.settings import Preset
from formcheck.validate.fit import FEWEST_BODIES, FLOORS

KNEE = Correction(offset=12.5, sd=4.0, reps=20, bodies=5)
BENT = Correction(offset=-3.0, sd=6.0, reps=8, bodies=4)
DOUBT = {"deg": 20.0, "thigh lengths": 0.25}
TABLE = Corrections(
    made_by="formcheck validate clips --fit corrections.toml",
    made_on="2026-11-22",
    made_from="12 clips",
    uncorrected_sd=DOUBT,
    accurate={
        "squat": LiftTable(
            side={"knee_flexion_turn": KNEE},
            oblique={"knee_flexion_turn": BENT},
            most_yaw_deg={"knee_flexion_turn": 37.5, "hip_flexion_turn": 0.0},
        )
    },
)
GOOD = to_toml(TABLE)


def squat_take(azimuth_deg: float = 90.0, **changes: Any) -> Take:
    """What is known of a squat, with the network and the lift named."""
    take = take_of(one("squat", azimuth_deg=azimuth_deg).motion)
    return replace(take, **{"preset": "accurate", "lift": "squat", **changes})


def told(
    name: str = "knee_flexion_turn", read: float = 100.0, *, unit: str = "deg", **changes: Any
) -> Measure:
    return correct(name, Measure.of(read, unit, 0.0), squat_take(**changes), TABLE)


# the file


def test_the_table_that_is_shipped_is_well_formed() -> None:
    table = load_corrections()
    assert table.made_by.startswith("formcheck validate ")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", table.made_on)
    assert "fitted on" in table.made_from
    assert load_corrections() is table


def entries(table: Corrections) -> Iterator[tuple[str, Correction]]:
    for preset in get_args(Preset):
        for lift in getattr(table, preset).values():
            yield from (*lift.side.items(), *lift.oblique.items())


def test_nothing_that_is_shipped_is_surer_than_it_can_be() -> None:
    shipped = list(entries(load_corrections()))
    assert shipped
    for name, entry in shipped:
        assert entry.bodies >= FEWEST_BODIES
        assert entry.reps >= entry.bodies
        assert entry.sd >= FLOORS["thigh lengths" if name == "depth" else "deg"]


def test_the_shipped_file_is_as_the_tool_writes_it() -> None:
    text = (resources.files("formcheck.metrics") / FILE).read_text("utf-8")
    assert to_toml(parse_corrections(text)) == text


def test_its_names_are_those_of_lifts_and_metrics() -> None:
    assert set(CORRECTED) <= set(METRICS)
    assert set(LIFTS) == set(known_lifts())
    angles = {name for name in METRICS if re.search(r"_(flexion|lean)_(start|turn|end)$", name)}
    assert set(CORRECTED) == angles | {"depth"}


def test_a_table_survives_being_written() -> None:
    assert parse_corrections(GOOD) == TABLE
    assert tomllib.loads(GOOD)["made_by"] == TABLE.made_by


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("knee_flexion_turn = {", "knee_flexoin_turn = {", "knee_flexoin_turn"),
        ("[accurate.squat.side]", "[accurate.squatt.side]", "squatt"),
        ("[accurate.squat.side]", "[accurate.squat.sied]", "accurate.squat.sied"),
        ("[accurate.squat.side]", "[acurate.squat.side]", "acurate"),
        ("offset = 12.5", "ofset = 12.5", "accurate.squat.side.knee_flexion_turn.ofset"),
        ("offset = 12.5", 'offset = "12.5"', "accurate.squat.side.knee_flexion_turn.offset"),
        ("offset = 12.5", "offset = nan", "accurate.squat.side.knee_flexion_turn.offset"),
        ("sd = 4,", "", "accurate.squat.side.knee_flexion_turn.sd"),
        ("sd = 4,", "sd = 0,", "accurate.squat.side.knee_flexion_turn.sd"),
        ("bodies = 5", "bodies = 0", "accurate.squat.side.knee_flexion_turn.bodies"),
        ("= 37.5", "= 91", "accurate.squat.most_yaw_deg.knee_flexion_turn"),
        ("= 37.5", "= -1", "accurate.squat.most_yaw_deg.knee_flexion_turn"),
        ('"deg" = 20', '"degrees" = 20', "uncorrected_sd.degrees"),
        ('"deg" = 20\n', "", "uncorrected_sd: expected deg"),
        ('made_on = "2026-11-22"\n', "", "made_on"),
        ("[uncorrected_sd]", "[uncorrected_sd", "expected TOML"),
    ],
)
def test_a_broken_table_is_refused_with_its_field(old: str, new: str, field: str) -> None:
    assert old in GOOD
    with pytest.raises(FormcheckError, match=re.escape(field)) as caught:
        parse_corrections(GOOD.replace(old, new, 1), "mine.toml")
    assert caught.value.message.startswith("mine.toml: ")
    assert caught.value.hint


# what it does


def test_the_offset_is_added_and_the_interval_is_what_is_left() -> None:
    found = told()
    assert found.value == 112.5
    assert found.high - found.value == pytest.approx(Z90 * 4.0)
    assert found.value - found.low == pytest.approx(Z90 * 4.0)
    assert found.unit == "deg"


def test_each_view_has_its_own() -> None:
    assert told(azimuth_deg=60.0).value == 97.0


@pytest.mark.parametrize(
    "changes", [{"preset": "light"}, {"preset": ""}, {"lift": "deadlift"}, {"lift": ""}], ids=str
)
def test_without_an_entry_it_is_told_as_read_and_not_surely(changes: dict[str, str]) -> None:
    found = told(**changes)
    assert found.value == 100.0
    assert found.high - found.value == pytest.approx(Z90 * DOUBT["deg"])


def test_the_doubt_of_what_is_not_corrected_is_in_its_unit() -> None:
    found = told("depth", 0.1, unit="thigh lengths")
    assert found.high - found.value == pytest.approx(Z90 * DOUBT["thigh lengths"])


@pytest.mark.parametrize(
    ("name", "azimuth_deg", "missing"),
    [
        (
            "knee_flexion_turn",
            50.0,
            "the camera stands 40 degrees off the side; beyond 37.5 this is not measured",
        ),
        ("depth", 60.0, "the camera stands 30 degrees off the side; beyond 25 this is not measured"),
        ("depth", 0.0, "the camera stands 90 degrees off the side; beyond 25 this is not measured"),
        ("hip_flexion_turn", 90.0, "this network is too far off here, even from the side"),
    ],
)
def test_beyond_its_yaw_it_is_missing(name: str, azimuth_deg: float, missing: str) -> None:
    found = told(name, unit="thigh lengths" if name == "depth" else "deg", azimuth_deg=azimuth_deg)
    assert found.missing == missing
    assert np.isnan([found.value, found.low, found.high]).all()


def test_what_was_not_seen_stays_missing() -> None:
    hidden = Measure.none("", "hidden: knee")
    assert correct("knee_flexion_turn", hidden, squat_take(), TABLE) == hidden


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "load_corrections", lambda: TABLE)


@pytest.mark.usefixtures("ours")
def test_metrics_are_corrected() -> None:
    found = measured("knee_flexion_turn", squat_take())
    assert found.value == pytest.approx(KNOWN["knee_flexion_turn"][1] + 12.5, abs=1.0)


@pytest.mark.usefixtures("ours")
def test_a_reading_is_not() -> None:
    read = reading("knee_flexion_turn", squat_take(50.0), one("squat").rep())
    assert read.value == pytest.approx(KNOWN["knee_flexion_turn"][1], abs=30.0)
    assert not read.missing


@pytest.mark.usefixtures("ours")
def test_the_report_says_what_was_added_and_what_could_not_be(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judgement, "_with_body", lambda take, *_: take)
    report = judged(noisy(filmed().motion, 1.0), tmp_path).report
    notes = {note.code: note for note in report.quality.warnings}
    assert "knee flexion at bottom +12.5 (degrees" in notes["corrected"].message
    assert "5 of them" in notes["corrected"].hint
    plain = notes["uncorrected"].message
    assert "depth" in plain
    assert "trunk lean at bottom" in plain
    assert "hip flexion at bottom" not in plain
    assert "range" not in plain
    assert report.reps[0].measures["hip_flexion_turn"].missing is not None


def test_an_untouched_squat_has_no_such_metric_without_a_lift() -> None:
    """Before the lift is recognized nothing is corrected, and nothing is told from afar."""
    assert measured("knee_flexion_turn", take_of(squat())).value == pytest.approx(125.0, abs=1.0)
