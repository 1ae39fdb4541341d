"""Puts the service together: its parts, addresses, headers and log."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event
from typing import Any

from anyio import CapacityLimiter, Semaphore
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders, State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import formcheck

from .contract import complete
from .database import AT_ONCE, migrate, open_engine, sessions
from .jobs import Queue
from .limits import RateLimits
from .logs import log
from .metrics import Metrics
from .pages import HERE, make_pages
from .problems import install
from .routes import (
    accounts,
    analyses,
    athletes,
    comparing,
    health,
    lifts,
    pages,
    references,
    results,
    talk,
    videos,
)
from .scratch import Scratch
from .settings import ServiceSettings
from .storage import open_storage

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        "media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}
_HSTS = "max-age=31536000"
_PROBES = 2
"""Uploads that are opened at once; others wait without holding a thread."""


class Service(FastAPI):
    """The application: all it answers is watched, and its OpenAPI tells each operation's problems."""

    def build_middleware_stack(self) -> ASGIApp:
        """Put the watch before everything, so that it sees answers to mistakes of ours too."""
        return Watch(super().build_middleware_stack(), self.state)

    def openapi(self) -> dict[str, Any]:
        """Give the document."""
        if self.openapi_schema is None:
            complete(super().openapi())
        return super().openapi()


def create_app(settings: ServiceSettings) -> FastAPI:
    """Make the application; nothing is opened before it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = open_engine(settings)
        migrate(engine, settings)
        app.state.sessions = sessions(engine)
        app.state.queue = Queue(engine)
        app.state.storage, app.state.scratch = open_storage(settings), Scratch(settings.data_dir)
        app.state.probing = CapacityLimiter(_PROBES)
        app.state.reading = Semaphore(AT_ONCE, fast_acquire=True)
        app.state.writing = Semaphore(1 if engine.dialect.name == "sqlite" else AT_ONCE)
        yield
        app.state.closing.set()
        app.state.queue.close()
        engine.dispose()

    app = Service(
        title="formcheck",
        version=formcheck.__version__,
        summary="Upload a set, watch it being judged, come back to it.",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings, app.state.limits, app.state.metrics = settings, RateLimits(settings), Metrics()
    app.state.log, app.state.closing, app.state.pages = log, Event(), make_pages()
    install(app)
    for noun in (accounts, athletes, videos, analyses, comparing, references, results, talk, lifts):
        app.include_router(noun.router, prefix="/api/v1")
    app.include_router(talk.public, prefix="/api/v1")
    app.include_router(health.router)
    app.include_router(pages.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app


class Watch:
    """Counts and logs each answer when it begins, and adds the headers that every one has."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app, self._state = app, state
        secure = {"Strict-Transport-Security": _HSTS} if state.settings.secure_cookies else {}
        self._always = _HEADERS | secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        started = time.perf_counter()

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
                self._note(scope, message["status"], time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, complete)

    def _note(self, scope: Scope, status: int, took_s: float) -> None:
        method, route = scope["method"], getattr(scope.get("route"), "path", "none")
        self._state.metrics.requests.labels(method, route, status).inc()
        self._state.metrics.seconds.labels(route).observe(took_s)
        facts = {"method": method, "route": route, "status": status, "ms": round(1000 * took_s, 1)}
        log.info("request", extra=facts)
