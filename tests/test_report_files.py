"""The report as JSON and as tables."""

import csv
import json

import pytest
from barbell import make_metric_report
from builders import make_rep, make_report, measure, missing

from formcheck.errors import OutputError
from formcheck.report import Report, SignalsPart
from formcheck.report.files import column_name, to_json, write_reps_csv, write_signals_csv


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_json_is_read_back_as_the_same_report():
    report = make_report()
    text = to_json(report)
    assert Report.model_validate_json(text) == report
    assert json.loads(text)["schema_version"] == report.schema_version
    assert text.endswith("}\n")


def test_reps_csv_has_one_line_a_rep_and_units_in_its_header(tmp_path):
    write_reps_csv(make_report(), tmp_path / "reps.csv")
    header, *rows = read(tmp_path / "reps.csv")
    assert header[:7] == ["number", "start_s", "turn_s", "end_s", "partial", "tempo", "verdict"]
    assert header[7:10] == [
        "range_image_heights",
        "range_image_heights_low",
        "range_image_heights_high",
    ]
    assert {"eccentric_s", "eccentric_s_low", "knee_flexion_bottom_deg_high"} <= set(header)
    assert [row[0] for row in rows] == ["1", "2", "3"]
    second = dict(zip(header, rows[1], strict=True))
    assert (second["verdict"], second["partial"]) == ("fault", "no")
    assert float(second["knee_flexion_bottom_deg"]) == 104.0
    assert float(second["knee_flexion_bottom_deg_low"]) == 100.0


def test_a_missing_measure_is_an_empty_cell(tmp_path):
    reps = [
        make_rep(1, 118.0, measures={"drift": measure(2.0, "m", 0.5)}),
        make_rep(2, 118.0, measures={"drift": missing("m", "No plate.")}),
        make_rep(3, 118.0, measures={}),
    ]
    write_reps_csv(make_report().model_copy(update={"reps": reps}), tmp_path / "reps.csv")
    _, *rows = read(tmp_path / "reps.csv")
    assert [row[7:] for row in rows] == [["2.0", "1.5", "2.5"], ["", "", ""], ["", "", ""]]


def test_no_reps_give_a_header_only(tmp_path):
    write_reps_csv(make_report().model_copy(update={"reps": []}), tmp_path / "reps.csv")
    assert len(read(tmp_path / "reps.csv")) == 1


def test_signals_csv_has_a_column_a_curve_and_empty_cells_for_gaps(tmp_path):
    signals = SignalsPart(
        time_s=[0.0, 0.02], values={"knee_flexion_deg": [5.0, None], "bar_height_ih": [None, 0.25]}
    )
    report = make_report().model_copy(update={"signals": signals})
    write_signals_csv(report, tmp_path / "signals.csv")
    assert read(tmp_path / "signals.csv") == [
        ["time_s", "knee_flexion_deg", "bar_height_ih"],
        ["0.0", "5.0", ""],
        ["0.02", "", "0.25"],
    ]


def test_what_is_measured_in_meters_is_in_both_tables(tmp_path):
    report = make_metric_report()
    write_reps_csv(report, tmp_path / "reps.csv")
    header, first, *_ = read(tmp_path / "reps.csv")
    row = dict(zip(header, first, strict=True))
    assert (row["range_m"], row["mean_velocity_m_per_s"], row["drift_cm"]) == ("0.62", "0.62", "1.9")
    write_signals_csv(report, tmp_path / "signals.csv")
    header, *rows = read(tmp_path / "signals.csv")
    assert {"bar_height_m", "bar_forward_m", "bar_speed_mps"} <= set(header)
    assert rows[0][header.index("bar_height_m")] == "0.62"


@pytest.mark.parametrize(
    ("name", "unit", "column"),
    [
        ("eccentric_s", "s", "eccentric_s"),
        ("knee_flexion_bottom", "deg", "knee_flexion_bottom_deg"),
        ("range", "image heights", "range_image_heights"),
        ("mean_velocity", "m/s", "mean_velocity_m_per_s"),
        ("range_m", "m", "range_m"),
        ("drift_height", "% of range", "drift_height_percent_of_range"),
        ("path_area", "cm²", "path_area_cm2"),
        ("ratio", "", "ratio"),
    ],
)
def test_columns_carry_their_unit_once(name, unit, column):
    assert column_name(name, unit) == column


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError, match=r"reps\.csv"):
        write_reps_csv(make_report(), tmp_path / "nowhere" / "reps.csv")
