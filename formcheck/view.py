"""From where the camera looks at the lifter."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.errors import NoLifter
from formcheck.motion import Motion
from formcheck.skeleton import INDEX

ViewName = Literal["side", "oblique", "front", "rear"]
Facing = Literal["left", "right", "camera", "away"]
Side = Literal["left", "right"]

SIDE_WITHIN_DEG = 25.0
FRONT_BEYOND_DEG = 65.0


@dataclass(frozen=True, slots=True)
class View:
    """The camera's place around the lifter, from the pose alone.

    Attributes
    ----------
    name
        `side` up to 25 degrees of yaw, `front` or `rear` beyond 65, `oblique` between.
    yaw_deg
        0 from the side, 90 from the front or the rear.
    facing
        Where in the picture the lifter faces; on the bench, where the feet point.
    near_side
        The lifter's side that is closer to the camera.
    confidence
        0..1: how well the frames agree.
    from_front
        Whether the camera sees more of the lifter's front than of the back; on the bench more of the feet's
        end than of the head's.
    """

    name: ViewName
    yaw_deg: float
    facing: Facing
    near_side: Side
    confidence: float
    from_front: bool = True


def estimate_view(motion: Motion) -> View:
    """Estimate the view from the lines through both shoulders, hips, knees and ankles in space.

    The lifter's left minus right, seen from above, points to the picture's right when they face the camera
    and away from it when they face right. The network guesses depth from one view, so single frames are off
    by tens of degrees; the circular mean over the take is used. A plate turns the network's shoulders, legs
    on a bench tell more than the arms under the bar: no pair of joints is right alone.

    Raises
    ------
    NoLifter
        A take without a single seen frame or without world points.
    """
    across = np.zeros((len(motion.time_s), 2))
    for name in ("shoulder", "hip", "knee", "ankle"):
        left, right = INDEX[f"left_{name}"], INDEX[f"right_{name}"]
        across += (motion.world_m[:, left] - motion.world_m[:, right])[:, [0, 2]]
    across = across[np.isfinite(across).all(axis=1)]
    length = np.linalg.norm(across, axis=1)
    if not (length > 0).any():
        raise NoLifter(
            "expected a lifter whose joints are known in space, found none",
            "Analyze the video again with --pose direct.",
        )
    mean = (across[length > 0] / length[length > 0, None]).mean(axis=0)
    azimuth = float(np.degrees(np.arctan2(mean[1], mean[0])))
    return view_from_azimuth(azimuth, float(np.linalg.norm(mean)))


def view_from_azimuth(azimuth_deg: float, confidence: float) -> View:
    """Name a view.

    Parameters
    ----------
    azimuth_deg
        Direction of the lifter's left minus right: 0 faces the camera, 90 faces the picture's right, -90
        its left, 180 away.
    confidence
        0..1.
    """
    azimuth = (azimuth_deg + 180.0) % 360.0 - 180.0
    from_front = abs(azimuth) if abs(azimuth) <= 90 else 180 - abs(azimuth)
    yaw = 90.0 - from_front
    toward = abs(azimuth) <= 90
    name: ViewName
    facing: Facing
    if yaw >= FRONT_BEYOND_DEG:
        name, facing = ("front", "camera") if toward else ("rear", "away")
    else:
        name = "side" if yaw <= SIDE_WITHIN_DEG else "oblique"
        facing = "right" if azimuth > 0 else "left"
    return View(name, yaw, facing, "right" if azimuth > 0 else "left", confidence, toward)
