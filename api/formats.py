"""Which containers are taken, told by their first bytes; names and declared types are not believed."""

from .problems import Problem

FIRST_BYTES = 64
"""As many bytes as tell a container."""

MEDIA_TYPES = ("video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-msvideo")
"""What is taken."""

_BRANDS_REFUSED = (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"M4A ", b"M4B ", b"crx ")
_TOP_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_EBML = b"\x1a\x45\xdf\xa3"


def sniff(head: bytes) -> str:
    """Tell the media type of a container.

    Parameters
    ----------
    head
        The first `FIRST_BYTES`, or all of a smaller file.

    Raises
    ------
    Problem
        415: none that is taken.
    """
    if head[4:8] == b"ftyp" and head[8:12] not in _BRANDS_REFUSED:
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[4:8] in _TOP_BOXES and head[4:8] != b"ftyp" and _is_box_size(head):
        return "video/quicktime"
    if head[:4] == _EBML:
        return "video/webm" if b"webm" in head else "video/x-matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    raise Problem(
        415,
        "not-a-video",
        "Expected a video (mp4, mov, mkv, webm or avi), found a file that begins like none of them.",
        "Send the video as the phone saved it; its name does not matter.",
    )


def _is_box_size(head: bytes) -> bool:
    size = int.from_bytes(head[:4])
    return size in (0, 1) or size >= 8
