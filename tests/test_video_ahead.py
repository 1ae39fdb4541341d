"""Frames made ahead in a thread: the same ones, few at a time, errors where they were met."""

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from formcheck.errors import UnreadableVideo
from formcheck.video.ahead import ahead


def threads() -> int:
    return sum(thread.name == "formcheck-decode" for thread in threading.enumerate())


def test_the_same_in_the_same_order() -> None:
    assert list(ahead(range(100))) == list(range(100))
    assert list(ahead([])) == []
    assert threads() == 0


def test_they_are_made_in_another_thread_and_few_ahead() -> None:
    made: list[int] = []
    makers: set[int] = set()

    def items() -> Iterator[int]:
        for item in range(50):
            made.append(item)
            makers.add(threading.get_ident())
            yield item

    stream = ahead(items(), most=3)
    assert next(stream) == 0
    deadline = time.monotonic() + 5
    while len(made) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert made == [0, 1, 2, 3, 4]  # one given, three waiting, one in the maker's hand
    assert list(stream) == list(range(1, 50))
    assert threading.get_ident() not in makers


def test_an_error_comes_after_what_was_made_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise UnreadableVideo("broken", "hint")

    stream = ahead(items())
    assert next(stream) == 1
    with pytest.raises(UnreadableVideo, match="broken"):
        next(stream)
    assert threads() == 0


def test_giving_up_ends_the_thread() -> None:
    stream = ahead(itertools.count())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert threads() == 0
