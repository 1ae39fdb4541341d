"""Numbers about the service for Prometheus."""

from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .scratch import Scratch
from .tables import Analysis, State, Worker

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_WITH_DECODERS = ("formcheck", "av", "opencv-contrib-python", "mediapipe")
_STATES: tuple[State, ...] = ("queued", "running", "done", "failed", "canceled")


class Metrics:
    """The numbers of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        build = Info("formcheck_build", "Versions of what opens videos", registry=self._registry)
        build.info({name.replace("-", "_"): version(name) for name in _WITH_DECODERS})
        names = ["method", "route", "status"]
        self.requests = Counter("formcheck_requests", "Requests answered", names, registry=self._registry)
        self.seconds = Histogram(
            "formcheck_request_seconds",
            "Time to the answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.uploaded = Counter(
            "formcheck_uploaded_bytes", "Bytes of videos received", registry=self._registry
        )
        self._analyses = Gauge("formcheck_analyses", "Analyses by state", ["state"], registry=self._registry)
        self._workers = Gauge(
            "formcheck_workers", "Workers that have said that they live", registry=self._registry
        )
        self._free = Gauge("formcheck_disk_free_bytes", "Room on the disk", registry=self._registry)

    def text(self, session: Session, scratch: Scratch) -> bytes:
        """Word them, the gauges as they are now."""
        rows = session.execute(select(Analysis.state, func.count()).group_by(Analysis.state)).all()
        counts = dict(rows)
        for state in _STATES:
            self._analyses.labels(state).set(counts.get(state, 0))
        self._workers.set(session.scalar(select(func.count()).select_from(Worker)) or 0)
        self._free.set(scratch.free_bytes())
        return generate_latest(self._registry)
