"""The fit: from a start that owes nothing to the pose, Gauss-Newton until nothing moves."""

from dataclasses import dataclass, replace

import numpy as np

from formcheck.body.evidence import Evidence
from formcheck.body.mechanism import Mechanism
from formcheck.body.model import in_si
from formcheck.body.solve import Factored, Normal
from formcheck.body.spline import Splines
from formcheck.body.weigh import Weighed, weigh
from formcheck.pose import FloatArray

_ROUNDS = 20
"""More change nothing where lockouts are seen, and lead astray where none is."""

_SETTLE = 4
STEP = 1e-5
"""By how much a value is moved to get a slope."""

_FRAMES_AT_ONCE = 100
"""Frames of which slopes are taken together: what a long set needs of memory does not grow with it."""

_DAMPING = 1e-3
_LARGEST_TURN = 0.5
_LARGEST_CHANGE_SD = 3.0
_STILL = 5e-4


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What came out of n frames: (C, k) coefficients, (S,) shared values, their equations and weights."""

    mechanism: Mechanism
    evidence: Evidence
    splines: Splines
    coefficients: FloatArray
    shared: FloatArray
    factored: Factored
    weighed: Weighed
    rounds: int


def start(mechanism: Mechanism, evidence: Evidence, splines: Splines) -> tuple[Mechanism, FloatArray]:
    """Place camera and curves: (C, k) coefficients from the bar's height alone.

    The distance comes from the plate's size, else from the lifter's, and where the camera aims from where the
    plate is, else from the keypoints.
    """
    rows = [mechanism.curve(name) for name in mechanism.curves]
    top = np.array([in_si(n, c.top) for n, c in zip(mechanism.curves, rows, strict=True)])
    bottom = np.array([in_si(n, c.bottom) for n, c in zip(mechanism.curves, rows, strict=True)])
    curves = top + (bottom - top) * evidence.low[:, None]
    basis = splines.basis(evidence.time_s)
    square = basis.T @ basis + 1e-3 * np.eye(basis.shape[1])
    coefficients = np.linalg.solve(square, basis.T @ curves)
    unknowns = mechanism.unknowns
    focal = float(np.exp(unknowns.mean[unknowns.index("ln_focal")]))
    azimuth = unknowns.mean[unknowns.index("azimuth")]
    plate = np.isfinite(evidence.radius_px) & np.isfinite(evidence.plate_px[:, 0])
    if plate.any():
        at_plate = focal * mechanism.plate_radius_m / float(np.median(evidence.radius_px[plate]))
        distance = at_plate + mechanism.lift.unknowns["plate_aside_m"][0] * abs(np.sin(azimuth))
    else:
        distance = focal * unknowns.mean[unknowns.index("stature_m")] / evidence.body_px
    placed = replace(mechanism, unknowns=unknowns.moved(ln_distance=float(np.log(distance))))
    return _aimed(placed, evidence, curves), coefficients


def _aimed(mechanism: Mechanism, evidence: Evidence, curves: FloatArray) -> Mechanism:
    """Turn the camera until the plate is where it was seen; without a plate, until the keypoints are."""
    unknowns = mechanism.unknowns
    row = mechanism.predict(curves[None], unknowns.mean[None])[0]
    count = 2 * len(mechanism.keypoints)
    away = evidence.plate_px - row[:, count : count + 2]
    if not np.isfinite(away).any():
        away = (evidence.keypoints_px - row[:, :count].reshape(len(row), -1, 2)).reshape(-1, 2)
    per_px = np.exp(unknowns.mean[unknowns.index("ln_distance")] - unknowns.mean[unknowns.index("ln_focal")])
    right, down = np.nanmedian(away, axis=0) * per_px
    return replace(mechanism, unknowns=unknowns.moved(right_m=float(right), down_m=float(down)))


def fit(mechanism: Mechanism, evidence: Evidence, splines: Splines, *, without: frozenset[str]) -> Fitted:
    """Fit curves and shared values to what was seen."""
    mechanism, coefficients = start(mechanism, evidence, splines)
    unknowns, basis, bends = mechanism.unknowns, splines.basis(evidence.time_s), splines.bends()
    rough = np.array([in_si(name, mechanism.curve(name).rough) for name in mechanism.curves])
    shared, count = unknowns.mean.copy(), len(mechanism.curves)
    labels = np.zeros(len(basis), dtype=bool)
    for number in range(1, _ROUNDS + 1):
        predicted, slopes = _linearised(mechanism, basis @ coefficients, shared)
        weighed = weigh(
            mechanism, evidence, predicted, without=without, labels=labels if number <= _SETTLE else None
        )
        normal = Normal.of_frames(
            basis, slopes / weighed.sd[:, None], (weighed.target - predicted) / weighed.sd, count
        )
        normal = normal.plus_smoothness(bends, coefficients, rough).plus_prior(
            unknowns.mean - shared, unknowns.sd
        )
        factored = normal.factor(_DAMPING)
        step = factored.solve(normal.right)
        turn, change = step[: coefficients.size].reshape(coefficients.shape), step[coefficients.size :]
        moved = float(np.abs(basis @ turn).max())
        largest = max(moved / _LARGEST_TURN, 1.0)
        if number <= _SETTLE:
            largest = max(largest, float(np.abs(change / unknowns.sd).max()) / _LARGEST_CHANGE_SD)
        coefficients, shared = coefficients + turn / largest, shared + change / largest
        if number > _SETTLE and moved < _STILL:
            break
    return Fitted(mechanism, evidence, splines, coefficients, shared, normal.factor(), weighed, number)


def _linearised(
    mechanism: Mechanism, curves: FloatArray, shared: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Rows (n, M) and their slopes (n, k + S, M), by predictions of all values moved a little."""
    rows, slopes = [], []
    for start in range(0, len(curves), _FRAMES_AT_ONCE):
        moved = mechanism.predict(*moved_a_little(curves[start : start + _FRAMES_AT_ONCE], shared))
        rows.append(moved[0])
        slopes.append(((moved[1:] - moved[0]) / STEP).transpose(1, 0, 2))
    return np.concatenate(rows), np.concatenate(slopes)


def moved_a_little(curves: FloatArray, shared: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(n, k) curves and (S,) shared values as batches: as they are, then each of them larger by `STEP`."""
    own, common = curves.shape[1], len(shared)
    batch = own + common + 1
    many, few = np.repeat(curves[None], batch, axis=0), np.repeat(shared[None], batch, axis=0)
    many[np.arange(1, own + 1), :, np.arange(own)] += STEP
    few[np.arange(own + 1, batch), np.arange(common)] += STEP
    return many, few
