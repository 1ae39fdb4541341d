"""Which of the plates that were followed is the one that is lifted, judged with the whole take in hand.

The lifted plate goes up and down as far as what the lifter's hands hold, and at the same time; plates on
racks, other people's and mirror images do not. Heads and trunks do as well, but are seen as a rim only in
parts, and change their size. What fails any test is not shown: a take without a trusted plate has none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.bar import Plate
from formcheck.bar.path import PlatePath, Track, fuse
from formcheck.bar.stack import OUTER, around, beside, continued, in_step, rings
from formcheck.pose import FloatArray

_SHORTEST_S = 0.3
_STEP_S = 0.25
_GAIN = (0.7, 1.6)
_MOVES = 0.02
_LEAST_TRAVEL = 0.25
_LEAST_CORRELATION = 0.85
_LEAST_SUPPORT = 0.55
_MOST_SPREAD = 0.04
_NARROWEST = 0.55
_LEAST_COVERED = 0.3
_JUST_SO, _MOSTLY_COVERED = 0.95, 0.5
_SIZE = (0.20, 0.55)
_HEAD_SIZE = 0.26
_OUTER_EVIDENCE = 0.3
_APART, _OUTSIDE = 0.10, 1.2
_NEARLY = 0.75
_SAME_RADIUS = 0.12
_SAME_PLACE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Lifting:
    """What is known of the lifter, T frames; pixels, y down.

    Attributes
    ----------
    time_s
        (T,) seconds.
    hands_px
        (T, 2) the middle of the wrists; NaN unseen.
    apart_px
        (T,) half of how far the wrists are apart, across the picture; NaN unseen.
    hands_moved_px
        (T, 2) displacement of what the hands hold since the frame before, camera motion removed; NaN unknown.
    head_px
        (T, 2) the middle of the head; NaN unseen.
    camera_px
        (T, 2) where the background has moved since the first frame.
    size_px
        (width, height) of the picture.
    tall_px
        How tall the lifter would stand in the picture.
    """

    time_s: FloatArray
    hands_px: FloatArray
    apart_px: FloatArray
    hands_moved_px: FloatArray
    head_px: FloatArray
    camera_px: FloatArray
    size_px: tuple[int, int]
    tall_px: float

    @property
    def heights(self) -> tuple[FloatArray, FloatArray]:
        """Two tellings of (T,) how low the hands are, camera motion removed: wrists, and what they hold."""
        return self.hands_px[:, 1] - self.camera_px[:, 1], np.nancumsum(self.hands_moved_px[:, 1])


def choose_plate(plates: Sequence[tuple[Plate, ...]], lifting: Lifting) -> PlatePath:
    """Choose the lifted plate among those that were followed, and clean its path without shifting time.

    Parameters
    ----------
    plates
        For each of the T frames the plates in it.
    lifting
        What is known of the lifter.
    """
    tracks = [t for t in _tracks(plates) if _lasts(t, lifting.time_s)]
    scores = [_score(track, lifting) for track in tracks]
    if not tracks or max(scores) <= 0:
        return PlatePath.none(len(plates))
    near = _nearest(tracks[int(np.argmax(scores))], tracks, lifting)
    for path in _put_together(near, tracks, lifting):
        if _trusted(path, lifting):
            return fuse(path, lifting.time_s, lifting.size_px)
    return PlatePath.none(len(plates))


def _put_together(near: Track, tracks: Sequence[Track], lifting: Lifting) -> Iterator[Track]:
    """Paths to try, the most complete one first: what was put together may be of two things."""
    yield _stitched(_outermost(near, tracks, lifting), tracks, lifting)
    yield _stitched(near, tracks, lifting)
    yield near


def _tracks(plates: Sequence[tuple[Plate, ...]]) -> list[Track]:
    seen: dict[int, dict[int, Plate]] = {}
    for frame, there in enumerate(plates):
        for plate in there:
            seen.setdefault(plate.track, {})[frame] = plate
    return [_track(followed, len(plates)) for followed in seen.values()]


def _track(followed: Mapping[int, Plate], frames: int) -> Track:
    """One rim in the frames in which it was followed."""
    start = min(followed)
    rows = np.full((max(followed) - start + 1, 7), np.nan)
    rows[:, 6] = 0.0
    for frame, plate in followed.items():
        place = plate.x_px, plate.y_px, *plate.axes_px, *plate.moved_px
        rows[frame - start] = *place, np.nan_to_num(plate.confidence)
    return Track(start, frames, rows)


def _lasts(track: Track, time_s: FloatArray) -> bool:
    return float(np.ptp(time_s[track.known])) >= _SHORTEST_S and track.support > 0


def _score(track: Track, lifting: Lifting) -> float:
    """How well a track fits the lifted plate, a steady one best; 0 or less: not at all."""
    if not (_plausible(track, lifting) and _rides(track, lifting)):
        return 0.0
    size = 2 * track.radius_px / lifting.tall_px
    steady = float(np.exp(-((_spread(track) / _MOST_SPREAD) ** 2)))
    return _evidence(track, lifting) * (track.support - 0.3) * size * steady


def _plausible(track: Track, lifting: Lifting) -> bool:
    """Whether size, steadiness and place are a plate's, not a head's."""
    size = 2 * track.radius_px / lifting.tall_px
    away = np.linalg.norm(track.rim[:, :2] - lifting.head_px, axis=1)[track.known]
    head = bool(np.nanmedian(away) < 0.6 * track.radius_px) if np.isfinite(away).any() else False
    return bool(
        _SIZE[0] <= size <= _SIZE[1]
        and track.support >= _LEAST_SUPPORT
        and _spread(track) <= _MOST_SPREAD
        and np.nanmedian(track.rim[:, 2] / track.rim[:, 3]) >= _NARROWEST
        and not (head and size < _HEAD_SIZE)
        and not _between_hands(track, lifting)
    )


def _between_hands(track: Track, lifting: Lifting) -> bool:
    """Whether it is between hands that are seen apart: there is the trunk, plates are outside of them."""
    aside = np.abs(track.rim[:, 0] - lifting.hands_px[:, 0])
    both = np.isfinite(aside + lifting.apart_px)
    if not both.any():
        return False
    apart = float(np.median(lifting.apart_px[both]))
    return bool(apart > _APART * lifting.tall_px and np.median(aside[both]) < _OUTSIDE * apart)


def _spread(track: Track) -> float:
    """How much the radius varies beside a steady growth: SD of its logarithm."""
    frames = np.flatnonzero(track.share > 0)
    logs = np.log(track.rim[frames, 3])
    line = np.polyval(np.polyfit(frames - frames.mean(), logs, 1), frames - frames.mean())
    return float(np.std(logs - line))


def _low(track: Track, lifting: Lifting) -> FloatArray:
    """(T,) how low the plate is, camera motion removed."""
    return np.asarray(track.rim[:, 1] - lifting.camera_px[:, 1])


def _rides(track: Track, lifting: Lifting) -> bool:
    """Whether it goes up and down at all, and with the hands."""
    travel = np.subtract(*np.nanpercentile(_low(track, lifting), (97, 3)))
    return bool(
        travel >= _LEAST_TRAVEL * 2 * track.radius_px and _agreement(track, lifting) >= _LEAST_CORRELATION
    )


def _agreement(track: Track, lifting: Lifting) -> float:
    """Correlation with the telling of the hands that it goes with better."""
    return max(_correlation(track, lifting, hands) for hands in lifting.heights)


def _correlation(track: Track, lifting: Lifting, hands: FloatArray) -> float:
    """Between the plate's steps and those of the hands, where the plate moves: hands also move without it."""
    mine, theirs, _ = _steps(lifting.time_s, _low(track, lifting), hands)
    moves = np.abs(mine) > _MOVES * lifting.tall_px
    if moves.sum() < 5 or min(np.std(mine[moves]), np.std(theirs[moves])) < 1e-6:
        return 0.0
    return float(np.corrcoef(mine[moves], theirs[moves])[0, 1])


def _evidence(track: Track, lifting: Lifting) -> float:
    """Seconds in which it moves as the hands do, less those in which it moves otherwise.

    Of the two tellings of the hands that one counts with which it goes better: wrists that are taken for
    something else jump about. Steps of a quarter second are compared; the nearer end of the bar may move
    further than the hands.
    """
    return max(_together(track, lifting, hands) for hands in lifting.heights)


def _together(track: Track, lifting: Lifting, hands: FloatArray) -> float:
    """These seconds by one telling of the hands."""
    mine, theirs, spans = _steps(lifting.time_s, _low(track, lifting), hands)
    gain = np.clip((mine**2).sum() / max((mine * theirs).sum(), 1e-9), *_GAIN)
    off = (mine - gain * theirs) / (0.35 * np.abs(gain * theirs) + 0.04 * track.radius_px)
    return float((spans * _moving(mine, lifting) * (np.exp(-(off**2)) - 0.4)).sum())


def _moving(steps: FloatArray, lifting: Lifting) -> FloatArray:
    """(N,) 0..1: whether something goes up or down in each step."""
    return np.minimum(np.abs(steps) / (_MOVES * lifting.tall_px), 1.0)


def _covered(track: Track, lifting: Lifting) -> float:
    """Of the seconds in which what the hands hold moves, the share in which this track does as well."""
    _, held = lifting.heights
    steps, spans = _steps(lifting.time_s, held)
    low = _low(track, lifting)
    mine, theirs, common = _steps(lifting.time_s, low, held)
    both = np.minimum(_moving(mine, lifting), _moving(theirs, lifting))
    return float((common * both).sum() / max((spans * _moving(steps, lifting)).sum(), 1e-9))


def _steps(time_s: FloatArray, *curves: FloatArray) -> tuple[FloatArray, ...]:
    """How far each curve went in steps of a quarter second where all are known, and the steps' seconds."""
    known = np.flatnonzero(np.all([np.isfinite(curve) for curve in curves], axis=0))
    after = np.searchsorted(time_s[known], time_s[known] + _STEP_S)
    inside = after < len(known)
    start, stop = known[inside], known[after[inside]]
    near = time_s[stop] - time_s[start] < 1.5 * _STEP_S
    start, stop = start[near], stop[near]
    seconds = np.diff(time_s, prepend=time_s[0])[start]
    return *(curve[stop] - curve[start] for curve in curves), seconds


def _outermost(core: Track, tracks: Sequence[Track], lifting: Lifting) -> Track:
    """The largest rim around the chosen one that is its stack's, completed by those within it.

    Plates on a sleeve differ in size, and rings within a plate are often seen better than its rim. A ring of
    the same disc is taken where it is seen nearly as well; another rim, which may touch the plate on one side
    and be clothes on the other, only where it is seen as well.
    """
    least = _OUTER_EVIDENCE * _evidence(core, lifting)
    moving = [track for track in tracks if _evidence(track, lifting) >= least]
    for track in sorted(moving, key=lambda t: t.radius_px):
        if around(track, core) and (track.support >= core.support or _ring(track, core, lifting)):
            core = track
    for track in sorted(moving, key=lambda t: -float(t.share.sum())):
        if (track.known & ~core.known).any() and around(core, track) and in_step(core, track):
            core = continued(core, track)
    return core


def _ring(outer: Track, inner: Track, lifting: Lifting) -> bool:
    """Whether two rims are rings of one plate, the outer one plausible by itself."""
    seen = outer.support >= _NEARLY * inner.support
    return seen and rings(outer, inner) and _score(outer, lifting) > 0


def _nearest(core: Track, tracks: Sequence[Track], lifting: Lifting) -> Track:
    """The end of the bar nearer to the camera: a larger plate elsewhere, seen and moving nearly as well."""
    worth = _evidence(core, lifting)
    for track in sorted(tracks, key=lambda t: t.radius_px):
        ratio = track.radius_px / core.radius_px
        if (
            OUTER[0] < ratio < OUTER[1]
            and track.support >= _NEARLY * core.support
            and _score(track, lifting) > 0
            and _evidence(whole := _stitched(track, tracks, lifting), lifting) >= 0.5 * worth
            and beside(whole, core)
        ):
            core = track
    return core


def _stitched(core: Track, tracks: Sequence[Track], lifting: Lifting) -> Track:
    """The chosen track with those that are the same plate before and after."""
    whole = core
    others = [t for t in tracks if t is not core and t.support >= _LEAST_SUPPORT]
    for track in sorted(others, key=lambda t: -float(t.share.sum())):
        overlap = (whole.known & track.known).sum()
        if overlap <= 0.1 * track.known.sum() and _same(whole, track, lifting):
            free = track.known & ~whole.known
            parts = [(one.rim, one.moved, one.share[:, None]) for one in (track, whole)]
            rim, moved, share = (np.where(free[:, None], new, old) for new, old in zip(*parts, strict=True))
            whole = Track.of(rim, moved, share[:, 0])
    return whole


def _same(whole: Track, track: Track, lifting: Lifting) -> bool:
    """Whether two tracks are one plate: of one size, in the same place beside the hands or in the picture."""
    if abs(np.log(track.radius_px / whole.radius_px)) > _SAME_RADIUS:
        return False
    limit = _SAME_PLACE * whole.radius_px
    beside = np.linalg.norm(_beside_hands(whole, lifting) - _beside_hands(track, lifting))
    return bool(beside < limit or _jump(whole, track) < 0.5 * limit)


def _beside_hands(track: Track, lifting: Lifting) -> FloatArray:
    """(2,) where it typically is, seen from the hands; NaN where they were never seen with it."""
    away = track.rim[:, :2] - lifting.hands_px
    away = away[np.isfinite(away).all(axis=1)]
    return np.median(away, axis=0) if len(away) else np.full(2, np.nan)


def _jump(whole: Track, track: Track) -> float:
    """How far a track begins or ends from where the other one was last or is next."""
    frames, own = np.flatnonzero(whole.known), np.flatnonzero(track.known)
    before, after = frames[frames < own[0]], frames[frames > own[-1]]
    pairs = [(frame, own[0]) for frame in before[-1:]] + [(frame, own[-1]) for frame in after[:1]]
    return min((float(np.linalg.norm(whole.rim[a, :2] - track.rim[b, :2])) for a, b in pairs), default=np.inf)


def _trusted(whole: Track, lifting: Lifting) -> bool:
    """Whether the whole path passes every test, and turns as often as the hands or moves just as they do."""
    covered = _covered(whole, lifting)
    if not (_plausible(whole, lifting) and _rides(whole, lifting)) or covered < _LEAST_COVERED:
        return False
    low = _low(whole, lifting)
    known = np.isfinite(low)
    turns = _turns(low[known])
    alike = any(abs(turns - _turns(hands[known])) <= 1 for hands in lifting.heights)
    return alike or (covered >= _MOSTLY_COVERED and _agreement(whole, lifting) >= _JUST_SO)


def _turns(low: FloatArray) -> int:
    """How often a curve turns by more than 0.4 of its range."""
    low = low[np.isfinite(low)]
    if not len(low):
        return 0
    limit = 0.4 * float(np.ptp(low))
    turns, way, extreme = 0, 0, low[0]
    for value in low:
        if way == 0:
            way = int(np.sign(value - extreme)) if abs(value - extreme) > limit else 0
            extreme = value if way else extreme
        elif way * (value - extreme) > 0:
            extreme = value
        elif way * (extreme - value) > limit:
            turns, way, extreme = turns + 1, -way, value
    return turns
