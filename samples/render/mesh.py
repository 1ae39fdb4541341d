"""Builds meshes of simple solids: boxes, cylinders, rings, each with a color and a texture."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from samples.render.rotation import LEFT, UP, Matrix, Vector, unit

Color = tuple[float, float, float]
VERTEX_FLOATS = 13
"""Floats of one vertex: position 3, normal 3, color 3, texture u, v and layer, roughness."""


@dataclass(frozen=True, slots=True)
class Finish:
    """How a surface looks.

    Attributes
    ----------
    color
        Linear RGB, 0..1.
    layer
        Texture layer, -1 for none.
    repeat_m
        Size of one texture tile in metres.
    roughness
        0 mirror to 1 chalk.
    """

    color: Color
    layer: int = -1
    repeat_m: float = 1.0
    roughness: float = 0.7


def pack_vertices(
    positions: ArrayLike,
    normals: ArrayLike,
    colors: ArrayLike,
    texture: ArrayLike,
    roughness: ArrayLike,
) -> NDArray[np.float32]:
    """(n, 13) vertices as the renderer reads them; `texture` is (n, 3) of u, v and layer."""
    rows = len(np.asarray(positions))
    columns = (positions, normals, np.broadcast_to(colors, (rows, 3)), texture,
               np.broadcast_to(np.reshape(roughness, (-1, 1)), (rows, 1)))  # fmt: skip
    return np.hstack([np.asarray(column, dtype=np.float32) for column in columns])


def _around(axis: Vector, steps: int) -> NDArray[np.float64]:
    """Return (steps + 1, 3) unit vectors around `axis`, the last equal to the first."""
    other = UP if abs(axis[1]) < 0.9 else LEFT
    first = unit(np.cross(axis, other))
    second = np.cross(axis, first)
    angle = np.linspace(0, 2 * np.pi, steps + 1)
    circle: NDArray[np.float64] = np.outer(np.cos(angle), first) + np.outer(np.sin(angle), second)
    return circle


def _band(count: int) -> list[tuple[int, int, int]]:
    """Return the triangles between two rows of `count` points each."""
    pairs = [((i, i + 1, count + i), (i + 1, count + i + 1, count + i)) for i in range(count - 1)]
    return [triangle for pair in pairs for triangle in pair]


@dataclass(slots=True)
class Mesh:
    """A growing list of triangles."""

    _vertices: list[NDArray[np.float32]] = field(default_factory=list)
    _triangles: list[NDArray[np.int32]] = field(default_factory=list)
    _count: int = 0

    def _add(self, vertices: NDArray[np.float32], triangles: ArrayLike) -> None:
        """Append vertices and the triangles between them."""
        self._vertices.append(vertices)
        self._triangles.append(np.asarray(triangles, dtype=np.int32) + self._count)
        self._count += len(vertices)

    def add_quad(self, corners: ArrayLike, normal: ArrayLike, finish: Finish) -> None:
        """Add a flat quad from its four corners in order."""
        points = np.asarray(corners, dtype=np.float64)
        width = float(np.linalg.norm(points[1] - points[0])) / finish.repeat_m
        height = float(np.linalg.norm(points[3] - points[0])) / finish.repeat_m
        u, v = (0.0, width, width, 0.0), (0.0, 0.0, height, height)
        texture = np.stack([u, v, np.full(4, finish.layer)], axis=1)
        normals = np.tile(np.asarray(normal, dtype=np.float64), (4, 1))
        vertices = pack_vertices(points, normals, finish.color, texture, finish.roughness)
        self._add(vertices, [[0, 1, 2], [0, 2, 3]])

    def add_box(self, center: ArrayLike, size: ArrayLike, finish: Finish, turn: Matrix | None = None) -> None:
        """Add a box of `size` (3,) around `center` (3,), turned by `turn`."""
        matrix = np.eye(3) if turn is None else turn
        middle, half = np.asarray(center, dtype=np.float64), np.asarray(size, dtype=np.float64) / 2
        for axis in range(3):
            side, other = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            for sign in (-1, 1):
                outward = sign * np.eye(3)[axis]
                corners = [
                    middle + matrix @ ((outward + a * side + b * other) * half)
                    for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
                ]
                self.add_quad(corners, matrix @ outward, finish)

    def add_cylinder(
        self, start: ArrayLike, end: ArrayLike, radius: float, finish: Finish, steps: int = 24
    ) -> None:
        """Add a closed cylinder between two points."""
        first, last = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
        axis = unit(last - first)
        round_ = _around(axis, steps)
        flat = np.tile([0.0, 0.0, -1.0], (2 * (steps + 1), 1))
        rim = np.concatenate([first + round_ * radius, last + round_ * radius])
        sides = pack_vertices(rim, np.tile(round_, (2, 1)), finish.color, flat, finish.roughness)
        self._add(sides, _band(steps + 1))
        for center, outward in ((first, -axis), (last, axis)):
            self.add_ring(center, outward, 0.0, radius, finish, steps)

    def add_ring(
        self, center: ArrayLike, axis: ArrayLike, inner: float, outer: float, finish: Finish,
        steps: int = 48,
    ) -> None:  # fmt: skip
        """Add a flat ring that faces along `axis`, between two radii in metres."""
        middle, normal = np.asarray(center, dtype=np.float64), unit(axis)
        round_ = _around(normal, steps)
        points = np.concatenate([middle + round_ * inner, middle + round_ * outer])
        flat = np.tile([0.0, 0.0, -1.0], (len(points), 1))
        normals = np.tile(normal, (len(points), 1))
        vertices = pack_vertices(points, normals, finish.color, flat, finish.roughness)
        self._add(vertices, _band(steps + 1))

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """(n, 13) vertices and (m, 3) triangles of all that was added."""
        return np.concatenate(self._vertices), np.concatenate(self._triangles)
