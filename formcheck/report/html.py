"""A report as one page that opens from disk and asks the network for nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from jinja2 import BaseLoader, Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from formcheck.errors import OutputError
from formcheck.report import MeasurePart, Report, VerdictName
from formcheck.report.bar import (
    BAR_MEASURES,
    bar_plots,
    drift_extremes,
    extremes_differ,
    oblique_note,
    path_note,
    scale_note,
)
from formcheck.report.cards import gravity, rule_cards
from formcheck.report.plots import duration_s, page_data
from formcheck.report.words import (
    EVIDENCE_WORDS,
    STORY_WORDS,
    VERDICT_WORDS,
    body_note,
    in_centimeters,
    interval_words,
    measure_title,
    sentence,
    value_words,
)

_MARKS: dict[VerdictName, str] = {
    "fine": "\N{CHECK MARK}",
    "borderline": "!",
    "fault": "\N{MULTIPLICATION X}",
    "not_assessed": "?",
}

PAGE_SCRIPTS = ("kit.js", "page.js", "bar.js", "beside.js")
"""The page's scripts in the order in which they run, after plotly's."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of a finding, and the second of the video that it shows."""

    path: Path
    at_s: float


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of reps."""

    name: str
    title: str
    unit: str


def to_html(report: Report, video: Path | None = None, pictures: Mapping[str, Picture] | None = None) -> str:
    """Make the page.

    Everything is inside: the video, the plots' library, styles and scripts. A content security
    policy lets no other script run and nothing be fetched.

    Parameters
    ----------
    report
        What was found.
    video
        The annotated clip (H.264 in mp4), whose time is that of the report; None: no video.
    pictures
        By rule a JPEG of the frame in which its finding is worst.

    Raises
    ------
    OutputError
        The clip or a picture cannot be read.
    """
    from plotly.offline import get_plotlyjs

    texts = [read_part("theme.js"), get_plotlyjs(), *map(read_part, PAGE_SCRIPTS)]
    theme, *scripts = (Markup(text) for text in texts)  # noqa: S704  our own and plotly's
    template = page_environment(FunctionLoader(read_part)).get_template("page.html")
    return template.render(
        **page_parts(report),
        video=_data_uri(video, "video/mp4") if video else None,
        pictures={
            rule: (_data_uri(shot.path, "image/jpeg"), shot.at_s) for rule, shot in (pictures or {}).items()
        },
        style=Markup(read_part("page.css")),  # noqa: S704  our own file
        theme=theme,
        scripts=scripts,
        policy=_policy([theme, *scripts]),
    )


def page_environment(loader: BaseLoader) -> Environment:
    """Make the environment that the page's template is rendered in, or one that extends it.

    Parameters
    ----------
    loader
        Finds `page.html` by `read_part`, and whatever extends it.
    """
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cm"] = in_centimeters
    environment.filters["words"] = sentence
    environment.filters["value"] = value_words
    environment.filters["interval"] = interval_words
    environment.filters["title"] = lambda part, name, lift: measure_title(name, part.unit, lift)
    return environment


def page_parts(report: Report) -> dict[str, object]:
    """Gather what the page shows of a report, without its video, pictures, styles and scripts."""
    return {
        "report": report,
        "columns": table_columns(report),
        "gaps": missing_measures(report),
        "bar": bar_plots(report),
        "bar_columns": table_columns(report, bar=True),
        "bar_gaps": missing_measures(report, bar=True),
        "extremes": drift_extremes(report.reps),
        "extremes_differ": extremes_differ(report.reps),
        "notes": {
            "scale": scale_note(report),
            "path": path_note(report),
            "oblique": oblique_note(report),
            "body": body_note(report),
        },
        "cards": rule_cards(report.faults),
        "focus_at": focus_instant(report),
        "duration_s": duration_s(report),
        "words": VERDICT_WORDS,
        "marks": _MARKS,
        "evidence": EVIDENCE_WORDS,
        "names": STORY_WORDS,
        "data": safe_json(page_data(report)),
    }


def table_columns(report: Report, *, bar: bool = False) -> list[Column]:
    """Choose the measures of the body, durations last, or of the bar that at least one rep has."""
    parts = {name: part for name, part in _listed(report, bar=bar) if part.value is not None}
    columns = [
        Column(name, measure_title(name, part.unit, report.lift.name), in_centimeters(part).unit)
        for name, part in parts.items()
    ]
    if bar:
        return sorted(columns, key=lambda column: BAR_MEASURES.index(column.name))
    return sorted(columns, key=lambda column: column.unit == "s")


def missing_measures(report: Report, *, bar: bool = False) -> dict[str, str]:
    """Title of each measure of the body, or of the bar, that some rep lacks, and why."""
    return {
        measure_title(name, part.unit, report.lift.name): part.missing or "not measured"
        for name, part in _listed(report, bar=bar)
        if part.value is None
    }


def focus_instant(report: Report) -> float | None:
    """Give the second of the video that shows best what to practice; None where nothing does."""
    if report.practice is None:
        return None
    found = [
        fault
        for fault in report.faults
        if fault.rule_id == report.practice.rule_id and fault.verdict != "not_assessed"
    ]
    return min(found, key=gravity).at_s if found else None


def safe_json(data: object) -> Markup:
    """Encode data so that no text in it can end the script element that holds it."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  made safe above


def _listed(report: Report, *, bar: bool) -> Iterator[tuple[str, MeasurePart]]:
    """Go through the measures of one table; image heights are left out where there are meters."""
    metric = bar_plots(report) is not None
    for rep in report.reps:
        for name, part in rep.measures.items():
            told_in_meters = metric and part.unit.startswith("image heights")
            if (name in BAR_MEASURES) == bar and not told_in_meters:
                yield name, part


def read_part(name: str) -> str:
    """Read one of the page's files: its template, style or a script."""
    return (files("formcheck.report") / name).read_text(encoding="utf-8")


def _data_uri(path: Path, kind: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OutputError(
            f"{path.name}: expected a file of the result, found {error.strerror}",
            "Write it first, or make the page without it.",
        ) from error
    return f"data:{kind};base64," + b64encode(content).decode("ascii")


def _policy(scripts: Sequence[str]) -> str:
    """Word a content security policy that runs these scripts only and fetches nothing."""
    digests = [b64encode(sha256(script.encode()).digest()).decode("ascii") for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'"
    )
