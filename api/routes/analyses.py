"""Analyses: asked for, watched, canceled, tried again, reviewed, deleted."""

import hashlib
import json
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from anyio import sleep, to_thread
from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from formcheck.errors import InvalidReference
from formcheck.lifts import check_meant
from formcheck.settings import Preset, Tempo

from ..contract import may
from ..database import reading
from ..deps import (
    AnalysisChanged,
    AnalysisManaged,
    AnalysisSeen,
    Managed,
    Readable,
    SettingsDep,
    StorageDep,
    Writable,
    Yours,
)
from ..paging import After, Limit, Page, Shown, page_of
from ..problems import Problem
from ..retention import erase_analyses, new_receipt
from ..tables import Analysis, Athlete, Reference, State, TrainingSession, Video, now
from .receipts import ReceiptShown

router = APIRouter(tags=["analyses"])

FINAL = ("done", "failed", "canceled")
_LOOK_EVERY_S = 0.5
_LONGEST_S = 3600.0
_WAITING = ("queued", "running")
_EVENT = 'event: progress\ndata: {"state": "running", "progress": {"stage": "watching", "done": 90}}\n\n'


class Options(BaseModel):
    """What is said of the set; what is left out is recognized or taken as usual."""

    lift: str | None = Field(None, max_length=50, examples=["squat"])
    preset: Preset | None = None
    slow_motion: float | None = Field(None, ge=1, le=100, examples=[8])
    plate_diameter_m: float | None = Field(None, ge=0.15, le=0.6, examples=[0.45])
    height_m: float | None = Field(None, ge=1.0, le=2.5, examples=[1.72])
    load_kg: float | None = Field(None, gt=0, le=600)
    variant: str | None = Field(None, max_length=50, examples=["low_bar"])
    rules: str | None = Field(None, max_length=50, examples=["competition"])
    tempo: Tempo | None = Field(None, max_length=20, examples=["3-1-0"])


class AnalysisWanted(Options):
    """A video to analyze, and what is said of the set.

    `reference_id` are the reps to compare with; left out, the athlete's own newest of the lift, if any. A
    load or height that is left out is the session's or the athlete's.
    """

    video_id: UUID
    session_id: UUID | None = None
    reference_id: UUID | None = None


class AnalysisShown(Shown):
    """An analysis: `progress` while it runs, `problem` if it failed, `summary` when it is done."""

    id: str
    athlete_id: str
    video_id: str
    session_id: str | None
    state: State
    options: dict[str, Any]
    progress: dict[str, Any]
    problem: dict[str, Any] | None
    summary: dict[str, Any] | None
    triage: float
    created_at: datetime
    finished_at: datetime | None
    reviewed_at: datetime | None


class Review(BaseModel):
    """Whether a coach has looked at it."""

    reviewed: bool


@router.get("/analyses")
async def list_analyses(
    yours: Readable,
    athlete_id: UUID | None = None,
    state: Annotated[State | None, Query()] = None,
    reviewed: bool | None = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[AnalysisShown]:
    """List analyses, newest first."""
    query = yours.all(Analysis)
    if athlete_id is not None:
        query = query.where(Analysis.athlete_id == str(athlete_id))
    if state is not None:
        query = query.where(Analysis.state == state)
    if reviewed is not None:
        query = query.where(Analysis.reviewed_at.is_not(None) if reviewed else Analysis.reviewed_at.is_(None))
    rows, following = await page_of(yours.session, query, Analysis, after, limit)
    return Page(items=[AnalysisShown.model_validate(row) for row in rows], next=following)


@router.post(
    "/analyses",
    status_code=status.HTTP_202_ACCEPTED,
    responses={200: {"model": AnalysisShown, "description": "Asked for before"}},
    openapi_extra=may("gone", "invalid-reference", "not-found", "queue-full", "unknown-lift"),
)
def analyze(
    body: AnalysisWanted, request: Request, response: Response, yours: Writable, settings: SettingsDep
) -> AnalysisShown:
    """Analyze a video; the same video with the same options is one analysis."""
    session = yours.session
    video = yours.one(Video, body.video_id)
    if video.gone_at is not None:
        raise Problem(410, "gone", "This video was deleted, as the settings ask.", "Upload it again.")
    check_meant(body.lift, body.variant, body.rules)
    options = body.model_dump(include=set(Options.model_fields))
    options["preset"] = options["preset"] or settings.preset
    training = yours.one(TrainingSession, body.session_id) if body.session_id else None
    options["load_kg"] = options["load_kg"] or (training.load_kg if training else None)
    options["height_m"] = options["height_m"] or session.get_one(Athlete, video.athlete_id).height_m
    options["references"] = _references(yours, body, video.athlete_id)
    key = hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()
    same = yours.all(Analysis).where(Analysis.video_id == video.id, Analysis.options_key == key)
    found = session.scalar(same)
    if found is not None:
        response.status_code = status.HTTP_200_OK
    else:
        _check_queue(yours, settings.queue_length)
        found = Analysis(
            tenant_id=video.tenant_id,
            athlete_id=video.athlete_id,
            video_id=video.id,
            session_id=training.id if training else None,
            options=options,
            options_key=key,
        )
        session.add(found)
        try:
            session.flush()
            request.app.state.queue.put(session, found)
            session.commit()
        except IntegrityError:
            session.rollback()
            found = cast("Analysis", session.scalar(same))
            response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/analyses/{found.id}"
    return AnalysisShown.model_validate(found)


def _references(yours: Yours, body: AnalysisWanted, athlete_id: str) -> dict[str, str]:
    """Which reference each lift is compared with."""
    if body.reference_id is None:
        own = yours.all(Reference).where(Reference.athlete_id == athlete_id).order_by(Reference.id)
        newest = {row.lift: row.id for row in yours.session.scalars(own)}
        return {lift: one for lift, one in newest.items() if body.lift in (None, lift)}
    chosen = yours.one(Reference, body.reference_id)
    if body.lift not in (None, chosen.lift):
        raise InvalidReference(
            f"expected a reference of the {body.lift}, found one of the {chosen.lift}", "Choose another."
        )
    return {chosen.lift: chosen.id}


def _check_queue(yours: Yours, most: int) -> None:
    waiting = select(func.count()).select_from(Analysis)
    waiting = waiting.where(Analysis.tenant_id == yours.caller.tenant.id, Analysis.state.in_(_WAITING))
    if (yours.session.scalar(waiting) or 0) >= most:
        raise Problem(
            429,
            "queue-full",
            f"{most} analyses are waiting already.",
            "Wait for some of them.",
            {"Retry-After": "60"},
        )


@router.get("/analyses/{analysis_id}")
async def show_analysis(analysis: AnalysisSeen) -> AnalysisShown:
    """Show an analysis and how far it is."""
    return AnalysisShown.model_validate(analysis)


@router.get(
    "/analyses/{analysis_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENT}},
        }
    },
)
def watch_analysis(analysis: AnalysisSeen, request: Request) -> StreamingResponse:
    """Watch an analysis: an event `progress` at each change, with the reps so far, and at last `end`."""
    events = _events(request, analysis.id)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(request: Request, analysis_id: str) -> AsyncIterator[str]:
    """Look now and then; between looks nobody's thread is held."""
    last, started = "", time.monotonic()

    def look() -> tuple[str, bool]:
        with reading(request.app.state.sessions) as session:
            row = session.get(Analysis, analysis_id)
            told = AnalysisShown.model_validate(row).model_dump_json() if row else "{}"
            return told, row is None or row.state in FINAL

    while time.monotonic() - started < _LONGEST_S and not request.app.state.closing.is_set():
        async with request.app.state.reading:
            told, over = await to_thread.run_sync(look)
        if told != last:
            last = told
            yield f"event: {'end' if over else 'progress'}\ndata: {told}\n\n"
        else:
            yield ": still here\n\n"
        if over:
            return
        await sleep(_LOOK_EVERY_S)


@router.post("/analyses/{analysis_id}/cancel")
def cancel(analysis: AnalysisChanged, yours: Writable) -> AnalysisShown:
    """Stop an analysis that waits or runs; one that is over stays as it is."""
    if analysis.state in _WAITING:
        analysis.state, analysis.holder, analysis.finished_at, analysis.progress = "canceled", "", now(), {}
        yours.session.commit()
    return AnalysisShown.model_validate(analysis)


@router.post(
    "/analyses/{analysis_id}/retry",
    status_code=status.HTTP_202_ACCEPTED,
    openapi_extra=may("gone", "not-failed", "queue-full"),
)
def retry(
    analysis: AnalysisChanged, request: Request, yours: Writable, settings: SettingsDep
) -> AnalysisShown:
    """Try a failed or canceled analysis again."""
    if analysis.state not in ("failed", "canceled"):
        raise Problem(
            409,
            "not-failed",
            f"The analysis is {analysis.state}.",
            "Only failed and canceled ones are tried again.",
        )
    if yours.session.get_one(Video, analysis.video_id).gone_at is not None:
        raise Problem(410, "gone", "Its video was deleted, as the settings ask.", "Upload it again.")
    _check_queue(yours, settings.queue_length)
    analysis.state, analysis.problem, analysis.finished_at, analysis.restarts = "queued", None, None, 0
    analysis.run += 1
    yours.session.flush()
    request.app.state.queue.put(yours.session, analysis)
    yours.session.commit()
    return AnalysisShown.model_validate(analysis)


@router.put("/analyses/{analysis_id}/review", openapi_extra=may("role"))
def review(body: Review, analysis: AnalysisChanged, yours: Writable) -> AnalysisShown:
    """Mark an analysis as reviewed, or not; coaches do."""
    if yours.caller.role == "athlete":
        raise Problem(403, "role", "Only a coach reviews.", "Ask your coach.")
    analysis.reviewed_at = now() if body.reviewed else None
    yours.session.commit()
    return AnalysisShown.model_validate(analysis)


@router.delete("/analyses/{analysis_id}", openapi_extra=may("storage-unreachable"))
def delete_analysis(analysis: AnalysisManaged, yours: Managed, storage: StorageDep) -> ReceiptShown:
    """Delete an analysis with its results, comments and links; its video stays. Gives a receipt."""
    receipt = new_receipt(yours.session, analysis.tenant_id, analysis.athlete_id, "analysis", analysis.id)
    erase_analyses(yours.session, storage, [analysis], receipt)
    yours.session.commit()
    return ReceiptShown.model_validate(receipt)
