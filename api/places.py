"""Takes out of a video where it was filmed: phones write that beside the pictures.

Values are overwritten in place, so that nothing else moves: in mp4 and mov the coordinates (ISO 6709 text in
`©xyz` or Apple's keys, 3GPP's `loci`) and whole XMP and Exif boxes; in other containers coordinates in the
head and tail, where their tags lie.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_COORDINATES = re.compile(
    rb"[+-]\d{2}(?:\d{2}){0,2}(?:\.\d+)?[+-]\d{3}(?:\d{2}){0,2}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?(?:CRS[\w]+)?/"
)
_NAMED = re.compile(rb"(?:GPS|geo)[A-Za-z]*[^\x00-\x1f<]{0,4}[\"'>=:]\s*[\"']?[-+0-9.,NSEW ]{4,40}")
_METADATA_BOXES = (b"moov", b"meta", b"udta")
_DROPPED_BOXES = (b"uuid", b"XMP_", b"Exif")
_MOST_BYTES = 64 * 1024 * 1024
_ENDS_BYTES = 1024 * 1024


def forget_place(path: Path, media_type: str) -> int:
    """Blank the places in a video file.

    Parameters
    ----------
    path
        The file; changed in place, its length stays.
    media_type
        What `api.formats.sniff` told.

    Returns
    -------
    int
        How many were blanked.
    """
    with path.open("r+b") as file:
        if media_type in ("video/mp4", "video/quicktime"):
            return sum(_blank_box(file, kind, start, size) for kind, start, size in list(_top_boxes(file)))
        length = file.seek(0, 2)
        spans = {(0, min(length, _ENDS_BYTES)), (max(0, length - _ENDS_BYTES), min(length, _ENDS_BYTES))}
        return sum(_blank_span(file, start, size) for start, size in spans)


def _top_boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and size of each box of an mp4; ends where the file does or makes no sense."""
    length, at = file.seek(0, 2), 0
    while at + 8 <= length:
        file.seek(at)
        head = file.read(16)
        size, kind = int.from_bytes(head[:4]), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16])
        size = length - at if size == 0 else size
        if size < 8:
            return
        yield kind, at, min(size, length - at)
        at += size


def _blank_box(file: BinaryIO, kind: bytes, start: int, size: int) -> int:
    if kind in _DROPPED_BOXES:
        file.seek(start + 4)
        file.write(b"free")
        file.seek(start + 8)
        _write_zeros(file, size - 8)
        return 1
    return _blank_span(file, start, min(size, _MOST_BYTES)) if kind in _METADATA_BOXES else 0


def _write_zeros(file: BinaryIO, size: int) -> None:
    while size > 0:
        size -= file.write(bytes(min(size, _ENDS_BYTES)))


def _blank_span(file: BinaryIO, start: int, size: int) -> int:
    file.seek(start)
    content = file.read(size)
    found = 0

    def blank(match: re.Match[bytes]) -> bytes:
        nonlocal found
        found += 1
        return re.sub(rb"[0-9]", b"0", match[0])

    cleaned = _NAMED.sub(blank, _COORDINATES.sub(blank, content))
    cleaned, boxes = _blank_loci(cleaned)
    if found + boxes:
        file.seek(start)
        file.write(cleaned)
    return found + boxes


def _blank_loci(content: bytes) -> tuple[bytes, int]:
    """Empty 3GPP's binary place boxes."""
    result, found = bytearray(content), 0
    for match in re.finditer(rb"loci", content):
        size = int.from_bytes(content[match.start() - 4 : match.start()])
        if match.start() >= 4 and 20 <= size <= 1024:
            result[match.start() : match.end()] = b"free"
            end = min(match.start() - 4 + size, len(result))
            result[match.end() : end] = bytes(end - match.end())
            found += 1
    return bytes(result), found
