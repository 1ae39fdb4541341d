"""`formcheck serve` and `formcheck worker`: the service, where it is installed."""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from formcheck.errors import SettingsError

if TYPE_CHECKING:
    from types import ModuleType

_EXTRA = "serve"

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Folder of the service's data. Default: the user's data folder."
    ),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="postgresql://user:password@host/name. Default: SQLite in the data folder.",
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--storage",
        metavar="URL",
        help="s3://bucket/prefix, where videos and results are kept. Default: the data folder.",
    ),
]


def serve(
    data: Data = None,
    database: Database = None,
    storage: Store = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0: all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    workers: Annotated[
        int,
        typer.Option(min=0, max=64, help="Workers to keep alive here; 0: `formcheck worker` runs elsewhere."),
    ] = 1,
    public_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The address that people use, where a proxy stands in front."),
    ] = None,
) -> None:
    """Start the service: upload a set, watch it being judged, come back to it.

    The first start prints a link that makes the owner's account, once.
    """
    service, settings = _service(
        data_dir=data, database_url=database, storage_url=storage, public_url=public_url
    )
    service.serve(settings, host=host, port=port, workers=workers, tell=typer.echo)


def worker(data: Data = None, database: Database = None, storage: Store = None) -> None:
    """Run a worker of the service: as many as you like, where its database and its storage can be reached."""
    service, settings = _service(data_dir=data, database_url=database, storage_url=storage)
    service.work(settings)


def _service(**options: Any) -> "tuple[ModuleType, Any]":
    """Import the service, which the library knows nothing of."""
    try:
        service, settings = import_module("api.serve"), import_module("api.settings")
    except ModuleNotFoundError as missing:
        raise SettingsError(
            f"expected the service's packages, found no {missing.name}",
            f"Install them: {Path(sys.executable).name} -m pip install 'formcheck[{_EXTRA}]'",
        ) from missing
    return service, settings.load_service_settings(**options)
