"""`formcheck doctor`: what is in place on this machine, and what is missing."""

from typing import TYPE_CHECKING

import typer

from formcheck.cli import options
from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from formcheck.doctor import Check

_MARKS = {"ok": ("ok", "green"), "warning": ("warn", "yellow"), "failed": ("FAIL", "bold red")}
_NOT_IN_PLACE = 2


def doctor(preset: options.Preset = None, as_json: options.Json = False) -> None:
    """Check this machine: libraries, weights, codecs, disk, a self-test.

    Nothing is fetched or changed. What only `--pose mediapipe` needs is a warning, unless the settings ask
    for that backend. Exit code 0: an analysis can run. 2: something that it needs is missing.
    """
    from formcheck.doctor import examine
    from formcheck.settings import load_settings

    checks = []
    for check in examine(load_settings(preset=preset)):
        checks.append(check)
        if not as_json:
            _show(check)
    failed = sum(check.state == "failed" for check in checks)
    if as_json:
        _print_json(checks, ok=not failed)
    else:
        typer.echo(f"\n{failed} of {len(checks)} checks failed." if failed else "\nReady.")
    if failed:
        raise typer.Exit(_NOT_IN_PLACE)


def _show(check: "Check") -> None:
    from rich.text import Text

    mark, style = _MARKS[check.state]
    line = Text.assemble((f"{mark:5}", style), f"{check.name}: {check.found}")
    out = console()
    out.print(line, soft_wrap=True)
    if check.hint:
        out.print(Text(f"     {check.hint}", style="cyan"), soft_wrap=True)


def _print_json(checks: list["Check"], *, ok: bool) -> None:
    import json
    from dataclasses import asdict

    typer.echo(json.dumps({"ok": ok, "checks": [asdict(check) for check in checks]}, indent=2))
