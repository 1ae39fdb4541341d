"""The gym around the lifter: room, furniture, rack or bench, and the loaded bar."""

from dataclasses import dataclass

import numpy as np

from samples.render.lifts import BAR_RADIUS_M, BENCH_HEIGHT_M, PLATE_RADIUS_M
from samples.render.mesh import Color, Finish, Mesh
from samples.render.rotation import FRONT, LEFT, UP, Matrix, Vector, about, lean_forward, unit
from samples.render.textures import BRICK, PLASTER, RUBBER, WOOD

_HALF_ROOM_M, _WALL_M = 5.2, 3.1
_COLLAR_M, _BAR_END_M = 0.655, 1.10
_STEEL = Finish((0.62, 0.62, 0.64), roughness=0.25)
_DARK = Finish((0.12, 0.12, 0.12))
_PLATE_COLORS: tuple[Color, ...] = (
    (0.50, 0.03, 0.03), (0.03, 0.08, 0.42), (0.70, 0.50, 0.04), (0.03, 0.26, 0.08),
    (0.03, 0.03, 0.03),
)  # fmt: skip
_RACK_COLORS: tuple[Color, ...] = ((0.05, 0.05, 0.05), (0.35, 0.03, 0.03), (0.25, 0.25, 0.27))
_WALL_COLORS: tuple[Color, ...] = ((0.70, 0.70, 0.68), (0.52, 0.56, 0.60), (0.66, 0.60, 0.52))


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


def pick_load(rng: np.random.Generator, radius_m: float = PLATE_RADIUS_M) -> Load:
    """Draw one or two plates a side; none if their radius is 0."""
    count = int(rng.integers(1, 3))
    thickness = tuple(float(x) for x in rng.uniform(0.025, 0.055, count))
    color = _PLATE_COLORS[rng.integers(len(_PLATE_COLORS))]
    return Load(thickness if radius_m else (), color, radius_m)


def build_bar(load: Load) -> Mesh:
    """Build a bar along x with its middle at the origin, loaded on both ends."""
    mesh = Mesh()
    mesh.add_cylinder(-_COLLAR_M * LEFT, _COLLAR_M * LEFT, BAR_RADIUS_M, _STEEL, 14)
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
    return mesh


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


def build_room(rng: np.random.Generator, eye: Vector, platform: bool) -> Mesh:
    """Build floor, walls and what stands along them, away from the camera's line of sight."""
    mesh = Mesh()
    size, height = _HALF_ROOM_M, _WALL_M
    corners = np.array([[-size, 0, -size], [size, 0, -size], [size, 0, size], [-size, 0, size]])
    gray = rng.uniform(0.12, 0.24)
    mesh.add_quad(corners, UP, Finish((gray, gray, gray), RUBBER, 1.0, 0.75))
    mesh.add_quad(corners + height * UP, -UP, Finish((0.55, 0.55, 0.55), PLASTER, 1.2, 0.9))
    if platform:
        mesh.add_box((0, 0.0, 0), (2.9, 0.004, 2.4), Finish((0.42, 0.31, 0.19), WOOD, 1.2))
    color = _WALL_COLORS[rng.integers(len(_WALL_COLORS))]
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        _add_wall(mesh, rng, start, end, color)
    for number in range(4):
        inward = about(UP, np.pi / 2 * number) @ FRONT
        if float(inward @ unit(eye * (1, 0, 1))) > 0.3:
            _furnish_wall(mesh, rng, inward)
    return mesh


def _add_wall(mesh: Mesh, rng: np.random.Generator, start: Vector, end: Vector, color: Color) -> None:
    """Add one wall of brick or plaster, its skirting board and a poster or two."""
    along, up = end - start, _WALL_M * UP
    inward = np.cross(unit(along), UP) * -1.0
    inward *= np.sign(float(inward @ -(start + end)))
    layer = int(rng.choice([BRICK, PLASTER]))
    mesh.add_quad([start, end, end + up, start + up], inward, Finish(color, layer, 1.6, 0.9))
    board = np.abs(along) + np.array([0.02, 0.12, 0.02])
    mesh.add_box((start + end) / 2 + 0.06 * UP + 0.01 * inward, board, _DARK)
    turn = np.stack([unit(along), UP, inward], axis=1)
    for number in range(2):
        share = 0.5 * number + rng.uniform(0.15, 0.35)
        middle = start + share * along + 0.03 * inward + rng.uniform(1.6, 2.1) * UP
        size = (rng.uniform(0.5, 1.2), rng.uniform(0.5, 1.0), 0.04)
        red, green, blue = rng.uniform(0.1, 0.7, 3)
        mesh.add_box(middle, size, Finish((red, green, blue), roughness=0.5), turn)


def _furnish_wall(mesh: Mesh, rng: np.random.Generator, inward: Vector) -> None:
    """Put four pieces of equipment along the wall that faces `inward`."""
    turn = np.stack([np.cross(UP, inward), UP, inward], axis=1)
    pieces = (_add_dumbbell_rack, _add_power_rack, _add_box_and_plate)
    for number in range(4):
        side = -3.3 + 2.2 * number + rng.uniform(-0.3, 0.3)
        place = turn @ np.array([side, 0.0, -(_HALF_ROOM_M - 0.5)])
        pieces[rng.integers(len(pieces))](mesh, rng, place, turn)


def _add_dumbbell_rack(mesh: Mesh, rng: np.random.Generator, place: Vector, turn: Matrix) -> None:
    """Add two shelves of dumbbells."""
    for height in (0.35, 0.75):
        mesh.add_box(place + height * UP, (1.2, 0.05, 0.5), _DARK, turn)
        for number in range(5):
            gray = rng.uniform(0.03, 0.2)
            middle = place + turn @ np.array([-0.48 + 0.24 * number, height + 0.1, 0.0])
            for side in (-1.0, 1.0):
                end = middle + turn @ np.array([0.0, 0.0, side * 0.16])
                inner = middle + turn @ np.array([0.0, 0.0, side * 0.06])
                mesh.add_cylinder(inner, end, 0.075, Finish((gray, gray, gray)), 14)
    for side in (-0.55, 0.55):
        leg = place + turn @ np.array([side, 0.4, 0.0])
        mesh.add_box(leg, (0.05, 0.8, 0.45), _DARK, turn)


def _add_power_rack(mesh: Mesh, rng: np.random.Generator, place: Vector, turn: Matrix) -> None:
    """Add an empty power rack."""
    steel = Finish(_RACK_COLORS[rng.integers(len(_RACK_COLORS))])
    for x in (-0.45, 0.45):
        for z in (-0.25, 0.25):
            mesh.add_box(place + turn @ np.array([x, 1.1, z]), (0.06, 2.2, 0.06), steel, turn)
    mesh.add_box(place + 2.2 * UP, (0.96, 0.06, 0.56), steel, turn)


def _add_box_and_plate(mesh: Mesh, rng: np.random.Generator, place: Vector, turn: Matrix) -> None:
    """Add a wooden plyo box with a plate that leans on it."""
    mesh.add_box(place + 0.3 * UP, (0.7, 0.6, 0.6), Finish((0.5, 0.37, 0.23), WOOD, 0.8), turn)
    front = place + turn @ np.array([rng.uniform(-0.1, 0.1), PLATE_RADIUS_M, 0.36])
    back = front + turn @ np.array([0.0, 0.0, 0.04])
    mesh.add_cylinder(front, back, PLATE_RADIUS_M, _DARK, 32)


def build_squat_rack(rng: np.random.Generator) -> Mesh:
    """Build a squat stand behind the lifter."""
    mesh = Mesh()
    steel = Finish(_RACK_COLORS[rng.integers(len(_RACK_COLORS))])
    for side in (-0.56, 0.56):
        mesh.add_box((side, 0.9, -0.85), (0.07, 1.8, 0.07), steel)
        mesh.add_box((side, 0.04, -0.85), (0.09, 0.08, 0.6), steel)
    mesh.add_box((0, 0.08, -1.1), (1.2, 0.07, 0.07), steel)
    return mesh


def build_bench(rng: np.random.Generator, shoulder_z: float) -> Mesh:
    """Build a bench with uprights behind the shoulders."""
    mesh = Mesh()
    steel = Finish(_RACK_COLORS[rng.integers(len(_RACK_COLORS))])
    top = BENCH_HEIGHT_M
    mesh.add_box((0, top - 0.035, 0.02), (0.29, 0.07, 1.22), Finish((0.05, 0.05, 0.06), roughness=0.45))
    for z in (-0.4, 0.5):
        mesh.add_box((0, (top - 0.07) / 2, z), (0.07, top - 0.07, 0.07), steel)
        mesh.add_box((0, 0.03, z), (0.5, 0.06, 0.07), steel)
    mesh.add_box((0, 0.2, 0.05), (0.07, 0.07, 0.9), steel)
    for side in (-0.52, 0.52):
        mesh.add_box((side, 0.5, shoulder_z - 0.36), (0.06, 1.0, 0.06), steel)
    mesh.add_box((0, 0.25, shoulder_z - 0.36), (1.04, 0.06, 0.06), steel)
    return mesh
