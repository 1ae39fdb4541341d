"""A take as arrays: what the eyes saw, frame by frame, of the one person who lifts."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from formcheck.bar import Bar, BarKind
from formcheck.errors import UnreadableVideo
from formcheck.lifter import choose_lifter
from formcheck.pose import FloatArray, Pose
from formcheck.skeleton import KEYPOINTS

_FORMAT = 1


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """The lifter and the bar over a take; all arrays read-only, T frames, K keypoints.

    Attributes
    ----------
    time_s
        (T,) seconds from the first frame, strictly rising.
    keypoints_px
        (T, K, 2) image pixels, y down; NaN where the lifter was not seen.
    confidence
        (T, K) 0..1; 0 where the lifter was not seen or the point lies outside the picture.
    world_m
        (T, K, 3) metres around the middle of the hips, x right, y down, z away from the camera; NaN unseen.
    bar_px
        (T, 2) image pixels; NaN where the bar was not seen.
    bar_moved_px
        (T, 2) displacement of what the hands hold since the frame before; NaN where not followed.
    bar_confidence
        (T,) 0..1.
    plate_axes_px
        (T, 2) semi-axes of the plate's rim; NaN where no plate was followed.
    camera_px
        (T, 2) where the background has moved since the first frame.
    bar_kind
        What `bar_px` is.
    size_px
        (width, height) of the upright picture.
    upright
        Whether the lifter was found upright; False for one who lies.
    people
        How many different people were followed for a second or more.
    """

    time_s: FloatArray
    keypoints_px: FloatArray
    confidence: FloatArray
    world_m: FloatArray
    bar_px: FloatArray
    bar_moved_px: FloatArray
    bar_confidence: FloatArray
    plate_axes_px: FloatArray
    camera_px: FloatArray
    bar_kind: BarKind
    size_px: tuple[int, int]
    upright: bool = True
    people: int = 1

    def __post_init__(self) -> None:
        frames, count = len(self.time_s), len(KEYPOINTS)
        shapes = {
            "time_s": (frames,),
            "keypoints_px": (frames, count, 2),
            "confidence": (frames, count),
            "world_m": (frames, count, 3),
            "bar_px": (frames, 2),
            "bar_moved_px": (frames, 2),
            "bar_confidence": (frames,),
            "plate_axes_px": (frames, 2),
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
    def seen(self) -> NDArray[np.bool_]:
        """(T,) whether the lifter was seen."""
        return np.asarray(np.isfinite(self.keypoints_px[:, :, 0]).any(axis=1))


@dataclass(slots=True)
class Recorder:
    """Collects what the eyes saw; `motion` sorts out afterwards who of the people lifted."""

    size_px: tuple[int, int] = (0, 0)
    _time_s: list[float] = field(default_factory=list)
    _people: list[tuple[Pose, ...]] = field(default_factory=list)
    _bars: list[Mapping[int, Bar]] = field(default_factory=list)

    def add(self, time_s: float, people: tuple[Pose, ...], bars: Mapping[int, Bar]) -> None:
        """Append a frame: everybody in it, and by person the bar that they would hold."""
        self._time_s.append(time_s)
        self._people.append(people)
        self._bars.append(bars)

    def __len__(self) -> int:
        return len(self._time_s)

    def _held(self) -> dict[int, FloatArray]:
        """By person, (T,) how far what the hands hold moved down in each frame; NaN unknown."""
        held: dict[int, FloatArray] = {}
        for frame, bars in enumerate(self._bars):
            for person, bar in bars.items():
                held.setdefault(person, np.full(len(self), np.nan))[frame] = bar.moved_px[1]
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
        bars = [_bar_of(frame, choice.persons) for frame in self._bars]
        count = len(KEYPOINTS)
        points = _rows([p.xy_px if p else None for p in poses], (count, 2))
        return Motion(
            time_s=time_s,
            keypoints_px=points,
            confidence=np.where(
                _in_picture(points, self.size_px),
                _rows([p.confidence if p else None for p in poses], (count,)),
                0.0,
            ),
            world_m=_rows([p.world_m if p else None for p in poses], (count, 3)),
            bar_px=_rows([np.array([b.x_px, b.y_px]) if b else None for b in bars], (2,)),
            bar_moved_px=_rows([np.array(b.moved_px) if b else None for b in bars], (2,)),
            bar_confidence=np.array([b.confidence if b else 0.0 for b in bars]),
            plate_axes_px=_rows(
                [np.array(b.plate_axes_px) if b and b.plate_axes_px else None for b in bars], (2,)
            ),
            camera_px=np.cumsum([_camera(frame) for frame in self._bars], axis=0).reshape(-1, 2),
            bar_kind=next((b.kind for b in bars if b), "wrists"),
            size_px=self.size_px,
            upright=choice.upright,
            people=choice.people,
        )


def _in_picture(points: FloatArray, size_px: tuple[int, int]) -> NDArray[np.bool_]:
    """(T, K) whether a point lies within the picture; what lies outside is only guessed."""
    return np.asarray(((points >= 0) & (points < np.array(size_px))).all(axis=2))


def _of(people: tuple[Pose, ...], persons: frozenset[int]) -> Pose | None:
    return next((pose for pose in people if pose.person in persons), None)


def _bar_of(bars: Mapping[int, Bar], persons: frozenset[int]) -> Bar | None:
    """The bar of the lifter; the surest where two tracks of theirs overlap."""
    held = [bar for person, bar in bars.items() if person in persons]
    return max(held, key=lambda bar: bar.confidence, default=None)


def _camera(bars: Mapping[int, Bar]) -> tuple[float, float]:
    """How far the background moved in this frame, whoever it was measured beside."""
    return next((bar.camera_px for bar in bars.values()), (0.0, 0.0))


def _rows(values: Sequence[FloatArray | None], shape: tuple[int, ...]) -> FloatArray:
    """Stack rows, NaN for None, into (T, *shape)."""
    blank = np.full(shape, np.nan)
    rows = [blank if value is None else value for value in values]
    return np.array(rows, dtype=np.float64).reshape(len(rows), *shape)


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
            bar_kind=cast("BarKind", str(data["bar_kind"])),
            size_px=(width, height),
            upright=bool(data["upright"]),
            people=int(data["people"]),
        )
