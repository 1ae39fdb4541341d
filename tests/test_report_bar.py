"""The bar of each rep in centimeters: curves whose values are known, and what is said of them."""

import numpy as np
import pytest
from barbell import DOWN_S, DRIFT_CM, PEAKED_MPS, RANGE_M, UP_S, make_metric_report, metric_rep
from builders import make_report, measure, missing

from formcheck.report import PhasePart, Report
from formcheck.report.bar import (
    bar_plots,
    drift_extremes,
    extremes_differ,
    oblique_note,
    path_note,
    scale_note,
)


def with_parts(report: Report, **changes: dict[str, object]) -> Report:
    """Change fields of parts, as in view={"name": "oblique"}."""
    parts = {name: getattr(report, name).model_copy(update=values) for name, values in changes.items()}
    return report.model_copy(update=parts)


def with_curve(report: Report, name: str, values: list[float | None]) -> Report:
    return with_parts(report, signals={"values": {**report.signals.values, name: values}})


def blank(report: Report, start_s: float, end_s: float) -> Report:
    """Hide the bar for a while."""
    times = report.signals.time_s
    hidden = {
        name: [None if start_s <= t <= end_s else v for t, v in zip(times, values, strict=True)]
        for name, values in report.signals.values.items()
        if name.endswith(("_m", "_mps"))
    }
    return with_parts(report, signals={"values": {**report.signals.values, **hidden}})


# the path


def test_a_path_is_in_centimeters_from_where_its_rep_began():
    plots = bar_plots(make_metric_report())
    assert [path.number for path in plots.paths] == [1, 2, 3]
    for path, drift in zip(plots.paths, DRIFT_CM, strict=True):
        assert (path.forward_cm[0], path.height_cm[0]) == (0.0, 0.0)
        assert min(path.height_cm) == pytest.approx(-100 * RANGE_M, abs=0.1)
        assert max(path.forward_cm) == pytest.approx(drift, abs=0.02)
        assert min(path.forward_cm) == pytest.approx(-drift / 3, abs=0.02)
        assert len(path.time_s) == len(path.forward_cm) == len(path.height_cm) == len(path.speed_mps)


def test_the_way_up_is_told_from_the_way_down():
    report = make_metric_report()
    for path, rep in zip(bar_plots(report).paths, report.reps, strict=True):
        first, last = path.concentric
        assert path.time_s[first] == pytest.approx(rep.start_s + DOWN_S, abs=0.02)
        assert path.time_s[last] == pytest.approx(rep.end_s, abs=0.02)
        heights = path.height_cm[first : last + 1]
        assert heights == sorted(heights)


def test_a_lift_that_begins_with_the_way_up_begins_at_zero():
    phases = [
        PhasePart(name="concentric", start_s=1.0, end_s=2.2),
        PhasePart(name="eccentric", start_s=2.2, end_s=3.2),
    ]
    rep = metric_rep(1).model_copy(update={"phases": phases})
    report = make_metric_report(reps=[rep])
    report = with_curve(report, "bar_height_m", [-h for h in report.signals.values["bar_height_m"]])
    (path,) = bar_plots(report).paths
    assert path.concentric[0] == 0
    assert max(path.height_cm) == pytest.approx(100 * RANGE_M, abs=0.1)


def test_all_paths_share_ranges_that_hold_them_and_their_start():
    plots = bar_plots(make_metric_report())
    back, forward = plots.forward_range_cm
    bottom, top = plots.height_range_cm
    assert back < -max(DRIFT_CM) / 3
    assert forward > max(DRIFT_CM)
    assert bottom < -100 * RANGE_M
    assert top > 0


def test_a_straight_path_is_not_blown_up():
    report = make_metric_report()
    straight = with_curve(report, "bar_forward_m", [0.0] * len(report.signals.time_s))
    assert bar_plots(straight).forward_range_cm == [-10.0, 10.0]


def test_gaps_stay_gaps_and_the_origin_is_the_first_place_seen():
    report = blank(make_metric_report(), 2.4, 2.6)
    path = bar_plots(report).paths[0]
    hidden = [2.4 <= time <= 2.6 for time in path.time_s]
    assert [value is None for value in path.height_cm] == hidden
    assert [value is None for value in path.forward_cm] == hidden
    late = bar_plots(blank(make_metric_report(), 0.9, 1.2)).paths[0]
    assert [late.height_cm[late.time_s.index(1.22)], late.forward_cm[late.time_s.index(1.22)]] == [0.0, 0.0]


def test_best_and_worst_are_those_of_the_smallest_and_the_largest_drift():
    report = make_metric_report()
    assert [path.rank for path in bar_plots(report).paths] == ["best", "worst", ""]
    assert [rep.number for rep in drift_extremes(report.reps)] == [1, 2]
    assert extremes_differ(report.reps)


def test_a_difference_within_the_doubt_is_none():
    near = [
        rep.model_copy(update={"measures": {"drift": measure(value, "cm", 0.7)}})
        for rep, value in zip(make_metric_report().reps, (2.0, 2.9, 3.3), strict=True)
    ]
    assert not extremes_differ(near)
    near[2].measures["drift"] = measure(3.5, "cm", 0.7)
    assert extremes_differ(near)


def test_one_measured_rep_is_neither_best_nor_worst():
    reps = make_metric_report().reps
    for rep in reps[1:]:
        rep.measures["drift"] = missing("cm", "the plate was lost")
    assert drift_extremes(reps) is None
    assert not extremes_differ(reps)
    assert {path.rank for path in bar_plots(make_metric_report(reps=reps)).paths} == {""}


def test_a_path_is_told_in_words_too():
    titles = [path.title for path in bar_plots(make_metric_report()).paths]
    assert titles[1] == "Path of rep 2: up to 6.3 cm forward and 2.1 cm back of where it began"


# speed


def test_speed_is_over_the_seconds_since_the_way_up_began():
    for ascent, up_s in zip(bar_plots(make_metric_report()).ascents, UP_S, strict=True):
        assert ascent.since_s[0] == pytest.approx(0.0, abs=0.02)
        assert ascent.since_s[-1] == pytest.approx(up_s, abs=0.02)
        middle = np.argmin(np.abs(np.array(ascent.since_s) - up_s / 2))
        assert ascent.speed_mps[middle] == pytest.approx(0.55 * PEAKED_MPS / up_s, abs=0.01)
        first, last = ascent.sticking
        assert ascent.since_s[first] == pytest.approx(0.25 * up_s, abs=0.02)
        assert ascent.since_s[last] == pytest.approx(0.5 * up_s, abs=0.02)


def test_seconds_are_those_of_life():
    slow = with_parts(make_metric_report(), video={"slow_motion": 4.0})
    assert bar_plots(slow).ascents[0].since_s[-1] == pytest.approx(UP_S[0] / 4, abs=0.01)


def test_a_rep_without_a_sticking_region_has_none():
    rep = metric_rep(1)
    plain = rep.model_copy(update={"phases": rep.phases[:3]})
    assert bar_plots(make_metric_report(reps=[plain])).ascents[0].sticking is None


def test_means_have_their_interval_and_leave_out_what_was_not_measured():
    report = make_metric_report()
    report.reps[1].measures["mean_velocity"] = missing("m/s", "the plate was lost")
    means = bar_plots(report).means
    assert [mean.number for mean in means] == [1, 3]
    assert (means[0].value, means[0].low, means[0].high) == pytest.approx((0.62, 0.60, 0.64))


# what cannot be shown


def test_without_meters_there_are_no_plots():
    report = make_report()
    assert bar_plots(report) is None
    nowhere = with_curve(make_metric_report(), "bar_height_m", [None] * len(report.signals.time_s))
    assert bar_plots(nowhere) is None
    assert bar_plots(make_metric_report(reps=[])) is None


def test_from_the_front_there_are_speeds_and_no_path():
    report = make_metric_report()
    del report.signals.values["bar_forward_m"]
    front = with_parts(report, view={"name": "front", "yaw_deg": 84.0}, scale={"yaw_deg": None})
    plots = bar_plots(front)
    assert plots.paths == []
    assert len(plots.ascents) == len(plots.means) == 3
    assert oblique_note(front) == (
        "Filmed 84° off the side: the way fore and aft cannot be measured from there, "
        "so the path is not shown."
    )


def test_an_oblique_path_is_flagged_with_the_angle_of_the_rim():
    report = make_metric_report()
    assert oblique_note(report) == ""
    oblique = with_parts(report, view={"name": "oblique", "yaw_deg": 30.0}, scale={"yaw_deg": 36.4})
    assert oblique_note(oblique) == (
        "Filmed 36° off the side: heights hold, but distances fore and aft are rough."
    )


@pytest.mark.parametrize(
    ("lift", "facing", "words"),
    [
        ("squat", "right", "Right is forward, where you face. "),
        ("deadlift", "left", "Right is forward, where you face, so it is mirrored from the video. "),
        ("bench_press", "right", "Right is toward the feet. "),
    ],
)
def test_it_is_said_which_way_is_forward(lift, facing, words):
    report = with_parts(make_metric_report(), lift={"name": lift}, view={"facing": facing})
    assert path_note(report).startswith(words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Measured at the plate's rim, taken to be 45 cm across, ±2 %."),
        (
            {"relative_error": 0.2, "note": "the plate looks small: distances may be too large"},
            "taken to be 45 cm across, ±33 %. The plate looks small: distances may be too large.",
        ),
        (
            {
                "source": "height",
                "plate_diameter_m": None,
                "relative_error": 0.1,
                "note": "the metres are from the height",
            },
            "The metres are from the height, ±16 %.",
        ),
    ],
)
def test_it_is_said_what_the_meters_rest_on(changes, words):
    assert words in scale_note(with_parts(make_metric_report(), scale=changes))


@pytest.mark.parametrize(
    ("bar_kind", "why", "words"),
    [
        ("wrists", "no plate was followed", "No plate was followed, so the bar's path"),
        ("wrists", "no plate was followed: the metres are from the height", "No plate was followed, so the"),
        ("wrists", "", "A clip from the side with the whole plate in view shows them."),
        ("plate", "the plate looks like one of 0.31 m", "Say how large the plate is with --plate-diameter"),
    ],
)
def test_without_meters_one_sentence_says_why_and_another_what_would_help(bar_kind, why, words):
    report = with_parts(make_report(), quality={"bar_kind": bar_kind}, scale={"note": why})
    assert words in scale_note(report)
    assert scale_note(report).count(". ") == 1
