import http.server
import json
import shutil
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from formcheck.errors import ModelMissing
from formcheck.models import sources
from formcheck.models.sources import NpmSource, WheelSource, download

NO_PROGRESS = lambda label, done, total: None  # noqa: E731
WHEEL = {"kind": "wheel", "title": "a wheel", "python": "3.12", "platform": "manylinux_2_28_x86_64"}


class Server(http.server.ThreadingHTTPServer):
    """Answers with `files`; a path ending in `-short` breaks off halfway, one in `-late` waits."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = files
        self.url = f"http://127.0.0.1:{self.server_port}"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        if self.path.endswith("-late"):
            time.sleep(0.6)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if self.path.endswith("-short") else data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server():
    files = {"/net": bytes(700_000), "/net-short": bytes(700_000), "/net-late": b"late"}
    with Server(files) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_download_reads_all_and_reports_rising_bytes(server):
    seen = []
    data = download(f"{server.url}/net", "a label", lambda *report: seen.append(report))
    assert data == server.files["/net"]
    done = [report[1] for report in seen]
    assert done == sorted(done)
    assert seen[0] == ("a label", 0, 700_000)
    assert seen[-1] == ("a label", 700_000, 700_000)


def test_download_from_a_file_address(tmp_path):
    (tmp_path / "net").write_bytes(b"weights")
    assert download((tmp_path / "net").as_uri(), "net", NO_PROGRESS) == b"weights"


@pytest.mark.parametrize(
    ("path", "reason"), [("/none", "404"), ("/net-short", "broke off after 350000 of 700000")]
)
def test_download_says_what_the_server_did(server, path, reason):
    with pytest.raises(ModelMissing, match=reason):
        download(server.url + path, "net", NO_PROGRESS)


def test_a_server_that_is_silent_is_left_after_the_limit(server, monkeypatch):
    monkeypatch.setattr(sources, "ANSWER_LIMIT_S", 0.1)
    with pytest.raises(ModelMissing, match=r"no answer within 0\.1 s"):
        download(f"{server.url}/net-late", "net", NO_PROGRESS)


def test_nobody_at_the_address():
    with pytest.raises(ModelMissing, match="refused"):
        download("http://127.0.0.1:1/net", "net", NO_PROGRESS)


def test_a_download_without_end_is_stopped(server, monkeypatch):
    monkeypatch.setattr(sources, "_SIZE_LIMIT", 300_000)
    with pytest.raises(ModelMissing, match="larger than 300000"):
        download(f"{server.url}/net", "net", NO_PROGRESS)


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Path:
    """A folder that is pip's only index."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def make_wheel(shelf: Path, members: dict[str, bytes]) -> None:
    info = "nets-1.0.dist-info"
    text = {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: nets\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nTag: cp312-cp312-manylinux_2_28_x86_64\n",
        f"{info}/RECORD": b"",
    }
    name = "nets-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"
    with zipfile.ZipFile(shelf / name, "w") as wheel:
        for member, data in (members | text).items():
            wheel.writestr(member, data)


def wheel_source(requirement: str = "nets==1.0") -> WheelSource:
    members = {"one": "nets/one.tflite", "two": "nets/two.tflite"}
    return WheelSource(**WHEEL, requirement=requirement, members=members)


def test_wheel_of_another_python_is_fetched_and_unzipped(shelf):
    make_wheel(shelf, {"nets/one.tflite": b"1", "nets/two.tflite": b"2"})
    seen = []
    fetched = wheel_source().fetch(frozenset({"two"}), lambda *report: seen.append(report))
    assert dict(fetched) == {"two": b"2"}
    assert [report[:2] for report in seen] == [("nets==1.0", 0), ("nets==1.0", seen[-1][2])]


def test_wheel_without_the_member(shelf):
    make_wheel(shelf, {"nets/one.tflite": b"1"})
    with pytest.raises(ModelMissing, match=r"nets/two\.tflite"):
        dict(wheel_source().fetch(frozenset({"two"}), NO_PROGRESS))


def test_no_such_wheel_tells_what_pip_said(shelf):
    with pytest.raises(ModelMissing, match=r"nets==2\.0"):
        dict(wheel_source("nets==2.0").fetch(frozenset({"one"}), NO_PROGRESS))


def test_python_without_pip(monkeypatch, tmp_path):
    stub = tmp_path / "python"
    stub.write_text("#!/bin/sh\necho No module named pip >&2\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stub))
    with pytest.raises(ModelMissing, match="exit status 1: No module named pip"):
        dict(wheel_source().fetch(frozenset({"one"}), NO_PROGRESS))


@pytest.mark.parametrize(("script", "reason"), [("sleep 5", "timed out"), ("exit 0", "left no file")])
def test_command_that_hangs_or_leaves_nothing(monkeypatch, tmp_path, script, reason):
    stub = tmp_path / "python"
    stub.write_text(f"#!/bin/sh\nexec {script}\n" if script != "exit 0" else "#!/bin/sh\n")
    stub.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stub))
    monkeypatch.setattr(sources, "_COMMAND_LIMIT_S", 0.5)
    with pytest.raises(ModelMissing, match=reason):
        dict(wheel_source().fetch(frozenset({"one"}), NO_PROGRESS))


def npm_source(package: object) -> NpmSource:
    members = {"one": "package/one.tflite", "gone": "package/gone.tflite"}
    return NpmSource(kind="npm", title="npm", package=str(package), members=members)


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
    folder = tmp_path / "nets"
    folder.mkdir()
    script = {"prepack": f"touch {tmp_path / 'ran'}"}
    about = {"name": "nets", "version": "1.0.0", "scripts": script}
    (folder / "package.json").write_text(json.dumps(about))
    (folder / "one.tflite").write_bytes(b"1")
    return folder


def test_npm_package_is_packed_without_running_its_scripts(package, tmp_path):
    assert dict(npm_source(package).fetch(frozenset({"one"}), NO_PROGRESS)) == {"one": b"1"}
    assert not (tmp_path / "ran").exists()


def test_npm_package_without_the_member(package):
    with pytest.raises(ModelMissing, match="gone"):
        dict(npm_source(package).fetch(frozenset({"gone"}), NO_PROGRESS))


def test_npm_registry_out_of_reach(package):
    with pytest.raises(ModelMissing, match="ECONNREFUSED"):
        dict(npm_source("nowhere@1.0.0").fetch(frozenset({"one"}), NO_PROGRESS))


def test_machine_without_npm(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ModelMissing, match="npm is not installed"):
        dict(npm_source("nets@1.0.0").fetch(frozenset({"one"}), NO_PROGRESS))
