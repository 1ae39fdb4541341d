"""Names, numbers and verdicts of a report as a lifter reads them."""

from formcheck.report import MeasurePart, Report, VerdictName

VERDICT_WORDS: dict[VerdictName, str] = {
    "fine": "fine",
    "borderline": "borderline",
    "fault": "fault",
    "not_assessed": "not assessed",
}
"""Verdicts in words."""

EVIDENCE_WORDS = {
    "rule": "competition rule",
    "published": "published study",
    "expert": "practice of coaches",
    "estimate": "our estimate",
}
"""What kind of ground a limit stands on."""

STORY_WORDS = {
    "path_spread": "Bar path, fore and aft",
    "turn_spread": "Height of the turn",
    "velocity_spread": "Mean velocity",
    "eccentric_spread": "Time of the way down",
    "spectral_arc_length": "Smoothness (SPARC)",
    "log_dimensionless_jerk": "Smoothness (LDLJ)",
    "bar_tilt": "Bar tilt",
    "side_lag": "One side behind the other",
    "left_end_late": "Left end of the bar late",
    "hip_shift": "Hips to one side",
    "knee_width_drop": "Knees closer on the way up",
    "eccentric": "Way down",
    "pause": "Pause",
    "concentric": "Way up",
    "bar_forward_m": "Bar, fore and aft",
    "bar_height_m": "Bar height",
    "bar_speed_mps": "Bar speed",
    "knee_flexion_deg": "Knee flexion",
    "hip_flexion_deg": "Hip flexion",
    "elbow_flexion_deg": "Elbow flexion",
    "trunk_lean_deg": "Trunk lean",
}
"""What the set's story and its comparisons call their numbers."""

_SUFFIXES = {
    "_ih_per_s": "image heights per second",
    "_deg_per_s": "degrees per second",
    "_ih": "image heights",
    "_deg": "degrees",
    "_mps": "m/s",
    "_m": "m",
    "_s": "s",
    "_px": "pixels",
}
_INSTANTS = {"start": "start", "turn": "bottom", "end": "lockout"}
_DEADLIFT_INSTANTS = {"start": "lift-off", "turn": "lockout", "end": "floor"}
_TITLES = {
    "time_to_peak": "Time to peak velocity",
    "sticking_velocity": "Slowest in the sticking region",
    "drift_height": "Height of the drift",
    "path_loop": "Loop between down and up",
    "path_area": "Area of the loop",
    "touch_point": "Touch point, toward the feet",
    "first_direction": "Direction off the chest, toward the head",
    "estimated_1rm": "Estimated 1RM",
}
_DIGITS = ((2.0, 0), (0.2, 1), (0.02, 2))


def signal_words(key: str) -> tuple[str, str]:
    """Split the name of a curve into a title and a unit, empty where the name has none."""
    for suffix, unit in _SUFFIXES.items():
        if key.endswith(suffix):
            return sentence(key.removesuffix(suffix)), unit
    return sentence(key), ""


def measure_title(name: str, unit: str, lift: str) -> str:
    """Title of a measure, without the unit that its name may end with, its instant in the lift's words."""
    if name in _TITLES:
        return _TITLES[name]
    stem, _, last = name.removesuffix(f"_{unit}").rpartition("_")
    instants = _DEADLIFT_INSTANTS if lift == "deadlift" else _INSTANTS
    if stem and last in instants:
        return f"{sentence(stem)}, {instants[last]}"
    return sentence(name.removesuffix(f"_{unit}") if unit else name)


def sentence(name: str) -> str:
    """Turn a name_with_underscores into words."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def in_centimeters(measure: MeasurePart) -> MeasurePart:
    """Turn meters, which bars move by less than one of, into centimeters; all else is given back."""
    if measure.unit != "m":
        return measure
    ends = {
        name: None if end is None else 100 * end
        for name, end in (("value", measure.value), ("low", measure.low), ("high", measure.high))
    }
    return measure.model_copy(update={**ends, "unit": "cm"})


def digits(measure: MeasurePart) -> int:
    """Digits after the point that the interval of a measure justifies; 2 where it has none."""
    if measure.low is None or measure.high is None:
        return 2
    half_width = abs(measure.high - measure.low) / 2
    return next((count for width, count in _DIGITS if half_width >= width), 3)


def number(value: float, places: int) -> str:
    """Format a number with that many digits after the point and a true minus sign."""
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "\N{MINUS SIGN}")


def value_words(measure: MeasurePart, *, unit: bool = True) -> str:
    """Format the value, with or without its unit; empty where it is missing."""
    if measure.value is None:
        return ""
    text = number(measure.value, digits(measure))
    if not unit or not measure.unit:
        return text
    return f"{text}°" if measure.unit == "deg" else f"{text} {measure.unit}"


def interval_words(measure: MeasurePart) -> str:
    """Format the 90 % interval, as in "100 to 108"; empty where there is none."""
    if measure.value is None or measure.low is None or measure.high is None:
        return ""
    places = digits(measure)
    return f"{number(measure.low, places)} to {number(measure.high, places)}"


def body_note(report: Report) -> str:
    """Say what the fitted body's lengths are, and whether its angles are shown."""
    lengths = "Between joint centers, both sides alike; small figures are 90 % intervals."
    if report.body.shown == "fit":
        return lengths
    return f"{lengths} The fit is not trusted, and its angles are not shown: {report.body.note}."
