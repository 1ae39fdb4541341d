"""Takes that are kept, so that judging again costs no vision.

A take depends on the clip, on the settings of the eyes, on their code, on the libraries under them and on
the networks' weights. All of it goes into its name: whatever changes, the clip is watched anew. Judgement is
never kept.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from formcheck.errors import OutputError, UnreadableVideo
from formcheck.models import networks_of, verify_models
from formcheck.motion import load_motion, save_motion
from formcheck.origin import RATES
from formcheck.pipeline import Analyzer
from formcheck.settings import Settings
from formcheck.video import FrameSource

_EYES = (
    "bar", "lifter.py", "models", "motion.py", "origin.py", "pipeline.py", "pose", "skeleton.py", "video",
)  # fmt: skip
"""Sources that a take depends on; pipeline.py because it chooses the frames that are looked at."""

KEPT_DAYS = 30
"""A take that was not used for so long is deleted."""

_TAKE = re.compile(r"[0-9a-f]{64}\.(npz|json)")
_LIBRARIES = ("ai-edge-litert", "av", "mediapipe", "numpy", "opencv-contrib-python", "scipy")


@dataclass(frozen=True, slots=True)
class Cost:
    """What watching a clip took, measured in a process of its own.

    Attributes
    ----------
    seconds
        Wall clock from opening the video to the finished take, networks loaded anew.
    peak_mb
        Largest resident memory of the process in 10^6 bytes; None where the system does not tell.
    jobs
        How many clips were watched at the same time.
    """

    seconds: float
    peak_mb: float | None
    jobs: int


def default_folder() -> Path:
    """Where takes are kept."""
    return user_cache_path("formcheck") / "takes"


def make_folder(folder: Path) -> None:
    """Make the folder for takes where it is missing.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot make a folder for takes, {folder}: {error.strerror}",
            "Set XDG_CACHE_HOME to a folder that can be written.",
        ) from error


def prune(folder: Path) -> None:
    """Delete the takes of a folder that were not used for 30 days; nothing else, and no error if it can't."""
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for path in folder.iterdir():
        if _TAKE.fullmatch(path.name):
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def take_path(folder: Path, clip: Path, settings: Settings) -> Path:
    """Where the take of a clip lies or would lie.

    Raises
    ------
    UnreadableVideo
        The clip cannot be read.
    """
    parts = {
        "clip": content_sha256(clip),
        "preset": settings.preset,
        "pose": settings.pose,
        "rates_hz": [getattr(settings, name) for name in RATES],
        "eyes": eyes_sha256(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "weights": _weights(settings.models_dir, networks_of(settings.preset)),
    }
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return folder / f"{key}.npz"


def save_take(analyzer: Analyzer, source: FrameSource, path: Path) -> None:
    """Keep a take, whole or not at all.

    Raises
    ------
    AnalysisError, TooShort
        There is no take to keep.
    OutputError
        The folder cannot be written.
    """
    motion, note = analyzer.motion(), analyzer.origin(source).to_json()
    make_folder(path.parent)
    try:
        with TemporaryDirectory(dir=path.parent) as work:
            part = Path(work) / path.name
            save_motion(motion, part, note=note)
            part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot keep a take in {path.parent}: {error.strerror}", "Is it full?") from error


def save_cost(cost: Cost, path: Path) -> None:
    """Keep what a take has cost beside it; only then the take counts as kept."""
    path.with_suffix(".json").write_text(json.dumps(asdict(cost)), encoding="utf-8")


def kept_cost(path: Path) -> Cost | None:
    """What a kept take has cost; None where the take is not there or cannot be read; it is used now."""
    costs = path.with_suffix(".json")
    try:
        load_motion(path)
        cost = Cost(**json.loads(costs.read_text("utf-8")))
    except (OSError, UnreadableVideo, ValueError, TypeError):
        return None
    with suppress(OSError):
        path.touch()
        costs.touch()
    return cost


@cache
def eyes_sha256() -> str:
    """Hash of the source files that a take depends on."""
    digest = hashlib.sha256()
    root = files("formcheck")
    for name in _EYES:
        for path, content in _sources(root / name, name):
            digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources(place: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of a Python file, or of all those in a folder."""
    if place.is_file():
        if path.endswith(".py"):
            yield path, place.read_bytes()
        return
    for inner in sorted(place.iterdir(), key=lambda item: item.name):
        yield from _sources(inner, f"{path}/{inner.name}")


@cache
def _weights(models_dir: Path, names: tuple[str, ...]) -> dict[str, str | None]:
    return {status.name: status.sha256 for status in verify_models(models_dir) if status.name in names}


def content_sha256(clip: Path) -> str:
    """Hash of a file's bytes; of a folder: of the names and bytes of its files.

    Raises
    ------
    UnreadableVideo
        It cannot be read.
    """
    try:
        if clip.is_file():
            with clip.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        for path in sorted(path for path in clip.iterdir() if path.is_file()):
            digest.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
        return digest.hexdigest()
    except OSError as error:
        raise UnreadableVideo(f"{clip.name}: cannot be read: {error.strerror}") from error


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
