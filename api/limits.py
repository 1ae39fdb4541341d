"""How often somebody may ask: counted in this process, answered with 429 and when to come back."""

import math
import threading
import time
from collections import deque

from .auth import Caller
from .problems import Problem
from .settings import ServiceSettings

_MOST_KEYS = 10_000
_MINUTE_S = 60.0
_HOUR_S = 3600.0


class Window:
    """At most `most` events in any `span_s` seconds under each key."""

    def __init__(self, most: int, span_s: float) -> None:
        self._most, self._span_s = most, span_s
        self._events: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Count an event.

        Raises
        ------
        Problem
            429: one too many, with the seconds until the next is welcome.
        """
        current = time.monotonic()
        with self._lock:
            events = self._events.setdefault(key, deque())
            while events and events[0] <= current - self._span_s:
                events.popleft()
            if len(events) >= self._most:
                wait_s = math.ceil(events[0] + self._span_s - current)
                raise Problem(
                    429,
                    "too-often",
                    "Too many requests.",
                    f"Try again in {wait_s} s.",
                    {"Retry-After": str(wait_s)},
                )
            events.append(current)
            if len(self._events) > _MOST_KEYS:
                self._forget(current)

    def _forget(self, current: float) -> None:
        old = [
            key for key, events in self._events.items() if not events or events[-1] <= current - self._span_s
        ]
        for key in old:
            del self._events[key]


class RateLimits:
    """The windows of the service: a browser's pages ask more often than a program should."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._requests = Window(settings.requests_per_min, _MINUTE_S)
        self._page_requests = Window(settings.page_requests_per_min, _MINUTE_S)
        self._uploads = Window(settings.uploads_per_h, _HOUR_S)
        self._page_uploads = Window(settings.page_uploads_per_h, _HOUR_S)
        self._sign_ins = Window(settings.sign_ins_per_min, _MINUTE_S)
        self._shares = Window(settings.page_requests_per_min, _MINUTE_S)

    def count_request(self, caller: Caller) -> None:
        """Count a request of a recognized caller; raises `Problem` 429."""
        (self._requests if caller.is_program else self._page_requests).count(caller.limit_key)

    def count_upload(self, caller: Caller) -> None:
        """Count an upload; raises `Problem` 429."""
        (self._uploads if caller.is_program else self._page_uploads).count(caller.limit_key)

    def count_sign_in(self, address: str, login: str) -> None:
        """Count a try to sign in, by where it comes from and by whose name it uses; raises `Problem` 429."""
        self._sign_ins.count(f"from {address}")
        self._sign_ins.count(f"as {login.strip().lower()}")

    def count_share(self, address: str) -> None:
        """Count a request for something shared; raises `Problem` 429."""
        self._shares.count(address)
