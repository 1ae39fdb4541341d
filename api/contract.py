"""What the OpenAPI says beyond what FastAPI knows: every problem an operation can answer, and an example.

A route names its own problems with `openapi_extra=may("gone", ...)`; those that follow from what it takes
(a signed-in caller, a body, an identifier in its address) are added here.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from .problems import MEDIA_TYPE, PREFIX, ProblemBody

KINDS: dict[str, tuple[int, str, str]] = {
    "busy": (503, "The database did not answer in time.", "Try again."),
    "changed-meanwhile": (409, "Another request changed the same at this moment.", "Look again."),
    "csrf": (403, "This request does not come from a page of ours.", "Reload the page."),
    "cut-off": (400, "The connection ended before the file did.", "Send the rest."),
    "disk-full": (507, "The service's disk is full; nothing of this was kept.", "Try again later."),
    "empty": (422, "Expected a video, found an empty file.", "Send the file again."),
    "faces-hidden": (403, "Faces are blurred here, and this file shows them.", "See the annotated one."),
    "file-too-large": (413, "Expected at most 500 MiB, found more.", "Send a shorter or smaller video."),
    "gone": (410, "This video was deleted, as the settings ask.", "Upload it again."),
    "invalid": (422, "body.load_kg: Input should be greater than 0", "Correct these fields."),
    "invalid-reference": (422, "expected sets of one view, found side and front", "Make one for each."),
    "is-coach": (409, "This athlete is the coach of this practice.", "Delete single videos instead."),
    "key-reused": (409, "This Idempotency-Key was used for another request.", "Take a new key."),
    "link-spent": (404, "This link was used already, or is too old.", "Ask for a new one."),
    "malformed": (400, "body.0: JSON decode error", "Correct these fields."),
    "mistake": (500, "A mistake of ours.", "Try again; if it stays, please report it."),
    "name-taken": (409, "There is an account of this name.", "Choose another, or sign in."),
    "no-reference": (422, "No reference was made: it took longer than 120 s.", "Try others."),
    "no-timestamps": (422, "the video: expected times of frames, found none", "Export it anew."),
    "no-video-stream": (422, "the video: expected pictures, found only sound", "Send the video."),
    "no-room": (503, "The disk is nearly full.", "Make room."),
    "no-worker": (503, "No worker has said that it lives.", "Start `formcheck worker`."),
    "not-a-video": (415, "Expected a video, found a file that begins like none.", "Send it as filmed."),
    "not-done": (409, "This analysis has no results.", "Wait until it is done, or see why it failed."),
    "not-failed": (409, "The analysis is done.", "Only failed and canceled ones are tried again."),
    "not-found": (404, "There is no such analysis, or it is not yours.", "Check the address."),
    "not-signed-in": (401, "Nobody is signed in.", "Sign in, or send a key as bearer token."),
    "other-hash": (422, "The file's SHA-256 is not the one that was announced.", "Send the file again."),
    "password-length": (422, "Expected 12 to 128 characters, found 5.", "Several words are long."),
    "queue-full": (429, "50 analyses are waiting already.", "Wait for some of them."),
    "quota": (413, "All of this account's space is used.", "Delete videos that you no longer need."),
    "role": (403, "Only a coach does this.", "Ask your coach."),
    "scope-missing": (403, "This needs a key of scope upload.", "Make one in the settings."),
    "several-athletes": (422, "These sets are of several athletes.", "Choose sets of one."),
    "storage-unreachable": (503, "The place where videos are kept did not answer.", "Try again later."),
    "too-large": (422, "the video: expected at most 4096 pixels a side, found 8192", "Export it smaller."),
    "too-often": (429, "Too many requests.", "Try again in 12 s."),
    "too-short": (422, "the video: expected at least 10 frames, found 1", "Film the whole set."),
    "unknown-lift": (422, "no lift 'snatch'", "Known lifts: bench_press, deadlift, squat."),
    "unreadable-video": (422, "The video could not be opened.", "Export it anew."),
    "wrong-offset": (409, "Expected to go on from 0, found 100.", "Ask with HEAD."),
    "wrong-password": (401, "Name or password is wrong.", "Check both; capitals count."),
    "wrong-range": (416, "Expected a range within 1000 bytes, found bytes=2000-.", "Ask for less."),
}
"""Every problem by name: its status, and what it says, for example."""

UPLOAD_PROBLEMS = (
    "cut-off", "disk-full", "empty", "file-too-large", "no-timestamps", "no-video-stream", "not-a-video",
    "not-found", "other-hash", "quota", "storage-unreachable", "too-large", "too-short", "unreadable-video",
)  # fmt: skip
FILE_PROBLEMS = ("not-done", "not-found", "storage-unreachable", "wrong-range")

_BYTES = {"type": "string", "format": "binary"}
_DOCUMENT = {"type": "object", "examples": [{"schema_version": "1.3", "lift": {"name": "squat"}}]}
_MARK = "x-problems"
_SAFE = ("get", "head")
_ID = "01a21698-43a4-7051-8911-f4c7b9ad2f10"
_SAMPLES = {"date-time": "2026-11-26T08:30:00Z", "date": "2026-11-26", "uuid": _ID}
_VALUES: dict[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "object": {}}
_FIELDS: dict[str, Any] = {
    "bytes": 7340032,
    "duration_s": 24.5,
    "files": 14,
    "focus": "Depth",
    "gone_at": None,
    "height_px": 1920,
    "high": 0.53,
    "kind": "video",
    "lift": "squat",
    "load_kg": 140.0,
    "low": 0.47,
    "login": "maria@example.org",
    "measure": "mean_velocity",
    "media_type": "video/mp4",
    "name": "squat.mp4",
    "next": None,
    "note": "Slept well.",
    "options": {"lift": "squat", "preset": "balanced", "load_kg": 140.0, "references": {}},
    "prefix": "fc_3Kx9",
    "problem": None,
    "progress": {"stage": "watching", "done": 90, "total": 600, "frames_per_s": 31.5},
    "revoked_at": None,
    "role": "coach",
    "rows": 4,
    "rule_id": "squat.depth_short",
    "scopes": "read upload",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size_bytes": 7340032,
    "state": "running",
    "summary": None,
    "title": "Depth",
    "token": "kY1vQ0nJ6mT3",
    "triage": 0.42,
    "unit": "m/s",
    "url": "https://gym.example.org/s/kY1vQ0nJ6mT3",
    "value": 0.5,
    "view": "side",
    "width_px": 1080,
}
"""What stands for a field where its model names no example."""


def may(*kinds: str) -> dict[str, Any]:
    """Name the problems of a route's own, as its `openapi_extra`."""
    return {_MARK: list(kinds)}


def sends(*media_types: str, ranges: bool = False) -> dict[int | str, dict[str, Any]]:
    """Document a success that is a file, and with `ranges` a part of it."""
    content = {one: {"schema": _DOCUMENT if "json" in one else _BYTES} for one in media_types}
    told: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": content}}
    if ranges:
        told[206] = {"description": "The range that was asked for", "content": content}
    return told


def complete(openapi: dict[str, Any]) -> dict[str, Any]:
    """Put problems and examples into an OpenAPI document, and give it."""
    parts = openapi["components"]["schemas"]
    parts["Problem"] = ProblemBody.model_json_schema()
    for path in openapi["paths"].values():
        for method, operation in path.items():
            kinds = {*operation.pop(_MARK, ()), *_usual(method, operation)}
            operation["responses"].pop("422", None)
            operation["responses"] |= _problems(sorted(kinds))
            for one in operation.get("parameters", ()):
                one.setdefault("example", example_of(one["schema"], parts, one["name"]))
            for told in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media_type, content in told.get("content", {}).items():
                    if media_type == "application/json" and "format" not in content["schema"]:
                        content.setdefault("example", example_of(content["schema"], parts))
    for unused in ("HTTPValidationError", "ValidationError"):
        parts.pop(unused, None)
    return openapi


def _usual(method: str, operation: Mapping[str, Any]) -> set[str]:
    """Problems that follow from what an operation takes."""
    kinds = {"busy", "mistake"}
    parameters = operation.get("parameters", ())
    if method not in _SAFE:
        kinds |= {"changed-meanwhile", "disk-full"}
    if operation.get("security"):
        kinds |= {"not-signed-in", "too-often"}
        if method not in _SAFE:
            kinds |= {"csrf", "scope-missing"}
    if any(one["in"] == "path" for one in parameters):
        kinds.add("not-found")
    if any(one["name"] == "Idempotency-Key" for one in parameters):
        kinds.add("key-reused")
    if parameters or "requestBody" in operation:
        kinds.add("invalid")
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        kinds.add("malformed")
    return kinds


def _problems(kinds: list[str]) -> dict[str, Any]:
    """By status, the problems of these kinds, each with an example."""
    found: dict[str, Any] = {}
    for kind in kinds:
        status, detail, hint = KINDS[kind]
        title = kind.replace("-", " ").capitalize()
        told = {"type": PREFIX + kind, "title": title, "status": status, "detail": detail, "hint": hint}
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        empty = {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: content}}
        answers = found.setdefault(str(status), empty)["content"][MEDIA_TYPE]
        answers["examples"][kind] = {"summary": title, "value": told}
    return found


def example_of(schema: Mapping[str, Any], parts: Mapping[str, Any], name: str = "") -> Any:
    """Compose an example of a schema from those of its parts."""
    if "$ref" in schema:
        return example_of(parts[schema["$ref"].rpartition("/")[2]], parts, name)
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return _FIELDS[name] if _FIELDS.get(name) in schema["enum"] else schema["enum"][0]
    if name in _FIELDS:
        return _FIELDS[name]
    if "anyOf" in schema:
        known = [one for one in schema["anyOf"] if one.get("type") != "null"]
        return example_of(known[0], parts, name)
    if "properties" in schema:
        return {key: example_of(one, parts, key) for key, one in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example_of(schema["items"], parts, name)]
    return schema.get("default") or _plain(schema, name)


def _plain(schema: Mapping[str, Any], name: str) -> Any:
    """An example of a schema that says nothing but its type."""
    if schema.get("format") in _SAMPLES:
        return _SAMPLES[schema["format"]]
    if schema.get("type") in _VALUES:
        return schema.get("minimum", _VALUES[schema["type"]])
    return _ID if name == "id" or name.endswith("_id") else name
