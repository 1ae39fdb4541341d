"""Fits rims to the edges near them, to a fraction of a pixel."""

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.bar.plate import COS, SIN, Edges, rays
from formcheck.pose import FloatArray

_ROUNDS = 4
FRESH, FOLLOWED = (1.0, 0.5), (1.0,)
"""Shares of the reach in the rounds of a fit: of a rim that was just found, and of one that was followed."""

_SCALE_PX = 0.5


def fit_rims(
    edges: Edges, rims: FloatArray, reach: float = 0.12, rounds: tuple[float, ...] = FRESH
) -> tuple[FloatArray, FloatArray]:
    """Move rims onto the edges near them.

    Along each of 72 normals the strongest edge that lies along the rim is found to a fraction of a pixel, and
    centre and both axes are fitted to these places by iteratively reweighted least squares (Cauchy weights).

    Parameters
    ----------
    edges
        Of the picture.
    rims
        (N, 4) where they are thought to be.
    reach
        How far to look, as a share of the radius.
    rounds
        Share of `reach` in each round.

    Returns
    -------
    (N, 4) the fitted rims, and (N,) the share of the 72 places that agree with the fit, 0..1.
    """
    share = np.zeros(len(rims))
    if not len(rims):
        return rims, share
    for part in rounds:
        rims, share = _fit_once(edges, rims, np.maximum(3.0, part * reach * rims[:, 2]))
    return rims, share


def _fit_once(edges: Edges, rims: FloatArray, reach_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    px, py, nx, ny = rays(rims)
    steps = np.linspace(-1.0, 1.0, 2 * int(np.ceil(1.5 * reach_px.max())) + 1)
    offsets = reach_px[:, None, None] * steps
    place, weight = _edge_places(edges, px, py, nx, ny, offsets)
    # a rim's normal shift from (dx, dy, da of the horizontal axis, db of the vertical one)
    design = np.stack([nx, ny, nx * COS, ny * SIN], axis=2)
    shift, residual = _robust(design, place, weight, rims[:, 3])
    agree = (np.abs(residual) < np.maximum(1.2, 0.025 * rims[:, 2])[:, None]) & (weight > 0)
    moved = rims.copy()
    limit = reach_px[:, None]
    shift = np.clip(shift, -limit, limit)
    moved[:, :2] += shift[:, :2]
    moved[:, 2] += shift[:, 3]
    moved[:, 3] = np.clip((rims[:, 2] * rims[:, 3] + shift[:, 2]) / moved[:, 2], 0.3, 1.05)
    return moved, np.asarray(agree.mean(axis=1))


def _edge_places(
    edges: Edges, px: FloatArray, py: FloatArray, nx: FloatArray, ny: FloatArray, offsets: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """For each normal where its strongest edge is, in pixels outward, and what it is worth (0: none)."""
    x = (px[:, :, None] + offsets * nx[:, :, None]).astype(np.float32)
    y = (py[:, :, None] + offsets * ny[:, :, None]).astype(np.float32)
    flat = x.reshape(len(x), -1), y.reshape(len(y), -1)
    dx = cv2.remap(edges.dx, *flat, cv2.INTER_LINEAR).reshape(x.shape)
    dy = cv2.remap(edges.dy, *flat, cv2.INTER_LINEAR).reshape(x.shape)
    across = np.abs(dx * nx[:, :, None] + dy * ny[:, :, None])
    along = across / (np.hypot(dx, dy) + 1e-6)
    reach = offsets[:, :, -1:]
    height = across * np.clip((along - 0.7) / 0.2, 0, 1) * np.exp(-0.5 * (offsets / (0.6 * reach)) ** 2)
    peak = np.clip(height.argmax(axis=2), 1, offsets.shape[2] - 2)[:, :, None]
    before, top, after = (np.take_along_axis(height, peak + d, axis=2)[:, :, 0] for d in (-1, 0, 1))
    bend = before - 2 * top + after
    part = np.where(np.abs(bend) > 1e-6, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0)
    step = offsets[:, :, 1] - offsets[:, :, 0]
    place = np.take_along_axis(np.broadcast_to(offsets, height.shape), peak, axis=2)[:, :, 0]
    worth = np.clip(top / edges.strong, 0, 1.5)
    return place + step * np.clip(part, -1, 1), np.where(worth < 0.5, 0.0, worth)


def _robust(
    design: FloatArray, place: FloatArray, weight: FloatArray, aspect: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(N, 4) least-squares shifts with Cauchy weights, and (N, samples) what they leave.

    Where half of a rim is hidden its width and its centre cannot be told apart, so a change of aspect costs
    as much as four samples that are a pixel off.
    """
    along = np.zeros((len(aspect), 4, 4))
    change = np.stack([0 * aspect, 0 * aspect, 0 * aspect + 1, -aspect], axis=1)
    along += 4.0 * change[:, :, None] * change[:, None, :] + 1e-3 * np.eye(4)
    weights = weight
    shift: FloatArray = np.zeros((len(aspect), 4, 1))
    residual = place
    for _ in range(_ROUNDS):
        weighted = (design * weights[:, :, None]).transpose(0, 2, 1)
        shift = np.asarray(np.linalg.solve(weighted @ design + along, weighted @ place[:, :, None]))
        residual = place - (design @ shift)[:, :, 0]
        scale = np.maximum(_SCALE_PX, 1.4826 * median(np.abs(residual), weight > 0))[:, None]
        weights = weight / (1 + (residual / (1.5 * scale)) ** 2)
    return shift[:, :, 0], residual


def median(values: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """(N,) median of the known values of each row; 0 where none is."""
    ordered = np.sort(np.where(known, values, np.inf), axis=1)
    count = known.sum(axis=1)
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0)[:, None] // 2, axis=1)[:, 0]
    return np.where(count > 0, middle, 0.0)
