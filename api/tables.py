"""What is remembered: one class a table; every row of a user's carries its tenant."""

import secrets
import time
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import JSON, Dialect, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.types import DateTime, TypeDecorator

Role = Literal["owner", "coach", "athlete"]
"""Who somebody is: the owner also invites coaches; a coach keeps athletes; an athlete sees own sets only."""

State = Literal["queued", "running", "done", "failed", "canceled"]
"""Where an analysis is; the last three are final."""

_RANDOM_BITS = 74


def now() -> datetime:
    """Give this instant, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Make an identifier that sorts by time and cannot be guessed: a UUID of version 7 (RFC 9562)."""
    random = secrets.randbits(_RANDOM_BITS)
    high = (time.time_ns() // 1_000_000) << 16 | 0x7000 | random >> 62
    low = 0b10 << 62 | random & (1 << 62) - 1
    return str(UUID(int=high << 64 | low))


class UtcDateTime(TypeDecorator[datetime]):
    """An instant with its zone; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Base of all tables."""

    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[str]: JSON, str: String}  # noqa: RUF012


def _id() -> Mapped[str]:
    return mapped_column(String(36), primary_key=True, default_factory=new_id)


def _created() -> Mapped[datetime]:
    return mapped_column(default_factory=now)


def _owned(table: str, *, index: bool = True) -> Any:
    return mapped_column(ForeignKey(f"{table}.id", ondelete="CASCADE"), index=index)


class Tenant(Table, kw_only=True):
    """A coach's practice: the border that no query crosses.

    `retention_days` is how long uploaded videos are kept; `blur_faces` blurs them in all that is shown.
    """

    __tablename__ = "tenants"
    id: Mapped[str] = _id()
    name: Mapped[str]
    retention_days: Mapped[int]
    blur_faces: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = _created()


class Athlete(Table, kw_only=True):
    """Somebody who lifts; every user is one, and a coach keeps more."""

    __tablename__ = "athletes"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    name: Mapped[str]
    height_m: Mapped[float | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = _created()


class User(Table, kw_only=True):
    """Somebody who signs in; `athlete_id` is who they are as a lifter."""

    __tablename__ = "users"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str] = _owned("athletes")
    role: Mapped[str] = mapped_column(String(16))
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = _created()


class Invitation(Table, kw_only=True):
    """A one-time link to an account: the first owner's, a coach's, an athlete's."""

    __tablename__ = "invitations"
    id: Mapped[str] = _id()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    tenant_id: Mapped[str | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)
    athlete_id: Mapped[str | None] = mapped_column(ForeignKey("athletes.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = _created()


class SignIn(Table, kw_only=True):
    """A browser that is signed in, by the hash of its cookie."""

    __tablename__ = "sign_ins"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = _owned("users")
    csrf: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = _created()


class ApiKey(Table, kw_only=True):
    """A program's key, by its hash; `scopes` are words apart: read, upload, admin."""

    __tablename__ = "api_keys"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    user_id: Mapped[str] = _owned("users")
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(String(16))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime] = _created()
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class TrainingSession(Table, kw_only=True):
    """A day's work on one lift, as the athlete says it was."""

    __tablename__ = "training_sessions"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str] = _owned("athletes")
    day: Mapped[date]
    lift: Mapped[str]
    load_kg: Mapped[float | None] = mapped_column(default=None)
    rpe: Mapped[float | None] = mapped_column(default=None)
    bodyweight_kg: Mapped[float | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = _created()


class Video(Table, kw_only=True):
    """An uploaded file; its bytes lie in the storage under `sha256` until `gone_at`."""

    __tablename__ = "videos"
    __table_args__ = (UniqueConstraint("tenant_id", "athlete_id", "sha256"),)
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str] = _owned("athletes")
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    duration_s: Mapped[float]
    created_at: Mapped[datetime] = _created()
    gone_at: Mapped[datetime | None] = mapped_column(default=None)


class Analysis(Table, kw_only=True):
    """One video judged with one set of options.

    `run` counts its workflows, `restarts` how often a worker was lost under it; `holder` is the token of the
    worker that may write. `progress` is what a page shows meanwhile, `problem` why it failed, `summary` what
    lists and trends need of the report.
    """

    __tablename__ = "analyses"
    __table_args__ = (
        UniqueConstraint("video_id", "options_key"),
        Index("ix_analyses_tenant_created", "tenant_id", "created_at"),
    )
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants", index=False)
    athlete_id: Mapped[str] = _owned("athletes")
    video_id: Mapped[str] = _owned("videos", index=False)
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("training_sessions.id", ondelete="SET NULL"), default=None, index=True
    )
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    options: Mapped[dict[str, Any]]
    options_key: Mapped[str] = mapped_column(String(64))
    run: Mapped[int] = mapped_column(default=1)
    restarts: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(String(36), default="")
    progress: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)
    triage: Mapped[float] = mapped_column(default=0.0)
    created_at: Mapped[datetime] = _created()
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    reviewed_at: Mapped[datetime | None] = mapped_column(default=None)


class Reference(Table, kw_only=True):
    """Reps of an athlete's that later sets are compared with.

    `rep` is the one that somebody chose, None the best ones; `made_of` are the analyses that they are from,
    `document` is what `formcheck reference make` keeps in a file.
    """

    __tablename__ = "reference_reps"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str] = _owned("athletes")
    lift: Mapped[str]
    view: Mapped[str]
    reps: Mapped[int]
    rep: Mapped[int | None]
    load_kg: Mapped[float | None]
    made_of: Mapped[list[str]]
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = _created()

    @property
    def title(self) -> str:
        """What it is made of, in words."""
        best = f"{self.reps} best reps" if self.reps > 1 else "the best rep"
        return f"rep {self.rep}" if self.rep else best


class Comment(Table, kw_only=True):
    """What somebody says of an instant of the video."""

    __tablename__ = "comments"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str] = _owned("athletes")
    analysis_id: Mapped[str] = _owned("analyses")
    user_id: Mapped[str] = _owned("users", index=False)
    at_s: Mapped[float]
    text: Mapped[str]
    created_at: Mapped[datetime] = _created()


class Share(Table, kw_only=True):
    """A link that shows one analysis to whoever holds it, until it expires or is revoked."""

    __tablename__ = "shares"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str] = _owned("athletes")
    analysis_id: Mapped[str] = _owned("analyses")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    blur_faces: Mapped[bool]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = _created()


class Receipt(Table, kw_only=True):
    """Proof of a deletion, without anything personal."""

    __tablename__ = "receipts"
    id: Mapped[str] = _id()
    tenant_id: Mapped[str] = _owned("tenants")
    athlete_id: Mapped[str | None] = mapped_column(String(36), default=None)
    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(36))
    rows: Mapped[int]
    files: Mapped[int]
    bytes: Mapped[int]
    created_at: Mapped[datetime] = _created()


class Repeat(Table, kw_only=True):
    """What was answered to an `Idempotency-Key`, so that a repeated request makes nothing twice."""

    __tablename__ = "repeats"
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime] = _created()


class Worker(Table, kw_only=True):
    """A process that runs analyses, and when it last said that it lives."""

    __tablename__ = "workers"
    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    seen_at: Mapped[datetime] = _created()
