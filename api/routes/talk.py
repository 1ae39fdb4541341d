"""Comments on instants of a video, and share links."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel, Field
from sqlalchemy import select

from ..auth import digest, new_secret
from ..contract import FILE_PROBLEMS, may, sends
from ..deps import (
    AnalysisChanged,
    AnalysisManaged,
    AnalysisSeen,
    LimitsDep,
    Managed,
    Readable,
    SessionDep,
    SettingsDep,
    StorageDep,
    Writable,
)
from ..paging import Shown
from ..problems import Problem
from ..ranges import StoredFile
from ..repeats import Key, made_before, remember
from ..storage import ANNOTATED, BLURRED
from ..tables import Analysis, Comment, Share, now
from .accounts import address_of, link
from .results import result_file

router = APIRouter(tags=["comments and links"])
public = APIRouter(tags=["comments and links"])


class CommentFields(BaseModel):
    """What is said, and of which second of the video."""

    at_s: float = Field(ge=0, le=36000, examples=[3.2])
    text: str = Field(min_length=1, max_length=4000, examples=["Hips first here."])


class CommentShown(Shown, CommentFields):
    """A comment."""

    id: str
    user_id: str
    created_at: datetime


class ShareWanted(BaseModel):
    """For how long, and whether faces are blurred."""

    days: int = Field(14, ge=1, le=365)
    blur_faces: bool = True


class ShareShown(Shown):
    """A share link without its secret."""

    id: str
    analysis_id: str
    blur_faces: bool
    expires_at: datetime
    created_at: datetime


class ShareMade(ShareShown):
    """A share link, this once with its address."""

    url: str


@router.get("/analyses/{analysis_id}/comments")
def list_comments(analysis: AnalysisSeen, yours: Readable) -> list[CommentShown]:
    """List the comments on a set, in the video's order."""
    query = yours.all(Comment).where(Comment.analysis_id == analysis.id).order_by(Comment.at_s, Comment.id)
    return [CommentShown.model_validate(row) for row in yours.session.scalars(query)]


@router.post("/analyses/{analysis_id}/comments", status_code=status.HTTP_201_CREATED)
def add_comment(
    body: CommentFields, analysis: AnalysisChanged, yours: Writable, key: Key = None
) -> CommentShown:
    """Comment on an instant of the video."""
    comment = made_before(yours, Comment, key, body)
    if comment is None:
        comment = Comment(
            tenant_id=analysis.tenant_id,
            athlete_id=analysis.athlete_id,
            analysis_id=analysis.id,
            user_id=yours.caller.user.id,
            **body.model_dump(),
        )
        yours.session.add(comment)
        yours.session.flush()
        remember(yours, Comment, key, body, comment.id)
        yours.session.commit()
    return CommentShown.model_validate(comment)


@router.delete("/comments/{comment_id}", status_code=status.HTTP_204_NO_CONTENT, openapi_extra=may("role"))
def delete_comment(comment_id: UUID, yours: Managed) -> None:
    """Delete a comment: its author does, or the coach."""
    comment = yours.one(Comment, comment_id)
    if yours.caller.role == "athlete" and comment.user_id != yours.caller.user.id:
        raise Problem(403, "role", "Only its author or the coach deletes a comment.", "Ask your coach.")
    yours.session.delete(comment)
    yours.session.commit()


@router.get("/analyses/{analysis_id}/shares", openapi_extra=may("scope-missing"))
def list_shares(analysis: AnalysisManaged, yours: Managed) -> list[ShareShown]:
    """List the links to a set that still hold."""
    query = yours.all(Share).where(Share.analysis_id == analysis.id, Share.expires_at > now())
    return [ShareShown.model_validate(row) for row in yours.session.scalars(query.order_by(Share.id.desc()))]


@router.post(
    "/analyses/{analysis_id}/shares",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=may("not-done"),
)
def share(
    body: ShareWanted, analysis: AnalysisManaged, request: Request, yours: Managed, settings: SettingsDep
) -> ShareMade:
    """Make a link that shows this set to whoever has it; its address is told this once."""
    if analysis.state != "done":
        raise Problem(409, "not-done", "Only a finished analysis can be shared.", "Wait until it is done.")
    secret = new_secret()
    made = Share(
        tenant_id=analysis.tenant_id,
        athlete_id=analysis.athlete_id,
        analysis_id=analysis.id,
        token_hash=digest(secret),
        blur_faces=body.blur_faces,
        expires_at=now() + timedelta(days=body.days),
    )
    yours.session.add(made)
    yours.session.commit()
    return ShareMade(
        **ShareShown.model_validate(made).model_dump(), url=link(request, settings, f"/s/{secret}")
    )


@router.delete("/shares/{share_id}", status_code=status.HTTP_204_NO_CONTENT)
def revoke(share_id: UUID, yours: Managed) -> None:
    """Revoke a link, at once."""
    yours.session.delete(yours.one(Share, share_id))
    yours.session.commit()


def _shared(token: str, request: Request, session: SessionDep, limits: LimitsDep) -> tuple[Share, Analysis]:
    limits.count_share(address_of(request))
    found = session.scalar(select(Share).where(Share.token_hash == digest(token), Share.expires_at > now()))
    if found is None:
        raise Problem(
            404, "link-spent", "This link does not hold any more.", "Ask whoever sent it for a new one."
        )
    return found, session.get_one(Analysis, found.analysis_id)


SharedDep = Annotated[tuple[Share, Analysis], Depends(_shared, scope="function")]
"""What a share link leads to."""


@public.get(
    "/shared/{token}/report.json",
    response_class=StoredFile,
    responses=sends("application/json", ranges=True),
    openapi_extra=may("link-spent", "too-often", *FILE_PROBLEMS),
)
def shared_report(shared: SharedDep, request: Request, storage: StorageDep) -> Response:
    """Give a shared set's report."""
    return result_file(request, storage, shared[1], "report.json", "application/json", keep_s=0)


@public.get(
    "/shared/{token}/video.mp4",
    response_class=StoredFile,
    responses=sends("video/mp4", ranges=True),
    openapi_extra=may("link-spent", "too-often", *FILE_PROBLEMS),
)
def shared_video(shared: SharedDep, request: Request, storage: StorageDep) -> Response:
    """Give a shared set's clip, faces blurred unless the link says otherwise; ranges are served."""
    name = BLURRED if shared[0].blur_faces else ANNOTATED
    return result_file(request, storage, shared[1], name, "video/mp4", keep_s=0)
