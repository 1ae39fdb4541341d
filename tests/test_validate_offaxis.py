"""Readings beside their truth, the curve against the yaw, and the two commands that use them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic import Joints
from truths import filmed, known, outcome_of, refused
from typer.testing import CliRunner, Result

from formcheck import validate as package
from formcheck.cli import app
from formcheck.metrics.corrections import (
    CORRECTED,
    Correction,
    Corrections,
    LiftTable,
    load_corrections,
    parse_corrections,
)
from formcheck.validate.fit import FITTED_ON, JUDGED_ON
from formcheck.validate.offaxis import YAW_EDGES_DEG, by_measure, curve, to_page
from formcheck.validate.readings import Reading, read_measures
from formcheck.validate.watch import Outcome

NAME = "knee_flexion_turn"
ENTRY = Correction(offset=10.0, sd=4.0, reps=8, bodies=4)
TABLE = Corrections(
    made_by="formcheck validate clips --fit corrections.toml",
    made_on="2026-11-22",
    made_from="12 clips",
    uncorrected_sd={"deg": 20.0, "thigh lengths": 0.2},
    balanced={"squat": LiftTable(side={NAME: ENTRY}, most_yaw_deg={NAME: 37.5})},
)


def reading(yaw_deg: float, error: float, **changes: object) -> Reading:
    plain = Reading(
        clip=f"at {yaw_deg}",
        body="man",
        preset="balanced",
        lift="squat",
        measure=NAME,
        unit="deg",
        yaw_deg=yaw_deg,
        view="side" if yaw_deg <= 25 else "oblique",
        found_yaw_deg=yaw_deg,
        read=120.0 + error,
        true=120.0,
    )
    return replace(plain, **changes)


# the curve


def test_errors_are_sorted_by_true_yaw_and_corrected_where_there_is_an_entry() -> None:
    readings = [reading(yaw, error) for yaw in (0.0, 30.0) for error in np.linspace(-20, 0, 21)]
    side, oblique = curve(readings, TABLE)
    assert (side.low_deg, side.high_deg, side.yaw_deg) == (0.0, 5.0, 0.0)
    assert (oblique.low_deg, oblique.high_deg) == (25.0, 37.5)
    assert (side.read, side.median, side.low, side.high) == pytest.approx((-10.0, 0.0, -9.0, 9.0))
    assert (oblique.read, oblique.median) == pytest.approx((-10.0, -10.0))
    assert (oblique.low, oblique.high, oblique.worst) == pytest.approx((-19.0, -1.0, 19.0))
    assert (side.n, side.clips) == (21, 1)


def test_a_band_holds_its_lower_edge() -> None:
    assert [band.low_deg for band in curve([reading(yaw, 0.0) for yaw in YAW_EDGES_DEG[:-1]], TABLE)] == list(
        YAW_EDGES_DEG[:-1]
    )


def test_there_is_no_curve_beyond_fifty_degrees_or_where_nobody_knows() -> None:
    assert by_measure([reading(50.0, 0.0), reading(90.0, 0.0), reading(float("nan"), 0.0)]) == {}


def test_angles_come_first_and_times_last() -> None:
    names = [("turn", "s"), ("range_m", "m"), (NAME, "deg"), ("depth", "thigh lengths")]
    readings = [reading(0.0, 0.0, measure=name, unit=unit) for name, unit in names]
    readings.append(reading(0.0, 0.0, lift="deadlift"))
    assert [(lift, measure) for lift, measure, _ in by_measure(readings)] == [
        ("squat", "depth"),
        ("squat", NAME),
        ("squat", "range_m"),
        ("squat", "turn"),
        ("deadlift", NAME),
    ]


# the page


@pytest.fixture(scope="module")
def page() -> str:
    readings = [reading(yaw, error) for yaw in (0.0, 10.0, 45.0) for error in (-14.0, -6.0)]
    readings += [reading(10.0, 0.02, measure="turn", unit="s")]
    return to_page(readings, TABLE, "Off-axis curve: <some> clips")


def figure_of(page: str) -> list[dict[str, Any]]:
    """The traces that the page draws."""
    found = re.search(r'Plotly\.newPlot\(\s*"[^"]+",\s*(\[.*?\]),\s*\{"template"', page, re.DOTALL)
    assert found
    traces: list[dict[str, Any]] = json.loads(found[1])
    return traces


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", page)
    assert "plotly.js v" in page


def test_the_page_draws_every_reading_before_and_after(page: str) -> None:
    traces = figure_of(page)
    points = [trace for trace in traces if trace["mode"] == "markers"]
    read, told = (next(t for t in points if t["name"].startswith(name)) for name in ("read", "told"))
    assert read["x"] == told["x"] == [0.0, 0.0, 10.0, 10.0, 45.0, 45.0]
    assert read["y"] == [-14.0, -6.0] * 3
    assert told["y"] == [-4.0, 4.0] * 2 + [-14.0, -6.0]
    assert len(traces) == 8
    assert sum(trace["showlegend"] for trace in traces) == 4


def test_the_page_marks_up_to_where_a_measure_is_told(page: str) -> None:
    assert "squat: knee flexion turn, deg" in page
    lines = re.findall(r'"x0":([\d.]+),"x1":\1', page)
    assert lines == ["37.5"]


def test_a_page_without_readings_is_still_a_page() -> None:
    assert "Plotly.newPlot" in to_page([], TABLE, "nothing")


# readings


@pytest.fixture(scope="module")
def squat(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return outcome_of(filmed(), tmp_path_factory.mktemp("squat"), lifter={"thigh_m": 0.43, "body": "man"})


def test_a_stick_is_read_as_it_is(squat: Outcome) -> None:
    """Whatever the shipped table would add: readings are bare."""
    readings = [one for one in read_measures(squat) if one.measure.endswith(("flexion_turn", "lean_turn"))]
    assert len(readings) == 9
    for one in readings:
        assert one.error == pytest.approx(0.0, abs=1.0)
        assert (one.body, one.lift, one.view, one.unit) == ("man", "squat", "side", "deg")
        assert (one.preset, one.yaw_deg) == ("accurate", 0.0)


def test_what_is_not_corrected_and_the_instants_are_read_too(squat: Outcome) -> None:
    found = {one.measure: one for one in read_measures(squat)}
    assert {"start", "turn", "end", "eccentric", "concentric", "depth"} <= set(found)
    assert found["turn"].unit == "s"
    assert found["eccentric"].true == pytest.approx(1.4)
    assert found["eccentric"].read == pytest.approx(1.4, abs=0.15)
    assert {name for name in found if name not in CORRECTED} >= {"eccentric", "turn"}


def test_readings_are_taken_off_axis(tmp_path: Path) -> None:
    view = {"yaw_deg": 45.0, "facing": "right", "name": "oblique"}
    outcome = outcome_of(filmed(azimuth_deg=45.0), tmp_path, view=view)
    found = [one for one in read_measures(outcome) if one.measure == "hip_flexion_turn"]
    assert [one.view for one in found] == ["oblique"] * 3
    assert found[0].yaw_deg == 45.0


def test_a_lean_back_is_read_against_a_lean_back(tmp_path: Path) -> None:
    """Truth files state leans without their sign; the true keypoints tell it."""
    shot = filmed("deadlift", postures=(Joints(0, 4, -10), Joints(12, 70, 60)))
    lean = shot.angle_deg("trunk_lean_deg")
    found = {one.measure: one.true for one in read_measures(outcome_of(shot, tmp_path))}
    assert found["trunk_lean_turn"] == pytest.approx(lean.min(), abs=0.01)
    assert lean.min() < -0.3
    assert found["trunk_lean_start"] == pytest.approx(60.0, abs=0.1)


def test_another_lift_and_a_refusal_give_no_readings(squat: Outcome) -> None:
    truth = squat.clip.truth.model_copy(update={"lift": "deadlift"})
    mistaken = replace(squat, clip=replace(squat.clip, truth=truth))
    assert list(read_measures(mistaken)) == []
    assert list(read_measures(refused(filmed()))) == []


# the commands


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """One stick as all the bodies: the same errors on both halves."""
    folder = tmp_path_factory.mktemp("bodies")
    plain = outcome_of(filmed(), folder, lifter={"thigh_m": 0.43})
    outcomes = []
    for body in (*FITTED_ON, *JUDGED_ON):
        lifter = plain.clip.truth.lifter.model_copy(update={"body": body})
        truth = plain.clip.truth.model_copy(update={"lifter": lifter})
        outcomes.append(replace(plain, clip=replace(plain.clip, name=body, truth=truth)))
    return outcomes


@pytest.fixture
def asked(bodies: list[Outcome], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The presets that were watched with; the eyes are a double."""
    presets: list[str] = []

    def run_clips(clips: Any, settings: Any, *_: Any, **__: Any) -> Iterator[Outcome]:
        presets.append(settings.preset)
        for one in bodies:
            assert one.analysis is not None
            take = replace(one.analysis.take, preset=settings.preset)
            yield replace(one, analysis=replace(one.analysis, take=take))
        yield refused(filmed())

    monkeypatch.setattr(package, "run_clips", run_clips)
    monkeypatch.setattr("formcheck.models.ensure_models", lambda *args, **options: {})
    return presets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "squat_clip.mp4").touch()
    (folder / "squat_clip.truth.json").write_text(json.dumps(known(filmed())), encoding="utf-8")
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, words)])


def test_fit_fits_every_preset_and_judges_it(folder: Path, tmp_path: Path, asked: list[str]) -> None:
    path = tmp_path / "table.toml"
    result = run(folder, "--fit", path)
    assert result.exit_code == 0, result.output
    assert asked == ["accurate", "balanced", "light"]
    table = parse_corrections(path.read_text("utf-8"))
    assert table.made_by == "formcheck validate clips --fit table.toml"
    entry = table.light["squat"].side[NAME]
    assert (entry.offset, entry.bodies, entry.reps) == (pytest.approx(0.0, abs=1.0), 12, 36)
    lines = [line.split() for line in result.stdout.splitlines()]
    rows = [line for line in lines if line[:2] == ["side", NAME]]
    assert len(rows) == 3
    assert all(row[2:4] == ["36", "12"] and row[-1] == "100%" for row in rows)
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "…" not in result.stdout


def test_fit_of_one_preset_has_no_other(folder: Path, tmp_path: Path, asked: list[str]) -> None:
    path = tmp_path / "table.toml"
    result = run(folder, "--fit", path, "--preset", "balanced")
    assert result.exit_code == 0
    assert "squat_clip: nothing to read: found other. it is something else" in result.stderr
    assert asked == ["balanced"]
    table = parse_corrections(path.read_text("utf-8"))
    assert table.made_by == "formcheck validate clips --fit table.toml --preset balanced"
    assert not table.accurate
    assert not table.light


def test_off_axis_writes_a_page_and_prints_the_bands(folder: Path, tmp_path: Path, asked: list[str]) -> None:
    path = tmp_path / "curve.html"
    result = run(folder, "--off-axis", path, "--preset", "light")
    assert result.exit_code == 0, result.output
    assert asked == ["light"]
    assert "Off-axis curve: clips, preset light" in path.read_text("utf-8")
    row = next(line.split() for line in result.stdout.splitlines() if line.split()[:1] == ["eccentric"])
    assert row[2:] == ["(72)", "\N{EN DASH}", "\N{EN DASH}", "\N{EN DASH}", "\N{EN DASH}"]
    assert f"table of {load_corrections().made_on}" in " ".join(result.stdout.split())
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "…" not in result.stdout


@pytest.mark.usefixtures("asked")
def test_one_at_a_time(folder: Path, tmp_path: Path) -> None:
    result = run(folder, "--fit", tmp_path / "a.toml", "--off-axis", tmp_path / "b.html")
    assert result.exit_code == 2
    assert "found more" in result.output


@pytest.mark.parametrize("option", ["--fit", "--off-axis"])
def test_a_file_that_cannot_be_made_is_refused_before_anything_is_watched(
    folder: Path, tmp_path: Path, asked: list[str], option: str
) -> None:
    result = run(folder, option, tmp_path / "nowhere" / "file")
    assert result.exit_code == 2
    assert "expected a folder" in " ".join(result.output.split())
    assert asked == []


@pytest.mark.parametrize("option", ["--fit", "--off-axis"])
@pytest.mark.usefixtures("asked")
def test_a_folder_is_no_file(folder: Path, tmp_path: Path, option: str) -> None:
    result = run(folder, option, tmp_path)
    assert result.exit_code == 2
    assert "cannot be written" in " ".join(result.output.split())


def test_what_the_fitted_body_tells_is_read_beside_the_keypoints(tmp_path: Path) -> None:
    outcome = outcome_of(filmed(), tmp_path)
    assert outcome.analysis is not None
    assert outcome.analysis.report.body.shown == "fit"
    found = {one.measure: one for one in read_measures(outcome)}
    knee, read = found["knee_flexion_turn fitted"], found["knee_flexion_turn"]
    assert knee.true == read.true
    assert knee.read != read.read
    assert knee.entry(load_corrections()) is None
    assert "knee_flexion_end fitted" in found
