"""The result of a validation: one document, as JSON and as what the screen shows.

Schema of the JSON (version 2)::

    schema            2
    formcheck         version that was run
    folder            name of the folder
    settings          preset, pose, and how often the eyes look
    eyes_sha256       of the source code that watched
    clips[]           one for each truth file, by name
      name, made      of the truth file; rendered, marked or mocap
      lift, found     true lift; what was found: a lift, other or none (refused), failed
      right           whether the lift is right
      error           why it was refused or failed; else empty
      view            {true, found, yaw_deg, found_yaw_deg}: names and degrees, null where not known
      reps            {true, found, matched, missed, extra}: counts, null where not known
      seconds, peak_mb, jobs       what watching it took
      duration_s      of the video, null where it was refused
    confusions        lifts, views: made -> true -> found -> count of clips
    tables[]          as printed
      name, title, note, absent
      rows[]          made, lift, yaw, view, item (`all`: not apart; item "" where there is none)
        figures       column -> {value, low, high, n, clips}; null: has no meaning
        published[]   name, figure, of, source: what others state of the same
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import chain
from typing import Any

from formcheck.origin import RATES
from formcheck.settings import Settings
from formcheck.validate.bar import measure_samples, path_samples, track_samples
from formcheck.validate.body import angle_samples, keypoint_samples
from formcheck.validate.joints import bend_samples, joint_samples
from formcheck.validate.reps import found_reps, match_reps, rep_samples, timing_samples, true_count
from formcheck.validate.rules import call_samples, fault_samples
from formcheck.validate.samples import Scored
from formcheck.validate.summary import Row, Table, summarize
from formcheck.validate.tables import TABLES
from formcheck.validate.takes import eyes_sha256
from formcheck.validate.unseen import unseen_samples
from formcheck.validate.verdicts import interval_samples
from formcheck.validate.watch import Outcome
from formcheck.validate.whole import (
    cost_samples,
    lift_samples,
    recognised,
    view_band,
    view_samples,
    yaw_band,
)

SCHEMA = 2

Confusion = dict[str, dict[str, dict[str, int]]]
"""How its truth was made, then what is true, then what was found: how many clips."""

_SCORES = (
    rep_samples, timing_samples, angle_samples, unseen_samples, keypoint_samples, joint_samples, bend_samples,
    track_samples, path_samples, measure_samples, fault_samples, call_samples, interval_samples, lift_samples,
    view_samples, cost_samples,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClipLine:
    """What became of one clip, as the module's docstring lists it."""

    name: str
    made: str
    lift: str
    found: str
    right: bool
    error: str
    view: dict[str, str | float | None]
    reps: dict[str, int | None]
    seconds: float | None
    peak_mb: float | None
    jobs: int | None
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything that a validation found.

    Attributes
    ----------
    clips
        What became of each clip.
    confusions
        Of `lifts` and `views`.
    tables
        Each table with its rows.
    """

    clips: tuple[ClipLine, ...]
    confusions: dict[str, Confusion]
    tables: tuple[tuple[Table, tuple[Row, ...]], ...]


def score(outcome: Outcome) -> Scored:
    """Score one clip by all scores."""
    truth = outcome.clip.truth
    samples = tuple(chain.from_iterable(scores(outcome) for scores in _SCORES))
    return Scored(outcome.clip.name, truth.made, truth.lift, yaw_band(truth), view_band(truth), samples)


def assemble(outcomes: Iterable[Outcome]) -> Validation:
    """Score all clips and fill the tables; outcomes are let go one by one."""
    lines, scored = [], []
    for outcome in outcomes:
        lines.append(_line(outcome))
        scored.append(score(outcome))
    return Validation(
        clips=tuple(lines),
        confusions={
            "lifts": _confusion((line.made, line.lift, line.found) for line in lines),
            "views": _confusion(
                (line.made, str(line.view["true"]), str(line.view["found"] or line.found))
                for line in lines
                if line.view["true"]
            ),
        },
        tables=tuple((table, summarize(table, scored)) for table in TABLES),
    )


def to_document(validation: Validation, folder: str, settings: Settings) -> dict[str, Any]:
    """Give the whole validation as JSON types; the schema is in the module's docstring."""
    return {
        "schema": SCHEMA,
        "formcheck": version("formcheck"),
        "folder": folder,
        "settings": {
            "preset": settings.preset,
            "pose": settings.pose,
            **{name: getattr(settings, name) for name in RATES},
        },
        "eyes_sha256": eyes_sha256(),
        "clips": [asdict(line) for line in validation.clips],
        "confusions": validation.confusions,
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "note": table.note,
                "absent": "" if rows else table.absent,
                "rows": [asdict(row) for row in rows],
            }
            for table, rows in validation.tables
        ],
    }


def _line(outcome: Outcome) -> ClipLine:
    truth, report, cost = outcome.clip.truth, outcome.analysis and outcome.analysis.report, outcome.cost
    found = found_reps(outcome)
    matching = match_reps(truth.reps, found) if truth.reps is not None else None
    return ClipLine(
        name=outcome.clip.name,
        made=truth.made,
        lift=truth.lift,
        found=outcome.found,
        right=recognised(outcome),
        error=outcome.error,
        view={
            "true": truth.view.name,
            "found": report.view.name if report else None,
            "yaw_deg": truth.yaw_deg,
            "found_yaw_deg": report.view.yaw_deg if report else None,
        },
        reps={
            "true": true_count(truth),
            "found": len(found),
            "matched": len(matching.pairs) if matching else None,
            "missed": len(matching.missed) if matching else None,
            "extra": len(matching.extra) if matching else None,
        },
        seconds=cost.seconds if cost else None,
        peak_mb=cost.peak_mb if cost else None,
        jobs=cost.jobs if cost else None,
        duration_s=report.video.duration_s if report else None,
    )


def _confusion(pairs: Iterable[tuple[str, str, str]]) -> Confusion:
    table: Confusion = {}
    for made, true, found in pairs:
        row = table.setdefault(made, {}).setdefault(true, {})
        row[found] = row.get(found, 0) + 1
    return table
