"""The pages: templates, and what they share with the report that `formcheck analyze` writes."""

from pathlib import Path
from typing import Any

from fastapi.templating import Jinja2Templates
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, StrictUndefined

from formcheck import Report
from formcheck.report.html import page_environment, page_parts, read_part

HERE = Path(__file__).parents[1]

_OURS = FileSystemLoader(HERE / "pages")


def make_pages() -> Jinja2Templates:
    """Make what renders the pages."""
    environment = Environment(
        loader=_OURS, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["day"] = lambda at: f"{at:%Y-%m-%d}"
    environment.filters["sure"] = _sure
    return Jinja2Templates(env=environment)


def render_report(report: Report, template: str, **more: Any) -> str:
    """Render a page that extends the report's."""
    loader = ChoiceLoader([_OURS, FunctionLoader(read_part)])
    return page_environment(loader, report).get_template(template).render(**page_parts(report), **more)


def _sure(part: dict[str, Any]) -> str:
    """Word a measure of a summary with half of its interval."""
    value = f"{part['value']:.3g}"
    if part["low"] is None or part["high"] is None:
        return f"{value} {part['unit']}"
    return f"{value} ±{(part['high'] - part['low']) / 2:.2g} {part['unit']}"
