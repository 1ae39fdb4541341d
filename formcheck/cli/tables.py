"""A report as a table that fits 80 columns, with or without color."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from formcheck.cli.terminal import console
from formcheck.report import FaultPart, MeasurePart, Report, RepPart
from formcheck.report.bar import BAR_MEASURES
from formcheck.report.words import (
    VERDICT_WORDS,
    digits,
    in_centimeters,
    interval_words,
    measure_title,
    number,
    sentence,
    value_words,
)

MISSING = "\N{EN DASH}"
_STYLES = {"fine": "green", "borderline": "yellow", "fault": "bold red", "not_assessed": "dim"}
_VIEWS = {
    "side": "from the side",
    "oblique": "obliquely",
    "front": "from the front",
    "rear": "from behind",
}
_FACING = {"camera": "the camera"}
_UNITS = {"deg": "°", "image heights": "img. h."}
_ANGLES = 3
_BAR = ("range_m", "mean_velocity", "drift")
_ANGLES_BESIDE_BAR = 1
_FIRST_FILE = "report.html"


def print_report(report: Report, folder: Path) -> None:
    """Print what was found on stdout, and where the files are."""
    out = console()
    for line in _head(report):
        out.print(line)
    out.print(rep_table(report))
    out.print(_legend(report))
    for line in (
        *_totals(report),
        *_story(report),
        *_beside(report),
        *_score(report),
        *_focus(report),
        *_limits(report),
        *_files(folder),
    ):
        out.print(line, soft_wrap=line.no_wrap or False)


def rep_table(report: Report) -> Table:
    """Lay out the reps, a row each: range, velocity, key angles, tempo, verdict and what it rests on."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("rep", justify="right")
    names = key_measures(report.reps)
    for name, stored in names.items():
        title = measure_title(name, stored, report.lift.name).lower().replace(", ", "\n").replace(" ", "\n")
        unit = "cm" if stored == "m" else stored
        table.add_column(f"{title}\n{_UNITS.get(unit, unit)}", justify="right", no_wrap=True)
    table.add_column("tempo\ns", no_wrap=True)
    table.add_column("verdict", ratio=1)
    for rep in report.reps:
        values = [measure_text(rep.measures.get(name)) for name in names]
        label = f"{rep.number}*" if rep.partial else f"{rep.number}"
        table.add_row(label, *values, rep.tempo.replace(" ", ""), _verdict(rep, report.faults))
    return table


def key_measures(reps: Sequence[RepPart]) -> dict[str, str]:
    """Choose what the table shows, name to unit: of the bar, then the first angles of the lift.

    Of the bar range, mean velocity and drift where they are known in meters, else the range alone.
    """
    units = {name: part.unit for rep in reps for name, part in rep.measures.items()}
    seen = {name for rep in reps for name, part in rep.measures.items() if part.value is not None}
    bar = [name for name in _BAR if name in seen]
    ranges = bar or [name for name in units if "range" in name and name in seen][:1]
    angles = [name for name, unit in units.items() if unit == "deg" and name in seen - {*BAR_MEASURES}]
    return {name: units[name] for name in (*ranges, *angles[: _ANGLES_BESIDE_BAR if bar else _ANGLES])}


def measure_text(measure: MeasurePart | None) -> str:
    """Write a number with half its 90 % interval, meters as centimeters, or a dash where there is none."""
    if measure is None or measure.value is None:
        return MISSING
    measure = in_centimeters(measure)
    text = value_words(measure, unit=False)
    if measure.low is None or measure.high is None:
        return text
    return f"{text} ±{number((measure.high - measure.low) / 2, digits(measure))}"


def _verdict(rep: RepPart, faults: Sequence[FaultPart]) -> Text:
    text = Text.assemble((VERDICT_WORDS[rep.verdict], _STYLES[rep.verdict]))
    for verdict in ("fault", "borderline"):
        titles = [f.title for f in faults if (f.rep_number, f.verdict) == (rep.number, verdict)]
        if titles:
            lead = ": " if verdict == rep.verdict else f"; {verdict}: "
            text.append(lead + ", ".join(titles))
    return text


def _head(report: Report) -> Iterator[Text]:
    lift, view = report.lift, report.view
    how = "as you said" if lift.given else f"recognized: {lift.confidence:.0%} of the movements fit"
    seen = f"seen {_VIEWS[view.name]}, facing {_FACING.get(view.facing, view.facing)}"
    yield Text.assemble((lift.title, "bold"), f" ({how}), {seen}")
    yield from _judged_as(report)
    count = len(report.reps)
    rules = {fault.rule_id for fault in report.faults}
    judged = {fault.rule_id for fault in report.faults if fault.verdict != "not_assessed"}
    yield Text(
        f"{count} rep{'s' * (count != 1)}; the lifter was seen in {report.quality.rep_coverage:.0%} "
        f"of their frames; {len(judged)} of {len(rules)} rules could be judged"
    )


def _judged_as(report: Report) -> Iterator[Text]:
    """Which variant it was taken for, and whose rules it was judged by."""
    lift = report.lift
    parts = []
    if lift.variant:
        parts.append(
            f"as {lift.variant_title.lower()} ({'as you said' if lift.variant_given else 'assumed'})"
        )
    if lift.rules:
        parts.append(f"by the rules of {lift.rules_title.lower()}")
    if parts:
        yield Text(f"Judged {', '.join(parts)}")


def _legend(report: Report) -> Text:
    text = "tempo: eccentric-pause-concentric; ±: half of the 90 % interval"
    if any(rep.partial for rep in report.reps):
        text += "; *: only a part was filmed"
    return Text(f"{text}\n", "dim")


def _totals(report: Report) -> Iterator[Text]:
    """Numbers of the whole set."""
    for name, measure in report.set.measures.items():
        if measure.value is not None:
            title = measure_title(name, measure.unit, report.lift.name)
            doubt = interval_words(measure)
            yield Text(f"{title}: {value_words(measure)}" + (f" ({doubt})" if doubt else ""))


def _story(report: Report) -> Iterator[Text]:
    """What turned for the worse from the first rep to the last, and the tempo where one was asked for."""
    if report.story is None:
        return
    tempo = [words for words in report.story.words if "asked for" in words]
    worse = [words for words in report.story.words if ": grew from rep" in words]
    yield from (Text(words) for words in (*worse, *tempo))


def _beside(report: Report) -> Iterator[Text]:
    """How the set compares with the reference that was given, else only what departs."""
    for part in report.comparisons:
        if part.against in ("own", "chosen") or any(rep.departures for rep in part.reps):
            yield Text(f"Beside {part.title}: {part.words}")
        yield from (Text.assemble(("Note: ", "yellow"), note) for note in part.notes)


def _score(report: Report) -> Iterator[Text]:
    """The score, never without the faults that made it."""
    score = report.score
    if score is None or score.points is None:
        return
    lost = ", ".join(f"{part.title} -{part.points:.0f}" for part in score.lost)
    yield Text(f"Score: {score.points} of 100{f' ({lost})' if lost else ''}, {score.note}")


def _focus(report: Report) -> Iterator[Text]:
    focus = report.practice
    if focus is None:
        seen = any(fault.verdict == "fault" for fault in report.faults)
        yield Text(
            "No fault came back often enough to be worked on."
            if seen
            else "No fault was found that this view can show."
        )
        return
    yield Text.assemble((f"Work on: {focus.title}", "bold"), f" ({focus.why})")
    for fault in report.faults:
        if fault.words and fault.rule_id == focus.rule_id:
            yield Text(f"  Rep {fault.rep_number}: {fault.words}")
    yield Text(f"  Cue: {focus.cue}")
    yield Text(f"  Drill: {focus.drill}")
    if focus.ladder:
        yield Text(f"  Step {focus.rung} of {len(focus.ladder)}: {' > '.join(focus.ladder)}")
    if focus.tempo:
        yield Text(f"  Tempo: {focus.tempo} (eccentric-pause-concentric, seconds)")
    if focus.fixed_when:
        yield Text(f"  {sentence(focus.fixed_when)}.")
    yield Text(f"  More: formcheck explain {focus.rule_id}")


def _limits(report: Report) -> Iterator[Text]:
    for warning in report.quality.warnings:
        yield Text.assemble(("Note: ", "yellow"), warning.message)
        if warning.hint:
            yield Text(f"  {warning.hint}")


def _files(folder: Path) -> Iterator[Text]:
    yield Text(f"\nReport: {folder / _FIRST_FILE}", no_wrap=True)
    others = sorted(path.name for path in folder.iterdir() if path.name != _FIRST_FILE)
    yield Text(f"Beside it: {', '.join(others)}")
