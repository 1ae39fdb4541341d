"""Videos: uploaded in one go or resumed by hash, looked at, deleted."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID, uuid4

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request, Response, status
from fastapi import Path as InPath

from ..contract import UPLOAD_PROBLEMS, may, sends
from ..deps import (
    SLOW,
    LimitsDep,
    Managed,
    Readable,
    ScratchDep,
    SettingsDep,
    StorageDep,
    VideoManaged,
    VideoSeen,
    Writable,
    Yours,
)
from ..formats import MEDIA_TYPES
from ..paging import After, Limit, Page, Shown, page_of
from ..problems import Problem
from ..ranges import StoredFile, answer_file
from ..retention import erase_video, new_receipt
from ..storage import video_key
from ..tables import Video
from ..uploads import Arrival, check_room, find, inspect, keep, receive
from .receipts import ReceiptShown

router = APIRouter(tags=["videos"])

_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the video: mp4, mov, mkv, webm or avi.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
HASH = r"^[0-9a-f]{64}$"
Sha256 = Annotated[str, InPath(pattern=HASH, description="SHA-256 of the whole file, in hexadecimal.")]
Name = Annotated[str, Query(max_length=1000, description="What to call it; kept as text only.")]


class VideoShown(Shown):
    """A video; `gone_at` is when its bytes were deleted, as the retention asks."""

    id: str
    athlete_id: str
    sha256: str
    name: str
    media_type: str
    size_bytes: int
    width_px: int
    height_px: int
    duration_s: float
    created_at: datetime
    gone_at: datetime | None


@router.get("/videos")
async def list_videos(
    yours: Readable, athlete_id: UUID | None = None, limit: Limit = 100, after: After = None
) -> Page[VideoShown]:
    """List videos, newest first."""
    query = yours.all(Video)
    if athlete_id is not None:
        query = query.where(Video.athlete_id == str(athlete_id))
    rows, following = await page_of(yours.session, query, Video, after, limit)
    return Page(items=[VideoShown.model_validate(row) for row in rows], next=following)


@router.post(
    "/videos",
    tags=[SLOW],
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_BODY | may(*UPLOAD_PROBLEMS),
    responses={200: {"model": VideoShown, "description": "Known already"}},
)
async def upload_video(
    request: Request,
    response: Response,
    yours: Writable,
    settings: SettingsDep,
    scratch: ScratchDep,
    limits: LimitsDep,
    name: Name = "video",
    athlete_id: UUID | None = None,
    content_length: Annotated[int | None, Header()] = None,
    sha256: Annotated[str | None, Header(alias="X-Content-SHA256", pattern=HASH)] = None,
) -> VideoShown:
    """Upload a video; a known one is answered with 200, before the body is read if its hash is given."""
    tenant_id, owner = yours.caller.tenant.id, yours.athlete_id(athlete_id)
    known = find(yours.session, tenant_id, owner, sha256) if sha256 else None
    yours.session.close()
    if known is not None:
        response.status_code = status.HTTP_200_OK
        return VideoShown.model_validate(known)
    limits.count_upload(yours.caller)
    check_room(scratch, settings, content_length)
    part = scratch.part(yours.caller.user.id, uuid4().hex)
    try:
        await receive(request, part, settings)
        arrival = await to_thread.run_sync(inspect, part)
        if sha256 and arrival.sha256 != sha256:
            raise _other_hash()
        return await _keep(request, response, yours, arrival, owner, name)
    finally:
        part.unlink(missing_ok=True)


async def _keep(
    request: Request, response: Response, yours: Yours, arrival: Arrival, owner: str, name: str
) -> VideoShown:
    state = request.app.state

    def work() -> tuple[Video, bool]:
        return keep(
            state.sessions,
            state.storage,
            state.settings,
            arrival,
            tenant_id=yours.caller.tenant.id,
            athlete_id=owner,
            name=name,
        )

    video, new = await to_thread.run_sync(work, limiter=state.probing)
    state.metrics.uploaded.inc(arrival.size_bytes)
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    response.headers["Location"] = f"/api/v1/videos/{video.id}"
    return VideoShown.model_validate(video)


@router.head(
    "/uploads/{sha256}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses={204: {"description": "`Upload-Offset` says how many bytes arrived; 0: none, or all"}},
)
def ask_offset(sha256: Sha256, yours: Readable, scratch: ScratchDep) -> Response:
    """Ask how much of an upload has arrived."""
    part = scratch.part(yours.caller.user.id, sha256)
    arrived = part.stat().st_size if part.is_file() else 0
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={"Upload-Offset": str(arrived)})


@router.put(
    "/uploads/{sha256}",
    tags=[SLOW],
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_BODY | may(*UPLOAD_PROBLEMS, "wrong-offset"),
    responses={200: {"model": VideoShown, "description": "Known already"}},
)
async def resume_upload(
    sha256: Sha256,
    request: Request,
    response: Response,
    yours: Writable,
    settings: SettingsDep,
    scratch: ScratchDep,
    limits: LimitsDep,
    name: Name = "video",
    athlete_id: UUID | None = None,
    offset: Annotated[int, Header(alias="Upload-Offset", ge=0)] = 0,
) -> VideoShown:
    """Send a video by its hash, from `Upload-Offset` on; what arrived of a cut one stays a day."""
    owner = yours.athlete_id(athlete_id)
    known = find(yours.session, yours.caller.tenant.id, owner, sha256)
    yours.session.close()
    if known is not None:
        response.status_code = status.HTTP_200_OK
        return VideoShown.model_validate(known)
    limits.count_upload(yours.caller)
    check_room(scratch, settings, None)
    part = scratch.part(yours.caller.user.id, sha256)
    there = part.stat().st_size if part.is_file() else 0
    if offset > there:
        header = {"Upload-Offset": str(there)}
        raise Problem(
            409, "wrong-offset", f"Expected to go on from {there}, found {offset}.", "Ask with HEAD.", header
        )
    await _receive_or_drop(request, part, settings, offset)
    arrival = await to_thread.run_sync(_inspect_or_drop, part, sha256)
    try:
        return await _keep(request, response, yours, arrival, owner, name)
    finally:
        part.unlink(missing_ok=True)


async def _receive_or_drop(request: Request, part: Path, settings: Any, offset: int) -> None:
    try:
        await receive(request, part, settings, offset=offset)
    except (Problem, OSError) as error:
        if not (isinstance(error, Problem) and error.kind == "cut-off"):
            part.unlink(missing_ok=True)
        raise


def _inspect_or_drop(part: Path, sha256: str) -> Arrival:
    try:
        arrival = inspect(part)
        if arrival.sha256 != sha256:
            raise _other_hash()
    except Problem:
        part.unlink(missing_ok=True)
        raise
    return arrival


def _other_hash() -> Problem:
    return Problem(
        422, "other-hash", "The file's SHA-256 is not the one that was announced.", "Send the file again."
    )


@router.get("/videos/{video_id}")
async def show_video(video: VideoSeen) -> VideoShown:
    """Show what is known of a video."""
    return VideoShown.model_validate(video)


@router.get(
    "/videos/{video_id}/content",
    response_class=StoredFile,
    responses=sends(*MEDIA_TYPES, ranges=True),
    openapi_extra=may("faces-hidden", "gone", "storage-unreachable", "wrong-range"),
)
def download_video(video: VideoSeen, request: Request, yours: Readable, storage: StorageDep) -> StoredFile:
    """Download a video as it was filmed, unless faces are to be blurred; ranges are served."""
    if yours.caller.tenant.blur_faces:
        raise Problem(
            403, "faces-hidden", "Faces are blurred here, and this file shows them.", "See the annotated one."
        )
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(video.name, safe='')}"}
    key, media_type = video_key(video.sha256), video.media_type
    answer = answer_file(request, storage, key, media_type=media_type, headers=headers)
    if video.gone_at is not None or answer is None:
        raise Problem(
            410, "gone", "This video was deleted, as the settings ask.", "Its results are still there."
        )
    return answer


@router.delete("/videos/{video_id}", openapi_extra=may("storage-unreachable"))
def delete_video(video: VideoManaged, yours: Managed, storage: StorageDep) -> ReceiptShown:
    """Delete a video with all its analyses: rows, files and links; gives a receipt."""
    receipt = new_receipt(yours.session, video.tenant_id, video.athlete_id, "video", video.id)
    erase_video(yours.session, storage, video, receipt)
    yours.session.commit()
    return ReceiptShown.model_validate(receipt)
