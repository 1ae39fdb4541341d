"""Scores of the joints' centers in the picture: of the keypoints, of the fitted body, of what is shown."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from formcheck.pose import FloatArray
from formcheck.scale import body_height_px
from formcheck.signals import flexion_deg
from formcheck.skeleton import INDEX, SIDES
from formcheck.validate.body import near_side
from formcheck.validate.instants import at, inside_reps
from formcheck.validate.samples import Samples, rows
from formcheck.validate.watch import Outcome

JOINTS = ("ankle", "knee", "hip", "shoulder", "elbow")
BENDS = {"knee": ("hip", "knee", "ankle"), "hip": ("shoulder", "hip", "knee")}

_WAYS = ("keypoints", "fitted", "shown")

Places = Mapping[str, FloatArray]
"""Name of a joint with its side to (N, 2) pixels at the instants of the truth."""


def joint_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the places of the joints in the picture against the joints' true centers.

    Distances in % of the lifter's height in the picture, of the filtered `keypoints`, of the `fitted` body's
    joints and of what is `shown`: the fit where it is trusted, else the keypoints. `gain` is fitted less
    keypoints where both are known, `by_fit` 1 where the fit is shown. Of the near side inside the true reps;
    of joints marked by hand all, for nobody marks what is hidden. Those are also put together by clip, in
    pixels too.
    """
    true, found = _places(outcome)
    px = {joint: _away(found, [name for name in true if name.endswith(joint)], true) for joint in JOINTS}
    known = {joint: away for joint, away in px.items() if len(away["shown"])}
    if not known or outcome.analysis is None:
        return
    factor, doubt_px = 100 / body_height_px(outcome.analysis.motion), outcome.clip.truth.joint_uncertainty_px
    for joint, away in known.items():
        yield Samples("joints", joint, _values(away, factor, doubt_px))
    if outcome.clip.truth.made == "marked":
        away = {way: np.concatenate([one[way] for one in known.values()]) for way in _WAYS}
        in_px = {f"{way}_px": away[way][np.isfinite(away[way])] for way in _WAYS}
        yield Samples("joints_by_clip", outcome.clip.name, _values(away, factor, doubt_px) | in_px)


def bend_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the angles at knee and hip in the picture, between three joints: sizes of errors in degrees.

    The same ways and the same joints as in `joint_samples`.
    """
    true, found = _places(outcome)
    for joint, names in BENDS.items():
        limbs = [[f"{side}_{name}" for name in names] for side in SIDES]
        limbs = [limb for limb in limbs if all(name in true for name in limb)]
        if limbs:
            size = {
                way: np.abs(np.concatenate([_bend(found[way], limb) - _bend(true, limb) for limb in limbs]))
                for way in _WAYS
            }
            yield Samples("bends", joint, _values(size, 1.0, None))


def _away(found: Mapping[str, Places], names: Sequence[str], true: Places) -> dict[str, FloatArray]:
    """By way, how many pixels joints are off."""
    return {
        way: np.linalg.norm(
            np.concatenate([np.empty((0, 2)), *(found[way][name] - true[name] for name in names)]), axis=1
        )
        for way in _WAYS
    }


def _bend(places: Places, limb: Sequence[str]) -> FloatArray:
    """(N,) flexion in the picture."""
    first, joint, last = (places[name] for name in limb)
    return flexion_deg(first, joint, last)


def _places(outcome: Outcome) -> tuple[Places, Mapping[str, Places]]:
    """The joints' true centers, NaN where they do not count, and by way where they were found; or nothing."""
    frames, analysis = outcome.clip.truth.frames, outcome.analysis
    true: dict[str, FloatArray] = {}
    found: dict[str, dict[str, FloatArray]] = {way: {} for way in _WAYS}
    if frames is None or analysis is None:
        return true, found
    by_hand = outcome.clip.truth.made == "marked"
    time_s, signals, body = rows(frames.time_s), analysis.signals, analysis.take.body
    counts = inside_reps(time_s, outcome.clip.truth) | by_hand
    read = at(signals.time_s, signals.keypoints_px, time_s)
    for name in (f"{side}_{joint}" for side in SIDES for joint in JOINTS):
        center = frames.joint_center(name)
        if center is None or not (by_hand or name.startswith(near_side(outcome))):
            continue
        true[name] = np.where(counts[:, None], center, np.nan)
        keypoint, fitted = read[:, INDEX[name]], np.full_like(center, np.nan)
        if body is not None and name in body.joints_px:
            fitted = at(body.time_s, body.joints_px[name], time_s)
        by_fit = np.isfinite(fitted) & (body is not None and body.trusted)
        found["keypoints"][name], found["fitted"][name] = keypoint, fitted
        found["shown"][name] = np.where(by_fit, fitted, keypoint)
    return true, found


def _values(size: Mapping[str, FloatArray], factor: float, doubt_px: float | None) -> dict[str, FloatArray]:
    """Sizes of errors where they are known, in another unit."""
    values = {way: factor * size[way][np.isfinite(size[way])] for way in _WAYS}
    both = np.isfinite(size["keypoints"]) & np.isfinite(size["fitted"])
    values["gain"] = factor * (size["fitted"] - size["keypoints"])[both]
    shown = np.isfinite(size["shown"])
    values["by_fit"] = rows((size["shown"] == size["fitted"])[shown])
    if doubt_px is not None:
        values["doubt"] = np.full(int(shown.sum()), factor * doubt_px)
    return values
