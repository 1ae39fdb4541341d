"""The files of an analysis: report, tables, clip and pictures."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from ..deps import AnalysisSeen, StorageDep
from ..problems import Problem, not_found
from ..storage import Storage
from ..watching import ANNOTATED, BLURRED, PREVIEW, THUMBNAIL

router = APIRouter(tags=["results"])

_FILES = {
    "report.json": "application/json",
    "report.html": "text/html; charset=utf-8",
    "reps.csv": "text/csv; charset=utf-8",
    "signals.csv": "text/csv; charset=utf-8",
    "motion.npz": "application/octet-stream",
    ANNOTATED: "video/mp4",
    BLURRED: "video/mp4",
    THUMBNAIL: "image/jpeg",
}
_OWN_POLICY = "sandbox allow-scripts allow-downloads"

FileName = Literal[
    "report.json",
    "report.html",
    "reps.csv",
    "signals.csv",
    "motion.npz",
    "annotated.mp4",
    "blurred.mp4",
    "thumbnail.jpg",
]


def result_file(
    storage: Storage, analysis_id: str, name: str, media_type: str, *, keep_s: int = 3600
) -> FileResponse:
    """Answer with a file of the results; ranges are served.

    Raises
    ------
    Problem
        409 where there are no results, 404 where this one is missing.
    """
    if not storage.results(analysis_id).is_dir():
        raise Problem(
            409, "not-done", "This analysis has no results.", "Wait until it is done, or see why it failed."
        )
    path = storage.result(analysis_id, name)
    if path is None:
        raise not_found("file among the results")
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": f"private, max-age={keep_s}"})


@router.get(
    "/analyses/{analysis_id}/files/{name}",
    response_class=FileResponse,
    responses={206: {"description": "A range"}},
)
def download_result(name: FileName, analysis: AnalysisSeen, storage: StorageDep) -> FileResponse:
    """Download the report as JSON, HTML or CSV, the annotated clip, the keypoints or the thumbnail."""
    answer = result_file(storage, analysis.id, name, _FILES[name])
    if name == "report.html":
        answer.headers["Content-Security-Policy"] = _OWN_POLICY
    return answer


@router.get("/analyses/{analysis_id}/evidence/{rule_id}", response_class=FileResponse)
def show_evidence(rule_id: str, analysis: AnalysisSeen, storage: StorageDep) -> FileResponse:
    """Show the frame in which a rule was broken worst."""
    rules = [fault["rule_id"] for fault in (analysis.summary or {}).get("faults", ())]
    if rule_id not in rules:
        raise not_found("finding")
    return result_file(storage, analysis.id, f"{rule_id}.jpg", "image/jpeg")


@router.get(
    "/analyses/{analysis_id}/preview", response_class=Response, responses={204: {"description": "None yet"}}
)
def show_preview(analysis: AnalysisSeen, storage: StorageDep, request: Request) -> Response:
    """Show the frame that is being analyzed, faces blurred."""
    del request
    folder = storage.work_of(analysis.id)
    try:
        content = (folder / PREVIEW).read_bytes() if folder else b""
    except FileNotFoundError:
        content = b""
    headers = {"Cache-Control": "no-store"}
    if not content:
        return Response(status_code=204, headers=headers)
    return Response(content, media_type="image/jpeg", headers=headers)
