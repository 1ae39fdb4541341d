"""Reference reps: an athlete's own best ones, or a chosen one, that later sets are compared with."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Request, Response, status
from pydantic import BaseModel, Field

from .. import child
from ..contract import may
from ..deps import SLOW, Managed, Readable, ReferenceManaged, ReferenceSeen, StorageDep, Writable, Yours
from ..paging import After, Limit, Page, Shown, page_of
from ..problems import Problem, told_by
from ..settings import GIB, MIB
from ..storage import results_key
from ..tables import Analysis, Reference

router = APIRouter(tags=["references"])

_BOUNDS = child.Bounds(2 * GIB, 60, MIB, 64, wall_s=120.0, stall_s=60.0)
_MOST_SETS = 10

Document = Annotated[
    dict[str, Any],
    Field(
        examples=[{"kind": "formcheck reference", "schema_version": "1.0", "lift": "squat", "view": "side"}]
    ),
]
"""A reference as a file holds it."""


class ReferenceWanted(BaseModel):
    """Finished sets of one athlete, lift and view to take the best reps of; or one set, and a rep of it."""

    analysis_ids: list[UUID] = Field(min_length=1, max_length=_MOST_SETS)
    rep: int | None = Field(None, ge=1, le=1000, description="A rep that a coach chose; None: the best reps.")


class ReferenceShown(Shown):
    """Reference reps; `rep` is the chosen one, None the best ones; `title` says so in words."""

    id: str
    athlete_id: str
    lift: str
    view: str
    reps: int
    rep: int | None
    title: str = Field(examples=["3 best reps"])
    load_kg: float | None
    made_of: list[str] = Field(examples=[["01a21698-43a4-7051-8911-f4c7b9ad2f10"]])
    created_at: datetime


@router.get("/references")
async def list_references(
    yours: Readable, athlete_id: UUID | None = None, limit: Limit = 100, after: After = None
) -> Page[ReferenceShown]:
    """List reference reps, newest first; the newest of a lift is what its sets are compared with."""
    query = yours.all(Reference)
    if athlete_id is not None:
        query = query.where(Reference.athlete_id == str(athlete_id))
    rows, following = await page_of(yours.session, query, Reference, after, limit)
    return Page(items=[ReferenceShown.model_validate(row) for row in rows], next=following)


@router.post(
    "/references",
    tags=[SLOW],
    status_code=status.HTTP_201_CREATED,
    responses={200: {"model": ReferenceShown, "description": "Made before"}},
    openapi_extra=may(
        "invalid-reference",
        "no-reference",
        "not-done",
        "not-found",
        "several-athletes",
        "storage-unreachable",
        "unreadable-video",
    ),
)
async def make_reference(
    body: ReferenceWanted, request: Request, response: Response, yours: Writable, storage: StorageDep
) -> ReferenceShown:
    """Make a reference of the best reps of sets, or of one rep; later sets are compared with it."""
    rows = [yours.one(Analysis, wanted) for wanted in body.analysis_ids]
    known = _known(yours, rows, body.rep)
    yours.session.close()
    if known is not None:
        response.status_code = status.HTTP_200_OK
    else:
        state = request.app.state

        def work() -> Reference:
            document = _make(rows, body.rep, storage, state)
            made = _row(rows, body.rep, document)
            with state.sessions.begin() as session:
                session.add(made)
            return made

        known = await to_thread.run_sync(work, limiter=state.probing)
    response.headers["Location"] = f"/api/v1/references/{known.id}"
    return ReferenceShown.model_validate(known)


def _known(yours: Yours, rows: list[Analysis], rep: int | None) -> Reference | None:
    """Check that the sets can make a reference; find the one that they made before."""
    if len({row.athlete_id for row in rows}) > 1:
        raise Problem(422, "several-athletes", "These sets are of several athletes.", "Choose sets of one.")
    if any(row.state != "done" for row in rows):
        raise Problem(409, "not-done", "Every analysis must be done.", "Wait for them.")
    wanted = sorted(row.id for row in rows)
    same = yours.all(Reference).where(Reference.athlete_id == rows[0].athlete_id, Reference.rep == rep)
    return next((one for one in yours.session.scalars(same) if one.made_of == wanted), None)


def _make(rows: list[Analysis], rep: int | None, storage: Any, state: Any) -> dict[str, Any]:
    """Judge the takes again in a process of their own, and take the reps."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=state.scratch.work)))
        paths = [
            stack.enter_context(storage.at_hand(results_key(row.id, "motion.npz"), folder)) for row in rows
        ]
        takes = [
            {"path": str(path), "lift": row.options["lift"]} for path, row in zip(paths, rows, strict=True)
        ]
        task = {"task": "reference", "takes": takes, "rep": rep}
        try:
            answer = child.run(task, _BOUNDS, folder=folder, prefix=state.settings.confine_with)["answer"]
        except child.Crashed as crash:
            raise Problem(422, "no-reference", f"No reference was made: {crash}.", "Try others.") from crash
    if "error" in answer:
        raise told_by(answer["error"])
    return dict(answer)


def _row(rows: list[Analysis], rep: int | None, document: dict[str, Any]) -> Reference:
    sources = document["sources"]
    loads = [source["load_kg"] for source in sources]
    return Reference(
        tenant_id=rows[0].tenant_id,
        athlete_id=rows[0].athlete_id,
        lift=document["lift"],
        view=document["view"],
        reps=sum(len(source["reps"]) for source in sources),
        rep=rep,
        load_kg=None if None in loads else round(sum(loads) / len(loads), 2),
        made_of=sorted(row.id for row in rows),
        document=document,
    )


@router.get("/references/{reference_id}")
async def show_reference(reference: ReferenceSeen) -> ReferenceShown:
    """Show what a reference was made of."""
    return ReferenceShown.model_validate(reference)


@router.get("/references/{reference_id}/file")
def download_reference(reference: ReferenceSeen) -> Document:
    """Download a reference as the file that `formcheck analyze --reference` takes."""
    return reference.document


@router.delete("/references/{reference_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_reference(reference: ReferenceManaged, yours: Managed) -> None:
    """Delete a reference; what was compared with it stays as it is."""
    yours.session.delete(reference)
    yours.session.commit()
