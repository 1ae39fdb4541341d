"""Where a video was filmed is taken out of it, and nothing else."""

import pytest
from test_api_uploads import box, encode

from api.formats import sniff
from api.places import forget_place

PLACE = b"+48.20820+016.37380+171.000/"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (box(b"ftyp", b"mp42") + box(b"moov", box(b"udta", box(b"\xa9xyz", PLACE))), "video/mp4"),
        (box(b"ftyp", b"qt  ") + box(b"moov", box(b"meta", b"location.ISO6709" + PLACE)), "video/quicktime"),
        (box(b"ftyp", b"mp42") + box(b"uuid", b"xmp: GPSLatitude=48,12.5N" + PLACE), "video/mp4"),
        (box(b"ftyp", b"mp42") + box(b"Exif", b"Exif\x00\x00MM\x00*" + PLACE), "video/mp4"),
        (b"RIFF\x00\x01\x00\x00AVI " + b"LIST" + PLACE + bytes(100), "video/x-msvideo"),
    ],
)
def test_coordinates_are_blanked_in_place(tmp_path, content, kind):
    path = tmp_path / "clip"
    path.write_bytes(content)
    assert sniff(content[:64]) == kind
    assert forget_place(path, kind) >= 1
    stored = path.read_bytes()
    assert len(stored) == len(content)
    assert b"48.2" not in stored
    assert b"016.37" not in stored


def test_a_binary_place_is_emptied(tmp_path):
    loci = box(b"loci", bytes(6) + b"Vienna\x00\x00" + b"\x00\x10\x5f\x9b\x00\x30\x35\x4c" + bytes(6))
    path = tmp_path / "clip"
    path.write_bytes(box(b"ftyp", b"mp42") + box(b"moov", box(b"udta", loci)))
    assert forget_place(path, "video/mp4") == 1
    assert b"Vienna" not in path.read_bytes()
    assert b"\x10\x5f\x9b" not in path.read_bytes()


def test_pictures_that_look_like_coordinates_stay(tmp_path):
    path = tmp_path / "clip"
    content = box(b"ftyp", b"mp42") + box(b"mdat", PLACE * 3)
    path.write_bytes(content)
    assert forget_place(path, "video/mp4") == 0
    assert path.read_bytes() == content


def test_a_video_without_a_place_is_not_touched(tmp_path):
    path = tmp_path / "clip"
    content = encode(frames=5)
    path.write_bytes(content)
    assert forget_place(path, "video/mp4") == 0
    assert path.read_bytes() == content
