"""What routes ask for: a session, the caller, and rows that are theirs. Ownership is decided here, once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Path, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from .auth import COOKIE, Caller, Scope, caller_of_cookie, caller_of_key
from .database import ask, reading
from .limits import RateLimits
from .problems import Problem, not_found
from .scratch import Scratch
from .settings import ServiceSettings
from .storage import Storage
from .tables import (
    Analysis,
    ApiKey,
    Athlete,
    Comment,
    Receipt,
    Reference,
    Share,
    TrainingSession,
    Video,
)

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
CSRF_HEADER = "x-csrf-token"
SLOW = "take long"
"""Tag of routes that take long: they write in a session of their own at their end."""

Owned = TypeVar(
    "Owned", Analysis, ApiKey, Athlete, Comment, Receipt, Reference, Share, TrainingSession, Video
)

_BEARER = HTTPBearer(auto_error=False, description="A key made in the settings.")
_COOKIE_SCHEME = APIKeyCookie(name=COOKIE, auto_error=False, description="A signed-in browser.")


# What needs no database is async: each plain function is handed to a thread, which costs more than these do.


async def _settings(request: Request) -> ServiceSettings:
    settings: ServiceSettings = request.app.state.settings
    return settings


async def _storage(request: Request) -> Storage:
    storage: Storage = request.app.state.storage
    return storage


async def _scratch(request: Request) -> Scratch:
    scratch: Scratch = request.app.state.scratch
    return scratch


async def _limits(request: Request) -> RateLimits:
    limits: RateLimits = request.app.state.limits
    return limits


async def _session(request: Request) -> AsyncIterator[Session]:
    """Give a session to some requests at a time, to one that writes on SQLite; others hold no thread."""
    state, slow = request.app.state, SLOW in request.scope["route"].tags
    if slow or request.method in SAFE_METHODS:
        async with nullcontext() if slow else state.reading:
            with reading(state.sessions) as session:
                yield session
        return
    async with state.writing:
        with state.sessions() as session:
            yield session


SettingsDep = Annotated[ServiceSettings, Depends(_settings)]
StorageDep = Annotated[Storage, Depends(_storage)]
ScratchDep = Annotated[Scratch, Depends(_scratch)]
LimitsDep = Annotated[RateLimits, Depends(_limits)]
SessionDep = Annotated[Session, Depends(_session, scope="function")]
"""A session of the database; a route that writes commits it itself, and it ends before the answer is sent."""


async def _caller(
    request: Request,
    session: SessionDep,
    limits: LimitsDep,
    bearer: Annotated[Any, Depends(_BEARER)],
    cookie: Annotated[str | None, Depends(_COOKIE_SCHEME)],
) -> Caller:
    caller = None
    if bearer is not None:
        caller = await ask(session, lambda: caller_of_key(session, bearer.credentials))
    elif cookie:
        caller = await ask(session, lambda: caller_of_cookie(session, cookie))
    if caller is None:
        scheme = {"WWW-Authenticate": "Bearer"}
        raise Problem(
            401, "not-signed-in", "Nobody is signed in.", "Sign in, or send a key as bearer token.", scheme
        )
    limits.count_request(caller)
    if request.method not in SAFE_METHODS:
        _check_csrf(request, caller)
    return caller


def _check_csrf(request: Request, caller: Caller) -> None:
    """Refuse a browser's unsafe request that another site may have sent."""
    if caller.csrf and request.headers.get(CSRF_HEADER) != caller.csrf:
        raise Problem(403, "csrf", "This request does not come from a page of ours.", "Reload the page.")


CallerDep = Annotated[Caller, Depends(_caller, scope="function")]
"""Whoever asks; nobody: 401."""


@dataclass(frozen=True, slots=True)
class Yours:
    """The rows that a caller may see: those of the own tenant, and for an athlete only the own ones."""

    session: Session
    caller: Caller

    def all(self, table: type[Owned]) -> Select[Owned]:
        """Select all rows of a table that are theirs."""
        user = self.caller.user
        query = select(table).where(table.tenant_id == user.tenant_id)
        if table is ApiKey:
            return query.where(ApiKey.user_id == user.id)
        if self.caller.role == "athlete":
            column = Athlete.id if table is Athlete else getattr(table, "athlete_id")  # noqa: B009  typed tables
            return query.where(column == user.athlete_id)
        return query

    def one(self, table: type[Owned], row_id: str | UUID) -> Owned:
        """Fetch a row that is theirs.

        Raises
        ------
        Problem
            404: there is none, or it is somebody else's.
        """
        found = self.session.scalar(self.all(table).where(table.id == str(row_id)))
        if found is None:
            raise not_found(_WORDS[table])
        return found

    def athlete_id(self, asked: UUID | None) -> str:
        """Whom a new row is about: the one asked for, or the caller."""
        return self.one(Athlete, asked or self.caller.user.athlete_id).id


_WORDS: dict[type[Any], str] = {
    Analysis: "analysis",
    ApiKey: "key",
    Athlete: "athlete",
    Comment: "comment",
    Receipt: "receipt",
    Reference: "reference",
    Share: "share link",
    TrainingSession: "session",
    Video: "video",
}


def _yours(scope: Scope) -> Callable[..., Awaitable[Yours]]:
    async def find(session: SessionDep, caller: CallerDep) -> Yours:
        caller.need(scope)
        return Yours(session, caller)

    return find


Readable = Annotated[Yours, Depends(_yours("read"), scope="function")]
Writable = Annotated[Yours, Depends(_yours("upload"), scope="function")]
Managed = Annotated[Yours, Depends(_yours("admin"), scope="function")]
"""The caller's rows, for who may look, add and change, delete and manage."""


def _one_of(table: type[Owned], allowed: Callable[..., Awaitable[Yours]], name: str) -> Any:
    async def fetch(yours: Yours, row_id: UUID) -> Owned:
        return await ask(yours.session, lambda: yours.one(table, row_id))

    fetch.__annotations__ = {
        "yours": Annotated[Yours, Depends(allowed, scope="function")],
        "row_id": Annotated[UUID, Path(alias=name)],
    }
    return Depends(fetch, scope="function")


_READ, _WRITE, _MANAGE = _yours("read"), _yours("upload"), _yours("admin")
AnalysisSeen = Annotated[Analysis, _one_of(Analysis, _READ, "analysis_id")]
AnalysisChanged = Annotated[Analysis, _one_of(Analysis, _WRITE, "analysis_id")]
AnalysisManaged = Annotated[Analysis, _one_of(Analysis, _MANAGE, "analysis_id")]
AthleteSeen = Annotated[Athlete, _one_of(Athlete, _READ, "athlete_id")]
AthleteChanged = Annotated[Athlete, _one_of(Athlete, _WRITE, "athlete_id")]
AthleteManaged = Annotated[Athlete, _one_of(Athlete, _MANAGE, "athlete_id")]
ReferenceSeen = Annotated[Reference, _one_of(Reference, _READ, "reference_id")]
ReferenceManaged = Annotated[Reference, _one_of(Reference, _MANAGE, "reference_id")]
TrainingSeen = Annotated[TrainingSession, _one_of(TrainingSession, _READ, "session_id")]
TrainingChanged = Annotated[TrainingSession, _one_of(TrainingSession, _WRITE, "session_id")]
TrainingManaged = Annotated[TrainingSession, _one_of(TrainingSession, _MANAGE, "session_id")]
VideoSeen = Annotated[Video, _one_of(Video, _READ, "video_id")]
VideoManaged = Annotated[Video, _one_of(Video, _MANAGE, "video_id")]
"""A row named in the address, fetched if it is the caller's and they may do this to it."""
