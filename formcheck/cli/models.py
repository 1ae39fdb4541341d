"""`formcheck models`: the pose networks' weights."""

from typing import TYPE_CHECKING

import typer

from formcheck.cli import options
from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from formcheck.models import ModelStatus

models = typer.Typer(no_args_is_help=True, help="Fetch, list and verify the pose networks' weights.")
"""The group of commands."""


@models.command()
def pull(preset: options.Preset = None) -> None:
    """Fetch the weights of a preset into the cache; those already there are kept.

    `analyze` does this by itself. Every file is checked by sha256 before it is kept.
    """
    from formcheck.cli.progress import Bars
    from formcheck.models import ensure_models, networks_of
    from formcheck.settings import load_settings

    settings = load_settings(preset=preset)
    with Bars(quiet=False) as bars:
        paths = ensure_models(networks_of(settings.preset), settings.models_dir, progress=bars.pull)
    for name, path in paths.items():
        typer.echo(f"{name}: {path}")


@models.command("list")
def list_() -> None:
    """List all networks: what they are, under which license, and which lie in the cache."""
    from rich import box
    from rich.table import Table

    from formcheck.models import load_manifest, verify_models
    from formcheck.settings import load_settings

    folder = load_settings().models_dir
    manifest = load_manifest()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("network", "what it does", "MB", "license", "state"):
        table.add_column(title, justify="right" if title == "MB" else "left")
    for status in verify_models(folder, manifest=manifest):
        network = manifest.networks[status.name]
        size = f"{network.variants[0].bytes / 1e6:.1f}"
        table.add_row(status.name, network.title, size, network.license, status.state)
    out = console()
    out.print(table)
    out.print(f"Cache: {folder}", soft_wrap=True)


@models.command()
def verify(preset: options.Preset = None) -> None:
    """Check the weights of a preset by sha256, without any network access.

    Exit code 0: they are there and right. 2: one is missing or is not the one of the manifest.
    """
    from formcheck.errors import ModelCorrupt, ModelMissing
    from formcheck.models import networks_of, verify_models
    from formcheck.settings import load_settings

    settings = load_settings(preset=preset)
    needed = networks_of(settings.preset)
    statuses = [item for item in verify_models(settings.models_dir) if item.name in needed]
    for status in statuses:
        typer.echo(f"{status.state:8} {status.name}: {status.path}")
    advice = f"formcheck models pull --preset {settings.preset}"
    if corrupt := _named(statuses, "corrupt"):
        raise ModelCorrupt(f"{corrupt}: expected the sha256 of the manifest, found another", advice)
    if missing := _named(statuses, "missing"):
        raise ModelMissing(f"{missing}: expected in the cache, found no such file", advice)


def _named(statuses: list["ModelStatus"], state: str) -> str:
    return ", ".join(status.name for status in statuses if status.state == state)
