"""Both places to keep bytes keep the same promises: a folder, and a bucket of a real S3 server."""

import socket
import threading
from contextlib import closing

import pytest

from api.bucket import Bucket
from api.problems import Problem
from api.storage import Folder, load
from formcheck.errors import SettingsError


@pytest.fixture(scope="session")
def s3():
    """Environment and address of a bucket on an S3 server of our own."""
    moto = pytest.importorskip("moto.server", reason="no S3 server: pip install '.[test]'")
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = moto.ThreadedMotoServer(port=port, verbose=False)
    server.start()
    yield {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }
    server.stop()


@pytest.fixture
def bucket(s3, monkeypatch, tmp_path_factory):
    """The address of an empty bucket; the environment says how it is reached."""
    import httpx2

    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    name = tmp_path_factory.mktemp("bucket").name
    assert httpx2.put(f"{s3['AWS_ENDPOINT_URL']}/{name}").status_code == 200
    return f"s3://{name}/gym"


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path / "kept")
    return Bucket.at(request.getfixturevalue("bucket"))


def written(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_what_is_kept_is_read_in_ranges_and_dropped(storage, tmp_path):
    content = bytes(range(256)) * 4000
    storage.keep(written(tmp_path / "one", content), "videos/ab/abc")
    assert not (tmp_path / "one").exists()
    assert storage.size("videos/ab/abc") == len(content)
    assert b"".join(storage.read("videos/ab/abc", 1000, 900_000)) == content[1000:900_000]
    assert load(storage, "videos/ab/abc") == content
    with storage.at_hand("videos/ab/abc", tmp_path) as path:
        assert path.read_bytes() == content
    dropped = storage.drop("videos/ab/abc")
    assert (dropped.files, dropped.bytes) == (1, len(content))
    assert storage.size("videos/ab/abc") is None
    assert storage.drop("videos/ab/abc").files == 0


def test_a_folder_replaces_what_was_there_and_nothing_beside_it(storage, tmp_path):
    for content in (b"old", b"new"):
        written(tmp_path / "made" / "report.json", content)
        written(tmp_path / "made" / "reps.csv", b"1")
        storage.keep(tmp_path / "made", "results/a")
        assert not (tmp_path / "made").exists()
    storage.keep(written(tmp_path / "other", b"other"), "results/ab")
    assert load(storage, "results/a/report.json") == b"new"
    assert storage.size("results/a") is None
    assert storage.drop("results/a").files == 2
    assert load(storage, "results/ab") == b"other"


def test_what_is_not_there_is_said_so(storage, tmp_path):
    assert storage.size("videos/none") is None
    with pytest.raises(FileNotFoundError):
        load(storage, "videos/none")
    with pytest.raises(FileNotFoundError), storage.at_hand("videos/none", tmp_path):
        pass
    with pytest.raises(FileNotFoundError):
        list(storage.read("videos/none", 0, 10))


def test_an_empty_file_is_a_file(storage, tmp_path):
    storage.keep(written(tmp_path / "one", b""), "empty")
    assert (storage.size("empty"), load(storage, "empty")) == (0, b"")


def test_a_wrong_address_is_refused_at_the_start():
    with pytest.raises(SettingsError, match="bucket"):
        Bucket.at("nonsense://x")


def test_a_store_that_does_not_answer_is_a_problem_not_a_mistake(monkeypatch):
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ):
        monkeypatch.setenv(name, value)
    with pytest.raises(Problem) as raised:
        Bucket.at("s3://bucket").size("x")
    assert (raised.value.status, raised.value.kind) == (503, "storage-unreachable")


def test_the_service_keeps_everything_in_the_bucket(run_service, bucket, clip):
    service = run_service(storage_url=bucket)
    owner = service.owner()
    analysis_id = owner.analyze(clip, name="slow.mp4")
    beside = threading.Thread(target=service.jobs.analyze, args=(analysis_id,))
    beside.start()
    beside.join()
    shown = owner.get(f"analyses/{analysis_id}").json()
    assert (shown["state"], shown["problem"]) == ("done", None)
    video = owner.get(f"videos/{shown['video_id']}").json()
    part = owner.get(f"videos/{video['id']}/content", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, clip[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(clip)}"
    report = owner.get(f"analyses/{analysis_id}/files/report.json")
    assert report.json()["schema_version"]
    assert owner.get(f"/analyses/{analysis_id}", headers={"accept": "text/html"}).status_code == 200
    local = [
        path for path in service.settings.data_dir.rglob("*") if path.is_file() and "db" not in path.name
    ]
    assert local == []
    receipt = owner.delete(f"videos/{video['id']}").json()
    assert receipt["files"] > 8
    assert owner.get(f"videos/{video['id']}/content").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-9", 206, (0, 10)),
        ("bytes=10-", 206, (10, None)),
        ("bytes=-5", 206, (-5, None)),
        ("bytes=5-2", 200, (0, None)),
        ("bytes=0-1,5-6", 200, (0, None)),
        ("lines=1-2", 200, (0, None)),
        ("bytes=-", 200, (0, None)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_ranges_are_answered_as_the_standard_says(service, owner, clip, asked, status, span):
    video = owner.upload(clip)
    answer = owner.get(f"videos/{video['id']}/content", headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers["accept-ranges" if span else "content-range"]
    if span:
        assert answer.content == clip[slice(*span)]
    else:
        assert answer.json()["title"] == "Wrong range"
