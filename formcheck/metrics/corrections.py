"""What a reading off joints is wrong by, as data: `corrections.toml`, measured on rendered lifters.

A keypoint lies on the surface of the body, an angle is one of joint centers, the picture is a projection and
a network errs where plates hide the joints. What of that is the same for every body is taken off here; what
is not is the width of the interval.
"""

import json
import tomllib
from collections.abc import Container
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from formcheck.errors import FormcheckError, problems_of
from formcheck.metrics.measure import Measure, Take
from formcheck.settings import Preset
from formcheck.view import SIDE_WITHIN_DEG

CORRECTED = (
    "depth",
    "knee_flexion_start", "knee_flexion_turn", "knee_flexion_end",
    "hip_flexion_start", "hip_flexion_turn", "hip_flexion_end",
    "elbow_flexion_turn", "elbow_flexion_end",
    "trunk_lean_start", "trunk_lean_turn",
)  # fmt: skip
"""The measures that are corrected."""

LIFTS = ("squat", "deadlift", "bench_press")
UNITS = ("deg", "thigh lengths")


def _one_of(known: tuple[str, ...]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown name '{name}'; known are {', '.join(known)}")
        return name

    return AfterValidator(check)


MeasureName = Annotated[str, _one_of(CORRECTED)]
LiftName = Annotated[str, _one_of(LIFTS)]
Unit = Annotated[str, _one_of(UNITS)]
Network = Preset | Literal[""]
"""A preset; empty where nobody knows which network looked."""

FILE = "corrections.toml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Correction(_Strict):
    """What is added to a reading, and what is left of its error.

    Attributes
    ----------
    offset
        True less read, in the measure's unit: the median over the bodies.
    sd
        Standard deviation of the error that is left.
    reps, bodies
        What it was measured on.
    """

    offset: float
    sd: float = Field(gt=0)
    reps: int = Field(ge=1)
    bodies: int = Field(ge=1)


class LiftTable(_Strict):
    """The corrections of a lift with one network.

    Attributes
    ----------
    side, oblique
        By measure, where the camera was found to stand up to 25 degrees, or 25 to 65 degrees, off the side.
    most_yaw_deg
        By measure, how far off the side the camera may stand; where there is no entry, 25 degrees.
    """

    side: dict[MeasureName, Correction] = {}
    oblique: dict[MeasureName, Correction] = {}
    most_yaw_deg: dict[MeasureName, Annotated[float, Field(ge=0, le=90)]] = {}


class Corrections(_Strict):
    """The whole table: by preset, lift, view and measure.

    Attributes
    ----------
    made_by, made_on, made_from
        The command, the date (ISO 8601), and what the figures were measured on.
    uncorrected_sd
        By unit, the standard deviation of a reading that no entry corrects.
    accurate, balanced, light
        By lift, what was measured with that preset's network.
    """

    made_by: str
    made_on: str
    made_from: str
    uncorrected_sd: dict[Unit, Annotated[float, Field(gt=0)]]
    accurate: dict[LiftName, LiftTable] = {}
    balanced: dict[LiftName, LiftTable] = {}
    light: dict[LiftName, LiftTable] = {}

    @model_validator(mode="after")
    def _every_unit(self) -> Self:
        missing = [unit for unit in UNITS if unit not in self.uncorrected_sd]
        if missing:
            raise ValueError(f"uncorrected_sd: expected {', '.join(UNITS)}, found no {missing[0]}")
        return self

    def table(self, preset: Network, lift: str) -> LiftTable:
        """All that is known of a lift with a preset; empty where that is nothing."""
        lifts = {"accurate": self.accurate, "balanced": self.balanced, "light": self.light}.get(preset, {})
        return lifts.get(lift, LiftTable())

    def entry(self, preset: Network, lift: str, view: str, name: str) -> Correction | None:
        """The correction of a measure; None where it was not measured, as in any other view."""
        table = self.table(preset, lift)
        return {"side": table.side, "oblique": table.oblique}.get(view, {}).get(name)

    def most_yaw_deg(self, preset: Network, lift: str, name: str) -> float:
        """How far off the side the camera may stand for a measure, in degrees."""
        return self.table(preset, lift).most_yaw_deg.get(name, SIDE_WITHIN_DEG)

    def tells(self, preset: Network, lift: str, name: str, yaw_deg: float) -> bool:
        """Whether a measure is told where the camera stands that far off the side."""
        most = self.most_yaw_deg(preset, lift, name)
        return most > 0 and yaw_deg <= most


def parse_corrections(text: str, name: str = FILE) -> Corrections:
    """Read and check a table.

    Raises
    ------
    FormcheckError
        Not TOML, or against the schema, with every problem named.
    """
    try:
        return Corrections.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FormcheckError(f"{name}: expected TOML, found {error}", "Make it anew with --fit.") from error
    except ValidationError as error:
        raise FormcheckError(f"{name}: {problems_of(error)}", "Correct the named entries.") from error


@cache
def load_corrections() -> Corrections:
    """Load the table that comes with formcheck, once."""
    return parse_corrections((resources.files("formcheck.metrics") / FILE).read_text("utf-8"))


def correct(name: str, read: Measure, take: Take, table: Corrections | None = None) -> Measure:
    """Take off what is known to be wrong with a reading, and state what is not.

    Parameters
    ----------
    name
        The measure.
    read
        The reading; its interval is not used.
    take
        Tells the preset, the lift and the view.
    table
        The corrections; None takes those that come with formcheck.

    Returns
    -------
    The corrected measure; the reading itself with a wide interval where nothing is known of its error;
    nothing, with the reason, where the camera stands too far off the side.
    """
    table = table or load_corrections()
    if not table.tells(take.preset, take.lift, name, take.view.yaw_deg):
        most = table.most_yaw_deg(take.preset, take.lift, name)
        return Measure.none(read.unit, _too_far(take.view.yaw_deg, most))
    if read.missing:
        return read
    entry = table.entry(take.preset, take.lift, take.view.name, name)
    if entry is None:
        return Measure.of(read.value, read.unit, table.uncorrected_sd[read.unit])
    return Measure.of(read.value + entry.offset, read.unit, entry.sd)


def corrections_of(take: Take, names: Container[str]) -> dict[str, Correction | None]:
    """Give the correction of each of the named measures that is told from where the camera stands.

    None: told as read, with a wide interval. Measures that are never corrected are left out.
    """
    table = load_corrections()
    return {
        name: table.entry(take.preset, take.lift, take.view.name, name)
        for name in CORRECTED
        if name in names and table.tells(take.preset, take.lift, name, take.view.yaw_deg)
    }


def _too_far(yaw: float, most: float) -> str:
    if most == 0:
        return "this network is too far off here, even from the side"
    return f"the camera stands {yaw:.3g} degrees off the side; beyond {most:g} this is not measured"


def to_toml(table: Corrections) -> str:
    """Write a table as `parse_corrections` reads it."""
    lines = [
        "# What is added to a reading off joints, and the standard deviation of the error that is left, by",
        "# preset, lift and view; most_yaw_deg is how far off the side the camera may stand (25 where there",
        "# is no entry, 0: never told). Made by the command below: make it anew, do not edit it.",
        *(f"{name} = {json.dumps(getattr(table, name))}" for name in ("made_by", "made_on", "made_from")),
        "",
        "[uncorrected_sd]",
        *(f'"{unit}" = {sd:g}' for unit, sd in table.uncorrected_sd.items()),
    ]
    for preset in get_args(Preset):
        for lift, found in getattr(table, preset).items():
            for view in ("side", "oblique"):
                entries = {name: _entry_line(one) for name, one in getattr(found, view).items()}
                lines += _section(f"{preset}.{lift}.{view}", entries)
            yaws = {name: f"{most:g}" for name, most in found.most_yaw_deg.items()}
            lines += _section(f"{preset}.{lift}.most_yaw_deg", yaws)
    return "\n".join(lines) + "\n"


def _entry_line(one: Correction) -> str:
    return f"{{ offset = {one.offset:g}, sd = {one.sd:g}, reps = {one.reps}, bodies = {one.bodies} }}"


def _section(head: str, entries: dict[str, str]) -> list[str]:
    return ["", f"[{head}]", *(f"{name} = {value}" for name, value in entries.items())] if entries else []
