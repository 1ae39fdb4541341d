"""Runs a decoder in a process of its own, which is ended with all its children when it breaks a limit."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]

_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "LANG", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_TICK_S = 0.25
_LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may take: the first four it is given by the system, the last two are watched from here.

    `stall_s` is how long it may neither say a word nor use the processor.
    """

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    files: int
    wall_s: float
    stall_s: float


class Crashed(Exception):
    """The process ended without an answer; the text says how."""


class TookTooLong(Crashed):
    """It used up its time; another try would too."""


class Stopped(Exception):
    """The process was ended because nobody wants its answer any more."""


def run(
    task: Mapping[str, Any],
    bounds: Bounds,
    *,
    folder: Path,
    prefix: tuple[str, ...] = (),
    on_line: Callable[[Line], None] = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Line:
    """Run `api.sandbox` on a task and give its last line, the answer.

    Parameters
    ----------
    task
        What to do; see `api.sandbox`.
    bounds
        What the process may take.
    folder
        Where it works; its only place to write.
    prefix
        A program, with arguments, that runs it more confined still.
    on_line
        Called with each line that is not the answer.
    wanted
        Asked now and then; False ends the process.

    Raises
    ------
    Crashed
        It died, hung, or broke a limit; `TookTooLong` where that was one of time.
    Stopped
        It was not wanted any more.
    """
    command = [*prefix, sys.executable, "-m", "api.sandbox"]
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    environment |= {"HOME": str(folder), "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(  # noqa: S603  our own program; no text of a user's on its command line
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
        text=True,
    )
    try:
        _hand_over(process, {**task, "bounds": asdict(bounds)})
        return _listen(process, bounds, on_line, wanted)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def _hand_over(process: "subprocess.Popen[str]", task: Mapping[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):
        if process.stdin:
            process.stdin.write(json.dumps(task))
            process.stdin.close()


def _listen(
    process: "subprocess.Popen[str]",
    bounds: Bounds,
    on_line: Callable[[Line], None],
    wanted: Callable[[], bool],
) -> Line:
    lines: queue.Queue[str | None] = queue.Queue(maxsize=1000)
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    started = alive_at = time.monotonic()
    cpu_s = 0.0
    while True:
        try:
            text = lines.get(timeout=_TICK_S)
        except queue.Empty:
            text = ""
        if text is None:
            raise _how_it_ended(process.wait())
        current = time.monotonic()
        if text:
            alive_at, line = current, _parse(text)
            if "answer" in line:
                return line
            on_line(line)
        used_s = _cpu_s(process.pid)
        if used_s != cpu_s:
            alive_at, cpu_s = current, used_s
        if current - started > bounds.wall_s:
            raise TookTooLong(f"it took longer than {bounds.wall_s:.0f} s")
        if current - alive_at > bounds.stall_s:
            raise Crashed(f"it did nothing for {bounds.stall_s:.0f} s")
        if not wanted():
            raise Stopped


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    with contextlib.suppress(ValueError, OSError):
        while process.stdout and (text := process.stdout.readline(_LONGEST_LINE)):
            lines.put(text)
    lines.put(None)


def _parse(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    if not isinstance(line, dict):
        raise Crashed("it said something that is not an answer")
    return line


def _cpu_s(pid: int) -> float:
    """Processor seconds of a process and of those it started: what confines a decoder only waits for it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        lists = [path.read_text("ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return 0.0
    own_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own_s + sum(_cpu_s(int(child)) for text in lists for child in text.split())


def _how_it_ended(code: int) -> Crashed:
    if code == -signal.SIGXCPU:
        return TookTooLong("it used more processor time than it may")
    if code < 0:
        return Crashed(f"it was ended by {signal.Signals(-code).name}")
    return Crashed(f"it ended with code {code}")
