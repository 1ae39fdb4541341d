"""A followed plate as arrays, and its path cleaned in hindsight."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.pose import FloatArray

Flags = NDArray[np.bool_]

_BRIDGED_S = 0.3
_FUSED_S = 0.06
_RADIUS_FUSED_S = 0.25
_STRAY_PX = 1.5
_MOST_CUT = 0.4
_RIM = np.linspace(0, 2 * np.pi, 72, endpoint=False)


@dataclass(frozen=True, slots=True, eq=False)
class PlatePath:
    """The lifted plate over a take.

    Attributes
    ----------
    centre_px
        (T, 2) centre of its outer rim; NaN where it was not followed.
    axes_px
        (T, 2) horizontal and vertical semi-axes; NaN where it was not followed.
    confidence
        (T,) 0..1; 0 where it was not followed.
    """

    centre_px: FloatArray
    axes_px: FloatArray
    confidence: FloatArray

    @classmethod
    def none(cls, frames: int) -> "PlatePath":
        """The path of a take whose plate is not to be trusted."""
        return cls(np.full((frames, 2), np.nan), np.full((frames, 2), np.nan), np.zeros(frames))


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One rim that was followed for some of T frames; a long take has hundreds, so only those are kept.

    Attributes
    ----------
    start, frames
        Its first frame, and T.
    rows
        (n, 7) what `rim`, `moved` and `share` hold from there on.
    """

    start: int
    frames: int
    rows: FloatArray

    @classmethod
    def of(cls, rim: FloatArray, moved: FloatArray, share: FloatArray) -> "Track":
        """Make one of (T, ...) arrays."""
        return cls(0, len(rim), np.column_stack([rim, moved, share]))

    def _whole(self, columns: slice, elsewhere: float = np.nan) -> FloatArray:
        whole = np.full((self.frames, columns.stop - columns.start), elsewhere)
        whole[self.start : self.start + len(self.rows)] = self.rows[:, columns]
        return whole

    @property
    def rim(self) -> FloatArray:
        """(T, 4) centre and (horizontal, vertical) semi-axes in pixels; NaN where it was not followed."""
        return self._whole(slice(0, 4))

    @property
    def moved(self) -> FloatArray:
        """(T, 2) motion of its disc since the frame before; NaN where it was not followed."""
        return self._whole(slice(4, 6))

    @property
    def share(self) -> FloatArray:
        """(T,) how much of the rim was seen, 0..1; 0 where the picture's motion alone carried it."""
        return self._whole(slice(6, 7), 0.0)[:, 0]

    @property
    def known(self) -> Flags:
        """(T,) where it was followed."""
        return np.isfinite(self.rim[:, 0])

    @property
    def radius_px(self) -> float:
        """Median of the vertical semi-axis."""
        return float(np.nanmedian(self.rim[:, 3]))

    @property
    def support(self) -> float:
        """Mean share of the rim that was seen."""
        return float(self.share[self.known].mean())


def fuse(track: Track, time_s: FloatArray, size_px: tuple[int, int]) -> PlatePath:
    """Fuse rims and motion: the motion says how it goes on, the rims where it is.

    Rims jitter and motion drifts, so their difference is smoothed, which shifts no time.

    Parameters
    ----------
    track
        The plate, T frames.
    time_s
        (T,) seconds.
    size_px
        (width, height) of the picture; a rim that it cuts by more than 40 % is not known.
    """
    seen = track.share > 0
    carried = np.nancumsum(np.where(np.isfinite(track.moved), track.moved, 0.0), axis=0)
    difference = track.rim[:, :2] - carried
    centre = carried + _smoothed(time_s, difference, track.share, _FUSED_S, stray=_STRAY_PX)
    axes = np.exp(_smoothed(time_s, np.log(track.rim[:, 2:]), track.share, _RADIUS_FUSED_S, stray=0.02))
    sure = _smoothed(time_s, track.share[:, None], np.where(track.known, 1.0, 0.0), _FUSED_S)[:, 0]
    fine = track.known & _bridged(time_s, seen) & (_cut(centre, axes, size_px) <= _MOST_CUT)
    centre[~fine], axes[~fine] = np.nan, np.nan
    return PlatePath(centre, axes, np.where(fine, np.clip(sure, 0, 1), 0.0))


def _smoothed(
    time_s: FloatArray, values: FloatArray, weight: FloatArray, sd_s: float, stray: float = np.inf
) -> FloatArray:
    """(T, 2) Gaussian-weighted local means; values far from the local median count less."""
    result = np.full(values.shape, np.nan)
    first = np.searchsorted(time_s, time_s - 2.5 * sd_s - _BRIDGED_S)
    last = np.searchsorted(time_s, time_s + 2.5 * sd_s + _BRIDGED_S, side="right")
    for frame in np.flatnonzero(np.isfinite(values[:, 0])):
        near = slice(first[frame], last[frame])
        near_weight = weight[near] * np.exp(-0.5 * ((time_s[near] - time_s[frame]) / sd_s) ** 2)
        used = (near_weight > 0) & np.isfinite(values[near, 0])
        if not used.any():
            continue
        here, heavy = values[near][used], near_weight[used, None]
        off = (here - np.median(here, axis=0)) / stray
        heavy = heavy / (1 + off**2)
        result[frame] = (heavy * here).sum(axis=0) / heavy.sum(axis=0)
    return result


def _bridged(time_s: FloatArray, seen: Flags) -> Flags:
    """(T,) where a rim was seen, or motion carried the plate over a short gap between two that were."""
    frames = np.flatnonzero(seen)
    after = np.clip(np.searchsorted(frames, np.arange(len(seen))), 1, len(frames) - 1)
    inside = (np.arange(len(seen)) >= frames[0]) & (np.arange(len(seen)) <= frames[-1])
    return np.asarray(seen | (inside & (time_s[frames[after]] - time_s[frames[after - 1]] <= _BRIDGED_S)))


def _cut(centre: FloatArray, axes: FloatArray, size_px: tuple[int, int]) -> FloatArray:
    """(T,) share of the rim that lies outside the picture."""
    x = centre[:, :1] + axes[:, :1] * np.cos(_RIM)
    y = centre[:, 1:] + axes[:, 1:] * np.sin(_RIM)
    outside = (x < 0) | (x > size_px[0] - 1) | (y < 0) | (y > size_px[1] - 1)
    return np.asarray(outside.mean(axis=1))
