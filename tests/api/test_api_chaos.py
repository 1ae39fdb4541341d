"""Processes killed at 20 random instants of a batch of ten jobs: none is lost, and each report is made once.

`FORMCHECK_TEST_KILLS` says how many kills, `FORMCHECK_TEST_SEED` which instants.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from people import PASSWORD

from api.database import migrate, open_engine, sessions
from api.serve import Crew, claim_name, serve
from api.tables import Worker, now
from formcheck.errors import SettingsError

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("FORMCHECK_TEST_KILLS", "20"))
SEED = int(os.environ.get("FORMCHECK_TEST_SEED", "1"))
JOBS = 10
PATIENCE_S = 90
DONE = '"event": "analysis done", "analysis": "'
POSTGRES_PLACES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin"))


def free_port():
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def postgres():
    """The address of a PostgreSQL of our own, which refuses to run as root and so does not."""
    programs = next((place for place in POSTGRES_PLACES if (place / "initdb").exists()), None)
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: apt-get install postgresql")
    with tempfile.TemporaryDirectory() as folder:
        yield from run_postgres(programs, Path(folder), free_port())


def run_postgres(programs, folder, port):
    become = []
    if os.getuid() == 0:
        if shutil.which("runuser") is None:
            pytest.skip("PostgreSQL does not run as root, and there is no runuser")
        become = ["runuser", "-u", "nobody", "--"]
        shutil.chown(folder, "nobody")
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": "/"}
    subprocess.run(
        [*become, programs / "initdb", "-D", data, "-U", "formcheck", "-A", "trust"], check=True, **quiet
    )
    options = f"-k {folder} -h 127.0.0.1 -p {port} -c fsync=off"
    control = [*become, programs / "pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-l", folder / "log", "-o", options, "start"], check=True, **quiet)
    yield f"postgresql://formcheck@127.0.0.1:{port}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, **quiet)


def wait_for(done, what, patience_s=PATIENCE_S):
    started = time.monotonic()
    while not (found := done()):
        assert time.monotonic() - started < patience_s, f"waited {patience_s} s until {what}"
        time.sleep(0.2)
    return found


class Running:
    """A server, and workers of its own or beside it, started anew after each kill."""

    def __init__(self, settings, tmp_path, beside):
        self.port, self.log = free_port(), tmp_path / "log"
        self.environment = os.environ | {
            f"FORMCHECK_SERVICE_{name.upper()}": str(value)
            for name, value in settings.model_dump(exclude={"confine_with"}).items()
        }
        self.environment["FORMCHECK_SERVICE_CONFINE_WITH"] = " ".join(settings.confine_with)
        self.beside, self.processes = beside, []
        self.commands = [["serve", "--port", str(self.port), "--workers", "0" if beside else "1"]]
        self.commands += [["worker"]] * beside
        self.processes = [self.start(command) for command in self.commands]
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    def start(self, command):
        program = [sys.executable, "-m", "formcheck", *command]
        with self.log.open("a") as log:
            return subprocess.Popen(program, env=self.environment, stdout=log, stderr=log)

    def alive(self):
        try:
            return self.client.get("/healthz").status_code == 200
        except httpx2.HTTPError:
            return False

    def workers(self):
        """The processes that do the jobs."""
        if self.beside:
            return [process.pid for process in self.processes[1:]]
        parent = self.processes[0].pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        threads = Path(f"/proc/{parent}/task").glob("*/children")
        found = {pid for path in threads for pid in path.read_text().split()} | set(children)
        return [int(pid) for pid in found]

    def kill_one(self, dice):
        """Kill the server or a worker, and start what nobody else starts."""
        victims = [self.processes[0].pid, *self.workers()]
        victim = dice.choice(victims)
        os.kill(victim, signal.SIGKILL)
        for index, process in enumerate(self.processes):
            if process.pid == victim:
                process.wait()
                self.processes[index] = self.start(self.commands[index])

    def sign_up(self):
        """Make the owner; gives the headers of a signed-in browser."""
        wait_for(self.alive, "the server answers")
        secret = next(line for line in self.log.read_text().splitlines() if "/welcome/" in line)
        body = {"token": secret.rpartition("/")[2], "login": "o", "password": PASSWORD, "name": "O"}
        return {"X-CSRF-Token": self.client.post("/api/v1/accounts", json=body).json()["csrf"]}

    def analyze(self, content, name, headers):
        video = self.client.post(f"/api/v1/videos?name={name}", content=content, headers=headers).json()
        asked = {"video_id": video["id"]}
        return self.client.post("/api/v1/analyses", json=asked, headers=headers).json()["id"]

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)
        self.client.close()


def small_clips(count):
    """Different files of one tiny clip."""
    from test_api_uploads import encode

    return [encode(size=(32, 32), frames=5, metadata={"title": f"clip {number}"}) for number in range(count)]


def run_chaos(settings, tmp_path, beside, job="long"):
    dice = random.Random(SEED)
    running = Running(settings, tmp_path, beside)
    try:
        headers = running.sign_up()
        clips = enumerate(small_clips(JOBS))
        ids = [running.analyze(content, f"{job}{number}.mp4", headers) for number, content in clips]
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.2, 1.5))
            assert running.log.read_text().count(DONE) < JOBS, "every kill falls into the batch"
            running.kill_one(dice)
        wait_for(running.alive, "the server answers again")

        def states():
            items = running.client.get("/api/v1/analyses?limit=200").json()["items"]
            found = {item["id"]: item["state"] for item in items}
            return found if set(found.values()) == {"done"} else None

        assert set(wait_for(states, "every job is done")) == set(ids)
    finally:
        running.stop()
    results = sorted(path.name for path in (settings.data_dir / "results").iterdir())
    assert results == sorted(ids)
    log = running.log.read_text()
    assert [one for one in ids if log.count(f'{DONE}{one}"') > 1] == []


def test_no_job_is_lost_on_sqlite(make_settings, tmp_path):
    settings = make_settings(lost_after_s=6.0, jobs_per_tenant=10)
    run_chaos(settings, tmp_path, beside=0)


@pytest.mark.postgres
def test_no_job_is_lost_on_postgresql_with_two_workers(make_settings, tmp_path, postgres):
    settings = make_settings(lost_after_s=6.0, database_url=postgres, jobs_per_tenant=10)
    run_chaos(settings, tmp_path, beside=2, job="longer")


def test_a_worker_that_never_returns_is_replaced(make_settings, tmp_path):
    settings = make_settings(lost_after_s=6.0)
    running = Running(settings, tmp_path, beside=0)
    try:
        wait_for(
            lambda: running.alive() and running.client.get("/readyz").status_code == 200, "a worker lives"
        )
        (frozen,) = running.workers()
        os.kill(frozen, signal.SIGSTOP)
        wait_for(lambda: frozen not in running.workers() and running.workers(), "another stands in")
        wait_for(lambda: running.client.get("/readyz").status_code == 200, "it lives")
    finally:
        running.stop()


def test_a_worker_that_has_just_begun_is_not_judged_by_the_one_before(make_settings):
    settings = make_settings(lost_after_s=1.0)
    engine = open_engine(settings)
    migrate(engine, settings)
    crew = Crew(settings, engine, 1)
    with claim_name(settings) as name, sessions(engine).begin() as session:
        session.add(Worker(id=Path(name.name).stem, seen_at=now() - timedelta(hours=1)))
    beginner = SimpleNamespace(pid=os.getpid())
    assert not crew._is_silent(0, beginner)
    time.sleep(1.1)
    assert crew._is_silent(0, beginner)
    engine.dispose()


def decoders(folder):
    """Processes that work in a service's folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if place.readlink().is_relative_to(folder):
                found.append(int(place.parent.name))
    return found


def test_a_service_that_is_told_to_stop_leaves_nobody_behind(make_settings, tmp_path):
    """Not even for a page that watches and a job that never ends; the next start goes on with the job."""
    settings = make_settings(stall_s=3600.0)
    running = Running(settings, tmp_path, beside=0)
    work = settings.data_dir / "work"
    try:
        analysis_id = running.analyze(small_clips(1)[0], "hang.mp4", running.sign_up())
        wait_for(lambda: decoders(work), "a decoder works")
        crew = running.workers()
        with running.client.stream("GET", f"/api/v1/analyses/{analysis_id}/events") as events:
            assert next(events.iter_lines())
            running.processes[0].terminate()
            running.processes[0].wait(PATIENCE_S)
        assert running.processes[0].returncode == 0
        assert [pid for pid in crew if Path(f"/proc/{pid}").exists()] == []
        wait_for(lambda: not decoders(work), "no decoder works")
        running.processes[0] = running.start(running.commands[0])
        wait_for(lambda: decoders(work), "a decoder works on the same job again")
    finally:
        running.stop()
    assert running.log.read_text().count("Traceback") == 0


def test_a_port_that_is_taken_is_told(make_settings):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port}"):
            serve(make_settings(), host="127.0.0.1", port=port, workers=0, tell=pytest.fail)
