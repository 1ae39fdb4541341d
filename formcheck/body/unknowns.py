"""The numbers that a fit looks for and that stay the same over a take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from formcheck.body.camera import front_on
from formcheck.body.human import Human
from formcheck.body.model import UNKNOWNS, BodyModel, BoneName, in_si
from formcheck.pose import FloatArray

BONES: tuple[BoneName, ...] = (
    "thigh", "shank", "trunk", "upper_arm", "forearm", "foot", "half_hips", "half_shoulders",
)  # fmt: skip
"""Lengths that belong to the lifter."""

WIDTHS = ("half_hips", "half_shoulders")
"""Those across the body, along the line of sight from the side."""

_ANYWHERE_M = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Unknowns:
    """Names, prior means and prior standard deviations, in radians and metres; S of them.

    Lengths are logarithms of their ratio to the typical share of the stature. Names have lost `_deg`.
    """

    names: tuple[str, ...]
    mean: FloatArray
    sd: FloatArray

    def named(self, values: FloatArray) -> dict[str, FloatArray]:
        """(B, S) values as name to (B, 1)."""
        return {name: values[:, [index]] for index, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """Where the unknown stands."""
        return self.names.index(name)

    def moved(self, **means: float) -> Self:
        """The same with other prior means."""
        mean = self.mean.copy()
        for name, value in means.items():
            mean[self.index(name)] = value
        return type(self)(self.names, mean, self.sd)


def lay_out(
    lift: BodyModel, human: Human, *, azimuth: float, long_side_px: float, height_m: float | None
) -> Unknowns:
    """The unknowns of a lift; the camera stands at `azimuth` rad from the front toward the lifter's left."""
    camera, focal = human.camera, human.camera.focal_over_long_side
    rows: dict[str, tuple[float, float]] = {
        "azimuth": (azimuth, np.radians(camera.azimuth_sd_deg)),
        "pitch": _radians(camera.pitch_deg),
        "roll": _radians(camera.roll_deg),
        "right_m": (0.0, _ANYWHERE_M),
        "down_m": (0.0, _ANYWHERE_M),
        "ln_distance": (0.0, camera.ln_distance_sd),
        "ln_focal": (float(np.log(focal[0] * long_side_px)), focal[1]),
        "stature_m": human.stature.prior_m if height_m is None else (height_m, human.stature.given_sd_m),
    }
    wider = {} if front_on(azimuth, human) else lift.wider
    rows |= {bone: (0.0, human.ratios.of(bone)[1] * wider.get(bone, 1.0)) for bone in BONES}
    for name in UNKNOWNS[lift.bar]:
        mean, sd = lift.unknowns[name]
        rows[name.removesuffix("_deg")] = (in_si(name, mean), in_si(name, sd))
    values = np.array(list(rows.values()))
    return Unknowns(tuple(rows), values[:, 0], values[:, 1])


def lengths_m(values: Mapping[str, FloatArray], human: Human) -> dict[str, FloatArray]:
    """Bone lengths in metres of named unknowns."""
    return {bone: human.ratios.of(bone)[0] * values["stature_m"] * np.exp(values[bone]) for bone in BONES}


def _radians(prior: tuple[float, float]) -> tuple[float, float]:
    return float(np.radians(prior[0])), float(np.radians(prior[1]))
