"""A rep's skeleton over its phases, to be drawn over another rep: aligned at mid-foot and scaled."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from formcheck.metrics import Take
from formcheck.pose import FloatArray
from formcheck.reference.curves import PhaseKind, RepCurves
from formcheck.skeleton import INDEX

GHOST_SAMPLES = 41
"""Skeletons of a phase; between them one is drawn by interpolation."""

_JOINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe", "ear")

GHOST_BONES = (
    ("ear", "shoulder"), ("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "hip"), ("hip", "knee"),
    ("knee", "ankle"), ("ankle", "heel"), ("heel", "toe"), ("ankle", "toe"),
)  # fmt: skip
"""Joints of the near side that a line connects."""


@dataclass(frozen=True, slots=True, eq=False)
class Ghost:
    """The near side's skeleton over the phases of a rep.

    Attributes
    ----------
    joints
        Names, J of them.
    phases
        By phase (41, J, 2): forward (the way the lifter faces) and up from the anchor, in trunk lengths; NaN
        where a joint was not seen. The anchor is the middle of the near foot as the rep starts; on the bench,
        where the feet may be out of the picture, the near shoulder.
    """

    joints: tuple[str, ...]
    phases: Mapping[PhaseKind, FloatArray]


def ghost_of(take: Take, rep: RepCurves) -> Ghost:
    """The skeleton of a rep of a take."""
    anchor, forward = _anchor(take, rep), _forward(take)
    phases: dict[PhaseKind, FloatArray] = {}
    for phase in rep.phases:
        time_s = np.linspace(phase.start_s, phase.end_s, GHOST_SAMPLES)
        places = np.stack([_at(take, name, time_s) for name in _JOINTS], axis=1)
        phases[phase.name] = (places - anchor) * (forward, -1.0) / take.signals.trunk_px
    return Ghost(_JOINTS, MappingProxyType(phases))


def placed(ghost: Ghost, take: Take, rep: RepCurves) -> dict[PhaseKind, FloatArray]:
    """The ghost in the picture of another rep: by phase (41, J, 2) pixels, on its anchor and in its size."""
    anchor = _anchor(take, rep)
    size = np.array([_forward(take), -1.0]) * take.signals.trunk_px
    return {
        phase.name: anchor + size * ghost.phases[phase.name]
        for phase in rep.phases
        if phase.name in ghost.phases
    }


def _forward(take: Take) -> float:
    return -1.0 if take.view.facing == "left" else 1.0


def _at(take: Take, name: str, time_s: FloatArray) -> FloatArray:
    """(n, 2) pixels of a joint of the near side at instants: the fitted body's where that is trusted."""
    joint = f"{take.view.near_side}_{name}"
    times_s, curve = take.signals.time_s, take.signals.keypoints_px[:, INDEX[joint]]
    if take.body is not None and take.body.trusted and joint in take.body.keypoints_px:
        times_s, curve = take.body.time_s, take.body.keypoints_px[joint]
    return np.column_stack([np.interp(time_s, times_s, curve[:, axis]) for axis in (0, 1)])


def _anchor(take: Take, rep: RepCurves) -> FloatArray:
    """(2,) pixels of what stays in its place during a rep: its median."""
    span = take.span(min(p.start_s for p in rep.phases), max(p.end_s for p in rep.phases))
    names = ("shoulder",) if take.lift == "bench_press" else ("heel", "toe")
    place = np.mean([take.near(name)[span] for name in names], axis=0)
    return np.nanmedian(place, axis=0) if np.isfinite(place).any() else np.full(2, np.nan)
