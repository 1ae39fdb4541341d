"""Frames decoded ahead, in a thread of their own, while those before them are looked at."""

from collections.abc import Iterable, Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")

FRAMES_AHEAD = 4
"""So many frames wait at most: enough to even out slow ones, little memory even at 4K."""

_PATIENCE_S = 0.1


def ahead(items: Iterable[Item], most: int = FRAMES_AHEAD) -> Iterator[Item]:
    """Give the same items in the same order, made ahead in a thread; an error comes where it was met.

    Parameters
    ----------
    items
        Iterated in the thread, which ends when they do or when the iteration is given up.
    most
        How many wait at most.
    """
    maker = _Maker(items, most)
    maker.start()
    try:
        while (entry := maker.made.get()) is not None:
            if isinstance(entry, Exception):
                raise entry
            yield entry[0]
    finally:
        maker.given_up.set()
        maker.join()


class _Maker(Thread, Generic[Item]):
    """Makes items until they end, fail, or nobody wants them; what comes last is None or the error."""

    def __init__(self, items: Iterable[Item], most: int) -> None:
        super().__init__(name="formcheck-decode", daemon=True)
        self.made: Queue[tuple[Item] | Exception | None] = Queue(most)
        self.given_up = Event()
        self._items = items

    def run(self) -> None:
        try:
            for item in self._items:
                self._put((item,))
                if self.given_up.is_set():
                    return
        except Exception as error:
            self._put(error)
        else:
            self._put(None)

    def _put(self, entry: tuple[Item] | Exception | None) -> None:
        while not self.given_up.is_set():
            try:
                self.made.put(entry, timeout=_PATIENCE_S)
            except Full:
                continue
            return
