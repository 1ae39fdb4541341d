"""What is written on a frame."""

from bisect import bisect_left
from dataclasses import dataclass

from formcheck.report import Report, RepPart, VerdictName
from formcheck.report.words import VERDICT_WORDS, value_words

VERDICT_S = 2.0
"""How long the verdict stays after the end of a rep, in seconds of the video."""

TEMPO_ORDER = ("eccentric", "pause", "concentric")
"""A tempo is always written in this order, also where the lift begins with the concentric."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written on a frame; empty strings are left out.

    Attributes
    ----------
    header
        The lift and the view.
    counter
        Which rep this is, of how many.
    phase
        The phase and how long it has lasted; with a speed also whether the bar is in the sticking region.
    tempo
        Seconds of the phases of this rep so far, in `TEMPO_ORDER`; `_` for those to come. After the rep also
        its mean velocity, where it was measured.
    speed
        How fast the bar goes up or down at this instant of a rep, where it was measured.
    verdict
        That of the rep that has just ended, or None.
    verdict_text
        The same in words.
    """

    header: str = ""
    counter: str = ""
    phase: str = ""
    tempo: str = ""
    speed: str = ""
    verdict: VerdictName | None = None
    verdict_text: str = ""


def caption_at(report: Report, time_s: float) -> Caption:
    """Word what is known at one instant of the video."""
    header = f"{report.lift.title}, {report.view.name} view"
    begun = [rep for rep in report.reps if rep.start_s <= time_s]
    if not begun:
        return Caption(header)
    rep = begun[-1]
    done = [r for r in begun if r.end_s <= time_s <= r.end_s + VERDICT_S]
    phase, tempo = _progress_words(rep, time_s, report.video.slow_motion)
    speed = _speed_words(report, time_s) if time_s <= rep.end_s else ""
    return Caption(
        header=header,
        counter=f"Rep {rep.number} / {len(report.reps)}" + (" (partial)" if rep.partial else ""),
        phase=f"{phase}, sticking" if speed and _sticks(rep, time_s) else phase,
        tempo=tempo + _mean_words(rep) if time_s > rep.end_s else tempo,
        speed=speed,
        verdict=done[-1].verdict if done else None,
        verdict_text=_verdict_words(report, done[-1]) if done else "",
    )


def _progress_words(rep: RepPart, time_s: float, slow_motion: float) -> tuple[str, str]:
    """Name the running phase, and give the tempo so far in seconds of life."""
    begun = [phase for phase in rep.phases if phase.name in TEMPO_ORDER and phase.start_s <= time_s]
    if not begun:
        return "", ""
    spans = {p.name: f"{(min(p.end_s, time_s) - p.start_s) / slow_motion:.1f}" for p in begun}
    tempo = "Tempo " + " - ".join(spans.get(name, "_") for name in TEMPO_ORDER)
    current = max(begun, key=lambda phase: (phase.start_s, phase.end_s))
    if time_s > current.end_s:
        return "", tempo
    return f"{current.name.capitalize()} {spans[current.name]} s", tempo


def _mean_words(rep: RepPart) -> str:
    mean = rep.measures.get("mean_velocity")
    return f", mean {value_words(mean)}" if mean and mean.value is not None else ""


def _sticks(rep: RepPart, time_s: float) -> bool:
    regions = [phase for phase in rep.phases if phase.name == "sticking_region"]
    return any(region.start_s <= time_s <= region.end_s for region in regions)


def _speed_words(report: Report, time_s: float) -> str:
    """Word the speed at the sample closest to an instant."""
    times, speeds = report.signals.time_s, report.signals.values.get("bar_speed_mps")
    if not times or speeds is None:
        return ""
    after = min(bisect_left(times, time_s), len(times) - 1)
    before = max(after - 1, 0)
    speed = speeds[min(before, after, key=lambda index: abs(times[index] - time_s))]
    return "" if speed is None else f"{abs(speed):.2f} m/s"


def _verdict_words(report: Report, rep: RepPart) -> str:
    words = f"Rep {rep.number}: {VERDICT_WORDS[rep.verdict]}"
    seen = [f for f in report.faults if f.rep_number == rep.number and f.verdict == rep.verdict]
    if rep.verdict not in ("fault", "borderline") or not seen:
        return words
    return f"{words}\n{max(seen, key=lambda fault: fault.severity).title}"
