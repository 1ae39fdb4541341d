"""The gym around the lifter: room, furniture, rack or bench."""

import numpy as np

from samples.render.lifts import BENCH_HEIGHT_M, PLATE_RADIUS_M
from samples.render.mesh import Color, Finish, Mesh
from samples.render.rotation import FRONT, UP, Matrix, Vector, about, unit
from samples.render.textures import BRICK, PLASTER, RUBBER, WOOD

_HALF_ROOM_M, _WALL_M = 5.2, 3.1
_DARK = Finish((0.12, 0.12, 0.12))
_RACK_COLORS: tuple[Color, ...] = ((0.05, 0.05, 0.05), (0.35, 0.03, 0.03), (0.25, 0.25, 0.27))
_WALL_COLORS: tuple[Color, ...] = ((0.70, 0.70, 0.68), (0.52, 0.56, 0.60), (0.66, 0.60, 0.52))


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
