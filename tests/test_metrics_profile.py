"""The load-velocity line on sets whose line is known, and the command that prints it."""

import json
from pathlib import Path

import numpy as np
import pytest
from builders import make_report
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.metrics import Measure
from formcheck.metrics.profile import SetSpeed, load_velocity_profile
from formcheck.metrics.velocity import LOAD_VELOCITY
from formcheck.report import MeasurePart, SetPart

SQUAT = LOAD_VELOCITY["squat"]


def speed_at(load: float, *, best: float = 150.0) -> float:
    """A line through 1.2 m/s with nothing on the bar and the usual speed at the maximum."""
    return 1.2 + (SQUAT.at_maximum_mps - 1.2) * load / best


def sets(*loads: float, off: float = 0.0, sd: float = 0.01) -> list[SetSpeed]:
    return [
        SetSpeed(load, Measure.of(speed_at(load) + off * (-1) ** number, "m/s", sd))
        for number, load in enumerate(loads)
    ]


@pytest.mark.parametrize("loads", [(60, 120), (60, 90, 120), (50, 80, 100, 135)])
def test_the_maximum_is_where_the_line_meets_the_speed_of_a_maximal_rep(loads: tuple[float, ...]) -> None:
    found = load_velocity_profile("squat", sets(*loads))
    assert found.at_zero_mps == pytest.approx(1.2)
    assert found.maximum.value == pytest.approx(150.0)
    assert found.maximum.low < 150 < found.maximum.high
    assert np.isnan(found.r2) == (len(loads) == 2)


def test_doubt_grows_with_the_speeds_and_with_scatter() -> None:
    def width(rows: list[SetSpeed]) -> float:
        maximum = load_velocity_profile("squat", rows).maximum
        return maximum.high - maximum.low

    loads = (60, 80, 100, 120)
    assert width(sets(*loads, sd=0.03)) > 1.1 * width(sets(*loads))
    assert width(sets(*loads, off=0.02)) > 1.05 * width(sets(*loads))
    assert width(sets(*loads)) > 2 * 1.64 * SQUAT.at_maximum_sd_mps / 0.0062


def test_it_is_no_less_than_what_was_lifted() -> None:
    slow = [SetSpeed(100, Measure.of(0.5, "m/s", 0.01)), SetSpeed(150, Measure.of(0.2, "m/s", 0.01))]
    found = load_velocity_profile("squat", slow)
    assert (found.maximum.low, found.maximum.value) == (150, 150)


@pytest.mark.parametrize(
    ("lift", "rows", "why"),
    [
        ("deadlift", sets(60, 120), "differs by 16 %"),
        ("squat", sets(100), "two different loads"),
        ("squat", sets(100, 100, 100), "two different loads"),
        ("squat", sets(100, 110), "too close"),
        ("squat", [*sets(60), SetSpeed(120, Measure.none("m/s", "lost"))], "found 1"),
        ("squat", [SetSpeed(60, Measure.of(0.5, "m/s", 0.01)), SetSpeed(120, Measure.of(0.6, "m/s", 0.01))],
         "not slower"),
        ("squat", sets(60, 80, 100, 120, off=0.12), "do not lie on a line"),
    ],
)  # fmt: skip
def test_what_is_no_profile_is_refused_with_the_reason(lift: str, rows: list[SetSpeed], why: str) -> None:
    found = load_velocity_profile(lift, rows)
    assert why in found.maximum.missing
    assert np.isnan(found.maximum.value)


# the command


def result(folder: Path, load: float | None, lift: str = "squat") -> str:
    """A result folder whose reps were as fast as the load asks."""
    report = make_report()
    reps = []
    for number, rep in enumerate(report.reps):
        value = speed_at(load or 100.0) - 0.05 * number
        part = MeasurePart(value=value, unit="m/s", low=value - 0.02, high=value + 0.02)
        reps.append(rep.model_copy(update={"measures": {"mean_velocity": part}}))
    changes = {
        "reps": reps,
        "set": SetPart(load_kg=load, measures={}),
        "lift": report.lift.model_copy(update={"name": lift}),
    }
    place = folder / f"{lift}_{load}.formcheck"
    place.mkdir()
    (place / "report.json").write_text(report.model_copy(update=changes).model_dump_json(), "utf-8")
    return str(place)


def test_the_command_takes_the_fastest_rep_of_each_result(tmp_path: Path) -> None:
    given = [result(tmp_path, load) for load in (60.0, 90.0, 120.0)]
    shown = CliRunner().invoke(app, ["profile", *given])
    assert shown.exit_code == 0
    assert "Estimated 1RM: 150 kg (90 % interval" in shown.output
    told = json.loads(CliRunner().invoke(app, ["profile", *given, "--json"]).output)
    assert told["maximum"]["value"] == pytest.approx(150.0, abs=0.1)
    assert told["r2"] == pytest.approx(1.0)


def test_a_refusal_is_told_and_is_no_failure(tmp_path: Path) -> None:
    given = [result(tmp_path, load, "deadlift") for load in (60.0, 120.0)]
    shown = CliRunner().invoke(app, ["profile", *given])
    assert shown.exit_code == 0
    assert "No estimate of the maximum: the speed of a deadlift" in shown.output
    assert json.loads(CliRunner().invoke(app, ["profile", *given, "--json"]).output)["r2"] is None


def test_bad_results_are_refused(tmp_path: Path) -> None:
    from formcheck.errors import UnreadableVideo

    fine = result(tmp_path, 60.0)
    cases = {
        "result folder": [str(tmp_path / "none")],
        "whose load is known": [fine, result(tmp_path, None)],
        "sets of one lift": [fine, result(tmp_path, 100.0, "bench_press")],
    }
    for words, given in cases.items():
        failed = CliRunner().invoke(app, ["profile", *given])
        assert isinstance(failed.exception, UnreadableVideo) or failed.exit_code == 2
        assert words in (str(failed.exception) + failed.output)
