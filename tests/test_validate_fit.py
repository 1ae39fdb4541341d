"""Corrections fitted on half of the bodies and judged on the other: known errors are found again."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from formcheck.errors import FormcheckError
from formcheck.metrics.corrections import Corrections, LiftTable, parse_corrections, to_toml
from formcheck.metrics.measure import Z90
from formcheck.validate.fit import (
    FITTED_ON,
    FLOORS,
    JUDGED_ON,
    Judged,
    fit,
    halves,
    judge,
    new_body_factor,
)
from formcheck.validate.readings import Reading

BENCHMARK = Path(__file__).parents[1] / "samples" / "render" / "benchmark.toml"
EVERYBODY = (*FITTED_ON, *JUDGED_ON)
NAME = "knee_flexion_turn"


def reading(body: str, error: float, **changes: object) -> Reading:
    """One squat from the side, read wrong by `error`."""
    plain = Reading(
        clip=f"clip of {body}",
        body=body,
        preset="balanced",
        lift="squat",
        measure=NAME,
        unit="deg",
        yaw_deg=10.0,
        view="side",
        found_yaw_deg=12.0,
        read=120.0 + error,
        true=120.0,
    )
    return replace(plain, **changes)


def many(error_of: Callable[[str, int], float], reps: int = 2, **changes: object) -> list[Reading]:
    """Reps of every body, read wrong by what a function of body and rep says."""
    return [reading(body, error_of(body, rep), **changes) for body in EVERYBODY for rep in range(reps)]


def fitted(readings: list[Reading]) -> Corrections:
    return fit(readings, made_by="formcheck validate clips --fit table.toml", made_on=date(2026, 11, 22))


def squat(table: Corrections) -> LiftTable:
    return table.balanced["squat"]


def only(rows: tuple[Judged, ...]) -> Judged:
    [row] = rows
    return row


# the halves


def test_the_halves_share_no_body_and_hold_both_sexes_and_all_builds() -> None:
    assert not set(FITTED_ON) & set(JUDGED_ON)
    for half in (FITTED_ON, JUDGED_ON):
        assert len(half) == len(set(half)) == 12
        assert sum(body.endswith("woman") for body in half) == 6
        for build in ("heavy", "slim", "long_femur", "short_femur"):
            assert sum(body.startswith(build) for body in half) == 2


def test_the_halves_are_the_bodies_of_the_benchmark() -> None:
    clips = tomllib.loads(BENCHMARK.read_text("utf-8"))["clip"]
    assert {clip["body"] for clip in clips} == set(EVERYBODY)


def test_readings_go_by_body() -> None:
    strangers = [reading("", -5.0), reading("somebody", -5.0), reading("man", 0.1, measure="concentric")]
    ours, others = halves([*many(lambda body, rep: 0.0), *strangers])
    assert {one.body for one in ours} == set(FITTED_ON)
    assert {one.body for one in others} == set(JUDGED_ON)
    assert len(ours) == len(others) == 24


@pytest.mark.parametrize(
    ("kept", "lacking"), [(FITTED_ON, "older_man"), (JUDGED_ON, "slim_man"), ((), "man")]
)
def test_an_empty_half_is_refused_with_its_bodies(kept: tuple[str, ...], lacking: str) -> None:
    with pytest.raises(FormcheckError, match=lacking):
        halves([one for one in many(lambda body, rep: 0.0) if one.body in kept])


# the fit


def test_a_bias_is_found_with_its_sign_turned() -> None:
    entry = squat(fitted(many(lambda body, rep: -12.0 + (rep - 0.5)))).side[NAME]
    assert entry.offset == 12.0
    assert (entry.reps, entry.bodies) == (24, 12)


def test_no_bias_has_no_sign() -> None:
    assert f"{squat(fitted(many(lambda body, rep: 0.01))).side[NAME].offset:g}" == "0"


def test_each_preset_lift_view_and_measure_has_its_own() -> None:
    table = fitted(
        [
            *many(lambda body, rep: -12.0),
            *many(lambda body, rep: -4.0, view="oblique", yaw_deg=30.0, found_yaw_deg=33.0),
            *many(lambda body, rep: 8.0, preset="light"),
            *many(lambda body, rep: 2.0, lift="deadlift"),
            *many(lambda body, rep: -0.2, measure="depth", unit="thigh lengths"),
            *many(lambda body, rep: -40.0, view="front", yaw_deg=90.0, found_yaw_deg=88.0),
        ]
    )
    assert squat(table).side[NAME].offset == 12.0
    assert squat(table).side["depth"].offset == 0.2
    assert squat(table).oblique[NAME].offset == 4.0
    assert table.light["squat"].side[NAME].offset == -8.0
    assert table.balanced["deadlift"].side[NAME].offset == -2.0
    assert not table.accurate


def test_a_body_counts_once_however_often_it_lifts() -> None:
    often = [reading("man", -50.0) for _ in range(40)]
    table = fitted([*many(lambda body, rep: -10.0), *often])
    assert squat(table).side[NAME].offset == 10.0


def test_the_other_half_is_not_fitted_on() -> None:
    table = fitted(many(lambda body, rep: -12.0 if body in FITTED_ON else 30.0))
    assert squat(table).side[NAME].offset == 12.0
    assert table.uncorrected_sd["deg"] == pytest.approx(12.0 / Z90, abs=0.05)


def test_the_spread_is_that_of_most_of_what_is_left_and_wider_for_a_new_body() -> None:
    """Errors of -10 but for two bodies in twelve, at -22: more than a tenth of the readings are 12 off."""
    table = fitted(many(lambda body, rep: -22.0 if body in ("man", "woman") else -10.0))
    entry = squat(table).side[NAME]
    assert entry.offset == 10.0
    assert entry.sd == pytest.approx(12.0 / Z90 * new_body_factor(12), abs=0.05)


@pytest.mark.parametrize(("bodies", "factor"), [(2, 4.701), (3, 2.050), (6, 1.323), (10**6, 1.0)])
def test_few_bodies_widen(bodies: int, factor: float) -> None:
    """t(0.95) of 1, 2 and 5 degrees of freedom is 6.314, 2.920 and 2.015."""
    assert new_body_factor(bodies) == pytest.approx(factor, abs=0.001)


def test_no_spread_is_below_its_floor() -> None:
    entry = squat(fitted(many(lambda body, rep: -12.0))).side[NAME]
    assert entry.sd == pytest.approx(FLOORS["deg"] * new_body_factor(12), abs=0.05)


def test_two_bodies_are_too_few() -> None:
    table = fitted([one for one in many(lambda body, rep: -12.0) if one.body in ("man", "woman", *JUDGED_ON)])
    assert not table.balanced
    assert only(judge(many(lambda body, rep: -12.0), table)).entry is None


def test_a_table_tells_where_it_comes_from_and_can_be_read_again() -> None:
    table = fitted(many(lambda body, rep: -12.0 + rep))
    assert parse_corrections(to_toml(table)) == table
    assert table.made_on == "2026-11-22"
    assert table.made_by == "formcheck validate clips --fit table.toml"
    assert table.made_from.startswith(
        "24 rendered clips; fitted on heavy older man, heavy woman, long femur tall"
    )


# from how far off the side


def off_axis(error_at: dict[float, float]) -> list[Reading]:
    """Every body at each true yaw, from the side well seen, beyond wrong by an alternating error."""
    rows = many(lambda body, rep: -1.0 + 2 * rep)
    for yaw, error in error_at.items():
        rows += many(
            lambda body, rep, size=error: size * (2 * rep - 1), yaw_deg=yaw, found_yaw_deg=yaw, view="oblique"
        )
    return rows


@pytest.mark.parametrize(
    ("errors", "most"),
    [
        ({30.0: 5.0, 45.0: 5.0}, 50.0),
        ({30.0: 5.0, 45.0: 30.0}, 37.5),
        ({30.0: 30.0, 45.0: 30.0}, 25.0),
        ({30.0: 30.0, 45.0: 5.0}, 25.0),  # what lies beyond a bad band is not told
        ({}, 25.0),
    ],
)
def test_a_measure_is_told_as_far_as_its_curve_is_good(errors: dict[float, float], most: float) -> None:
    assert fitted(off_axis(errors)).most_yaw_deg("balanced", "squat", NAME) == most


def test_a_single_clip_is_no_curve() -> None:
    alone = reading("man", 0.0, yaw_deg=30.0, found_yaw_deg=30.0, view="oblique")
    assert fitted([*off_axis({}), alone]).most_yaw_deg("balanced", "squat", NAME) == 25.0


def test_what_is_useless_from_the_side_is_never_told() -> None:
    readings = many(lambda body, rep: 60.0 * (2 * rep - 1))
    table = fitted(readings)
    assert table.most_yaw_deg("balanced", "squat", NAME) == 0.0
    assert judge(readings, table) == ()


def test_as_blunt_as_from_the_side_is_good_enough_off_it() -> None:
    rows = many(lambda body, rep: 20.0 * (2 * rep - 1))
    rows += many(lambda body, rep: 19.0 * (2 * rep - 1), yaw_deg=30.0, found_yaw_deg=30.0, view="oblique")
    assert fitted(rows).most_yaw_deg("balanced", "squat", NAME) == 37.5


# the judgement


def test_bias_and_error_before_and_after_are_of_the_other_half() -> None:
    readings = many(lambda body, rep: -12.0 if body in FITTED_ON else -15.0 + 2 * rep)
    row = only(judge(readings, fitted(readings)))
    assert (row.preset, row.lift, row.view, row.measure) == ("balanced", "squat", "side", NAME)
    assert (row.n, row.bodies) == (24, 12)
    assert row.bias_read == pytest.approx(-14.0)
    assert row.mae_read == pytest.approx(14.0)
    assert row.bias_told == pytest.approx(-2.0)
    assert row.mae_told == pytest.approx(2.0)


def test_errors_of_both_signs_do_not_cancel_in_the_mean_error() -> None:
    readings = many(lambda body, rep: 0.0 if body in FITTED_ON else 3.0 * (2 * rep - 1))
    row = only(judge(readings, fitted(readings)))
    assert row.bias_told == pytest.approx(0.0)
    assert row.mae_told == pytest.approx(3.0)


@pytest.mark.parametrize("outside", [0, 2, 6, 12])
def test_the_share_inside_is_counted(outside: int) -> None:
    far = JUDGED_ON[:outside]
    table = fitted(many(lambda body, rep: -10.0))
    row = only(judge(many(lambda body, rep: 100.0 if body in far else -10.0, reps=4), table))
    assert row.inside == pytest.approx(1 - outside / 12)


def test_an_honest_spread_holds_nine_tenths_of_the_other_half() -> None:
    """In the mean of many draws of twelve bodies; a single one holds 71 to 100 %."""

    def drawn(seed: int) -> Judged:
        rng = np.random.default_rng(seed)
        body_error = {body: rng.normal(-15, 6) for body in EVERYBODY}
        readings = many(lambda body, rep: body_error[body] + rng.normal(0, 4), reps=60)
        return only(judge(readings, fitted(readings)))

    draws = [drawn(seed) for seed in range(30)]
    assert all(abs(row.bias_told) < abs(row.bias_read) / 2 for row in draws)
    assert 0.88 <= np.mean([row.inside for row in draws]) <= 0.96


def test_what_is_not_corrected_is_judged_with_its_wide_interval() -> None:
    table = Corrections(
        made_by="x", made_on="x", made_from="x", uncorrected_sd={"deg": 10.0, "thigh lengths": 0.2}
    )
    readings = many(lambda body, rep: 16.0 if rep else 17.0)
    row = only(judge(readings, table))
    assert row.entry is None
    assert row.bias_told == row.bias_read == pytest.approx(16.5)
    assert row.inside == 0.5


def test_what_is_not_told_from_there_is_not_judged() -> None:
    near = many(lambda body, rep: -12.0)
    far = many(lambda body, rep: -90.0, yaw_deg=45.0, found_yaw_deg=44.0, view="oblique")
    table = fitted(near)
    assert only(judge([*near, *far], table)).n == 24
