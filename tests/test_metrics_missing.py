"""What cannot be measured is missing with its reason, and never warns."""

from dataclasses import replace

import numpy as np
import pytest
from known_motions import END, KNOWN, START, TURN, measured, one, rep_of_squat, squat
from rule_cases import CASES
from synthetic import hidden, inside, shifted, take_of

from formcheck.metrics import METRICS, Measure, measure
from formcheck.skeleton import INDEX


def assert_told(found: Measure) -> None:
    """Either a value with an interval around it, or no value and a reason."""
    if found.missing:
        assert np.isnan([found.value, found.low, found.high]).all()
    else:
        assert found.low < found.value < found.high


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.joints])
def test_a_hidden_joint_is_named(name: str) -> None:
    take = take_of(KNOWN[name][0]()) if name in KNOWN else CASES[name](1.0)[0]
    for joint in METRICS[name].joints:
        named = joint if joint in INDEX else f"right_{joint}"
        confidence = take.motion.confidence.copy()
        confidence[:, INDEX[named]] = 0.3
        found = measured(name, replace(take, motion=replace(take.motion, confidence=confidence)))
        assert found.missing == f"hidden: {joint.replace('_', ' ')}"
        assert_told(found)


def test_feet_that_jump_about_have_not_moved() -> None:
    """An ankle out of the picture is guessed anew at every look."""
    motion = squat()
    jumps = 150.0 * np.random.default_rng(0).normal(size=(len(motion.time_s), 2))
    guessed = shifted(motion, left_ankle=jumps, right_ankle=jumps)
    found = measured("feet_moved", take_of(guessed))
    assert "seem to jump about" in found.missing
    assert_told(found)


def test_feet_that_a_post_hides_for_a_while_have_not_moved() -> None:
    """The network guesses them half a metre up while they are hidden, and says that it does."""
    motion = squat()
    hidden_there = (motion.time_s > TURN) & (motion.time_s < END - 0.1)
    guess = np.where(hidden_there[:, None], (60.0, -90.0), 0.0)
    guessed = shifted(motion, left_ankle=guess, right_ankle=guess)
    confidence = guessed.confidence.copy()
    confidence[np.ix_(hidden_there, [INDEX["left_ankle"], INDEX["right_ankle"]])] = 0.1
    believed = measured("feet_moved", take_of(guessed))
    assert believed.missing or believed.value > 0.2
    found = measured("feet_moved", take_of(replace(guessed, confidence=confidence)))
    assert found.missing or found.value < 0.03
    assert_told(found)


def test_feet_whose_labels_are_exchanged_have_not_moved() -> None:
    """The ankles stand apart in the picture; from the turn on the network calls each by the other's name."""
    motion = shifted(squat(), left_ankle=(40.0, -30.0))
    exchanged = motion.keypoints_px.copy()
    ankles = [INDEX["left_ankle"], INDEX["right_ankle"]]
    exchanged[np.ix_(motion.time_s > TURN, ankles)] = exchanged[np.ix_(motion.time_s > TURN, ankles[::-1])]
    found = measured("feet_moved", take_of(replace(motion, keypoints_px=exchanged)))
    assert found.value < 0.03
    assert_told(found)


def test_a_bar_whose_plate_hides_the_shoulder_has_not_slid() -> None:
    """The network guesses the shoulder behind the plate: what it does there is no slip of the bar."""
    take, rep = CASES["bar_slip"](6.0)
    assert measure("bar_slip", take, rep).value == pytest.approx(6.0, abs=0.5)
    shoulder = take.motion.keypoints_px[:, INDEX[f"{take.view.near_side}_shoulder"]]
    behind = replace(take.motion, plate_px=take.motion.plate_px + (shoulder - take.motion.plate_px)[:1])
    found = measure("bar_slip", replace(take, motion=behind), rep)
    assert found.missing == "hidden: shoulder, by the plate"
    assert_told(found)


def lost(name: str, *span: float) -> Measure:
    """The lifter is lost, the bar is followed on, as flow does."""
    motion = KNOWN[name][0]()
    gone = replace(hidden(motion, (span[0], span[1])), hands_moved_px=motion.hands_moved_px.copy())
    return measured(name, take_of(gone))


@pytest.mark.parametrize("span", [(2.0, 3.2), (3.0, 9.0), (START - 0.5, END + 0.5)])
@pytest.mark.parametrize("name", KNOWN)
def test_a_lifter_who_is_lost_gives_a_value_or_a_reason(name: str, span: tuple[float, float]) -> None:
    found = lost(name, *span)
    assert_told(found)
    if span[0] < START and METRICS[name].joints:
        assert found.missing


@pytest.mark.parametrize("name", KNOWN)
def test_a_start_that_was_not_seen_gives_a_value_or_a_reason(name: str) -> None:
    assert_told(lost(name, -1.0, START + 0.25))


@pytest.mark.parametrize("span", [(START - 0.5, END + 0.5), (2.6, 13.0)])
@pytest.mark.parametrize(
    "name", ["range", "mean_concentric_speed", "dip", "hip_shoulder_ratio", "trunk_fold"]
)
def test_a_bar_that_is_lost_gives_a_value_or_a_reason(name: str, span: tuple[float, float]) -> None:
    motion = squat()
    moved = motion.hands_moved_px.copy()
    moved[inside(motion, span)] = np.nan
    found = measured(name, take_of(replace(motion, hands_moved_px=moved)))
    assert_told(found)
    if span[0] < START:
        assert found.missing


@pytest.mark.parametrize("name", [name for name in KNOWN if name.partition("_")[0] in ("knee", "hip", "trunk")
                                  and name.rpartition("_")[2] in ("start", "turn", "end")])  # fmt: skip
def test_angles_are_not_measured_from_another_view(name: str) -> None:
    found = measured(name, take_of(one("squat", azimuth_deg=45.0).motion))
    assert found.missing == "the camera stands 45 degrees off the side; beyond 25 this is not measured"
    assert_told(found)


@pytest.mark.parametrize(
    "name", ["eccentric", "pause", "concentric", "sticking_region", "range", "mean_concentric_speed"]
)
def test_a_partial_rep_has_no_times_and_no_range(name: str) -> None:
    found = measure(name, take_of(squat()), replace(rep_of_squat(), partial=True))
    assert "does not show the whole rep" in found.missing


@pytest.mark.parametrize("name", KNOWN)
def test_a_rep_without_phases_gives_a_value_or_a_reason(name: str) -> None:
    found = measure(name, take_of(KNOWN[name][0]()), replace(rep_of_squat(), phases=()))
    assert_told(found)
    needs_phase = ("eccentric", "pause", "concentric", "sticking_region", "dip", "trunk_rise", "elbow_bend")
    assert bool(found.missing) or name not in needs_phase
