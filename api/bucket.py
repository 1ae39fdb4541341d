"""A bucket of an object store (S3 and what speaks like it, and those of Google and Azure) as storage.

Credentials come from the environment, as the store's own tools take them: `AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL` and so on.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from formcheck.errors import SettingsError

from .problems import Problem
from .storage import CHUNK_BYTES, Dropped

_RETRIES: Any = {"max_retries": 3}


class Bucket:
    """A bucket, or a prefix in one. A file appears whole; of a folder's files `report.json` comes last."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str) -> Self:
        """Open the bucket of an address, such as `s3://bucket/prefix`; nothing is asked of it yet."""
        plain = {"client_options": {"allow_http": True}, "retry_config": _RETRIES}
        try:
            return cls(from_url(url, **plain))
        except (BaseError, ValueError) as error:
            raise SettingsError(
                f"expected the address of a bucket, found {url}", "Such as s3://bucket/prefix."
            ) from error

    def keep(self, path: Path, key: str) -> None:
        """Send it, in parts where it is large, and delete it here."""
        files = {key: path}
        if path.is_dir():
            files = {f"{key}/{one.name}": one for one in sorted(path.iterdir(), key=_report_last)}
        for name, file in files.items():
            with _reached():
                obstore.put(self._store, name, file)
            file.unlink()
        if path.is_dir():
            path.rmdir()

    def size(self, key: str) -> int | None:
        """Ask the store."""
        with _reached(), suppress(FileNotFoundError):
            return int(obstore.head(self._store, key)["size"])
        return None

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Ask for the range only."""
        if end <= start:
            return
        with _reached():
            found = obstore.get(self._store, key, options={"range": (start, end)})
            for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    @contextmanager
    def at_hand(self, key: str, folder: Path) -> Iterator[Path]:
        """Copy it here for as long as it is needed."""
        with TemporaryDirectory(dir=folder) as place:
            path = Path(place) / "file"
            with _reached(), path.open("wb") as file:
                for chunk in obstore.get(self._store, key).stream(min_chunk_size=CHUNK_BYTES):
                    file.write(chunk)
            yield path

    def drop(self, key: str) -> Dropped:
        """Delete it in the store."""
        dropped = Dropped()
        with _reached():
            for found in [one for page in obstore.list(self._store, prefix=key) for one in page]:
                obstore.delete(self._store, found["path"])
                dropped += Dropped(1, found["size"])
            size = self.size(key)
            if size is not None:
                obstore.delete(self._store, key)
                dropped += Dropped(1, size)
        return dropped


def _report_last(path: Path) -> bool:
    return path.name == "report.json"


@contextmanager
def _reached() -> Iterator[None]:
    """Word what the store does not do."""
    try:
        yield
    except BaseError as error:
        raise Problem(
            503,
            "storage-unreachable",
            "The place where videos and results are kept did not answer.",
            "Try again later, or ask whoever runs the service.",
            {"Retry-After": "30"},
        ) from error
