"""What others have published of the same scores, to stand beside our own.

Of real lifters, measured in other rooms by other people: a measure of size, no race run side by side.
"""

from dataclasses import dataclass

LIFTS = ("squat", "deadlift", "bench_press")


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of somebody else.

    Attributes
    ----------
    name
        Whose it is.
    figure
        As published, with a point for the decimals.
    of
        What it is a figure of.
    source
        Where it is published.
    """

    name: str
    figure: str
    of: str
    source: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Rows that a figure stands beside: any of each, or all where empty."""

    lifts: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


_PUPPYN = "Puppyn et al. 2025, doi 10.1177/17479541251391967"
_RENNER = "Renner, Mitter and Baca 2024, PLOS ONE 19(11) e0313919"
_TROWELL = "Trowell et al. 2024, PeerJ 17789"
_COSOLI = "Cosoli, Arnesano and Scalise 2026"
_GALLARDO = "Gallardo et al. 2024, doi 10.1109/CBMS61543.2024.00016"
_ALL_LIFTS = (*LIFTS, "all")

PUBLISHED: dict[str, tuple[tuple[_Place, Published], ...]] = {
    "reps": (
        (_Place(_ALL_LIFTS), Published("Metric", "0.971", "F1, three lifts, phone", _PUPPYN)),
        (_Place(_ALL_LIFTS), Published("GymAware", "0.997", "F1, three lifts, cable", _PUPPYN)),
    ),
    "path": (
        (
            _Place(_ALL_LIFTS, ("side",)),
            Published("KLT", "±0.1", "bias in cm, snatch, laboratory", "PLOS ONE 2022 e0263224"),
        ),
    ),
    "velocity": (
        (
            _Place(_ALL_LIFTS, ("side",)),
            Published("Qwik", "0.01-0.04", "RMSE in m/s, three lifts, from the side", _RENNER),
        ),
        (
            _Place(_ALL_LIFTS, ("side",)),
            Published("Metric", "0.04-0.14", "RMSE in m/s, together with MyLift", _RENNER),
        ),
    ),
    "range": (
        (
            _Place(("squat",), ("side",)),
            Published("Metric", "-5.5..+4.9", "95 % limits in cm, squat, up to 20° off the side", _TROWELL),
        ),
        (
            _Place(("bench_press",), ("side",)),
            Published("Metric", "-5.8..+3.6", "95 % limits in cm, bench, up to 20° off the side", _TROWELL),
        ),
    ),
    "angles": (
        (
            _Place(("squat",), (), ("knee", "hip")),
            Published(
                "OpenCap", "4.8", "mean error in °, one phone, walk, squat and rise", "arXiv 2603.24733"
            ),
        ),
        (
            _Place(("squat",), ("0-15",), ("knee",)),
            Published("MediaPipe", "-2.3±6.4", "bias ± SD in °, squat knee from the side", _COSOLI),
        ),
    ),
    "faults": (
        (
            _Place(("squat",), (), ("squat.knee_valgus",)),
            Published("GYMetricPose", "0.44", "F1, knees inward, Fitness-AQA", _GALLARDO),
        ),
    ),
}
"""Table to its published figures, and the rows that they stand beside."""


def published(table: str, lift: str, camera: str, item: str) -> tuple[Published, ...]:
    """Look up the published figures beside a row; `camera` is its yaw band or view."""
    row = (lift, camera, item)
    return tuple(
        figure
        for place, figure in PUBLISHED.get(table, ())
        if all(
            not wanted or found in wanted
            for wanted, found in zip((place.lifts, place.cameras, place.items), row, strict=True)
        )
    )
