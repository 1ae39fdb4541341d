"""From a take to its report: the only place where the stages of judgement meet."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from formcheck.body import add_curves, fit_body
from formcheck.faults import find_faults, findings_of
from formcheck.lifts import lifts_meant
from formcheck.lifts.recognise import Recognised, doing, recognise
from formcheck.metrics import Take
from formcheck.motion import Motion, load_motion, load_note
from formcheck.origin import Facts, Origin
from formcheck.practice import choose_focus
from formcheck.reference import load_reference
from formcheck.report import Report
from formcheck.report.comparison import comparison_parts, pair_part
from formcheck.report.compose import (
    body_part,
    fault_part,
    finding_part,
    focus_part,
    lift_part,
    made_by,
    quality_part,
    rep_part,
    scale_part,
    score_part,
    set_part,
    signals_part,
    video_part,
    view_part,
)
from formcheck.report.story import story_part
from formcheck.reps import Rep
from formcheck.scale import estimate_scale
from formcheck.score import score_set
from formcheck.settings import Preset, Settings, tempo_s
from formcheck.signals import Signals, compute_signals
from formcheck.story import tell_story
from formcheck.video import FrameSource
from formcheck.view import estimate_view


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A report with all that is needed to write its files, and to read its measures anew."""

    report: Report
    motion: Motion
    signals: Signals
    origin: Origin
    source: FrameSource | None
    take: Take
    reps: tuple[Rep, ...]


def judge(
    motion: Motion, origin: Origin, *, lift: str | None = None, settings: Settings | None = None
) -> Report:
    """Judge a take: pure, so the same frames always give the same report.

    Parameters
    ----------
    motion
        The take.
    origin
        Where it comes from.
    lift
        Name of the lift; None recognises it.
    settings
        What it says of plate, lifter and load goes before what was said when the take was watched; the
        reference and the tempo that the set is compared with.

    Raises
    ------
    AnalysisError
        Nobody lifts, it is none of the lifts, or no rep was found.
    """
    return judge_take(motion, origin, lift=lift, settings=settings).report


def judge_take(
    motion: Motion,
    origin: Origin,
    *,
    lift: str | None = None,
    settings: Settings | None = None,
    source: FrameSource | None = None,
) -> Analysis:
    """Judge a take as `judge` does, and keep all that its files are made of; `source` is its video."""
    origin = origin.told(settings)
    view = estimate_view(motion)
    facts = origin.facts
    scale = estimate_scale(motion, view, plate_diameter_m=facts.plate_diameter_m, height_m=facts.height_m)
    slow_motion = origin.info.slow_motion
    signals = compute_signals(motion, view, scale, slow_motion=slow_motion)
    take = Take(motion, signals, view, scale, slow_motion, cast("Preset", origin.settings["preset"]))
    lifts = lifts_meant(lift, facts.variant, settings.lifts if settings else None)
    recognised = recognise(take, lifts, insisted=len(lifts) == 1)
    recognised = replace(recognised, lift=recognised.lift.chosen(rules=facts.rules))
    take = _with_body(doing(take, recognised, load_kg=facts.load_kg), recognised, facts)
    report = _report(take, recognised, origin, settings, given=len(lifts) == 1)
    return Analysis(report, motion, take.signals, origin, source, take, recognised.reps)


def _report(
    take: Take, recognised: Recognised, origin: Origin, settings: Settings | None, *, given: bool
) -> Report:
    """Judge the reps, compare them, and put all of it together."""
    lift, reps = recognised.lift, recognised.reps
    found = find_faults(take, lift, reps)
    path, tempo = (settings.reference, settings.tempo) if settings else (None, None)
    reference = load_reference(path) if path else None
    story = tell_story(take, reps, found, tempo_s=tempo_s(tempo) if tempo else None)
    return Report(
        video=video_part(origin, len(take.motion.time_s)),
        lift=lift_part(recognised, given=given, variant_given=origin.facts.variant is not None),
        view=view_part(take),
        scale=scale_part(take.scale),
        body=body_part(take.body),
        set=set_part(take, reps, take.load_kg),
        reps=[rep_part(take, rep, lift.metrics, found) for rep in reps],
        faults=[fault_part(fault) for fault in found],
        findings=[finding_part(finding) for finding in findings_of(found)],
        score=score_part(score_set(found)),
        practice=focus_part(choose_focus(found, lift.practice)),
        comparisons=comparison_parts(take, reps, found, variant=lift.variant, file=reference, path=path),
        pair=pair_part(take, reps, found, reference),
        story=story_part(story),
        quality=quality_part(take, recognised, origin),
        signals=signals_part(take),
        made_by=made_by(origin.weights, origin.settings),
    )


def _with_body(take: Take, recognised: Recognised, facts: Facts) -> Take:
    """Fit the lifter's body to the reps, and add its curves to the signals where it is trusted."""
    if recognised.lift.body is None:
        return take
    body = fit_body(
        take.motion,
        lift=recognised.lift.body,
        view=take.view,
        reps=recognised.reps,
        plate_diameter_m=facts.plate_diameter_m,
        height_m=facts.height_m,
        preset=take.preset,
    )
    return replace(take, body=body, signals=add_curves(take.signals, body))


def analyze_motion(
    path: str | Path, *, lift: str | None = None, settings: Settings | None = None
) -> Analysis:
    """Judge a saved take again, without vision.

    Parameters
    ----------
    path
        A `motion.npz`, or a result folder that holds one.
    lift
        Name of the lift; None recognises it.
    settings
        What it says of plate, lifter and load goes before what was said when the take was watched;
        what the eyes were set to is saved with the take.
    """
    path = Path(path)
    path = path / "motion.npz" if path.is_dir() else path
    motion, origin = load_motion(path), Origin.from_json(load_note(path))
    return judge_take(motion, origin, lift=lift, settings=settings)
