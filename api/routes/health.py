"""Whether the service lives, can work, and how it does."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sqlalchemy import func, select

from ..contract import may
from ..deps import Managed, ScratchDep, SessionDep, SettingsDep
from ..problems import Problem
from ..tables import Worker, now

router = APIRouter(tags=["health"])

_METRICS = {"schema": {"type": "string"}, "example": "formcheck_workers 1.0\n"}


class Alive(BaseModel):
    """The process answers."""

    status: str = "alive"


class Ready(BaseModel):
    """The database answers, the disk has room, and so many workers are there."""

    workers: int


@router.get("/healthz")
async def is_alive() -> Alive:
    """Say that the process answers."""
    return Alive()


@router.get("/readyz", openapi_extra=may("no-room", "no-worker"))
def is_ready(session: SessionDep, scratch: ScratchDep, settings: SettingsDep) -> Ready:
    """Say whether uploads can be taken and judged."""
    recent = Worker.seen_at > now() - timedelta(seconds=settings.lost_after_s)
    workers = session.scalar(select(func.count()).select_from(Worker).where(recent)) or 0
    if not workers:
        raise Problem(503, "no-worker", "No worker has said that it lives.", "Start `formcheck worker`.")
    if scratch.free_bytes() < settings.reserve_bytes:
        raise Problem(503, "no-room", "The disk is nearly full.", "Make room.")
    return Ready(workers=workers)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus' text", "content": {"text/plain": _METRICS}}},
    openapi_extra=may("role", "scope-missing"),
)
def show_metrics(request: Request, yours: Managed, scratch: ScratchDep) -> Response:
    """Give numbers for Prometheus; the owner's key of scope admin is needed."""
    if yours.caller.role != "owner":
        raise Problem(403, "role", "Only the owner sees these.", "Use a key of the owner's.")
    text = request.app.state.metrics.text(yours.session, scratch)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
