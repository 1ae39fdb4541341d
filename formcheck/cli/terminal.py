"""What all commands share: the two streams, and how errors and Ctrl-C look."""

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from formcheck.errors import FormcheckError

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 and the number of SIGINT, as shells have it."""


def console(*, stderr: bool = False) -> "Console":
    """Make a console: results go to stdout, everything else to stderr; no color unless a terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False)


def show_error(error: FormcheckError) -> None:
    """Print an error in red and its hint, a line each, on stderr."""
    from rich.text import Text

    err = console(stderr=True)
    err.print(Text(f"error: {error.message}", style="bold red"), soft_wrap=True)
    if error.hint:
        err.print(Text(f"hint: {error.hint}"), soft_wrap=True)


class Group(TyperGroup):
    """Commands whose errors are told in one line, with the exit code that their class states."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command.

        Raises
        ------
        typer.Exit
            With the code of a `FormcheckError`, or 130 after Ctrl-C.
        """
        try:
            return super().invoke(ctx)
        except FormcheckError as error:
            show_error(error)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as stop:
            typer.echo("\nStopped. Nothing half-written is left behind.", err=True)
            raise typer.Exit(INTERRUPTED) from stop
