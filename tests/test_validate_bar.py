"""Scores of the bar: its track, its path in metres, and what is told of it for each rep."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic import Array, Shot, inside
from truths import (
    bar_m,
    filmed,
    known,
    outcome_of,
    refused,
    table,
    total,
    true_rep_metrics,
    truth_of,
    with_bar,
)

from formcheck.validate.bar import true_measure
from formcheck.validate.instants import at
from formcheck.validate.published import PUBLISHED, published
from formcheck.validate.summary import Row
from formcheck.validate.watch import Outcome
from formcheck.validate.whole import view_band

MEASURES = ("velocity", "range", "drift")


def taken(shot: Shot, folder: Path, path_m: Array | None = None, **changes: Any) -> Outcome:
    """A set whose plate was followed along a path, by default the true one."""
    outcome = outcome_of(shot, folder, **{"rep_metrics": true_rep_metrics(shot), **changes})
    return with_bar(outcome, shot, bar_m(shot) if path_m is None else path_m)


def values(outcome: Outcome) -> dict[str, float | None]:
    """The figures of the bar's tables that tell how wrong it is."""
    names = {"bar": "median_pct", "path": "rms_cm", **dict.fromkeys(MEASURES, "rmse")}
    found = {name: total(name, "", outcome)[column].value for name, column in names.items()}
    return {**found, "horizontal": total("path", "", outcome)["forward_rms_cm"].value}


def during(shot: Shot, number: int) -> Array:
    rep = shot.rep(number)
    return inside(shot.motion, (rep.start_s - 0.02, rep.end_s + 0.02)).astype(float)


# curves at instants


CURVE_S, CURVE = np.array([0.0, 0.1, 0.2, 0.5]), np.array([[0.0], [1.0], [np.nan], [4.0]])


@pytest.mark.parametrize(
    ("at_s", "longest_s", "value"),
    [
        (0.0, math.inf, 0.0), (0.05, math.inf, 0.5), (0.1, math.inf, 1.0), (0.1001, math.inf, 1.0),
        (0.15, math.inf, math.nan), (0.2, math.inf, math.nan), (0.5, math.inf, 4.0), (0.50001, 0.1, 4.0),
        (0.4, math.inf, math.nan), (0.6, math.inf, math.nan), (-0.1, math.inf, math.nan),
        (0.05, 0.09, math.nan), (0.0, 0.01, 0.0),
    ],
)  # fmt: skip
def test_a_curve_is_known_between_known_samples(at_s: float, longest_s: float, value: float) -> None:
    assert at(CURVE_S, CURVE, [at_s], longest_step_s=longest_s)[0, 0] == pytest.approx(value, nan_ok=True)


def test_a_single_sample_is_known_at_its_instant() -> None:
    assert at([2.0], np.array([7.0]), [1.9, 2.0]).tolist() == pytest.approx([math.nan, 7.0], nan_ok=True)


# the track


def test_hands_in_the_bars_stead_are_not_its_track(tmp_path: Path) -> None:
    figures = total("bar", "", outcome_of(filmed(), tmp_path))
    assert (figures["tracked"].value, figures["median_pct"].value) == (0.0, None)


def test_a_plates_track_is_measured_in_its_diameter(tmp_path: Path) -> None:
    shot = filmed()
    plate_px = shot.motion.hands_px + np.array([6.0, 8.0])
    plate_px[: len(plate_px) // 2] = np.nan
    outcome = outcome_of(shot, tmp_path)
    assert outcome.analysis is not None
    motion = replace(shot.motion, plate_px=plate_px)
    figures = total("bar", "", replace(outcome, analysis=replace(outcome.analysis, motion=motion)))
    assert figures["median_pct"].value == pytest.approx(10.0)
    assert figures["tracked"].value == pytest.approx(0.5, abs=0.05)
    assert (figures["doubt_pct"].value, figures["doubt_pct"].n) == (None, 0)


def marked(shot: Shot, step: int) -> dict[str, Any]:
    """The truth of a plate marked in every so-manieth frame."""
    frames = known(shot)["frames"]
    kept = {name: frames[name][::step] for name in ("time_s", "bar_px", "plate_radius_px")}
    return {"made": "marked", "frames": kept, "view": {"name": "oblique"}, "uncertainty_px": 2.0}


@pytest.mark.parametrize("offset_s", [0.0, 0.011])
def test_single_marks_are_not_joined(offset_s: float, tmp_path: Path) -> None:
    """Marks half a second apart say nothing of the frames between; the track is brought to the marks."""
    shot = filmed()
    truth = marked(shot, 15)
    times = np.array(truth["frames"]["time_s"])[:-1] + offset_s
    moved = at(shot.motion.time_s, shot.motion.hands_px, times)
    truth["frames"] = {
        "time_s": times.tolist(),
        "bar_px": moved.tolist(),
        "plate_radius_px": truth["frames"]["plate_radius_px"][:-1],
    }
    outcome = taken(shot, tmp_path, rep_metrics=[], **truth)
    row = table("bar", outcome)["marked", "squat", "oblique", ""]
    expected = sum(any(rep.start_s <= t <= rep.end_s for rep in map(shot.rep, (1, 2, 3))) for t in times)
    assert (row.figures["median_pct"].n, row.figures["tracked"].value) == (expected, 1.0)
    assert row.figures["p95_pct"].value == pytest.approx(0.0, abs=0.05)
    assert row.figures["doubt_pct"].value == pytest.approx(2.0)


def test_marks_outside_the_reps_are_not_scored(tmp_path: Path) -> None:
    shot = filmed()
    frames = {"time_s": [0.1, 0.3], "bar_px": [[1.0, 1.0], [1.0, 1.0]], "plate_radius_px": [50.0, 50.0]}
    figures = total("bar", "", taken(shot, tmp_path, frames=frames, rep_metrics=[]))
    assert (figures["tracked"].value, figures["tracked"].n) == (None, 0)


# the path and the measures


@pytest.mark.parametrize("lift", ["squat", "deadlift", "bench_press"])
def test_an_exact_bar_has_no_error(lift: str, tmp_path: Path) -> None:
    shot = filmed(lift)
    outcome = taken(shot, tmp_path)
    assert values(outcome) == pytest.approx(dict.fromkeys(values(outcome), 0.0), abs=0.02)
    for name in MEASURES:
        row = table(name, outcome)["rendered", lift, "side", ""].figures
        assert (row["measured"].value, row["rmse"].n) == (1.0, 3)
    assert total("path", "", outcome)["tracked"].value == 1.0


def test_where_the_origin_lies_is_no_error(tmp_path: Path) -> None:
    shot = filmed()
    found = values(taken(shot, tmp_path, bar_m(shot) + np.array([0.4, -1.1])))
    assert [found[name] for name in ("path", "horizontal", *MEASURES)] == pytest.approx([0.0] * 5, abs=0.02)


def test_a_rep_3_cm_off_moves_the_path_and_no_speed(tmp_path: Path) -> None:
    """One of three reps 3 cm forward: 2 cm from the mean there, 1 cm in the others."""
    shot = filmed()
    path = bar_m(shot) + np.outer(during(shot, 2), (0.03, 0.0))
    found = values(taken(shot, tmp_path, path))
    assert found["path"] == pytest.approx(math.sqrt(2.0), abs=0.02)
    assert found["horizontal"] == found["path"]
    assert [found[name] for name in MEASURES] == pytest.approx([0.0] * 3, abs=0.02)


def test_height_is_no_part_of_the_horizontal_error(tmp_path: Path) -> None:
    shot = filmed()
    path = bar_m(shot) + np.outer(during(shot, 2), (0.0, 0.03))
    found = values(taken(shot, tmp_path, path))
    assert (found["path"], found["horizontal"]) == pytest.approx((math.sqrt(2.0), 0.0), abs=0.02)


def test_a_wrong_scale_moves_speed_range_and_path(tmp_path: Path) -> None:
    shot = filmed()
    outcome = taken(shot, tmp_path, 1.1 * bar_m(shot))
    [metrics, *_] = true_rep_metrics(shot)
    for name, size in (
        ("velocity", 0.1 * metrics["mean_velocity_mps"]), ("range", 10 * metrics["rom_m"]), ("drift", 0.3),
    ):  # fmt: skip
        figures = total(name, "", outcome)
        assert figures["bias"].value == pytest.approx(size, rel=0.01)
        assert figures["rmse"].value == pytest.approx(size, rel=0.01)
        assert figures["limits_95"].value == pytest.approx(0.0, abs=0.01)
    assert values(outcome)["path"] > 1.0


def test_a_wandering_bar_moves_drift_and_path_alone(tmp_path: Path) -> None:
    shot = filmed()
    wander = np.outer(shot.tempo.way(shot.motion.time_s), (0.02, 0.0))
    outcome = taken(shot, tmp_path, bar_m(shot) + wander)
    assert total("drift", "", outcome)["bias"].value == pytest.approx(2.0, abs=0.01)
    assert values(outcome)["horizontal"] > 0.5
    assert [values(outcome)[name] for name in ("velocity", "range")] == pytest.approx([0.0] * 2, abs=1e-6)


def test_a_plate_that_was_lost_counts_as_not_tracked(tmp_path: Path) -> None:
    shot = filmed()
    path = bar_m(shot)
    path[during(shot, 2) > 0] = np.nan
    outcome = taken(shot, tmp_path, path)
    figures = total("path", "", outcome)
    assert figures["tracked"].value == pytest.approx(2 / 3, abs=0.02)
    assert figures["rms_cm"].value == pytest.approx(0.0, abs=0.02)
    for name in MEASURES:
        row = total(name, "", outcome)
        assert (row["measured"].value, row["measured"].n) == (pytest.approx(2 / 3), 3)
        assert (row["rmse"].value, row["rmse"].n) == (pytest.approx(0.0, abs=0.02), 2)


def test_clips_without_a_plate_are_not_dropped(tmp_path: Path) -> None:
    """A followed clip, one with hands alone, one that was refused."""
    shot = filmed()
    metrics = true_rep_metrics(shot)
    outcomes = [
        taken(shot, tmp_path), outcome_of(shot, tmp_path, rep_metrics=metrics),
        refused(shot, rep_metrics=metrics),
    ]  # fmt: skip
    for name, column in (("bar", "tracked"), ("path", "tracked"), *((name, "measured") for name in MEASURES)):
        figure = total(name, "", *outcomes)[column]
        assert (figure.value, figure.clips) == (pytest.approx(1 / 3), 3), name
        assert figure.low == 0.0, name
        assert figure.high >= 2 / 3, name


def test_new_measures_have_interval_rows(tmp_path: Path) -> None:
    outcome = taken(filmed(), tmp_path)
    for name in ("mean_velocity", "range_m", "drift"):
        row = total("intervals", name, outcome)
        assert (row["inside"].value, row["inside"].n, row["measured"].value) == (1.0, 3, 1.0)


# what is true of a rep


def test_drift_is_the_departure_from_the_start_not_the_range() -> None:
    """2 cm back and 5 cm forward of the start is a range of 7 cm and a drift of 5."""
    shot = filmed()
    frames = known(shot)["frames"]
    time_s = shot.motion.time_s - shot.rep(1).start_s
    forward = np.interp(time_s, [0.0, 0.5, 1.5, 2.6], [0.1, 0.08, 0.15, 0.1])
    frames["bar_m"] = np.column_stack([forward, shot.bar_height_m]).tolist()
    truth = truth_of(shot, frames=frames, rep_metrics=[{"drift_m": 0.07}] * 3)
    assert true_measure(truth, "drift", 0) == pytest.approx(5.0, abs=0.05)


@pytest.mark.parametrize("spoil", ["gap", "sparse", "absent"])
def test_drift_is_not_known_without_a_whole_path(spoil: str) -> None:
    shot = filmed()
    frames = known(shot)["frames"]
    if spoil == "gap":
        middle = int(shot.rep(1).turn_s * 30)
        frames["bar_m"][middle] = None
    elif spoil == "sparse":
        frames = {name: frames[name][::5] for name in ("time_s", "bar_m")}
    else:
        del frames["bar_m"]
    assert true_measure(truth_of(shot, frames=frames), "drift", 0) is None


def test_what_the_truth_does_not_say_is_not_scored(tmp_path: Path) -> None:
    shot = filmed()
    frames = known(shot)["frames"]
    del frames["bar_m"]
    outcome = taken(shot, tmp_path, rep_metrics=[], frames=frames)
    assert not any(table(name, outcome) for name in ("path", *MEASURES))


# views, and what others state


@pytest.mark.parametrize(
    ("view", "band"),
    [
        ({"yaw_deg": 25.0}, "side"), ({"yaw_deg": -160.0}, "side"), ({"yaw_deg": 26.0}, "oblique"),
        ({"yaw_deg": 65.0}, "front/rear"), ({"yaw_deg": -90.0}, "front/rear"),
        ({"name": "rear"}, "front/rear"),
        ({"name": "oblique"}, "oblique"), ({"name": "front", "yaw_deg": 60.0}, "oblique"), ({}, "unknown"),
    ],
)  # fmt: skip
def test_views_are_told_by_yaw_else_by_name(view: dict[str, Any], band: str) -> None:
    assert view_band(truth_of(filmed(), view=view)) == band


def test_views_have_rows_of_all_lifts(tmp_path: Path) -> None:
    outcomes = [
        taken(filmed(lift), tmp_path, view={"yaw_deg": yaw, "facing": "right"})
        for lift, yaw in (("deadlift", 40.0), ("squat", 0.0), ("deadlift", 0.0))
    ]
    assert [key[1:3] for key in table("velocity", *outcomes)] == [
        ("squat", "side"), ("deadlift", "side"), ("deadlift", "oblique"), ("all", "side"), ("all", "oblique"),
        ("all", "all"),
    ]  # fmt: skip


def names(row: Row) -> list[str]:
    return [f"{one.name} {one.figure}" for one in row.published]


def test_published_figures_stand_beside_the_rows_that_they_are_of(tmp_path: Path) -> None:
    outcomes = [
        taken(filmed(lift), tmp_path, view={"yaw_deg": yaw, "facing": "right"})
        for lift, yaw in (("squat", 0.0), ("deadlift", 40.0))
    ]
    velocity = table("velocity", *outcomes)
    assert names(velocity["rendered", "squat", "side", ""]) == ["Qwik 0.01-0.04", "Metric 0.04-0.14"]
    assert names(velocity["rendered", "deadlift", "oblique", ""]) == []
    angles = table("angles", *outcomes)
    assert names(angles["rendered", "squat", "0-15", "knee"]) == ["OpenCap 4.8", "MediaPipe -2.3±6.4"]
    assert names(angles["rendered", "squat", "0-15", "trunk"]) == []
    reps = table("reps", *outcomes)
    assert {tuple(names(row)) for row in reps.values()} == {("Metric 0.971", "GymAware 0.997")}
    assert names(table("range", *outcomes)["rendered", "squat", "side", ""]) == ["Metric -5.5..+4.9"]


def test_every_published_figure_names_its_source() -> None:
    told = [one for entries in PUBLISHED.values() for _, one in entries]
    assert all(one.name and one.figure and one.of and one.source for one in told)
    assert published("faults", "squat", "all", "squat.knee_valgus")[0].figure == "0.44"
    assert published("faults", "squat", "all", "squat.depth_short") == ()
    assert published("timing", "squat", "all", "start") == ()
