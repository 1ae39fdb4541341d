"""Corrections fitted on one half of the bodies and judged on the other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
from scipy.stats import t as student

from formcheck.errors import FormcheckError
from formcheck.metrics.corrections import CORRECTED, UNITS, Correction, Corrections, LiftTable
from formcheck.metrics.measure import Z90
from formcheck.validate.halves import FITTED_ON, JUDGED_ON
from formcheck.validate.offaxis import curve
from formcheck.validate.readings import Reading
from formcheck.view import SIDE_WITHIN_DEG

FEWEST_BODIES = 3
"""What fewer bodies show is not corrected."""

FLOORS = {"deg": 2.0, "thigh lengths": 0.03}
"""No spread is stated smaller: the errors of a few bodies may agree by chance."""

GOOD = {"deg": 15.0, "thigh lengths": 0.15}
"""Off the side a measure is told while 90 % of its errors are smaller, or no larger than from the side."""

USELESS = {"deg": 40.0, "thigh lengths": 0.4}
"""Where errors from the side are as large, a measure is not told at all."""

_DIGITS = {"deg": 1, "thigh lengths": 3}
_FEWEST_CLIPS = 2

Key = tuple[str, str, str, str]
"""Preset, lift, view and measure."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Errors of one measure on the bodies that it was not fitted on; `told` is found less true.

    Attributes
    ----------
    preset, lift, view, measure, unit
        What it is about.
    n, bodies
        Readings and bodies.
    entry
        The correction; None where it is told uncorrected.
    bias_read, bias_told
        Mean error before and after.
    mae_read, mae_told
        Mean size of the error before and after.
    inside
        Share of the truths inside the stated 90 % intervals, 0..1.
    """

    preset: str
    lift: str
    view: str
    measure: str
    unit: str
    n: int
    bodies: int
    entry: Correction | None
    bias_read: float
    bias_told: float
    mae_read: float
    mae_told: float
    inside: float


def halves(readings: Iterable[Reading]) -> tuple[list[Reading], list[Reading]]:
    """Sort readings of corrected measures into those to fit on and those to judge on.

    Bodies that belong to neither half, and clips whose truth names no body, are left out.

    Raises
    ------
    FormcheckError
        A half is empty.
    """
    known = [one for one in readings if one.measure in CORRECTED]
    fitted = [one for one in known if one.body in FITTED_ON]
    judged = [one for one in known if one.body in JUDGED_ON]
    for half, names in ((fitted, FITTED_ON), (judged, JUDGED_ON)):
        if not half:
            raise FormcheckError(
                f"expected clips of the bodies {', '.join(names)}, found none with a rep",
                "Render the benchmark: python -m samples.render benchmark.",
            )
    return fitted, judged


def fit(readings: Sequence[Reading], *, made_by: str, made_on: date) -> Corrections:
    """Fit the table on its half of the bodies; from how far off the side to tell, on all of them.

    An offset is the median over the bodies of the median error of each, with its sign turned. The standard
    deviation is that of a normal error of which 90 % would be as small as 90 % of what is left, not below a
    floor, and wider by `new_body_factor`.

    Parameters
    ----------
    readings
        Of all presets.
    made_by, made_on
        The command and the day, for the table.

    Raises
    ------
    FormcheckError
        A half of the bodies is missing.
    """
    fitted, judged = halves(readings)
    entries = {key: _correction(group) for key, group in _grouped(fitted, _key).items()}
    bare = Corrections(
        made_by=made_by,
        made_on=made_on.isoformat(),
        made_from=_made_from(fitted, judged),
        uncorrected_sd={unit: _uncorrected_sd(fitted, unit) for unit in UNITS},
    )
    table = bare.model_copy(update=_tables(entries, {}))
    everybody = _grouped([*fitted, *judged], lambda one: (one.preset, one.lift, "", one.measure))
    yaws = {key: _most_yaw_deg(group, table) for key, group in everybody.items()}
    return bare.model_copy(update=_tables(entries, yaws))


def judge(readings: Sequence[Reading], table: Corrections) -> tuple[Judged, ...]:
    """Judge a table on the other half of the bodies, where it tells anything at all."""
    _, judged = halves(readings)
    told = [one for one in judged if table.tells(one.preset, one.lift, one.measure, one.found_yaw_deg)]
    return tuple(_judged(key, group, table) for key, group in _grouped(told, _key).items())


def _key(one: Reading) -> Key:
    return one.preset, one.lift, one.view, one.measure


def _grouped(readings: Iterable[Reading], key: Callable[[Reading], Key]) -> dict[Key, list[Reading]]:
    return {name: list(group) for name, group in groupby(sorted(readings, key=key), key)}


def _correction(group: Sequence[Reading]) -> Correction | None:
    """Fit one entry; None where there are too few bodies, or the view is from the front or the rear."""
    unit, digits = group[0].unit, _DIGITS[group[0].unit]
    by_body = [[one.error for one in group if one.body == body] for body in sorted({o.body for o in group})]
    if len(by_body) < FEWEST_BODIES or group[0].view not in LiftTable.model_fields:
        return None
    # Minus zero plus zero is zero.
    offset = round(-float(np.median([np.median(errors) for errors in by_body])), digits) + 0.0
    left = [abs(one.error + offset) for one in group]
    spread = max(_spread(left), FLOORS[unit])
    return Correction(
        offset=offset,
        sd=round(spread * new_body_factor(len(by_body)), digits),
        reps=len(group),
        bodies=len(by_body),
    )


def _spread(sizes: Sequence[float]) -> float:
    """Standard deviation of a normal error of which 90 % would be as small."""
    return float(np.percentile(sizes, 90, method="higher")) / Z90


def new_body_factor(bodies: int) -> float:
    """How much wider an interval for one more body is than the spread over those that were seen.

    That of a normal prediction interval over the spread, t(0.95, bodies - 1) / 1.645 x sqrt(1 + 1 / bodies).
    """
    quantile = float(student.ppf(0.95, bodies - 1))
    return float(quantile / Z90 * np.sqrt(1 + 1 / bodies))


def _uncorrected_sd(readings: Iterable[Reading], unit: str) -> float:
    sizes = [abs(one.error) for one in readings if one.unit == unit]
    return round(max(_spread(sizes or [USELESS[unit]]), FLOORS[unit]), _DIGITS[unit])


def _tables(entries: dict[Key, Correction | None], yaws: dict[Key, float]) -> dict[str, dict[str, LiftTable]]:
    """By preset and lift, what was fitted; lifts without any are left out."""
    tables: dict[str, dict[str, LiftTable]] = {}
    for preset, lift in dict.fromkeys(key[:2] for key in (*entries, *yaws)):
        side, oblique = (
            {key[3]: one for key, one in entries.items() if key[:3] == (preset, lift, view) and one}
            for view in ("side", "oblique")
        )
        most = {
            name: yaw
            for name in CORRECTED
            if (yaw := yaws.get((preset, lift, "", name), SIDE_WITHIN_DEG)) != SIDE_WITHIN_DEG
        }
        if side or oblique or most:
            one = LiftTable(side=side, oblique=oblique, most_yaw_deg=most)
            tables.setdefault(preset, {})[lift] = one
    return tables


def _most_yaw_deg(group: Sequence[Reading], table: Corrections) -> float:
    """How far off the side a measure is told: read off its curve, `GOOD` and `USELESS` being the limits."""
    unit = group[0].unit
    side = [abs(one.corrected_error(table)) for one in group if one.yaw_deg <= SIDE_WITHIN_DEG]
    worst = float(np.percentile(side, 90)) if side else 0.0
    if worst > USELESS[unit]:
        return 0.0
    most = SIDE_WITHIN_DEG
    for band in curve(group, table):
        if band.low_deg < most:
            continue
        if band.clips < _FEWEST_CLIPS or band.worst > max(GOOD[unit], worst):
            break
        most = band.high_deg
    return most


def _judged(key: Key, group: Sequence[Reading], table: Corrections) -> Judged:
    entry, unit = group[0].entry(table), group[0].unit
    before = np.array([one.error for one in group])
    after = np.array([one.corrected_error(table) for one in group])
    sd = entry.sd if entry else table.uncorrected_sd[unit]
    return Judged(
        *key,
        unit=unit,
        n=len(group),
        bodies=len({one.body for one in group}),
        entry=entry,
        bias_read=float(before.mean()),
        bias_told=float(after.mean()),
        mae_read=float(np.abs(before).mean()),
        mae_told=float(np.abs(after).mean()),
        inside=float((np.abs(after) <= Z90 * sd).mean()),
    )


def _made_from(fitted: Sequence[Reading], judged: Sequence[Reading]) -> str:
    def bodies(half: Sequence[Reading]) -> str:
        return ", ".join(sorted({one.body.replace("_", " ") for one in half}))

    clips = len({one.clip for one in (*fitted, *judged)})
    return f"{clips} rendered clips; fitted on {bodies(fitted)}; judged on {bodies(judged)}"
