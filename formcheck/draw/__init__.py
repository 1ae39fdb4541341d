"""Overlays on frames: skeleton, bar path, rep counter, verdicts; the only user of cv2 drawing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.draw.caption import VERDICT_S, Caption, caption_at
from formcheck.draw.evidence import draw_evidence
from formcheck.draw.label import Image
from formcheck.draw.overlay import draw_frame
from formcheck.report import Report
from formcheck.video import ClipWriter, FrameSource

__all__ = ["Caption", "annotate", "caption_at", "draw_evidence", "draw_frame"]

FloatArray = NDArray[np.float64]

LONG_SIDE_PX = 1280
"""Annotated clips are no larger than this, which a phone plays and a page can embed."""

SAME_TIME_S = 1e-3
"""Closer times are the same frame: a quarter of the interval at 240 frames a second."""


def annotate(
    source: FrameSource,
    *,
    time_s: FloatArray,
    keypoints_px: FloatArray,
    confidence: FloatArray,
    bar_px: FloatArray,
    report: Report,
    path: Path,
    plate_px: FloatArray | None = None,
    plate_axes_px: FloatArray | None = None,
    camera_px: FloatArray | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> None:
    """Decode a video again and write it with everything that was found drawn on it.

    Frames that were not looked at (no such time in `time_s`) are left out.

    Parameters
    ----------
    source
        The video that `report` is about.
    time_s
        (T,) seconds of the frames that were looked at, rising.
    keypoints_px
        (T, K, 2) pixels of the source; NaN is not drawn.
    confidence
        (T, K) 0..1.
    bar_px
        (T, 2) pixels of the source; NaN interrupts the bar path.
    report
        Gives the reps, phases and verdicts.
    path
        The mp4 file to make or replace.
    plate_px, plate_axes_px
        (T, 2) center of the plate's rim, and its horizontal and vertical semi-axes, in pixels of the source;
        NaN is not drawn. None: only the hands were followed.
    camera_px
        (T, 2) how far the background has moved since the first frame, in pixels of the source, where
        `bar_px` is measured against it. None: `bar_px` are places in the picture.
    progress
        Called with the frames written so far and T.

    Raises
    ------
    VideoError
        The source cannot be read.
    OutputError
        The file cannot be written, or no frame of the source is in `time_s`.
    """
    front_on = report.view.name in ("front", "rear")
    unseen = np.full_like(bar_px, np.nan)
    rims = unseen if plate_px is None else plate_px
    axes = unseen if plate_axes_px is None else plate_axes_px
    shake = np.zeros_like(bar_px) if camera_px is None else camera_px
    phases = _phases(report, time_s) if np.isfinite(rims).any() else []
    with ClipWriter(path) as writer:
        for index, image in _looked_at(source, time_s):
            small, scale = _shrink(image)
            so_far = _trail(report, time_s, index)
            drawn = draw_frame(
                small,
                keypoints_px=keypoints_px[index] * scale,
                confidence=confidence[index],
                near_side=None if front_on else report.view.near_side,
                trail=(bar_px[so_far] + shake[index]) * scale,
                trail_phases=phases[so_far],
                plate_px=rims[index] * scale,
                plate_axes_px=axes[index] * scale,
                caption=caption_at(report, float(time_s[index])),
            )
            writer.write(drawn, float(time_s[index]))
            if progress:
                progress(index + 1, len(time_s))


def _looked_at(source: FrameSource, time_s: FloatArray) -> Iterator[tuple[int, Image]]:
    """Pair the frames of a source with the positions of their times in `time_s`."""
    index = 0
    for frame in source:
        while index < len(time_s) and time_s[index] < frame.time_s - SAME_TIME_S:
            index += 1
        if index == len(time_s):
            return
        if time_s[index] <= frame.time_s + SAME_TIME_S:
            yield index, frame.image
            index += 1


def _trail(report: Report, time_s: FloatArray, index: int) -> slice:
    """Find the frames of the current rep so far, or of the one whose verdict is shown."""
    now = time_s[index]
    begun = [rep for rep in report.reps if rep.start_s <= now <= rep.end_s + VERDICT_S]
    if not begun:
        return slice(0)
    first, stop = np.searchsorted(time_s, (begun[-1].start_s, min(now, begun[-1].end_s)))
    return slice(int(first), int(stop) + 1)


def _phases(report: Report, time_s: FloatArray) -> list[str]:
    """Name the phase that each frame is in; the sticking region, which is listed last, goes first."""
    names = [""] * len(time_s)
    for phase in (phase for rep in report.reps for phase in rep.phases):
        first = int(np.searchsorted(time_s, phase.start_s))
        stop = int(np.searchsorted(time_s, phase.end_s, side="right"))
        names[first:stop] = [phase.name] * (stop - first)
    return names


def _shrink(image: Image) -> tuple[Image, float]:
    height, width = image.shape[:2]
    scale = LONG_SIDE_PX / max(height, width)
    if scale >= 1:
        return image, 1.0
    size = (round(width * scale), round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale
