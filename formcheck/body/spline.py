"""Cubic B-splines over the spans of a take in which reps are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from formcheck.pose import FloatArray
from formcheck.signals.filters import Flags, inside_any

KNOTS_S = 0.15
"""Distance of the knots: curves follow what is slower than about 3.3 Hz."""

ORDER = 4
"""Coefficients that are felt at one instant."""

_ROUGH_AT_S = 0.1
_JERK = 3


@dataclass(frozen=True, slots=True)
class Splines:
    """One cubic spline for each span of (start, end) seconds, their C coefficients in a row."""

    spans: tuple[tuple[float, float], ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """How many coefficients each span has."""
        return tuple(int(np.ceil((end - start) / KNOTS_S)) + ORDER - 1 for start, end in self.spans)

    def basis(self, time_s: FloatArray) -> FloatArray:
        """(n, C) share of each coefficient at each instant; rows of zeros outside the spans."""
        shares = np.zeros((len(time_s), sum(self.counts)))
        for inside, within, knots, own in self._parts(time_s):
            rows = BSpline.design_matrix(within, knots, ORDER - 1, extrapolate=False)
            shares[inside, own] = rows.toarray()
        return shares

    def curves(self, time_s: FloatArray, coefficients: FloatArray) -> FloatArray:
        """(n, k) values of k curves by their (C, k) coefficients; 0 outside the spans.

        As `basis(time_s) @ coefficients`, without the matrix, which is large for all frames of a long set.
        """
        values = np.zeros((len(time_s), coefficients.shape[1]))
        for inside, within, knots, own in self._parts(time_s):
            values[inside] = BSpline(knots, coefficients[own], ORDER - 1, extrapolate=False)(within)
        return values

    def cover(self, time_s: FloatArray) -> Flags:
        """(n,) which instants are in a span."""
        return inside_any(time_s, self.spans)

    def _parts(self, time_s: FloatArray) -> Iterator[tuple[Flags, FloatArray, FloatArray, slice]]:
        """For each span (n,) which instants are in it, those, its knots, and where its coefficients are."""
        at = 0
        for (start, end), count in zip(self.spans, self.counts, strict=True):
            inside = inside_any(time_s, [(start, end)])
            knots: FloatArray = start + (np.arange(count + ORDER, dtype=np.float64) - (ORDER - 1)) * KNOTS_S
            if inside.any():
                # A span of whole steps may end a rounding error after its last knot.
                yield inside, np.minimum(time_s[inside], knots[-ORDER]), knots, slice(at, at + count)
            at += count

    def bends(self) -> FloatArray:
        """(E, C) third differences, as of coefficients 0.1 s apart, as many of them."""
        rows = []
        at, total = 0, sum(self.counts)
        for count in self.counts:
            part = np.zeros((max(count - _JERK, 0), total))
            part[:, at : at + count] = np.diff(np.eye(count), _JERK, axis=0)
            rows.append(part)
            at += count
        return np.asarray(np.concatenate(rows) * (_ROUGH_AT_S / KNOTS_S) ** (_JERK - 0.5))


def merge_spans(spans: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans in order; those that touch become one."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + KNOTS_S:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
