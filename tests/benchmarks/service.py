"""What the service carries: reads while a job runs, 50 uploads at once, and the server's memory meanwhile.

Run it with `python -m tests.benchmarks.service`; it starts a service of its own in a temporary folder.
"""

import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

SAMPLE = Path(__file__).parents[2] / "samples" / "squat_side.mp4"
CLIENTS = 8
SECONDS = 20.0
WANTED_PER_S = 200
UPLOADS = 50


def main() -> None:
    """Start a service, load it, print what was seen."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as (process, client, headers):
        content = SAMPLE.read_bytes()
        video = client.post("/api/v1/videos", content=content, headers=headers).json()
        asked = {"video_id": video["id"], "preset": "accurate"}
        analysis = client.post("/api/v1/analyses", json=asked, headers=headers).json()
        memory = Watch(process.pid)
        took = read_at_a_pace(
            client, [f"/api/v1/analyses/{analysis['id']}", "/api/v1/analyses", "/api/v1/athletes"]
        )
        state = client.get(f"/api/v1/analyses/{analysis['id']}").json()["state"]
        report(f"reads at a pace of {WANTED_PER_S}/s, a job {state} at the end", took, SECONDS)
        started = time.monotonic()
        uploads = at_once(client, headers, content)
        report(f"{UPLOADS} uploads at once", uploads, time.monotonic() - started)
        memory.stop()
        show(f"server's memory: {memory.first_mb:.0f} MB before, {memory.most_mb:.0f} MB at most")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", httpx2.Client, dict[str, str]]]:
    """Give a server with a worker, and its signed-in owner."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    limits = {"PAGE_REQUESTS_PER_MIN": "1000000", "PAGE_UPLOADS_PER_H": "1000", "RESERVE_BYTES": "0"}
    environment = os.environ | {f"FORMCHECK_SERVICE_{name}": value for name, value in limits.items()}
    command = [sys.executable, "-m", "formcheck", "serve", "--data", str(folder), "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    pool = httpx2.Limits(max_connections=UPLOADS)
    try:
        link = next(filter(None, (re.search(r"/welcome/(\S+)", line) for line in process.stdout or ())))
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=300, limits=pool) as client:
            wait_for(lambda: client.get("/readyz").status_code == 200)
            body = {"token": link[1], "login": "o", "password": "correct horse battery", "name": "O"}
            csrf = client.post("/api/v1/accounts", json=body).json()["csrf"]
            yield process, client, {"X-CSRF-Token": csrf}
    finally:
        process.terminate()
        process.wait(60)
        if process.stdout:
            process.stdout.close()


def wait_for(done: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(300):
        with contextlib.suppress(httpx2.HTTPError):
            if done():
                return
        time.sleep(0.1)
    raise SystemExit("the service did not start")


def read_at_a_pace(client: httpx2.Client, paths: list[str]) -> list[float]:
    """Seconds that each read took, asked for at fixed instants; waiting in line counts."""
    started, total = time.monotonic(), int(SECONDS * WANTED_PER_S)

    def read(number: int) -> float:
        due = started + number / WANTED_PER_S
        time.sleep(max(0.0, due - time.monotonic()))
        client.get(paths[number % len(paths)]).raise_for_status()
        return time.monotonic() - due

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(read, range(total)))


def at_once(client: httpx2.Client, headers: dict[str, str], content: bytes) -> list[float]:
    """Seconds that each of many uploads took; each is another file, by a few bytes at its end."""

    def upload(number: int) -> float:
        started = time.monotonic()
        body = content + b"\x00\x00\x00\x10free" + number.to_bytes(8)
        client.post("/api/v1/videos", content=body, headers=headers).raise_for_status()
        return time.monotonic() - started

    with ThreadPoolExecutor(UPLOADS) as pool:
        return list(pool.map(upload, range(UPLOADS)))


class Watch:
    """Resident memory of a process, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._stopping = pid, threading.Event()
        self.first_mb = self.most_mb = self._now_mb()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _now_mb(self) -> float:
        text = Path(f"/proc/{self._pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", text)
        return int(found[1]) / 1024 if found else 0.0

    def _look(self) -> None:
        while not self._stopping.wait(0.1):
            self.most_mb = max(self.most_mb, self._now_mb())

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        self._thread.join()


def report(what: str, took_s: list[float], wall_s: float) -> None:
    """Print how long things took."""
    cuts = statistics.quantiles(took_s, n=100)
    pace = f"{len(took_s) / wall_s:.0f}/s"
    show(f"{what}: {len(took_s)} at {pace}, median {1000 * cuts[49]:.0f} ms, p95 {1000 * cuts[94]:.0f} ms")


def show(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
