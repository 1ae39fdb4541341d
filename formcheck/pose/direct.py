"""The default estimator: the networks run by ourselves, so that we decide whom they follow.

Everybody found is followed, each in a region of their own, and nobody is chosen here: who lifts is judged
later, with the whole take in hand (`formcheck.lifter`). The busiest pair of hands is looked at in every
frame, the others a few times a second.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import exp, pi, sqrt
from pathlib import Path

import numpy as np

from formcheck.models import ensure_models, networks_of
from formcheck.pose import FloatArray, Pose
from formcheck.pose.networks import Detector, Landmarker, Landmarks
from formcheck.pose.region import Region
from formcheck.settings import Preset
from formcheck.skeleton import BLAZEPOSE, HIPS, INDEX, WRISTS
from formcheck.video import Frame
from formcheck.video.picture import Picture

MAX_PEOPLE = 4
_SEARCH_EVERY_S = 0.5
_SEARCH_LOST_EVERY_S = 0.15
_TURNED_EVERY_S = 1.0
_OTHERS_EVERY_S = 0.16
_LOST_AFTER_S = 0.4
_FORGET_AFTER_S = 1.0
_FORGET_SETTLED_AFTER_S = 5.0
_FORETOLD_S, _BEHIND_S = 0.25, 1 / 30
_PRESENT = 0.5
_STILL_PRESENT = 0.3
_SETTLED_HITS = 15
_SETTLED_SIZE = (0.55, 1.5)
_HOME_S = 2.0
_TURNS = (pi / 2, -pi / 2, pi)
_AGAIN = 2
_LEANS_RAD = 0.12
_ACTIVITY_S = 6.0
_OUTDONE = 1.5
_PLAINLY = 0.1
_TRUNK = [INDEX[f"{side}_{name}"] for name in ("shoulder", "hip") for side in ("left", "right")]


@dataclass(slots=True, eq=False)
class _Track:
    """One person being followed."""

    person: int
    region: Region
    upright: bool
    seen_s: float
    looked_s: float
    hits: int = 0
    pose: Pose | None = None
    home: Region | None = None
    before: tuple[float, Region] | None = None
    lately: deque[tuple[float, float, float, float]] = field(default_factory=deque)

    def region_at(self, time_s: float) -> Region:
        """Where the person should be by now: they move on as between the last two looks.

        A region that lags behind a movement draws the network's points after it, hidden ones most. By a frame
        it may: then who passes by leaves the region, and the person who was followed stays in it.
        """
        if self.before is None or self.pose is None:
            return self.region
        before_s, before = self.before
        step_s, ahead_s = self.seen_s - before_s, max(time_s - self.seen_s - _BEHIND_S, 0.0)
        if max(step_s, ahead_s) > _FORETOLD_S:
            return self.region
        return self.region.blended(before, 1.0 + ahead_s / step_s)

    def take(self, time_s: float, landmarks: Landmarks) -> None:
        """Accept a new look at the person."""
        self.looked_s = time_s
        self.pose = None
        least = _STILL_PRESENT if self.hits >= _SETTLED_HITS else _PRESENT
        if landmarks.score < least or not self._plausible(landmarks):
            if self.lost(time_s):
                self.region = self.home or self.region
            return
        keep = list(BLAZEPOSE)
        passed_s = time_s - self.seen_s
        self.before = (self.seen_s, self.region) if self.hits else None
        self.seen_s = time_s
        self.hits += 1
        self.region = landmarks.next_region
        self.home = self.region.blended(self.home, 1 - exp(-passed_s / _HOME_S)) if self.home else self.region
        self.pose = Pose(
            xy_px=landmarks.xy_px[keep],
            confidence=landmarks.confidence[keep],
            score=landmarks.score,
            person=self.person,
            upright=self.upright,
            world_m=landmarks.world_m[keep],
        )
        left, right = self.pose.xy_px[WRISTS, 1]
        self.lately.append((time_s, left, right, self.pose.xy_px[HIPS, 0].mean()))

    def _plausible(self, landmarks: Landmarks) -> bool:
        """Whether this is the same person by size.

        Nobody doubles from one look to the next, and who is long known stays about as large as they have
        been for seconds: one who walks by closer to the camera is larger.
        """
        size_px = landmarks.next_region.size_px
        if not (0.4 < size_px / self.region.size_px < 2.5 and size_px > 20):
            return False
        if self.home is None or self.hits < _SETTLED_HITS:
            return True
        low, high = _SETTLED_SIZE
        return low < size_px / self.home.size_px < high

    def lost(self, now_s: float) -> bool:
        """Whether the person has been out of sight for longer than a dip of the network's belief."""
        return now_s - self.seen_s > _LOST_AFTER_S

    def forgotten(self, now_s: float) -> bool:
        """Whether the person has been out of sight for too long; a settled one is awaited longer."""
        patience_s = _FORGET_SETTLED_AFTER_S if self.hits >= _SETTLED_HITS else _FORGET_AFTER_S
        return now_s - self.seen_s > patience_s

    def activity(self, now_s: float) -> float:
        """How far, in pixels, both hands lately went up and down together over standing hips.

        A little for being large and long known keeps the choice steady before anybody lifts; who is out of
        sight does nothing.
        """
        while self.lately and self.lately[0][0] < now_s - _ACTIVITY_S:
            self.lately.popleft()
        if self.lost(now_s):
            return 0.0
        presence = 0.001 * self.region.size_px * sqrt(min(self.hits, 100))
        if len(self.lately) < 3:
            return presence
        _, left, right, hips = np.array(self.lately).T
        together = np.ptp((left + right) / 2) - 0.5 * np.ptp(left - right)
        walked = np.ptp(hips) / self.region.size_px
        return float(max(together, 0.0) * np.exp(-((walked / 0.4) ** 2))) + presence


class DirectPose:
    """BlazePose on LiteRT with regions of our own; raw landmarks, no causal smoothing.

    Parameters
    ----------
    detector, landmarker
        The two networks.
    """

    name = "direct"

    def __init__(self, detector: Detector, landmarker: Landmarker) -> None:
        self._detector = detector
        self._landmarker = landmarker
        self.reset()

    @classmethod
    def load(cls, *, preset: Preset, models_dir: Path, threads: int) -> "DirectPose":
        """Load the networks of a preset, fetching what is missing."""
        detector, landmarks = networks_of(preset)
        paths = ensure_models([detector, landmarks], models_dir)
        return cls(Detector(paths[detector], threads=1), Landmarker(paths[landmarks], threads=threads))

    def reset(self) -> None:
        """Forget everybody."""
        self._tracks: list[_Track] = []
        self._searched_s = self._turned_s = -np.inf
        self._people = 0
        self._lead = -1

    def estimate(self, frames: Sequence[Frame]) -> list[tuple[Pose, ...]]:
        """Poses of everybody looked at in each frame, the busiest hands first."""
        return [self._step(frame) for frame in frames]

    def _step(self, frame: Frame) -> tuple[Pose, ...]:
        self._follow(frame)
        self._search(frame)
        now = [t for t in self._tracks if t.pose is not None and t.looked_s == frame.time_s]
        now.sort(key=lambda track: track.person != self._lead)
        return tuple(track.pose for track in now if track.pose is not None)

    def _follow(self, frame: Frame) -> None:
        self._choose_lead(frame.time_s)
        for track in self._tracks:
            if track.person == self._lead or frame.time_s - track.looked_s >= _OTHERS_EVERY_S:
                region = track.region_at(frame.time_s)
                track.take(frame.time_s, self._look(frame.picture, region))
        alive = [track for track in self._tracks if not track.forgotten(frame.time_s)]
        self._tracks = _without_doubles(alive)

    def _look(self, picture: Picture, region: Region) -> Landmarks:
        """Landmarks of the person in a region; where they lean in it, of the same square turned with them.

        The network draws joints of one who leans in the region toward where they would be of one who does
        not: 20 degrees move the hip by 3 % of the stature, 40 by 10 %. Only the turn is changed: a region
        that moved on as well would move to who is next to them.
        """
        found = self._landmarker.find(picture, region)
        for _ in range(_AGAIN):
            if found.score < _PRESENT or abs(region.turn_to(found.next_region)) < _LEANS_RAD:
                break
            region = replace(region, turn_rad=found.next_region.turn_rad)
            found = self._landmarker.find(picture, region)
        return found

    def _choose_lead(self, now_s: float) -> None:
        """Look most closely at the busiest hands; whoever leads stays so unless clearly outdone."""
        activity = {track.person: track.activity(now_s) for track in self._tracks}
        if not activity:
            return
        busiest = max(activity, key=lambda person: activity[person])
        if activity[busiest] > _OUTDONE * activity.get(self._lead, 0.0):
            self._lead = busiest

    def _search(self, frame: Frame) -> None:
        lost = not any(track.pose is not None for track in self._tracks)
        wait_s = _SEARCH_LOST_EVERY_S if lost else _SEARCH_EVERY_S
        if frame.time_s - self._searched_s >= wait_s:
            self._searched_s = frame.time_s
            self._adopt(frame, [0.0], upright=True)
        if frame.time_s - self._turned_s >= _TURNED_EVERY_S and not self._somebody_lifts(frame.time_s):
            self._turned_s = frame.time_s
            self._adopt(frame, _TURNS, upright=False)

    def _somebody_lifts(self, now_s: float) -> bool:
        """Whether the lead plainly lifts: then nobody needs to be looked for in turned pictures."""
        lead = next((track for track in self._tracks if track.person == self._lead), None)
        return lead is not None and lead.activity(now_s) > _PLAINLY * lead.region.size_px

    def _adopt(self, frame: Frame, turns: Iterable[float], *, upright: bool) -> None:
        """Start to follow people who are found where nobody is followed yet.

        A lost person is taken up again where somebody is found close by, the same way up; who is found lying
        where somebody stood takes that one's place. Where somebody is followed, who is found the other way
        around is followed as well: of one who lies the network may have taken the head for the feet.
        """
        for turn in turns:
            for detection in self._detector.find(frame.picture, _whole(frame.picture, turn)):
                near = [t for t in self._tracks if _near(detection.region, t.region)]
                lost = [track for track in near if track.lost(frame.time_s)]
                if any(detection.region.same_way(track.region) for track in near if track not in lost):
                    continue
                again = next((track for track in lost if track.upright == upright), None)
                if again is not None:
                    again.region = detection.region
                    again.take(frame.time_s, self._look(frame.picture, again.region))
                elif self._has_room(frame.time_s):
                    self._begin(frame, detection.region, upright, instead_of=lost)

    def _has_room(self, now_s: float) -> bool:
        """Whether one more may be followed; whoever has been lost for longest makes room."""
        if len(self._tracks) < MAX_PEOPLE:
            return True
        longest = min(self._tracks, key=lambda track: track.seen_s)
        if not longest.lost(now_s):
            return False
        self._tracks.remove(longest)
        return True

    def _begin(self, frame: Frame, region: Region, upright: bool, instead_of: Sequence[_Track]) -> None:
        track = _Track(self._people, region, upright, frame.time_s, frame.time_s)
        track.take(frame.time_s, self._look(frame.picture, region))
        if track.pose is None:
            return
        self._people += 1
        rest = [other for other in self._tracks if other not in instead_of]
        self._tracks = _without_doubles([*rest, track])


def _whole(picture: Picture, turn_rad: float) -> Region:
    width, height = picture.size_px
    return Region(width / 2, height / 2, max(height, width), turn_rad)


def _near(a: Region, b: Region) -> bool:
    """Whether two regions are about the same person."""
    distance = float(np.hypot(a.x_px - b.x_px, a.y_px - b.y_px))
    ratio = a.size_px / b.size_px
    return distance < 0.2 * min(a.size_px, b.size_px) and 0.5 < ratio < 2.0


def _without_doubles(tracks: Sequence[_Track]) -> list[_Track]:
    """Of tracks on one person keep the one that was followed longest."""
    kept: list[_Track] = []
    for track in sorted(tracks, key=lambda t: -t.hits):
        if not any(_same_person(track, other) for other in kept):
            kept.append(track)
    return sorted(kept, key=lambda t: t.person)


def _same_person(a: _Track, b: _Track) -> bool:
    if a.pose is None or b.pose is None:
        return False
    apart: FloatArray = np.linalg.norm(a.pose.xy_px[_TRUNK] - b.pose.xy_px[_TRUNK], axis=1)
    return float(np.median(apart)) < 0.1 * min(a.region.size_px, b.region.size_px)
