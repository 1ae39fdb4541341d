"""Which of the people in view is lifting.

Judged with the whole take in hand: the lifter is the one whose two hands, or what hidden hands hold, travel
up and down together while the hips stay over one place. Neither the largest nor the first nor the steadiest
person is taken for it, and where the lifter is lost nobody else stands in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.errors import NoLifter
from formcheck.pose import FloatArray, Pose
from formcheck.pose.size import trunk_of
from formcheck.skeleton import HIPS, SHOULDERS, WRISTS

_WINDOW_S = 3.0
_HOP_S = 1.0
_SETTLED_S = 1.0
_TURNED_DISCOUNT = 0.4
_GOOD_COVERAGE = 0.5
_HANDS_SEEN = 0.3
_SHOULDERS_FOLLOW = 0.3


@dataclass(frozen=True, slots=True)
class Choice:
    """Who lifts.

    Attributes
    ----------
    persons
        The estimator's numbers of the lifter: several where the lifter was lost and found again.
    upright
        Whether the lifter was found in the upright picture.
    people
        How many people were followed for a second or more.
    """

    persons: frozenset[int]
    upright: bool
    people: int


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """One followed person as arrays: (N,) seconds, (N, K, 2) points, trunk length in pixels.

    `held_px` (N,) is how far what the hands hold has gone down since the start; 0 where not followed;
    `hands_seen` (N,) is the network's belief in the wrists.
    """

    person: int
    upright: bool
    time_s: FloatArray
    xy_px: FloatArray
    trunk_px: float
    held_px: FloatArray
    hands_seen: FloatArray

    @property
    def hips(self) -> FloatArray:
        """(N, 2) middle of the hips."""
        return np.asarray(self.xy_px[:, HIPS].mean(axis=1))

    @property
    def trunks(self) -> FloatArray:
        """(N, 2) from the middle of the hips to that of the shoulders."""
        return np.asarray(self.xy_px[:, SHOULDERS].mean(axis=1) - self.hips)


def choose_lifter(
    time_s: FloatArray,
    people: Sequence[tuple[Pose, ...]],
    held: Mapping[int, FloatArray] | None = None,
) -> Choice:
    """Choose the lifter among the people of a take.

    Parameters
    ----------
    time_s
        (T,) seconds.
    people
        For each frame the people in it.
    held
        By person, (T,) how far what the hands hold moved down since the frame before, in pixels; NaN where
        it was not followed. It tells a lifter whose hands are hidden behind a plate.

    Raises
    ------
    NoLifter
        Nobody was followed for a second.
    """
    tracks = _tracks(time_s, people, held or {})
    settled = [t for t in tracks if np.ptp(t.time_s) >= min(_SETTLED_S, 0.5 * np.ptp(time_s))]
    if not settled:
        raise NoLifter(
            "expected a person to follow, found nobody for as long as a second",
            "Film the whole lifter, 3 to 5 m away, in good light.",
        )
    largest = max(track.trunk_px for track in settled)
    upright = max((_coverage(t, time_s) for t in settled if t.upright), default=0.0)
    turned = _TURNED_DISCOUNT if upright >= _GOOD_COVERAGE else 1.0
    best = max(
        settled,
        key=lambda t: _score(t, largest) * _coverage(t, time_s) * (1.0 if t.upright else turned),
    )
    persons = _joined(best, tracks)
    others = sum(track.person not in persons for track in settled)
    return Choice(persons, best.upright, 1 + others)


def _tracks(
    time_s: FloatArray, people: Sequence[tuple[Pose, ...]], held: Mapping[int, FloatArray]
) -> list[_Track]:
    rows: dict[int, list[tuple[int, Pose]]] = {}
    for frame, poses in enumerate(people):
        for pose in poses:
            rows.setdefault(pose.person, []).append((frame, pose))
    unknown = np.full(len(time_s), np.nan)
    tracks = []
    for person, seen in rows.items():
        xy_px = np.array([pose.xy_px for _, pose in seen])
        trunks = np.array([trunk_of(pose) for _, pose in seen])
        tracks.append(
            _Track(
                person,
                seen[0][1].upright,
                time_s[[frame for frame, _ in seen]],
                xy_px,
                _typical(trunks),
                np.nancumsum(held.get(person, unknown))[[frame for frame, _ in seen]],
                np.array([pose.confidence[WRISTS].mean() for _, pose in seen]),
            )
        )
    return tracks


def _typical(trunks_px: FloatArray) -> float:
    """Median of the known lengths, at least one pixel."""
    known = trunks_px[np.isfinite(trunks_px)]
    return max(float(np.median(known)), 1.0) if len(known) else 1.0


def _coverage(track: _Track, time_s: FloatArray) -> float:
    """Share of the take during which a person was followed, gaps of up to half a second bridged."""
    span = float(np.ptp(time_s)) or 1.0
    steps = np.diff(track.time_s)
    return float(steps[steps <= 0.5].sum() / span)


def _score(track: _Track, largest_px: float) -> float:
    """Travel of the hands up and down together, in trunk lengths, summed over the take's windows.

    Of hands that are hidden, what they hold tells more.
    """
    wrists = track.xy_px[:, WRISTS, 1] / track.trunk_px
    hips = track.hips / track.trunk_px
    shoulders = track.xy_px[:, SHOULDERS].mean(axis=1) / track.trunk_px
    held = track.held_px / track.trunk_px
    total = 0.0
    for start_s in np.arange(track.time_s[0], track.time_s[-1], _HOP_S):
        inside = (track.time_s >= start_s) & (track.time_s < start_s + _WINDOW_S)
        if inside.sum() < 5:
            continue
        together = _spread(wrists[inside].mean(axis=1))
        apart = _spread(wrists[inside, 0] - wrists[inside, 1])
        walked = _spread(hips[inside, 0])
        hands = together - 0.5 * apart
        if np.median(track.hands_seen[inside]) < _HANDS_SEEN:
            hands = max(hands, _held_by(shoulders[inside], hips[inside], held[inside]))
        total += max(hands, 0.0) * float(np.exp(-((walked / 0.7) ** 2)))
    size = track.trunk_px / largest_px
    score = float((total + 0.05) * np.sqrt(size))
    return score if np.isfinite(score) else 0.0


def _held_by(shoulders: FloatArray, hips: FloatArray, held: FloatArray) -> float:
    """Travel of what the hands hold, where it may be theirs: of somebody who lies, or whose shoulders follow.

    The bar of a lifter behind moves around the hands of somebody seated in front, too.
    """
    way = _spread(held)
    trunks = shoulders - hips
    trunks = trunks[np.isfinite(trunks).all(axis=1)]
    if not len(trunks):
        return 0.0
    trunk = np.abs(np.median(trunks, axis=0))
    follows = _spread(shoulders[:, 1]) > _SHOULDERS_FOLLOW * way
    return way if follows or trunk[0] > trunk[1] else 0.0


def _spread(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0
    low, high = np.percentile(known, (5, 95))
    return float(high - low)


def _joined(best: _Track, tracks: Sequence[_Track]) -> frozenset[int]:
    """The chosen person with the tracks that go on where theirs breaks off."""
    persons = {best.person}
    before, after = best, best
    for track in sorted(tracks, key=lambda t: float(t.time_s[0])):
        if track.time_s[0] > after.time_s[-1] and _continues(after, track):
            persons.add(track.person)
            after = track
    for track in sorted(tracks, key=lambda t: -float(t.time_s[-1])):
        if track.time_s[-1] < before.time_s[0] and _continues(track, before):
            persons.add(track.person)
            before = track
    return frozenset(persons)


def _continues(earlier: _Track, later: _Track) -> bool:
    """Whether a track begins where another ended: same place, same size, same way up.

    In which picture they were found, upright or turned, does not matter.
    """
    ratio = later.trunk_px / earlier.trunk_px
    jump = float(np.linalg.norm(later.hips[0] - earlier.hips[-1])) / earlier.trunk_px
    same_way = float(later.trunks[0] @ earlier.trunks[-1]) > 0
    return same_way and 0.6 < ratio < 1.7 and jump < 0.6
