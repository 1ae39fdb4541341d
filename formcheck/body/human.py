"""What is known beforehand of any lifter and any camera, as data."""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from formcheck.body.model import BoneName, Curve, JointName, Prior, Strict
from formcheck.settings import Preset


class CameraPrior(Strict):
    """What is assumed of the camera."""

    source: str
    azimuth_sd_deg: float
    pitch_deg: Prior
    roll_deg: Prior
    focal_over_long_side: Prior
    ln_distance_sd: float


class Sway(Strict):
    """Curves of a camera that is held by hand."""

    sway_right_m: Curve
    sway_down_m: Curve


class Stature(Strict):
    """What is assumed of the lifter's height, and how well a given one is known."""

    source: str
    prior_m: Prior
    given_sd_m: float


class Foot(Strict):
    """A shod foot: heights in statures, the rest in foot lengths from the ankle."""

    source: str
    ankle_height: float
    heel_height: float
    toe_height: float
    heel_behind: float
    toe_ahead: float
    middle_ahead: float


class Skin(Strict):
    """How far before the line through the joint centers the front of a leg is, in statures."""

    source: str
    ankle: float
    knee: float
    hip: float


class Masses(Strict):
    """Shares of body mass, both sides together, and how far up the trunk its center is."""

    source: str
    shank: float
    thigh: float
    trunk: float
    arms: float
    trunk_at: float


class Networks(Strict):
    """How much larger a fit's deviations are with each preset's network."""

    source: str
    factor: dict[Preset | Literal[""], float]


class Noise(Strict):
    """How far what the eyes saw is off, and for how long it stays so.

    Attributes
    ----------
    keypoint
        Of the lifter's height in the picture.
    unsure, confident
        A keypoint of no confidence has 1 + `unsure` times the noise of one of `confident` and more.
    in_plate, far_side
        Factors inside the near plate for each joint, and for the far side in views within `side_within_deg`
        of the side.
    keypoint_tau_s, plate_tau_s
        Within such a time errors are alike.
    plate_px, plate_size, plate_flatness
        Of the plate's center, of its radius as a share, and of the ratio of its axes.
    of
        Factor for each joint.
    """

    source: str
    keypoint: float
    unsure: float
    confident: float
    in_plate: dict[JointName, float]
    far_side: float
    side_within_deg: float
    keypoint_tau_s: float
    plate_px: float
    plate_tau_s: float
    plate_size: float
    plate_flatness: float
    of: dict[JointName, float]


class Ratios(Strict):
    """Lengths between joint centers over stature, with deviations as shares."""

    source: str
    thigh: Prior
    shank: Prior
    trunk: Prior
    upper_arm: Prior
    forearm: Prior
    foot: Prior
    half_hips: Prior
    half_shoulders: Prior

    def of(self, bone: BoneName) -> Prior:
        """Mean and deviation of a bone."""
        prior: Prior = getattr(self, bone)
        return prior


class Human(Strict):
    """What is assumed of any lifter and any camera."""

    camera: CameraPrior
    sway: Sway
    stature: Stature
    ratios: Ratios
    foot: Foot
    skin: Skin
    masses: Masses
    networks: Networks
    noise: Noise


@cache
def load_human() -> Human:
    """Read `human.toml`."""
    text = (resources.files("formcheck.body") / "human.toml").read_text("utf-8")
    return Human.model_validate(tomllib.loads(text))
