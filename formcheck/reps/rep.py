"""What a rep is."""

from dataclasses import dataclass
from typing import Literal

Start = Literal["top", "bottom"]
PhaseName = Literal["eccentric", "pause", "concentric", "sticking_region"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A named span of a rep, in seconds of the video."""

    name: PhaseName
    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep.

    Attributes
    ----------
    number
        From 1.
    start_s, turn_s, end_s
        Seconds of the video. `turn_s` is the lowest point of a squat or bench press and the lockout of a
        deadlift.
    phases
        `eccentric`, `pause` (at the turn), `concentric` in the order of the lift, then `sticking_region`
        where there is one.
    height_range
        How far the bar went, in the unit of the height given: of the ways out and back the shorter one,
        or the one that a partial rep shows.
    partial
        Whether only a part of it was seen: cut off by the video's start or end, or hidden.
    turn_seen
        Whether the turn was: a partial squat may be seen on its way up only.
    """

    number: int
    start_s: float
    turn_s: float
    end_s: float
    phases: tuple[Phase, ...]
    height_range: float
    partial: bool = False
    turn_seen: bool = True

    def phase(self, name: PhaseName) -> Phase | None:
        """The phase of that name, if the rep has it."""
        return next((phase for phase in self.phases if phase.name == name), None)
