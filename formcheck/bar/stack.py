"""How two rims lie to each other: one stack of plates, one around another, or two ends of the bar."""

import numpy as np

from formcheck.bar.path import Track

OUTER = (1.06, 1.6)
"""How many times larger an outer rim is than one within it."""

_CONTAINS = 1.08
_STEADY = 0.04
_ONE_CENTRE = 0.1
_ONE_RATIO = 0.02


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


def rings(outer: Track, inner: Track) -> bool:
    """Whether two rims are of one disc: they keep one centre and the ratio of their radii."""
    both = outer.known & inner.known
    apart = (outer.rim[both, :2] - inner.rim[both, :2]) / outer.rim[both, 3:]
    ratio = np.log(outer.rim[both, 3] / inner.rim[both, 3])
    return bool(
        (np.abs(np.median(apart, axis=0)) <= _ONE_CENTRE).all()
        and np.abs(ratio - np.median(ratio)).mean() <= _ONE_RATIO
        and in_step(outer, inner)
    )


def beside(one: Track, other: Track) -> bool:
    """Whether two rims are seen at once in different places: not one within the other."""
    both = one.known & other.known
    if not both.any():
        return False
    apart = np.linalg.norm(one.rim[both, :2] - other.rim[both, :2], axis=1)
    return bool(np.median(apart) > other.radius_px)


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
