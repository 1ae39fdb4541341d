"""What the eyes should see of a body: one row of predictions for each frame."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from formcheck.body.camera import front_on, look, project, side_on
from formcheck.body.chain import Figure, figure
from formcheck.body.human import Human
from formcheck.body.model import (
    ASIDE,
    CURVES,
    SWAY,
    BodyModel,
    Curve,
    OffBones,
    Offsets,
    Term,
    in_si,
)
from formcheck.body.unknowns import Unknowns
from formcheck.pose import FloatArray
from formcheck.skeleton import SIDES
from formcheck.view import Side

PLATE_COLUMNS = 4
"""The plate's center across and down, the logarithm of its radius, the ratio of its rim's axes."""

_OUTWARD = {"left": np.ones(3), "right": np.array([-1.0, 1.0, 1.0])}


@dataclass(frozen=True, slots=True, eq=False)
class Mechanism:
    """A lift's body before a camera.

    A row of M predictions is: x and y of every keypoint (left before right), the plate, the physical terms,
    each curve that has a usual value, and how far each curve is beyond its limits.

    Attributes
    ----------
    near
        +1 where the lifter's left end of the bar is the one followed, -1 where it is the right one.
    held_by_hand
        Whether the camera sways.
    """

    lift: BodyModel
    human: Human
    unknowns: Unknowns
    size_px: tuple[int, int]
    near: int
    plate_radius_m: float
    held_by_hand: bool = False

    @property
    def curves(self) -> tuple[str, ...]:
        """Names of the k curves, in degrees or metres as the lift's file has them."""
        apart = ASIDE if self._front_on and ASIDE[0] in self.lift.curves else ()
        return CURVES[self.lift.bar] + apart + (SWAY if self.held_by_hand else ())

    @property
    def side_on(self) -> bool:
        """Whether the camera was said to look from the side."""
        return side_on(self._azimuth, self.human)

    @property
    def _front_on(self) -> bool:
        """Whether it was said to look from the front or the rear."""
        return front_on(self._azimuth, self.human)

    @property
    def _azimuth(self) -> float:
        return float(self.unknowns.mean[self.unknowns.index("azimuth")])

    @property
    def near_side(self) -> Side:
        """The lifter's side at which the followed end of the bar is."""
        return "left" if self.near > 0 else "right"

    def curve(self, name: str) -> Curve:
        """What is known of a curve beforehand."""
        sway: Curve | None = getattr(self.human.sway, name, None)
        curve = self.lift.curves[name] if sway is None else sway
        return curve.model_copy(update={"usual": curve.seen}) if curve.seen and not self.side_on else curve

    @property
    def keypoints(self) -> tuple[str, ...]:
        """Names of the keypoints, in the order of the columns."""
        return tuple(f"{side}_{name}" for name in self.lift.keypoints for side in SIDES)

    def centered(self) -> "Mechanism":
        """The same body, whose keypoints are the centers of its joints."""
        none = Offsets(source=self.lift.offsets.source, shoulder={}, hip={}, knee={}, ankle={})
        return replace(self, lift=self.lift.model_copy(update={"offsets": none}))

    def figure(self, curves: FloatArray, shared: FloatArray) -> Figure:
        """The body of (B, n, k) curves and (B, S) shared values."""
        names = [name.removesuffix("_deg") for name in self.curves]
        named = {name: curves[..., index] for index, name in enumerate(names)}
        return figure(self.lift, self.human, named, self.unknowns.named(shared))

    def predict(self, curves: FloatArray, shared: FloatArray) -> FloatArray:
        """(B, n, M) rows of (B, n, k) curves and (B, S) shared values."""
        body, values = self.figure(curves, shared), self.unknowns.named(shared)
        aside = np.array([float(self.near), 0.0, 0.0])
        plate = body.bar + aside * values["plate_aside_m"][:, :, None]
        points = np.concatenate([self._keypoints_m(body, values), plate[:, :, None]], axis=2)
        sway = curves[..., -len(SWAY) :] if self.held_by_hand else None
        pixels, depth = project(points, values, self.size_px, sway)
        radius = values["ln_focal"] + np.log(self.plate_radius_m) - np.log(depth[..., -1])
        sight = plate - look(values)[1][:, None]
        flat = np.abs(sight[..., 0]) / np.linalg.norm(sight, axis=-1)
        rows = [pixels.reshape(*pixels.shape[:2], -1), radius[..., None], flat[..., None]]
        return np.concatenate([*rows, self._physical(body, curves)], axis=-1)

    def _keypoints_m(self, body: Figure, values: Mapping[str, FloatArray]) -> FloatArray:
        """(B, n, 2J, 3) where the network sees the joints of both sides."""
        points, offsets, stature = [], self.lift.offsets, values["stature_m"][..., None]
        own, drawn = self._own_offsets()
        for name in self.lift.keypoints:
            off = -offsets.inward.get(name, 0.0) * stature * np.array([1.0, 0.0, 0.0])
            off = off + np.zeros_like(body.bar)
            for bone, (along, forward) in own.get(name, getattr(offsets, name, {})).items():
                off = off + stature * _off_bone(body.leans[bone], along, forward)
            for bone, (along, forward) in drawn.get(name, {}).items():
                off = off + stature * values["thigh"][..., None] * _off_bone(body.leans[bone], along, forward)
            points += [(body.joints[side][name] + off) * _OUTWARD[side] for side in SIDES]
        return np.stack(points, axis=2)

    def _own_offsets(self) -> tuple[OffBones, OffBones]:
        """Offsets of the view that go before the others, and those that come besides."""
        if self._front_on:
            return self.lift.offsets.front, {}
        return {} if self.side_on else self.lift.offsets.oblique, self.lift.offsets.drawn

    def _physical(self, body: Figure, curves: FloatArray) -> FloatArray:
        """(B, n, ...) physical terms, usual values and excesses over limits."""
        columns = []
        for term in self.lift.terms:
            value = body.quantities[term.quantity]
            columns.append(np.maximum(value, in_si(term.quantity, term.mean)) if term.most else value)
        for _, index, _ in self._held("usual"):
            columns.append(curves[..., index])
        for name, index, curve in self._held("within"):
            least, most = (in_si(name, bound) for bound in curve.within or (0.0, 0.0))
            value = curves[..., index]
            columns.append(np.maximum(value - most, 0.0) - np.maximum(least - value, 0.0))
        return np.stack(columns, axis=-1)

    def _stated(self, term: Term) -> float:
        """What a term expects; for a bar on the floor, more than its plate's radius."""
        rests = self.plate_radius_m if term.quantity == "bar_height_m" else 0.0
        return in_si(term.quantity, term.mean) + rests

    def _held(self, kind: str) -> list[tuple[str, int, Curve]]:
        """Curves that have a `usual` value or are to stay `within` limits."""
        rows = [(name, index, self.curve(name)) for index, name in enumerate(self.curves)]
        return [row for row in rows if getattr(row[2], kind)]

    def expected(
        self, low: FloatArray, without: frozenset[str], alike: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """What `_physical` should be, and its standard deviation: (n, ...) each, infinite where nothing is.

        A lifter who stands crooked does so in every rep: what holds at the top or the bottom counts once in a
        take, however long it lasts.

        Parameters
        ----------
        low
            (n,) share of the bar's way down.
        without
            Groups of terms to leave out.
        alike
            (n,) how many such frames count as one elsewhere.
        """
        where = {"top": low < _TOP, "bottom": low > 1 - _BOTTOM, "always": np.ones_like(low, dtype=bool)}
        mean, sd = [], []
        for term in self.lift.terms:
            counts = where[term.at] & (term.name not in without)
            frames = alike if term.at == "always" else counts.sum()
            mean.append(np.full_like(low, self._stated(term)))
            sd.append(np.where(counts, in_si(term.quantity, term.sd) * np.sqrt(frames), np.inf))
        for name, _, curve in self._held("usual"):
            usual = curve.usual or (0.0, 1.0)
            mean.append(np.full_like(low, in_si(name, usual[0])))
            sd.append(np.full_like(low, in_si(name, usual[1]) * np.sqrt(alike)))
        for name, _, _ in self._held("within"):
            limit = _LIMIT_SD_RAD if name.endswith("_deg") else _LIMIT_SD_M
            mean.append(np.zeros_like(low))
            sd.append(np.full_like(low, limit * np.sqrt(alike)))
        return np.stack(mean, axis=-1), np.stack(sd, axis=-1)


def _off_bone(lean: FloatArray, along: float, forward: float) -> FloatArray:
    """(..., 3) a place off a joint, told along a bone that leans (...) rad and forward of it."""
    up, ahead = np.cos(lean), np.sin(lean)
    y, z = along * up - forward * ahead, along * ahead + forward * up
    return np.stack([np.zeros_like(y), y, z], axis=-1)


_TOP, _BOTTOM = 0.04, 0.03
_LIMIT_SD_RAD, _LIMIT_SD_M = float(np.radians(3.0)), 0.02
