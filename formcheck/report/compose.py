"""Puts the stages' results into a `Report`, and says what limits them."""

import math
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from formcheck.body import Body
from formcheck.faults import Fault, Finding, Verdict
from formcheck.lifts.recognise import Recognised
from formcheck.metrics import Measure, Take, rep_metrics
from formcheck.metrics.velocity import set_measures
from formcheck.origin import Origin
from formcheck.practice import Focus
from formcheck.report import (
    BodyPart,
    FaultPart,
    FindingPart,
    FocusPart,
    LiftPart,
    LostPart,
    MadeBy,
    MeasurePart,
    PhasePart,
    QualityPart,
    RepPart,
    ScalePart,
    ScorePart,
    SetPart,
    SignalsPart,
    VerdictName,
    VideoPart,
    ViewPart,
    WeightPart,
)
from formcheck.report.limits import find_limits
from formcheck.reps import PhaseName, Rep
from formcheck.scale import Scale
from formcheck.score import Score

_TEMPO: tuple[PhaseName, ...] = ("eccentric", "pause", "concentric")
_LIBRARIES = (
    "ai-edge-litert", "av", "mediapipe", "numpy", "opencv-contrib-python", "pydantic", "scipy",
)  # fmt: skip


def video_part(origin: Origin, frames: int) -> VideoPart:
    """The video, and how many of its frames were looked at."""
    info = origin.info
    return VideoPart(
        name=info.name,
        sha256=info.sha256,
        width_px=info.width_px,
        height_px=info.height_px,
        duration_s=round(info.duration_s, 3),
        mean_fps=round(info.mean_fps, 3),
        frames=frames,
        variable_rate=info.variable_rate,
        rotation_deg=info.rotation_deg,
        codec=info.codec,
        capture_rate=info.capture_rate,
        slow_motion=info.slow_motion,
        decoded_share=round(origin.decoded_share, 4),
    )


def lift_part(recognised: Recognised, *, given: bool, variant_given: bool) -> LiftPart:
    """Which lift, done how, judged by what."""
    lift = recognised.lift
    return LiftPart(
        name=lift.name,
        title=lift.title,
        version=lift.version,
        confidence=round(recognised.confidence, 3),
        given=given,
        variant=lift.variant,
        variant_title=lift.variant_title,
        variant_given=variant_given,
        rules=lift.rules,
        rules_title=lift.rules_title,
    )


def view_part(take: Take) -> ViewPart:
    """From where."""
    view = take.view
    return ViewPart(
        name=view.name,
        yaw_deg=round(view.yaw_deg, 1),
        facing=view.facing,
        near_side=view.near_side,
        confidence=round(view.confidence, 3),
    )


def scale_part(scale: Scale) -> ScalePart:
    """Where the metres come from."""
    known = scale.m_per_px[np.isfinite(scale.m_per_px)]
    return ScalePart(
        source=scale.source,
        m_per_px=round(float(np.median(known)), 6) if len(known) else None,
        relative_error=round(scale.relative_error, 4) if scale.source != "none" else None,
        plate_diameter_m=scale.plate_diameter_m,
        yaw_deg=None if scale.yaw_deg is None else round(scale.yaw_deg, 1),
        note=scale.why,
    )


def body_part(body: Body | None) -> BodyPart:
    """Where the joint angles come from."""
    if body is None:
        return BodyPart(shown="keypoints", note="there is no mechanism of this lift", lengths={})
    lengths = {
        name: measure_part(Measure.of(length.value_m, "m", length.sd_m))
        for name, length in body.lengths_m.items()
    }
    return BodyPart(shown="fit" if body.trusted else "keypoints", note=body.why, lengths=lengths)


def set_part(take: Take, reps: Sequence[Rep], load_kg: float | None) -> SetPart:
    """Numbers of the whole set."""
    measures = set_measures(take, reps, load_kg)
    return SetPart(load_kg=load_kg, measures={name: measure_part(m) for name, m in measures.items()})


def measure_part(measure: Measure) -> MeasurePart:
    """A measure with NaN turned into None."""
    if measure.missing:
        return MeasurePart(value=None, unit=measure.unit, missing=measure.missing)
    return MeasurePart(
        value=round(measure.value, 4),
        unit=measure.unit,
        low=round(measure.low, 4),
        high=round(measure.high, 4),
    )


def rep_part(take: Take, rep: Rep, names: tuple[str, ...], faults: Sequence[Fault]) -> RepPart:
    """One rep with its measures and the worst of its verdicts."""
    measures = {name: measure_part(m) for name, m in rep_metrics(take, rep, names).items()}
    return RepPart(
        number=rep.number,
        start_s=round(rep.start_s, 3),
        turn_s=round(rep.turn_s, 3),
        end_s=round(rep.end_s, 3),
        partial=rep.partial,
        tempo=_tempo(rep, take.slow_motion),
        verdict=_worst([f.verdict for f in faults if f.rep_number == rep.number]),
        phases=[
            PhasePart(name=p.name, start_s=round(p.start_s, 3), end_s=round(p.end_s, 3)) for p in rep.phases
        ],
        measures=measures,
    )


def _tempo(rep: Rep, slow_motion: float) -> str:
    """Eccentric - pause - concentric in seconds of real time; of a partial rep what was seen whole."""
    shown: tuple[PhaseName, ...] = ("concentric",) if rep.partial else _TEMPO
    spans = [rep.phase(name) if name in shown else None for name in _TEMPO]
    return " - ".join(f"{s.duration_s / slow_motion:.1f}" if s else "?" for s in spans)


def _worst(verdicts: Sequence[Verdict]) -> VerdictName:
    order = (Verdict.FAULT, Verdict.BORDERLINE, Verdict.FINE)
    return next((verdict.value for verdict in order if verdict in verdicts), "not_assessed")


def fault_part(fault: Fault) -> FaultPart:
    """What one rule says of one rep, with the rule's words."""
    rule = fault.rule
    return FaultPart(
        rule_id=rule.id,
        title=rule.title,
        rep_number=fault.rep_number,
        at_s=round(fault.at_s, 3),
        verdict=fault.verdict.value,
        severity=round(fault.severity, 3),
        measured=measure_part(fault.measured),
        limit=f"{rule.limit} {fault.measured.unit}".strip(),
        reason=fault.reason,
        cue=rule.cue,
        drill=rule.drill,
        source=rule.source,
        evidence=rule.evidence,
        certainty=round(fault.certainty, 3),
        words=fault.words,
        metric=rule.metric or "",
    )


def finding_part(finding: Finding) -> FindingPart:
    """What one rule says of the set."""
    return FindingPart(
        rule_id=finding.rule.id,
        title=finding.rule.title,
        verdict=finding.verdict.value,
        faulty=finding.faulty,
        borderline=finding.borderline,
        judged=finding.judged,
        reps=finding.reps,
        severity=round(finding.severity, 3),
    )


def score_part(score: Score) -> ScorePart:
    """The score with the faults that made it."""
    return ScorePart(
        points=score.points,
        lost=[LostPart(rule_id=r.id, title=r.title, points=round(points, 1)) for r, points in score.lost],
        assessed=round(score.assessed, 3),
        note=score.note,
    )


def focus_part(focus: Focus | None) -> FocusPart | None:
    """The one thing to work on."""
    if focus is None:
        return None
    rule = focus.rule
    return FocusPart(
        rule_id=rule.id,
        title=rule.title,
        cue=rule.cue,
        drill=rule.drill,
        why=focus.why,
        tempo=focus.tempo,
        ladder=list(focus.ladder),
        rung=rule.rung,
        fixed_when=focus.fixed_when,
    )


def quality_part(take: Take, recognised: Recognised, origin: Origin) -> QualityPart:
    """How much was seen, and what limits the result."""
    motion = take.motion
    coverage = float(take.signals.seen.mean())
    inside = np.concatenate([take.signals.seen[take.span(r.start_s, r.end_s)] for r in recognised.reps])
    rep_coverage = float(inside.mean())
    return QualityPart(
        coverage=round(coverage, 3),
        rep_coverage=round(rep_coverage, 3),
        people=motion.people,
        bar_kind=motion.bar_kind,
        pose_rate_hz=round(float((motion.looked.sum() - 1) / np.ptp(motion.time_s)), 2),
        warnings=find_limits(take, recognised, rep_coverage, origin),
    )


def signals_part(take: Take) -> SignalsPart:
    """The curves, rounded, NaN as None."""
    return SignalsPart(
        time_s=[round(float(t), 4) for t in take.signals.time_s],
        values={
            name: [round(float(v), 4) if math.isfinite(v) else None for v in curve]
            for name, curve in take.shown.items()
        },
    )


def made_by(weights: Mapping[str, str], settings: Mapping[str, str]) -> MadeBy:
    """Versions, weights, settings and now."""
    return MadeBy(
        formcheck=_version("formcheck"),
        python=platform.python_version(),
        libraries={name: _version(name) for name in _LIBRARIES},
        weights=[WeightPart(name=name, sha256=sha) for name, sha in weights.items()],
        settings=dict(settings),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
