"""The frame in which a finding is worst, cropped on the lifter, with what was measured and its limit."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.draw.label import DARK, SMALLEST_PX, Image, make_label, paste_label
from formcheck.draw.marks import Instant, mark_of
from formcheck.draw.overlay import VERDICT_COLORS, draw_frame
from formcheck.errors import OutputError
from formcheck.report import FaultPart, Report
from formcheck.report.cards import rule_cards
from formcheck.report.html import Picture
from formcheck.report.words import interval_words, value_words
from formcheck.video import FrameSource

FloatArray = NDArray[np.float64]

LONG_SIDE_PX = 560
"""Of the pictures: sharp on a phone, light in a page."""

SAME_TIME_S = 1e-3
_MARGIN = 0.18
_LEAST_SHARE = 0.25
_LEAST_WIDTH = 0.7
_QUALITY = 82
_VALUE_SHARE = 0.42
_FARTHEST = ("drift", "sway")


def draw_evidence(
    source: FrameSource,
    *,
    time_s: FloatArray,
    keypoints_px: FloatArray,
    confidence: FloatArray,
    bar_px: FloatArray,
    plate_axes_px: FloatArray,
    report: Report,
    folder: Path,
) -> dict[str, Picture]:
    """Write a picture for each rule that found a fault or came close, `RULE_ID.jpg`; the pictures by rule.

    Of the rep in which it is worst.

    Parameters
    ----------
    source
        The video that `report` is about; it is decoded once more.
    time_s, keypoints_px, confidence, bar_px, plate_axes_px
        (T,), (T, K, 2), (T, K), (T, 2) and (T, 2): what was found in the frames that were looked at.
    folder
        Where to write; made where it is missing.

    Raises
    ------
    OutputError
        A picture cannot be written.
    VideoError
        The source cannot be read.
    """
    wanted: dict[int, list[FaultPart]] = {}
    for finding in findings_shown(report):
        wanted.setdefault(_worst_frame(report, finding, time_s, bar_px), []).append(finding)
    pictures: dict[str, Picture] = {}
    last_s = max((float(time_s[index]) for index in wanted), default=-np.inf)
    for frame in source if wanted else ():
        index = int(np.abs(time_s - frame.time_s).argmin())
        if index in wanted and abs(float(time_s[index]) - frame.time_s) <= SAME_TIME_S:
            for finding in wanted.pop(index):
                start = next(rep.start_s for rep in report.reps if rep.number == finding.rep_number)
                first = int(np.abs(time_s - start).argmin())
                seen = Instant(
                    keypoints_px[index],
                    keypoints_px[first],
                    bar_px[index],
                    bar_px[first],
                    report.view.near_side,
                    plate_axes_px[index],
                )
                picture = evidence_picture(frame.image, seen, confidence[index], finding, report.view.name)
                path = folder / f"{finding.rule_id}.jpg"
                _write(picture, path)
                pictures[finding.rule_id] = Picture(path, frame.time_s)
        if frame.time_s > last_s:
            break
    return pictures


def findings_shown(report: Report) -> list[FaultPart]:
    """The worst of each rule's findings, where that is a fault or too close to call."""
    worst = [card.worst for card in rule_cards(report.faults)]
    return [finding for finding in worst if finding.verdict in ("fault", "borderline")]


def _worst_frame(report: Report, finding: FaultPart, time_s: FloatArray, bar_px: FloatArray) -> int:
    """Position of the frame in which a finding is worst: for a drift where the bar is farthest off."""
    index = int(np.abs(time_s - finding.at_s).argmin())
    if not finding.metric.startswith(_FARTHEST):
        return index
    rep = next(rep for rep in report.reps if rep.number == finding.rep_number)
    first, last = np.searchsorted(time_s, (rep.start_s, rep.end_s))
    away = np.abs(bar_px[first : last + 1, 0] - bar_px[first, 0])
    return int(first + np.nanargmax(away)) if np.isfinite(away).any() else index


def evidence_picture(
    image: Image, seen: Instant, confidence: FloatArray, finding: FaultPart, view: str
) -> Image:
    """Crop a frame on the lifter and draw what a rule measured, its value and its limit.

    Parameters
    ----------
    image
        uint8 (H, W, 3) RGB.
    seen
        In pixels of `image`.
    confidence
        (K,) 0..1.
    finding
        What the rule says.
    view
        Name of the view; from the front and the rear both sides are drawn alike.
    """
    window, scale = _crop(image, seen)
    size = (
        round((window[1].stop - window[1].start) * scale),
        round((window[0].stop - window[0].start) * scale),
    )
    small = np.asarray(cv2.resize(image[window], size, interpolation=cv2.INTER_AREA), np.uint8)
    corner = np.array([window[1].start, window[0].start])
    local = Instant(
        (seen.points - corner) * scale,
        (seen.first_points - corner) * scale,
        (seen.bar - corner) * scale,
        (seen.first_bar - corner) * scale,
        seen.near,
        seen.plate_axes * scale,
    )
    near = None if view in ("front", "rear") else seen.near
    canvas = draw_frame(small, keypoints_px=local.points, confidence=confidence, near_side=near)
    unit = (canvas.shape[0] + canvas.shape[1]) / 1000
    mark = mark_of(finding.metric)
    if mark is not None:
        mark.paint(canvas, local, mark.joints, unit)
    return _with_words(canvas, finding, unit)


def _crop(image: Image, seen: Instant) -> tuple[tuple[slice, slice], float]:
    """Rows and columns that hold lifter and bar with some room around, and how much they are enlarged."""
    height, width = image.shape[:2]
    rim = [seen.bar, seen.bar - seen.plate_axes, seen.bar + seen.plate_axes]
    places = np.vstack([seen.points, *(place[None] for place in rim)])
    known = places[np.isfinite(places).all(axis=1)]
    if not len(known):
        return (slice(0, height), slice(0, width)), LONG_SIDE_PX / max(height, width)
    low, high = known.min(axis=0), known.max(axis=0)
    least = _LEAST_SHARE * min(width, height)
    half = np.maximum((high - low) / 2 + _MARGIN * float((high - low).max()), least / 2)
    half[0] = max(half[0], _LEAST_WIDTH * half[1])
    middle = (low + high) / 2
    first = np.clip(np.floor(middle - half), 0, (width - 2, height - 2)).astype(int)
    stop = np.clip(np.ceil(middle + half), first + 2, (width, height)).astype(int)
    window = slice(int(first[1]), int(stop[1])), slice(int(first[0]), int(stop[0]))
    return window, LONG_SIDE_PX / float((stop - first).max())


def _with_words(picture: Image, finding: FaultPart, unit: float) -> Image:
    """The picture with a strip below it: the measure in the color of its verdict, the limit, the interval."""
    width, edge = picture.shape[1], max(SMALLEST_PX, round(9 * unit))
    big, small = (max(SMALLEST_PX, round(share * unit)) for share in (24, 16))
    interval = interval_words(finding.measured)
    limit = f"limit {finding.limit}".replace(" deg", "\N{DEGREE SIGN}")
    value = make_label(
        value_words(finding.measured), big, round(_VALUE_SHARE * width), VERDICT_COLORS[finding.verdict]
    )
    room = max(1, width - value.width_px - 2 * edge)
    text = f"{limit}\n90 % interval {interval}" if interval else limit
    label = make_label(text, small, room, DARK)
    height = max(len(value.paint), len(label.paint)) + edge
    strip = np.full((height, width, 3), DARK, np.uint8)
    paste_label(strip, value, edge // 2, (height - len(value.paint)) // 2)
    paste_label(strip, label, value.width_px + edge, (height - len(label.paint)) // 2)
    return np.vstack([picture, strip])


def _write(picture: Image, path: Path) -> None:
    made, data = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not made:
        raise OutputError(f"{path.name}: expected a picture to write, found one that cannot be", "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}", "Use --out.") from error
