"""Bars on stderr while weights are fetched and while a video is watched, and the reps so far below them."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from formcheck.pipeline import Progress
    from formcheck.report import Report

_TITLES = {
    "watching": "Watching the video",
    "judging": "Judging the reps",
    "drawing": "Drawing the video",
    "writing": "Writing the results",
}


class Bars:
    """A bar for each thing that takes time, gone when all is done; use as a context manager.

    Parameters
    ----------
    quiet
        Show nothing. Nothing is shown either where stderr is not a terminal.
    """

    def __init__(self, *, quiet: bool) -> None:
        err = console(stderr=True)
        self._rich = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[amount]}"),
            TimeRemainingColumn(compact=True),
            console=err,
        )
        self._reps: Table | None = None
        self._shown = not quiet and err.is_terminal
        self._live = Live(console=err, transient=True, refresh_per_second=10, get_renderable=self._screen)
        self._tasks: dict[str, TaskID] = {}

    def _screen(self) -> Group:
        return Group(self._rich.get_renderable(), self._reps or "")

    def __enter__(self) -> Self:
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def stage(self, progress: "Progress") -> None:
        """Take the pipeline's progress."""
        amount = f"{progress.done}" if progress.total is None else f"{progress.done}/{progress.total}"
        if progress.frames_per_s > 0:
            amount += f" frames, {progress.frames_per_s:.1f}/s"
        title = _TITLES.get(progress.stage, progress.stage)
        self._update(title, progress.done, progress.total, amount)

    @property
    def so_far(self) -> "Callable[[Report], None] | None":
        """What takes the reps so far; None where nobody would see them."""
        return self._show_reps if self._shown else None

    def _show_reps(self, report: "Report") -> None:
        from formcheck.cli.tables import rep_table

        self._reps = rep_table(report)

    def pull(self, label: str, done: int, total: int | None) -> None:
        """Take the progress of `formcheck.models.ensure_models`, in bytes."""
        amount = f"{done / 1e6:.1f} MB" if total is None else f"{done / 1e6:.1f}/{total / 1e6:.1f} MB"
        self._update(f"Fetching {label}", done, total, amount)

    def _update(self, title: str, done: int, total: int | None, amount: str) -> None:
        if title not in self._tasks:
            self._tasks[title] = self._rich.add_task(title, total=total, amount=amount)
        self._rich.update(self._tasks[title], completed=done, total=total, amount=amount)
