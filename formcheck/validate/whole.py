"""Scores of a whole clip: its lift, its view, and what it took to watch it."""

from collections.abc import Iterator

from formcheck.validate.samples import Samples, rows
from formcheck.validate.truth import Truth
from formcheck.validate.watch import Outcome
from formcheck.view import FRONT_BEYOND_DEG, SIDE_WITHIN_DEG

REFUSALS = ("other", "none")


def recognised(outcome: Outcome) -> bool:
    """Whether the lift was told rightly; a clip without any of the lifts is right if it was refused."""
    true = outcome.clip.truth.lift
    return outcome.found in REFUSALS if true in REFUSALS else outcome.found == true


def lift_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the lift: 1 or 0."""
    yield Samples("lifts", "", {"right": rows([recognised(outcome)])})


def view_samples(outcome: Outcome) -> Iterator[Samples]:
    """Score the camera's place: the name of the view, 1 or 0, and its yaw, found less true in degrees."""
    truth = outcome.clip.truth
    if outcome.analysis is None:
        return
    view = outcome.analysis.report.view
    values = {}
    if truth.view.name is not None:
        values["right"] = rows([view.name == truth.view.name])
    if truth.yaw_deg is not None:
        values["yaw_error_deg"] = rows([view.yaw_deg - truth.yaw_deg])
    yield Samples("views", "", values)


def cost_samples(outcome: Outcome) -> Iterator[Samples]:
    """Tell what watching took: seconds, seconds for each second of video, peak memory in MB."""
    cost = outcome.cost
    if cost is None:
        return
    values = {"seconds": rows([cost.seconds])}
    if cost.peak_mb is not None:
        values["peak_mb"] = rows([cost.peak_mb])
    if outcome.analysis is not None:
        values["slower"] = rows([cost.seconds / outcome.analysis.report.video.duration_s])
    yield Samples("cost", "", values)


def yaw_band(truth: Truth) -> str:
    """The band of the true yaw, in degrees from the side."""
    yaw = truth.yaw_deg
    if yaw is None:
        return "unknown"
    return next((f"{low}-{high}" for low, high in ((0, 15), (15, 30), (30, 50)) if yaw < high), "50-90")


def view_band(truth: Truth) -> str:
    """`side` up to 25 degrees of true yaw, `front/rear` from 65 on, else `oblique`; or by its name."""
    if truth.yaw_deg is None:
        names = {None: "unknown", "front": "front/rear", "rear": "front/rear"}
        return names.get(truth.view.name, str(truth.view.name))
    if truth.yaw_deg <= SIDE_WITHIN_DEG:
        return "side"
    return "front/rear" if truth.yaw_deg >= FRONT_BEYOND_DEG else "oblique"
