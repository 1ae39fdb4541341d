"""What the eyes saw of a set, thinned to what a fit needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.body.human import Human
from formcheck.body.model import BodyModel
from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.reps import Rep
from formcheck.scale import body_height_px
from formcheck.signals.filters import Flags, inside_any
from formcheck.skeleton import INDEX, MIRROR, SIDES

RATE_HZ = 15.0
"""Frames that count: errors of keypoints last longer than the time between them."""

AROUND_S = 0.5
"""What is fitted before and after a rep."""

_SEEN = 0.3
"""Below this confidence the network guesses: on rendered bodies it errs by 8 to 24 times its usual noise."""

_STEADY_SHARE = 0.005
_FEWEST = 5
_LONGEST_S = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """n frames of a take.

    Attributes
    ----------
    time_s
        (n,) seconds.
    lasts_s
        (n,) for how long each frame stands: people are looked at more often where they move.
    keypoints_px
        (n, 2J, 2) in the order of `Mechanism.keypoints`; NaN unseen.
    exchanged_px
        The same with the labels left and right exchanged.
    noise_px, exchanged_noise_px
        (n, 2J) standard deviation of each, its side and the plate not counted.
    plate_px
        (n, 2) center of the plate, NaN unknown.
    radius_px, flatness
        (n,) its radius and the ratio of its axes.
    low
        (n,) share of the bar's way down; NaN where neither plate nor hands tell.
    body_px
        The lifter's height in the picture.
    in_sight
        By joint the share of the frames in which that of one side was seen, not guessed.
    """

    time_s: FloatArray
    lasts_s: FloatArray
    keypoints_px: FloatArray
    exchanged_px: FloatArray
    noise_px: FloatArray
    exchanged_noise_px: FloatArray
    plate_px: FloatArray
    radius_px: FloatArray
    flatness: FloatArray
    low: FloatArray
    body_px: float
    in_sight: Mapping[str, float]


def spans_of(reps: Sequence[Rep], time_s: FloatArray) -> list[tuple[float, float]]:
    """(start, end) seconds of each rep with what is around it, within the take."""
    first, last = float(time_s[0]), float(time_s[-1])
    return [(max(rep.start_s - AROUND_S, first), min(rep.end_s + AROUND_S, last)) for rep in reps]


def gather(
    motion: Motion, lift: BodyModel, human: Human, spans: Sequence[tuple[float, float]]
) -> Evidence | None:
    """What was seen in the spans; None where that is too little to fit."""
    frames = _thinned(motion.time_s, spans, motion.looked)
    body_px = body_height_px(motion)
    if len(frames) < _FEWEST or not body_px > 0:
        return None
    names = [f"{side}_{name}" for name in lift.keypoints for side in SIDES]
    index = np.array([INDEX[name] for name in names])
    shake = shake_px(motion)
    points = motion.keypoints_px - shake[:, None]
    seen = np.isfinite(points[..., 0]) & (motion.confidence > 0)
    points = np.where(seen[..., None], points, np.nan)
    factor = np.array([human.noise.of[name] for name in lift.keypoints for _ in SIDES])
    noise = human.noise.keypoint * body_px * factor * unsure(motion.confidence, human)[:, index]
    mirror = np.array(MIRROR)[index]
    exchanged = human.noise.keypoint * body_px * factor * unsure(motion.confidence, human)[:, mirror]
    low = _low(motion, shake, inside_any(motion.time_s, spans))
    if low is None or np.isfinite(points[frames][:, index, 0]).sum() < _FEWEST * len(index) / 2:
        return None
    plate = motion.plate_px - shake
    horizontal, vertical = motion.plate_axes_px.T
    return Evidence(
        time_s=motion.time_s[frames],
        lasts_s=_lasts_s(motion.time_s[frames]),
        keypoints_px=points[frames][:, index],
        exchanged_px=points[frames][:, mirror],
        noise_px=noise[frames],
        exchanged_noise_px=exchanged[frames],
        plate_px=plate[frames],
        radius_px=vertical[frames],
        flatness=np.minimum(horizontal[frames] / vertical[frames], 1.0),
        low=low[frames],
        body_px=body_px,
        in_sight=_in_sight(motion.confidence[frames], lift),
    )


def _in_sight(confidence: FloatArray, lift: BodyModel) -> Mapping[str, float]:
    sides = {name: [INDEX[f"{side}_{name}"] for side in SIDES] for name in lift.keypoints}
    return {name: float((confidence[:, both].max(axis=1) >= _SEEN).mean()) for name, both in sides.items()}


def unsure(confidence: FloatArray, human: Human) -> FloatArray:
    """Factor on the noise of keypoints by their confidence."""
    noise = human.noise
    lacking = np.clip((noise.confident - confidence) / noise.confident, 0.0, 1.0)
    return np.asarray(1 + noise.unsure * lacking)


def _thinned(
    time_s: FloatArray, spans: Sequence[tuple[float, float]], looked: Flags
) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Indices of frames in the spans that were looked at, at most about 15 a second."""
    kept: list[int] = []
    before = -np.inf
    for frame in np.flatnonzero(inside_any(time_s, spans) & looked):
        if time_s[frame] - before >= 0.8 / RATE_HZ:
            kept.append(int(frame))
            before = time_s[frame]
    return np.array(kept, dtype=np.intp)


def _lasts_s(time_s: FloatArray) -> FloatArray:
    """(n,) half of the time between the frames before and after each; gaps between spans do not count."""
    gaps = np.minimum(np.diff(time_s), _LONGEST_S)
    return np.asarray((np.append(gaps[0], gaps) + np.append(gaps, gaps[-1])) / 2)


def held_by_hand(motion: Motion) -> bool:
    """Whether the background moves."""
    travel = float(np.abs(np.ptp(motion.camera_px, axis=0)).max())
    return travel > _STEADY_SHARE * max(motion.size_px)


def shake_px(motion: Motion) -> FloatArray:
    """(T, 2) how far the picture has moved; zero for a camera that stands."""
    return motion.camera_px if held_by_hand(motion) else np.zeros_like(motion.camera_px)


def _low(motion: Motion, shake: FloatArray, inside: Flags) -> FloatArray | None:
    """(T,) share of the bar's way down, from the plate, else from the hands; None if neither is known."""
    at = (motion.plate_px if motion.bar_kind == "plate" else motion.hands_px) - shake
    known = np.isfinite(at[:, 1]) & inside
    if known.sum() < _FEWEST:
        return None
    height = np.interp(motion.time_s, motion.time_s[known], at[known, 1])
    top, bottom = np.percentile(height[inside], (2, 98))
    return np.asarray(np.clip((height - top) / max(bottom - top, 1.0), 0.0, 1.0))
