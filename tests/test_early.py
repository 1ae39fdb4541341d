"""Reps are told before the set is over, and that costs little."""

from types import SimpleNamespace

import pytest
from builders import make_report

from formcheck import early
from formcheck.early import Early
from formcheck.errors import NoReps


@pytest.fixture
def clock(monkeypatch):
    found = SimpleNamespace(now_s=0.0, cpu_s=0.0)
    found.monotonic, found.process_time = lambda: found.now_s, lambda: found.cpu_s
    monkeypatch.setattr(early, "time", found)
    return found


def watch(clock, *, cost_s, seconds, busy=1, blind=0):
    """Reports told, and the number of looks, in so many processor seconds; the first `blind` see no rep."""
    told, looks = [], 0

    def judge():
        nonlocal looks
        looks += 1
        clock.cpu_s += cost_s
        clock.now_s += cost_s * busy
        if looks <= blind:
            raise NoReps("expected reps, found none")
        return make_report()

    watched = Early(judge, told.append)
    for _ in range(30 * seconds):
        clock.cpu_s += 1 / 30
        clock.now_s += busy / 30
        watched.look(99.0)
    return told, looks


@pytest.mark.parametrize("busy", [1, 30])
def test_reps_are_told_before_the_set_is_over(clock, busy):
    told, looks = watch(clock, cost_s=0.3, seconds=12, busy=busy, blind=2)
    assert len(told) == looks - 2 > 2
    assert told[0] == make_report()


@pytest.mark.parametrize("cost_s", [0.02, 0.5, 2.0])
def test_it_costs_a_small_share(clock, cost_s):
    _, looks = watch(clock, cost_s=cost_s, seconds=60)
    assert looks >= 3
    assert looks * cost_s <= 1.0 + 0.15 * clock.cpu_s + cost_s


def test_who_is_asked_in_vain_goes_on(clock):
    told, looks = watch(clock, cost_s=0.02, seconds=10, blind=99)
    assert not told
    assert looks > 10


def test_what_is_no_lack_of_reps_is_no_secret(clock):
    def judge():
        raise ZeroDivisionError

    watched = Early(judge, print)
    clock.now_s += 1
    with pytest.raises(ZeroDivisionError):
        watched.look(99.0)


@pytest.mark.parametrize(("since_end_s", "reps"), [(0.2, 1), (0.7, 2)])
def test_a_rep_is_told_when_it_is_over(clock, since_end_s, reps):
    report, told = make_report(), []
    watched = Early(lambda: report, told.append)
    clock.now_s += 1
    watched.look(report.reps[1].end_s + since_end_s)
    assert [len(one.reps) for one in told] == [reps]
