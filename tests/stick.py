"""A stick lifter who squats: its movement, its keypoints and a picture of it.

The lifter is seen from the side, faces right, and squats on a cosine: knee flexion runs from
STANDING_DEG to the rep's depth and back in REP_S seconds, with PAUSE_S of standing before each rep.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.skeleton import BONES, INDEX, KEYPOINTS

STANDING_DEG = 6.0
REP_S = 2.4
PAUSE_S = 1.0
SIZE_PX = (720, 1280)
DEPTHS_DEG = (118.0, 104.0, 111.0)


def rep_starts(reps: int) -> list[float]:
    """Seconds at which the reps begin."""
    return [PAUSE_S + rep * (REP_S + PAUSE_S) for rep in range(reps)]


def knee_flexion_deg(time_s: NDArray[np.float64], depths_deg: Sequence[float]) -> NDArray[np.float64]:
    """(T,) the true knee flexion."""
    flexion = np.full(len(time_s), STANDING_DEG)
    for start, depth in zip(rep_starts(len(depths_deg)), depths_deg, strict=True):
        share = (time_s - start) / REP_S
        inside = (share >= 0) & (share <= 1)
        flexion[inside] += (depth - STANDING_DEG) * (1 - np.cos(2 * np.pi * share[inside])) / 2
    return flexion


def stick_lifter(knee_deg: NDArray[np.float64], size_px: tuple[int, int]) -> NDArray[np.float64]:
    """(T, K, 2) pixels of the lifter at each knee flexion; the far side is a little off."""
    width, height = size_px
    unit = min(width, height) / 1000
    shank, thigh = (np.radians(share * knee_deg) for share in (0.32, 0.68))
    trunk = np.radians(4 + 0.36 * knee_deg)
    points = np.zeros((len(knee_deg), len(KEYPOINTS), 2))
    ankle = np.full((len(knee_deg), 2), (0.47 * width, 0.5 * height + 330 * unit))
    knee = ankle + 215 * unit * np.stack([np.sin(shank), -np.cos(shank)], axis=1)
    hip = knee + 225 * unit * np.stack([-np.sin(thigh), -np.cos(thigh)], axis=1)
    shoulder = hip + 270 * unit * np.stack([np.sin(trunk), -np.cos(trunk)], axis=1)
    places = {
        "ankle": ankle,
        "heel": ankle + unit * np.array((-38, 28)),
        "toe": ankle + unit * np.array((95, 30)),
        "knee": knee,
        "hip": hip,
        "shoulder": shoulder,
        "elbow": shoulder + unit * np.array((-55, 85)),
        "wrist": shoulder + unit * np.array((12, -8)),
        "hand": shoulder + unit * np.array((22, -22)),
        "ear": shoulder + unit * np.array((28, -92)),
    }
    for name, place in places.items():
        points[:, INDEX[f"right_{name}"]] = place
        points[:, INDEX[f"left_{name}"]] = place + unit * np.array((16, -12))
    points[:, INDEX["nose"]] = shoulder + unit * np.array((70, -82))
    return points


def draw_lifter(points: NDArray[np.float64], size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """uint8 (H, W, 3) a plain picture of the lifter with a loaded bar."""
    width, height = size_px
    shade = np.linspace(70, 125, height, dtype=np.uint8)
    image = np.repeat(np.repeat(shade[:, None, None], width, axis=1), 3, axis=2)
    floor = int(points[INDEX["right_heel"], 1])
    image[floor:] = (92, 78, 66)
    limb = max(2, min(size_px) // 22)
    for first, second in BONES:
        ends = (
            points[INDEX[first]].astype(int).tolist(),
            points[INDEX[second]].astype(int).tolist(),
        )
        cv2.line(image, *ends, (150, 118, 100), limb, cv2.LINE_AA)
    head = points[INDEX["right_ear"]].astype(int).tolist()
    cv2.circle(image, head, limb, (172, 138, 118), -1, cv2.LINE_AA)
    hand = points[INDEX["right_wrist"]].astype(int).tolist()
    cv2.circle(image, hand, min(size_px) // 8, (38, 40, 46), min(size_px) // 40, cv2.LINE_AA)
    return image
