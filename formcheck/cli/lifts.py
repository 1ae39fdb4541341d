"""`formcheck lifts` and `formcheck explain`: the lifts and the rules behind each verdict."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from formcheck.cli import options
from formcheck.cli.terminal import Group, console

if TYPE_CHECKING:
    from formcheck.lifts import FaultRule, Lift

lifts = typer.Typer(cls=Group, invoke_without_command=True, rich_markup_mode=None)


@lifts.callback()
def list_lifts(context: typer.Context, folder: options.Lifts = None) -> None:
    """List the lifts, their variants and rules, with the views that show each.

    A rule that no metric of ours can show is listed too: `formcheck explain` says what it would take.
    """
    if context.invoked_subcommand is not None:
        return
    from rich.text import Text

    from formcheck.lifts import find_lifts
    from formcheck.settings import load_settings

    out = console()
    for lift in find_lifts(load_settings(lifts=folder).lifts).values():
        out.print(Text.assemble((lift.title, "bold"), f" (--lift {lift.name})"))
        for line in _choices(lift):
            out.print(Text(line))
        out.print(_table(lift))


@lifts.command()
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="A lift file of your own.")
    ],
) -> None:
    """Check a lift file, its variants and rulebooks too, and say what is wrong with it.

    Exit code 0: it can be used with --lifts. 2: it must change.
    """
    from formcheck.lifts import read_lift

    lift = read_lift(file)
    out = console()
    out.print(f"{file}: {lift.title}, {len(lift.faults)} rules: can be used", soft_wrap=True)
    for line in _choices(lift):
        out.print(line, markup=False)


def _choices(lift: "Lift") -> Iterator[str]:
    """The variants and rulebooks of a lift in words."""
    if lift.variants:
        named = [
            f"{name} ({change.title}{', assumed' if name == lift.variant else ''})"
            for name, change in lift.variants.items()
        ]
        yield f"  --variant {', '.join(named)}"
    if lift.rulebooks:
        yield f"  --rules {', '.join(f'{name} ({book.title})' for name, book in lift.rulebooks.items())}"


def _table(lift: "Lift") -> "object":
    """Rules with what they judge, from where they show, and what they stand on."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("rule", no_wrap=True)
    for header in ("what it judges", "shown from", "stands on"):
        table.add_column(header)
    own = {rule.id for rule in lift.faults}
    for rule in lift.every_rule().values():
        mark = "" if rule.id in own else " *"
        table.add_row(rule.id + mark, rule.title, _views(rule), rule.evidence)
    if len(lift.every_rule()) > len(own):
        table.caption = "*: only with some variant or rulebook"
        table.caption_justify = "left"
    return table


def explain(
    rule_id: Annotated[
        str,
        typer.Argument(metavar="RULE", show_default=False, help="As in squat.depth_short."),
    ],
    variant: options.Variant = None,
    rules: options.Rules = None,
    folder: options.Lifts = None,
) -> None:
    """Tell what a rule asks, from where it shows, and on whose word.

    `formcheck lifts` lists all rules.
    """
    from rich.table import Table
    from rich.text import Text

    from formcheck.lifts import lifts_meant
    from formcheck.report.words import EVIDENCE_WORDS
    from formcheck.settings import load_settings

    settings = load_settings(lifts=folder, variant=variant, rules=rules)
    (lift,) = lifts_meant(rule_id.partition(".")[0], settings.variant, settings.lifts)
    lift = lift.chosen(rules=settings.rules)
    rule = lift.fault(rule_id)
    table = Table.grid(padding=(0, 2))
    for label, text in (
        ("Limit", _limit(rule)),
        ("Shown from", _views(rule)),
        ("It would take", rule.needs),
        ("Weight", f"{rule.weight}: {_WEIGHTS[rule.weight]}"),
        ("Cue", rule.cue),
        ("Drill", rule.drill),
        ("Ladder", _ladder(lift, rule)),
        ("Tempo", rule.tempo or lift.practice.tempo),
        ("Stands on", EVIDENCE_WORDS[rule.evidence]),
        ("Source", rule.source),
    ):
        if text:
            table.add_row(label, Text(text))
    out = console()
    out.print(Text.assemble((rule.title, "bold"), f" ({rule.id})"))
    out.print(table)


_WEIGHTS = {3: "breaks a rule of competition", 2: "costs balance or timing", 1: "style"}


def _limit(rule: "FaultRule") -> str:
    """The limit in words, with its margin; empty where nothing is measured."""
    if rule.metric is None:
        return ""
    limit = f"{rule.metric.replace('_', ' ')} {rule.limit}"
    return f"{limit}; borderline within {rule.margin:g} of it" if rule.margin else limit


def _ladder(lift: "Lift", rule: "FaultRule") -> str:
    """The steps, with the rule's own marked."""
    steps = lift.practice.ladders.get(rule.ladder, ())
    return " > ".join(f"[{step}]" if n == rule.rung else step for n, step in enumerate(steps, 1))


def _views(rule: "FaultRule") -> str:
    from formcheck.view import ViewName

    if rule.metric is None:
        return "not measured"
    everywhere = set(rule.views) == set(get_args(ViewName))
    return "any view" if everywhere else ", ".join(rule.views)
