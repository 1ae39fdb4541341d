"""The bar from the hands: the wrists say where it is, the picture's own motion says how it moves.

Behind a plate the wrists are guesses, but what the hands hold moves as one with the bar. So the place is the
wrists' middle and the motion is the optical flow (Lucas and Kanade 1981, pyramidal) of whatever moves up or
down around the hands, less the camera's own motion. The flow goes on for a while where the lifter is lost. It
serves the timing of reps; it is no bar path.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.bar import Hands
from formcheck.bar.line import find_line
from formcheck.pose import FloatArray, Pose
from formcheck.pose.between import LONGEST_GAP_S
from formcheck.pose.size import trunk_of
from formcheck.skeleton import SHOULDERS, WRISTS
from formcheck.video import Frame
from formcheck.video.picture import Image

Points = NDArray[np.float32]

_LONG_SIDE_PX = 480
_MOVES_PX = 0.12
_MOVING_SHARE = 0.12
_RETURNS_WITHIN_PX = 0.5
_ENOUGH_POINTS = 8
_REACH = 1.1
_HALF_BOX = (0.8, 0.6)
_COAST_S = 3.0
_CHOSEN_EVERY_S = 0.2
_WORN = 0.7
_BAR_PERCENTILE = 80


class HandFlow:
    """Follows what the hands hold; a `formcheck.bar.HandsTracker` that needs no plate in view."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the last frame and the lifter's size and place."""
        self._luma: Image | None = None
        self._trunk_px = 0.0
        self._seen_s = -math.inf
        self._lifter: Pose | None = None
        self._boxes = np.zeros((2, 2)), np.zeros(2)

    def update(self, frame: Frame, lifter: Pose | None) -> Hands | None:
        """The wrists' middle, and how far what they hold moved since the frame before.

        Between two looks at the lifter their last pose is carried along by what the hands hold.
        """
        luma, zoom = _small_luma(frame)
        before, self._luma = self._luma, luma
        if lifter is not None:
            self._seen_s = frame.time_s
            self._lifter = lifter
            self._boxes = self._look(lifter, zoom)
        elif frame.time_s - self._seen_s > _COAST_S:
            return None
        moved, camera = np.zeros(2), np.zeros(2)
        if before is not None and before.shape == luma.shape:
            moved, camera = self._motion(before, luma, frame.time_s)
        else:
            self._held, self._background = _Corners(90, 4), _Corners(45, 8)
        if lifter is None:
            self._carry((moved + camera) / zoom, frame.time_s)
            self._boxes = self._boxes[0] + moved + camera, self._boxes[1]
        hands = lifter.xy_px[WRISTS].mean(axis=0) if lifter else np.full(2, np.nan)
        at = self._lifter
        return Hands(
            x_px=float(hands[0]),
            y_px=float(hands[1]),
            confidence=float(at.confidence[WRISTS].mean()) if at else 0.0,
            moved_px=(float(moved[0] / zoom), float(moved[1] / zoom)),
            camera_px=(float(camera[0] / zoom), float(camera[1] / zoom)),
            line=find_line(frame.picture.luma, at) if at else None,
        )

    def _motion(self, before: Image, luma: Image, time_s: float) -> tuple[FloatArray, FloatArray]:
        """(2,) how far what the hands hold moved, the camera's motion taken out, and (2,) that motion."""
        box, columns = self._boxes
        self._held.choose(before, _box_mask(luma, box), time_s)
        self._background.choose(before, _rest_mask(luma, box, columns), time_s)
        held, background = _flow(before, luma, (self._held, self._background))
        camera = np.median(background, axis=0) if len(background) > _ENOUGH_POINTS else np.zeros(2)
        return _held(held - camera), np.asarray(camera)

    def _carry(self, moved_px: FloatArray, time_s: float) -> None:
        """Move the last pose with the hands until it is too old."""
        if self._lifter is not None and time_s - self._seen_s <= LONGEST_GAP_S:
            self._lifter = replace(self._lifter, xy_px=self._lifter.xy_px + moved_px)
        else:
            self._lifter = None

    def _look(self, lifter: Pose, zoom: float) -> tuple[FloatArray, FloatArray]:
        """Corners (2, 2) of the box around the hands, and the (2,) columns that the lifter may cover."""
        shoulders = lifter.xy_px[SHOULDERS].mean(axis=0)
        trunk = trunk_of(lifter)
        self._trunk_px = trunk if not self._trunk_px else 0.95 * self._trunk_px + 0.05 * trunk
        arm = lifter.xy_px[WRISTS].mean(axis=0) - shoulders
        length = max(float(np.linalg.norm(arm)), 1e-6)
        centre = shoulders + arm * min(1.0, _REACH * self._trunk_px / length)
        half = np.array(_HALF_BOX) * self._trunk_px
        columns = np.array([lifter.xy_px[:, 0].min(), lifter.xy_px[:, 0].max()])
        margin = np.array([-0.3, 0.3]) * self._trunk_px
        return np.stack([centre - half, centre + half]) * zoom, (columns + margin) * zoom


@lru_cache(maxsize=2)
def _small_luma(frame: Frame) -> tuple[Image, float]:
    """The frame's luma within so long a side, and the zoom; made once for all who are in it."""
    zoom = min(1.0, _LONG_SIDE_PX / max(frame.picture.size_px))
    return frame.picture.shrunk(zoom), zoom


@dataclass(slots=True, eq=False)
class _Corners:
    """Places whose motion is measured: chosen anew a few times a second, or where few are left."""

    count: int
    apart_px: int
    points: Points = field(default_factory=lambda: np.zeros((0, 1, 2), np.float32))
    chosen: int = 0
    chosen_s: float = -math.inf

    def choose(self, luma: Image, mask: Image, time_s: float) -> None:
        """Make sure that there are enough within the mask of the picture that they lie in."""
        x, y = self.points[:, 0].astype(int).T
        self.points = self.points[mask[y, x] > 0]
        worn = len(self.points) < _WORN * self.chosen
        if time_s - self.chosen_s < _CHOSEN_EVERY_S and not worn:
            return
        found = cv2.goodFeaturesToTrack(luma, self.count, 0.01, self.apart_px, mask=mask)
        empty = np.zeros((0, 1, 2), np.float32)
        self.points = empty if found is None else np.asarray(found, dtype=np.float32)
        self.chosen, self.chosen_s = len(self.points), time_s

    def move(self, there: Points, good: NDArray[np.bool_], luma: Image) -> None:
        """Go on from where those that were followed are now, as far as that is in the picture."""
        height, width = luma.shape
        inside = ((there >= 0) & (there <= np.array([width - 1, height - 1]))).all(axis=(1, 2))
        self.points = there[good & inside]


def _box_mask(luma: Image, box: FloatArray) -> Image:
    mask = np.zeros_like(luma)
    (x0, y0), (x1, y1) = np.clip(box, 0, None).astype(int)
    mask[y0:y1, x0:x1] = 255
    return mask


def _rest_mask(luma: Image, box: FloatArray, columns: FloatArray) -> Image:
    """What is neither near the hands nor in the lifter's columns."""
    mask = 255 - _box_mask(luma, box)
    x0, x1 = np.clip(columns, 0, None).astype(int)
    mask[:, x0:x1] = 0
    return mask


def _held(flow: FloatArray) -> FloatArray:
    """(2,) motion of what the hands hold: of the points that move with the majority, the fast ones.

    The bar moves as fast as the hands; arms and trunk, which are in the box as well, more slowly.
    """
    if len(flow) <= _ENOUGH_POINTS:
        return np.zeros(2)
    up, down = flow[:, 1] < -_MOVES_PX, flow[:, 1] > _MOVES_PX
    moving = up if up.sum() > down.sum() else down
    if moving.sum() <= _MOVING_SHARE * len(flow):
        return np.zeros(2)
    pace = np.abs(flow[moving, 1])
    bar = np.percentile(pace, _BAR_PERCENTILE, method="nearest")
    with_it = np.abs(pace - bar) <= max(0.15 * bar, _MOVES_PX)
    return np.asarray(np.median(flow[moving][with_it], axis=0))


def _flow(before: Image, after: Image, groups: Sequence[_Corners]) -> list[FloatArray]:
    """For each group (N, 2) motion of its corners that are found again when followed back."""
    corners = np.concatenate([group.points for group in groups])
    if not len(corners):
        return [np.zeros((0, 2)) for _ in groups]
    there, found = _follow(before, after, corners)
    back, found_back = _follow(after, before, there)
    error = np.linalg.norm((back - corners).reshape(-1, 2), axis=1)
    good = found & found_back & (error < _RETURNS_WITHIN_PX)
    moved = (there - corners).reshape(-1, 2).astype(np.float64)
    ends = np.cumsum([len(group.points) for group in groups])[:-1]
    flows = [part[kept] for part, kept in zip(np.split(moved, ends), np.split(good, ends), strict=True)]
    for group, now, kept in zip(groups, np.split(there, ends), np.split(good, ends), strict=True):
        group.move(now, kept, after)
    return flows


def _follow(before: Image, after: Image, points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """(N, 1, 2) where points have gone, and (N,) whether they were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points, np.empty(0, np.float32), winSize=(11, 11), maxLevel=2,
        criteria=(3, 12, 0.02),
    )  # fmt: skip
    return np.asarray(there, dtype=np.float32), np.asarray(found)[:, 0] > 0
