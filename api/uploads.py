"""From a request's body to a stored video: counted, hashed, told by its first bytes, probed, then kept."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from anyio import to_thread
from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from starlette.requests import ClientDisconnect

from formcheck import load_settings

from . import child
from .formats import FIRST_BYTES, sniff
from .places import forget_place
from .problems import Problem, disk_full, told_by
from .scratch import Scratch
from .settings import GIB, MIB, ServiceSettings
from .storage import Storage, video_key
from .tables import Video, now

CHUNK_BYTES = MIB
LONGEST_NAME = 200

_PROBE_CPU_S = 60
_PROBE_FILE_BYTES = MIB
_PROBE_MEMORY_BYTES = 2 * GIB
_PROBE_FILES = 64


@dataclass(frozen=True, slots=True)
class Arrival:
    """A body that came to its end: where it lies, its hash, size and kind."""

    part: Path
    sha256: str
    size_bytes: int
    media_type: str


def clean_name(name: str) -> str:
    """Make a name fit to be shown: no path, no control signs; it is never used as a file name."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()[:LONGEST_NAME]
    return shown or "video"


def check_room(scratch: Scratch, settings: ServiceSettings, declared: int | None) -> None:
    """Refuse an upload that is too large by its own word, or that the disk may not take.

    Raises
    ------
    Problem
        413 or 507.
    """
    if declared is not None and declared > settings.upload_bytes:
        raise _too_large(settings)
    if scratch.free_bytes() < 2 * settings.upload_bytes + settings.reserve_bytes:
        raise disk_full()


async def receive(request: Request, part: Path, settings: ServiceSettings, *, offset: int = 0) -> int:
    """Append a request's body to a file, a chunk at a time; give the file's size.

    What arrived before a cut connection stays, so that the upload can go on from there.

    Raises
    ------
    Problem
        413 too large, 415 not a video.
    """
    size, waiting = offset, bytearray()
    with part.open("r+b" if offset else "wb") as file:
        file.truncate(offset)
        file.seek(offset)
        try:
            async for chunk in request.stream():
                size += len(chunk)
                waiting += chunk
                if size > settings.upload_bytes:
                    raise _too_large(settings)
                if size - len(waiting) == 0 and len(waiting) >= FIRST_BYTES:
                    sniff(bytes(waiting[:FIRST_BYTES]))
                if len(waiting) >= CHUNK_BYTES:
                    await to_thread.run_sync(file.write, bytes(waiting))
                    waiting.clear()
        except ClientDisconnect as cut:
            await to_thread.run_sync(file.write, bytes(waiting))
            raise Problem(
                400, "cut-off", "The connection ended before the file did.", "Send the rest."
            ) from cut
        await to_thread.run_sync(file.write, bytes(waiting))
    return size


def inspect(part: Path) -> Arrival:
    """Hash a received file and tell its kind.

    Raises
    ------
    Problem
        422 empty, 415 not a video.
    """
    digest, size = hashlib.sha256(), 0
    with part.open("rb") as file:
        head = file.read(FIRST_BYTES)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    if not size:
        raise Problem(422, "empty", "Expected a video, found an empty file.", "Send the file again.")
    return Arrival(part, digest.hexdigest(), size, sniff(head))


def probe(arrival: Arrival, settings: ServiceSettings) -> dict[str, Any]:
    """Open a received file as the analysis will, in a confined process, and give its facts.

    Raises
    ------
    Problem
        422: it cannot be read, or is beyond the limits.
    """
    limits = load_settings().limits
    task = {"task": "probe", "path": str(arrival.part), "limits": limits.model_dump()}
    bounds = child.Bounds(
        _PROBE_MEMORY_BYTES,
        _PROBE_CPU_S,
        _PROBE_FILE_BYTES,
        _PROBE_FILES,
        settings.probe_wall_s,
        settings.stall_s,
    )
    with TemporaryDirectory() as folder:
        try:
            answer = child.run(task, bounds, folder=Path(folder), prefix=settings.confine_with)["answer"]
        except child.Crashed as crash:
            raise Problem(
                422, "unreadable-video", f"The video could not be opened: {crash}.", "Export it anew."
            ) from crash
    if "error" in answer:
        error = answer["error"]
        raise told_by(error | {"message": error["message"].replace(arrival.part.name, "the video")})
    return dict(answer)


def find(session: Session, tenant_id: str, athlete_id: str, sha256: str) -> Video | None:
    """Find a video of an athlete's by its hash, if its bytes are still there."""
    query = select(Video).where(
        Video.tenant_id == tenant_id,
        Video.athlete_id == athlete_id,
        Video.sha256 == sha256,
        Video.gone_at.is_(None),
    )
    return session.scalar(query)


def keep(
    factory: sessionmaker[Session],
    storage: Storage,
    settings: ServiceSettings,
    arrival: Arrival,
    *,
    tenant_id: str,
    athlete_id: str,
    name: str,
) -> tuple[Video, bool]:
    """Make a received file a video: give its row, and whether it is new.

    Raises
    ------
    Problem
        422 for a bad video, 413 beyond the tenant's quota.
    """
    with factory() as session:
        known = find(session, tenant_id, athlete_id, arrival.sha256)
        used = session.scalar(
            select(func.sum(Video.size_bytes)).where(Video.tenant_id == tenant_id, Video.gone_at.is_(None))
        )
    if known is not None:
        return known, False
    if (used or 0) + arrival.size_bytes > settings.quota_bytes:
        raise Problem(
            413, "quota", "All of this account's space is used.", "Delete videos that you no longer need."
        )
    facts = probe(arrival, settings)
    forget_place(arrival.part, arrival.media_type)
    storage.keep(arrival.part, video_key(arrival.sha256))
    try:
        with factory.begin() as session:
            older = session.scalar(
                select(Video).where(
                    Video.tenant_id == tenant_id,
                    Video.athlete_id == athlete_id,
                    Video.sha256 == arrival.sha256,
                )
            )
            if older is not None:
                older.gone_at, older.created_at = None, now()
                return older, False
            video = Video(
                tenant_id=tenant_id,
                athlete_id=athlete_id,
                sha256=arrival.sha256,
                name=clean_name(name),
                media_type=arrival.media_type,
                size_bytes=arrival.size_bytes,
                **facts,
            )
            session.add(video)
        return video, True
    except IntegrityError:
        with factory() as session:
            known = find(session, tenant_id, athlete_id, arrival.sha256)
        if known is None:
            raise
        return known, False


def _too_large(settings: ServiceSettings) -> Problem:
    most = settings.upload_bytes // MIB
    return Problem(
        413, "file-too-large", f"Expected at most {most} MiB, found more.", "Send a shorter or smaller video."
    )
