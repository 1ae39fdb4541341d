"""The lifter as a mechanism: angles from bones of constant length, feet on the floor, a bar and a camera.

Keypoints jump, and plates hide them. A body whose bones keep their lengths, whose feet stand and whose bar is
where the plate was followed can only be in few poses; the one that fits a whole set best gives joint angles
with standard deviations, also where a joint was hidden. The fit is a Gauss-Newton least squares: angles are
cubic splines over time, the camera has perspective, and outliers are drawn from Student's t.
"""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from formcheck.body.body import Body, CameraPlace, Length, body_of
from formcheck.body.curves import add_curves
from formcheck.body.evidence import gather, held_by_hand, spans_of
from formcheck.body.fit import fit
from formcheck.body.human import load_human
from formcheck.body.mechanism import Mechanism
from formcheck.body.model import BodyModel, TermName
from formcheck.body.spline import Splines, merge_spans
from formcheck.body.trust import Residual
from formcheck.body.unknowns import lay_out
from formcheck.errors import SettingsError
from formcheck.motion import Motion
from formcheck.reps import Rep
from formcheck.settings import Preset
from formcheck.skeleton import INDEX
from formcheck.view import View

__all__ = ["GROUPS", "Body", "BodyModel", "CameraPlace", "Length", "Residual", "add_curves", "fit_body"]

GROUPS = frozenset((*get_args(TermName), "plate"))
"""What a fit can do without."""

_PLATES_M, _HEIGHTS_M = (0.1, 0.6), (1.2, 2.4)


def fit_body(
    motion: Motion,
    *,
    lift: BodyModel,
    view: View,
    reps: Sequence[Rep],
    plate_diameter_m: float,
    height_m: float | None = None,
    preset: Preset | Literal[""] = "",
    without: frozenset[str] = frozenset(),
) -> Body:
    """Fit a lift's mechanism to the reps of a take and half a second around each.

    Parameters
    ----------
    motion
        The take. Without a followed plate the hands tell only where to start, and deviations are larger.
    lift
        The lift's `[body]` section.
    view
        From where the camera looks.
    reps
        The reps; where there is none, nothing is fitted.
    plate_diameter_m
        Diameter of the followed plate's rim.
    height_m
        The lifter's height; None where it is not known.
    preset
        Whose network saw the keypoints: deviations are larger with a lesser one.
    without
        Groups to leave out, of `GROUPS`: physical terms by name, and `plate`.

    Raises
    ------
    SettingsError
        A plate or a lifter of impossible size.
    ValueError
        A group that there is not.
    """
    _check(plate_diameter_m, height_m, without)
    spans = spans_of(reps, motion.time_s)
    human = load_human()
    evidence = gather(motion, lift, human, spans)
    if evidence is None:
        return body_of(motion, None, reps, view, without)
    mechanism = Mechanism(
        lift=lift,
        human=human,
        unknowns=lay_out(
            lift, human, azimuth=_azimuth(view), long_side_px=max(motion.size_px), height_m=height_m
        ),
        size_px=motion.size_px,
        near=_near_end(motion, view),
        plate_radius_m=plate_diameter_m / 2,
        held_by_hand=held_by_hand(motion),
    )
    fitted = fit(mechanism, evidence, Splines(merge_spans(spans)), without=without)
    return body_of(motion, fitted, reps, view, without, human.networks.factor[preset])


def _check(plate_diameter_m: float, height_m: float | None, without: frozenset[str]) -> None:
    if not _PLATES_M[0] <= plate_diameter_m <= _PLATES_M[1]:
        raise SettingsError(
            f"expected a plate of {_PLATES_M[0]} to {_PLATES_M[1]} m, found {plate_diameter_m:g}",
            "Give the plate's diameter in metres.",
        )
    if height_m is not None and not _HEIGHTS_M[0] <= height_m <= _HEIGHTS_M[1]:
        raise SettingsError(
            f"expected a lifter of {_HEIGHTS_M[0]} to {_HEIGHTS_M[1]} m, found {height_m:g}",
            "Give the lifter's height in metres.",
        )
    if unknown := without - GROUPS:
        raise ValueError(
            f"without: expected of {', '.join(sorted(GROUPS))}, got {', '.join(sorted(unknown))}"
        )


def _azimuth(view: View) -> float:
    """Radians from the lifter's front toward their left to where the camera stands."""
    from_front_deg = 90 - view.yaw_deg if view.from_front else 90 + view.yaw_deg
    return float(np.radians(from_front_deg)) * (1 if view.near_side == "left" else -1)


def _near_end(motion: Motion, view: View) -> int:
    """+1 where the plate that was followed is at the lifter's left, -1 where it is at the right.

    From the side it is on the near side; else where the picture has it: either end may have been followed.
    """
    near = 1 if view.near_side == "left" else -1
    middle = motion.keypoints_px[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]], 0].mean(axis=1)
    right = motion.plate_px[:, 0] - middle
    if view.name == "side" or not np.isfinite(right).any():
        return near
    left_is_right = 1 if view.from_front else -1
    return left_is_right * (1 if np.nanmedian(right) > 0 else -1)
