"""Puts the stages' results into a `Report`, and says what limits them."""

import math
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from formcheck.faults import Fault, Verdict
from formcheck.lifts.recognise import Recognised
from formcheck.metrics import Measure, Take, rep_metrics
from formcheck.practice import Focus
from formcheck.report import (
    FaultPart,
    FocusPart,
    LiftPart,
    MadeBy,
    MeasurePart,
    PhasePart,
    QualityPart,
    RepPart,
    SignalsPart,
    VerdictName,
    ViewPart,
    WarningPart,
    WeightPart,
)
from formcheck.reps import Rep

_LIBRARIES = (
    "ai-edge-litert", "av", "mediapipe", "numpy", "opencv-contrib-python", "pydantic", "scipy",
)  # fmt: skip
_GOOD_COVERAGE = 0.9
_GOOD_RATE_HZ = 24.0
_GOOD_TRUNK_PX = 60.0


def lift_part(recognised: Recognised, *, given: bool) -> LiftPart:
    """Which lift."""
    lift = recognised.lift
    return LiftPart(
        name=lift.name,
        title=lift.title,
        version=lift.version,
        confidence=round(recognised.confidence, 3),
        given=given,
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
    """Eccentric - pause - concentric in seconds of real time."""
    spans = [rep.phase(name) for name in ("eccentric", "pause", "concentric")]
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
    )


def focus_part(focus: Focus | None) -> FocusPart | None:
    """The one thing to work on."""
    if focus is None:
        return None
    rule = focus.rule
    return FocusPart(rule_id=rule.id, title=rule.title, cue=rule.cue, drill=rule.drill, why=focus.why)


def quality_part(
    take: Take, recognised: Recognised, notes: Sequence[str], decoded_share: float
) -> QualityPart:
    """How much was seen, and what limits the result."""
    motion = take.motion
    inside = np.zeros(len(motion.time_s), dtype=bool)
    for rep in recognised.reps:
        inside |= (motion.time_s >= rep.start_s) & (motion.time_s <= rep.end_s)
    coverage = float(motion.seen.mean())
    rep_coverage = float(motion.seen[inside].mean()) if inside.any() else 0.0
    return QualityPart(
        coverage=round(coverage, 3),
        rep_coverage=round(rep_coverage, 3),
        people=motion.people,
        bar_kind=motion.bar_kind,
        pose_rate_hz=round(take.signals.rate_hz, 2),
        warnings=[
            *_view_warnings(take, recognised),
            *_sight_warnings(take, rep_coverage),
            *_video_warnings(take, recognised, notes, decoded_share),
        ],
    )


def _view_warnings(take: Take, recognised: Recognised) -> list[WarningPart]:
    hidden = [rule.title for rule in recognised.lift.faults if take.view.name not in rule.views]
    warnings = []
    if hidden:
        best = "side" if take.view.name != "side" else "front"
        warnings.append(
            WarningPart(
                code="view",
                message=f"The {take.view.name} view cannot show: {', '.join(hidden).lower()}.",
                hint=f"A clip from the {best} shows them.",
            )
        )
    if recognised.confidence < 0.5:
        warnings.append(
            WarningPart(
                code="lift",
                message=f"It is not sure that this is a {recognised.lift.title.lower()}: "
                f"{recognised.confidence:.0%} of the movements up and down fit.",
                hint="Name the lift with --lift, and cut the clip to the set.",
            )
        )
    return warnings


def _sight_warnings(take: Take, rep_coverage: float) -> list[WarningPart]:
    warnings = []
    if rep_coverage < _GOOD_COVERAGE:
        warnings.append(
            WarningPart(
                code="occlusion",
                message=f"The lifter was seen in {rep_coverage:.0%} of the frames of the reps.",
                hint="Keep plates, posts and people out of the line of sight.",
            )
        )
    if take.signals.bar_agreement < 0.6 and take.motion.bar_kind == "wrists":
        warnings.append(
            WarningPart(
                code="hands_hidden",
                message="The hands were hidden: the timing of the reps holds, their range is rough.",
                hint="Film so that the hands can be seen beside the plates.",
            )
        )
    if take.signals.trunk_px < _GOOD_TRUNK_PX:
        warnings.append(
            WarningPart(
                code="small",
                message=f"The lifter is small: the trunk is {take.signals.trunk_px:.0f} pixels long.",
                hint="Come closer or film at a higher resolution.",
            )
        )
    if take.motion.people > 1:
        warnings.append(
            WarningPart(
                code="people",
                message=f"{take.motion.people} people or likenesses were followed; the one whose hands "
                "go up and down was judged.",
                hint="Check in the annotated video that it is the lifter.",
            )
        )
    return warnings


def _video_warnings(
    take: Take, recognised: Recognised, notes: Sequence[str], decoded_share: float
) -> list[WarningPart]:
    warnings = [WarningPart(code="video", message=note, hint="") for note in notes]
    rate_hz = take.signals.rate_hz * take.slow_motion
    if rate_hz < _GOOD_RATE_HZ - 1:
        warnings.append(
            WarningPart(
                code="frame_rate",
                message=f"{rate_hz:.0f} frames a second: times are known to {1 / rate_hz:.2f} s only.",
                hint="Film at 30 or 60 frames a second.",
            )
        )
    if take.signals.camera_moved:
        warnings.append(
            WarningPart(
                code="camera_moved",
                message="The camera moved; its motion was taken out where it could be.",
                hint="Put the phone on a tripod or against something.",
            )
        )
    if take.slow_motion > 1:
        warnings.append(
            WarningPart(
                code="slow_motion",
                message=f"Slow motion, {take.slow_motion:g} times: tempo and speed are of real time.",
                hint="",
            )
        )
    if any(rep.partial for rep in recognised.reps):
        warnings.append(
            WarningPart(
                code="partial",
                message="The video shows only a part of the first or the last rep.",
                hint="Start before the first rep and stop after the last.",
            )
        )
    if decoded_share < 0.995:
        warnings.append(
            WarningPart(
                code="truncated",
                message=f"Only {decoded_share:.0%} of the video could be decoded.",
                hint="Copy the file again from the phone.",
            )
        )
    return warnings


def signals_part(take: Take) -> SignalsPart:
    """The curves, rounded, NaN as None."""
    return SignalsPart(
        time_s=[round(float(t), 4) for t in take.signals.time_s],
        values={
            name: [round(float(v), 4) if math.isfinite(v) else None for v in curve]
            for name, curve in take.signals.values.items()
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
