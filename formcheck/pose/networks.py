"""The two BlazePose networks: one finds people, one finds a person's landmarks.

Both are run as their model cards describe; see `models/README.md`. Pre- and post-processing follow the
published pipeline (Bazarevsky et al. 2020, arXiv:2006.10204; Grishchenko et al. 2022, arXiv:2206.11678).
"""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formcheck.pose import FloatArray
from formcheck.pose.region import Region
from formcheck.video.picture import Picture

DETECTOR_SIDE = 224
LANDMARK_SIDE = 256
LANDMARKS = 39
"""33 body landmarks and six auxiliary ones; 33 and 34 say where the person will be in the next frame."""

_OVERSHOOT = 1.5
"""Of how far a person leans in their region the networks tell two thirds: rendered lifts in regions that were
turned by up to 20 degrees."""

_HEATMAP_WINDOW = 7
_HEATMAP_FLOOR = 0.5
_SAME_PERSON_OVERLAP = 0.3


class Network:
    """A TFLite network with one image input, run on the CPU by LiteRT."""

    def __init__(self, path: Path, *, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with _quiet():
            self._interpreter = Interpreter(str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [item["index"] for item in self._interpreter.get_output_details()]

    def run(self, pixels: NDArray[np.float32]) -> dict[int, NDArray[np.float32]]:
        """Feed (1, S, S, 3) and return each output by its number of values."""
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        outputs = (self._interpreter.get_tensor(index) for index in self._outputs)
        return {output.size: output for output in outputs}


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A person that the detector saw.

    Attributes
    ----------
    score
        0..1.
    region
        The square for the landmark network, in image pixels.
    """

    score: float
    region: Region


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """What the landmark network says of one region.

    Attributes
    ----------
    score
        0..1, belief that the region holds a person.
    xy_px
        (33, 2) image pixels.
    world_m
        (33, 3) metres around the middle of the hips.
    confidence
        (33,) 0..1: the smaller of visibility and presence.
    next_region
        Where to look in the next frame.
    """

    score: float
    xy_px: FloatArray
    world_m: FloatArray
    confidence: FloatArray
    next_region: Region


class Detector:
    """Finds upright people in a square of the picture."""

    def __init__(self, path: Path, *, threads: int) -> None:
        self._network = Network(path, threads=threads)
        self._anchors = _anchors()

    def find(self, picture: Picture, window: Region, *, floor: float = 0.5) -> list[Detection]:
        """People in `window` whose score is at least `floor`, the surest first."""
        pixels = window.crop(picture, DETECTOR_SIDE, replicate=False)
        outputs = self._network.run(pixels[None].astype(np.float32) / np.float32(127.5) - 1)
        count = len(self._anchors)
        scores = _sigmoid(outputs[count].reshape(-1).astype(np.float64))
        keep = np.flatnonzero(scores >= floor)
        raw = outputs[count * 12].reshape(count, 12)[keep].astype(np.float64) / DETECTOR_SIDE
        points = raw.reshape(-1, 6, 2).copy()
        points[:, 0] += self._anchors[keep]
        points[:, 2:] += self._anchors[keep][:, None]
        boxes = np.concatenate([points[:, 0] - raw[:, 2:4] / 2, points[:, 0] + raw[:, 2:4] / 2], 1)
        return [
            Detection(score, Region.from_axis(*window.to_image(axis)))
            for score, axis in _merge(scores[keep], boxes, points[:, 2:4])
        ]


class Landmarker:
    """Finds 33 landmarks of the one person in a region."""

    def __init__(self, path: Path, *, threads: int) -> None:
        self._network = Network(path, threads=threads)

    def find(self, picture: Picture, region: Region) -> Landmarks:
        """Landmarks of the person in `region`, in image pixels, unsmoothed."""
        pixels = region.crop(picture, LANDMARK_SIDE, replicate=True)
        outputs = self._network.run(np.multiply(pixels[None], np.float32(1 / 255), dtype=np.float32))
        raw = outputs[LANDMARKS * 5].reshape(LANDMARKS, 5).astype(np.float64)
        local = _refine(raw[:, :2] / LANDMARK_SIDE, outputs[64 * 64 * LANDMARKS].reshape(64, 64, -1))
        xy_px = region.to_image(local)
        world = outputs[LANDMARKS * 3].reshape(LANDMARKS, 3)[:33].astype(np.float64)
        person = Region.from_axis(xy_px[33], xy_px[34])
        turn = region.turn_rad + _OVERSHOOT * region.turn_to(person)
        cos, sin = math.cos(region.turn_rad), math.sin(region.turn_rad)
        world[:, :2] = world[:, :2] @ np.array([[cos, sin], [-sin, cos]])
        return Landmarks(
            score=float(outputs[1].reshape(-1)[0]),
            xy_px=xy_px[:33],
            world_m=world,
            confidence=_sigmoid(raw[:33, 3:5]).min(axis=1),
            next_region=replace(person, turn_rad=turn),
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the runtime's greeting off the terminal: it is written past Python, straight to stderr."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _anchors() -> FloatArray:
    """(2254, 2) centres of the detector's anchors in 0..1."""
    rows = []
    for stride, repeats in ((8, 2), (16, 2), (32, 6)):
        count = DETECTOR_SIDE // stride
        centre = (np.arange(count) + 0.5) / count
        grid = np.stack(np.meshgrid(centre, centre), axis=-1).reshape(-1, 2)
        rows.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(rows)


def _sigmoid(values: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -100, 100))), dtype=np.float64)


def _merge(scores: FloatArray, boxes: FloatArray, points: FloatArray) -> list[tuple[float, FloatArray]]:
    """Weighted non-maximum suppression: overlapping boxes give one person, points weighted by score."""
    found = []
    left = np.argsort(-scores)
    while left.size:
        same = _overlap(boxes[left[0]], boxes[left]) > _SAME_PERSON_OVERLAP
        same[0] = True
        group = left[same]
        weight = scores[group] / scores[group].sum()
        found.append((float(scores[left[0]]), np.tensordot(weight, points[group], axes=1)))
        left = left[~same]
    return found


def _overlap(box: FloatArray, boxes: FloatArray) -> FloatArray:
    """Intersection over union of one (4,) box with (N, 4) boxes given by two corners."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return np.asarray(shared / ((box[2:] - box[:2]).prod() + areas - shared), dtype=np.float64)


def _refine(local: FloatArray, heat: NDArray[np.float32]) -> FloatArray:
    """Move each landmark to the centre of mass of its heatmap nearby, where the heatmap is sure.

    `local` is (39, 2) in 0..1, `heat` (64, 64, 39) logits. Without this step points are off by about 10 px.
    """
    height, width, _ = heat.shape
    reach = _HEATMAP_WINDOW // 2
    refined = local.copy()
    columns = (local[:, 0] * width).astype(int)
    rows = (local[:, 1] * height).astype(int)
    for index, (column, row) in enumerate(zip(columns, rows, strict=True)):
        if not (0 <= column < width and 0 <= row < height):
            continue
        x0, y0 = max(0, column - reach), max(0, row - reach)
        window = heat[y0 : row + reach + 1, x0 : column + reach + 1, index].astype(np.float64)
        weight = _sigmoid(window)
        if weight.max() < _HEATMAP_FLOOR:
            continue
        total = weight.sum()
        refined[index, 0] = (weight.sum(0) @ (x0 + np.arange(weight.shape[1]))) / total / width
        refined[index, 1] = (weight.sum(1) @ (y0 + np.arange(weight.shape[0]))) / total / height
    return refined
