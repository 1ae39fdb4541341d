"""How much each thing seen counts: its noise, what the plate hides, outliers, exchanged labels."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from formcheck.body.evidence import Evidence
from formcheck.body.mechanism import PLATE_COLUMNS, Mechanism
from formcheck.pose import FloatArray
from formcheck.signals.filters import Flags
from formcheck.skeleton import SIDES

_KEYPOINT_FREEDOM, _PLATE_FREEDOM = 3.0, 5.0
"""Degrees of freedom of Student's t, that outliers are drawn from (Lange et al. 1989, JASA 84:881)."""

_HIDDEN = 0.9
"""A keypoint is hidden within so many plate radii, where it is seen or where it should be."""

_EXCHANGE_S = 0.4
_CLEARLY = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """n rows of M targets with standard deviations (infinite where nothing was seen).

    `errors` (n, 2J) is each keypoint's distance over its noise, NaN unseen; `exchanged` (n,) says in which
    frames left and right were taken to be exchanged.
    """

    target: FloatArray
    sd: FloatArray
    errors: FloatArray
    exchanged: Flags


def weigh(
    mechanism: Mechanism,
    evidence: Evidence,
    predicted: FloatArray,
    *,
    without: frozenset[str],
    labels: Flags | None,
) -> Weighed:
    """Compare (n, M) predicted rows with what was seen.

    Parameters
    ----------
    without
        Groups of physical terms, and `plate`, that do not count.
    labels
        (n,) which frames have left and right exchanged; None decides it anew.
    """
    noise = mechanism.human.noise
    count = 2 * len(mechanism.keypoints)
    pixels = predicted[:, :count].reshape(len(predicted), -1, 2)
    side, hidden = _side_factor(mechanism), _hidden_factor(mechanism)
    as_is = _errors(evidence, evidence.keypoints_px, evidence.noise_px * side, pixels, hidden)
    other = _errors(evidence, evidence.exchanged_px, evidence.exchanged_noise_px * side, pixels, hidden)
    exchanged = _exchanged(as_is[0], other[0], evidence.lasts_s) if labels is None else labels
    errors, sd = (np.where(exchanged[:, None], b, a) for a, b in zip(as_is, other, strict=True))
    points = np.where(exchanged[:, None, None], evidence.exchanged_px, evidence.keypoints_px)
    sd = sd / np.sqrt((_KEYPOINT_FREEDOM + 2) / (_KEYPOINT_FREEDOM + np.nan_to_num(errors) ** 2))
    alike = np.maximum(noise.keypoint_tau_s / evidence.lasts_s, 1.0)
    sd = np.where(np.isfinite(errors), sd * np.sqrt(alike)[:, None], np.inf)
    mean, loose = mechanism.expected(evidence.low, without, alike)
    plate, plate_sd = _plate(mechanism, evidence, predicted[:, count : count + PLATE_COLUMNS])
    if "plate" in without:
        plate_sd = np.full_like(plate_sd, np.inf)
    return Weighed(
        np.concatenate([np.nan_to_num(points).reshape(len(predicted), -1), plate, mean], axis=1),
        np.concatenate([np.repeat(sd, 2, axis=1), plate_sd, loose], axis=1),
        errors,
        exchanged,
    )


def _side_factor(mechanism: Mechanism) -> FloatArray:
    """(2J,) factor on the noise of each keypoint: the far side and what plates hide, in side views."""
    if not mechanism.side_on:
        return np.ones(len(mechanism.keypoints))
    near, anybody, lift = mechanism.near_side, mechanism.human.noise.far_side, mechanism.lift
    return np.array(
        [
            (1.0 if side == near else lift.far_side.get(joint, anybody)) * lift.noise.get(joint, 1.0)
            for joint in mechanism.lift.keypoints
            for side in SIDES
        ]
    )


def _hidden_factor(mechanism: Mechanism) -> FloatArray:
    """(2J,) factor on the noise of each keypoint inside the near plate."""
    in_plate = mechanism.human.noise.in_plate
    return np.array([in_plate[joint] for joint in mechanism.lift.keypoints for _ in SIDES])


def _errors(
    evidence: Evidence, points: FloatArray, noise_px: FloatArray, predicted: FloatArray, hidden: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(n, 2J) distance of each keypoint over its noise, NaN unseen, and that noise: more inside the plate."""
    with np.errstate(invalid="ignore"):
        radius = evidence.radius_px[:, None]
        seen = np.linalg.norm(points - evidence.plate_px[:, None], axis=2) < _HIDDEN * radius
        meant = np.linalg.norm(predicted - evidence.plate_px[:, None], axis=2) < _HIDDEN * radius
    sd = np.where(seen | meant, hidden, 1.0) * noise_px
    return np.linalg.norm(points - predicted, axis=2) / sd, sd


def _exchanged(as_is: FloatArray, other: FloatArray, lasts_s: FloatArray) -> Flags:
    """(n,) where, over some tenths of a second, the exchanged labels fit clearly better."""

    def cost(errors: FloatArray) -> FloatArray:
        return np.asarray(np.log1p(np.nan_to_num(errors) ** 2 / _KEYPOINT_FREEDOM).sum(axis=1))

    gain = (_KEYPOINT_FREEDOM + 2) / 2 * (cost(as_is) - cost(other))
    width = max(round(_EXCHANGE_S / float(np.median(lasts_s))), 1)
    return np.asarray(uniform_filter1d(gain, width, mode="nearest") > _CLEARLY)


def _plate(mechanism: Mechanism, evidence: Evidence, predicted: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(n, 4) what the plate shows and its standard deviation.

    Size and shape have errors that last for the whole take: all frames together count as one.
    """
    noise = mechanism.human.noise
    known = np.isfinite(evidence.plate_px[:, 0]) & (evidence.radius_px > 0)
    off = np.where(known, np.linalg.norm(evidence.plate_px - predicted[:, :2], axis=1), 0.0) / noise.plate_px
    place = noise.plate_px * np.sqrt(np.maximum(noise.plate_tau_s / evidence.lasts_s, 1.0))
    place = place / np.sqrt((_PLATE_FREEDOM + 2) / (_PLATE_FREEDOM + off**2))
    frames = np.sqrt(max(int(known.sum()), 1))
    sd = np.stack(
        [
            place,
            place,
            np.full(len(known), noise.plate_size * frames),
            np.full(len(known), noise.plate_flatness * frames),
        ],
        axis=1,
    )
    sd = np.where(known[:, None], sd, np.inf)
    sd[~np.isfinite(evidence.flatness), 3] = np.inf
    radius = np.log(np.where(known, evidence.radius_px, 1.0))
    target = np.column_stack([evidence.plate_px, radius, evidence.flatness])
    return np.nan_to_num(target), sd
