"""What is known beforehand of a lift's body: unknowns, curves and physical terms, as data."""

from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from formcheck.view import ViewName

Prior = tuple[float, float]
"""Mean and standard deviation."""

OffAxis = tuple[float, float]
"""Along a bone and forward of it, in statures."""

JointName = Literal["shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe"]
SegmentName = Literal["trunk", "thigh", "shank", "floor"]
BoneName = Literal["thigh", "shank", "trunk", "upper_arm", "forearm", "foot", "half_hips", "half_shoulders"]
OffBones = dict[JointName, dict[SegmentName, OffAxis]]
"""By joint and by bone, where the network sees it."""

TermName = Literal["balance", "contact", "floor", "knee", "reach"]
"""Groups of physical terms that a fit can do without."""


class Strict(BaseModel):
    """Data of which every name is known and that stay as they were read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Curve(Strict):
    """One degree of freedom over time, in degrees if its name ends so, else in metres.

    Attributes
    ----------
    top, bottom
        Where it starts from with the bar at its highest and at its lowest.
    rough
        Standard deviation of the third difference of spline coefficients that are 0.1 s apart.
    within
        Soft limits.
    usual, seen
        Prior of each frame's value; `seen`, if given, is that in views from which it can be seen: wide,
        so that it is measured and not told.
    """

    top: float
    bottom: float
    rough: float = Field(gt=0)
    within: tuple[float, float] | None = None
    usual: Prior | None = None
    seen: Prior | None = None


class Term(Strict):
    """Something physical that holds at part of the bar's way.

    Attributes
    ----------
    name
        Its group; `without` leaves out the whole group.
    quantity
        What is compared, with its unit.
    at
        At the highest 4 % of the bar's way, the lowest 3 %, or always.
    mean, sd
        What is expected. With `most`, only what exceeds the mean counts.
    """

    name: TermName
    quantity: str
    at: Literal["top", "bottom", "always"]
    mean: float
    sd: float = Field(gt=0)
    most: bool = False
    source: str


class Offsets(Strict):
    """Where the network sees a joint, less its center, by the bones on which that depends, and `inward`.

    `oblique` and `front` go before the others in views of that kind: from the front, what is ahead of a joint
    is not seen. A network draws unusual bodies toward usual ones: `drawn` is what comes besides, but in front
    views, for each unit of the logarithm of the thigh over its usual share of the stature.
    """

    source: str
    shoulder: dict[SegmentName, OffAxis]
    hip: dict[SegmentName, OffAxis]
    knee: dict[SegmentName, OffAxis]
    ankle: dict[SegmentName, OffAxis]
    inward: dict[JointName, float] = {}
    oblique: OffBones = {}
    front: OffBones = {}
    drawn: OffBones = {}


class BodyModel(Strict):
    """The `[body]` section of a lift's file.

    Attributes
    ----------
    chain
        A body that stands on its feet or lies on a bench.
    bar
        On the upper back, hanging from straight arms, or pressed by bent ones.
    keypoints
        Which keypoints count.
    noise
        Factor on the noise of a keypoint in side views, where plates hide it.
    far_side
        The same for the far side's, besides; what is not named has that of any lifter.
    offsets
        Where the network sees a joint, less its center.
    unknowns
        What is constant in a take: prior mean and deviation.
    wider
        How many times less sure of a bone a fit is beforehand than people's ratios say, but in front views. A
        network has drawn its joints toward usual ones already; a strange length stays strange by the ratio.
    curves
        What moves.
    terms
        Physical terms.
    spread
        By view and by angle: factor on the fit's standard deviation, and what is added in quadrature
        (degrees, places in metres) for what the model leaves out; `front` only where the fit has proved
        itself. So wide that 90 % intervals hold at least 90 % of what is told of rendered tuning bodies,
        enlarged for a new body where those are fewer than eight: leaving each of more out in turn asks for
        no enlargement.
    reach_sd_m
        How far the distance between shoulder and wrist may be from the model's: blades slide on the ribs,
        wrists bend. It matters where arms are almost straight.
    """

    chain: Literal["standing", "lying"]
    bar: Literal["back", "hands", "pressed"]
    keypoints: tuple[JointName, ...] = Field(min_length=3)
    noise: dict[JointName, float] = {}
    far_side: dict[JointName, float] = {}
    offsets: Offsets
    unknowns: dict[str, Prior]
    wider: dict[BoneName, float] = {}
    curves: dict[str, Curve]
    terms: tuple[Term, ...] = ()
    spread: dict[ViewName, dict[str, tuple[float, float]]]
    reach_sd_m: float = Field(0.0, ge=0.0, le=0.1)
    source: str

    @model_validator(mode="after")
    def _complete(self) -> Self:
        front = "front" in self.spread
        tables = [
            ("curves", set(self.curves), CURVES[self.bar] + (ASIDE if front else ())),
            ("unknowns", set(self.unknowns), UNKNOWNS[self.bar]),
        ]
        views: list[ViewName] = ["side", "oblique", "front"]
        for view in views[: 3 if front else 2]:
            told = set(self.spread.get(view, {})) - set(APART)
            tables.append((f"spread.{view}", told, READINGS[self.chain]))
        for name, found, wanted in tables:
            if found != set(wanted):
                raise ValueError(f"{name}: expected {', '.join(wanted)}, found {', '.join(sorted(found))}")
        strangers = {term.quantity for term in self.terms} - set(QUANTITIES[self.chain])
        if strangers:
            raise ValueError(f"terms: unknown quantities {', '.join(sorted(strangers))}")
        return self


_LEGS = ("shank_deg", "thigh_deg", "trunk_deg", "knees_out_m")
CURVES: dict[str, tuple[str, ...]] = {
    "back": _LEGS,
    "hands": (*_LEGS, "arm_deg"),
    "pressed": ("bar_up_m", "bar_ahead_m", "swivel_deg"),
}
"""By the bar's place, what moves."""

ASIDE = ("knees_aside_m", "hips_aside_m")
"""What the sides do apart, to the lifter's left positive: moves in front views, where alone it is seen."""

SWAY = ("sway_right_m", "sway_down_m")
"""What moves besides where a hand holds the camera."""

_FEET = ("half_stance_m", "toe_out_deg")
UNKNOWNS: dict[str, tuple[str, ...]] = {
    "back": (*_FEET, "bar_along_m", "bar_behind_m", "plate_aside_m"),
    "hands": (*_FEET, "half_grip_m", "plate_aside_m"),
    "pressed": (
        "half_stance_m", "half_grip_m", "trunk_lean_deg", "thigh_lean_deg", "shank_lean_deg",
        "palm_m", "wrist_behind_m", "plate_aside_m",
    ),
}  # fmt: skip
"""By the bar's place, what is constant in a take."""


READINGS: dict[str, tuple[str, ...]] = {
    "standing": ("knee_flexion", "hip_flexion", "trunk_lean", "shank_lean", "thigh_angle", "depth"),
    "lying": ("elbow_flexion", "trunk_lean"),
}
"""By the chain, what a fit says with a deviation."""

APART = ("knee_separation", "hips_aside")
"""What is said besides, where the spread of a view names it."""

QUANTITIES: dict[str, tuple[str, ...]] = {
    "standing": ("bar_over_foot_m", "bar_height_m", "knee_overextension_deg", "leg_before_bar_m"),
    "lying": ("arm_extension", "wrist_over_shoulder_m"),
}
"""By the chain, what a physical term can be about."""


def in_si(name: str, value: float) -> float:
    """A number of that name in radians or metres."""
    return float(np.radians(value)) if name.endswith("_deg") else value
