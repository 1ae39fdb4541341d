"""Videos in and out: upright frames with true times, from files and folders, and clips written."""

from pathlib import Path

from formcheck.settings import VideoLimits
from formcheck.video.file import VideoFile
from formcheck.video.folder import FrameFolder
from formcheck.video.frame import Decoded, Frame, FrameSource, VideoInfo
from formcheck.video.write import ClipWriter

__all__ = [
    "ClipWriter",
    "Decoded",
    "Frame",
    "FrameFolder",
    "FrameSource",
    "VideoFile",
    "VideoInfo",
    "open_video",
]


def open_video(path: str | Path, *, limits: VideoLimits, threads: int = 0) -> FrameSource:
    """Open a video file, or a folder of images.

    Parameters
    ----------
    path
        The file or folder.
    limits
        Beyond them the answer is `TooLarge`.
    threads
        Threads of the decoder; 0: one for each core.

    Raises
    ------
    VideoError
        As told by `VideoFile` and `FrameFolder`.
    """
    if Path(path).is_dir():
        return FrameFolder(path, limits=limits)
    return VideoFile(path, limits=limits, threads=threads)
