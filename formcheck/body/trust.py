"""Whether a fit is to be believed, judged by the fit itself."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from formcheck.body.fit import Fitted
from formcheck.body.mechanism import PLATE_COLUMNS
from formcheck.body.model import BodyModel
from formcheck.body.unknowns import BONES, WIDTHS
from formcheck.skeleton import SIDES
from formcheck.view import View

_FAR_OUT_SD = 3.5
"""Of nine lengths one is that far off in one lifter of two hundred."""

_RARE = 0.005
"""All of them together are so far off in as few."""

_OFF = 3.0
_MOST_OFF = 0.35
_MOST_RMS = 1.6
_MOST_OFF_NEAR = 0.2
"""Right bodies leave out up to 0.13 of shoulder, hip and knee on the near side (rendered, all presets)."""

_PLATE_OFF_PX = 12.0
_MIXED = (0.25, 0.75)
_LEAST_SEEN = 0.6

_LEAST_IN_SIGHT = 0.5
_NEEDED = {"standing": ("hip", "knee"), "lying": ("shoulder",)}
"""Joints without which the rest is guesswork: hidden legs are put on somebody else."""

_AGREEING: dict[str, tuple[str, ...]] = {"standing": ("shoulder", "hip", "knee"), "lying": ()}
"""Joints that nothing hides on the near side; bodies on the bench are fitted for their arms."""


@dataclass(frozen=True, slots=True)
class Residual:
    """How well a fitted body agrees with what was seen.

    Attributes
    ----------
    keypoints
        Typical distance of a keypoint over its noise (root of the mean of squares, outliers counted down).
    outliers
        Share of keypoints that are more than three times their noise away.
    near_outliers
        The same of shoulder, hip and knee that face the camera, of a lifter who stands; 0 on the bench.
    plate_px
        Typical distance of the plate's center; NaN where no plate counts.
    seen
        Share of the frames in which half of the keypoints were seen.
    hidden, in_sight
        Of the joints that the fit cannot do without, the one that was least in sight, and in which share of
        the frames it was.
    exchanged
        Share of the frames in which left and right were taken to be exchanged; 0 in side views, where
        the one hides the other.
    strangest, strangest_sd
        The bone whose length is farthest from what is usual, and how far in standard deviations; widths
        count where they are seen, which they are not from the side.
    usual
        Chance, 0..1, that all lengths together are even farther from what is usual in some lifter: the upper
        tail of chi-square over the sum of squares, as if each varied on its own.
    rounds
        Steps until nothing moved.
    """

    keypoints: float
    outliers: float
    near_outliers: float
    plate_px: float
    seen: float
    hidden: str
    in_sight: float
    exchanged: float
    strangest: str
    strangest_sd: float
    usual: float
    rounds: int


def residual_of(fitted: Fitted) -> Residual:
    """Compare a fitted body with what it was fitted to."""
    weighed = fitted.weighed
    errors = weighed.errors
    known = np.isfinite(errors)
    capped = np.minimum(errors[known], _OFF)
    count = errors.shape[1] * 2
    plate = slice(count, count + PLATE_COLUMNS)
    curves = fitted.splines.curves(fitted.evidence.time_s, fitted.coefficients)
    row = fitted.mechanism.predict(curves[None], fitted.shared[None])[0][:, plate]
    away = np.linalg.norm((weighed.target[:, plate] - row)[:, :2], axis=1)
    counts = np.isfinite(weighed.sd[:, count])
    far = _unusual_sd(fitted)
    # A lift file may do without a joint's keypoint: it is then missed nowhere.
    sight = {n: fitted.evidence.in_sight.get(n, 1.0) for n in _NEEDED[fitted.mechanism.lift.chain]}
    hidden = min(sight, key=lambda name: sight[name])
    strangest = max(far, key=lambda name: abs(far[name]))
    return Residual(
        keypoints=float(np.sqrt(np.mean(capped**2))),
        outliers=float(np.mean(errors[known] > _OFF)),
        near_outliers=_near_outliers(fitted),
        plate_px=float(np.median(away[counts])) if counts.any() else float("nan"),
        seen=float(np.mean(known.mean(axis=1) >= 0.5)),
        hidden=hidden,
        in_sight=sight[hidden],
        exchanged=0.0 if fitted.mechanism.side_on else float(weighed.exchanged.mean()),
        strangest=strangest,
        strangest_sd=far[strangest],
        usual=float(chdtrc(len(far), sum(one**2 for one in far.values()))),
        rounds=fitted.rounds,
    )


def _unusual_sd(fitted: Fitted) -> dict[str, float]:
    """By length how far it is from what is usual, in standard deviations."""
    mechanism, unknowns = fitted.mechanism, fitted.mechanism.unknowns
    unseen = WIDTHS if mechanism.side_on else ()
    sd: dict[str, float] = {bone: mechanism.human.ratios.of(bone)[1] for bone in BONES if bone not in unseen}
    sd["stature_m"] = unknowns.sd[unknowns.index("stature_m")]
    far = fitted.shared - unknowns.mean
    return {name: float(far[unknowns.index(name)] / sd[name]) for name in sd}


def _near_outliers(fitted: Fitted) -> float:
    mechanism = fitted.mechanism
    sides = (mechanism.near_side,) if mechanism.side_on else SIDES
    facing = {f"{side}_{joint}" for side in sides for joint in _AGREEING[mechanism.lift.chain]}
    errors = fitted.weighed.errors[:, [name in facing for name in mechanism.keypoints]]
    seen = errors[np.isfinite(errors)]
    return float(np.mean(seen > _OFF)) if seen.size else 0.0


def doubts(residual: Residual) -> str:
    """Why a fit is not to be believed; empty where it is."""
    if residual.seen < _LEAST_SEEN:
        return f"the lifter was seen in only {residual.seen:.0%} of the frames"
    if residual.in_sight < _LEAST_IN_SIGHT:
        return f"a {residual.hidden} was in sight in only {residual.in_sight:.0%} of the frames"
    if residual.keypoints > _MOST_RMS or residual.outliers > _MOST_OFF:
        return (
            f"no body fits what was seen: keypoints are {residual.keypoints:.1f} times their noise away, "
            f"{residual.outliers:.0%} of them much more"
        )
    if residual.near_outliers > _MOST_OFF_NEAR:
        return (
            f"no body fits what was seen: shoulder, hip and knee on the near side are elsewhere in "
            f"{residual.near_outliers:.0%} of the frames"
        )
    if residual.plate_px > _PLATE_OFF_PX:
        return f"the bar cannot be where the plate was seen: {residual.plate_px:.0f} pixels away"
    if abs(residual.strangest_sd) > _FAR_OUT_SD:
        return f"the fitted {_strangest(residual)}"
    if residual.usual < _RARE:
        return f"hardly a lifter has bones of such lengths together: the {_strangest(residual)}"
    if _MIXED[0] < residual.exchanged < _MIXED[1]:
        return f"left and right were exchanged in {residual.exchanged:.0%} of the frames"
    return ""


def _strangest(residual: Residual) -> str:
    name = residual.strangest.removesuffix("_m").replace("_", " ")
    return f"{name} is {abs(residual.strangest_sd):.1f} standard deviations from what is usual"


def unproved(lift: BodyModel, view: View) -> str:
    """Why the fits of a lift are not to be believed from there; empty where they are.

    From behind no plate is seen and the network has hips and shoulders a fifth too narrow, so that neither
    the lifter's size nor a stoop, which is along the line of sight, is told well: on rendered squats the
    errors were twice those from the front. Lifts state in their `spread` where else they are fitted.
    """
    if view.name == "rear" or (lift.chain == "standing" and view.name == "oblique" and not view.from_front):
        return "from behind the fit has not proved itself"
    if view.name not in lift.spread:
        return f"from the {view.name} the fit of this lift has not proved itself"
    return ""
