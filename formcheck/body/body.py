"""The fitted body over a take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from formcheck.body.evidence import shake_px
from formcheck.body.fit import Fitted
from formcheck.body.mechanism import Mechanism
from formcheck.body.model import APART
from formcheck.body.result import Readings, change_deviations, deviations, reach_deviation_deg, readings
from formcheck.body.trust import Residual, doubts, residual_of, unproved
from formcheck.body.unknowns import BONES, lengths_m
from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.reps import Rep
from formcheck.signals.filters import Flags
from formcheck.view import View

_NOT_SEEN = "there is no rep in which enough of the lifter and the bar was seen"
_NO_ANGLES = ("depth", "com_over_midfoot", *APART)
_UNSEEN_S = 0.4


@dataclass(frozen=True, slots=True)
class Length:
    """A length in metres and its standard deviation."""

    value_m: float
    sd_m: float


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """Where the fitted camera stands.

    Attributes
    ----------
    azimuth_deg
        0 before the lifter, 90 at their left, -90 at their right.
    pitch_deg
        How far it looks down.
    focal_px, distance_m
        Focal length, and distance to the lifter.
    """

    azimuth_deg: float
    pitch_deg: float
    focal_px: float
    distance_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What the fit says; all arrays read-only, T frames of the take.

    Attributes
    ----------
    time_s
        (T,) seconds.
    angles_deg, sd_deg
        Name to (T,), NaN outside the fitted spans: `knee_flexion`, `hip_flexion` (in space, 0 straight),
        `trunk_lean`, `shank_lean` (from upright, forward positive), `thigh_angle` (from the horizontal, hip
        above the knee positive); on the bench `elbow_flexion` and `trunk_lean`; of the near side. The
        deviations are the covariance's, widened by what the model leaves out.
    depth_m, depth_sd_m
        (T,) height of the knees over the hips: positive where the hips are below the knees. NaN on the bench.
    com_over_midfoot_m, com_sd_m
        (T,) how much farther forward the body's center of mass (without the bar) is over the feet than at the
        start of the rep; NaN outside reps and on the bench. The absolute place is not measured.
    sides, sides_sd
        Name to (T,), NaN outside the fitted spans, where the view shows it: `knee_separation`, that of the
        knees over that of the ankles, and `hips_aside`, metres that the hips are to the lifter's left of the
        middle between the feet.
    lengths_m
        Bones between joint centers, and `stature`.
    camera
        Where the camera stands; None where nothing was fitted.
    residual
        How well it agrees with what was seen; None where nothing was fitted.
    fed_by
        Which groups of physical terms, and whether the plate, went into it. Nothing that a group states may
        be judged by a fit that it fed: `fit_body(..., without=...)` leaves it out.
    keypoints_px
        Name of a keypoint, `left_` or `right_`, to (T, 2) where the fitted body has it in the picture: where
        the network would see it.
    joints_px
        The same of the joints' centers.
    trusted, why
        Whether to believe it, and why not.
    """

    time_s: FloatArray
    angles_deg: Mapping[str, FloatArray]
    sd_deg: Mapping[str, FloatArray]
    depth_m: FloatArray
    depth_sd_m: FloatArray
    com_over_midfoot_m: FloatArray
    com_sd_m: FloatArray
    lengths_m: Mapping[str, Length]
    camera: CameraPlace | None
    residual: Residual | None
    fed_by: frozenset[str]
    trusted: bool
    why: str = ""
    sides: Mapping[str, FloatArray] = field(default_factory=dict)
    sides_sd: Mapping[str, FloatArray] = field(default_factory=dict)
    keypoints_px: Mapping[str, FloatArray] = field(default_factory=dict)
    joints_px: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = {"depth_m": self.depth_m, "depth_sd_m": self.depth_sd_m, "com_sd_m": self.com_sd_m}
        own["com_over_midfoot_m"] = self.com_over_midfoot_m
        for name, array in (*own.items(), *self.angles_deg.items(), *self.sd_deg.items()):
            if array.shape != self.time_s.shape:
                raise ValueError(f"{name}: expected {self.time_s.shape}, got {array.shape}")
            array.flags.writeable = False
        pictured = (*self.keypoints_px.values(), *self.joints_px.values())
        for points in (*pictured, *self.sides.values(), *self.sides_sd.values()):
            points.flags.writeable = False


def body_of(
    motion: Motion,
    fitted: Fitted | None,
    reps: Sequence[Rep],
    view: View,
    without: frozenset[str],
    unsure: float = 1.0,
) -> Body:
    """Readings at every frame of the fitted spans, their deviations `unsure` times what they are usually."""
    if fitted is None:
        return _nothing(motion)
    time_s = motion.time_s
    inside = fitted.splines.cover(time_s) & _seen_lately(motion)
    residual = residual_of(fitted)
    why = doubts(residual) or unproved(fitted.mechanism.lift, view)

    def whole(values: Readings, name: str) -> FloatArray:
        filled = np.full(len(time_s), np.nan)
        filled[inside] = values.get(name, np.nan)
        return filled

    found = readings(fitted, time_s[inside])
    sd = _widened(fitted, view, time_s[inside], unsure, found)
    shift, shift_sd = _shift(fitted, time_s, reps, inside)
    angles = [name for name in found if name not in _NO_ANGLES]
    apart = [name for name in APART if name in sd]
    return Body(
        time_s=time_s.copy(),
        angles_deg=MappingProxyType({name: whole(found, name) for name in angles}),
        sd_deg=MappingProxyType({name: whole(sd, name) for name in angles}),
        depth_m=whole(found, "depth"),
        depth_sd_m=whole(sd, "depth"),
        com_over_midfoot_m=shift,
        com_sd_m=shift_sd,
        lengths_m=_lengths(fitted),
        camera=_camera(fitted),
        residual=residual,
        fed_by=_fed_by(fitted, without),
        trusted=not why,
        why=why,
        sides=MappingProxyType({name: whole(found, name) for name in apart}),
        sides_sd=MappingProxyType({name: whole(sd, name) for name in apart}),
        keypoints_px=_pictured(fitted.mechanism, fitted, motion, inside),
        joints_px=_pictured(fitted.mechanism.centered(), fitted, motion, inside),
    )


def _seen_lately(motion: Motion) -> Flags:
    """(T,) whether the lifter was seen shortly before or after: elsewhere only the bar tells of the body."""
    looks_s = np.concatenate([[-np.inf], motion.time_s[motion.looked & motion.seen], [np.inf]])
    after = np.searchsorted(looks_s, motion.time_s)
    away_s = np.minimum(looks_s[after] - motion.time_s, motion.time_s - looks_s[after - 1])
    return np.asarray(away_s <= _UNSEEN_S)


def _nothing(motion: Motion) -> Body:
    """A body of which nothing is known."""
    nothing = np.full(len(motion.time_s), np.nan)
    return Body(
        time_s=motion.time_s.copy(),
        angles_deg=MappingProxyType({}),
        sd_deg=MappingProxyType({}),
        depth_m=nothing,
        depth_sd_m=nothing,
        com_over_midfoot_m=nothing,
        com_sd_m=nothing,
        lengths_m=MappingProxyType({}),
        camera=None,
        residual=None,
        fed_by=frozenset(),
        trusted=False,
        why=_NOT_SEEN,
    )


def _widened(fitted: Fitted, view: View, time_s: FloatArray, unsure: float, found: Readings) -> Readings:
    """Deviations of the fit, widened by what the model leaves out."""
    lift = fitted.mechanism.lift
    spread = lift.spread.get(view.name) or lift.spread["oblique"]
    sd = deviations(fitted, time_s)
    if "elbow_flexion" in sd:
        upper, lower = (_lengths(fitted)[bone].value_m for bone in ("upper_arm", "forearm"))
        bent = reach_deviation_deg(found["elbow_flexion"], upper, lower, lift.reach_sd_m)
        sd["elbow_flexion"] = np.hypot(sd["elbow_flexion"], bent)
    return {
        name: unsure * np.hypot(factor * sd[name], more)
        for name, (factor, more) in spread.items()
        if name in sd
    }


def _shift(
    fitted: Fitted, time_s: FloatArray, reps: Sequence[Rep], known: Flags
) -> tuple[FloatArray, FloatArray]:
    """(T,) how far the center of mass went forward since the start of the rep, and its deviation."""
    shift, sd = np.full((2, len(time_s)), np.nan)
    if fitted.mechanism.lift.chain == "lying":
        return shift, sd
    for rep in reps:
        during = (time_s >= rep.start_s) & (time_s <= rep.end_s)
        if during.any():
            begun = float(time_s[during][0])
            place = readings(fitted, time_s[during])["com_over_midfoot"]
            shift[during] = place - place[0]
            sd[during] = change_deviations(fitted, "com_over_midfoot", time_s[during], begun)
    return np.where(known, shift, np.nan), np.where(known, sd, np.nan)


def _lengths(fitted: Fitted) -> Mapping[str, Length]:
    """Bones and stature with their deviations."""
    unknowns = fitted.mechanism.unknowns
    sd = np.sqrt(np.diag(fitted.factored.shared_covariance))
    found = lengths_m(unknowns.named(fitted.shared[None]), fitted.mechanism.human)
    stature = unknowns.index("stature_m")
    tall, tall_sd = float(fitted.shared[stature]), float(sd[stature])
    rows = {"stature": Length(tall, tall_sd)}
    for bone in BONES:
        value = float(found[bone][0, 0])
        share = fitted.factored.shared_covariance
        index = unknowns.index(bone)
        relative = share[index, index] + (tall_sd / tall) ** 2 + 2 * share[index, stature] / tall
        rows[bone] = Length(value, value * float(np.sqrt(max(relative, 0.0))))
    return MappingProxyType(rows)


def _camera(fitted: Fitted) -> CameraPlace:
    values = fitted.mechanism.unknowns.named(fitted.shared[None])
    azimuth, pitch = (float(np.degrees(values[name][0, 0])) for name in ("azimuth", "pitch"))
    focal, distance = (float(np.exp(values[name][0, 0])) for name in ("ln_focal", "ln_distance"))
    return CameraPlace(azimuth, pitch, focal, distance)


def _fed_by(fitted: Fitted, without: frozenset[str]) -> frozenset[str]:
    """Groups that counted in at least one frame."""
    names = {term.name for term in fitted.mechanism.lift.terms}
    count = 2 * fitted.weighed.errors.shape[1]
    plate = {"plate"} if np.isfinite(fitted.weighed.sd[:, count]).any() else set()
    return frozenset((names | plate) - without)


def _pictured(
    mechanism: Mechanism, fitted: Fitted, motion: Motion, inside: Flags
) -> Mapping[str, FloatArray]:
    """Where the fitted body has the keypoints of a mechanism in the pictures of the take."""
    curves = fitted.splines.curves(motion.time_s[inside], fitted.coefficients)
    row = mechanism.predict(curves[None], fitted.shared[None])[0]
    count = 2 * len(mechanism.keypoints)
    points = np.full((len(motion.time_s), count // 2, 2), np.nan)
    points[inside] = row[:, :count].reshape(len(row), -1, 2) + shake_px(motion)[inside, None]
    return MappingProxyType({name: points[:, index] for index, name in enumerate(mechanism.keypoints)})
