"""Decoders: each in a process of its own, held to its bounds."""

import socket
import sys
from dataclasses import asdict

import pytest

from api.child import Bounds, Crashed, run
from api.settings import GIB
from api.tries import bounds_of

BOUNDS = Bounds(2**31, 30, 2**20, 64, 20.0, 20.0)
SMALL = Bounds(2**31, 1, 2**20, 64, 120.0, 120.0)


def test_a_decoder_cannot_take_more_memory_than_it_may(tmp_path, clip):
    (tmp_path / "clip").write_bytes(clip)
    task = {"task": "probe", "path": str(tmp_path / "clip"), "limits": {}}
    assert run(task, BOUNDS, folder=tmp_path)["answer"]["width_px"] == 480
    small = Bounds(60 * 2**20, 30, 2**20, 64, 20.0, 20.0)
    with pytest.raises(Crashed):
        run(task, small, folder=tmp_path)


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("while True: pass", "used more processor time"),
        ("file = open('big', 'wb', 0); [file.write(bytes(2**20)) for _ in range(2)]", "code 1"),
        ("files = [open('small', 'w') for _ in range(64)]", "code 1"),
        ("held = bytearray(2**31)", "code 1"),
        ("left and socket.create_connection(('127.0.0.1', int(sys.argv[1]))) or sys.exit(1)", "code 1"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
    ],
    ids=["time", "large file", "many files", "memory", "network", "crash"],
)
def test_a_decoder_is_held_to_its_bounds(tmp_path, attempt, outcome):
    """Each is something that a file could make a broken decoder do."""
    confined = "import os, signal, socket, sys\nfrom api.confine import confine\n"
    confined += f"left = confine({asdict(SMALL)})\n{attempt}"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        prefix = (sys.executable, "-c", confined, str(listening.getsockname()[1]))
        with pytest.raises(Crashed, match=outcome):
            run({}, SMALL, folder=tmp_path, prefix=prefix)
        listening.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listening.accept()
    assert [path for path in tmp_path.iterdir() if path.stat().st_size > SMALL.file_bytes] == []


def test_a_decoder_that_takes_too_long_is_ended(tmp_path, canned):
    from people import QUICK

    brief = Bounds(2**31, 30, 2**20, 64, 0.5, 20.0)
    task = {"task": "analyze", "name": "hang", "folder": str(tmp_path)}
    with pytest.raises(Crashed, match="longer"):
        run(task, brief, folder=tmp_path, prefix=(sys.executable, str(QUICK), str(canned)))


def test_a_decoder_that_works_behind_what_confines_it_is_not_ended(tmp_path):
    busy = "import time\nwhile time.process_time() < 3: pass\nprint('{\"answer\": 1}')"
    waits = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    bounds = Bounds(2**31, 30, 2**20, 64, 300.0, stall_s=1.5)
    assert run({}, bounds, folder=tmp_path, prefix=(sys.executable, "-c", waits))["answer"] == 1
    idle = waits.replace("while time.process_time() < 3: pass", "time.sleep(60)")
    with pytest.raises(Crashed, match="did nothing"):
        run({}, bounds, folder=tmp_path, prefix=(sys.executable, "-c", idle))


def test_short_and_small_videos_may_take_less(service):
    times = [bounds_of(service.settings, duration_s, 640 * 480) for duration_s in (0.0, 10.0, 600.0)]
    assert [(one.wall_s, one.cpu_s) for one in times] == [(60.0, 60), (660.0, 360), (3600.0, 3600)]
    sizes = [bounds_of(service.settings, 10.0, pixels) for pixels in (1920 * 1080, 4096 * 2304)]
    assert [round(one.memory_bytes / GIB, 2) for one in sizes] == [2.0, 2.88]
