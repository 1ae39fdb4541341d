"""Answers with a stored file or a range of it (RFC 9110, section 14), wherever it is stored."""

import re
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import StreamingResponse

from .problems import Problem
from .storage import Storage

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class StoredFile(StreamingResponse):
    """The bytes of a file, of any type."""


def answer_file(
    request: Request,
    storage: Storage,
    key: str,
    *,
    media_type: str,
    headers: Mapping[str, str],
) -> StoredFile | None:
    """Answer with a file, or with the range that is asked for; None where there is no such file.

    Several ranges at once are answered with the whole file, as the standard allows.

    Raises
    ------
    Problem
        416: the range lies beyond the file.
    """
    size = storage.size(key)
    if size is None:
        return None
    span = _asked(request.headers.get("range", ""), size)
    start, end = span or (0, size)
    told = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    if span:
        told["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StoredFile(
        storage.read(key, start, end), 206 if span else 200, headers=told, media_type=media_type
    )


def _asked(text: str, size: int) -> tuple[int, int] | None:
    """Start and end of the range that is asked for; None: all of it."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if found[1]:
        start, end = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    else:
        start, end = max(0, size - int(found[2])), size
    if start >= size or start >= end:
        raise Problem(
            416,
            "wrong-range",
            f"Expected a range within {size} bytes, found {text}.",
            "Ask for less.",
            {"Content-Range": f"bytes */{size}"},
        )
    return start, end
