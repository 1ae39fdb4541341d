"""Finds the rims of weight plates in a picture's brightness and color.

A plate is an upright disc, so a level camera sees it as an ellipse with level axes: the vertical semi-axis is
the plate's radius whatever the yaw, and its width shows the yaw's cosine. Rims are found by gradient voting
(Ballard 1981, generalized Hough; Loy and Zelinsky 2003, radial symmetry) on the picture stretched until such
ellipses are circles, told from clutter by how much of the rim has an edge along its normal, and fitted to a
fraction of a pixel by weighted least squares on the radial edge places (Huber's family of weights, Cauchy's).

A rim is a row (x, y, radius, aspect): centre and vertical semi-axis in pixels, horizontal over vertical axis.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose import FloatArray
from formcheck.video.picture import Image

Field = NDArray[np.float32]

ASPECTS = (1.0, 0.8, 0.64)
"""Widths that are looked for, of plates turned by 0, 37 and 50 degrees; the fit finds those between."""

_SAMPLES = 72
_TURN = np.linspace(0, 2 * np.pi, _SAMPLES, endpoint=False)
COS, SIN = np.cos(_TURN), np.sin(_TURN)
"""Where around a rim it is looked for."""
_SECTORS = 12
_STRONG_PERCENTILE = 75
_WEAKEST = 4.0
_TINTED = 3.0
"""What a step of color counts against one of evened brightness: colors are not evened out, and are paler."""
_VOTED_RADIUS_PX = 32
_RADIUS_STEP = 1.07
_PEAKS = 25
_NESTED = 0.5
_POLISH_PX = (-2.5, 2.5, -1.2, 1.2)
_ALONG = (0.75, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """A picture, and where its brightness or color changes, and which way.

    Attributes
    ----------
    luma
        (H, W) brightness whose contrast was evened out (see `formcheck.bar.window`).
    tint
        (H/2, W/2, 2) color differences (see `formcheck.video.picture.Picture`); None of a grey picture.
    dx, dy
        (H, W) gradient in grey levels per pixel.
    strong
        What counts as an edge in this picture.
    """

    luma: Image
    tint: Image | None
    dx: Field
    dy: Field
    strong: float

    @classmethod
    def of(cls, luma: Image, tint: Image | None = None, strong: float | None = None) -> "Edges":
        """Edges of a picture; what counts as one is measured, unless it is told."""
        dx, dy = _gradient(luma, tint)
        if strong is None:
            strength = np.hypot(dx[::3, ::3], dy[::3, ::3])
            strong = max(_WEAKEST, float(np.percentile(strength, _STRONG_PERCENTILE)))
        return cls(luma, tint, dx, dy, strong)

    def cut(self, x0: int, y0: int, x1: int, y1: int) -> "Edges":
        """The same within a box that begins at even pixels."""
        box, half = np.s_[y0:y1, x0:x1], np.s_[y0 // 2 : (y1 + 1) // 2, x0 // 2 : (x1 + 1) // 2]
        tint = None if self.tint is None else self.tint[half]
        return Edges(self.luma[box], tint, self.dx[box], self.dy[box], self.strong)


def _gradient(luma: Image, tint: Image | None) -> tuple[Field, Field]:
    """(H, W) across and down: at each pixel that of brightness or of a color difference, the steepest.

    A colored plate before a wall of its own brightness has no other rim than that of its color.
    """
    dx, dy = _slopes(luma)
    if tint is not None:
        blue, red = (_slopes(np.asarray(color, dtype=np.uint8)) for color in cv2.split(tint))
        color = _steeper(blue, red)
        # a pixel of the half-sized colors is two of the brightness
        size, scale = luma.shape[::-1], np.float32(_TINTED / 2)
        cx, cy = (np.asarray(cv2.resize(slope * scale, size), dtype=np.float32) for slope in color)
        dx, dy = _steeper((dx, dy), (cx, cy))
    return dx, dy


def _slopes(pixels: Image) -> tuple[Field, Field]:
    """(H, W) across and down, in levels per pixel."""
    smooth = cv2.GaussianBlur(pixels, (5, 5), 1.0)
    dx, dy = (cv2.Scharr(smooth, cv2.CV_32F, *way, scale=1 / 32) for way in ((1, 0), (0, 1)))
    return np.asarray(dx, dtype=np.float32), np.asarray(dy, dtype=np.float32)


def _steeper(one: tuple[Field, Field], other: tuple[Field, Field]) -> tuple[Field, Field]:
    """At each pixel the steeper of two gradients; written into the first."""
    # not by cv2.magnitude: its last digit depends on where in memory a pixel lies
    steeper = cv2.compare(_squared(*other), _squared(*one), cv2.CMP_GT)
    for mine, theirs in zip(one, other, strict=True):
        cv2.copyTo(theirs, steeper, mine)
    return one


def _squared(dx: Field, dy: Field) -> Field:
    return dx * dx + dy * dy


def rays(rims: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Points on each rim and outward unit normals there: x, y, nx, ny, each (N, samples)."""
    x, y, radius, aspect = (rims[:, column, None] for column in range(4))
    nx, ny = COS + 0 * aspect, SIN * aspect
    length = np.hypot(nx, ny)
    return x + aspect * radius * COS, y + radius * SIN, nx / length, ny / length


def rim_support(edges: Edges, rims: FloatArray, reach_px: int = 2) -> FloatArray:
    """How much of each rim is seen.

    Share of the samples within the picture that have an edge along the rim's normal within `reach_px`, times
    0.4 to 1 for how many twelfths of the rim have one; less where more than a third is outside the picture.

    Parameters
    ----------
    edges
        Of the picture.
    rims
        (N, 4).
    reach_px
        How far from the rim an edge may lie.

    Returns
    -------
    (N,) 0..1.
    """
    if not len(rims):
        return np.zeros(0)
    height, width = edges.dx.shape
    px, py, nx, ny = rays(rims)
    best = np.zeros(px.shape)
    inside = np.zeros(px.shape, dtype=bool)
    for offset in range(-reach_px, reach_px + 1):
        x = np.rint(px + offset * nx).astype(np.int32)
        y = np.rint(py + offset * ny).astype(np.int32)
        within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        inside |= within
        at = np.where(within, y * width + x, 0)
        best = np.maximum(best, within * _edge_share(edges, at, nx, ny))
    seen = inside.mean(axis=1)
    share = best.sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    sectors = (best.reshape(len(rims), _SECTORS, -1).max(axis=2) > 0.3).mean(axis=1)
    return np.asarray(share * np.clip((seen - 0.4) / 0.3, 0, 1) * (0.4 + 0.6 * sectors))


def _edge_share(edges: Edges, at: NDArray[np.int32], nx: FloatArray, ny: FloatArray) -> FloatArray:
    """0..1 for each sample: is there a strong edge at this place, and does it lie along the rim."""
    dx, dy = edges.dx.ravel()[at], edges.dy.ravel()[at]
    strength = np.hypot(dx, dy)
    along = np.abs(dx * nx + dy * ny) / (strength + 1e-6)
    low, high = _ALONG
    strong = np.clip((strength - 0.6 * edges.strong) / (0.8 * edges.strong), 0, 1)
    return np.asarray(strong * np.clip((along - low) / (high - low), 0, 1))


def find_rims(
    edges: Edges,
    radii_px: tuple[float, float],
    aspects: tuple[float, ...] = ASPECTS,
    most: int = 25,
) -> tuple[FloatArray, FloatArray]:
    """Find the rims of a picture.

    Parameters
    ----------
    edges
        Of the picture.
    radii_px
        Smallest and largest vertical semi-axis.
    aspects
        Widths to vote for.
    most
        How many to return.

    Returns
    -------
    (N, 4) rims and (N,) support 0..1, the best first; nested rims are all kept.
    """
    found = [vote(edges, radii_px, aspect) for aspect in aspects]
    rims = np.concatenate(found) if found else np.zeros((0, 4))
    if not len(rims):
        return rims, np.zeros(0)
    support = rim_support(edges, rims)
    for step in _POLISH_PX:
        other = rims + np.array([0, 0, step, 0])
        better = (there := rim_support(edges, other)) > support
        rims[better], support[better] = other[better], there[better]
    kept = distinct(rims, support, most)
    return rims[kept], support[kept]


def distinct(rims: FloatArray, worth: FloatArray, most: int) -> list[int]:
    """Indices of up to `most` rims, the best first, without those that nearly repeat a better one."""
    kept: list[int] = []
    for one in np.argsort(-worth):
        if not any(alike(rims[one], rims[other]) for other in kept):
            kept.append(int(one))
        if len(kept) >= most:
            break
    return kept


def alike(one: FloatArray, other: FloatArray) -> bool:
    """Whether two rims are nearly the same: centres within a quarter of the radius, radii within 8 %."""
    apart = float(np.abs(one[:2] - other[:2]).sum())
    return bool(apart <= 0.25 * other[2] and abs(np.log(one[2] / other[2])) <= 0.08)


def vote(edges: Edges, radii_px: tuple[float, float], aspect: float) -> FloatArray:
    """(N, 4) rims of one aspect that edges agree on: each votes for centres along its normal, both ways."""
    luma, tint = edges.luma, edges.tint
    zoom = min(1.0, _VOTED_RADIUS_PX / radii_px[1])
    size = max(int(luma.shape[1] * zoom / aspect), 8), max(int(luma.shape[0] * zoom), 8)
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    if tint is not None:
        half = (size[0] + 1) // 2, (size[1] + 1) // 2
        tint = np.asarray(cv2.resize(tint, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    x, y, ux, uy = _thin_edges(*_gradient(small, tint))
    low, high = radii_px[0] * zoom, radii_px[1] * zoom
    count = max(int(np.log(high / low) / np.log(_RADIUS_STEP)) + 1, 2)
    radii = np.geomspace(low, high, count)
    votes = np.stack([_votes(x, y, ux, uy, radius, size) for radius in radii])
    votes[1:-1] += 0.5 * (votes[:-2] + votes[2:])
    most = np.asarray(votes.max(axis=0))
    rows, columns = np.nonzero((most == cv2.dilate(most, np.ones((5, 5)))) & (most > 0.1))
    best = np.argsort(-most[rows, columns])[:_PEAKS]
    rows, columns = rows[best], columns[best]
    # discs of several sizes share a sleeve: every radius that stands out around a centre counts
    around = np.pad(votes[:, rows, columns], ((1, 1), (0, 0)))
    stands_out = (around[1:-1] >= around[:-2]) & (around[1:-1] > around[2:])
    size_index, peak = np.nonzero(stands_out & (around[1:-1] >= _NESTED * most[rows, columns]))
    at_x, at_y = columns[peak] * aspect / zoom, rows[peak] / zoom
    rims = np.stack([at_x, at_y, radii[size_index] / zoom, np.full(len(peak), aspect)], axis=1)
    return np.asarray(rims, dtype=np.float64)


def _thin_edges(dx: Field, dy: Field) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Places x, y of the edge pixels of a gradient and the unit normals there."""
    strength = np.hypot(dx, dy)
    strong = 32 * float(np.percentile(strength, _STRONG_PERCENTILE))
    across, down = (np.rint(32 * slope).astype(np.int16) for slope in (dx, dy))
    thin = cv2.Canny(across, down, 0.7 * strong, 1.4 * strong, L2gradient=True)
    rows, columns = np.nonzero(thin)
    length = np.maximum(strength[rows, columns], 1e-6)
    return columns.astype(float), rows.astype(float), dx[rows, columns] / length, dy[rows, columns] / length


def _votes(
    x: FloatArray, y: FloatArray, ux: FloatArray, uy: FloatArray, radius: float, size: tuple[int, int]
) -> Field:
    """(H, W) share of a circle of that radius, around each pixel, that has edges on it."""
    width, height = size
    columns = np.rint(np.concatenate([x + radius * ux, x - radius * ux])).astype(np.int32)
    rows = np.rint(np.concatenate([y + radius * uy, y - radius * uy])).astype(np.int32)
    within = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    counts = np.bincount(rows[within] * width + columns[within], minlength=height * width)
    blur = max(1.0, 0.06 * radius)
    spread = cv2.GaussianBlur(counts.reshape(height, width).astype(np.float32), (0, 0), blur)
    return np.asarray(spread * (2 * np.pi * blur**2 / (2 * np.pi * radius)), dtype=np.float32)
