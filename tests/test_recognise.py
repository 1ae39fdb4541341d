"""Which lift a take shows, from every side, and what is none."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic import (
    Array,
    Joints,
    Shot,
    Tempo,
    eased,
    film,
    hidden,
    noisy,
    shifted,
    take_of,
    walker,
)

from formcheck.errors import AnalysisError, NoReps, NotALift
from formcheck.lifts import known_lifts, load_lift
from formcheck.lifts.recognise import Recognised, recognise
from formcheck.motion import Motion

ALL = [load_lift(name) for name in known_lifts()]
VIEWS = {
    "side, facing right": 90.0,
    "side, facing left": -90.0,
    "a little from the front": 70.0,
    "oblique": 45.0,
    "oblique from behind": -135.0,
    "front": 0.0,
    "rear": 180.0,
}


def recognised(motion: Motion, lift: str | None = None) -> Recognised:
    return recognise(take_of(motion), [load_lift(lift)] if lift else ALL, insisted=lift is not None)


def assert_reps(found: Recognised, shot: Shot) -> None:
    """All reps of the shot are found, near where they are."""
    starts = shot.tempo.starts_s
    assert [rep.number for rep in found.reps] == list(range(1, len(starts) + 1))
    assert [rep.start_s for rep in found.reps] == pytest.approx(starts, abs=0.12)


# the three lifts


def test_a_network_that_was_lost_behind_a_plate_hides_no_squat() -> None:
    shot = film("squat", azimuth_deg=90.0, fps=30.0)
    upside_down = shot.motion.world_m.copy()
    upside_down[np.arange(len(upside_down)) % 8 == 0] *= -1
    found = recognised(replace(shot.motion, world_m=upside_down))
    assert (found.lift.name, found.confidence) == ("squat", 1.0)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_a_standing_lift_is_recognised(lift: str, view: str) -> None:
    shot = film(lift, azimuth_deg=VIEWS[view], fps=30.0)
    found = recognised(shot.motion)
    assert (found.lift.name, found.confidence) == (lift, 1.0)
    assert_reps(found, shot)


@pytest.mark.parametrize("pitch_deg", [0.0, 10.0])
@pytest.mark.parametrize("view", VIEWS)
def test_a_bench_press_is_recognised(view: str, pitch_deg: float) -> None:
    shot = film("bench_press", azimuth_deg=VIEWS[view], pitch_deg=pitch_deg, fps=30.0)
    found = recognised(shot.motion)
    assert (found.lift.name, found.confidence) == ("bench_press", 1.0)
    assert_reps(found, shot)


@pytest.mark.parametrize("azimuth_deg", [0.0, 180.0])
def test_a_bench_press_from_the_front_and_above_is_recognised(azimuth_deg: float) -> None:
    found = recognised(film("bench_press", azimuth_deg=azimuth_deg, pitch_deg=25.0, fps=30.0).motion)
    assert (found.lift.name, len(found.reps)) == ("bench_press", 3)


@pytest.mark.parametrize("lift", known_lifts())
@pytest.mark.parametrize("count", [1, 8])
def test_one_rep_or_many(lift: str, count: int) -> None:
    shot = film(lift, Tempo((1.0,) * count), fps=30.0)
    found = recognised(shot.motion)
    assert found.lift.name == lift
    assert_reps(found, shot)


@pytest.mark.parametrize("lift", known_lifts())
def test_noise_and_gaps_do_not_matter(lift: str) -> None:
    shot = film(lift, fps=30.0)
    found = recognised(hidden(noisy(shot.motion, 2.0), (0.3, 0.45), (4.3, 4.4), (8.1, 8.2)))
    assert found.lift.name == lift
    assert_reps(found, shot)


@pytest.mark.parametrize("size_px", [(360, 640), (1080, 1920), (1920, 1080)])
@pytest.mark.parametrize("lift", known_lifts())
def test_the_pictures_size_does_not_matter(lift: str, size_px: tuple[int, int]) -> None:
    shot = film(lift, size_px=size_px, fps=30.0)
    assert_reps(recognised(shot.motion), shot)


def test_a_deadlift_with_a_long_set_up_is_one_rep() -> None:
    shot = film("deadlift", Tempo((1.0,), lead_s=9.0), fps=30.0)
    assert_reps(recognised(shot.motion), shot)


def test_wrists_that_are_not_at_the_followed_bar_were_misread() -> None:
    """Behind a post the network puts them at the thighs."""
    fallen = (0.0, 0.65 * film("squat").px_per_m)
    shot = film("squat", fps=30.0, plate_m=0.45)
    found = recognised(shifted(shot.motion, left_wrist=fallen, right_wrist=fallen))
    assert found.lift.name == "squat"
    assert_reps(found, shot)
    with pytest.raises(NotALift):
        recognised(shifted(film("squat", fps=30.0).motion, left_wrist=fallen, right_wrist=fallen))


def test_a_curl_between_squats_is_no_rep_and_lowers_the_confidence() -> None:
    """The hands go down and up before a set of three squats, the body does not."""
    shot = film("squat", Tempo(lead_s=5.0), fps=30.0)
    knots = [(0, 0), (1, 0), (2, 1), (3, 0)]
    down = eased(shot.motion.time_s, knots)[:, None] * (0.0, 0.5 * shot.px_per_m)
    found = recognised(shifted(shot.motion, left_wrist=down, right_wrist=down))
    assert_reps(found, shot)
    assert found.confidence == pytest.approx(3 / 4)


def test_squats_whose_turns_were_hidden_are_partial() -> None:
    """The ascents were seen: each counts, and its end is known."""
    shot = film("squat", fps=30.0)
    found = recognised(hidden(shot.motion, (2.2, 3.0), (6.0, 6.8), (9.8, 10.6)))
    assert [rep.partial for rep in found.reps] == [True, True, True]
    assert [rep.end_s for rep in found.reps] == pytest.approx([s + 3.0 for s in shot.tempo.starts_s], abs=0.1)


def test_deadlifts_whose_turns_were_hidden_are_not_made_up() -> None:
    """Neither the end of the pull nor the start of the lowering was seen."""
    motion = hidden(film("deadlift", fps=30.0).motion, (2.2, 3.0), (6.0, 6.8), (9.8, 10.6))
    with pytest.raises(AnalysisError):
        recognised(motion)


# none of them


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("movement", "body"), [("curl", "standing"), ("row", "")])
def test_other_exercises_are_refused(movement: str, body: str, view: str) -> None:
    motion = film(movement, azimuth_deg=VIEWS[view], fps=30.0).motion
    with pytest.raises(NotALift, match="expected a squat, a deadlift or a bench press") as caught:
        recognised(motion)
    assert f"({body}" in caught.value.message
    assert "feet in place" in caught.value.message
    assert "--lift" in caught.value.hint


def test_a_single_curl_is_refused() -> None:
    """Seen by the deadlift's rep rule alone: from below, up and down."""
    with pytest.raises(NotALift, match="found 1 other movement up and down"):
        recognised(film("curl", Tempo((1.0,)), fps=30.0).motion)


def marching(time_s: Array) -> Motion:
    """Walking to and fro, with the hands lifted high at every step."""
    motion = walker(time_s, speed_mps=0.0)
    place = np.stack([400 * np.sin(2 * np.pi * time_s / 8), 0 * time_s], axis=1)
    up = np.stack([0 * time_s, 120 * np.cos(2 * np.pi * time_s / 1.5)], axis=1)
    points = motion.keypoints_px + place[:, None]
    return shifted(replace(motion, keypoints_px=points), left_wrist=up, right_wrist=up)


@pytest.mark.parametrize("way", ["through the picture", "to and fro"])
def test_walking_is_refused(way: str) -> None:
    time_s = np.arange(360) / 30
    motion = walker(time_s, from_px=-400.0) if way == "through the picture" else marching(time_s)
    with pytest.raises((NotALift, NoReps)):
        recognised(motion)


def test_standing_still_has_no_reps() -> None:
    motion = film("squat", lambda time_s: 0.0 * time_s, fps=30.0).motion
    with pytest.raises(NoReps, match="found nothing that is a rep") as caught:
        recognised(motion)
    assert caught.value.hint


def test_half_bent_arms_are_too_short_a_way() -> None:
    """Hands that go up and down by a tenth of a trunk."""
    postures = (Joints(elbow=100.0), Joints(elbow=88.0))
    with pytest.raises(NoReps):
        recognised(film("curl", postures=postures, fps=30.0).motion)


# insisted


@pytest.mark.parametrize("lift", known_lifts())
def test_a_named_lift_is_found_as_such(lift: str) -> None:
    shot = film(lift, fps=30.0)
    found = recognised(shot.motion, lift)
    assert (found.lift.name, found.confidence) == (lift, 1.0)
    assert_reps(found, shot)


def test_a_named_lift_is_taken_even_where_nothing_looks_like_it() -> None:
    """The user says that these curls are deadlifts: they start from below."""
    shot = film("curl", fps=30.0)
    found = recognised(shot.motion, "deadlift")
    assert (found.lift.name, found.confidence) == ("deadlift", 0.0)
    assert_reps(found, shot)


@pytest.mark.parametrize("lift", known_lifts())
def test_a_named_lift_still_needs_reps(lift: str) -> None:
    motion = film("squat", lambda time_s: 0.0 * time_s, fps=30.0).motion
    with pytest.raises(AnalysisError):
        recognised(motion, lift)
