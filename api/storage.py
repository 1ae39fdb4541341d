"""Where the bytes stay: videos by the SHA-256 of what was uploaded, results by their analysis.

A `Storage` knows keys, which look like paths: a folder on this machine (or on a network file system) by
default, a bucket of an object store (`api.bucket`) by its address.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from .settings import ServiceSettings

CHUNK_BYTES = 256 * 1024
PREVIEW, THUMBNAIL = "preview.jpg", "thumbnail.jpg"
ANNOTATED, BLURRED = "annotated.mp4", "blurred.mp4"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a deletion took away."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: "Dropped") -> "Dropped":
        return Dropped(self.files + other.files, self.bytes + other.bytes)


class Storage(Protocol):
    """What the service asks of a place to keep bytes; where it cannot be reached, `Problem` 503 is raised."""

    def keep(self, path: Path, key: str) -> None:
        """Move a file, or a folder of files, to a key; what was there is replaced."""

    def size(self, key: str) -> int | None:
        """Bytes of a file; None where there is none."""

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Bytes of a file from `start` up to `end`, in chunks; raises `FileNotFoundError`."""

    def at_hand(self, key: str, folder: Path) -> AbstractContextManager[Path]:
        """Give a file's path on this machine, copied to `folder` if need be; raises `FileNotFoundError`."""

    def drop(self, key: str) -> Dropped:
        """Delete a file, or all files below a key."""


def open_storage(settings: ServiceSettings) -> Storage:
    """Open the storage that the settings name.

    Raises
    ------
    SettingsError
        The address is none of a bucket.
    """
    if not settings.storage_url:
        return Folder(settings.data_dir)
    from .bucket import Bucket

    return Bucket.at(settings.storage_url)


def video_key(sha256: str) -> str:
    """Where a video lies, or would."""
    return f"videos/{sha256[:2]}/{sha256}"


def results_key(analysis_id: str, name: str = "") -> str:
    """Where the results of an analysis lie, or one file of them."""
    return f"results/{analysis_id}/{name}".rstrip("/")


def preview_key(analysis_id: str) -> str:
    """Where the frame lies that is being analyzed."""
    return f"previews/{analysis_id}"


def load(storage: Storage, key: str) -> bytes:
    """All bytes of a small file; raises `FileNotFoundError`."""
    size = storage.size(key)
    if size is None:
        raise FileNotFoundError(key)
    return b"".join(storage.read(key, 0, size))


class Folder:
    """A folder. Everything appears whole: brought to the disk beside its place, then renamed."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, key: str) -> Path:
        """Where a key's file or folder lies, or would."""
        return self.root / key

    def keep(self, path: Path, key: str) -> None:
        """Rename it; it must lie on the same file system."""
        place = self.path(key)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.is_dir():
            older = path.with_name(f"{path.name}.{uuid4().hex[:8]}.older")
            if place.exists():
                place.replace(older)
            path.replace(place)
            shutil.rmtree(older, ignore_errors=True)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o400)
            path.replace(place)
        _sync_folder(place.parent)

    def size(self, key: str) -> int | None:
        """Ask the file system."""
        path = self.path(key)
        return path.stat().st_size if path.is_file() else None

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Read from the file."""
        with self.path(key).open("rb") as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(CHUNK_BYTES, end - start))):
                start += len(chunk)
                yield chunk

    @contextmanager
    def at_hand(self, key: str, folder: Path) -> Iterator[Path]:
        """Give its own path: nothing is copied."""
        del folder
        path = self.path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    def drop(self, key: str) -> Dropped:
        """Delete it from the disk."""
        place, dropped = self.path(key), Dropped()
        for path in (place, *place.rglob("*")):
            if path.is_file():
                dropped += Dropped(1, path.stat().st_size)
        shutil.rmtree(place, ignore_errors=True)
        place.unlink(missing_ok=True)
        return dropped


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
