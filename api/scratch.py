"""What a process needs a disk of its own machine for: uploads that are not complete, and work in hand."""

import shutil
import time
from pathlib import Path
from uuid import uuid4

from .storage import Dropped

PART_HOURS = 24


class Scratch:
    """A folder for parts of uploads and for work; nothing in it is missed after a day."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        for name in ("parts", "work"):
            (self.root / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def work(self) -> Path:
        """Where work lies."""
        return self.root / "work"

    def part(self, owner: str, name: str) -> Path:
        """Where an upload that is not complete lies, or would; `owner` keeps those of others apart."""
        folder = self.root / "parts" / owner
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder / f"{name}.part"

    def new_work(self, analysis_id: str) -> Path:
        """Make a folder to work in; those of earlier tries at the same analysis are swept away."""
        self.drop_work(analysis_id)
        folder = self.work / f"{analysis_id}.{uuid4().hex[:8]}"
        folder.mkdir(mode=0o700)
        return folder

    def drop_work(self, analysis_id: str) -> None:
        """Delete what is being made of an analysis here."""
        for folder in self.work.glob(f"{analysis_id}.*"):
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> Dropped:
        """Delete uploads and work that nobody touched for a day."""
        dropped, oldest = Dropped(), time.time() - PART_HOURS * 3600
        for path in (self.root / "parts").glob("*/*.part"):
            if path.stat().st_mtime < oldest:
                dropped += Dropped(1, path.stat().st_size)
                path.unlink(missing_ok=True)
        for folder in self.work.iterdir():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        return dropped

    def free_bytes(self) -> int:
        """How much the disk still takes."""
        return shutil.disk_usage(self.root).free
