"""Single frames as pictures: of what is happening, and of what was found."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.settings import VideoLimits
from formcheck.video import open_video

_QUALITY = 82


def save_still(image: NDArray[np.uint8], path: Path, *, side_px: int) -> None:
    """Write a frame as JPEG, no larger than `side_px`, without any metadata.

    It is written under another name and renamed, so that a reader never sees half of it.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    height, width = image.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )[1]
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(encoded.tobytes())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"cannot write {path.name}: {error.strerror}", "Is the disk full?") from error


def save_stills(clip: Path, wanted: Mapping[str, float], folder: Path, *, side_px: int) -> None:
    """Write the frames of a clip that are shown at given times.

    Parameters
    ----------
    clip
        A video of ours.
    wanted
        Name of the file to each time in seconds; a time after the end gets the last frame.
    folder
        Where the files go.
    side_px
        Their longer side.

    Raises
    ------
    VideoError, OutputError
        The clip cannot be read, or a file not written.
    """
    waiting = sorted(wanted.items(), key=lambda item: item[1])
    shown = None
    for frame in open_video(clip, limits=VideoLimits()):
        while waiting and shown is not None and waiting[0][1] < frame.time_s:
            save_still(shown, folder / waiting.pop(0)[0], side_px=side_px)
        shown = frame.image
        if not waiting:
            return
    for name, _ in waiting:
        if shown is not None:
            save_still(shown, folder / name, side_px=side_px)
