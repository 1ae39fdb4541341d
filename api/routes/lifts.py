"""The lifts and the rules behind each verdict."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from formcheck import known_lifts, load_lift

from ..contract import may
from ..deps import Readable

router = APIRouter(tags=["lifts"])

LiftShown = Annotated[
    dict[str, Any],
    Field(
        examples=[
            {
                "name": "squat",
                "title": "Squat",
                "variant": "high_bar",
                "faults": [{"id": "squat.depth_short", "title": "Depth", "cue": "Sit lower."}],
            }
        ]
    ),
]
"""A lift as its file states it, shortened in the example."""


@router.get("/lifts")
def list_lifts(_yours: Readable) -> list[LiftShown]:
    """List the lifts with their rules, each with its limit, cue, drill and source."""
    return [load_lift(name).model_dump(mode="json") for name in known_lifts()]


@router.get("/lifts/{name}", openapi_extra=may("unknown-lift"))
def show_lift(name: str, _yours: Readable) -> LiftShown:
    """Show one lift."""
    return load_lift(name).model_dump(mode="json")
