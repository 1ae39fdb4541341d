"""The clips of a folder whose truth is known."""

from dataclasses import dataclass
from pathlib import Path

from formcheck.errors import FormcheckError
from formcheck.validate.truth import ENDING, Truth, load_truth


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip and its truth.

    Attributes
    ----------
    name
        What comes before `.truth.json`.
    path
        The video or the folder of images; None where there is none beside the truth.
    truth
        What is known of it.
    """

    name: str
    path: Path | None
    truth: Truth


def find_clips(folder: Path) -> tuple[Clip, ...]:
    """Clips with a truth file in a folder (not in folders inside it), by name.

    Raises
    ------
    FormcheckError
        No such folder, no truth file in it, a broken one, one that fits two videos, or no video at all.
    """
    if not folder.is_dir():
        raise FormcheckError(
            f"{folder}: expected a folder, found {'a file' if folder.exists() else 'nothing'}",
            "Give the folder that holds the clips and their truth files.",
        )
    paths = sorted(path for path in folder.iterdir() if path.name.endswith(ENDING))
    if not paths:
        raise FormcheckError(
            f"{folder}: expected clips with their truth (squat.mp4 with squat{ENDING}), found none",
            "`samples` in the source holds six of them.",
        )
    clips = tuple(_clip(path) for path in paths)
    if all(clip.path is None for clip in clips):
        raise FormcheckError(
            f"{folder}: expected a video beside each truth file, found none at all",
            f"A clip bears the name of its truth file: {clips[0].name}.mp4 for {clips[0].name}{ENDING}.",
        )
    return clips


def _clip(path: Path) -> Clip:
    name = path.name.removesuffix(ENDING)
    found = [p for p in path.parent.iterdir() if _shows(p, name)]
    if len(found) > 1:
        raise FormcheckError(
            f"{path.name}: expected one video of that name, found {', '.join(sorted(p.name for p in found))}",
            "Leave one of them in the folder.",
        )
    return Clip(name, found[0] if found else None, load_truth(path))


def _shows(path: Path, name: str) -> bool:
    """Whether a path is a video or a folder of images of that name."""
    if path.is_dir():
        return path.name == name
    return path.stem == name and path.suffix.lower() in (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi")
