"""Lists in pages: newest first, each page naming the next."""

from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select
from sqlalchemy.orm import Session

from .database import ask

Item = TypeVar("Item", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
After = Annotated[UUID | None, Query(description="The `next` of the page before.")]


class Shown(BaseModel):
    """Base of what is shown of a row: read from its attributes."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[Item]):
    """A page of a list; `next` is None on the last."""

    items: list[Item]
    next: str | None = None


async def page_of(
    session: Session, query: Select[Any], table: Any, after: UUID | None, limit: int
) -> tuple[list[Any], str | None]:
    """Fetch a page's rows, newest first, and the identifier that the next page begins after."""
    if after is not None:
        query = query.where(table.id < str(after))
    query = query.order_by(table.id.desc()).limit(limit + 1)
    rows = await ask(session, lambda: list(session.scalars(query)))
    more = len(rows) > limit
    return rows[:limit], rows[limit - 1].id if more else None
