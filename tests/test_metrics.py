"""Every metric on a motion whose value is known."""

from dataclasses import replace

import numpy as np
import pytest
from known_motions import (
    AROUND_TURN,
    ASCENT,
    KNOWN,
    SQUAT_RANGE,
    measured,
    one,
    rep_of_squat,
    rising,
    squat,
)
from rule_cases import CASES
from synthetic import FOOT_M, Joints, Tempo, film, take_of

from formcheck.metrics import DOUBT, METRICS, measure, rep_metrics

CALM = {  # nothing of the kind happens in an even rep
    "dip": "squat", "heel_rise": "squat", "feet_moved": "squat", "trunk_rise": "squat",
    "hip_lift": "bench_press", "head_lift": "bench_press", "knee_width_drop": "front",
    "hip_shift": "front", "bar_tilt": "front", "side_lag": "front", "elbow_bend": "deadlift",
}  # fmt: skip


FITTED = {"balance_shift", "hips_below_knees"}
"""Metrics of the fitted body alone, which test_metrics_fitted.py holds to account."""


def test_every_metric_has_a_known_motion() -> None:
    """Here, or where its rule is tripped (test_rules.py)."""
    assert set(KNOWN) | FITTED | set(CASES) == set(METRICS)


@pytest.mark.parametrize("name", KNOWN)
def test_a_metric_has_the_motions_value(name: str) -> None:
    motion, value, tolerance = KNOWN[name]
    found = measured(name, take_of(motion()))
    assert not found.missing
    assert found.value == pytest.approx(value, abs=tolerance)
    assert found.low < found.value < found.high
    assert found.low <= value <= found.high
    assert found.value - found.low == pytest.approx(found.high - found.value)


@pytest.mark.parametrize("name", CALM)
def test_an_even_rep_has_nothing_to_find(name: str) -> None:
    shot = one("squat", azimuth_deg=0.0) if CALM[name] == "front" else one(CALM[name])
    found = measured(name, take_of(shot.motion))
    assert found.low <= 0.0 <= found.high
    assert abs(found.value) < 0.1 * KNOWN[name][1] or name == "elbow_bend"


def test_a_deeper_squat_is_deeper_by_what_it_is() -> None:
    """Shank and knee at the bottom: the thigh comes to 95 and to 75 degrees."""
    values = []
    for knee in (125.0, 105.0):
        shot = film(
            "squat", Tempo((1.0,)), postures=(Joints(2, 6, 5, -40, 160), Joints(30, knee, 40, -40, 160))
        )
        values.append(measure("depth", take_of(shot.motion), shot.rep()).value)
    expected = np.cos(np.radians(75.0)) - np.cos(np.radians(95.0))
    assert values[0] - values[1] == pytest.approx(expected, abs=0.01)


def test_a_heel_that_moves_with_its_toe_has_not_risen() -> None:
    lifted = rising("right_heel", "right_toe", by_m=0.2 * FOOT_M, knots=AROUND_TURN)(squat())
    assert measured("heel_rise", take_of(lifted)).value == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("name", ["eccentric", "pause", "concentric", "sticking_region"])
def test_slow_motion_divides_time(name: str) -> None:
    motion, value, _ = KNOWN[name]
    found = measured(name, take_of(motion(), slow_motion=8.0))
    assert found.value == pytest.approx(value / 8)
    assert found.high - found.low == pytest.approx((measured(name, take_of(motion())).high - value) / 4)


@pytest.mark.parametrize(
    ("name", "factor"), [("trunk_rise", DOUBT["light"]), ("heel_rise", DOUBT["light"]), ("range", 1.0)]
)
def test_a_weaker_network_widens_what_is_read_off_joints_and_not_corrected(name: str, factor: float) -> None:
    take = take_of(KNOWN[name][0]())
    sure, unsure = (measured(name, replace(take, preset=preset)) for preset in ("accurate", "light"))
    assert unsure.value == sure.value
    assert unsure.value - unsure.low == pytest.approx(factor * (sure.value - sure.low))
    assert unsure.high - unsure.value == pytest.approx(factor * (sure.high - sure.value))


def test_slow_motion_multiplies_speed() -> None:
    found = measured("mean_concentric_speed", take_of(squat(), slow_motion=8.0))
    assert found.value == pytest.approx(8 * SQUAT_RANGE / 1.2, rel=0.01)


@pytest.mark.parametrize("pitch_deg", [15.0, 25.0])
def test_an_even_bench_press_seen_from_the_front(pitch_deg: float) -> None:
    """One hand lags by 2 cm, which are 0.04 trunks: less than half of what the rules call uneven."""
    shot = film("bench_press", Tempo((1.0,)), azimuth_deg=0.0, pitch_deg=pitch_deg)
    found = measured("side_lag", take_of(rising("right_wrist", by_m=0.02, knots=ASCENT)(shot.motion)))
    assert found.value == pytest.approx(0.04, abs=0.01)


def test_rep_metrics_gives_the_named_ones_in_order() -> None:
    take, rep = take_of(squat()), rep_of_squat()
    found = rep_metrics(take, rep, ("pause", "depth"))
    assert list(found) == ["pause", "depth"]
    assert found["depth"] == measure("depth", take, rep)
