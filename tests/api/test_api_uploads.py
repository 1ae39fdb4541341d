"""Uploads: known ones, cut ones, too large ones, and those that are no videos at all."""

import hashlib
import io
import shutil
import struct
import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest

from api.scratch import Scratch
from api.storage import Folder, video_key
from api.uploads import clean_name

MP4_HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


def box(kind, content=b""):
    return struct.pack(">I", len(content) + 8) + kind + content


def encode(*, size=(64, 64), frames=3, form="mp4", codec="libx264", metadata=None, fps=30):
    """A video file of plain frames."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        container.metadata.update(metadata or {})
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for _ in range(frames):
            picture = av.VideoFrame.from_ndarray(np.zeros((size[1], size[0], 3), np.uint8), "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return file.getvalue()


def sound_only():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        for _ in range(10):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            sound.rate = 44100
            container.mux(stream.encode(sound))
        container.mux(stream.encode())
    return file.getvalue()


def digest(content):
    return hashlib.sha256(content).hexdigest()


def left_in(service):
    """Files that are on the disk, but for the database."""
    files = (path for path in service.settings.data_dir.rglob("*") if path.is_file())
    return [path for path in files if ".db" not in path.name]


def stored(service, video):
    return Folder(service.settings.data_dir).path(video_key(video["sha256"]))


def test_a_video_is_taken_once(service, owner, clip):
    first = owner.post("videos", params={"name": "set.mp4"}, content=clip)
    second = owner.post("videos", params={"name": "again.mp4"}, content=clip)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    video = first.json()
    assert video["sha256"] == digest(clip)
    assert (video["width_px"], video["height_px"], video["media_type"]) == (480, 640, "video/mp4")
    assert left_in(service) == [stored(service, video)]


def test_a_known_hash_is_answered_before_the_body(owner, clip):
    owner.upload(clip)
    headers = {"X-Content-SHA256": digest(clip)}
    assert owner.post("videos", content=b"", headers=headers).status_code == 200


def test_a_cut_upload_goes_on_where_it_ended(service, owner, clip):
    address = f"uploads/{digest(clip)}"
    assert owner.head(address).headers["upload-offset"] == "0"
    part = Scratch(service.settings.data_dir).part(owner.me["id"], address.removeprefix("uploads/"))
    part.write_bytes(clip[:100_000])
    assert owner.head(address).headers["upload-offset"] == "100000"
    beyond = owner.put(address, content=b"x", headers={"Upload-Offset": "200000"})
    assert (beyond.status_code, beyond.headers["upload-offset"]) == (409, "100000")
    done = owner.put(address, content=clip[100_000:], headers={"Upload-Offset": "100000"})
    assert done.status_code == 201
    assert not part.exists()
    assert owner.put(address, content=b"").status_code == 200


def test_another_file_than_announced_is_refused(service, owner, clip):
    assert owner.put(f"uploads/{'0' * 64}", content=clip).json()["title"] == "Other hash"
    answer = owner.post("videos", content=clip, headers={"X-Content-SHA256": "0" * 64})
    assert answer.status_code == 422
    assert left_in(service) == []


def test_the_limits_are_counted_not_believed(run_service, clip):
    service = run_service(upload_bytes=100_000)
    owner = service.owner()

    def unannounced():
        yield from (clip[start : start + 10_000] for start in range(0, len(clip), 10_000))

    answers = [owner.post("videos", content=content) for content in (clip, unannounced())]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [
        (413, "File too large")
    ] * 2
    assert left_in(service) == []


def test_a_full_account_and_a_full_disk_keep_nothing(run_service, clip, other_clip, monkeypatch):
    service = run_service(quota_bytes=len(clip) + 10)
    owner = service.owner()
    owner.upload(clip)
    assert owner.post("videos", content=other_clip).json()["title"] == "Quota"
    monkeypatch.setattr(Scratch, "free_bytes", lambda _: 2 * service.settings.upload_bytes - 1)
    answer = owner.post("videos", content=other_clip)
    assert (answer.status_code, answer.json()["title"]) == (507, "Disk full")
    assert len(left_in(service)) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("this user cannot mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up_meanwhile_keeps_nothing(run_service, clip, small_disk, monkeypatch):
    """There seemed to be room when the upload began."""
    service = run_service(data_dir=small_disk / "data", upload_bytes=4 * len(clip))
    owner = service.owner()
    monkeypatch.setattr(Scratch, "free_bytes", lambda _: 10**12)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - len(clip) // 2))
    answers = [owner.post("videos", content=clip), owner.put(f"uploads/{digest(clip)}", content=clip)]
    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(507, "Disk full")] * 2
    assert left_in(service) == []
    assert owner.get("videos").json()["items"] == []
    filler.unlink()
    assert owner.post("videos", content=clip).status_code == 201


def test_uploads_are_counted(run_service):
    service = run_service(uploads_per_h=1, page_uploads_per_h=2)
    owner = service.owner()
    key = owner.post("keys", json={"name": "k", "scopes": ["upload"]}).json()["key"]
    program = service.visitor()
    program.headers["Authorization"] = f"Bearer {key}"
    bad = {"content": b"nothing like a video"}
    of_pages = [owner.post("videos", **bad).status_code for _ in range(3)]
    of_program = [program.post("/api/v1/videos", **bad).status_code for _ in range(2)]
    assert (of_pages, of_program) == ([415, 415, 429], [415, 429])


def test_where_it_was_filmed_is_forgotten(service, owner):
    place = "+48.2082+016.3738/"
    content = encode(metadata={"location": place, "title": "kept"}, frames=40, form="mov")
    assert place.encode() in content
    kept = stored(service, owner.upload(content)).read_bytes()
    assert place.encode() not in kept
    assert len(kept) == len(content)
    assert b"kept" in kept


def test_names_are_text_never_paths(owner, clip):
    video = owner.upload(clip, name="../../etc/pass\x00wd \u202e\nclip.mp4")
    assert video["name"] == "passwd clip.mp4"
    answer = owner.get(f"videos/{video['id']}/content")
    assert answer.headers["content-disposition"].startswith("inline; filename")
    assert clean_name("C:\\videos\\") == "video"


def test_a_video_is_served_in_ranges(owner, clip):
    video = owner.upload(clip)
    answer = owner.get(f"videos/{video['id']}/content", headers={"Range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, clip[100:200])


def hostile():
    """Name of each bad upload, its bytes, and the titles of the problems that fit."""
    video = encode(frames=30)
    matroska = encode(frames=10, form="matroska")
    moov = video.index(b"moov") - 4
    huge = bytearray(video)
    at = video.index(b"tkhd") + 80
    huge[at : at + 8] = struct.pack(">II", 0xFFFF0000, 0xFFFF0000)
    twisted = b"".join(bytes([byte ^ 0x5A]) for byte in video)
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    no_video, unread = {"Not a video"}, {"Unreadable video", "No video stream", "Too short"}
    yield "empty", b"", {"Empty"}
    yield "one byte", b"\x00", no_video
    yield "zeros", bytes(5000), no_video
    yield "text", b"hello " * 100, no_video
    yield "encrypted-looking", twisted, no_video
    yield "png", picture, no_video
    yield "jpeg", b"\xff\xd8\xff\xe0" + bytes(500), no_video
    yield "gif", b"GIF89a" + bytes(500), no_video
    yield "pdf", b"%PDF-1.7\n" + bytes(500), no_video
    yield "zip", b"PK\x03\x04" + bytes(500), no_video
    yield "gzip", b"\x1f\x8b\x08" + bytes(500), no_video
    yield "elf", b"\x7fELF" + bytes(500), no_video
    yield "script", b"#!/bin/sh\nrm -rf /\n" + bytes(100), no_video
    yield "playlist", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", no_video
    yield "concat", b"ffconcat version 1.0\nfile /etc/passwd\n", no_video
    yield "sdp", b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", no_video
    yield "svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", no_video
    yield "html", b"<!doctype html><script>alert(1)</script>", no_video
    yield "wave", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(200), no_video
    yield "ogg", b"OggS" + bytes(500), no_video
    yield "mpeg-ts", b"\x47" + bytes(187) + b"\x47" + bytes(187), no_video
    yield "heic picture", box(b"ftyp", b"heic" + bytes(8)) + bytes(200), no_video
    yield "m4a", box(b"ftyp", b"M4A " + bytes(8)) + bytes(200), no_video
    yield "only a head", MP4_HEAD, unread
    yield "a head and zeros", MP4_HEAD + bytes(10_000), unread
    yield "a head and html", MP4_HEAD + b"<script>alert(1)</script>" * 50, unread
    yield "a head and a playlist", MP4_HEAD + b"#EXTM3U\nfile:///etc/passwd\n" * 9, unread
    yield "index cut off", video[:moov], unread
    yield "half an index", video[: moov + 200], unread
    yield "an index without data", MP4_HEAD + video[moov:], unread
    yield "boxes without end", MP4_HEAD + box(b"free") * 2000, unread
    yield "a box larger than the file", MP4_HEAD + struct.pack(">I", 2**31) + b"moov" + bytes(50), unread
    yield "deep boxes", MP4_HEAD + (b"\x7f\xff\xff\xffmoov" * 5000), unread
    yield "sound only", sound_only(), {"No video stream"}
    yield "matroska head only", matroska[:60], unread
    yield "matroska and zeros", matroska[:60] + bytes(5000), unread
    yield "riff avi without lists", b"RIFF\xff\xff\xff\xffAVI " + bytes(500), unread
    yield "too wide", encode(size=(4400, 16), frames=2), {"Too large"}
    yield "100 000 pixels wide", encode(size=(100_000, 2), codec="ffv1", form="matroska"), {"Too large"}
    yield "too many pixels", encode(size=(4000, 2400), frames=1), {"Too large"}
    yield "an hour", long_video(), {"Too large"}
    yield "a renamed zip in a head", MP4_HEAD + b"PK\x03\x04" + bytes(3000), unread
    yield "huge picture in the index", bytes(huge), None
    yield "one pixel", encode(size=(2, 2), frames=30), None


def long_video():
    """Two small frames, more than an hour apart."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=1)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        for when in (0, 4000):
            picture = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), "rgb24")
            picture.pts, picture.time_base = when, Fraction(1, 1)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize(("content", "titles"), [pytest.param(c, t, id=n) for n, c, t in hostile()])
def test_a_hostile_upload_gets_the_right_problem(service, owner, content, titles):
    answer = owner.post("videos", params={"name": "squat.mp4"}, content=content)
    if titles is None:
        assert answer.status_code in (201, 422)
        return
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["title"] in titles, answer.status_code) == (
        True,
        415 if titles == {"Not a video"} else 422,
    ), body
    assert body["hint"]
    assert str(service.settings.data_dir) not in answer.text
    assert left_in(service) == []
