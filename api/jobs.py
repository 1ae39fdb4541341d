"""Analyses as durable jobs: queued with their row, run by workers, taken over from lost ones.

An analysis is one DBOS workflow of one step. Its id is the analysis's and the number of its run, so that
asking twice makes one job. A worker that takes it writes its token into the row (`holder`); whatever it
writes later counts only while that token stands. So a worker that was given up but lives on can do no harm,
and each report is written once.
"""

import threading
import time
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from dbos import DBOS, DBOSClient, DBOSConfig, StepOptions
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from formcheck import load_settings

from . import child
from .database import forget, sessions
from .logs import log
from .problems import of
from .retention import expire
from .scratch import Scratch
from .settings import ServiceSettings
from .storage import open_storage, results_key
from .tables import Analysis, Reference, Tenant, Video, Worker, now
from .tries import Tries, poison

QUEUE = "analyses"
APPLICATION, APPLICATION_VERSION = "formcheck", "1"
BEAT_S = 5.0

_WORKFLOW, _EXPIRY = "analyze", "expire"
_POLL_S = 0.5
_SAY_EVERY_S = 0.5
_HOURLY = "17 * * * *"
"""Machines that are off at night delete too."""
_AGAIN: StepOptions = {
    "name": _WORKFLOW,
    "retries_allowed": True,
    "interval_seconds": 5.0,
    "backoff_rate": 2.0,
    "max_attempts": 12,
    "should_retry": lambda error: isinstance(error, OperationalError),
}
"""A database that does not answer, or has no room, is waited for, hours if need be."""


class Queue:
    """The server's end: puts analyses into the queue."""

    def __init__(self, engine: Engine) -> None:
        self._client = DBOSClient(system_database_engine=engine, application_name=APPLICATION)

    def put(self, session: Session, analysis: Analysis) -> None:
        """Queue an analysis in the caller's transaction."""
        self._client.enqueue_in_transaction(
            session,
            {
                "workflow_name": _WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": f"{analysis.id}:{analysis.run}",
                "queue_partition_key": analysis.tenant_id,
                "app_version": APPLICATION_VERSION,
            },
            analysis.id,
        )

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()


class Jobs:
    """The worker's end: runs analyses, says that it lives, and takes over from those that do not."""

    def __init__(self, engine: Engine, settings: ServiceSettings, worker_id: str) -> None:
        self._settings, self._worker_id = settings, worker_id
        self._engine, self._sessions = engine, sessions(engine)
        self._storage, self._scratch = open_storage(settings), Scratch(settings.data_dir)
        self._library = load_settings()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Take jobs from now on."""
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._settings.sqlalchemy_url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._worker_id,
            "log_level": "WARNING",
            "max_executor_threads": self._settings.jobs_per_worker + 8,
            "notification_listener_polling_interval_sec": _POLL_S,
        }
        self._beat()
        DBOS(config=config)
        DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)(_analyze)
        DBOS.workflow(name=_EXPIRY)(_expire)
        _RUNNING.append(self)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._settings.jobs_per_worker,
            partition_concurrency=self._settings.jobs_per_tenant,
            polling_interval_sec=_POLL_S,
            on_conflict="always_update",
        )
        DBOS.apply_schedules([{"schedule_name": _EXPIRY, "workflow_fn": _expire, "schedule": _HOURLY}])
        threading.Thread(target=self._live, daemon=True, name="heartbeat").start()

    def stop(self) -> None:
        """Take no more jobs; running ones go to the next worker."""
        self._stopping.set()
        DBOS.destroy()
        _RUNNING.remove(self)
        with self._sessions.begin() as session:
            session.execute(update(Worker).where(Worker.id == self._worker_id).values(seen_at=_long_ago()))

    def _live(self) -> None:
        while not self._stopping.wait(BEAT_S):
            try:
                self._beat()
                self.take_over()
                self._scratch.sweep()
            except Exception as error:  # the next beat may reach the database again
                log.error("no heartbeat", extra={"error": type(error).__name__})

    def _beat(self) -> None:
        with self._sessions.begin() as session:
            session.merge(Worker(id=self._worker_id, seen_at=now()))

    def take_over(self) -> int:
        """Queue anew what workers hold that have not been heard of; give how many jobs that was."""
        oldest = now() - timedelta(seconds=self._settings.lost_after_s)
        with self._sessions() as session:
            lost = list(
                session.scalars(select(Worker).where(Worker.seen_at < oldest, Worker.id != self._worker_id))
            )
        taken = 0
        for worker in lost:
            taken += len(DBOS._recover_pending_workflows([worker.id]))
            with self._sessions.begin() as session:
                session.execute(
                    delete(Worker).where(Worker.id == worker.id, Worker.seen_at == worker.seen_at)
                )
            log.warning("took over", extra={"worker": worker.id, "jobs": taken})
        return taken

    def expire(self) -> None:
        """Delete what has been kept long enough."""
        expire(self._sessions, self._storage)
        forget(self._engine)

    def analyze(self, analysis_id: str) -> None:
        """Run one analysis to its end, whatever that is."""
        holder = str(uuid4())
        task = self._take(analysis_id, holder)
        if task is None:
            return
        started = time.monotonic()
        try:
            summary, weight = self._run(analysis_id, holder, task)
        except child.Stopped:
            log.info("analysis stopped", extra={"analysis": analysis_id})
            return
        except OperationalError:
            raise
        except Exception as error:  # whatever it is, the analysis has an end
            problem = of(error)
            self._finish(analysis_id, holder, state="failed", problem=problem.body())
            facts = {"analysis": analysis_id, "problem": problem.kind, "error": type(error).__name__}
            log.info("analysis failed", extra=facts, exc_info=error if problem.kind == "mistake" else None)
            return
        if self._finish(analysis_id, holder, state="done", summary=summary, triage=weight):
            took_s = round(time.monotonic() - started, 2)
            log.info("analysis done", extra={"analysis": analysis_id, "seconds": took_s})
        elif not self._exists(analysis_id):
            self._storage.drop(results_key(analysis_id))

    def _take(self, analysis_id: str, holder: str) -> dict[str, Any] | None:
        """Make a row ours and give its task; None where there is nothing to do."""
        with self._sessions.begin() as session:
            row = session.get(Analysis, analysis_id, with_for_update=True)
            if row is None or row.state not in ("queued", "running"):
                self._scratch.drop_work(analysis_id)
                return None
            row.restarts += row.state == "running"
            row.state, row.holder, row.progress = "running", holder, {}
            if row.restarts > self._settings.restarts:
                row.state, row.holder, row.finished_at = "failed", "", now()
                row.problem = poison(f"the worker was lost {row.restarts} times").body()
                return None
            video = session.get_one(Video, row.video_id)
            return {
                "task": "analyze",
                "sha256": video.sha256,
                "name": video.name,
                "duration_s": video.duration_s,
                "pixels": video.width_px * video.height_px,
                "options": row.options,
                "blur": session.get_one(Tenant, row.tenant_id).blur_faces,
                "models_dir": str(self._library.models_dir),
                "threads": self._library.threads,
                "limits": self._library.limits.model_dump(),
                "references": _documents(session, row),
            }

    def _run(self, analysis_id: str, holder: str, task: dict[str, Any]) -> tuple[dict[str, Any], float]:
        from formcheck.models import ensure_models, networks_of

        ensure_models(networks_of(task["options"]["preset"]), self._library.models_dir)
        tries = Tries(self._settings, self._storage, self._scratch, analysis_id, task)
        return tries.make(lambda progress: self.write(analysis_id, holder, progress=progress))

    def write(self, analysis_id: str, holder: str, **values: Any) -> bool:
        """Change a row if it is still ours."""
        ours = (Analysis.id == analysis_id, Analysis.holder == holder, Analysis.state == "running")
        with self._sessions.begin() as session:
            done = session.execute(update(Analysis).where(*ours).values(**values))
        return bool(cast("Any", done).rowcount)

    def _finish(self, analysis_id: str, holder: str, **values: Any) -> bool:
        return self.write(analysis_id, holder, finished_at=now(), progress={}, **values)

    def _exists(self, analysis_id: str) -> bool:
        with self._sessions() as session:
            return session.get(Analysis, analysis_id) is not None


_RUNNING: list[Jobs] = []


def _analyze(analysis_id: str) -> None:
    DBOS.run_step(_AGAIN, _RUNNING[-1].analyze, analysis_id)


def _expire(_scheduled: datetime, _context: Any) -> None:
    DBOS.run_step({"name": _EXPIRY}, _RUNNING[-1].expire)


def _documents(session: Session, row: Analysis) -> dict[str, Any]:
    """The references that an analysis is compared with and that are still there, by lift."""
    ids = row.options.get("references", {}).values()
    found = session.scalars(select(Reference).where(Reference.id.in_(ids)))
    return {
        one.lift: {"name": f"{one.lift}_{one.created_at:%Y-%m-%d}.ref.json", "document": one.document}
        for one in found
    }


def _long_ago() -> datetime:
    return now() - timedelta(days=1)
