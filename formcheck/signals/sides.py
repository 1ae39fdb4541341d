"""Left and right, where the network exchanged them."""

import numpy as np

from formcheck.pose import FloatArray
from formcheck.signals.filters import Flags
from formcheck.skeleton import INDEX, MIRROR, SIDES


def repair_sides(keypoints_px: FloatArray) -> tuple[FloatArray, float]:
    """Put exchanged left and right limbs back, arms and legs apart.

    A frame's labels are exchanged where that brings its points clearly closer to where they were just before;
    of the two possible labelings of a take the one that most frames had is kept.

    Returns
    -------
    (T, K, 2) points and the share of frames that were changed.
    """
    repaired = keypoints_px.copy()
    changed = np.zeros(len(keypoints_px), dtype=bool)
    for names in (("shoulder", "elbow", "wrist", "hand"), ("hip", "knee", "ankle", "heel", "toe")):
        limb = np.array([INDEX[f"{side}_{name}"] for side in SIDES for name in names])
        partner = np.array(MIRROR)[limb]
        flips = _flips(keypoints_px[:, limb], keypoints_px[:, partner])
        if flips.mean() > 0.5:
            flips = ~flips
        repaired[np.ix_(flips, limb)] = keypoints_px[np.ix_(flips, partner)]
        changed |= flips
    return repaired, float(changed.mean())


def _flips(as_is: FloatArray, exchanged: FloatArray) -> Flags:
    """(T,) whether a frame's labels must be exchanged to go on from the frames before."""
    flips = np.zeros(len(as_is), dtype=bool)
    before: FloatArray | None = None
    for frame in range(len(as_is)):
        if not np.isfinite(as_is[frame]).all():
            continue
        now = as_is[frame]
        if before is not None:
            kept = float(np.linalg.norm(now - before, axis=1).sum())
            other = float(np.linalg.norm(exchanged[frame] - before, axis=1).sum())
            flips[frame] = other < 0.6 * kept
            now = exchanged[frame] if flips[frame] else now
        before = now
    return flips
