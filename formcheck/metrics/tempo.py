"""Time, way and speed of the bar."""

import numpy as np

from formcheck.metrics.measure import Z90, Compute, Measure, Take, scatter
from formcheck.reps import Phase, PhaseName, Rep

_HANDS_SD = 0.03


def duration(name: PhaseName) -> Compute:
    """Make the metric of a phase's length in seconds of real time.

    The doubt is a frame and 0.16 s: against instants marked by hand in real clips the concentric phase was
    off by 0.12 s in the median and 0.3 s at worst.
    """

    def compute(take: Take, rep: Rep) -> Measure:
        phase = rep.phase(name)
        if phase is None:
            return Measure.none("s", "the rep has no such phase")
        if rep.partial:
            return Measure.none("s", "the video does not show the whole rep")
        return Measure.of(phase.duration_s / take.slow_motion, "s", _ends_sd_s(take))

    return compute


def rest(take: Take, rep: Rep) -> Measure:
    """Seconds of real time for which the bar rests at the turn: 0 where it does not."""
    if rep.partial:
        return Measure.none("s", "the video does not show the whole rep")
    phase = rep.phase("pause")
    seconds = phase.duration_s / take.slow_motion if phase else 0.0
    return Measure.of(seconds, "s", _ends_sd_s(take))


def _ends_sd_s(take: Take) -> float:
    """Standard deviation of a span between two instants, in real seconds."""
    return float(np.hypot(1.0 / take.signals.rate_hz, 0.16)) / take.slow_motion


def range_ih(take: Take, rep: Rep) -> Measure:
    """Way of the hands between the lowest and the highest point, in image heights."""
    height = take.signals.values["bar_height_ih"][take.span(rep.start_s, rep.end_s)]
    known = height[np.isfinite(height)]
    if not len(known) or rep.partial:
        return Measure.none("image heights", "the video does not show the whole rep")
    value = float(np.ptp(known))
    doubt = 0.05 if take.signals.bar_agreement > 0.8 else 0.2
    return Measure.of(value, "image heights", doubt * value)


def mean_speed(take: Take, rep: Rep) -> Measure:
    """Mean concentric velocity of the hands, in image heights a second (range over duration)."""
    phase = rep.phase("concentric")
    way = range_ih(take, rep)
    if phase is None or way.missing or phase.duration_s <= 0:
        return Measure.none("image heights/s", way.missing or "the rep has no concentric phase")
    seconds = phase.duration_s / take.slow_motion
    relative = float(np.hypot((way.high - way.low) / 2 / Z90 / way.value, 0.05 / seconds))
    value = way.value / seconds
    return Measure.of(value, "image heights/s", relative * value)


def dip(take: Take, rep: Rep) -> Measure:
    """Largest way down of the bar during the concentric phase, as a share of the rep's range.

    Of the plate it is known to 2 % (1 SD); of hands that no plate helps to 0.03 trunk lengths (rendered
    tuning bodies), which is more of a short way, and no better than their own place agrees with that path.
    """
    phase = rep.phase("concentric")
    if phase is None:
        return Measure.none("of range", "the rep has no concentric phase")
    height = -take.signals.bar_px[take.span(phase.start_s, phase.end_s), 1]
    known = height[np.isfinite(height)]
    if len(known) < 3:
        return Measure.none("of range", "the hands were not seen")
    fall = float(np.max(np.maximum.accumulate(known) - known))
    whole = float(np.ptp(known)) or 1.0
    of_hands = 0.0 if take.motion.bar_kind == "plate" else _hands_sd_px(take, phase) / whole
    return Measure.of(fall / whole, "of range", max(0.02, of_hands))


def _hands_sd_px(take: Take, phase: Phase) -> float:
    """How far off the path that was followed from the hands may be, in pixels."""
    motion, signals = take.motion, take.signals
    inside = motion.looked & (motion.time_s >= phase.start_s) & (motion.time_s <= phase.end_s)
    path = np.interp(motion.time_s[inside], signals.time_s, signals.bar_px[:, 1])
    apart = scatter(motion.hands_px[inside, 1] - path)
    return max(_HANDS_SD * signals.trunk_px, apart if np.isfinite(apart) else 0.0)
