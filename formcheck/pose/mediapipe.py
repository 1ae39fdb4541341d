"""The reference estimator: MediaPipe's own graph around the same networks, through its Tasks API.

It follows one person, and nobody can tell it whom. By its makers' notice it sends metrics to them
(https://goo.gle/mediapipe-privacy): whoever offers it to a user says so first.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np

from formcheck.errors import ModelError
from formcheck.models import build_bundle
from formcheck.pose import Pose
from formcheck.settings import Preset
from formcheck.skeleton import BLAZEPOSE
from formcheck.video import Frame


class MediaPipePose:
    """MediaPipe's PoseLandmarker in its video mode; points are smoothed as it goes.

    That mode runs a one-euro filter (Casiez, Roussel and Vogel 2012, doi:10.1145/2207676.2208639) over the
    landmarks of one person, and no option turns it off. It only knows the past, so points lag behind a joint
    that moves, by about 10 ms in `samples/deadlift_side.mp4`. Visibility, one half of the confidence, follows
    over some ten frames. The first look at a person passes unchanged.

    Poses have no score of their own (1.0), since MediaPipe tells none, and `person` is always 0.

    Parameters
    ----------
    preset
        Which landmark network.
    models_dir
        Folder that holds the weights, and the bundle that is made of them.

    Raises
    ------
    ModelMissing, ModelCorrupt
        As told by `formcheck.models.build_bundle`.
    ModelError
        MediaPipe or a system library that it needs is not there.
    """

    name = "mediapipe"

    def __init__(self, *, preset: Preset, models_dir: Path) -> None:
        with _explained():
            _load()
            self._bundle = build_bundle(preset, models_dir)
            self._start()

    def estimate(self, frames: Sequence[Frame]) -> list[tuple[Pose, ...]]:
        """Pose of one person in each frame, or of nobody."""
        return [self._look(frame) for frame in frames]

    def reset(self) -> None:
        """Forget everybody. MediaPipe knows no other way than to start anew: about 0.1 s."""
        self._close()
        self._start()

    def _start(self) -> None:
        self._landmarker = _landmarker(self._bundle)
        self._last_ms = -1
        # It is part of a cycle: left alone it lives until the interpreter ends, and complains then.
        self._close = finalize(self, self._landmarker.close)
        self._close.atexit = False

    def _look(self, frame: Frame) -> tuple[Pose, ...]:
        from mediapipe import Image, ImageFormat

        # It refuses whole milliseconds that do not rise, as those of frames less than 1 ms apart.
        self._last_ms = max(round(frame.time_s * 1000), self._last_ms + 1)
        image = Image(image_format=ImageFormat.SRGB, data=frame.image)
        found = self._landmarker.detect_for_video(image, self._last_ms)
        if not found.pose_landmarks:
            return ()
        width, height = frame.picture.size_px
        points = [found.pose_landmarks[0][index] for index in BLAZEPOSE]
        world = [found.pose_world_landmarks[0][index] for index in BLAZEPOSE]
        pose = Pose(
            xy_px=np.array([(point.x * width, point.y * height) for point in points]),
            confidence=np.array([min(point.visibility, point.presence) for point in points]),
            world_m=np.array([(point.x, point.y, point.z) for point in world]),
        )
        return (pose,)


def _load() -> None:
    """Import MediaPipe, in a thread of its own.

    Where PortAudio is missing it keeps an exception for good, and with that the frames of everybody who was
    calling when it was first imported: their estimator and all else they hold would never be freed.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(import_module, "mediapipe.tasks.python.vision").result()


def _landmarker(bundle: Path) -> Any:
    """Make a landmarker, of MediaPipe's own untyped class."""
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)),
        running_mode=vision.RunningMode.VIDEO,
        num_poses=1,
    )
    return vision.PoseLandmarker.create_from_options(options)


@contextmanager
def _explained() -> Iterator[None]:
    """Say what MediaPipe lacks where it cannot be loaded."""
    try:
        yield
    except (ImportError, OSError) as error:
        raise ModelError(
            f"expected MediaPipe and the system libraries that it needs, found: {error}",
            "On Debian: apt-get install libegl1 libgles2. The default backend, direct, needs neither.",
        ) from error
