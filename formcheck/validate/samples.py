"""What one clip adds to the tables, before anything is averaged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from formcheck.pose import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What one clip adds to one row of one table.

    Attributes
    ----------
    table, item
        Which row: `angles`, `knee`; `item` is empty in a table of one row a group.
    values
        Name to (N,) or (N, D) rows, one for each frame, rep or whatever is counted; none is NaN.
    """

    table: str
    item: str
    values: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        for name, rows in self.values.items():
            if not np.isfinite(rows).all():
                raise ValueError(f"{self.table} {self.item} {name}: expected finite numbers, got NaN")


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """The samples of a clip, and the groups that it belongs to.

    Attributes
    ----------
    clip, made, lift
        Name of the clip, how its truth was made, its true lift.
    yaw, view
        Band of the true yaw in degrees (`0-15`), and the true view (`side`), or `unknown`.
    samples
        All rows that it adds to.
    """

    clip: str
    made: str
    lift: str
    yaw: str
    view: str
    samples: tuple[Samples, ...] = field(repr=False)


def rows(values: ArrayLike) -> FloatArray:
    """Make an array of float rows."""
    return np.asarray(values, dtype=np.float64)
