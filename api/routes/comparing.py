"""Two analyses beside each other, measure by measure."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from ..contract import may
from ..deps import Readable
from ..problems import Problem
from ..tables import Analysis
from .analyses import AnalysisShown

router = APIRouter(tags=["analyses"])


class Difference(BaseModel):
    """A measure of two sets; `clear` where their intervals lie apart."""

    measure: str
    unit: str
    first: float
    second: float
    change: float
    clear: bool | None


class Compared(BaseModel):
    """Two sets, measure by measure."""

    first: AnalysisShown
    second: AnalysisShown
    differences: list[Difference]


@router.get("/compare", openapi_extra=may("not-done", "not-found"))
def compare(first: UUID, second: UUID, yours: Readable) -> Compared:
    """Compare two analyses, measure by measure."""
    rows = [yours.one(Analysis, wanted) for wanted in (first, second)]
    if any(row.state != "done" for row in rows):
        raise Problem(409, "not-done", "Both analyses must be done.", "Wait for them.")
    one, two = (AnalysisShown.model_validate(row) for row in rows)
    return Compared(first=one, second=two, differences=differences(one.summary or {}, two.summary or {}))


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[Difference]:
    """Compare what two summaries have in common; nothing where they are of different lifts."""
    if first["lift"] != second["lift"]:
        return []
    found = []
    for name, one in first["measures"].items():
        two = second["measures"].get(name)
        if two is None or two["unit"] != one["unit"]:
            continue
        ends = (one["low"], one["high"], two["low"], two["high"])
        clear = None if None in ends else one["high"] < two["low"] or two["high"] < one["low"]
        change = round(two["value"] - one["value"], 4)
        found.append(
            Difference(
                measure=name,
                unit=one["unit"],
                first=one["value"],
                second=two["value"],
                change=change,
                clear=clear,
            )
        )
    return found
