"""Reps in heights that are known functions of time: one metre from top to bottom."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import Array, Tempo, eased

from formcheck.reps import STILL_MPS, BarSpeed, Rep, Start, find_reps

Knots = Sequence[tuple[float, float]]
STARTS: tuple[Start, ...] = ("top", "bottom")


def reps_of(
    way: Callable[[Array], Array],
    duration_s: float,
    *,
    starts: Start = "top",
    rate_hz: float = 60.0,
    smallest_range: float = 0.35,
    shortest_s: float = 0.7,
) -> tuple[Rep, ...]:
    """The reps of a way: 0 where a rep starts, 1 where it turns."""
    time_s = np.arange(round(duration_s * rate_hz) + 1) / rate_hz
    height = 1.0 - way(time_s) if starts == "top" else way(time_s)
    return find_reps(time_s, height, starts=starts, smallest_range=smallest_range, shortest_s=shortest_s)


def reps_of_knots(knots: Knots, *, shape: str = "cosine", **options: object) -> tuple[Rep, ...]:
    """The reps of a way that rests at each knot (seconds, way)."""
    return reps_of(lambda time_s: eased(time_s, knots, shape), knots[-1][0], **options)


def tolerance_s(seconds: float, shape: str, rate_hz: float = 60.0) -> float:
    """How sharply the ends of a way can be told: 0.05 s and 0.75 frames; slow ways less sharply.

    By 3 % of its time a cosine has done 0.2 % of its way, by a tenth a minimum-jerk one 0.9 %.
    """
    return max(0.05, (0.1 if shape == "jerk" else 0.03) * seconds) + 0.75 / rate_hz


def assert_times(reps: Sequence[Rep], tempo: Tempo, *, rate_hz: float = 60.0) -> None:
    """Each rep, and each of its phases, has the times of the tempo."""
    assert [rep.number for rep in reps] == list(range(1, len(tempo.depths) + 1))
    within_s = tolerance_s(max(tempo.out_s, tempo.back_s), tempo.shape, rate_hz)
    for rep, start in zip(reps, tempo.starts_s, strict=True):
        turn, leave = start + tempo.out_s, start + tempo.out_s + tempo.hold_s
        end = leave + tempo.back_s
        assert rep.start_s == pytest.approx(start, abs=within_s)
        assert turn - within_s <= rep.turn_s <= leave + within_s
        assert rep.end_s == pytest.approx(end, abs=within_s)
        out, pause, back = rep.phases[:3]
        for phase, (first, last) in zip(
            (out, pause, back), ((start, turn), (turn, leave), (leave, end)), strict=True
        ):
            assert phase.start_s == pytest.approx(first, abs=within_s), phase
            assert phase.end_s == pytest.approx(last, abs=within_s), phase
        assert not rep.partial


# how many and when


@pytest.mark.parametrize("starts", STARTS)
@pytest.mark.parametrize("shape", ["cosine", "jerk"])
@pytest.mark.parametrize("count", [1, 3, 10])
def test_reps_and_their_times(count: int, shape: str, starts: Start) -> None:
    tempo = Tempo((1.0,) * count, shape=shape)
    reps = reps_of(tempo.way, tempo.duration_s, starts=starts)
    assert_times(reps, tempo)
    for rep in reps:
        assert rep.height_range == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("starts", STARTS)
@pytest.mark.parametrize("seconds", [0.6, 1.0, 2.0, 3.5])
def test_quick_and_slow_reps(seconds: float, starts: Start) -> None:
    tempo = Tempo(out_s=seconds, back_s=seconds)
    assert_times(reps_of(tempo.way, tempo.duration_s, starts=starts), tempo)


@pytest.mark.parametrize(("starts", "order"), [("top", ["eccentric", "pause", "concentric"]),
                                               ("bottom", ["concentric", "pause", "eccentric"])])  # fmt: skip
def test_phases_come_in_the_order_of_the_lift(starts: Start, order: list[str]) -> None:
    tempo = Tempo()
    for rep in reps_of(tempo.way, tempo.duration_s, starts=starts):
        assert [phase.name for phase in rep.phases] == order
        assert rep.phase("pause") == rep.phases[1]
        assert rep.phase("sticking_region") is None
        assert rep.phases[0].duration_s == pytest.approx(tempo.out_s, abs=0.1)
        if starts == "bottom":  # a deadlift turns at its lockout, not somewhere in it
            assert rep.turn_s == rep.phases[0].end_s


@pytest.mark.parametrize("starts", STARTS)
def test_touch_and_go(starts: Start) -> None:
    """No rest at the turn and none between the reps."""
    tempo = Tempo((1.0,) * 5, hold_s=0.0, rest_s=0.0)
    assert_times(reps_of(tempo.way, tempo.duration_s, starts=starts), tempo)


@pytest.mark.parametrize("hold_s", [0.5, 1.0, 2.0, 3.0])
def test_paused_reps(hold_s: float) -> None:
    tempo = Tempo(hold_s=hold_s)
    reps = reps_of(tempo.way, tempo.duration_s)
    assert_times(reps, tempo)
    assert [rep.phases[1].duration_s for rep in reps] == pytest.approx([hold_s] * 3, abs=0.1)


def test_uneven_depth() -> None:
    tempo = Tempo((1.0, 0.7, 1.0, 0.8, 0.6))
    reps = reps_of(tempo.way, tempo.duration_s)
    assert_times(reps, tempo)
    assert [rep.height_range for rep in reps] == pytest.approx(list(tempo.depths), abs=0.01)


@pytest.mark.parametrize("starts", STARTS)
@pytest.mark.parametrize("stall_at", [0.4, 0.5, 0.6])
def test_a_stall_on_a_slow_way_makes_no_second_rep(stall_at: float, starts: Start) -> None:
    knots = [(0, 0), (1, 0), (3, stall_at), (4, stall_at), (6, 1), (6.4, 1), (7.6, 0), (9, 0)]
    (rep,) = reps_of_knots(knots, starts=starts)
    assert rep.end_s == pytest.approx(7.6, abs=0.08)
    assert rep.phases[0].end_s == pytest.approx(6.0, abs=0.08)


@pytest.mark.parametrize("stall_at", [0.4, 0.6])
def test_a_rep_with_a_stall_starts_when_the_bar_does(stall_at: float) -> None:
    (rep,) = reps_of_knots([(0, 0), (1, 0), (3, stall_at), (4, stall_at), (6, 1), (7.2, 0), (9, 0)])
    assert rep.start_s == pytest.approx(1.0, abs=0.1)


def test_falling_back_by_a_third_makes_no_second_rep() -> None:
    """The second of three squats comes up to 0.6 and falls back to 0.3 before it is done."""
    knots = [(0, 0), (1, 0), (2.4, 1), (3.6, 0), (5, 0), (6.4, 1), (7.2, 0.4), (8.0, 0.7), (9.2, 0)]
    reps = reps_of_knots([*knots, (10, 0), (11.4, 1), (12.6, 0), (14, 0)])
    assert [(rep.start_s, rep.end_s) for rep in reps] == [
        pytest.approx(times, abs=0.1) for times in ((1.0, 3.6), (5.0, 9.2), (10.0, 12.6))
    ]


def test_a_bounce_at_the_turn_is_the_same_rep() -> None:
    knots = [(0, 0), (1, 0), (2.4, 1), (2.7, 0.85), (3.0, 0.97), (4.2, 0), (5, 0)]
    assert len(reps_of_knots(knots)) == 1


# deadlifts


def test_dead_stops_between_deadlifts() -> None:
    tempo = Tempo((1.0,) * 4, hold_s=0.3, rest_s=2.5)
    assert_times(reps_of(tempo.way, tempo.duration_s, starts="bottom"), tempo)


@pytest.mark.parametrize("lead_s", [4.0, 12.0])
def test_a_long_set_up_before_a_deadlift_is_not_part_of_it(lead_s: float) -> None:
    tempo = Tempo((1.0,), lead_s=lead_s, tail_s=3.0)
    assert_times(reps_of(tempo.way, tempo.duration_s, starts="bottom"), tempo)


def test_bending_to_the_bar_and_leaving_it_are_no_deadlifts() -> None:
    """The hands come down from the thighs to the bar, lift it once, put it back and go up without it."""
    knots = [(0, 0.9), (1, 0.9), (2.5, 0), (5, 0), (6.4, 1), (6.8, 1), (8, 0), (9, 0), (10.5, 0.9), (11, 0.9)]
    (rep,) = reps_of_knots(knots, starts="bottom")
    assert (rep.start_s, rep.turn_s, rep.end_s) == pytest.approx((5.0, 6.4, 8.0), abs=0.05)


# what is no rep


@pytest.mark.parametrize("starts", STARTS)
def test_unracking_and_reracking_are_no_reps(starts: Start) -> None:
    """Bumps of 0.4 before and after the set: far enough for a rep by themselves, but not in this set."""
    knots = [(0, 0), (1, 0), (1.8, 0.4), (2.6, 0)]
    for start in (4, 8, 12):
        knots += [(start, 0), (start + 1.4, 1), (start + 1.7, 1), (start + 2.9, 0)]
    knots += [(16, 0), (16.8, 0.4), (17.6, 0), (18, 0)]
    reps = reps_of_knots(knots, starts=starts)
    assert [rep.start_s for rep in reps] == pytest.approx([4, 8, 12], abs=0.05)


def test_ways_under_the_smallest_range_are_no_reps() -> None:
    assert reps_of(Tempo((0.3, 0.3)).way, 10.0, smallest_range=0.35) == ()


@pytest.mark.parametrize(("shortest_s", "count"), [(0.7, 0), (0.3, 2)])
def test_quick_jumps_are_dropped(shortest_s: float, count: int) -> None:
    jumps = Tempo((1.0, 1.0), out_s=0.25, hold_s=0.0, back_s=0.25)
    assert len(reps_of(jumps.way, jumps.duration_s, shortest_s=shortest_s)) == count


def test_standing_still_is_no_rep() -> None:
    assert reps_of(lambda time_s: 0.0 * time_s, 5.0) == ()
    assert reps_of(lambda time_s: np.full(len(time_s), np.nan), 5.0) == ()


def test_going_down_alone_is_no_squat() -> None:
    assert reps_of_knots([(0, 0), (1, 0), (2.5, 1), (4, 1)]) == ()


# cut off


def cut(tempo: Tempo, from_s: float, to_s: float, starts: Start = "top") -> tuple[Rep, ...]:
    """The reps of a part of a take; times count from its start."""
    return reps_of(lambda time_s: tempo.way(time_s + from_s), to_s - from_s, starts=starts)


def test_a_squat_whose_start_is_cut_off_is_partial() -> None:
    """The first descent is cut at 60 % of the way down; the ascent is whole."""
    tempo = Tempo()
    reps = cut(tempo, 1.8, tempo.duration_s)
    assert [rep.partial for rep in reps] == [True, False, False]
    assert reps[0].end_s == pytest.approx(4.0 - 1.8, abs=0.05)


def test_a_deadlift_whose_end_is_cut_off_is_partial() -> None:
    """The last lowering is cut at 40 % of the way down; the pull is whole."""
    tempo = Tempo()
    reps = cut(tempo, 0.0, 10.93, starts="bottom")
    assert [rep.partial for rep in reps] == [False, False, True]
    assert reps[2].start_s == pytest.approx(8.6, abs=0.05)


@pytest.mark.parametrize(("from_s", "to_s", "starts"), [(0.0, 10.9, "top"), (1.8, 12.6, "bottom")])
def test_half_a_rep_without_its_lifting_is_none(from_s: float, to_s: float, starts: Start) -> None:
    reps = cut(Tempo(), from_s, to_s, starts)
    assert [rep.partial for rep in reps] == [False, False]


def test_a_squat_of_which_little_is_shown_is_none() -> None:
    """The video starts when half of the first ascent is done."""
    assert [rep.partial for rep in cut(Tempo(), 3.4, 12.6)] == [False, False]


LONE_PULL = [(0.0, 0.0), (2.0, 0.0), (3.5, 1.0)]


def test_a_lone_deadlift_that_is_cut_at_its_lockout_is_partial() -> None:
    (rep,) = reps_of_knots([*LONE_PULL, (4.5, 1.0)], starts="bottom")
    assert rep.partial
    assert (rep.start_s, rep.turn_s) == pytest.approx((2.0, 3.5), abs=0.06)


@pytest.mark.parametrize("end_s", [3.2, 9.0], ids=["no lockout", "goes on standing"])
@pytest.mark.parametrize("stooping", [0.0, 0.4], ids=["from rest", "after stooping"])
def test_a_lone_pull_without_a_lockout_is_no_deadlift(stooping: float, end_s: float) -> None:
    knots = [(0.0, stooping), (1.0, 0.0), *LONE_PULL[1:], (9.0, 1.0)]
    assert reps_of(lambda time_s: eased(time_s, knots), end_s, starts="bottom") == ()


def test_a_cut_in_a_rest_cuts_no_rep() -> None:
    tempo = Tempo()
    assert [rep.partial for rep in cut(tempo, 0.9, 4.4)] == [False]


# the bar's speed in metres a second


def timed_by_speed(
    tempo: Tempo,
    *,
    starts: Start = "top",
    noise_mps: float = 0.0,
    lost: slice | None = None,
    still_mps: float = STILL_MPS["top"],
) -> tuple[Rep, ...]:
    """The reps of a way of one metre whose speed is known."""
    time_s = np.arange(round(tempo.duration_s * 30) + 1) / 30
    height = 1.0 - tempo.way(time_s) if starts == "top" else tempo.way(time_s)
    speed = np.gradient(height, time_s) + np.random.default_rng(2).normal(0, noise_mps, len(time_s))
    if lost is not None:
        speed[lost] = np.nan
    return find_reps(time_s, height, starts=starts, smallest_range=0.35, bar=BarSpeed(speed, still_mps))


@pytest.mark.parametrize("starts", STARTS)
@pytest.mark.parametrize("hold_s", [0.0, 0.8])
def test_a_bar_whose_speed_is_known_rests_below_a_few_centimetres_a_second(
    starts: Start, hold_s: float
) -> None:
    """A cosine of 1 m in 1.4 s passes 0.03 m/s 0.01 s after it has begun: less than a frame."""
    tempo = Tempo(hold_s=hold_s)
    assert_times(timed_by_speed(tempo, starts=starts), tempo, rate_hz=30.0)
    for rep, start_s in zip(timed_by_speed(tempo, starts=starts), tempo.starts_s, strict=True):
        assert rep.start_s == pytest.approx(start_s, abs=0.02)


@pytest.mark.parametrize("starts", STARTS)
def test_noise_in_the_speed_below_half_of_the_limit_moves_no_edge_far(starts: Start) -> None:
    noisy, calm = (timed_by_speed(Tempo(), starts=starts, noise_mps=noise) for noise in (0.012, 0.0))
    for one, other in zip(noisy, calm, strict=True):
        assert (one.start_s, one.end_s) == pytest.approx((other.start_s, other.end_s), abs=0.1)


def test_a_higher_limit_is_passed_later() -> None:
    low, high = (timed_by_speed(Tempo(), still_mps=still)[0] for still in (0.03, 0.3))
    assert low.start_s < high.start_s < high.end_s < low.end_s


def test_slow_inches_before_the_lift_are_not_of_it() -> None:
    """The bar creeps by 2 cm in 1.5 s, then goes: 0.013 m/s is rest."""
    tempo = Tempo((1.0,))
    time_s = np.arange(round(tempo.duration_s * 30) + 1) / 30
    way = 0.98 * tempo.way(time_s) + np.interp(time_s, [-0.5, 1.0, 4.0, 4.5], [0.0, 0.02, 0.02, 0.0])
    bar = BarSpeed(np.gradient(1 - way, time_s), STILL_MPS["top"])
    [rep] = find_reps(time_s, 1 - way, starts="top", smallest_range=0.35, bar=bar)
    assert rep.start_s == pytest.approx(1.0, abs=0.05)


def test_where_the_speed_is_not_known_the_height_tells_the_times() -> None:
    plain = timed_by_speed(Tempo(), lost=slice(0, None))
    assert plain == timed_by_speed(Tempo(), lost=slice(0, None), still_mps=0.3)
    partly = timed_by_speed(Tempo(), lost=slice(60, 62))
    assert partly[0] == plain[0]
    assert partly[1:] == timed_by_speed(Tempo())[1:]


# the sticking region


def grinding(time_s: Array, dip_share: float) -> Array:
    """A way back whose speed falls by `dip_share` at its middle, 2 s long, from 3 s on."""
    grid = np.linspace(0, 1, 2001)
    speed = np.sin(np.pi * grid) * (1 - dip_share * np.exp(-(((grid - 0.45) / 0.12) ** 2)))
    done = np.cumsum(speed) / speed.sum()
    back = np.interp((time_s - 3.0) / 2.0, grid, done)
    return np.asarray(eased(time_s, [(0, 0), (1, 0), (2.5, 1)]) - back)


@pytest.mark.parametrize(("dip_share", "found"), [(0.0, False), (0.25, False), (0.6, True), (0.8, True)])
def test_a_sticking_region_is_where_the_speed_dips(dip_share: float, found: bool) -> None:
    (rep,) = reps_of(lambda time_s: grinding(time_s, dip_share), 6.0)
    region = rep.phase("sticking_region")
    assert (region is not None) == found
    if region is not None:
        fine = np.arange(3.0, 5.0, 0.001)
        speed = np.abs(np.gradient(grinding(fine, dip_share), fine))
        least = fine[200:-200][np.argmin(speed[400:1200]) + 200]
        peak = fine[np.argmax(speed[: np.searchsorted(fine, least)])]
        assert (region.start_s, region.end_s) == pytest.approx((peak, least), abs=0.05)


# properties


@settings(deadline=None, max_examples=25)
@given(st.floats(24.0, 240.0), st.sampled_from(STARTS), st.sampled_from(["cosine", "jerk"]))
def test_reps_are_unchanged_by_resampling(rate_hz: float, starts: Start, shape: str) -> None:
    tempo = Tempo((1.0, 0.8, 1.0, 0.9), shape=shape)
    assert_times(reps_of(tempo.way, tempo.duration_s, starts=starts, rate_hz=rate_hz), tempo, rate_hz=rate_hz)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.0, 16.0), st.floats(0.02, 4.0)), min_size=1, max_size=4),
    st.sampled_from(STARTS),
)
def test_adding_nan_never_invents_a_rep(gaps: list[tuple[float, float]], starts: Start) -> None:
    tempo = Tempo((1.0, 0.8, 1.0, 0.9))
    whole = reps_of(tempo.way, tempo.duration_s, starts=starts)

    def gappy(time_s: Array) -> Array:
        lost = [(time_s >= start) & (time_s < start + length) for start, length in gaps]
        return np.where(np.any(lost, axis=0), np.nan, tempo.way(time_s))

    for rep in reps_of(gappy, tempo.duration_s, starts=starts):
        assert any(true.start_s - 0.1 <= rep.turn_s <= true.end_s + 0.1 for true in whole)
    assert len(reps_of(gappy, tempo.duration_s, starts=starts)) <= len(whole)
