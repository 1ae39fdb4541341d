"""The processes: a server, and workers that it starts, watches and replaces, or that run by themselves."""

import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from types import FrameType
from typing import TextIO

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from formcheck.errors import SettingsError

from .app import create_app
from .auth import owners_link
from .database import migrate, open_engine, reading, sessions
from .jobs import Jobs
from .logs import log, start_log
from .settings import ServiceSettings
from .storage import open_storage
from .tables import Worker, now

_LOOK_EVERY_S = 2.0
_MOST_WORKERS = 1024
_GRACE_S = 10
_BACKLOG = 2048
_EVERYWHERE = "0.0.0.0"  # noqa: S104  only compared
CREW = "FORMCHECK_CREW_OF"
"""Variable that holds the process of the server which a worker ends with."""


def serve(
    settings: ServiceSettings, *, host: str, port: int, workers: int, tell: Callable[[str], None]
) -> None:
    """Run the server and its workers until it is stopped.

    Parameters
    ----------
    settings
        The service's settings.
    host, port
        Where it listens.
    workers
        How many workers it keeps alive; 0: others do the work.
    tell
        Takes what whoever starts it must read: the address, and the first owner's link.

    Raises
    ------
    SettingsError
        Nothing can listen there.
    """
    start_log()
    signal.signal(signal.SIGTERM, _end)
    listening = _take_port(host, port)
    engine = open_engine(settings)
    migrate(engine, settings)
    shown = "localhost" if host == _EVERYWHERE else host
    address = settings.public_url.rstrip("/") or f"http://{shown}:{port}"
    with sessions(engine).begin() as session:
        secret = owners_link(session)
    tell(f"formcheck serves at {address}; its data lie in {settings.data_dir}")
    if secret:
        tell(f"Make the owner's account here, once: {address}/welcome/{secret}")
    crew = Crew(settings, engine, workers)
    crew.start()
    try:
        _answer(create_app(settings), listening)
    finally:
        crew.stop()
        engine.dispose()


def _end(*_: object) -> None:
    raise SystemExit(0)


def _take_port(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = error.strerror or "no such address"
        raise SettingsError(
            f"expected to listen at {host}, port {port}, found that it cannot: {reason.lower()}",
            "Stop what listens there, or choose another with --port or --host.",
        ) from error
    # asyncio does so only for sockets that state their protocol: a body waited 40 ms for the header's receipt
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _answer(app: FastAPI, listening: socket.socket) -> None:
    """Answer requests until a signal comes; pages that watch an analysis then let go at once."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.closing.set()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    Server(config).run(sockets=[listening])


class Crew:
    """Keeps workers alive: one that ends is started anew, one that is silent is killed first."""

    def __init__(self, settings: ServiceSettings, engine: Engine, count: int) -> None:
        self._settings, self._sessions = settings, sessions(engine)
        self._workers: list[subprocess.Popen[bytes] | None] = [None] * count
        self._started_at = [now()] * count
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="crew")

    def start(self) -> None:
        """Start them, and watch from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End them."""
        self._stopping.set()
        self._thread.join()
        for worker in filter(None, self._workers):
            worker.terminate()
        for worker in filter(None, self._workers):
            try:
                worker.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                worker.kill()

    def _watch(self) -> None:
        while True:
            for slot, worker in enumerate(self._workers):
                if worker is None or worker.poll() is not None or self._is_silent(slot, worker):
                    if worker is not None:
                        log.warning("worker replaced", extra={"slot": slot, "code": worker.poll()})
                        worker.kill()
                        worker.wait()
                    self._workers[slot], self._started_at[slot] = self._new(), now()
            if self._stopping.wait(_LOOK_EVERY_S):
                return

    def _new(self) -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            f"FORMCHECK_SERVICE_{name.upper()}": str(value)
            for name, value in self._settings.model_dump().items()
            if name != "confine_with"
        }
        environment["FORMCHECK_SERVICE_CONFINE_WITH"] = shlex.join(self._settings.confine_with)
        environment[CREW] = str(os.getpid())
        return subprocess.Popen([sys.executable, "-m", "formcheck", "worker"], env=environment)

    def _is_silent(self, slot: int, worker: "subprocess.Popen[bytes]") -> bool:
        oldest = now() - timedelta(seconds=self._settings.lost_after_s)
        if self._started_at[slot] > oldest:  # what is old is the word of the one before
            return False
        # Only reading: a worker that hangs in a transaction may hold the database's lock.
        with suppress(OperationalError), reading(self._sessions) as session:
            row = session.get(Worker, _read_claim(self._settings, worker.pid) or "")
            return row is not None and row.seen_at < oldest
        return False


def work(settings: ServiceSettings) -> None:
    """Run a worker until it is stopped."""
    start_log()
    engine = open_engine(settings)
    migrate(engine, settings)
    open_storage(settings)
    with claim_name(settings) as name_file:
        name = name_file.name.rpartition("/")[2].removesuffix(".worker")
        jobs = Jobs(engine, settings, name)
        stopping = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stopping.set())
        jobs.start()
        log.info("worker started", extra={"worker": name})
        crew = os.environ.get(CREW, "")
        while not stopping.wait(1.0) and crew in ("", str(os.getppid())):
            pass
        jobs.stop()
    # A job in hand would hold this process until its end; the next worker does it.
    os._exit(0)


def claim_name(settings: ServiceSettings) -> TextIO:
    """Take a name for this worker that no other has on this machine, the same again after a crash.

    The lock goes with the process, however it ends; so a worker that is started anew finds its own
    unfinished jobs.
    """
    folder = settings.data_dir / "workers"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(_MOST_WORKERS):
        file = (folder / f"{socket.gethostname()}-{number}.worker").open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return file
    raise RuntimeError("too many workers")


def _read_claim(settings: ServiceSettings, pid: int) -> str | None:
    """The name that a worker took."""
    for path in (settings.data_dir / "workers").glob("*.worker"):
        if path.read_text("ascii") == str(pid):
            return path.stem
    return None
