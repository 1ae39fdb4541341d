"""Follows weight plates from frame to frame: rims found now and then, carried on by the picture's motion.

Which of them is the one that is lifted is not decided here (see `formcheck.bar.choose`): every rim near
anybody's hands that holds is followed, static ones as well, up to a fixed number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.bar import Plate
from formcheck.bar.plate import ASPECTS, Edges, alike, distinct, find_rims, rim_support
from formcheck.bar.rim import FOLLOWED, fit_rims, median
from formcheck.bar.window import Window
from formcheck.pose import FloatArray, Pose
from formcheck.pose.size import tall_px
from formcheck.skeleton import HEAD, WRISTS
from formcheck.video import Frame
from formcheck.video.picture import Image

_PIXELS = 720 * 405
_WINDOW = (0.85, 0.6)
_RADII = (0.08, 0.28)
_SMALLEST_PX = 8.0
_SEARCH_EVERY_S = 0.2
_SEARCH_SETTLED_S = 0.8
_REMEMBERED_S = 0.3
_MOST_TRACKS = 8
_MOST_SETTLED = 5
_BORN_SUPPORT = 0.35
_FITTED_SHARE = 0.35
_FARTHEST_FIT = 0.2
_COAST_S = 0.5
_SETTLED_LIFT = 1.5
_LOYAL = 0.3
_BETTER = 0.15


_RINGS = ((0.3, 4), (0.6, 6), (0.85, 9))
_DISC = np.concatenate(
    [
        share * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for share, count in _RINGS
        for turn in [share + np.linspace(0, 2 * np.pi, count, endpoint=False)]
    ]
)
"""Places in the unit disc whose motion is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class _Person:
    """Where somebody's hands and head are, and how tall they would stand; pixels of the small picture."""

    hands: FloatArray
    head: FloatArray
    tall: float


@dataclass(slots=True, eq=False)
class _Track:
    """One rim that is followed.

    `rim` is where it is now, `share` how much of the rim the fits find (a running mean), `lift` the evidence
    that it moves as somebody's hands do, `anchor` its height and that of the hands at the last search.
    """

    number: int
    rim: FloatArray
    share: float
    seen_s: float
    now: float = 0.0
    moved: FloatArray | None = None
    fitted: FloatArray | None = None
    lift: float = 0.0
    anchor: tuple[float, float] | None = None
    old: bool = False


class PlateTracker:
    """Follows all plates near anybody's hands; keeps state until `reset`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything: call it between videos."""
        self._luma: Image | None = None
        self._tracks: list[_Track] = []
        self._count = 0
        self._strong = 0.0
        self._searched_s = self._looked_s = -math.inf
        self._persons: list[_Person] = []
        self._searches = 0

    def update(self, frame: Frame, people: Sequence[Pose]) -> tuple[Plate, ...]:
        """The plates of this frame, in pixels of the whole picture.

        Parameters
        ----------
        frame
            The picture; frames must come in order.
        people
            Everybody in it, the likeliest lifter first.
        """
        zoom = _zoom(frame)
        luma = frame.picture.shrunk(zoom)
        before, self._luma = self._luma, luma
        if before is not None and before.shape != luma.shape:
            self.reset()
            self._luma, before = luma, None
        if people:
            self._persons = [person for pose in people if (person := _person(pose, zoom)) is not None]
            self._looked_s = frame.time_s
        wait = _SEARCH_SETTLED_S if self._settled() else _SEARCH_EVERY_S
        search = frame.time_s - self._searched_s >= wait and self._remembered(frame.time_s)
        if not search and not self._tracks:
            return ()
        size_px = luma.shape[::-1]
        window = Window.whole(size_px) if search else Window.around(self._rims(), size_px)
        tint = window.cut_tint(frame.picture.tint(zoom))
        edges = Edges.of(window.even_out(luma), tint, None if search else self._strong)
        if before is not None and self._tracks:
            self._follow(window.cut(before), window.cut(luma), edges, window.origin_px, frame.time_s)
            self._tracks = [track for track in self._tracks if _in(track.rim, luma)]
        if search:
            self._strong = edges.strong
            self._search(edges, frame.time_s)
        return tuple(_plate(track, zoom) for track in self._tracks)

    def _settled(self) -> bool:
        return any(track.lift > _SETTLED_LIFT and track.share > 0.6 for track in self._tracks)

    def _rims(self) -> FloatArray:
        return np.array([track.rim for track in self._tracks])

    def _follow(
        self, before: Image, luma: Image, edges: Edges, origin_px: tuple[int, int], time_s: float
    ) -> None:
        """Carry every track on by the motion of its disc and fit its rim where it now is.

        All pictures begin at `origin_px` of the whole one.
        """
        origin = np.array([*origin_px, 0, 0])
        rims = self._rims() - origin
        moved, sure = disc_motion(before, luma, rims)
        guess = rims.copy()
        guess[:, :2] += moved
        fitted, share = fit_rims(edges, guess, rounds=FOLLOWED)
        radius = guess[:, 2]
        fine = (
            (share >= _FITTED_SHARE)
            & (np.linalg.norm(fitted[:, :2] - guess[:, :2], axis=1) < _FARTHEST_FIT * radius)
            & (np.abs(np.log(fitted[:, 2] / radius)) < _FARTHEST_FIT / 2)
        )
        guess, fitted = guess + origin, fitted + origin
        for row, track in enumerate(self._tracks):
            track.moved = moved[row] if sure[row] else np.zeros(2)
            track.now = float(share[row]) if fine[row] else 0.0
            track.share += 0.1 * (track.now - track.share)
            track.rim = guess[row]
            track.fitted = fitted[row] if fine[row] else None
            if fine[row]:
                track.seen_s = time_s
                track.rim = guess[row] + np.array([0.5, 0.5, 0.1, 0.1]) * (fitted[row] - guess[row])
        self._tracks = [track for track in self._tracks if time_s - track.seen_s <= _COAST_S]

    def _remembered(self, time_s: float) -> bool:
        """Whether people were seen a moment ago: they are looked at less often than plates are looked for."""
        return bool(self._persons) and time_s - self._looked_s <= _REMEMBERED_S

    def _search(self, edges: Edges, time_s: float) -> None:
        """Look for new rims around one person's hands, and keep the tracks that are worth it."""
        persons = self._persons
        person, aspects = self._turn(persons)
        self._searched_s, self._searches = time_s, self._searches + 1
        if self._looked_s == time_s:
            for track in self._tracks:
                _weigh(track, persons)
        lift = min(float(np.median([track.lift for track in self._tracks] or [0.0])), 0.0)
        for rim, share in zip(*_near(edges, person, aspects), strict=True):
            same = [track for track in self._tracks if alike(rim, track.rim)]
            if not same:
                self._tracks.append(_Track(self._count, rim, share, time_s, share, fitted=rim, lift=lift))
                self._count += 1
            elif all(share > track.share + _BETTER for track in same):
                _seat(max(same, key=lambda track: track.lift), rim, share, time_s)
        worth = np.array([_worth(track, persons) for track in self._tracks])
        most = _MOST_SETTLED if self._settled() else _MOST_TRACKS
        kept = distinct(np.array([t.rim for t in self._tracks]).reshape(-1, 4), worth, most)
        self._tracks = [self._tracks[index] for index in sorted(kept)]

    def _turn(self, persons: Sequence[_Person]) -> tuple[_Person, tuple[float, ...]]:
        """Whose hands to look around, and for which widths: the likeliest lifter's every other time."""
        others = len(persons) - 1
        rounds = self._searches // 2 if others else self._searches
        aspects = ASPECTS[rounds % 2 :: 2] if self._tracks else ASPECTS
        if others and self._searches % 2:
            return persons[1 + rounds % others], aspects
        return persons[0], aspects


def _seat(track: _Track, rim: FloatArray, share: float, time_s: float) -> None:
    """Put a track that has slipped on the rim that was found beside it."""
    track.rim = track.fitted = rim
    track.share = track.now = share
    track.seen_s = time_s


def _zoom(frame: Frame) -> float:
    """At which a frame has at most so many pixels."""
    width, height = frame.picture.size_px
    return min(1.0, math.sqrt(_PIXELS / (height * width)))


def _person(pose: Pose, zoom: float) -> _Person | None:
    hands = pose.xy_px[WRISTS].mean(axis=0) * zoom
    world_m = np.full((len(pose.xy_px), 3), np.nan) if pose.world_m is None else pose.world_m
    tall = tall_px(pose.xy_px[None], world_m[None]) * zoom
    if not np.isfinite([*hands, tall]).all() or tall < 40:
        return None
    return _Person(hands, pose.xy_px[HEAD].mean(axis=0) * zoom, tall)


def _in(rim: FloatArray, luma: Image) -> bool:
    """Whether a rim's centre lies in the picture."""
    height, width = luma.shape
    return bool(0 <= rim[0] < width and 0 <= rim[1] < height)


def _near(edges: Edges, person: _Person, aspects: tuple[float, ...]) -> tuple[FloatArray, list[float]]:
    """(N, 4) rims around a person's hands, fitted, and how much of each was found."""
    height, width = edges.luma.shape
    half = np.array(_WINDOW) * person.tall
    x0, y0 = 2 * (np.clip(person.hands - half, 0, (width, height)) // 2).astype(int)
    x1, y1 = np.clip(person.hands + half, 0, (width, height)).astype(int)
    if min(x1 - x0, y1 - y0) < 40:
        return np.zeros((0, 4)), []
    low, high = max(_RADII[0] * person.tall, _SMALLEST_PX), _RADII[1] * person.tall
    part = edges.cut(x0, y0, x1, y1)
    rims, _ = find_rims(part, (low, high), aspects)
    rims, share = fit_rims(part, fit_rims(part, rims)[0])
    support = rim_support(part, rims)
    good = (support > _BORN_SUPPORT) & (share > _FITTED_SHARE)
    good &= (rims[:, 2] > low) & (rims[:, 2] < 1.1 * high)
    rims, share = rims[good], share[good]
    kept = distinct(rims, share, _MOST_TRACKS)
    return rims[kept] + np.array([x0, y0, 0, 0]), [float(share[index]) for index in kept]


def _worth(track: _Track, persons: Sequence[_Person]) -> float:
    return (
        4.0 * track.share
        + track.lift
        + _LOYAL * track.old
        + max(_likely(track.rim, person) for person in persons)
    )


def _likely(rim: FloatArray, person: _Person) -> float:
    """How likely a rim is the plate that this person holds, from its size and place alone; 0 at best."""
    size = np.log(2 * rim[2] / (0.3 * person.tall)) / 0.4
    away = np.abs(rim[:2] - person.hands) / person.tall
    far = np.clip((away - np.array([0.35, 0.12])) / np.array([0.3, 0.15]), 0, 2)
    head = np.linalg.norm(rim[:2] - person.head) < 0.6 * rim[2] and 2 * rim[2] < 0.26 * person.tall
    return float(-0.25 * size**2 - 0.2 * (far**2).sum() - 0.5 * (1 - rim[3]) - 1.5 * head)


def _weigh(track: _Track, persons: Sequence[_Person]) -> None:
    """Compare how far a track went up or down since the last search with how far the nearest hands did."""
    person = min(persons, key=lambda one: float(np.linalg.norm(one.hands - track.rim[:2])))
    here = float(track.rim[1]), float(person.hands[1])
    if track.anchor is not None:
        plate, hands = here[0] - track.anchor[0], here[1] - track.anchor[1]
        off = (plate - hands) / (0.35 * abs(hands) + 0.01 * person.tall)
        way = min(abs(hands) / (0.27 * person.tall), 0.4)
        track.lift = 0.97 * track.lift + 3.0 * way * (math.exp(-(off**2)) - 0.3)
    track.anchor, track.old = here, True


def _plate(track: _Track, zoom: float) -> Plate:
    rim = track.rim if track.fitted is None else track.fitted
    moved = np.zeros(2) if track.moved is None else track.moved
    return Plate(
        track=track.number,
        x_px=float((rim[0] + 0.5) / zoom - 0.5),
        y_px=float((rim[1] + 0.5) / zoom - 0.5),
        axes_px=(float(rim[2] * rim[3] / zoom), float(rim[2] / zoom)),
        confidence=track.now,
        moved_px=(float(moved[0] / zoom), float(moved[1] / zoom)),
    )


def disc_motion(before: Image, after: Image, rims: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """How the discs within rims moved, by the median of points in each (Kalal et al. 2010, median flow).

    Parameters
    ----------
    before, after
        Luma of two frames.
    rims
        (N, 4) in the first.

    Returns
    -------
    (N, 2) pixels, 0 where it cannot be told; and (N,) whether it can.
    """
    spread = np.stack([rims[:, 2] * rims[:, 3], rims[:, 2]], axis=1)
    start = (rims[:, None, :2] + _DISC * spread[:, None]).astype(np.float32).reshape(-1, 1, 2)
    there, found = _flow(before, after, start)
    shape = len(rims), len(_DISC)
    good = found.reshape(shape)
    steps = (there - start).reshape(*shape, 2).astype(np.float64)
    sure = good.sum(axis=1) >= 5
    middle = np.stack([median(steps[:, :, axis], good) for axis in (0, 1)], axis=1)
    apart = np.linalg.norm(steps - middle[:, None], axis=2)
    with_it = good & (apart < np.maximum(1.0, 0.15 * np.linalg.norm(middle, axis=1))[:, None])
    moved = (steps * with_it[:, :, None]).sum(axis=1) / np.maximum(with_it.sum(axis=1), 1)[:, None]
    moved = np.where((with_it.sum(axis=1) >= 4)[:, None], moved, middle) * sure[:, None]
    return moved, sure


def _flow(
    before: Image, after: Image, points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, np.empty(0, np.float32), winSize=(15, 15), maxLevel=3,
        criteria=(3, 12, 0.03), minEigThreshold=1e-3,
    )  # fmt: skip
    return np.asarray(there, dtype=np.float32), np.asarray(found)[:, 0] > 0
