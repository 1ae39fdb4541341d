"""How large a person is in the picture, whichever way they are turned."""

import numpy as np

from formcheck.pose import FloatArray, Pose
from formcheck.skeleton import HIPS, INDEX, SHOULDERS, SIDES

_BONES = np.array(
    [
        (INDEX[f"{a_side}_{a}"], INDEX[f"{b_side}_{b}"])
        for a_side, a, b_side, b in (
            ("left", "shoulder", "right", "shoulder"),
            ("left", "hip", "right", "hip"),
            *((side, a, side, b) for side in SIDES for a, b in (("shoulder", "hip"), ("hip", "knee"))),
        )
    ]
)
_TALL_M = 1.7
_TRUNK_SHARE = 0.288


def trunk_px(xy_px: FloatArray, world_m: FloatArray) -> FloatArray:
    """Length that the trunk would have in the picture if it were seen square on.

    The trunk of a lifter on a bench, seen from its end, is short in the picture: no unit to measure ways in.
    So the picture's scale is read off all large bones (weak perspective, least squares of their lengths in
    the picture against their lengths in space as the picture's plane sees them) and multiplied by the trunk's
    length in space.

    Parameters
    ----------
    xy_px
        (..., K, 2) pixels.
    world_m
        (..., K, 3) metres, the first two along the picture's axes.

    Returns
    -------
    (...) pixels; NaN where points are.
    """
    trunk = world_m[..., SHOULDERS, :].mean(axis=-2) - world_m[..., HIPS, :].mean(axis=-2)
    return np.asarray(px_per_m(xy_px, world_m) * np.linalg.norm(trunk, axis=-1))


def tall_px(xy_px: FloatArray, world_m: FloatArray) -> float:
    """Median height that somebody would have standing square on, in pixels, over (T, K, 2) and (T, K, 3).

    The network's guessed bodies are all of nearly one size, so the picture's scale alone tells it; without
    world points the trunk does, 0.288 of the height (Winter 2009, figure 4.1). NaN where never seen.
    """
    scale = px_per_m(xy_px, world_m)
    if np.isfinite(scale).any():
        return _TALL_M * float(np.nanmedian(scale))
    trunk = xy_px[:, SHOULDERS].mean(axis=1) - xy_px[:, HIPS].mean(axis=1)
    lengths = np.linalg.norm(trunk, axis=1)
    return float(np.nanmedian(lengths) / _TRUNK_SHARE) if np.isfinite(lengths).any() else float("nan")


def px_per_m(xy_px: FloatArray, world_m: FloatArray) -> FloatArray:
    """(...) pixels that a metre of the network's guessed body takes in the picture; as in `trunk_px`."""
    first, second = _BONES.T
    seen = np.linalg.norm(xy_px[..., first, :] - xy_px[..., second, :], axis=-1)
    flat = np.linalg.norm(world_m[..., first, :2] - world_m[..., second, :2], axis=-1)
    return np.asarray((seen * flat).sum(axis=-1) / np.maximum((flat**2).sum(axis=-1), 1e-9))


def trunk_of(pose: Pose) -> float:
    """Length of one person's trunk in pixels, from the picture alone where there are no world points."""
    if pose.world_m is not None:
        return float(trunk_px(pose.xy_px, pose.world_m))
    trunk = pose.xy_px[SHOULDERS].mean(axis=0) - pose.xy_px[HIPS].mean(axis=0)
    return float(np.linalg.norm(trunk))
