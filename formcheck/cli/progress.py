"""Bars on stderr while weights are fetched and while a video is watched."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from formcheck.pipeline import Progress

_TITLES = {
    "watching": "Watching the video",
    "judging": "Judging the reps",
    "drawing": "Drawing the video",
    "writing": "Writing the results",
}


class Bars:
    """A bar for each thing that takes time; use as a context manager.

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
            transient=True,
            disable=quiet or not err.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rich.stop()

    def stage(self, progress: "Progress") -> None:
        """Take the pipeline's progress."""
        amount = f"{progress.done}" if progress.total is None else f"{progress.done}/{progress.total}"
        if progress.frames_per_s > 0:
            amount += f" frames, {progress.frames_per_s:.1f}/s"
        title = _TITLES.get(progress.stage, progress.stage)
        self._update(title, progress.done, progress.total, amount)

    def pull(self, label: str, done: int, total: int | None) -> None:
        """Take the progress of `formcheck.models.ensure_models`, in bytes."""
        amount = f"{done / 1e6:.1f} MB" if total is None else f"{done / 1e6:.1f}/{total / 1e6:.1f} MB"
        self._update(f"Fetching {label}", done, total, amount)

    def _update(self, title: str, done: int, total: int | None, amount: str) -> None:
        if title not in self._tasks:
            self._tasks[title] = self._rich.add_task(title, total=total, amount=amount)
        self._rich.update(self._tasks[title], completed=done, total=total, amount=amount)
