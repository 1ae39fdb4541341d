"""Takes of lifters who are mechanisms: every joint, the plate and the camera are known exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.body import Body, BodyModel, fit_body
from formcheck.body.human import load_human
from formcheck.body.mechanism import Mechanism
from formcheck.body.model import in_si
from formcheck.body.result import read
from formcheck.body.unknowns import lay_out
from formcheck.lifts import load_lift
from formcheck.motion import Motion
from formcheck.reps import Rep
from formcheck.skeleton import INDEX, KEYPOINTS, MIRROR
from formcheck.view import View, view_from_azimuth

Array = NDArray[np.float64]

SIZE_PX = (720, 1280)
REP_S, REST_S = 2.4, 0.8


def body_model(lift: str, variant: str = "") -> BodyModel:
    """The `[body]` section of a lift or of one of its variants, for bodies that are filmed here.

    Their joints go straight from top to bottom, so that a deadlift's bar passes through the legs: what
    forbids that is left out, and has tests of its own.
    """
    model = load_lift(lift).chosen(variant=variant).body
    assert model is not None
    terms = tuple(term for term in model.terms if term.name != "contact")
    return model.model_copy(update={"terms": terms})


@dataclass(frozen=True)
class Set:
    """What is filmed.

    `depth` is how far each rep goes of the way that the lift's file starts from, `top` how far from it the
    reps stay, `yaw_deg` the camera's way round from the side, `true` changes unknowns of the lifter and the
    camera (radians, metres, logarithms), `far_plate` is whether the far end of the bar was followed, `aside`
    how far curves go in metres that stay at nothing otherwise.
    """

    lift: str = "squat"
    variant: str = ""
    depth: Sequence[float] = (1.0, 1.0)
    top: float = 0.0
    yaw_deg: float = 10.0
    near: int = 1
    rate_hz: float = 30.0
    plate_m: float = 0.45
    far_plate: bool = False
    true: Mapping[str, float] = field(default_factory=dict)
    aside: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Take:
    """A filmed set: the motion, what the fit is told of it, and the readings that are true."""

    of: Set
    motion: Motion
    view: View
    reps: tuple[Rep, ...]
    truth: dict[str, Array]
    bottom: Array

    def fit(self, **changes: object) -> Body:
        """Fit it; `changes` replaces what the fit is told."""
        told = {"lift": body_model(self.of.lift, self.of.variant), "view": self.view, "reps": self.reps}
        told |= {"plate_diameter_m": self.of.plate_m, **changes}
        motion = told.pop("motion", self.motion)
        return fit_body(motion, **told)  # type: ignore[arg-type]

    def error_deg(self, body: Body, name: str) -> Array:
        """Fitted less true angle where it was fitted."""
        error = body.angles_deg[name] - self.truth[name]
        return error[np.isfinite(error)]


def film(of: Set) -> Take:
    """Film a set without any noise."""
    lift, human = body_model(of.lift, of.variant), load_human()
    azimuth = of.near * np.radians(90.0 - of.yaw_deg)
    layout = lay_out(lift, human, azimuth=azimuth, long_side_px=max(SIZE_PX), height_m=None)
    layout = layout.moved(ln_distance=float(np.log(4.0)), down_m=0.3 if of.lift == "bench_press" else 0.0)
    layout = layout.moved(**of.true)
    end = -of.near if of.far_plate else of.near
    mechanism = Mechanism(lift, human, layout, SIZE_PX, end, of.plate_m / 2)
    seconds = 1.0 + len(of.depth) * (REP_S + REST_S)
    time_s = np.arange(round(seconds * of.rate_hz)) / of.rate_hz
    starts_s = [1.0 + number * (REP_S + REST_S) for number in range(len(of.depth))]
    low = np.full(len(time_s), of.top)
    for start_s, depth in zip(starts_s, of.depth, strict=True):
        low += (depth - of.top) * there_and_back((time_s - start_s) / REP_S)
    if of.lift == "deadlift":
        low = 1.0 - low
    curves = np.column_stack(
        [
            in_si(name, 1.0) * (curve.top + (of.aside.get(name, curve.bottom) - curve.top) * low)
            for name, curve in ((name, lift.curves[name]) for name in mechanism.curves)
        ]
    )
    rows = mechanism.predict(curves[None], layout.mean[None])[0]
    truth = {
        n: v[0]
        for n, v in read(mechanism.figure(curves[None], layout.mean[None]), mechanism.near_side).items()
    }
    view = view_from_azimuth(np.degrees(-azimuth), 1.0)
    reps = tuple(
        Rep(number, start_s, start_s + REP_S / 2, start_s + REP_S, (), 1.0)
        for number, start_s in enumerate(starts_s, 1)
    )
    return Take(of, _motion(mechanism, time_s, rows), view, reps, truth, low)


def there_and_back(phase: Array) -> Array:
    """Two minimum-jerk ways (Flash and Hogan 1985): 0 at the ends of 0..1, 1 in the middle."""
    way = np.clip(2 * np.minimum(phase, 1 - phase), 0.0, 1.0)
    return np.asarray(way**3 * (10 - 15 * way + 6 * way**2))


def _motion(mechanism: Mechanism, time_s: Array, rows: Array) -> Motion:
    frames, count = len(time_s), len(KEYPOINTS)
    points = np.full((frames, count, 2), np.nan)
    seen = [INDEX[name] for name in mechanism.keypoints]
    points[:, seen] = rows[:, : 2 * len(seen)].reshape(frames, -1, 2)
    confidence = np.zeros((frames, count))
    confidence[:, seen] = 0.95
    plate = rows[:, 2 * len(seen) : 2 * len(seen) + 2].copy()
    radius = np.exp(rows[:, 2 * len(seen) + 2])
    flat = rows[:, 2 * len(seen) + 3]
    return Motion(
        time_s=time_s,
        looked=np.ones(frames, bool),
        keypoints_px=points,
        confidence=confidence,
        world_m=np.full((frames, count, 3), np.nan),
        hands_px=plate.copy(),
        hands_moved_px=np.full((frames, 2), np.nan),
        hands_confidence=np.ones(frames),
        plate_px=plate,
        plate_axes_px=np.column_stack([radius * flat, radius]),
        plate_confidence=np.ones(frames),
        line_px=np.full((frames, 2, 2), np.nan),
        line_confidence=np.zeros(frames),
        camera_px=np.zeros((frames, 2)),
        size_px=SIZE_PX,
    )


def jittered(motion: Motion, px: float, seed: int = 0) -> Motion:
    """The same take with keypoints that wander by `px` (1 SD) and jump anew about three times a second."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(0.0, px, motion.keypoints_px.shape)
    kept = np.exp(-1 / (0.35 * 30.0))
    for frame in range(1, len(raw)):
        raw[frame] = kept * raw[frame - 1] + np.sqrt(1 - kept**2) * raw[frame]
    return replace(motion, keypoints_px=motion.keypoints_px + raw)


def without_plate(motion: Motion) -> Motion:
    """The same take with a bar that was not followed."""
    unknown = np.full_like(motion.plate_px, np.nan)
    return replace(
        motion, plate_px=unknown, plate_axes_px=unknown.copy(), plate_confidence=np.zeros(len(unknown))
    )


def mirrored(motion: Motion) -> Motion:
    """The same take in a mirror: left is right, and so are the sides' names."""
    width = motion.size_px[0]

    def flip(points: Array) -> Array:
        return np.stack([width - points[..., 0], points[..., 1]], axis=-1)

    return replace(
        motion,
        keypoints_px=flip(motion.keypoints_px)[:, list(MIRROR)],
        confidence=motion.confidence[:, list(MIRROR)],
        hands_px=flip(motion.hands_px),
        plate_px=flip(motion.plate_px),
    )
