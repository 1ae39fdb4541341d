"""The bar's path and speed in metres, from the plate's track."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy

from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.scale import Scale
from formcheck.signals.filters import Flags, finite_runs, resample
from formcheck.view import View

SMOOTHED_S = 0.17
"""Width of the Savitzky-Golay window (cubic for the place, quadratic for the speed) in real seconds."""

FORESHORTENED_BEYOND_DEG = 45.0
"""From farther round what is fore and aft is not measured."""

_UNSEEN_SD_PX = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class PlateCurves:
    """The plate's centre over time.

    Attributes
    ----------
    values
        `bar_height_m` (up positive, 0 at the lowest point), `bar_forward_m` (0 at the start; absent where the
        camera looks from too far round) and `bar_speed_mps`, (T,) each, NaN in gaps of more than 0.2 s. Empty
        where there is no plate or no scale.
    sd_m, speed_sd_mps
        Standard deviation of a height and of a speed around the true one, the scale aside: the scatter of
        the single frames, as the smoothing passes it on, and 0.4 pixels that change too slowly to be told
        from motion. NaN without curves.
    """

    values: Mapping[str, FloatArray]
    sd_m: float = float("nan")
    speed_sd_mps: float = float("nan")


def plate_curves(
    motion: Motion, view: View, scale: Scale, time_s: FloatArray, path_px: FloatArray, *, slow_motion: float
) -> PlateCurves:
    """Put the plate's track into metres, smooth it and differentiate it.

    Parameters
    ----------
    motion, view, scale
        The take, the camera's place and the metres.
    time_s
        (T,) uniform seconds to give the curves at.
    path_px
        (F, 2) the plate's centre in each frame, the camera's motion taken out; NaN where not followed.
    slow_motion
        How many times slower than life the video plays; speeds are of real time.
    """
    known = np.isfinite(path_px).all(axis=1) & np.isfinite(scale.m_per_px)
    if motion.bar_kind != "plate" or known.sum() < 3:
        return PlateCurves({})
    raw = resample(motion.time_s, _metres(path_px, scale, known), time_s)
    step_s = (time_s[1] - time_s[0]) / slow_motion
    width = 2 * max(int(SMOOTHED_S / step_s / 2), 2) + 1
    height, speed = _smooth(raw[:, 1], width, step_s)
    if not np.isfinite(height).any():
        return PlateCurves({})
    values = {"bar_height_m": height - np.nanmin(height), "bar_speed_mps": speed}
    sign = {"right": 1.0, "left": -1.0}.get(view.facing)
    yaw_deg = view.yaw_deg if scale.yaw_deg is None else scale.yaw_deg
    if sign is not None and yaw_deg <= FORESHORTENED_BEYOND_DEG:
        forward = sign * _smooth(raw[:, 0], width, step_s)[0] / np.cos(np.radians(yaw_deg))
        values["bar_forward_m"] = forward - forward[np.flatnonzero(np.isfinite(forward))[0]]
    frame_m = _scatter(raw[:, 1], width)
    unseen_m = _UNSEEN_SD_PX * float(np.nanmedian(scale.m_per_px))
    passed = float(np.linalg.norm(scipy.signal.savgol_coeffs(width, 2, deriv=1, delta=step_s)))
    sd_m = float(np.hypot(frame_m * np.sqrt(_kept(width)), unseen_m))
    return PlateCurves(values, sd_m, frame_m * passed)


def _metres(path_px: FloatArray, scale: Scale, known: Flags) -> FloatArray:
    """(F, 2) metres to the right and up: the ways from frame to frame in their local scale, summed up."""
    up = scale.up
    right = np.array([-up[1], up[0]])
    local = scale.m_per_px[known]
    steps = np.diff(path_px[known] @ np.column_stack([right, up]), axis=0)
    steps *= ((local[1:] + local[:-1]) / 2)[:, None]
    at = np.full(path_px.shape, np.nan)
    at[known] = np.vstack([np.zeros(2), np.cumsum(steps, axis=0)])
    return at


def _smooth(values: FloatArray, width: int, step_s: float) -> tuple[FloatArray, FloatArray]:
    """(T,) smooth values and their derivative; stretches too short to be smoothed stay as they are."""
    place, speed = values.copy(), np.full(len(values), np.nan)
    for start, stop in finite_runs(values):
        part = values[start:stop]
        if len(part) >= width:
            place[start:stop] = scipy.signal.savgol_filter(part, width, 3)
            speed[start:stop] = scipy.signal.savgol_filter(part, width, 2, deriv=1, delta=step_s)
        elif len(part) > 1:
            speed[start:stop] = np.gradient(part, step_s)
    return place, speed


def _kept(width: int) -> float:
    """Share of the variance of white noise that smoothing leaves: the filter's middle coefficient."""
    return float(scipy.signal.savgol_coeffs(width, 3)[width // 2])


def _scatter(values: FloatArray, width: int) -> float:
    """Standard deviation of white noise in (T,) values, by what smoothing takes away; 0 if too short."""
    runs = [values[a:b] for a, b in finite_runs(values) if b - a >= width]
    rests = [run - scipy.signal.savgol_filter(run, width, 3) for run in runs]
    rest = np.concatenate(rests) if rests else np.zeros(1)
    return 1.4826 * float(np.median(np.abs(rest))) / float(np.sqrt(1 - _kept(width)))
