"""Whom the default estimator follows, told by people who act by a script; no network runs."""

from collections.abc import Callable
from dataclasses import replace
from math import cos, pi

import numpy as np
import pytest
from actors import FPS, Actor, Show, away, hips_x_px, numbers, stage

from formcheck.pose.direct import MAX_PEOPLE
from formcheck.pose.networks import Landmarks
from formcheck.pose.region import Region

SETTLED_S = 2.0


def lifting(height_px: float, start_s: float = 0.0, end_s: float = 60.0) -> Callable[[float], float]:
    """Raise both hands and lower them again, every two seconds, from start to end."""
    return lambda t: height_px * (1 - cos(pi * (t - start_s))) / 2 if start_s <= t < end_s else 0.0


def first_x_px(show: Show, start_s: float, end_s: float) -> list[float]:
    """Where the first of the people is, in each frame."""
    return [hips_x_px(poses[0]) for poses in show.watch(end_s, start_s)]


def test_an_empty_room_has_nobody() -> None:
    assert stage().watch(1.0) == [()] * 30


def test_two_people_keep_their_numbers() -> None:
    show = stage(
        Actor(x_px=300, walks_px=lambda t: 20 * t, lifts_px=lifting(80)),
        Actor(x_px=900, walks_px=lambda t: -20 * t),
    )
    seen = show.watch(10.0)
    assert numbers(seen) == {0, 1}
    for index, poses in enumerate(seen):
        for pose in poses:
            expected = 300 + 20 * index / FPS if pose.person == 0 else 900 - 20 * index / FPS
            assert hips_x_px(pose) == pytest.approx(expected)
            assert pose.upright
    assert [sum(pose.person == 0 for pose in poses) for poses in seen] == [1] * 300
    others = sum(pose.person == 1 for poses in seen for pose in poses)
    assert 5 <= others / 10 <= 8, "the others are looked at a few times a second"


def test_who_moves_is_looked_for_where_they_were_a_frame_ago_however_seldom() -> None:
    show = stage(Actor(x_px=300, walks_px=lambda t: 200 * t))
    seldom = [show.scene.frame(index) for index in range(0, 60, 4)]
    show.estimator.estimate(seldom)
    off = [
        region.x_px - (300 + 200 * (frame.time_s - 1 / FPS))
        for region, frame in zip(show.landmarker.looked_at[-10:], seldom[-10:], strict=True)
    ]
    assert off == pytest.approx(np.zeros(10), abs=1e-6)


def test_who_was_not_seen_for_long_is_looked_for_where_they_were() -> None:
    show = stage(Actor(x_px=300, walks_px=lambda t: 200 * t if t < 1.0 else 200.0))
    show.watch(1.0)
    show.estimator.estimate([show.scene.frame(39)])
    assert show.landmarker.looked_at[-1].x_px == pytest.approx(300 + 200 * 29 / FPS, abs=1e-6)


def test_busiest_hands_come_first() -> None:
    show = stage(Actor(x_px=300, size_px=260, score=0.95), Actor(x_px=900, lifts_px=lifting(80, 3.0)))
    assert first_x_px(show, 0.0, 3.0) == [300] * 90
    assert first_x_px(show, 3.0, 5.0)[-30:] == [900] * 30


@pytest.mark.parametrize(("height_px", "first"), [(100, 300), (160, 900)])
def test_the_first_stays_so_unless_clearly_outdone(height_px: float, first: float) -> None:
    show = stage(
        Actor(x_px=300, lifts_px=lifting(80)),
        Actor(x_px=900, lifts_px=lifting(height_px, 4.0)),
    )
    assert first_x_px(show, 0.0, 4.0)[-60:] == [300] * 60
    assert first_x_px(show, 4.0, 12.0)[-60:] == [first] * 60


def test_waving_one_hand_is_not_lifting() -> None:
    show = stage(
        Actor(x_px=300, lifts_px=lifting(40)),
        Actor(x_px=900, waves_px=lifting(160)),
    )
    assert first_x_px(show, 0.0, 8.0)[-60:] == [300] * 60


def test_walking_about_is_not_lifting() -> None:
    show = stage(
        Actor(x_px=300, lifts_px=lifting(40)),
        Actor(x_px=900, lifts_px=lifting(80), walks_px=lambda t: 100 * np.sin(pi * t / 3)),
    )
    assert first_x_px(show, 0.0, 8.0)[-60:] == [300] * 60


@pytest.mark.parametrize(("gone_s", "number"), [(0.4, 0), (3.0, 0), (4.8, 0), (5.5, 1)])
def test_a_settled_person_is_awaited_for_five_seconds(gone_s: float, number: int) -> None:
    show = stage(Actor(in_view=away((SETTLED_S, SETTLED_S + gone_s))))
    assert numbers(show.watch(SETTLED_S)) == {0}
    assert numbers(show.watch(SETTLED_S + gone_s, SETTLED_S)) == set()
    back = show.watch(SETTLED_S + gone_s + 1.0, SETTLED_S + gone_s)
    assert numbers(back) == {number}


@pytest.mark.parametrize(("gone_s", "number"), [(0.6, 0), (1.5, 1)])
def test_a_passer_by_is_forgotten_after_one_second(gone_s: float, number: int) -> None:
    show = stage(Actor(in_view=away((0.3, 0.3 + gone_s))))
    assert numbers(show.watch(0.3)) == {0}
    assert numbers(show.watch(1.3 + gone_s, 0.3)) == {number}


def test_the_settled_are_kept_on_weaker_evidence() -> None:
    class Fading(Actor):
        """Clearly there at first, half hidden after a second."""

        def landmarks(self, time_s: float) -> Landmarks:
            return replace(super().landmarks(time_s), score=0.9 if time_s < 1 else 0.4)

    assert all(stage(Fading()).watch(3.0))
    assert not any(stage(Actor(score=0.4)).watch(3.0))


@pytest.mark.parametrize("turn_rad", [pi / 2, -pi / 2, pi])
def test_a_lying_person_is_found_in_a_turned_picture(turn_rad: float) -> None:
    seen = stage(Actor(turn_rad=turn_rad)).watch(2.0)
    assert all(seen)
    assert {pose.upright for poses in seen for pose in poses} == {False}
    assert numbers(seen) == {0}


def test_a_likeness_upside_down_does_not_hide_the_lifter() -> None:
    """Head for feet: where the network was wrong first, the right way around is followed as well."""
    show = stage(Actor(in_view=lambda t: t >= 0.5), Actor(turn_rad=pi))
    show.watch(1.0)
    assert numbers(show.watch(3.0, 2.0)) == {0, 1}
    assert numbers(stage(Actor(in_view=lambda t: t >= 0.5), Actor()).watch(3.0)) == {0}


def test_turned_pictures_are_searched_once_a_second() -> None:
    show = stage(Actor())
    show.watch(5.0)
    turned = [turn for turn in show.detector.turns_rad if turn]
    assert sorted(turned) == sorted([pi / 2, -pi / 2, pi] * 5)
    assert show.detector.turns_rad.count(0.0) == 10


def test_one_person_seen_twice_is_one_person() -> None:
    seen = stage(Actor(seen_at_px=(0.0, 50.0))).watch(3.0)
    assert [len(poses) for poses in seen] == [1] * 90
    assert numbers(seen) == {0}


def test_two_who_become_one_leave_the_one_followed_longest() -> None:
    show = stage(
        Actor(x_px=300),
        Actor(x_px=700, in_view=lambda t: t >= 1, walks_px=lambda t: -200 * min(max(t - 2, 0), 2)),
    )
    assert numbers(show.watch(2.0)) == {0, 1}
    assert numbers(show.watch(5.0, 2.0)[-25:]) == {0}


def test_no_more_than_four_are_followed() -> None:
    crowd = [Actor(x_px=100 + 200 * index, score=0.9 - 0.05 * index) for index in range(6)]
    show = stage(*crowd)
    seen = show.watch(3.0)
    assert len(numbers(seen)) == MAX_PEOPLE == 4
    assert {hips_x_px(pose) for poses in seen for pose in poses} == {100, 300, 500, 700}


def test_somebody_who_suddenly_is_three_times_as_large_is_somebody_else() -> None:
    class Growing(Actor):
        """The region that follows from the landmarks is three times too large from one second on."""

        def landmarks(self, time_s: float) -> Landmarks:
            found = super().landmarks(time_s)
            times = 3 if time_s >= 1 else 1
            size_px = times * found.next_region.size_px
            return replace(found, next_region=replace(found.next_region, size_px=size_px))

    seen = stage(Growing()).watch(2.0)
    assert all(seen[:30])
    assert not any(seen[30:])


def test_who_walks_by_closer_to_the_camera_is_not_the_one_behind() -> None:
    behind = Actor(size_px=200, in_view=away((SETTLED_S, SETTLED_S + 0.3)))
    closer = Actor(size_px=330, in_view=lambda t: SETTLED_S <= t < SETTLED_S + 0.3)
    show = stage(behind, closer)
    show.watch(SETTLED_S)
    assert show.watch(SETTLED_S + 0.3, SETTLED_S) == [()] * 9
    assert numbers(show.watch(SETTLED_S + 1.0, SETTLED_S + 0.3)) == {0}


class Bowing(Actor):
    """Leans by 40 degrees from one second on."""

    def region(self, time_s: float) -> Region:
        return replace(super().region(time_s), turn_rad=0.7 if time_s >= 1 else 0.0)


def test_who_suddenly_leans_is_looked_at_again_in_the_same_square_turned() -> None:
    show = stage(Bowing())
    show.watch(1.0)
    before = len(show.landmarker.looked_at)
    show.estimator.estimate([show.scene.frame(30)])
    askew, turned = show.landmarker.looked_at[before:]
    assert (askew.turn_rad, turned.turn_rad) == (0.0, pytest.approx(0.7))
    assert (turned.x_px, turned.y_px, turned.size_px) == (askew.x_px, askew.y_px, askew.size_px)


def test_reset_forgets_everybody() -> None:
    show = stage(Actor(x_px=300, in_view=lambda t: t < 2), Actor(x_px=900))
    assert numbers(show.watch(2.0)) == {0, 1}
    show.estimator.reset()
    [(pose,)] = show.estimator.estimate([show.scene.frame(75)])
    assert (pose.person, hips_x_px(pose)) == (0, 900)


def test_reset_forgets_who_came_first() -> None:
    show = stage(Actor(x_px=300, size_px=220), Actor(x_px=900, lifts_px=lifting(80, 0.0, 3.0)))
    assert first_x_px(show, 0.0, 3.0)[-30:] == [900] * 30
    show.estimator.reset()
    assert first_x_px(show, 3.5, 4.5) == [300] * 30


def test_frames_together_or_one_by_one_are_the_same() -> None:
    actors = (Actor(x_px=300, lifts_px=lifting(80)), Actor(x_px=900, in_view=away((1.0, 2.0))))
    together, single = stage(*actors), stage(*actors)
    frames = together.scene.frames(0.0, 3.0)
    for poses, [alone] in zip(
        together.estimator.estimate(frames),
        (single.estimator.estimate([frame]) for frame in frames),
        strict=True,
    ):
        assert [pose.person for pose in poses] == [pose.person for pose in alone]
        for pose, other in zip(poses, alone, strict=True):
            np.testing.assert_array_equal(pose.xy_px, other.xy_px)
