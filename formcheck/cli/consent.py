"""The one backend that talks to somebody: its user is told so before it first runs."""

from pathlib import Path

import typer

from formcheck.errors import SettingsError

NOTICE = (
    "--pose mediapipe runs Google's MediaPipe Tasks. By its own notice it sends metrics about its\n"
    "performance and use to Google (https://goo.gle/mediapipe-privacy), and no option turns that\n"
    "off. The default, --pose direct, makes no network call."
)
"""What is shown, from the privacy notice in MediaPipe's package description."""

_MARK = "mediapipe-notice-shown"


def tell_of_metrics(cache_dir: Path, *, interactive: bool) -> None:
    """Show the notice on stderr, once; a file in the cache folder remembers it.

    Parameters
    ----------
    cache_dir
        Where the mark is kept; made if it is missing. Where it can't be written the notice returns.
    interactive
        Ask for consent. Without a terminal the choice of the backend counts as consent.

    Raises
    ------
    SettingsError
        The answer was no.
    """
    mark = cache_dir / _MARK
    if mark.exists():
        return
    typer.echo(NOTICE, err=True)
    if interactive and not typer.confirm("Go on with MediaPipe?", err=True):
        raise SettingsError("MediaPipe was not wanted", "Leave --pose away: direct is the default.")
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        typer.echo("(This notice returns: the cache folder cannot be written.)", err=True)
