"""The pages: templates, and what they share with the report that `formcheck analyze` writes."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.templating import Jinja2Templates
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined

from formcheck import Report
from formcheck.report.html import page_environment, page_parts, read_part

from ..tables import Analysis, Athlete, Reference, Video

HERE = Path(__file__).parents[1]

_HISTORY = 12
_SMALL_BYTES = 100_000
_OURS = FileSystemLoader(HERE / "pages")


def make_pages() -> Jinja2Templates:
    """Make what renders the pages."""
    environment = Environment(
        loader=_OURS, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["day"] = lambda at: f"{at:%Y-%m-%d}"
    environment.filters["minute"] = lambda at: f"{at:%Y-%m-%d %H:%M} UTC"
    environment.filters["size"] = _size
    environment.filters |= {"sure": _sure, "last_sets": _last_sets, "reference": _reference}
    return Jinja2Templates(env=environment)


def render_report(report: Report, template: str, **more: Any) -> str:
    """Render a page that extends the report's."""
    return _report_pages().get_template(template).render(**page_parts(report), **more)


@cache
def _report_pages() -> Environment:
    """What renders reports; made once, as it keeps the compiled templates."""
    return page_environment(ChoiceLoader([_OURS, FunctionLoader(read_part)]))


def _last_sets(lift: str, sets: Sequence[tuple[Analysis, Video, Athlete]]) -> list[Analysis]:
    """The newest finished sets of a lift, the newest first."""
    done = [one for one, _, _ in sets if one.summary and one.summary["lift"] == lift]
    return done[:_HISTORY]


def _reference(one: Reference) -> str:
    """Word a reference where several are chosen from."""
    load = f", {one.load_kg:g} kg" if one.load_kg else ""
    return f"{one.lift.replace('_', ' ')}, {one.title}{load}, {one.view} view, {one.created_at:%Y-%m-%d}"


def _size(count: int) -> str:
    """Word a number of bytes."""
    return f"{count / 1e6:.1f} MB" if count >= _SMALL_BYTES else f"{count / 1e3:.0f} kB"


def _sure(part: dict[str, Any]) -> str:
    """Word a measure of a summary with half of its interval, without its unit."""
    value = f"{part['value']:.3g}"
    if part["low"] is None or part["high"] is None:
        return value
    return f"{value} ±{(part['high'] - part['low']) / 2:.2g}"
