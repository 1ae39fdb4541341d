"""The pages: they read as the API does, through the same ownership; changes go by the API."""

import gzip
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import ColumnElement, Select, String, cast, or_, select

from formcheck import Report, known_lifts, load_lift
from formcheck.report.html import PAGE_SCRIPTS, read_part
from formcheck.report.words import measure_title

from ..auth import COOKIE, INVITATION_DAYS, caller_of_cookie, digest, find_invitation
from ..deps import AnalysisSeen, AthleteSeen, Readable, SessionDep, SettingsDep, StorageDep, Yours
from ..pages import render_report
from ..problems import not_found
from ..storage import Storage, load, results_key
from ..tables import (
    Analysis,
    ApiKey,
    Athlete,
    Comment,
    Receipt,
    Reference,
    Share,
    TrainingSession,
    User,
    Video,
    now,
)
from .athletes import show_trends
from .comparing import compare
from .talk import SharedDep

router = APIRouter()

_RECENT = 60
_RECEIPTS = 20
_DELETED = {"video": "The video", "analysis": "The analysis", "athlete": "The athlete"}
_PARTS = ("theme.js", "page.css", *PAGE_SCRIPTS)
_TYPES = {"js": "text/javascript", "css": "text/css"}


def _page(request: Request, yours: Yours | None, template: str, **more: Any) -> HTMLResponse:
    caller = yours.caller if yours else None
    page: HTMLResponse = request.app.state.pages.TemplateResponse(
        request, template, {"caller": caller, **more}
    )
    return page


def _sets_of(yours: Yours) -> Select[Analysis, Video, Athlete]:
    query = yours.all(Analysis).add_columns(Video, Athlete).join(Video, Video.id == Analysis.video_id)
    return query.join(Athlete, Athlete.id == Analysis.athlete_id)


def _sets(yours: Yours, athlete_id: str) -> list[tuple[Analysis, Video, Athlete]]:
    query = _sets_of(yours).where(Analysis.athlete_id == athlete_id)
    rows = yours.session.execute(query.order_by(Analysis.id.desc()).limit(_RECENT))
    return [(row[0], row[1], row[2]) for row in rows]


def _tells(words: str) -> ColumnElement[bool]:
    """Whether a set's card, or its findings, hold these words."""
    places = (Athlete.name, Video.name, Analysis.state, Analysis.summary["title"].as_string())
    found = cast(Analysis.summary["faults"], String)
    return or_(*(place.icontains(words, autoescape=True) for place in (*places, found)))


@router.get("/assets/{name}")
def asset(name: str, request: Request) -> Response:
    """Give a script or style that the report's page brings, and plotly's: small, and once."""
    if name != "plotly.js" and name not in _PARTS:
        raise not_found("file")
    packed, tag = _asset(name)
    headers = {"Cache-Control": "max-age=3600", "ETag": tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        packed = gzip.decompress(packed)
    return Response(packed, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)


@cache
def _asset(name: str) -> tuple[bytes, str]:
    """The packed text, and a mark that changes with it."""
    if name == "plotly.js":
        from plotly.offline import get_plotlyjs

        text = str(get_plotlyjs())
    else:
        text = read_part(name)
    return gzip.compress(text.encode()), f'W/"{digest(text)[:16]}"'


@router.get("/sign-in")
def sign_in_page(
    request: Request, session: SessionDep, cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> Response:
    """Show the page to sign in."""
    if cookie and caller_of_cookie(session, cookie):
        return RedirectResponse("/", 303)
    return _page(request, None, "sign_in.html", token=None, role=None)


@router.get("/welcome/{token}")
def welcome_page(token: str, request: Request, session: SessionDep) -> HTMLResponse:
    """Show the page to make an account by a one-time link."""
    found = find_invitation(session, token)
    return _page(request, None, "sign_in.html", token=token, role=found.role)


@router.get("/")
def board_page(
    request: Request,
    yours: Readable,
    show: Annotated[str, Query(pattern="^(new|all|worst)$")] = "new",
    find: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """Show the board: all sets of all athletes, newest or gravest first, some at a time."""
    query = _sets_of(yours)
    if show == "new" and yours.caller.role != "athlete":
        query = query.where(Analysis.reviewed_at.is_(None))
    if find:
        query = query.where(_tells(find))
    order = (Analysis.triage.desc(), Analysis.id.desc()) if show == "worst" else (Analysis.id.desc(),)
    rows = yours.session.execute(query.order_by(*order).offset((page - 1) * _RECENT).limit(_RECENT + 1)).all()
    facts = {"show": show, "find": find, "page": page, "more": len(rows) > _RECENT}
    any_sets = bool(rows) or yours.session.scalar(yours.all(Analysis).limit(1)) is not None
    return _page(request, yours, "board.html", sets=rows[:_RECENT], any_sets=any_sets, **facts)


@router.get("/upload")
def upload_page(request: Request, yours: Readable) -> HTMLResponse:
    """Show the page to upload sets."""
    athletes = list(yours.session.scalars(yours.all(Athlete).order_by(Athlete.name)))
    references = list(
        yours.session.scalars(yours.all(Reference).order_by(Reference.id.desc()).limit(_RECENT))
    )
    lifts = [load_lift(name) for name in known_lifts()]
    names = {athlete.id: athlete.name for athlete in athletes}
    facts = {"athletes": athletes, "lifts": lifts, "references": references, "names": names}
    return _page(request, yours, "upload.html", **facts)


@router.get("/athletes")
def athletes_page(request: Request, yours: Readable) -> HTMLResponse:
    """Show the athletes."""
    athletes = list(yours.session.scalars(yours.all(Athlete).order_by(Athlete.name)))
    return _page(request, yours, "athletes.html", athletes=athletes)


@router.get("/athletes/{athlete_id}")
def athlete_page(request: Request, athlete: AthleteSeen, yours: Readable) -> HTMLResponse:
    """Show an athlete: trends, records, sets and sessions."""
    trends = show_trends(athlete, yours)
    sessions = yours.all(TrainingSession).where(TrainingSession.athlete_id == athlete.id)
    references = yours.all(Reference).where(Reference.athlete_id == athlete.id)
    return _page(
        request,
        yours,
        "athlete.html",
        athlete=athlete,
        trends=trends,
        plots=[
            trend.model_dump(mode="json") | {"title": measure_title(trend.measure, trend.unit, trend.lift)}
            for trend in trends.trends
        ],
        sets=_sets(yours, athlete.id),
        references=list(yours.session.scalars(references.order_by(Reference.id.desc()))),
        sessions=list(yours.session.scalars(sessions.order_by(TrainingSession.day.desc()).limit(_RECENT))),
        lifts=[load_lift(name) for name in known_lifts()],
    )


@router.get("/analyses/{analysis_id}")
def analysis_page(
    request: Request, analysis: AnalysisSeen, yours: Readable, storage: StorageDep
) -> HTMLResponse:
    """Show an analysis: its progress, why it failed, or the report."""
    video = yours.session.get_one(Video, analysis.video_id)
    athlete = yours.session.get_one(Athlete, analysis.athlete_id)
    if analysis.state != "done":
        return _page(request, yours, "progress.html", analysis=analysis, video=video, athlete=athlete)
    others = [
        row
        for row in _sets(yours, analysis.athlete_id)
        if row[0].id != analysis.id and _lift(row[0]) == _lift(analysis)
    ]
    files = f"/api/v1/analyses/{analysis.id}/files"
    original = None
    if video.gone_at is None and not yours.caller.tenant.blur_faces:
        original = f"/api/v1/videos/{video.id}/content"
    page = render_report(
        _report(storage, analysis.id),
        "analysis.html",
        caller=yours.caller,
        analysis=analysis,
        athlete=athlete,
        video=f"{files}/annotated.mp4",
        pictures=_pictures(analysis),
        files=files,
        original=original,
        others=others,
        comments=_comments(yours, analysis.id),
        shares=list(
            yours.session.scalars(
                select(Share)
                .where(Share.analysis_id == analysis.id, Share.expires_at > now())
                .order_by(Share.id)
            )
        ),
    )
    return HTMLResponse(page)


def _lift(analysis: Analysis) -> str | None:
    """Of a set that is not done: none."""
    return (analysis.summary or {}).get("lift")


def _comments(yours: Yours, analysis_id: str) -> list[tuple[Comment, str]]:
    """The comments on a set in the video's order, each with who wrote it."""
    query = yours.all(Comment).add_columns(Athlete.name).join(User, User.id == Comment.user_id)
    query = query.join(Athlete, Athlete.id == User.athlete_id).where(Comment.analysis_id == analysis_id)
    rows = yours.session.execute(query.order_by(Comment.at_s, Comment.id))
    return [(row[0], row[1]) for row in rows]


def _pictures(analysis: Analysis) -> dict[str, tuple[str, float]]:
    """Address of the picture of each finding, and the second that it shows."""
    where = f"/api/v1/analyses/{analysis.id}/evidence"
    faults = (analysis.summary or {}).get("faults", ())
    return {fault["rule_id"]: (f"{where}/{fault['rule_id']}", fault["at_s"]) for fault in faults}


def _report(storage: Storage, analysis_id: str) -> Report:
    try:
        return Report.model_validate_json(load(storage, results_key(analysis_id, "report.json")))
    except FileNotFoundError as error:
        raise not_found("report") from error


@router.get("/s/{token}")
def shared_page(token: str, shared: SharedDep, storage: StorageDep) -> HTMLResponse:
    """Show a shared set to whoever has the link."""
    report = _report(storage, shared[1].id)
    page = render_report(
        report, "shared.html", video=f"/api/v1/shared/{token}/video.mp4", share=shared[0], pictures={}
    )
    return HTMLResponse(page, headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"})


@router.get("/compare")
def compare_page(request: Request, first: UUID, second: UUID, yours: Readable) -> HTMLResponse:
    """Show two sets side by side."""
    compared = compare(first, second, yours)
    lift = (compared.first.summary or {})["lift"]
    titles = {found.measure: measure_title(found.measure, found.unit, lift) for found in compared.differences}
    return _page(request, yours, "compare.html", compared=compared, titles=titles)


@router.get("/settings")
def settings_page(request: Request, yours: Readable, settings: SettingsDep) -> HTMLResponse:
    """Show the settings."""
    keys = yours.session.scalars(yours.all(ApiKey).where(ApiKey.revoked_at.is_(None)).order_by(ApiKey.id))
    athletes = list(yours.session.scalars(yours.all(Athlete).order_by(Athlete.name)))
    receipts = yours.session.scalars(yours.all(Receipt).order_by(Receipt.id.desc()).limit(_RECEIPTS))
    facts = {"keys": list(keys), "athletes": athletes, "receipts": list(receipts), "words": _DELETED}
    return _page(request, yours, "settings.html", days=INVITATION_DAYS, settings=settings, **facts)


@router.get("/receipts/{receipt_id}")
def receipt_page(request: Request, receipt_id: UUID, yours: Readable) -> HTMLResponse:
    """Show what a deletion took away."""
    return _page(request, yours, "receipt.html", receipt=yours.one(Receipt, receipt_id), words=_DELETED)
