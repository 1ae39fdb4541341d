"""Which of the people in view is lifting."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic import Array, Shot, crowd, film, hidden, noisy, poses_of, shifted, walker

from formcheck.errors import NoLifter
from formcheck.lifter import choose_lifter
from formcheck.motion import Motion
from formcheck.pose import Pose
from formcheck.skeleton import HIPS, INDEX, KEYPOINTS


@pytest.fixture(scope="module", params=["squat", "deadlift", "bench_press"])
def shot(request: pytest.FixtureRequest) -> Shot:
    return film(request.param, fps=30.0)


@pytest.fixture(scope="module")
def squat() -> Shot:
    return film("squat", fps=30.0)


def moved(motion: Motion, by_px: object) -> Motion:
    return shifted(motion, **dict.fromkeys(KEYPOINTS, by_px))


def standing(time_s: Array, *, px_per_m: float = 324.0, at_px: float = 250.0) -> Motion:
    """Somebody who stands in the picture and does nothing."""
    still = film(tempo=lambda t: 0.0 * t, time_s=time_s, px_per_m=px_per_m)
    return moved(still.motion, (at_px, 0.0))


# who does not take over


@pytest.mark.parametrize("px_per_m", [200.0, 324.0, 800.0], ids=["farther", "beside", "nearer and larger"])
def test_a_steadier_bystander_does_not_take_over(shot: Shot, px_per_m: float) -> None:
    """The lifter jitters and is lost for a while; the bystander is seen sharply and all the time."""
    lifter = poses_of(hidden(noisy(shot.motion, 3.0), (4.0, 4.8), (8.0, 8.8)), person=3)
    bystander = poses_of(standing(shot.motion.time_s, px_per_m=px_per_m), person=0)
    assert choose_lifter(shot.motion.time_s, crowd(bystander, lifter)).persons == {3}


def test_a_walking_person_does_not_take_over(shot: Shot) -> None:
    time_s = shot.motion.time_s
    passing = poses_of(walker(time_s, speed_mps=0.8, from_px=-400.0, px_per_m=500.0), person=0)
    pacing = poses_of(moved(walker(time_s, speed_mps=0.0), steps(time_s)), person=1)
    chosen = choose_lifter(time_s, crowd(passing, pacing, poses_of(shot.motion, person=2)))
    assert (chosen.persons, chosen.people) == ({2}, 3)


def steps(time_s: Array) -> Array:
    """(T, 2) up and down the room, a meter and a half each way."""
    return np.stack([1.5 * 324 * np.sin(2 * np.pi * time_s / 6.0), 0.0 * time_s], axis=1)


def test_a_person_who_marches_does_not_take_over(shot: Shot) -> None:
    """Both hands go up and down together, farther than the lifter's, but the hips go through the room."""
    time_s = shot.motion.time_s
    lift = np.stack([0.0 * time_s, 250 * np.cos(2 * np.pi * time_s / 2.0)], axis=1)
    marching = shifted(moved(walker(time_s, speed_mps=0.0), steps(time_s)), left_wrist=lift, right_wrist=lift)
    people = crowd(poses_of(marching), poses_of(shot.motion, person=1))
    assert choose_lifter(time_s, people).persons == {1}


def test_a_short_visit_does_not_take_over(shot: Shot) -> None:
    """Somebody is in view for three seconds and stretches both arms up and down, farther than any lift."""
    time_s = shot.motion.time_s
    reach = np.stack([0.0 * time_s, 200 * np.cos(2 * np.pi * time_s / 1.5)], axis=1)
    visitor = shifted(standing(time_s), left_wrist=reach, right_wrist=reach)
    visit = hidden(visitor, (-1.0, 5.0), (8.0, 99.0))
    people = crowd(poses_of(visit), poses_of(shot.motion, person=1))
    assert choose_lifter(time_s, people).persons == {1}


def test_a_waving_hand_does_not_take_over(shot: Shot) -> None:
    """One hand alone goes up and down: no bar is lifted so."""
    time_s = shot.motion.time_s
    wave = np.stack([0.0 * time_s, -150 * (1 - np.cos(2 * np.pi * time_s))], axis=1)
    waving = shifted(standing(time_s), right_wrist=wave, right_hand=wave)
    chosen = choose_lifter(time_s, crowd(poses_of(waving), poses_of(shot.motion, person=1)))
    assert chosen.persons == {1}


@pytest.mark.parametrize("unseen", ["wrist", "shoulder"])
def test_a_bystander_with_unseen_points_does_not_take_over(squat: Shot, unseen: str) -> None:
    points = standing(squat.motion.time_s).keypoints_px.copy()
    points[:, INDEX[f"left_{unseen}"]] = np.nan
    bystander = replace(squat.motion, keypoints_px=points)
    people = crowd(poses_of(bystander, person=0), poses_of(squat.motion, person=1))
    assert choose_lifter(squat.motion.time_s, people).persons == {1}


def test_a_lifter_with_some_unseen_points_is_still_the_lifter(squat: Shot) -> None:
    points = squat.motion.keypoints_px.copy()
    points[40:60, INDEX["left_wrist"]] = np.nan
    lifter = replace(squat.motion, keypoints_px=points)
    people = crowd(poses_of(standing(squat.motion.time_s)), poses_of(lifter, person=1))
    assert choose_lifter(squat.motion.time_s, people).persons == {1}


# lost and found


def test_a_lost_lifter_is_missing_and_never_someone_else(shot: Shot) -> None:
    """Somebody else is seen exactly while the lifter is not."""
    span = (4.0, 6.5)
    other = standing(shot.motion.time_s)
    outside = [(-1.0, span[0] + 0.01), (span[1] - 0.01, 99.0)]
    people = crowd(poses_of(hidden(shot.motion, span), person=1), poses_of(hidden(other, *outside), person=2))
    assert choose_lifter(shot.motion.time_s, people).persons == {1}


def relabeled(motion: Motion, *, until_s: float, from_s: float, again: int) -> list[tuple[Pose, ...]]:
    """The lifter as person 1, lost for a while, then found again under another number."""
    first, then = hidden(motion, (until_s, 99.0)), hidden(motion, (-1.0, from_s))
    return crowd(poses_of(first, person=1), poses_of(then, person=again))


@pytest.mark.parametrize("again", [0, 7])
@pytest.mark.parametrize("until_s", [4.3, 9.0], ids=["second track longer", "first track longer"])
def test_a_lifter_found_again_under_a_new_number_is_joined(shot: Shot, again: int, until_s: float) -> None:
    people = relabeled(shot.motion, until_s=until_s, from_s=until_s + 0.2, again=again)
    assert choose_lifter(shot.motion.time_s, people).persons == {1, again}


def test_a_lifter_found_again_in_a_turned_picture_is_joined(squat: Shot) -> None:
    """What counts is which way the trunk points, not in which picture it was found."""
    first, then = hidden(squat.motion, (4.4, 99.0)), hidden(squat.motion, (-1.0, 4.6))
    time_s = squat.motion.time_s
    people = crowd(poses_of(first, person=1), poses_of(then, person=7, upright=False))
    assert choose_lifter(time_s, people).persons == {1, 7}
    over = replace(
        then, keypoints_px=2 * then.keypoints_px[:, HIPS].mean(axis=1)[:, None] - then.keypoints_px
    )
    people = crowd(poses_of(first, person=1), poses_of(over, person=7, upright=False))
    assert choose_lifter(time_s, people).persons != {1, 7}


def test_a_lifter_found_again_is_one_person(squat: Shot) -> None:
    people = relabeled(squat.motion, until_s=4.4, from_s=4.6, again=7)
    assert choose_lifter(squat.motion.time_s, people).people == 1


@pytest.mark.parametrize("who", ["somebody elsewhere", "somebody much larger"])
def test_somebody_who_comes_later_is_not_joined(squat: Shot, who: str) -> None:
    """The lifter leaves after two reps; later somebody else stands there."""
    time_s = squat.motion.time_s
    later = standing(time_s, at_px=300.0)
    if who == "somebody much larger":
        later = standing(time_s, px_per_m=800.0)
        hips = [INDEX["left_hip"], INDEX["right_hip"]]
        place = [motion.keypoints_px[240, hips].mean(axis=0) for motion in (squat.motion, later)]
        later = moved(later, place[0] - place[1])
    people = crowd(
        poses_of(hidden(squat.motion, (8.2, 99.0)), person=1), poses_of(hidden(later, (-1.0, 9.0)), person=2)
    )
    assert choose_lifter(time_s, people).persons == {1}


# nobody


def test_nobody_is_no_lifter(squat: Shot) -> None:
    with pytest.raises(NoLifter, match="found nobody") as caught:
        choose_lifter(squat.motion.time_s, [()] * len(squat.motion.time_s))
    assert caught.value.hint


def test_nobody_for_as_long_as_a_second_is_no_lifter(squat: Shot) -> None:
    glimpse = hidden(squat.motion, (-1.0, 5.0), (5.6, 99.0))
    with pytest.raises(NoLifter):
        choose_lifter(squat.motion.time_s, crowd(poses_of(glimpse)))


# people found in a turned picture


def test_a_turned_person_is_not_taken_where_an_upright_one_is_well_covered(squat: Shot) -> None:
    """A likeness in the turned picture whose hands go farther is still only a likeness."""
    time_s = squat.motion.time_s
    likeness = film("squat", fps=30.0, px_per_m=400.0).motion
    people = crowd(poses_of(likeness, person=5, upright=False), poses_of(squat.motion, person=1))
    chosen = choose_lifter(time_s, people)
    assert (chosen.persons, chosen.upright) == ({1}, True)


def test_a_turned_person_is_taken_where_upright_coverage_is_poor() -> None:
    """A lifter on the bench: upright only now and then, in the turned picture all the time."""
    shot = film("bench_press", fps=30.0)
    rarely = hidden(shot.motion, (1.5, 99.0))
    people = crowd(poses_of(rarely, person=1), poses_of(shot.motion, person=5, upright=False))
    chosen = choose_lifter(shot.motion.time_s, people)
    assert (chosen.persons, chosen.upright) == ({5}, False)
