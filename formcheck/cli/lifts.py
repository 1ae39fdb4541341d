"""`formcheck lifts` and `formcheck explain`: the lifts and the rules behind each verdict."""

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from formcheck.cli.terminal import console

if TYPE_CHECKING:
    from formcheck.lifts import FaultRule


def lifts() -> None:
    """List the lifts and their rules, with the views that show each."""
    from rich import box
    from rich.table import Table

    from formcheck.lifts import known_lifts, load_lift

    out = console()
    for name in known_lifts():
        lift = load_lift(name)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"{lift.title} (--lift {name})")
        table.title_justify = "left"
        table.add_column("rule", no_wrap=True)
        for header in ("what it judges", "shown from", "stands on"):
            table.add_column(header)
        for rule in lift.faults:
            table.add_row(rule.id, rule.title, _views(rule), rule.evidence)
        out.print(table)


def explain(
    rule_id: Annotated[
        str,
        typer.Argument(metavar="RULE", show_default=False, help="As in squat.depth_short."),
    ],
) -> None:
    """Tell what a rule asks, from where it shows, and on whose word.

    `formcheck lifts` lists all rules.
    """
    from rich.table import Table
    from rich.text import Text

    from formcheck.lifts import load_lift
    from formcheck.report.words import EVIDENCE_WORDS

    rule = load_lift(rule_id.partition(".")[0]).fault(rule_id)
    table = Table.grid(padding=(0, 2))
    for label, text in (
        ("Limit", _limit(rule)),
        ("Shown from", _views(rule)),
        ("Cue", rule.cue),
        ("Drill", rule.drill),
        ("Stands on", EVIDENCE_WORDS[rule.evidence]),
        ("Source", rule.source),
    ):
        table.add_row(label, Text(text))
    out = console()
    out.print(Text.assemble((rule.title, "bold"), f" ({rule.id})"))
    out.print(table)


def _limit(rule: "FaultRule") -> str:
    limit = f"{rule.metric.replace('_', ' ')} {rule.limit}"
    return f"{limit}; within {rule.margin:g} of it: borderline" if rule.margin else limit


def _views(rule: "FaultRule") -> str:
    from formcheck.view import ViewName

    everywhere = set(rule.views) == set(get_args(ViewName))
    return "any view" if everywhere else ", ".join(rule.views)
