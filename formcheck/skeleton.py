"""The one keypoint vocabulary: names, order, sides, bones.

The 21 keypoints are those of BlazePose that a lift needs (ears instead of eyes, one knuckle a hand, heel
and toe): the order of every `(K, ...)` array in formcheck.
"""

from collections.abc import Mapping

SIDES = ("left", "right")

_PAIRED = (
    "ear", "shoulder", "elbow", "wrist", "hand", "hip", "knee", "ankle", "heel", "toe",
)  # fmt: skip

KEYPOINTS: tuple[str, ...] = (
    "nose",
    *(f"{side}_{name}" for name in _PAIRED for side in SIDES),
)
"""Names of the K = 21 keypoints; `left` is the lifter's own left."""

INDEX: Mapping[str, int] = {name: index for index, name in enumerate(KEYPOINTS)}
"""Name to position in a `(K, ...)` array."""

SHOULDERS = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
WRISTS = [INDEX["left_wrist"], INDEX["right_wrist"]]
HIPS = [INDEX["left_hip"], INDEX["right_hip"]]
HEAD = [INDEX["nose"], INDEX["left_ear"], INDEX["right_ear"]]
"""Positions of keypoints that are taken together."""

BLAZEPOSE = (
    0, 7, 8, 11, 12, 13, 14, 15, 16, 19, 20, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
)  # fmt: skip
"""For each keypoint its number among the 33 BlazePose landmarks."""

MIRROR: tuple[int, ...] = tuple(
    INDEX[name.replace("left_", "right_") if name.startswith("left_") else name.replace("right_", "left_")]
    for name in KEYPOINTS
)
"""For each keypoint the index of its partner on the other side (the nose is its own)."""

BONES: tuple[tuple[str, str], ...] = (
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
    *(
        (f"{side}_{a}", f"{side}_{b}")
        for side in SIDES
        for a, b in (
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("wrist", "hand"),
            ("shoulder", "hip"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "heel"),
            ("heel", "toe"),
            ("ankle", "toe"),
        )
    ),
)
"""Pairs of keypoints that a drawing joins."""
