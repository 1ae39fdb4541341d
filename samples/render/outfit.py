"""Dresses a body: which skin shows, clothes over it, shoes, hair and the colors of all of it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from samples.render.rig import Floats, Ints, Rig, bend
from samples.render.rotation import Vector
from samples.render.shoes import SOLE_M, fit_shoe

Color = tuple[float, float, float]
Mask = NDArray[np.bool_]

SKIN: tuple[Color, ...] = ((0.70, 0.44, 0.33), (0.58, 0.33, 0.23), (0.38, 0.19, 0.11))
HAIR: tuple[Color, ...] = ((0.02, 0.015, 0.01), (0.10, 0.06, 0.03), (0.30, 0.19, 0.08))
SHIRT: tuple[Color, ...] = (
    (0.03, 0.10, 0.30), (0.55, 0.55, 0.52), (0.35, 0.03, 0.04), (0.05, 0.22, 0.14),
)  # fmt: skip
TROUSERS: tuple[Color, ...] = ((0.02, 0.02, 0.025), (0.06, 0.07, 0.09), (0.03, 0.04, 0.10))
SHOE: tuple[Color, ...] = ((0.60, 0.60, 0.60), (0.45, 0.04, 0.03), (0.05, 0.05, 0.06))
_HAIR_M = 0.022
SOLE: Color = (0.75, 0.72, 0.66)


@dataclass(frozen=True, slots=True)
class Outfit:
    """Colors (linear RGB, 0..1) and lengths of the clothes.

    Attributes
    ----------
    sleeve
        Where the sleeve ends: 0 shoulder, 1 elbow.
    leg
        Where the trouser leg ends: 0 hip, 1 knee, 2 ankle.
    """

    skin: Color
    hair: Color
    shirt: Color
    trousers: Color
    shoe: Color
    sleeve: float
    leg: float


def pick_outfit(rng: np.random.Generator) -> Outfit:
    """Draw an outfit from the palettes."""

    def one(palette: tuple[Color, ...]) -> Color:
        return palette[rng.integers(len(palette))]

    return Outfit(
        skin=one(SKIN), hair=one(HAIR), shirt=one(SHIRT), trousers=one(TROUSERS), shoe=one(SHOE),
        sleeve=float(rng.choice([0.02, 0.45, 0.55])), leg=float(rng.choice([0.6, 0.75, 1.9])),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class DressedMesh:
    """What is drawn of a lifter: vertices at rest with their bones, triangles, colors.

    Attributes
    ----------
    vertices
        (N, 3) rest positions in metres.
    weights, weight_bones
        (N, 6) skin weights and their bones.
    triangles
        (M, 3) vertex indices.
    colors
        (N, 3) linear RGB.
    roughness
        (N,) 0 mirror to 1 chalk.
    """

    vertices: Floats
    weights: Floats
    weight_bones: Ints
    triangles: Ints
    colors: Floats
    roughness: Floats

    def posed(self, transforms: Floats) -> tuple[Floats, Floats]:
        """Return (N, 3) vertices and (N, 3) unit normals under the bones' (B, 3, 4) transforms."""
        vertices = bend(self.vertices, self.weights, self.weight_bones, transforms)
        return vertices, normals(vertices, self.triangles)


def normals(vertices: Floats, triangles: Ints) -> Floats:
    """(N, 3) unit normals, each the area-weighted mean over the triangles around its vertex."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(face[:, axis], 3), len(vertices)) for axis in range(3)],
        axis=1,
    )
    scaled: Floats = total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12)
    return scaled


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Where each vertex lies on the body, in the body's own terms.

    Attributes
    ----------
    bone
        (V,) the bone that moves it most.
    arm, leg
        (V,) 0..1 along the upper arm or thigh, 1..2 along the forearm or shin, above 2 beyond;
        -1 elsewhere.
    """

    bone: NDArray[np.str_]
    arm: Floats
    leg: Floats


def _share(points: Floats, start: Vector, end: Vector) -> Floats:
    """Return how far along the segment from `start` to `end` each point lies, 0..1 inside it."""
    along = end - start
    share: Floats = (points - start) @ along / float(along @ along)
    return share


def _places(rig: Rig) -> _Places:
    """Return where each vertex of the rig lies."""
    bone = rig.dominant_bones()
    arm = np.full(len(bone), -1.0)
    leg = np.full(len(bone), -1.0)
    for side in ("Left", "Right"):
        for values, chain in (
            (arm, (f"{side}Arm", f"{side}ForeArm", f"{side}Hand")),
            (leg, (f"{side}UpLeg", f"{side}Leg", f"{side}Foot")),
        ):
            for number, (name, following) in enumerate(pairwise(chain)):
                here = bone == name
                values[here] = number + _share(rig.vertices[here], rig.head(name), rig.head(following))
        arm[np.char.startswith(bone, f"{side}Hand")] = 2.5
        leg[np.isin(bone, [f"{side}Foot", f"{side}ToeBase"])] = 2.5
    return _Places(bone, arm, leg)


def _clothes(rig: Rig, places: _Places, outfit: Outfit) -> tuple[Mask, Mask]:
    """Return which vertices of the clothing helper are shirt and which are trousers."""
    height = rig.vertices[:, 1]
    waist, collar = rig.head("Spine")[1] + 0.02, rig.head("Neck")[1] + 0.03
    cloth = np.zeros(len(height), dtype=bool)
    cloth[np.unique(rig.faces["tights"])] = True
    hips = np.isin(places.bone, ["Hips", "Spine"]) & (height < waist)
    trousers = cloth & (hips | (places.leg > -0.9)) & (places.leg < outfit.leg)
    torso = (height >= waist - 0.03) & (height < collar) & (places.bone != "Head")
    shirt = cloth & torso & (places.arm < outfit.sleeve) & (places.leg <= 0) & ~trousers
    return shirt, trousers


def _covered(rig: Rig, cloth: Mask) -> Mask:
    """Return which quads of the body lie under cloth, two rings inside the cloth's edge."""
    quads = rig.faces["body"]
    tights = np.unique(rig.faces["tights"])
    distance, nearest = cKDTree(rig.vertices[tights]).query(rig.vertices[rig.skin])
    under: Mask = np.zeros(len(rig.vertices), dtype=bool)
    under[rig.skin] = cloth[tights[nearest]] & (distance < 0.04)
    for _ in range(2):
        edge = quads[~under[quads].all(axis=1)]
        under[np.unique(edge)] = False
    hidden: Mask = np.all(under[quads], axis=1)
    return hidden


def _face(rig: Rig, places: _Places, colors: Floats, outfit: Outfit) -> Mask:
    """Paint hair, brows, lips and pupils into `colors`; return which vertices are hair."""
    vertices = rig.vertices
    on_head = np.isin(places.bone, ["Head", "Neck"])
    skull = np.intersect1d(np.flatnonzero(places.bone == "Head"), rig.skin)
    base = rig.head("Head")[1]
    up = (vertices[:, 1] - base) / (vertices[skull, 1].max() - base)
    back, front = vertices[skull, 2].min(), vertices[skull, 2].max()
    forward = (vertices[:, 2] - back) / (front - back)
    aside = np.abs(vertices[:, 0])
    nape = (up > 0.25) & (forward < 0.42) & (up > 0.85 - 1.25 * (1 - forward))
    hair: Mask = on_head & ((up > 0.80) | nape)
    lips = on_head & (up > 0.16) & (up < 0.24) & (forward > 0.88) & (aside < 0.028)
    brows = on_head & (up > 0.595) & (up < 0.64) & (forward > 0.8) & (aside > 0.012) & (aside < 0.055)
    colors[lips] *= (0.85, 0.62, 0.62)
    colors[hair | brows] = outfit.hair
    for eye in ("left_eye", "right_eye"):
        eye_vertices = np.unique(rig.faces[eye])
        depth = vertices[eye_vertices, 2]
        colors[eye_vertices] = (0.85, 0.85, 0.83)
        colors[eye_vertices[depth > np.percentile(depth, 85)]] = (0.05, 0.04, 0.03)
    return hair


def _triangles(quads: Ints) -> Ints:
    """Split (F, 4) quads into (2F, 3) triangles."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _swelling(rig: Rig, hair: Mask, shirt: Mask, trousers: Mask) -> Floats:
    """(V, 1) distance in metres by which hair and cloth stand off the body, with tufts and soft folds."""
    x, y, z = rig.vertices.T
    folds = np.sin(41 * x + 23 * y) * np.sin(37 * y + 29 * z)
    out = np.zeros(len(x))
    bare = np.setdiff1d(np.flatnonzero(y > y[hair].min()), np.flatnonzero(hair))
    from_edge = cKDTree(rig.vertices[bare]).query(rig.vertices[hair])[0]
    tufts = 1 + 0.25 * np.sin(160 * x[hair] + 90 * y[hair]) * np.sin(140 * z[hair])
    out[hair] = _HAIR_M * np.clip(from_edge / 0.03, 0.2, 1) * tufts
    out[shirt] = 0.009 + 0.003 * folds[shirt]
    out[trousers] = 0.012 + 0.004 * folds[trousers]
    return out[:, None]


def dress(rig: Rig, outfit: Outfit) -> DressedMesh:
    """Dress the body `rig` in `outfit`."""
    places = _places(rig)
    shirt, trousers = _clothes(rig, places, outfit)
    colors = np.tile(outfit.skin, (len(rig.vertices), 1))
    hair = _face(rig, places, colors, outfit)
    colors[shirt], colors[trousers] = outfit.shirt, outfit.trousers
    roughness = np.where(shirt | trousers, 0.95, np.where(hair, 0.9, 0.55))

    in_shoe = (places.leg > 2) & (rig.vertices[:, 1] < 0.8 * rig.head("LeftFoot")[1])
    body, tights = rig.faces["body"], rig.faces["tights"]
    shown = body[~_covered(rig, shirt | trousers) & ~in_shoe[body].all(axis=1)]
    cloth = tights[(shirt | trousers)[tights].all(axis=1)]
    quads = np.concatenate([shown, rig.faces["left_eye"], rig.faces["right_eye"], cloth])
    triangles = _triangles(quads)
    swelling = _swelling(rig, hair, shirt, trousers)
    mesh = DressedMesh(
        rig.vertices + normals(rig.vertices, triangles) * swelling,
        rig.weights, rig.weight_bones, triangles, colors, roughness,
    )  # fmt: skip
    for side in ("Left", "Right"):
        mesh = _with_shoe(mesh, rig, side, outfit)
    return mesh


def _with_shoe(mesh: DressedMesh, rig: Rig, side: str, outfit: Outfit) -> DressedMesh:
    """Return the mesh with a shoe on the foot of `side`, moved by the foot's bone and its toes'."""
    points, quads, laces = fit_shoe(rig, side)
    count = len(points)
    weights = np.tile(np.eye(1, mesh.weights.shape[1]), (count, 1))
    bones = np.full((count, mesh.weights.shape[1]), rig.index(f"{side}Foot"))
    bones[points[:, 2] > rig.head(f"{side}ToeBase")[2]] = rig.index(f"{side}ToeBase")
    paint = np.tile(outfit.shoe, (count, 1))
    paint[laces] = SOLE if np.mean(outfit.shoe) < 0.4 else TROUSERS[0]
    paint[points[:, 1] < 0.012 - SOLE_M / 2] = SOLE
    return DressedMesh(
        np.concatenate([mesh.vertices, points]),
        np.concatenate([mesh.weights, weights]),
        np.concatenate([mesh.weight_bones, bones]),
        np.concatenate([mesh.triangles, _triangles(quads) + len(mesh.vertices)]),
        np.concatenate([mesh.colors, paint]),
        np.concatenate([mesh.roughness, np.full(count, 0.6)]),
    )
