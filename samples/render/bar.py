"""The loaded bar: plates, shaft and sleeves, and how far its load bends it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from samples.render.lifts import BAR_RADIUS_M, PLATE_RADIUS_M
from samples.render.mesh import Color, Finish, Mesh
from samples.render.rotation import LEFT, UP, Vector, lean_forward

_COLLAR_M, _BAR_END_M = 0.655, 1.10
_STEEL = Finish((0.62, 0.62, 0.64), roughness=0.25)
_PLATE_COLORS: tuple[Color, ...] = (
    (0.50, 0.03, 0.03), (0.03, 0.08, 0.42), (0.70, 0.50, 0.04), (0.03, 0.26, 0.08),
    (0.03, 0.03, 0.03),
)  # fmt: skip
_STIFFNESS_NM2 = 205e9 * np.pi * BAR_RADIUS_M**4 / 4
"""Young's modulus of steel times the second moment of area of the shaft."""
_KG_PER_M = 450.0
"""Mass of a 450 mm plate by its thickness: 22 kg for 50 mm."""
_GRAVITY = 9.81
_PIECES = 16


@dataclass(frozen=True, slots=True)
class Load:
    """The plates on each end of the bar.

    Attributes
    ----------
    thickness_m
        Thickness of each plate, from the inside out; none on an empty bar.
    color
        Linear RGB of all of them.
    radius_m
        Radius of all of them.
    """

    thickness_m: tuple[float, ...]
    color: Color
    radius_m: float = PLATE_RADIUS_M

    @property
    def face_m(self) -> float:
        """Distance from the bar's middle to the outermost plate's outer face; empty: to the bar's end."""
        if not self.thickness_m:
            return _BAR_END_M
        return _COLLAR_M + 0.002 + sum(self.thickness_m) + 0.003 * (len(self.thickness_m) - 1)

    @property
    def mass_kg(self) -> float:
        """Mass of the plates on one end."""
        return _KG_PER_M * sum(self.thickness_m) * (self.radius_m / PLATE_RADIUS_M) ** 2


@dataclass(frozen=True, slots=True)
class Bend:
    """How far the bar's ends hang below its hands, at rest.

    A beam on two supports with a load on each overhang (Gere and Goodno, Mechanics of Materials): between the
    hands it arches with a constant moment, outside it is a cantilever that begins at the hands' slope. The
    sleeves are stiff.

    Attributes
    ----------
    hands_m
        Distance of each hand (or of the back's edge) from the bar's middle.
    load_n
        Weight on each end.
    at_m
        Where it acts, from the bar's middle.
    """

    hands_m: float
    load_n: float
    at_m: float

    def drop_m(self, along_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far the bar hangs below the line through the hands, at distances from its middle."""
        out = np.abs(along_m)
        arm = self.at_m - self.hands_m
        per_n = self.load_n / _STIFFNESS_NM2
        past = np.clip(out - self.hands_m, 0.0, _COLLAR_M - self.hands_m)
        bent = per_n * (arm * self.hands_m * past + arm * past**2 / 2 - past**3 / 6)
        arch = per_n * arm * np.clip(self.hands_m**2 - out**2, 0.0, None) / 2
        return np.asarray(bent - arch + self.slope * np.clip(out - _COLLAR_M, 0.0, None))

    @property
    def slope(self) -> float:
        """By how much the sleeves point down, in radians."""
        arm, past = self.at_m - self.hands_m, _COLLAR_M - self.hands_m
        return float(self.load_n / _STIFFNESS_NM2 * (arm * self.hands_m + arm * past - past**2 / 2))

    def end(self, along_m: float) -> Vector:
        """(3,) place on the bent bar's axis, from its straight middle, in the bar's own frame."""
        return np.array([along_m, -float(self.drop_m(np.array(along_m))), 0.0])


def bend_under(load: Load, hands_m: float) -> Bend:
    """Bend of a bar that is held `hands_m` from its middle."""
    stack = load.face_m - _COLLAR_M if load.thickness_m else 0.0
    return Bend(hands_m, load.mass_kg * _GRAVITY, _COLLAR_M + stack / 2)


def pick_load(rng: np.random.Generator, radius_m: float = PLATE_RADIUS_M) -> Load:
    """Draw one or two plates a side; none if their radius is 0."""
    count = int(rng.integers(1, 3))
    thickness = tuple(float(x) for x in rng.uniform(0.025, 0.055, count))
    color = _PLATE_COLORS[rng.integers(len(_PLATE_COLORS))]
    return Load(thickness if radius_m else (), color, radius_m)


def build_bar(load: Load, bend: Bend) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Vertices and triangles of a bar along x with its middle at the origin, loaded on both ends and bent."""
    mesh = Mesh()
    cuts = np.linspace(-_COLLAR_M, _COLLAR_M, _PIECES + 1)
    for start, stop in pairwise(cuts):
        mesh.add_cylinder(start * LEFT, stop * LEFT, BAR_RADIUS_M, _STEEL, 14)
    for sign in (-1, 1):
        out = sign * LEFT
        mesh.add_cylinder(_COLLAR_M * out, _BAR_END_M * out, 0.025, _STEEL, 20)
        mesh.add_cylinder((_COLLAR_M - 0.03) * out, _COLLAR_M * out, 0.037, _STEEL, 20)
        inner = _COLLAR_M + 0.002
        for thickness in load.thickness_m:
            _add_plate(mesh, out, inner, inner + thickness, load)
            inner += thickness + 0.003
        if load.thickness_m:
            clamp = Finish((0.15, 0.15, 0.15))
            mesh.add_cylinder(inner * out, (inner + 0.03) * out, 0.04, clamp, 20)
    vertices, triangles = mesh.arrays()
    return _bent(vertices, bend), triangles


def _bent(vertices: NDArray[np.float32], bend: Bend) -> NDArray[np.float32]:
    """Vertices moved with the bar's axis; what sits on a sleeve turns with it."""
    along = vertices[:, 0].astype(np.float64)
    sleeve = np.abs(along) >= _COLLAR_M
    turn = np.where(sleeve, -np.sign(along) * bend.slope, 0.0)
    bent = vertices.copy()
    bent[:, 0] += (-np.sin(turn) * vertices[:, 1]).astype(np.float32)
    bent[:, 1] -= bend.drop_m(along).astype(np.float32)
    x, y = vertices[:, 3].astype(np.float64), vertices[:, 4].astype(np.float64)
    bent[:, 3] = np.cos(turn) * x - np.sin(turn) * y
    bent[:, 4] = np.sin(turn) * x + np.cos(turn) * y
    return bent


def _add_plate(mesh: Mesh, out: Vector, inner: float, outer: float, load: Load) -> None:
    """Add one plate between two distances from the bar's middle, with hub, rim and lettering."""
    color, radius = load.color, load.radius_m
    rubber = Finish(color, roughness=0.6)
    red, green, blue = color
    rim = Finish((0.65 * red, 0.65 * green, 0.65 * blue), roughness=0.6)
    mesh.add_cylinder(inner * out, outer * out, radius, rubber, 64)
    for place, facing in ((inner - 0.0008, -out), (outer + 0.0008, out)):
        mesh.add_ring(place * out, facing, 0.026, 0.055, Finish((0.5, 0.5, 0.5)))
        mesh.add_ring(place * out, facing, 0.86 * radius, 0.985 * radius, rim, 64)
        for letter in range(12):
            turn = lean_forward(2.094 * (letter // 4) + 0.16 * (letter % 4))
            spot = place * out + 0.0005 * facing + turn @ UP * 0.68 * radius
            mesh.add_box(spot, (0.001, 0.03, 0.018), Finish((0.85, 0.85, 0.85)), turn)
