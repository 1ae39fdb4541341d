"""Rotations of three-dimensional vectors, as (3, 3) matrices."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

LEFT: Vector = np.array([1.0, 0.0, 0.0])
UP: Vector = np.array([0.0, 1.0, 0.0])
FRONT: Vector = np.array([0.0, 0.0, 1.0])


def unit(vector: ArrayLike) -> Vector:
    """`vector` at length 1."""
    array = np.asarray(vector, dtype=np.float64)
    scaled: Vector = array / np.linalg.norm(array)
    return scaled


def across(vector: ArrayLike, axis: Vector) -> Vector:
    """Return the part of `vector` at a right angle to the unit vector `axis`."""
    array = np.asarray(vector, dtype=np.float64)
    return array - axis * float(axis @ array)


def about(axis: Vector, angle_rad: float) -> Matrix:
    """Rotation by `angle_rad` about `axis`, by the right-hand rule."""
    matrix: Any = Rotation.from_rotvec(unit(axis) * angle_rad).as_matrix()
    return np.asarray(matrix, dtype=np.float64)


def lean_forward(angle_rad: float) -> Matrix:
    """Rotation about the lifter's left-right axis that moves the head toward the front."""
    return about(LEFT, angle_rad)


def basis(along: Vector, beside: Vector) -> Matrix:
    """Orthonormal columns: `along`, the part of `beside` across it, and their cross product."""
    first = unit(along)
    second = unit(across(beside, first))
    return np.stack([first, second, np.cross(first, second)], axis=1)


def turn(from_along: Vector, from_beside: Vector, to_along: Vector, to_beside: Vector) -> Matrix:
    """Rotation that takes one pair of directions to another; the first of each pair exactly."""
    return basis(to_along, to_beside) @ basis(from_along, from_beside).T


def blend(start: Matrix, end: Matrix, share: float) -> Matrix:
    """Return the rotation that lies `share` (0..1) of the shortest way from `start` to `end`."""
    way = Rotation.from_matrix(start.T @ end).as_rotvec()
    return start @ np.asarray(Rotation.from_rotvec(way * share).as_matrix(), dtype=np.float64)
