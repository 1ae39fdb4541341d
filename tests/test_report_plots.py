"""Which curves are plotted together, and how names and numbers are worded."""

import pytest
from barbell import make_metric_report
from builders import make_rep, make_report

from formcheck.report import MeasurePart, SignalsPart
from formcheck.report.plots import make_plots, page_data
from formcheck.report.words import (
    in_centimeters,
    interval_words,
    measure_title,
    signal_words,
    value_words,
)


def test_curves_are_sorted_into_plots():
    plots = {plot.title: plot for plot in make_plots(make_report())}
    assert list(plots) == [
        "Bar height",
        "Bar speed",
        "Joint angles",
        "Lean of the body",
        "Left and right: knee flexion",
        "Left and right: hip flexion",
    ]
    assert [curve.name for curve in plots["Joint angles"].curves] == ["Knee flexion", "Hip flexion"]
    assert "right side" in plots["Joint angles"].note
    assert "hands" in plots["Bar height"].note
    sides = plots["Left and right: knee flexion"]
    assert sides.folded
    assert [curve.dashed for curve in sides.curves] == [True, False]


def test_meters_take_the_place_of_image_heights():
    plots = make_plots(make_metric_report())
    bar = {plot.title: plot for plot in plots if plot.title.startswith("Bar")}
    assert {title: plot.unit for title, plot in bar.items()} == {"Bar height": "m", "Bar speed": "m/s"}
    assert [plot.note for plot in bar.values()] == ["", ""]
    assert page_data(make_report())["bar"] is None
    assert [path["rank"] for path in page_data(make_metric_report())["bar"]["paths"]] == ["best", "worst", ""]


def test_only_a_squat_has_no_elbow_curve():
    report = make_report()
    bench = report.model_copy(update={"lift": report.lift.model_copy(update={"name": "bench_press"})})
    (joints,) = [plot for plot in make_plots(bench) if plot.title == "Joint angles"]
    assert [curve.name for curve in joints.curves] == ["Knee flexion", "Hip flexion", "Elbow flexion"]


def test_gaps_stay_gaps_and_empty_curves_are_left_out():
    signals = SignalsPart(
        time_s=[0.0, 0.1, 0.2],
        values={"trunk_lean_deg": [1.0, None, 2.123456789], "shank_lean_deg": [None] * 3},
    )
    (plot,) = make_plots(make_report().model_copy(update={"signals": signals}))
    (curve,) = plot.curves
    assert curve.values == [1.0, None, 2.1235]


@pytest.mark.parametrize(
    ("key", "title", "unit"),
    [
        ("bar_speed_ih_per_s", "Bar speed", "image heights per second"),
        ("bar_height_ih", "Bar height", "image heights"),
        ("bar_speed_mps", "Bar speed", "m/s"),
        ("bar_height_m", "Bar height", "m"),
        ("left_knee_flexion_deg", "Left knee flexion", "degrees"),
        ("steadiness", "Steadiness", ""),
    ],
)
def test_the_unit_is_read_from_the_name(key, title, unit):
    assert signal_words(key) == (title, unit)


@pytest.mark.parametrize(
    ("measure", "value", "interval"),
    [
        (MeasurePart(value=104.4, unit="deg", low=100.4, high=108.4), "104°", "100 to 108"),
        (MeasurePart(value=0.7312, unit="m/s", low=0.70, high=0.76), "0.73 m/s", "0.70 to 0.76"),
        (MeasurePart(value=-0.2, unit="deg", low=-3.0, high=2.6), "0°", "−3 to 3"),
        (MeasurePart(value=1.234, unit="s"), "1.23 s", ""),
        (MeasurePart(value=None, unit="s", missing="hidden"), "", ""),
    ],
)
def test_numbers_have_the_digits_that_their_interval_justifies(measure, value, interval):
    assert value_words(measure) == value
    assert interval_words(measure) == interval


def test_meters_are_told_in_centimeters():
    told = in_centimeters(MeasurePart(value=0.6204, unit="m", low=0.607, high=0.633))
    assert (value_words(told), interval_words(told)) == ("62.0 cm", "60.7 to 63.3")
    hidden = MeasurePart(value=None, unit="m", missing="hidden")
    assert in_centimeters(hidden).missing == "hidden"
    speed = MeasurePart(value=0.5, unit="m/s")
    assert in_centimeters(speed) == speed


def test_measures_of_the_bar_have_titles():
    assert measure_title("range_m", "m", "squat") == "Range"
    assert measure_title("mean_velocity", "m/s", "squat") == "Mean velocity"
    assert measure_title("drift_height", "% of range", "squat") == "Height of the drift"
    assert measure_title("estimated_1rm", "kg", "bench_press") == "Estimated 1RM"


def test_titles_leave_the_unit_out():
    assert measure_title("eccentric_s", "s", "squat") == "Eccentric"
    assert measure_title("knee_flexion_bottom", "deg", "squat") == "Knee flexion bottom"


def test_instants_have_the_words_of_the_lift():
    assert measure_title("knee_flexion_turn", "deg", "squat") == "Knee flexion, bottom"
    assert measure_title("knee_flexion_turn", "deg", "deadlift") == "Knee flexion, lockout"
    assert measure_title("trunk_lean_start", "deg", "deadlift") == "Trunk lean, lift-off"


def test_the_plots_begin_with_the_reps_in_view():
    report = make_report((118.0,))
    late = make_rep(1, 118.0, start_s=5.0, end_s=7.0)
    video = report.video.model_copy(update={"duration_s": 20.0})
    shown = report.model_copy(update={"reps": [late], "video": video})
    assert page_data(shown)["range"] == [4.0, 8.0]
    assert page_data(report)["range"] == [0.0, report.reps[0].end_s + 1.0]
    assert page_data(shown.model_copy(update={"reps": []}))["range"] == [0.0, 20.0]
