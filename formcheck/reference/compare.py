"""How far a rep is from a reference along its way, and where it departs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from dtaidistance import dtw_ndim

from formcheck.metrics import Measure
from formcheck.pose import FloatArray
from formcheck.reference.curves import SAMPLES, Curve, PhaseCurves, PhaseKind, RepCurves
from formcheck.reference.reference import Band, PhaseBands, Reference, spread_of
from formcheck.signals import true_runs

LEAVES_SD, DEPARTS_SD = 2.0, 3.0
"""A curve has departed where it is 3 standard deviations away, and did so where it passed 2.

Over a phase there are some 4 to 8 independent stretches: of curves without a difference, fewer than one in
twenty reaches 3 by chance (random field theory, Pataky 2012, CMBBE 15:295).
"""

LASTS_S = 0.1
"""A departure lasts at least so long, in real seconds (technique knowledge base, estimate)."""

OTHER_TIMING = 0.2
"""Where a phase takes a fifth longer or shorter than the reference's, places are aligned by warping time."""

_WINDOW = 10
"""Warping moves a sample by 10 % of the phase at most (Sakoe and Chiba 1978, IEEE TASSP 26:43)."""


_SAME = np.arange(float(SAMPLES))


@dataclass(frozen=True, slots=True)
class Departure:
    """Where one signal of a rep leaves the reference.

    Attributes
    ----------
    signal
        Its name.
    phase, percent, at_s
        Where it sets in: per cent of the phase's time, and the second of the video.
    most_percent, most_at_s
        Where it is largest within that stretch.
    by
        Rep less reference there, with the interval of the measurement alone.
    distance_sd
        The same in standard deviations, the measure's doubt among them; signed.
    """

    signal: str
    phase: PhaseKind
    percent: float
    at_s: float
    most_percent: float
    most_at_s: float
    by: Measure
    distance_sd: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A rep beside a reference.

    Attributes
    ----------
    rep_number
        Of the rep.
    percent
        (101,) of a phase's time.
    lifter, mean, sd
        By phase and signal (101,): the rep (aligned where its timing differs), the reference, and the
        standard deviation of their difference with the doubt of both.
    distance_sd
        By signal: root mean square of the distance in standard deviations over all phases.
    departures
        In order of time; at most one for each signal and phase.
    missing
        Signal to why it was not compared.
    warped
        Phases whose timing differs so much that places were aligned.
    """

    rep_number: int
    percent: FloatArray
    lifter: Mapping[tuple[PhaseKind, str], FloatArray]
    mean: Mapping[tuple[PhaseKind, str], FloatArray]
    sd: Mapping[tuple[PhaseKind, str], FloatArray]
    distance_sd: Mapping[str, float]
    departures: tuple[Departure, ...]
    missing: Mapping[str, str]
    warped: tuple[PhaseKind, ...] = ()

    @property
    def overall_sd(self) -> float:
        """Root mean square of the distances over the signals; NaN where nothing was compared."""
        known = np.array(list(self.distance_sd.values()))
        return float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")


def compare(rep: RepCurves, reference: Reference) -> Comparison:
    """Compare a rep with a reference, phase by phase.

    A difference is measured in standard deviations that hold the spread of the reference, its doubt and the
    rep's own (within one take only what differs from rep to rep), so that a departure inside the
    measurement's own interval is none. Where a phase takes a fifth longer or shorter, places of bar and
    joints are compared after dynamic time warping; speed never is.
    """
    lifter, mean, sd = {}, {}, {}
    departures: list[Departure] = []
    warped: list[PhaseKind] = []
    for phase in rep.phases:
        bands = reference.phases.get(phase.name)
        if bands is None:
            continue
        order = _alignment(phase, bands)
        warped += [phase.name] if order is not None else []
        for name in (name for name in phase.curves if name in bands.bands):
            moved = order if order is not None and not name.endswith("_mps") else _SAME
            pair = _Pair(phase, name, phase.curves[name], bands.bands[name], moved, reference.same_take)
            key = phase.name, name
            lifter[key], mean[key], sd[key] = pair.values, pair.band.mean, pair.sd
            departures += pair.departures()
    names = dict.fromkeys(name for _, name in lifter)
    distances = {
        name: _rms([(lifter[k] - mean[k]) / sd[k] for k in lifter if k[1] == name]) for name in names
    }
    return Comparison(
        rep_number=rep.number,
        percent=np.linspace(0, 100, SAMPLES),
        lifter=MappingProxyType(lifter),
        mean=MappingProxyType(mean),
        sd=MappingProxyType(sd),
        distance_sd=MappingProxyType({k: v for k, v in distances.items() if np.isfinite(v)}),
        departures=tuple(sorted(departures, key=lambda one: one.at_s)),
        missing=MappingProxyType({**_not_in(rep, reference, names), **rep.missing}),
        warped=tuple(warped),
    )


def _not_in(rep: RepCurves, reference: Reference, compared: Mapping[str, None]) -> dict[str, str]:
    """Signals of the rep that the reference has not."""
    why = "the generic curve says nothing of it" if reference.kind == "generic" else "the reference lacks it"
    return {name: why for _, name, _ in rep.each() if name not in compared}


def _rms(parts: Sequence[FloatArray]) -> float:
    joined = np.concatenate(parts)
    known = joined[np.isfinite(joined)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")


def _alignment(phase: PhaseCurves, bands: PhaseBands) -> FloatArray | None:
    """(101,) position in the rep for each point of the reference; None where the timing is alike.

    All places that both have are warped together, each in units of its usual spread.
    """
    if bands.duration_s is None or not abs(phase.duration_s / bands.duration_s - 1) > OTHER_TIMING:
        return None
    both = [name for name in phase.curves if name in bands.bands and not name.endswith("_mps")]
    pairs = [(phase.curves[name].values, bands.bands[name].mean, spread_of(name)) for name in both]
    known = [pair for pair in pairs if np.isfinite(pair[0] + pair[1]).all()]
    if not known:
        return None
    here, there = (np.column_stack([pair[side] / pair[2] for pair in known]) for side in (0, 1))
    path = np.array(dtw_ndim.warping_path(there, here, window=_WINDOW + 1))
    return np.array([path[path[:, 0] == index, 1].mean() for index in range(SAMPLES)])


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """One signal of one phase, of the rep and of the reference."""

    phase: PhaseCurves
    name: str
    curve: Curve
    band: Band
    order: FloatArray
    same_take: bool

    def _moved(self, values: FloatArray) -> FloatArray:
        return np.interp(self.order, np.arange(SAMPLES), values)

    @property
    def values(self) -> FloatArray:
        """(101,) the rep, aligned."""
        return self._moved(self.curve.values)

    @property
    def doubt_sd(self) -> FloatArray:
        """(101,) standard deviation of the difference by measurement alone."""
        steady = 0.0 if self.same_take else self._moved(self.curve.steady_sd)
        return np.sqrt(self._moved(self.curve.passing_sd) ** 2 + steady**2 + self.band.doubt_sd**2)

    @property
    def sd(self) -> FloatArray:
        """(101,) standard deviation of the difference."""
        return np.hypot(self.doubt_sd, self.band.between_sd)

    def departures(self) -> list[Departure]:
        """The first stretch that leaves the reference, if any."""
        off = self.values - self.band.mean
        away = np.nan_to_num(off / self.sd)
        for first, stop in true_runs(np.abs(away) > LEAVES_SD):
            most = first + int(np.abs(away[first:stop]).argmax())
            lasts_s = (stop - first) / SAMPLES * self.phase.duration_s
            if np.abs(away[most]) >= DEPARTS_SD and lasts_s >= LASTS_S:
                return [self._departure(first, most, float(off[most]), float(away[most]))]
        return []

    def _departure(self, first: int, most: int, off: float, away: float) -> Departure:
        return Departure(
            signal=self.name,
            phase=self.phase.name,
            percent=float(first),
            at_s=self.phase.at_s(float(self.order[first])),
            most_percent=float(most),
            most_at_s=self.phase.at_s(float(self.order[most])),
            by=Measure.of(
                off, self.name.rpartition("_")[2].replace("mps", "m/s"), float(self.doubt_sd[most])
            ),
            distance_sd=away,
        )
