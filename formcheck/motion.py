"""A take as arrays: what the eyes saw, frame by frame, of the one person who lifts."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from formcheck.bar import BarKind, Hands, Plate
from formcheck.bar.choose import Lifting, choose_plate
from formcheck.errors import UnreadableVideo
from formcheck.lifter import choose_lifter
from formcheck.pose import FloatArray, Pose
from formcheck.pose.between import between
from formcheck.pose.size import tall_px
from formcheck.skeleton import HEAD, KEYPOINTS, WRISTS

_FORMAT = 4


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """The lifter and the bar over a take; all arrays read-only, T frames, K keypoints.

    Attributes
    ----------
    time_s
        (T,) seconds from the first frame, strictly rising.
    looked
        (T,) whether the lifter was looked at and seen in this very frame; where not, keypoints, world points
        and the hands' place are filled in between two looks, or NaN.
    keypoints_px
        (T, K, 2) image pixels, y down; NaN where the lifter was not seen for more than 0.2 s.
    confidence
        (T, K) 0..1; 0 where the lifter was not seen or the point lies outside the picture; between two looks
        the lower of theirs.
    world_m
        (T, K, 3) metres around the middle of the hips, x right, y down, z away from the camera; NaN unseen.
    hands_px
        (T, 2) the middle of the wrists in image pixels; NaN where they were not seen.
    hands_moved_px
        (T, 2) displacement of what the hands hold since the frame before; NaN where not followed.
    hands_confidence
        (T,) 0..1.
    plate_px
        (T, 2) centre of the lifted plate's outer rim in image pixels; NaN where it was not followed.
    plate_axes_px
        (T, 2) horizontal and vertical semi-axes of that rim; NaN where it was not followed.
    plate_confidence
        (T,) 0..1; 0 where it was not followed.
    line_px
        (T, 2, 2) two points on the bar's shaft in image pixels, beside the lifter's left and right hand; NaN
        where it was not found, as in side views.
    line_confidence
        (T,) 0..1; 0 where it was not found.
    camera_px
        (T, 2) where the background has moved since the first frame.
    size_px
        (width, height) of the upright picture.
    upright
        Whether the lifter was found upright; False for one who lies.
    people
        How many different people were followed for a second or more.
    """

    time_s: FloatArray
    looked: NDArray[np.bool_]
    keypoints_px: FloatArray
    confidence: FloatArray
    world_m: FloatArray
    hands_px: FloatArray
    hands_moved_px: FloatArray
    hands_confidence: FloatArray
    plate_px: FloatArray
    plate_axes_px: FloatArray
    plate_confidence: FloatArray
    line_px: FloatArray
    line_confidence: FloatArray
    camera_px: FloatArray
    size_px: tuple[int, int]
    upright: bool = True
    people: int = 1

    def __post_init__(self) -> None:
        frames, count = len(self.time_s), len(KEYPOINTS)
        shapes = {
            "time_s": (frames,),
            "looked": (frames,),
            "keypoints_px": (frames, count, 2),
            "confidence": (frames, count),
            "world_m": (frames, count, 3),
            "hands_px": (frames, 2),
            "hands_moved_px": (frames, 2),
            "hands_confidence": (frames,),
            "plate_px": (frames, 2),
            "plate_axes_px": (frames, 2),
            "plate_confidence": (frames,),
            "line_px": (frames, 2, 2),
            "line_confidence": (frames,),
            "camera_px": (frames, 2),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array.shape != shape:
                raise ValueError(f"{name}: expected {shape}, got {array.shape}")
            array.flags.writeable = False
        if frames > 1 and not np.all(np.diff(self.time_s) > 0):
            raise ValueError("time_s: expected strictly rising seconds")

    @property
    def bar_kind(self) -> BarKind:
        """Whether the lifted plate was followed, or only the hands."""
        return "plate" if np.isfinite(self.plate_px).any() else "wrists"

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(T,) whether the lifter was seen, in the frame itself or just before and after it."""
        return np.asarray(np.isfinite(self.keypoints_px[:, :, 0]).any(axis=1))


@dataclass(slots=True)
class Recorder:
    """Collects what the eyes saw; `motion` sorts out afterwards who of the people lifted."""

    size_px: tuple[int, int] = (0, 0)
    _time_s: list[float] = field(default_factory=list)
    _people: list[tuple[Pose, ...]] = field(default_factory=list)
    _hands: list[Mapping[int, Hands]] = field(default_factory=list)
    _plates: list[tuple[Plate, ...]] = field(default_factory=list)

    def add(
        self,
        time_s: float,
        people: tuple[Pose, ...],
        hands: Mapping[int, Hands],
        plates: tuple[Plate, ...] = (),
    ) -> None:
        """Append a frame: everybody in it, by person what their hands hold, and all plates."""
        self._time_s.append(time_s)
        self._people.append(people)
        self._hands.append(hands)
        self._plates.append(plates)

    def __len__(self) -> int:
        return len(self._time_s)

    def _held(self) -> dict[int, FloatArray]:
        """By person, (T,) how far what the hands hold moved down in each frame; NaN unknown."""
        held: dict[int, FloatArray] = {}
        for frame, people in enumerate(self._hands):
            for person, hands in people.items():
                held.setdefault(person, np.full(len(self), np.nan))[frame] = hands.moved_px[1]
        return held

    def motion(self) -> Motion:
        """The take so far, of the person who lifts.

        Raises
        ------
        NoLifter
            Nobody could be followed.
        """
        time_s = np.array(self._time_s)
        choice = choose_lifter(time_s, self._people, self._held())
        poses = [_of(people, choice.persons) for people in self._people]
        hands = [_hands_of(frame, choice.persons) for frame in self._hands]
        lines = [held.line if held else None for held in hands]
        count = len(KEYPOINTS)
        looked = np.array([p is not None for p in poses])
        points = _filled(time_s, [p.xy_px if p else None for p in poses], (count, 2))
        world_m = _filled(time_s, [p.world_m if p else None for p in poses], (count, 3))
        hands_px = _filled(time_s, [np.array([h.x_px, h.y_px]) if h else None for h in hands], (2,))
        hands_moved_px = _rows([np.array(h.moved_px) if h else None for h in hands], (2,))
        camera_px = np.cumsum([_camera(frame) for frame in self._hands], axis=0).reshape(-1, 2)
        plate = choose_plate(
            self._plates,
            Lifting(
                time_s=time_s,
                hands_px=hands_px,
                apart_px=np.abs(np.diff(points[:, WRISTS, 0], axis=1))[:, 0] / 2,
                hands_moved_px=hands_moved_px,
                head_px=points[:, HEAD].mean(axis=1),
                camera_px=camera_px,
                size_px=self.size_px,
                tall_px=tall_px(points, world_m),
            ),
        )
        return Motion(
            time_s=time_s,
            looked=looked,
            keypoints_px=points,
            confidence=np.where(
                _in_picture(points, self.size_px),
                _lower(_rows([p.confidence if p else None for p in poses], (count,)), looked),
                0.0,
            ),
            world_m=world_m,
            hands_px=hands_px,
            hands_moved_px=hands_moved_px,
            hands_confidence=np.array([h.confidence if h else 0.0 for h in hands]),
            plate_px=plate.centre_px,
            plate_axes_px=plate.axes_px,
            plate_confidence=plate.confidence,
            line_px=_rows(
                [np.array([line.left_px, line.right_px]) if line else None for line in lines], (2, 2)
            ),
            line_confidence=np.array([line.confidence if line else 0.0 for line in lines]),
            camera_px=camera_px,
            size_px=self.size_px,
            upright=choice.upright,
            people=choice.people,
        )


def _in_picture(points: FloatArray, size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """(T, K) whether a point lies within the picture; what lies outside is only guessed."""
    return np.asarray(((points >= 0) & (points < np.array(size_px))).all(axis=2))


def _of(people: tuple[Pose, ...], persons: frozenset[int]) -> Pose | None:
    return next((pose for pose in people if pose.person in persons), None)


def _hands_of(people: Mapping[int, Hands], persons: frozenset[int]) -> Hands | None:
    """What the lifter's hands hold; the surest where two tracks of theirs overlap."""
    held = [hands for person, hands in people.items() if person in persons]
    return max(held, key=lambda hands: hands.confidence, default=None)


def _camera(people: Mapping[int, Hands]) -> tuple[float, float]:
    """How far the background moved in this frame, whoever it was measured beside."""
    return next((hands.camera_px for hands in people.values()), (0.0, 0.0))


def _rows(values: Sequence[FloatArray | None], shape: tuple[int, ...]) -> FloatArray:
    """Stack rows, NaN for None, into (T, *shape)."""
    blank = np.full(shape, np.nan)
    rows = [blank if value is None else value for value in values]
    return np.array(rows, dtype=np.float64).reshape(len(rows), *shape)


def _filled(time_s: FloatArray, values: Sequence[FloatArray | None], shape: tuple[int, ...]) -> FloatArray:
    """(T, *shape) rows, those that are missing filled in between looks."""
    rows = _rows(values, shape)
    return np.where(np.isfinite(rows), rows, between(time_s, rows, time_s))


def _lower(confidence: FloatArray, looked: NDArray[np.bool_]) -> FloatArray:
    """(T, K) confidence, where nobody looked the lower of that before and after."""
    frames = np.flatnonzero(looked)
    after = np.minimum(np.searchsorted(frames, np.arange(len(looked))), len(frames) - 1)
    before = np.maximum(np.searchsorted(frames, np.arange(len(looked)), side="right") - 1, 0)
    return np.minimum(confidence[frames[before]], confidence[frames[after]])


def save_motion(motion: Motion, path: Path, *, note: str = "") -> None:
    """Write a take as a compressed npz file; `note` is any text to keep with it."""
    arrays = {name: getattr(motion, name) for name in Motion.__slots__}
    names = np.array(KEYPOINTS)
    np.savez_compressed(path, format=_FORMAT, keypoint_names=names, note=note, **arrays)


def load_note(path: Path) -> str:
    """The text that was saved with a take that `load_motion` can read."""
    with np.load(path, allow_pickle=False) as data:
        return str(data["note"])


def load_motion(path: Path) -> Motion:
    """Read a take that `save_motion` wrote.

    Raises
    ------
    UnreadableVideo
        No such file, or not a take of this version.
    """
    try:
        return _read(path)
    except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile, zlib.error) as error:
        raise UnreadableVideo(
            f"{path.name}: expected a motion file (motion.npz) of format {_FORMAT}, found something else",
            "Give the motion.npz of a result folder, or analyze the video again with this version.",
        ) from error


def _read(path: Path) -> Motion:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
        if int(data["format"]) != _FORMAT or tuple(data["keypoint_names"]) != KEYPOINTS:
            raise ValueError("another format")
        width, height = (int(value) for value in data["size_px"])
        return Motion(
            **{n: data[n] for n in Motion.__slots__ if data[n].ndim and n != "size_px"},
            size_px=(width, height),
            upright=bool(data["upright"]),
            people=int(data["people"]),
        )
