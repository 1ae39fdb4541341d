"""Deletion: on demand, with a receipt, and of what has been kept long enough."""

from datetime import timedelta

from sqlalchemy import Exists, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from .logs import log
from .storage import Dropped, Storage, preview_key, results_key, video_key
from .tables import (
    Analysis,
    Athlete,
    Comment,
    Invitation,
    Receipt,
    Reference,
    Repeat,
    Share,
    SignIn,
    Tenant,
    TrainingSession,
    User,
    Video,
    now,
)

REPEAT_HOURS = 24


def erase_analyses(session: Session, storage: Storage, analyses: list[Analysis], receipt: Receipt) -> None:
    """Delete analyses: rows, comments, links, references made of them, results; counted in `receipt`."""
    ids = [analysis.id for analysis in analyses]
    for table in (Comment, Share):
        found = session.scalar(select(func.count()).select_from(table).where(table.analysis_id.in_(ids)))
        receipt.rows += found or 0
    athletes = {analysis.athlete_id for analysis in analyses}
    for reference in session.scalars(select(Reference).where(Reference.athlete_id.in_(athletes))).all():
        if not set(reference.made_of).isdisjoint(ids):
            session.delete(reference)
            receipt.rows += 1
    receipt.rows += len(ids)
    session.execute(delete(Analysis).where(Analysis.id.in_(ids)))
    session.flush()
    for analysis_id in ids:
        for key in (results_key(analysis_id), preview_key(analysis_id)):
            _count(receipt, storage.drop(key))


def erase_video(session: Session, storage: Storage, video: Video, receipt: Receipt) -> None:
    """Delete a video with all that was made of it; its bytes go unless another row still needs them."""
    made = list(session.scalars(select(Analysis).where(Analysis.video_id == video.id)))
    erase_analyses(session, storage, made, receipt)
    session.delete(video)
    session.flush()
    receipt.rows += 1
    _count(receipt, _drop_unneeded(session, storage, video.sha256))


def erase_athlete(session: Session, storage: Storage, athlete: Athlete, receipt: Receipt) -> None:
    """Delete an athlete with videos, analyses, sessions, links and account."""
    for video in list(session.scalars(select(Video).where(Video.athlete_id == athlete.id))):
        erase_video(session, storage, video, receipt)
    for table in (Reference, TrainingSession, User, Invitation):
        found = session.scalar(select(func.count()).select_from(table).where(table.athlete_id == athlete.id))
        receipt.rows += found or 0
    session.delete(athlete)
    session.flush()
    receipt.rows += 1


def new_receipt(
    session: Session, tenant_id: str, athlete_id: str | None, kind: str, subject_id: str
) -> Receipt:
    """Begin a receipt."""
    receipt = Receipt(
        tenant_id=tenant_id, athlete_id=athlete_id, kind=kind, subject_id=subject_id, rows=0, files=0, bytes=0
    )
    session.add(receipt)
    return receipt


def expire(factory: sessionmaker[Session], storage: Storage) -> None:
    """Delete videos past their tenant's days, and links past their date."""
    with factory.begin() as session:
        dropped = Dropped()
        for tenant in session.scalars(select(Tenant)):
            oldest = now() - timedelta(days=tenant.retention_days)
            old = select(Video).where(
                Video.tenant_id == tenant.id,
                Video.created_at <= oldest,
                Video.gone_at.is_(None),
                ~_is_awaited(),
            )
            for video in list(session.scalars(old)):
                video.gone_at = now()
                session.flush()
                dropped += _drop_unneeded(session, storage, video.sha256)
        for table in (Invitation, SignIn, Share):
            session.execute(delete(table).where(table.expires_at < now()))
        session.execute(delete(Repeat).where(Repeat.created_at < now() - timedelta(hours=REPEAT_HOURS)))
    log.info("expired", extra={"files": dropped.files, "bytes": dropped.bytes})


def _is_awaited() -> Exists:
    return (
        select(Analysis.id)
        .where(Analysis.video_id == Video.id, Analysis.state.in_(("queued", "running")))
        .exists()
    )


def _drop_unneeded(session: Session, storage: Storage, sha256: str) -> Dropped:
    needed = session.scalar(select(Video.id).where(Video.sha256 == sha256, Video.gone_at.is_(None)).limit(1))
    return Dropped() if needed else storage.drop(video_key(sha256))


def _count(receipt: Receipt, dropped: Dropped) -> None:
    receipt.files += dropped.files
    receipt.bytes += dropped.bytes
