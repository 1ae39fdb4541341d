"""Least squares for curves and shared values: a banded system with a border.

Every frame's residuals depend on the four spline coefficients around it for each curve, and on the shared
values. With the coefficients in the order of time the normal equations are a band with a border of S columns,
so a step costs no more than a pass over the frames.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg import cho_solve_banded, cholesky_banded

from formcheck.body.spline import ORDER
from formcheck.pose import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """Normal equations of C coefficients for each of k curves and of S shared values.

    Attributes
    ----------
    band
        (4 k, C k) lower band of the coefficients' part, coefficients by time, then by curve.
    border
        (C k, S) coefficients with shared values.
    corner
        (S, S) shared values.
    right
        (C k + S,) right side.
    """

    band: FloatArray
    border: FloatArray
    corner: FloatArray
    right: FloatArray

    @classmethod
    def of_frames(cls, basis: FloatArray, jacobian: FloatArray, rest: FloatArray, curves: int) -> Self:
        """Add up frames.

        Parameters
        ----------
        basis
            (n, C) share of each coefficient in each frame.
        jacobian
            (n, k + S, M) derivatives of the residuals, each over its standard deviation.
        rest
            (n, M) residuals over their standard deviation.
        curves
            k.
        """
        squares = jacobian @ jacobian.transpose(0, 2, 1)
        slope = (jacobian @ rest[:, :, None])[..., 0]
        count = basis.shape[1]
        border = basis.T @ squares[:, :curves, curves:].reshape(len(basis), -1)
        right = basis.T @ slope[:, :curves]
        return cls(
            _band(basis, squares[:, :curves, :curves]),
            border.reshape(count * curves, -1),
            squares[:, curves:, curves:].sum(axis=0),
            np.concatenate([right.ravel(), slope[:, curves:].sum(axis=0)]),
        )

    def plus_smoothness(self, bends: FloatArray, coefficients: FloatArray, rough: FloatArray) -> Self:
        """Hold (C, k) coefficients to small differences, (E, C) `bends`, of (k,) deviations."""
        band, right = self.band.copy(), self.right.copy()
        count, curves = coefficients.shape
        square = bends.T @ bends
        for apart in range(min(ORDER, count)):
            diagonal = np.diagonal(square, -apart)
            for curve in range(curves):
                column = np.arange(count - apart) * curves + curve
                band[apart * curves, column] += diagonal / rough[curve] ** 2
        right[: count * curves] -= (square @ coefficients / rough**2).ravel()
        return type(self)(band, self.border, self.corner, right)

    def plus_prior(self, away: FloatArray, sd: FloatArray) -> Self:
        """Hold shared values to a prior that is (S,) `away` from them."""
        right = self.right.copy()
        right[-len(sd) :] += away / sd**2
        return type(self)(self.band, self.border, self.corner + np.diag(1 / sd**2), right)

    def factor(self, damping: float = 0.0) -> "Factored":
        """Factor, the diagonal raised by a share of itself (Levenberg and Marquardt)."""
        band, corner = self.band.copy(), self.corner.copy()
        band[0] *= 1 + damping
        band[0] += _LEAST
        corner[np.diag_indices_from(corner)] *= 1 + damping
        lower = cholesky_banded(band, lower=True)
        solved = cho_solve_banded((lower, True), self.border)
        return Factored(
            lower, solved, np.asarray(np.linalg.inv(corner - self.border.T @ solved), dtype=np.float64)
        )


_LEAST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Factored:
    """Factored equations: the band's Cholesky factor, its solution for the border, the (S, S) covariance."""

    lower: FloatArray
    border: FloatArray
    shared_covariance: FloatArray

    def solve(self, right: FloatArray) -> FloatArray:
        """Solve for (C k + S,) or (C k + S, m)."""
        size = len(self.border)
        own = cho_solve_banded((self.lower, True), right[:size])
        shared = self.shared_covariance @ (right[size:] - self.border.T @ right[:size])
        return np.concatenate([own - self.border @ shared, shared])

    def variance(self, gradient: FloatArray) -> FloatArray:
        """(m,) variance of quantities with a (C k + S, m) gradient."""
        return np.asarray((gradient * self.solve(gradient)).sum(axis=0))


def _band(basis: FloatArray, squares: FloatArray) -> FloatArray:
    """(4 k, C k) lower band of sums over frames of basis_i basis_j squares[a, b]."""
    frames, curves, _ = squares.shape
    count = basis.shape[1]
    flat = squares.reshape(frames, curves * curves)
    band = np.zeros((ORDER * curves, count * curves))
    for apart in range(min(ORDER, count)):
        pairs = basis[:, : count - apart] * basis[:, apart:]
        blocks = (pairs.T @ flat).reshape(count - apart, curves, curves)
        first = np.arange(count - apart) * curves
        for a in range(curves):
            for b in range(curves):
                below = apart * curves + b - a
                if below >= 0:
                    band[below, first + a] = blocks[:, a, b]
    return band
