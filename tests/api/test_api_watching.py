"""What is told of a set while it is watched."""

from types import SimpleNamespace

import pytest
from builders import make_report

from api import watching
from api.watching import Meanwhile
from formcheck import early
from formcheck.draw.faces import Faces
from formcheck.errors import NoReps


class Watched:
    """An analyzer that finds reps from its third look on; each look costs processor time."""

    def __init__(self, clock, cost_s):
        self.clock, self.cost_s, self.looks = clock, cost_s, 0

    def report(self):
        self.looks += 1
        self.clock.cpu_s += self.cost_s
        if self.looks < 3:
            raise NoReps("expected reps, found none")
        return make_report()


@pytest.fixture
def clock(monkeypatch):
    found = SimpleNamespace(now_s=0.0, cpu_s=0.0)
    found.monotonic, found.process_time = lambda: found.now_s, lambda: found.cpu_s
    monkeypatch.setattr(watching, "time", found)
    monkeypatch.setattr(early, "time", found)
    monkeypatch.setattr(watching, "save_still", lambda *_, **__: None)
    monkeypatch.setattr(watching, "blur_image", lambda image, _: image)
    return found


def watch(clock, tmp_path, *, busy, cost_s=0.3, seconds=12):
    """Everything that is told in so many processor seconds, on a machine that is `busy` times slower."""
    said, analyzer = [], Watched(clock, cost_s)
    meanwhile = Meanwhile(analyzer, 30 * seconds, tmp_path, said.append, Faces())
    for index in range(30 * seconds):
        clock.cpu_s += 1 / 30
        clock.now_s += busy / 30
        meanwhile.see(SimpleNamespace(index=index, time_s=index / 30, image=None))
    return said, analyzer


@pytest.mark.parametrize("busy", [1, 30])
def test_reps_are_told_before_the_set_is_over(clock, tmp_path, busy):
    said, _ = watch(clock, tmp_path, busy=busy, seconds=16)
    numbers = [rep.number for rep in make_report().reps]
    told = [[rep["number"] for rep in line["reps"]] for line in said if "reps" in line]
    assert len(told) > 2
    assert told[0] == numbers[: len(told[0])]
    assert told[-1] == numbers


def test_looking_ahead_costs_a_small_share(clock, tmp_path):
    _, analyzer = watch(clock, tmp_path, busy=1, cost_s=2.0, seconds=60)
    assert 3 <= analyzer.looks <= 8
