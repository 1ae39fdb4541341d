"""Rims of one stack of plates: one around another, moving with it."""

import numpy as np

from formcheck.bar.path import Track

OUTER = (1.06, 1.6)
"""How many times larger an outer rim is than one within it."""

_CONTAINS = 1.08
_STEADY = 0.04


def around(outer: Track, inner: Track) -> bool:
    """Whether one rim is larger than another and around it for as long as both are followed."""
    low, high = OUTER
    both = outer.known & inner.known
    if not low < outer.radius_px / inner.radius_px < high:
        return False
    if both.sum() < 0.5 * min(outer.known.sum(), inner.known.sum()):
        return False
    apart = np.abs(outer.rim[both, :2] - inner.rim[both, :2])
    room = _CONTAINS * outer.rim[both, 2:] - inner.rim[both, 2:]
    return bool((np.median(apart - room, axis=0) <= 0).all())


def in_step(outer: Track, inner: Track) -> bool:
    """Whether an inner rim keeps its place within the outer one."""
    both = outer.known & inner.known
    away = (outer.rim[both, :2] - inner.rim[both, :2]) / outer.rim[both, 3:]
    return bool(np.abs(away - np.median(away, axis=0)).mean(axis=0).max() <= _STEADY)


def continued(outer: Track, inner: Track) -> Track:
    """An outer rim, where it was not followed placed by an inner one, which moves with it."""
    both, free = outer.known & inner.known, inner.known & ~outer.known
    radius = inner.rim[:, 3:]
    away = np.median((outer.rim[both, :2] - inner.rim[both, :2]) / radius[both], axis=0)
    larger = np.median(outer.rim[both, 2:] / inner.rim[both, 2:], axis=0)
    rim, moved, share = outer.rim.copy(), outer.moved.copy(), outer.share.copy()
    rim[free, :2] = inner.rim[free, :2] + away * radius[free]
    rim[free, 2:] = inner.rim[free, 2:] * larger
    moved[free], share[free] = inner.moved[free], inner.share[free]
    return Track.of(rim, moved, share)
