"""The lifts and the rules behind each verdict."""

from typing import Any

from fastapi import APIRouter

from formcheck import known_lifts, load_lift

from ..deps import Readable

router = APIRouter(tags=["lifts"])


@router.get("/lifts")
def list_lifts(_yours: Readable) -> list[dict[str, Any]]:
    """List the lifts with their rules, each with its limit, cue, drill and source."""
    return [load_lift(name).model_dump(mode="json") for name in known_lifts()]


@router.get("/lifts/{name}")
def show_lift(name: str, _yours: Readable) -> dict[str, Any]:
    """Show one lift."""
    return load_lift(name).model_dump(mode="json")
