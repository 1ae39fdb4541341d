"""Every error as application/problem+json (RFC 9457): what was expected, what was found, what to do."""

import errno
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from formcheck.errors import (
    AnalysisError,
    FormcheckError,
    ModelError,
    OutputError,
    TooLarge,
    UnknownLift,
    VideoError,
)

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:formcheck:problem:"

_KNOWN: dict[type[FormcheckError], int] = {
    TooLarge: 422,
    VideoError: 422,
    AnalysisError: 422,
    UnknownLift: 422,
    ModelError: 503,
    OutputError: 507,
}
_BUSY_AGAIN_S = 2


class ProblemBody(BaseModel):
    """An error, as RFC 9457 words it, with a hint of ours and, for wrong fields, their places."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": PREFIX + "not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no such analysis, or it is not yours.",
                    "hint": "Check the address.",
                }
            ]
        }
    )

    type: str = Field(description="A name of this kind of problem that does not change.")
    title: str
    status: int
    detail: str
    hint: str = ""
    errors: list[dict[str, str]] | None = None


class Problem(Exception):
    """Raised anywhere in the service; answered as a problem document.

    Parameters
    ----------
    status
        The HTTP status.
    kind
        The name of the problem, such as `too-large`.
    detail, hint
        What was found, and what to do.
    headers
        Further headers of the answer.
    """

    def __init__(
        self, status: int, kind: str, detail: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.hint = status, kind, detail, hint
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Give the document."""
        return {
            "type": PREFIX + self.kind,
            "title": self.kind.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "hint": self.hint,
        }


def not_found(what: str) -> Problem:
    """Tell that something is not there; the same words for what is somebody else's."""
    return Problem(404, "not-found", f"There is no such {what}, or it is not yours.", "Check the address.")


def disk_full() -> Problem:
    """Tell that nothing more can be stored."""
    return Problem(
        507,
        "disk-full",
        "The service's disk is full; nothing of this was kept.",
        "Try again later, or ask whoever runs the service to make room.",
        {"Retry-After": "600"},
    )


def of_os_error(error: OSError) -> Problem:
    """Translate an error of the system."""
    return disk_full() if error.errno in (errno.ENOSPC, errno.EDQUOT) else _mistake()


def _mistake() -> Problem:
    return Problem(500, "mistake", "A mistake of ours.", "Try again; if it stays, please report it.")


def of(error: Exception) -> Problem:
    """Translate whatever was raised; what nobody expected is a mistake of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, FormcheckError):
        return of_error(error)
    return of_os_error(error) if isinstance(error, OSError) else _mistake()


def of_error(error: FormcheckError) -> Problem:
    """Translate an error of the library."""
    status = next((code for kind, code in _KNOWN.items() if isinstance(error, kind)), 422)
    return named(type(error).__name__, error.message, error.hint, status)


def named(error_name: str, message: str, hint: str, status: int = 422) -> Problem:
    """Make a problem of an error's class name, as a decoder's process reports it."""
    kind = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in error_name).lstrip("-")
    return Problem(status, kind, message, hint)


def told_by(error: Mapping[str, str]) -> Problem:
    """Make a problem of what a decoder's process answers under `error`."""
    return named(error["name"], error["message"], error["hint"])


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(FormcheckError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(OSError, _on_os_error)
    app.add_exception_handler(OperationalError, _on_busy)
    app.add_exception_handler(IntegrityError, _on_change)
    app.add_exception_handler(StaleDataError, _on_change)
    app.add_exception_handler(NoResultFound, _on_loss)
    app.add_exception_handler(Exception, _on_bug)


def answer(request: Request, problem: Problem, extra: Mapping[str, Any] | None = None) -> Response:
    """Make the answer: a document for programs, a page or a redirection to the sign-in for people."""
    if _wants_page(request):
        if problem.status == 401:
            return RedirectResponse("/sign-in", 303)
        page: Response = request.app.state.pages.TemplateResponse(
            request, "problem.html", {"problem": problem}, status_code=problem.status, headers=problem.headers
        )
        return page
    body = problem.body() | dict(extra or {})
    return JSONResponse(body, problem.status, problem.headers, MEDIA_TYPE)


def _wants_page(request: Request) -> bool:
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/static/"))


def _nowhere() -> Problem:
    return Problem(404, "not-found", "There is nothing at this address.", "Check it.")


async def _on_problem(request: Request, error: Exception) -> Response:
    return answer(request, cast("Problem", error))


async def _on_error(request: Request, error: Exception) -> Response:
    return answer(request, of_error(cast("FormcheckError", error)))


async def _on_invalid(request: Request, error: Exception) -> Response:
    found = [
        {"place": ".".join(map(str, item["loc"])), "message": str(item["msg"])}
        for item in cast("RequestValidationError", error).errors()
    ]
    if _wants_page(request) and any(item["place"].startswith("path.") for item in found):
        return answer(request, _nowhere())
    malformed = any(item["type"] == "json_invalid" for item in cast("RequestValidationError", error).errors())
    detail = "; ".join(f"{item['place']}: {item['message']}" for item in found)
    problem = Problem(
        400 if malformed else 422, "malformed" if malformed else "invalid", detail, "Correct these fields."
    )
    return answer(request, problem, {"errors": found})


async def _on_http(request: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return answer(request, _nowhere())
    phrase = HTTPStatus(error.status_code).phrase
    kind = phrase.lower().replace(" ", "-")
    return answer(request, Problem(error.status_code, kind, f"{phrase}.", "", error.headers))


async def _on_os_error(request: Request, error: Exception) -> Response:
    problem = of_os_error(cast("OSError", error))
    return await _on_bug(request, error) if problem.status == 500 else answer(request, problem)


async def _on_busy(request: Request, error: Exception) -> Response:
    text = str(cast("OperationalError", error).orig)
    if "full" in text:
        return answer(request, disk_full())
    again = {"Retry-After": str(_BUSY_AGAIN_S)}
    return answer(request, Problem(503, "busy", "The database did not answer in time.", "Try again.", again))


async def _on_change(request: Request, error: Exception) -> Response:
    """Two requests changed the same at once: this one came second, and left nothing."""
    del error
    detail = "Another request changed the same at this moment; nothing of this one was kept."
    return answer(request, Problem(409, "changed-meanwhile", detail, "Look again, then try again."))


async def _on_loss(request: Request, error: Exception) -> Response:
    """Another request deleted what this one was reading."""
    del error
    return answer(request, Problem(404, "not-found", "It was deleted at this moment.", "Look again."))


async def _on_bug(request: Request, error: Exception) -> Response:
    request.app.state.log.error("unexpected", extra={"error": type(error).__name__}, exc_info=error)
    return answer(request, _mistake())
