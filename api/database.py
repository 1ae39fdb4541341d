"""The database: SQLite by default, PostgreSQL by its address; the same tables, and DBOS's beside them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from anyio import to_thread
from dbos import DBOS
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

from .settings import ServiceSettings

_BUSY_MS = 30_000
AT_ONCE = 20
"""Requests that read, and on PostgreSQL those that write, while others wait without holding a thread."""
_ENGINE: dict[str, Any] = {"pool_size": 2 * AT_ONCE, "max_overflow": -1, "hide_parameters": True}
"""Nobody waits for a connection: who did would hold the thread that another needs to give one back."""
_MIGRATING = 0x666F726D

Answer = TypeVar("Answer")


def open_engine(settings: ServiceSettings) -> Engine:
    """Open the database; on SQLite with a write-ahead log that reaches the disk before an answer is given."""
    url = settings.sqlalchemy_url
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, **_ENGINE)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, connect_args={"timeout": _BUSY_MS / 1000}, **_ENGINE)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """Begin as a writer where something will be written, so that two of them wait instead of failing."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def migrate(engine: Engine, settings: ServiceSettings) -> None:
    """Bring our tables and DBOS's to this version; several processes may start at once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    DBOS.migrate(settings.sqlalchemy_url)


def forget(engine: Engine) -> None:
    """Empty SQLite's log, which still holds rows that were deleted."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Make the factory of sessions that write."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def reading(factory: sessionmaker[Session]) -> Iterator[Session]:
    """Give a session for reading, which on SQLite never waits for a writer."""
    with factory(bind=factory.kw["bind"].execution_options(reading=True)) as session:
        yield session


async def ask(session: Session, work: Callable[[], Answer]) -> Answer:
    """Do what asks the database: in a thread, but for SQLite's reads, which never wait and so take less."""
    engine = session.get_bind()
    if engine.dialect.name == "sqlite" and engine.get_execution_options().get("reading"):
        return work()
    return await to_thread.run_sync(work)
