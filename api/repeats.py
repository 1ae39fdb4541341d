"""`Idempotency-Key`: the same request sent twice makes one thing."""

import hashlib
from typing import Annotated, TypeVar

from fastapi import Header
from pydantic import BaseModel

from .deps import Owned, Yours
from .problems import Problem
from .tables import Repeat

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="Makes a repeated request harmless.",
    ),
]
Body = TypeVar("Body", bound=BaseModel)


def made_before(yours: Yours, table: type[Owned], key: str | None, body: BaseModel) -> Owned | None:
    """Find what an earlier request of the same key made.

    Raises
    ------
    Problem
        409: the key was used for another request.
    """
    found = yours.session.get(Repeat, (yours.caller.user.id, key)) if key else None
    if found is None:
        return None
    if found.request_hash != _hash(table, body):
        raise Problem(
            409, "key-reused", "This Idempotency-Key was used for another request.", "Take a new key."
        )
    return yours.one(table, found.subject_id)


def remember(yours: Yours, table: type[Owned], key: str | None, body: BaseModel, subject_id: str) -> None:
    """Remember what a request made."""
    if key:
        row = Repeat(
            user_id=yours.caller.user.id, key=key, request_hash=_hash(table, body), subject_id=subject_id
        )
        yours.session.add(row)


def _hash(table: type[Owned], body: BaseModel) -> str:
    return hashlib.sha256(f"{table.__name__} {body.model_dump_json()}".encode()).hexdigest()
