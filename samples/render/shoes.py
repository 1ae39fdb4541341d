"""A shoe: rings of points around the foot's axis, from heel to toe."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from samples.render.rig import Floats, Ints, Rig
from samples.render.rotation import UP, across, unit

SOLE_M = 0.018
"""Thickness of the sole: how far the barefoot body is lifted off the floor."""

_STATION = (0.00, 0.02, 0.06, 0.14, 0.26, 0.38, 0.50, 0.62, 0.74, 0.85, 0.93, 0.98, 1.00)
_WIDTH = (0.00, 0.55, 0.74, 0.80, 0.80, 0.82, 0.90, 0.99, 1.00, 0.92, 0.74, 0.46, 0.00)
_TOP = (0.55, 0.86, 0.95, 1.00, 1.00, 0.96, 0.82, 0.68, 0.56, 0.47, 0.40, 0.33, 0.22)
_RINGS, _AROUND = 30, 24


@cache
def foot_axis(rig: Rig, side: str) -> tuple[Floats, Floats, float]:
    """Return the heel's end (3,) on the floor, the way to the toes (3,) and half the width (m)."""
    on_foot = np.isin(rig.dominant_bones(), [f"{side}Foot", f"{side}ToeBase"])
    low = on_foot & (rig.vertices[:, 1] < 0.03)
    points = rig.vertices[np.intersect1d(np.flatnonzero(low), rig.skin)] * (1.0, 0.0, 1.0)
    heel, toe = points[points[:, 2].argmin()], points[points[:, 2].argmax()]
    forward = unit(toe - heel)
    sideways = np.cross(UP, forward)
    offsets = (points - heel) @ sideways
    middle = heel + sideways * (offsets.max() + offsets.min()) / 2
    return across(middle - heel, forward) + heel, toe - heel, float(np.ptp(offsets)) / 2


def fit_shoe(rig: Rig, side: str) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Return (P, 3) points at rest and (F, 4) quads of a shoe around the foot of `side`; (P,) its laces."""
    heel, length, half_width = foot_axis(rig, side)
    forward = unit(length)
    sideways = np.cross(UP, forward)
    start = heel - forward * 0.012
    reach = float(np.linalg.norm(length)) + 0.024
    ankle = rig.head(f"{side}Foot")[1] + 0.012

    share = (1 - np.cos(np.linspace(0, np.pi, _RINGS))) / 2
    width = PchipInterpolator(_STATION, _WIDTH)(share) * (half_width + 0.009)
    top = PchipInterpolator(_STATION, _TOP)(share) * ankle
    angle = np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)
    # A superellipse above, a flat tread below: the sole's edge stays sharp.
    across_ring = np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.6
    up_ring = np.maximum(np.sin(angle), 0.0) ** 0.8
    tread = np.where(np.sin(angle) < -0.5, -SOLE_M, np.where(np.sin(angle) < 0, 0.004, 0.0))
    points = (
        start
        + (share * reach)[:, None, None] * forward
        + (width[:, None] * across_ring)[..., None] * sideways
        + (top[:, None] * up_ring + tread)[..., None] * UP
    )
    ring, step = np.meshgrid(np.arange(_RINGS - 1), np.arange(_AROUND), indexing="ij")
    following = (step + 1) % _AROUND
    corners = ((ring, step), (ring, following), (ring + 1, following), (ring + 1, step))
    quads = np.stack([(a * _AROUND + b).ravel() for a, b in corners], axis=1)
    rows = (share[:, None] > 0.3) & (share[:, None] < 0.62) & (np.arange(_RINGS)[:, None] % 2 == 0)
    laces = rows & (np.sin(angle) > 0.8)
    return points.reshape(-1, 3), quads, laces.ravel()
