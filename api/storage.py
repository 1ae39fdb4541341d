"""Where the bytes lie: videos by the SHA-256 of what was uploaded, results by their analysis.

A folder, which workers on other machines share by a network file system. Everything appears whole: it is
written beside its place on the same file system, brought to the disk and renamed.
"""

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_FOLDERS = ("videos", "results", "parts", "work")
PART_HOURS = 24


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a deletion took away."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: "Dropped") -> "Dropped":
        return Dropped(self.files + other.files, self.bytes + other.bytes)


class Storage:
    """A folder of the service's files."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        for name in _FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def video(self, sha256: str) -> Path:
        """Where a video lies, or would."""
        return self.root / "videos" / sha256[:2] / sha256

    def part(self, owner: str, name: str) -> Path:
        """Where an upload that is not complete lies, or would; `owner` keeps those of others apart."""
        folder = self.root / "parts" / owner
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder / f"{name}.part"

    def keep_video(self, part: Path, sha256: str) -> None:
        """Make a complete upload a video."""
        place = self.video(sha256)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(0o400)
        part.replace(place)
        _sync_folder(place.parent)

    def drop_video(self, sha256: str) -> Dropped:
        """Delete a video."""
        return _drop_file(self.video(sha256))

    def results(self, analysis_id: str) -> Path:
        """Where an analysis's results lie, or would."""
        return self.root / "results" / analysis_id

    def result(self, analysis_id: str, name: str) -> Path | None:
        """One file of the results, if it is there."""
        path = self.results(analysis_id) / name
        return path if path.is_file() else None

    def new_work(self, analysis_id: str) -> Path:
        """Make a folder to work in; those of earlier tries at the same analysis are swept away."""
        for older in (self.root / "work").glob(f"{analysis_id}.*"):
            shutil.rmtree(older, ignore_errors=True)
        folder = self.root / "work" / f"{analysis_id}.{uuid4().hex[:8]}"
        folder.mkdir(mode=0o700)
        return folder

    def work_of(self, analysis_id: str) -> Path | None:
        """The folder in which an analysis is being made."""
        return next(iter((self.root / "work").glob(f"{analysis_id}.*")), None)

    def keep_results(self, folder: Path, analysis_id: str) -> None:
        """Put finished results in their place; older ones there are replaced."""
        place = self.results(analysis_id)
        if place.exists():
            older = self.root / "work" / f"{analysis_id}.{uuid4().hex[:8]}.older"
            place.replace(older)
            shutil.rmtree(older, ignore_errors=True)
        folder.replace(place)
        _sync_folder(place.parent)

    def drop_results(self, analysis_id: str) -> Dropped:
        """Delete an analysis's results, and what is being made of it."""
        dropped = Dropped()
        for folder in (self.results(analysis_id), *(self.root / "work").glob(f"{analysis_id}.*")):
            for path in folder.rglob("*"):
                if path.is_file():
                    dropped += Dropped(1, path.stat().st_size)
            shutil.rmtree(folder, ignore_errors=True)
        return dropped

    def sweep(self) -> Dropped:
        """Delete uploads and work that nobody touched for a day."""
        dropped, oldest = Dropped(), time.time() - PART_HOURS * 3600
        for path in (self.root / "parts").glob("*/*.part"):
            if path.stat().st_mtime < oldest:
                dropped += _drop_file(path)
        for folder in (self.root / "work").iterdir():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        return dropped

    def free_bytes(self) -> int:
        """How much the disk still takes."""
        return shutil.disk_usage(self.root).free


def _drop_file(path: Path) -> Dropped:
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return Dropped()
    return Dropped(1, size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
