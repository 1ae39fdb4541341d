"""The files of an analysis: report, tables, clip and pictures."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ..contract import FILE_PROBLEMS, may, sends
from ..deps import AnalysisSeen, StorageDep
from ..problems import Problem, not_found
from ..ranges import StoredFile, answer_file
from ..storage import ANNOTATED, BLURRED, THUMBNAIL, Storage, load, preview_key, results_key
from ..tables import Analysis

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
    request: Request,
    storage: Storage,
    analysis: Analysis,
    name: str,
    media_type: str,
    *,
    keep_s: int = 3600,
) -> StoredFile:
    """Answer with a file of the results; ranges are served.

    Raises
    ------
    Problem
        409 where there are no results, 404 where this one is missing.
    """
    if analysis.state != "done":
        raise Problem(
            409, "not-done", "This analysis has no results.", "Wait until it is done, or see why it failed."
        )
    key, headers = results_key(analysis.id, name), {"Cache-Control": f"private, max-age={keep_s}"}
    answer = answer_file(request, storage, key, media_type=media_type, headers=headers)
    if answer is None:
        raise not_found("file among the results")
    return answer


@router.get(
    "/analyses/{analysis_id}/files/{name}",
    response_class=StoredFile,
    responses=sends(*dict.fromkeys(one.partition(";")[0] for one in _FILES.values()), ranges=True),
    openapi_extra=may(*FILE_PROBLEMS),
)
def download_result(
    name: FileName, analysis: AnalysisSeen, request: Request, storage: StorageDep
) -> StoredFile:
    """Download the report as JSON, HTML or CSV, the annotated clip, the keypoints or the thumbnail."""
    answer = result_file(request, storage, analysis, name, _FILES[name])
    if name == "report.html":
        answer.headers["Content-Security-Policy"] = _OWN_POLICY
    return answer


@router.get(
    "/analyses/{analysis_id}/evidence/{rule_id}",
    response_class=StoredFile,
    responses=sends("image/jpeg", ranges=True),
    openapi_extra=may(*FILE_PROBLEMS),
)
def show_evidence(rule_id: str, analysis: AnalysisSeen, request: Request, storage: StorageDep) -> StoredFile:
    """Show the frame in which a rule was broken worst."""
    rules = [fault["rule_id"] for fault in (analysis.summary or {}).get("faults", ())]
    if rule_id not in rules:
        raise not_found("finding")
    return result_file(request, storage, analysis, f"{rule_id}.jpg", "image/jpeg")


@router.get(
    "/analyses/{analysis_id}/preview",
    response_class=Response,
    responses={**sends("image/jpeg"), 204: {"description": "None yet"}},
    openapi_extra=may("storage-unreachable"),
)
def show_preview(analysis: AnalysisSeen, storage: StorageDep) -> Response:
    """Show the frame that is being analyzed, faces blurred."""
    headers = {"Cache-Control": "no-store"}
    try:
        content = load(storage, preview_key(analysis.id))
    except FileNotFoundError:
        return Response(status_code=204, headers=headers)
    return Response(content, media_type="image/jpeg", headers=headers)
