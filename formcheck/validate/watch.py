"""Clips watched in processes of their own, and judged."""

import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.judgement import Analysis, analyze_motion
from formcheck.pipeline import Analyzer
from formcheck.settings import Settings
from formcheck.threads import Shares
from formcheck.validate.clips import Clip
from formcheck.validate.takes import Cost, kept_cost, make_folder, prune, save_cost, save_take, take_path
from formcheck.video import open_video

_REFUSALS = {"NotALift": "other", "NoReps": "none", "NoLifter": "none"}
"""The errors that are an answer: this is none of the lifts."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a clip.

    Attributes
    ----------
    clip
        The clip and its truth.
    analysis
        What was found; None where the clip was refused or failed.
    found
        The lift; `other` or `none` where the clip was refused; `failed` after any other error.
    error
        The message of the refusal or failure; empty where there is an analysis.
    cost
        What watching it took; None where it was not watched to the end.
    """

    clip: Clip
    analysis: Analysis | None
    found: str
    error: str = ""
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a clip could not be watched: the error's class and its words."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class _Watched:
    """Where a take is kept, and what it has cost."""

    take: Path
    cost: Cost


@dataclass(frozen=True, slots=True)
class _Task:
    """A clip to watch, and where to keep its take."""

    name: str
    path: Path
    take: Path


def run_clips(
    clips: Sequence[Clip],
    settings: Settings,
    takes: Path,
    *,
    jobs: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Watch all clips that were not watched yet, then judge one after the other; old takes go first.

    Parameters
    ----------
    clips
        The clips.
    settings
        What the eyes are set to, and what is known of the set; the cores are shared out among the jobs.
    takes
        Folder of the kept takes.
    jobs
        How many clips are watched at the same time.
    progress
        Called with the number of clips that are watched.

    Yields
    ------
    One outcome for each clip, in their order. No clip is dropped: whatever goes wrong is its outcome.

    Raises
    ------
    OutputError
        The folder of the takes cannot be made.
    """
    make_folder(takes)
    prune(takes)
    prepared = {clip.name: _prepare(clip, settings, takes) for clip in clips}
    unwatched = [task for task in prepared.values() if isinstance(task, _Task)]
    progress(len(prepared) - len(unwatched))
    share = max((os.cpu_count() or 1) // jobs, 1)
    shared = settings.model_copy(update={"threads": min(settings.threads, share)})
    watched = {name: result for name, result in prepared.items() if not isinstance(result, _Task)}
    for task, result in _watch_all(unwatched, shared, jobs):
        watched[task.name] = result
        progress(len(watched))
    for clip in clips:
        result = watched[clip.name]
        if isinstance(result, _Watched):
            yield _judged(clip, result, settings)
        else:
            yield _unwatched(clip, result)


def _prepare(clip: Clip, settings: Settings, takes: Path) -> _Task | _Watched | _Failure:
    """Look up the take of a clip."""
    if clip.path is None:
        return _Failure("UnreadableVideo", f"expected a video {clip.name}.mp4 beside its truth, found none")
    try:
        take = take_path(takes, clip.path, settings)
    except FormcheckError as error:
        return _Failure(type(error).__name__, error.message)
    cost = kept_cost(take)
    return _Watched(take, cost) if cost else _Task(clip.name, clip.path, take)


def _watch_all(
    tasks: Sequence[_Task], settings: Settings, jobs: int
) -> Iterator[tuple[_Task, _Watched | _Failure]]:
    """Watch clips, each in a fresh process: its peak of memory is its own, and a crash costs one clip."""
    spawn = get_context("spawn")
    waiting = deque(tasks)
    running: dict[object, tuple[Connection, SpawnProcess, _Task]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                task = waiting.popleft()
                ours, theirs = spawn.Pipe(duplex=False)
                process = spawn.Process(target=_watch, args=(task, settings, jobs, theirs), daemon=True)
                process.start()
                theirs.close()
                running[ours] = ours, process, task
            for ready in wait([connection for connection, _, _ in running.values()]):
                connection, process, task = running.pop(ready)
                yield task, _received(connection, process)
    finally:
        for _, process, _ in running.values():
            process.terminate()
            process.join()


def _received(connection: Connection, process: SpawnProcess) -> _Watched | _Failure:
    """What a process sent, or how it died."""
    try:
        result: _Watched | _Failure = connection.recv()
    except EOFError:
        process.join()
        return _Failure("Crash", f"its process died with exit code {process.exitcode}")
    finally:
        connection.close()
    process.join()
    return result


def _watch(task: _Task, settings: Settings, jobs: int, results: Connection) -> None:
    """Watch a clip and keep the take; runs in a process of its own, which the parent ends on Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started = time.perf_counter()
    try:
        source = open_video(task.path, limits=settings.limits, threads=Shares.of(settings.threads).decoder)
        analyzer = Analyzer(source.info, settings=settings)
        for _ in analyzer.watch(source):
            pass
        save_take(analyzer, source, task.take)
        cost = Cost(round(time.perf_counter() - started, 2), _peak_mb(), jobs)
        save_cost(cost, task.take)
    except Exception as error:
        results.send(_failure(error))
    else:
        results.send(_Watched(task.take, cost))


def _failure(error: Exception) -> _Failure:
    """What to tell of an error: its message, and its class where it is a mistake of ours."""
    kind = type(error).__name__
    return _Failure(kind, error.message if isinstance(error, FormcheckError) else f"{kind}: {error}")


def _peak_mb() -> float | None:
    """Largest resident memory of this process in 10^6 bytes; None where the system does not tell.

    On Linux by /proc: `ru_maxrss` of a new process starts with the peak of the one that made it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii", errors="replace"))
        return round(int(peak[1]) * 1024e-6, 1) if peak else None
    if sys.platform != "darwin":
        return None
    import resource

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1e-6, 1)


def _judged(clip: Clip, watched: _Watched, settings: Settings) -> Outcome:
    """Judge a clip that was watched; the plate's diameter is told, as whoever films knows it."""
    plate_m = clip.truth.plate_diameter_m or settings.plate_diameter_m
    try:
        analysis = analyze_motion(
            watched.take, settings=settings.model_copy(update={"plate_diameter_m": plate_m})
        )
    except Exception as error:
        return replace(_unwatched(clip, _failure(error)), cost=watched.cost)
    return Outcome(clip, analysis, analysis.report.lift.name, "", watched.cost)


def _unwatched(clip: Clip, failure: _Failure) -> Outcome:
    """The outcome of a clip that was refused, or failed."""
    return Outcome(clip, None, _REFUSALS.get(failure.kind, "failed"), failure.message)
