"""Finds the bar's shaft as a line near both hands: its height and tilt where the plates are seen edge-on.

The shaft is the one thing near the hands that is straight, thin (28 mm, a sixteenth of a trunk) and goes past
both of them. A strip of the picture along the knuckles is shrunk until the trunk is 72 pixels long, each
pixel told how much it looks like the middle of a thin level band (two edges of opposite sign, a shaft's width
apart), and all lines up to 12 degrees askew are voted on (the Hough transform; Duda and Hart 1972). On the
best one both edges are found to a fraction of a pixel, and a line is fitted to their middles by iteratively
reweighted least squares (Cauchy's weights). Head, hands and trunk may hide the middle of the shaft.

One frame cannot tell the shaft from a thin level pipe behind the hands; that it moves with the hands can, and
is for whoever judges the take to ask.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.bar import BarLine
from formcheck.pose import FloatArray, Pose
from formcheck.pose.size import trunk_of
from formcheck.skeleton import INDEX, SHOULDERS
from formcheck.video.picture import Image

Field = NDArray[np.float32]

_KNUCKLES = [INDEX["left_hand"], INDEX["right_hand"]]
_TRUNK_OF_SHOULDERS = 1.5
_TRUNK_PX = 72.0
_SMALLEST_TRUNK_PX = 24.0
_APART = 0.6
_BEYOND = 1.0
_HALF_HEIGHT = 0.42
_LEVEL_HANDS = math.cos(math.radians(30.0))
_STEEPEST_DEG = 14.0
_ASKEW = np.tan(np.radians(np.linspace(-12.0, 12.0, 33)))
_NEAR = 0.25
_FURTHEST = 0.27
_WIDTHS_PX = (2, 3, 4, 5)
_FAINTEST = 2.0
_STRONG_PERCENTILE = 75
_RUN_PX = 7
_BLOCK_PX = 8
_REACH_PX = (4.0, 3.0)
_STEP_PX = 0.5
_OTHER_TONE = 0.5
_THINNEST_PX, _THICKEST_PX = 1.2, 8.0
_FEWEST = 12
_FIT_ROUNDS = 6
_SCALE_PX = 0.25
_AGREE_PX = 0.75
_LEAST_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """A strip of the picture along the hands: its pixel (u, v) lies at `origin + (u, v) @ axes`."""

    pixels: Image
    origin: FloatArray
    axes: FloatArray
    hands: FloatArray

    @property
    def middle(self) -> float:
        """Where it is cut into a left and a right half: between the hands."""
        return float(self.hands[:, 0].mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The line v = height + slope u, what each column's middle of the edges is off it, and their width."""

    slope: float
    height: float
    residual: FloatArray
    agree: NDArray[np.bool_]
    width_px: float


def find_line(luma: Image, lifter: Pose) -> BarLine | None:
    """Find the shaft that somebody's hands hold.

    Parameters
    ----------
    luma
        (H, W) brightness of the whole picture.
    lifter
        Whose hands.

    Returns
    -------
    The line; None where the hands are less than 0.6 trunk lengths apart, as in side views, where no thin
    straight band is seen on both sides of the lifter's middle, or where it is more than 14 degrees askew,
    as a bar that is seen at a slant may be.
    """
    strip = _cut(luma, lifter)
    if strip is None:
        return None
    slopes, strong = _edges(strip.pixels)
    guess = _vote(_bands(slopes, strong), strip)
    fit = _fit(slopes / strong, *guess)
    return None if fit is None else _line(strip, fit)


def _cut(luma: Image, lifter: Pose) -> _Strip | None:
    """The strip through both knuckles, one trunk further on either side or as far as the picture goes."""
    hands, trunk = lifter.xy_px[_KNUCKLES], _trunk(lifter)
    left, right = hands[np.argsort(hands[:, 0])]
    apart = float(np.hypot(*(right - left)))
    if not trunk >= _SMALLEST_TRUNK_PX or not apart >= _APART * trunk:
        return None
    along = (right - left) / apart
    middle, half = (left + right) / 2, apart / 2 + _BEYOND * trunk
    if along[0] < _LEVEL_HANDS:
        return None
    start = max(-half, (2.0 - middle[0]) / along[0])
    end = min(half, (luma.shape[1] - 3.0 - middle[0]) / along[0])
    zoom = min(1.0, _TRUNK_PX / trunk)
    rows = int(_HALF_HEIGHT * trunk * zoom)
    across = np.array([-along[1], along[0]])
    axes = np.stack([along, across]) / zoom
    origin = middle + start * along - rows * axes[1]
    size = int((end - start) * zoom), 2 * rows + 1
    if end - start < apart:
        return None
    pixels = _resampled(luma, origin, axes, size, zoom)
    if pixels is None:
        return None
    return _Strip(pixels, origin, axes, (hands - origin) @ axes.T * zoom**2)


def _trunk(lifter: Pose) -> float:
    """Length of the trunk in pixels; where it leans toward the camera, from the width of the shoulders."""
    across = lifter.xy_px[SHOULDERS[0]] - lifter.xy_px[SHOULDERS[1]]
    return max(trunk_of(lifter), _TRUNK_OF_SHOULDERS * float(np.hypot(*across)))


def _resampled(
    luma: Image, origin: FloatArray, axes: FloatArray, size: tuple[int, int], zoom: float
) -> Image | None:
    """The strip's pixels, shrunk by averaging; None where too little of it is in the picture."""
    corners = origin + np.array([(0, 0), (size[0], 0), (0, size[1]), size]) @ axes
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, None).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 3, None, luma.shape[::-1]).astype(int)
    if (high - low).min() < 16:
        return None
    box = np.ascontiguousarray(luma[low[1] : high[1], low[0] : high[0]])
    small = cv2.resize(box, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    shrunk = np.array(small.shape[::-1]) / (high - low)
    to_small = np.column_stack([axes[0] * shrunk, axes[1] * shrunk, (origin - low + 0.5) * shrunk - 0.5])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(small, to_small, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))


def _edges(pixels: Image) -> tuple[Field, float]:
    """(H, W) grey levels per pixel downward, and how steep an edge is in this strip."""
    smooth = cv2.GaussianBlur(pixels, (0, 0), 0.7).astype(np.float32)
    slopes = np.zeros_like(smooth)
    slopes[1:-1] = 0.5 * (smooth[2:] - smooth[:-2])
    strong = float(np.percentile(np.abs(slopes[::2, ::2]), _STRONG_PERCENTILE))
    return slopes, max(_FAINTEST, strong)


def _bands(slopes: Field, strong: float) -> Field:
    """(2, H, W) 0..1: is this amid a thin bright or dark band that goes on for some pixels to either side."""
    bands = np.zeros((2, *slopes.shape), dtype=np.float32)
    for width in _WIDTHS_PX:
        above, below = np.zeros_like(slopes), np.zeros_like(slopes)
        above[width // 2 :] = slopes[: len(slopes) - width // 2]
        below[: width // 2 - width] = slopes[width - width // 2 :]
        np.maximum(bands[0], np.minimum(above, -below), out=bands[0])
        np.maximum(bands[1], np.minimum(-above, below), out=bands[1])
    runs = [cv2.blur(np.clip(band / strong, 0, 1), (_RUN_PX + 2, 1)) for band in bands]
    return np.asarray(np.clip(2 * np.stack(runs) - 0.8, 0, 1), dtype=np.float32)


def _vote(bands: Field, strip: _Strip) -> tuple[float, float]:
    """Slope and height of the line that most columns on both sides of the middle agree on, near the hands.

    What is bright on one side and dark on the other counts less: it may be the shaft in front of a window and
    a wall, or a line from its bright upper to its dark lower half.
    """
    _, rows, columns = bands.shape
    count = columns // _BLOCK_PX
    blocks = bands[:, :, : count * _BLOCK_PX].reshape(2, rows, count, _BLOCK_PX).mean(axis=3)
    u = _BLOCK_PX * (np.arange(count) + 0.5) - 0.5 - strip.middle
    shift = np.rint(_ASKEW[:, None] * u).astype(int)
    pad = int(np.abs(shift).max()) + 1
    padded = np.pad(blocks, ((0, 0), (pad, pad), (0, 0))).reshape(2, -1)
    heights = np.arange(rows)
    at = (heights[None, :, None] + shift[:, None, :] + pad) * count + np.arange(count)
    halves = np.stack([u < 0, u >= 0], axis=1).astype(np.float32)
    votes = np.take(padded, at, axis=1) @ halves
    sides, tones = votes.sum(axis=0), votes.sum(axis=3)
    beside = heights[None, :, None] + (_ASKEW[:, None] * (strip.hands[:, 0] - strip.middle))[:, None, :]
    off = (beside - strip.hands[:, 1]) / _TRUNK_PX
    near = np.exp(-0.5 * (off**2).sum(axis=2) / _NEAR**2)
    one_tone = 1 + tones.max(axis=0) / (tones.sum(axis=0) + 1e-6)
    score = near * one_tone * (sides.min(axis=2) + 0.5 * sides.max(axis=2))
    one, height = np.unravel_index(int(score.argmax()), score.shape)
    return float(_ASKEW[one]), float(height - _ASKEW[one] * strip.middle)


def _fit(slopes: Field, slope: float, height: float) -> _Fit | None:
    """Put a line through the middles of both edges of each column; None where too few columns have both."""
    u = np.arange(slopes.shape[1], dtype=np.float64)
    fit = None
    for reach_px in _REACH_PX:
        middle, width, worth = _edge_pairs(slopes, height + slope * u, reach_px)
        worth *= (width > _THINNEST_PX) & (width < _THICKEST_PX)
        if np.count_nonzero(worth) < _FEWEST:
            return None
        usual = _weighted_median(width, worth)
        worth *= np.clip(1.5 - np.abs(width - usual) / 1.5, 0, 1)
        change, residual = _robust(u, middle, worth)
        slope, height = slope + change[1], height + change[0]
        fit = _Fit(slope, height, residual, (np.abs(residual) < _AGREE_PX) & (worth > 0.05), usual)
    return fit


def _edge_pairs(
    slopes: Field, heights: FloatArray, reach_px: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For each column the middle of the edges above and below a line, their distance, and their worth 0..1.

    The two are edges of opposite sign: of a band that is brighter than what is around it, or darker;
    the rarer of the two counts for half.
    """
    steps = np.arange(-reach_px, reach_px + _STEP_PX / 2, _STEP_PX, dtype=np.float32)
    rows = (heights + steps[:, None]).astype(np.float32)
    columns = np.broadcast_to(np.arange(rows.shape[1], dtype=np.float32), rows.shape)
    columns = np.ascontiguousarray(columns)
    found = np.asarray(cv2.remap(slopes, columns, rows, cv2.INTER_LINEAR), dtype=np.float32)
    half = len(steps) // 2
    pairs = []
    for band in (found, -found):
        above, above_worth = _peaks(band[: half + 1])
        below, below_worth = _peaks(-band[half:])
        worth = np.clip(np.minimum(above_worth, below_worth) - 0.3, 0, 1)
        above, below = steps[0] + _STEP_PX * above, _STEP_PX * below
        pairs.append(np.stack([(above + below) / 2, below - above, worth]))
    one, other = sorted(pairs, key=lambda pair: -float(pair[2].sum()))
    other[2] *= _OTHER_TONE
    middle, width, worth = np.where(one[2] >= other[2], one, other)
    return middle, width, worth


def _peaks(values: FloatArray | Field) -> tuple[FloatArray, FloatArray]:
    """For each column where its largest value is, to a fraction of a row, and how large it is."""
    peak = values.argmax(axis=0)
    columns = np.arange(values.shape[1])
    inner = np.clip(peak, 1, len(values) - 2)
    before, top, after = (values[inner + step, columns].astype(np.float64) for step in (-1, 0, 1))
    bend = before - 2 * top + after
    part = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1), 0)
    return np.where(peak == inner, inner + part, peak), values[peak, columns].astype(np.float64)


def _robust(u: FloatArray, v: FloatArray, worth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(height, slope) of the line through points of which some are wrong, and (W,) what it leaves."""
    design = np.stack([np.ones_like(u), u - u.mean()], axis=1)
    weights, change, residual = worth, np.zeros(2), v
    for _ in range(_FIT_ROUNDS):
        normal = design.T @ (weights[:, None] * design) + 1e-6 * np.eye(2)
        change = np.linalg.solve(normal, design.T @ (weights * v))
        residual = v - design @ change
        scale = max(_SCALE_PX, 1.4826 * _weighted_median(np.abs(residual), weights))
        weights = worth / (1 + (residual / (1.5 * scale)) ** 2)
    return np.array([change[0] - change[1] * u.mean(), change[1]]), residual


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, sums[-1] / 2)])


def _line(strip: _Strip, fit: _Fit) -> BarLine | None:
    """The fitted line in the picture, if enough of it was seen; the ends lie beside the knuckles."""
    u = strip.hands[:, 0]
    on_line = np.stack([u, fit.height + fit.slope * u], axis=1)
    off = np.abs(on_line[:, 1] - strip.hands[:, 1]).max() / _TRUNK_PX
    confidence = _confidence(strip, fit)
    left, right = strip.origin + on_line @ strip.axes
    level = abs(math.degrees(math.atan2(right[1] - left[1], abs(right[0] - left[0]))))
    if confidence < _LEAST_CONFIDENCE or off > _FURTHEST or level > _STEEPEST_DEG:
        return None
    return BarLine((float(left[0]), float(left[1])), (float(right[0]), float(right[1])), confidence)


def _confidence(strip: _Strip, fit: _Fit) -> float:
    """0..1 from how much is seen on either side, without holes, how thin it is and how straight.

    A texture has short stretches that fit, so only runs of seven columns count. Half a trunk (25 cm) on both
    sides is plenty; shafts of filmed bars were 2.6 to 4.6 pixels wide, forearms and beams more than 5.
    """
    kernel = np.ones((1, _RUN_PX), np.uint8)
    closed = cv2.dilate(fit.agree.astype(np.uint8)[None], np.ones((1, 3), np.uint8))
    runs = cv2.dilate(cv2.erode(closed, kernel), kernel)[0] > 0
    seen = np.flatnonzero(runs & fit.agree)
    if not len(seen):
        return 0.0
    first = np.count_nonzero(seen < strip.middle)
    shorter = min(first, len(seen) - first) / _TRUNK_PX
    filled = len(seen) / (seen[-1] - seen[0] + 1)
    rms = float(np.sqrt((fit.residual[seen] ** 2).mean()))
    scores = ((shorter - 0.2) / 0.3, (filled - 0.25) / 0.2, (5.2 - fit.width_px) / 0.7, (0.6 - rms) / 0.2)
    return math.prod(min(max(score, 0.0), 1.0) for score in scores)
