"""The command line: `formcheck analyze VIDEO` and its companions.

One module a command. They import what they need when they run, so that `--help` answers at once.

Exit codes: 0 done; 1 a mistake of ours, with its traceback; 2 the input or the machine must change;
3 the video could not be judged; 130 stopped with Ctrl-C.
"""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from formcheck.cli.analyze import EPILOG, analyze
from formcheck.cli.doctor import doctor
from formcheck.cli.lifts import explain, lifts
from formcheck.cli.models import models
from formcheck.cli.profile import profile
from formcheck.cli.reference import reference
from formcheck.cli.serve import serve, worker
from formcheck.cli.terminal import Group
from formcheck.cli.validate import validate

__all__ = ["app", "main"]

_EPILOG = """\b
Start here:
  formcheck analyze squat.mp4              results in ./squat.formcheck/
  formcheck analyze pull.mov --lift deadlift
  formcheck reference make me.ref.json squat.formcheck
  formcheck explain squat.depth_short      what a rule asks, and on whose word
  formcheck doctor                         is everything in place here?
"""

app = typer.Typer(
    cls=Group,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
app.command(epilog=EPILOG)(analyze)
app.command()(profile)
app.add_typer(reference, name="reference")
app.add_typer(models, name="models")
app.add_typer(lifts, name="lifts")
app.command()(explain)
app.command()(validate)
app.command()(serve)
app.command()(worker)
app.command()(doctor)


def _print_version(asked: bool) -> None:
    if asked:
        from formcheck import __version__

        typer.echo(f"formcheck {__version__}")
        raise typer.Exit


@app.callback()
def _formcheck(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """See how a squat, deadlift or bench press was done, from a video of it.

    Reps, tempo, joint angles and a verdict on technique for each rep, each number with its doubt.
    Everything is computed on this machine; no video leaves it.
    """


def main() -> None:
    """Run the command line; the entry point of `formcheck`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="formcheck")
    except Exception as error:
        error.add_note(
            "This is a mistake in formcheck, not in your video. Please report it with the lines "
            "above and the output of `formcheck doctor`."
        )
        raise
