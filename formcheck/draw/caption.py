"""What is written on a frame."""

from dataclasses import dataclass

from formcheck.report import Report, RepPart, VerdictName
from formcheck.report.words import VERDICT_WORDS

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
        The phase and how long it has lasted.
    tempo
        Seconds of the phases of this rep so far, in `TEMPO_ORDER`; `_` for those to come.
    verdict
        That of the rep that has just ended, or None.
    verdict_text
        The same in words.
    """

    header: str = ""
    counter: str = ""
    phase: str = ""
    tempo: str = ""
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
    return Caption(
        header=header,
        counter=f"Rep {rep.number} / {len(report.reps)}" + (" (partial)" if rep.partial else ""),
        phase=phase,
        tempo=tempo,
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
    current = max(begun, key=lambda phase: phase.start_s)
    if time_s > current.end_s:
        return "", tempo
    return f"{current.name.capitalize()} {spans[current.name]} s", tempo


def _verdict_words(report: Report, rep: RepPart) -> str:
    words = f"Rep {rep.number}: {VERDICT_WORDS[rep.verdict]}"
    seen = [f for f in report.faults if f.rep_number == rep.number and f.verdict == rep.verdict]
    if rep.verdict not in ("fault", "borderline") or not seen:
        return words
    return f"{words}\n{max(seen, key=lambda fault: fault.severity).title}"
