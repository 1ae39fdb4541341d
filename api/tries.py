"""Tries at a video: in a decoder's process within bounds, and again where that crashed."""

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from formcheck import Report

from . import child
from .logs import log
from .problems import Problem, disk_full, told_by
from .scratch import Scratch
from .settings import MIB, ServiceSettings
from .storage import PREVIEW, Storage, preview_key, results_key, video_key
from .summary import summarize, triage

Say = Callable[[dict[str, Any]], bool]
"""Writes down how far an analysis is; whether it is still wanted."""

_SAY_EVERY_S = 0.5
_RESULT_BYTES = 2048 * MIB
_OPEN_FILES = 64
_WALL_S, _CPU_S = 60.0, 30.0
"""What a second of video may take, by the clock and of the processor; beginning may take a minute of each."""
_BEGINNING_S = 60.0
_USUAL_PIXELS = 1920 * 1080
_PIXEL_BYTES = 128
"""Further memory for each pixel beyond the usual: reordering and threads keep some twenty pictures."""


class Tries:
    """Tries at one analysis.

    `task` is what `api.sandbox` takes but for the paths, and with the video's `duration_s` and `pixels`.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        storage: Storage,
        scratch: Scratch,
        analysis_id: str,
        task: Mapping[str, Any],
    ) -> None:
        self._settings, self._storage, self._scratch = settings, storage, scratch
        self._analysis_id, self._task = analysis_id, task

    def make(self, say: Say) -> tuple[dict[str, Any], float]:
        """Analyze the video and keep the results; give their summary and weight.

        Raises
        ------
        Problem
            The video is gone, cannot be judged, or its decoder crashed or took too long.
        child.Stopped
            The analysis is not wanted any more.
        """
        with ExitStack() as stack:
            try:
                at_hand = self._storage.at_hand(video_key(self._task["sha256"]), self._scratch.work)
                path = stack.enter_context(at_hand)
            except FileNotFoundError as error:
                raise Problem(410, "gone", "The video was deleted meanwhile.", "Upload it again.") from error
            return self._try_often(path, say)

    def _try_often(self, path: Path, say: Say) -> tuple[dict[str, Any], float]:
        for _ in range(self._settings.crashes):
            if self._scratch.free_bytes() < self._settings.reserve_bytes:
                raise disk_full()
            folder = self._scratch.new_work(self._analysis_id)
            try:
                return self._once(path, folder, say)
            except child.TookTooLong as late:
                raise poison(str(late)) from late
            except child.Crashed as crash:
                reason = str(crash)
                log.warning("decoder crashed", extra={"analysis": self._analysis_id, "how": reason})
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                self._storage.drop(preview_key(self._analysis_id))
        raise poison(f"its decoder crashed {self._settings.crashes} times; the last time {reason}")

    def _once(self, path: Path, folder: Path, say: Say) -> tuple[dict[str, Any], float]:
        telling = _Telling(say, lambda: self._show(folder))
        line = child.run(
            {**self._task, "path": str(path), "folder": str(folder)},
            bounds_of(self._settings, self._task["duration_s"], self._task["pixels"]),
            folder=folder,
            prefix=self._settings.confine_with,
            on_line=telling.hear,
            wanted=telling.wanted,
        )
        if "error" in line["answer"]:
            raise told_by(line["answer"]["error"])
        report = Report.model_validate_json((folder / "report.json").read_text("utf-8"))
        if not telling.still_wanted():
            raise child.Stopped
        self._storage.keep(folder, results_key(self._analysis_id))
        return summarize(report), triage(report)

    def _show(self, folder: Path) -> None:
        """Put the frame that was just analyzed where the server finds it."""
        with suppress(FileNotFoundError):
            self._storage.keep(folder / PREVIEW, preview_key(self._analysis_id))


class _Telling:
    """Says what a decoder says, not more often than somebody can read."""

    def __init__(self, say: Say, show: Callable[[], None]) -> None:
        self._say, self._show = say, show
        self._progress: dict[str, Any] = {}
        self._said_at, self._wanted = 0.0, True

    def hear(self, line: Mapping[str, Any]) -> None:
        """Take a line."""
        self._progress.update(line)

    def wanted(self) -> bool:
        """Whether the analysis is still to be made; says so by writing its progress."""
        if time.monotonic() - self._said_at >= _SAY_EVERY_S:
            self._said_at = time.monotonic()
            self._wanted = self.still_wanted()
            self._show()
        return self._wanted

    def still_wanted(self) -> bool:
        """Ask now."""
        return self._say(dict(self._progress))


def bounds_of(settings: ServiceSettings, duration_s: float, pixels: int) -> child.Bounds:
    """Bound what the analysis of a video may take, by its length and by its pixels a picture."""
    return child.Bounds(
        memory_bytes=settings.decoder_memory_bytes + _PIXEL_BYTES * max(0, pixels - _USUAL_PIXELS),
        cpu_s=min(settings.job_cpu_s, round(_BEGINNING_S + _CPU_S * duration_s)),
        file_bytes=_RESULT_BYTES,
        files=_OPEN_FILES,
        wall_s=min(settings.job_wall_s, _BEGINNING_S + _WALL_S * duration_s),
        stall_s=settings.stall_s,
    )


def poison(why: str) -> Problem:
    """Tell that a video cannot be analyzed, for a reason that is not what it shows."""
    return Problem(
        422, "cannot-be-analyzed", f"The video could not be analyzed: {why}.", "Film or export it anew."
    )
