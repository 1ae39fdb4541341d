"""People who act by a script, and networks that see them: an estimator's rules without any weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from formcheck.pose import Pose
from formcheck.pose.direct import DirectPose
from formcheck.pose.networks import Detection, Detector, Landmarker, Landmarks
from formcheck.pose.region import Region
from formcheck.skeleton import INDEX
from formcheck.video import Frame
from formcheck.video.picture import Picture

SIZE_PX = (1280, 480)
FPS = 30.0
HIPS, SHOULDERS, WRISTS = (23, 24), (11, 12), (15, 16)


def still(time_s: float) -> float:
    """Do nothing."""
    return 0.0


def always(time_s: float) -> bool:
    """Stay in view."""
    return True


def away(*spans_s: tuple[float, float]) -> Callable[[float], bool]:
    """Be out of view from the start to the end of each span."""
    return lambda time_s: not any(start <= time_s < end for start, end in spans_s)


@dataclass(frozen=True)
class Actor:
    """One person: where the hips are, how they lean, how high the hands are, and when they are in view."""

    x_px: float = 320.0
    y_px: float = 240.0
    size_px: float = 200.0
    turn_rad: float = 0.0
    walks_px: Callable[[float], float] = still
    lifts_px: Callable[[float], float] = still
    waves_px: Callable[[float], float] = still
    """How much higher the left hand is than `lifts_px` has both."""
    in_view: Callable[[float], bool] = always
    score: float = 0.9
    seen_at_px: tuple[float, ...] = (0.0,)
    """Where the detector sees this person, to the side of the truth: twice for a double."""

    def region(self, time_s: float) -> Region:
        x_px = self.x_px + self.walks_px(time_s)
        return Region(x_px, self.y_px, self.size_px, self.turn_rad)

    def landmarks(self, time_s: float) -> Landmarks:
        """A stick: shoulders a quarter of the region above the hips, hands where the script has them."""
        local = np.full((33, 2), 0.5)
        local[list(SHOULDERS), 1] = 0.25
        local[list(WRISTS), 1] = 0.4 - self.lifts_px(time_s) / self.size_px
        local[WRISTS[0], 1] -= self.waves_px(time_s) / self.size_px
        region = self.region(time_s)
        return _landmarks(region, region.to_image(local), score=self.score)


@dataclass(frozen=True)
class Scene:
    """All actors; the first pixel of a picture tells its index, so the networks know the time."""

    actors: tuple[Actor, ...]

    def frame(self, index: int) -> Frame:
        width, height = SIZE_PX
        image = np.zeros((height, width, 3), np.uint8)
        image[0, 0] = index // 256, index % 256, 0
        return Frame(index, index / FPS, image)

    def frames(self, start_s: float, end_s: float) -> list[Frame]:
        return [self.frame(index) for index in range(round(start_s * FPS), round(end_s * FPS))]

    def at(self, picture: Picture) -> tuple[float, list[Actor]]:
        """The time of a picture, and who is in view."""
        image = picture.image
        time_s = (int(image[0, 0, 0]) * 256 + int(image[0, 0, 1])) / FPS
        return time_s, [actor for actor in self.actors if actor.in_view(time_s)]


class SceneDetector(Detector):
    """Sees everybody who is upright in its window, to 45 degrees."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.turns_rad: list[float] = []

    def find(self, picture: Picture, window: Region, *, floor: float = 0.5) -> list[Detection]:
        self.turns_rad.append(window.turn_rad)
        time_s, actors = self.scene.at(picture)
        found = []
        for actor in sorted(actors, key=lambda actor: -actor.score):
            true = actor.region(time_s)
            if _angle(true.turn_rad, window.turn_rad) < pi / 4:
                found += [
                    Detection(actor.score, Region(true.x_px + aside, true.y_px, true.size_px, true.turn_rad))
                    for aside in actor.seen_at_px
                ]
        return found


class SceneLandmarker(Landmarker):
    """Finds the person nearest to the middle of its region, if one is there and lies the same way."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.looked_at: list[Region] = []

    def find(self, picture: Picture, region: Region) -> Landmarks:
        self.looked_at.append(region)
        time_s, actors = self.scene.at(picture)
        near = [actor for actor in actors if _covers(region, actor.region(time_s))]
        if not near:
            return _landmarks(region, np.full((33, 2), region.x_px), score=0.05)
        return min(near, key=lambda actor: _away(region, actor.region(time_s))).landmarks(time_s)


@dataclass(frozen=True)
class Show:
    """A scene with the estimator that watches it."""

    scene: Scene
    detector: SceneDetector
    landmarker: SceneLandmarker
    estimator: DirectPose

    def watch(self, end_s: float, start_s: float = 0.0) -> list[tuple[Pose, ...]]:
        """What the estimator tells of each frame."""
        return self.estimator.estimate(self.scene.frames(start_s, end_s))


def stage(*actors: Actor) -> Show:
    """Put actors before an estimator."""
    scene = Scene(actors)
    detector, landmarker = SceneDetector(scene), SceneLandmarker(scene)
    return Show(scene, detector, landmarker, DirectPose(detector, landmarker))


def numbers(seen: Sequence[tuple[Pose, ...]]) -> set[int]:
    """The numbers of all people in these frames."""
    return {pose.person for poses in seen for pose in poses}


def hips_x_px(pose: Pose) -> float:
    """Where a pose's hips are, from the left."""
    return float(pose.xy_px[INDEX["left_hip"], 0])


def _landmarks(region: Region, xy_px: np.ndarray, *, score: float) -> Landmarks:
    return Landmarks(score, xy_px, np.zeros((33, 3)), np.full(33, score), region)


def _angle(a: float, b: float) -> float:
    return abs((a - b + pi) % (2 * pi) - pi)


def _away(a: Region, b: Region) -> float:
    return float(np.hypot(a.x_px - b.x_px, a.y_px - b.y_px))


def _covers(region: Region, true: Region) -> bool:
    alike = 0.5 < region.size_px / true.size_px < 2 and _angle(region.turn_rad, true.turn_rad) < pi / 3
    return alike and _away(region, true) < 0.35 * region.size_px
