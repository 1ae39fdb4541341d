"""Choosing the lifted plate among tracks whose truth is known."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from formcheck.bar import Plate
from formcheck.bar.choose import Lifting, choose_plate
from formcheck.bar.path import PlatePath
from formcheck.pose import FloatArray

FRAMES = 240
TIME_S = np.arange(FRAMES) / 30
TALL_PX = 600.0
RADIUS_PX = 85.0
LOW = 300 + 60 * (1 - np.cos(2 * np.pi * TIME_S / 4)) * 1.5
HANDS = np.stack([np.full(FRAMES, 360.0), LOW], axis=1)


def lifting_of(hands: FloatArray = HANDS, camera: FloatArray | None = None) -> Lifting:
    camera = np.zeros((FRAMES, 2)) if camera is None else camera
    still = hands - camera
    return Lifting(
        time_s=TIME_S,
        hands_px=hands,
        apart_px=np.full(FRAMES, 5.0),
        hands_moved_px=np.diff(still, axis=0, prepend=still[:1]),
        head_px=hands - np.array([0, 90.0]),
        camera_px=camera,
        size_px=(720, 1280),
        tall_px=TALL_PX,
    )


def track(
    number: int,
    centre: FloatArray,
    radius: float = RADIUS_PX,
    *,
    aspect: float = 1.0,
    share: float = 0.85,
    jitter_px: float = 0.0,
    frames: slice = slice(None),
    growth: FloatArray | float = 1.0,
) -> dict[int, Plate]:
    """By frame, a plate on that way."""
    rng = np.random.default_rng(number)
    shaken = centre + jitter_px * rng.standard_normal(centre.shape)
    moved = np.diff(centre, axis=0, prepend=centre[:1])
    radii = radius * np.broadcast_to(growth, FRAMES)
    return {
        int(f): Plate(number, *shaken[f], (aspect * radii[f], radii[f]), share, tuple(moved[f]))
        for f in np.arange(FRAMES)[frames]
    }


def together(*tracks: dict[int, Plate]) -> list[tuple[Plate, ...]]:
    return [tuple(t[frame] for t in tracks if frame in t) for frame in range(FRAMES)]


def choose(*tracks: dict[int, Plate], lifting: Lifting | None = None) -> PlatePath:
    return choose_plate(together(*tracks), lifting or lifting_of())


def none(path: PlatePath) -> bool:
    """Nothing is shown: all NaN and without confidence."""
    empty = bool(np.isnan(path.centre_px).all() and np.isnan(path.axes_px).all())
    assert empty == bool((path.confidence == 0).all())
    return empty


LIFTED = HANDS + np.array([10.0, 5.0])
STORED = np.tile([200.0, 420.0], (FRAMES, 1))


def test_the_plate_that_goes_with_the_hands_is_chosen() -> None:
    path = choose(
        track(0, STORED, share=0.98), track(1, LIFTED, share=0.7), track(2, STORED + 300, share=0.9)
    )
    np.testing.assert_allclose(path.centre_px, LIFTED, atol=0.2)
    np.testing.assert_allclose(path.axes_px, RADIUS_PX)
    assert path.confidence == pytest.approx(0.7, abs=0.01)


def test_the_cameras_shake_neither_makes_nor_hides_a_lift() -> None:
    shake = 70 * np.sin(2 * np.pi * TIME_S / 2.3)[:, None] * np.array([0.3, 1.0])
    lifting = lifting_of(HANDS + shake, shake)
    path = choose(track(0, STORED + shake), track(1, LIFTED + shake), lifting=lifting)
    np.testing.assert_allclose(path.centre_px, LIFTED + shake, atol=0.5)
    assert none(choose(track(0, STORED + shake), lifting=lifting))


def test_jitter_is_smoothed_without_a_shift_in_time() -> None:
    path = choose(track(1, LIFTED, jitter_px=1.0))
    error = (path.centre_px - LIFTED)[5:-5]
    assert np.sqrt((error**2).mean()) < 0.6
    late = np.correlate(np.gradient(path.centre_px[:, 1]), np.gradient(LIFTED[:, 1]), "full").argmax()
    assert late == FRAMES - 1


@pytest.mark.parametrize(
    "wrong",
    [
        track(1, STORED),
        track(1, np.stack([LIFTED[:, 0], np.roll(LIFTED[:, 1], 30)], axis=1)),
        track(1, np.stack([LIFTED[:, 0], 760 - LIFTED[:, 1]], axis=1)),
        track(1, HANDS - np.array([0, 90.0]), 65.0),
        track(1, LIFTED, 40.0),
        track(1, LIFTED, 180.0),
        track(1, LIFTED, share=0.4),
        track(1, LIFTED, aspect=0.4),
        track(1, LIFTED, growth=1 + 0.1 * np.sin(2 * np.pi * TIME_S / 1.7)),
        track(1, LIFTED, frames=slice(0, 25)),
        {},
    ],
    ids=[
        "stored", "at another time", "mirrored", "the head", "too small", "too large", "hardly seen",
        "edge-on", "breathing", "too short", "no plate",
    ],
)  # fmt: skip
def test_what_is_not_to_be_trusted_is_not_shown(wrong: dict[int, Plate]) -> None:
    assert none(choose(wrong))


def test_what_is_between_hands_that_are_apart_is_the_trunk() -> None:
    apart = replace(lifting_of(), apart_px=np.full(FRAMES, 100.0))
    assert none(choose(track(1, LIFTED + np.array([0.0, 60.0])), lifting=apart))
    outside = LIFTED + np.array([150.0, 0.0])
    np.testing.assert_allclose(choose(track(1, outside), lifting=apart).centre_px, outside, atol=0.3)


def test_hands_that_the_plate_hides_do_not_make_a_trunk_of_it() -> None:
    """From 15 degrees off the side a grip of 0.8 m is seen 0.2 m wide, and the plate hides most of it."""
    hidden = replace(lifting_of(), apart_px=np.full(FRAMES, 0.09 * lifting_of().tall_px))
    path = choose(track(1, LIFTED + np.array([16.0, 0.0])), lifting=hidden)
    assert np.isfinite(path.centre_px).all()


def test_of_two_rims_the_steady_one_wins() -> None:
    """A rim that slips from one end of the bar to the other and back changes its size."""
    slips = track(0, LIFTED, 92.0, share=0.69, growth=1 + 0.05 * np.sin(np.linspace(0, 40, FRAMES)))
    path = choose(slips, track(1, LIFTED, 80.0, share=0.83, frames=slice(0, int(0.65 * FRAMES))))
    assert np.nanmedian(path.axes_px[:, 1]) == pytest.approx(80.0, rel=0.01)


def test_of_hands_that_hang_about_first_the_plate_is_still_known() -> None:
    """A deadlift: the hands go down to a bar that does not move yet."""
    hands = HANDS.copy()
    hands[:60, 1] = np.linspace(100, 300, 60)
    path = choose(
        track(0, STORED),
        track(1, np.where(np.arange(FRAMES)[:, None] < 60, LIFTED[60], LIFTED)),
        lifting=lifting_of(hands),
    )
    assert np.isfinite(path.centre_px).all()
    np.testing.assert_allclose(path.centre_px[80:], LIFTED[80:], atol=0.3)


def test_the_nearer_of_two_ends_wins() -> None:
    far = np.stack([LIFTED[:, 0] + 200, 0.9 * LIFTED[:, 1]], axis=1)
    near = np.stack([LIFTED[:, 0] - 200, 1.15 * LIFTED[:, 1]], axis=1)
    path = choose(track(0, far, 62.0, aspect=0.8), track(1, near, 85.0, aspect=0.8))
    np.testing.assert_allclose(path.centre_px, near, atol=0.3)


def test_a_nearer_end_that_is_seen_worse_wins_too() -> None:
    far = np.stack([LIFTED[:, 0] + 200, 0.9 * LIFTED[:, 1]], axis=1)
    near = np.stack([LIFTED[:, 0] - 200, 1.15 * LIFTED[:, 1]], axis=1)
    path = choose(track(0, far, 66.0, share=0.97), track(1, near, 85.0, share=0.78))
    np.testing.assert_allclose(path.centre_px, near, atol=0.3)


@pytest.mark.parametrize(
    ("outer", "radius"),
    [
        (track(1, LIFTED + 1, 98.0, share=0.72), 98.0),
        (track(1, LIFTED + np.array([0.0, 14.0]), 98.0, share=0.72), 85.0),
        (track(1, LIFTED + np.array([0.0, 14.0]), 98.0, share=0.92), 98.0),
    ],
    ids=["ring of the plate", "clothes that touch it", "plate behind it"],
)
def test_a_rim_around_that_is_seen_worse_is_taken_where_it_is_a_ring_of_the_plate(
    outer: dict[int, Plate], radius: float
) -> None:
    """A plate's edge before a wall of its color is seen worse than the ring within it."""
    path = choose(track(0, LIFTED, 85.0, share=0.9), outer)
    assert np.nanmedian(path.axes_px[:, 1]) == pytest.approx(radius, rel=0.01)


def test_the_outermost_rim_wins_where_it_is_seen_as_well() -> None:
    inner, outer = track(0, LIFTED, 65.0, share=0.9), track(1, LIFTED + 1, 88.0, share=0.85)
    assert np.nanmedian(choose(inner, outer).axes_px[:, 1]) == pytest.approx(88.0)
    ghost = track(1, LIFTED + 1, 98.0, share=0.56)
    assert np.nanmedian(choose(track(0, LIFTED, 85.0, share=0.9), ghost).axes_px[:, 1]) == pytest.approx(85.0)


def test_where_the_outer_rim_was_lost_an_inner_one_places_it() -> None:
    inner = track(0, LIFTED + np.array([4.0, 0.0]), 65.0, share=0.8)
    outer = track(1, LIFTED, 88.0, share=0.8, frames=slice(0, 150))
    path = choose(inner, outer)
    np.testing.assert_allclose(path.centre_px, LIFTED, atol=0.5)
    np.testing.assert_allclose(path.axes_px[:, 1], 88.0, atol=0.5)


def test_an_inner_ring_that_slips_does_not() -> None:
    slipping = LIFTED + np.array([0.0, 14.0]) * np.sin(2 * np.pi * TIME_S / 1.3)[:, None]
    path = choose(track(0, slipping, 60.0), track(1, LIFTED, 88.0, share=0.8, frames=slice(0, 150)))
    assert np.isnan(path.centre_px[160:]).all()


def test_a_larger_ring_that_only_hung_around_the_plate_at_rest_is_not_taken() -> None:
    resting = track(1, LIFTED, 100.0, share=0.9, frames=slice(0, 12))
    path = choose(track(0, LIFTED, share=0.8), resting)
    assert np.nanmedian(path.axes_px[:, 1]) == pytest.approx(RADIUS_PX)
    assert np.isfinite(path.centre_px).all()


def test_hands_that_wander_do_not_hide_a_plate_that_moves_as_what_they_hold() -> None:
    """Wrists are guessed behind the plate; while it rests, what is around the hands goes up and down."""
    rests = np.arange(FRAMES)[:, None] < 60
    hands, plate = (np.where(rests, way[60], way) for way in (HANDS, LIFTED))
    lifting = lifting_of(hands)
    guessed = hands + 80 * np.sin(2 * np.pi * TIME_S / 0.7)[:, None] * np.array([0.0, 1.0])
    drifting = lifting.hands_moved_px.copy()
    drifting[:60, 1] += np.repeat([12.0, -12.0, 12.0, -12.0], 15)
    path = choose(track(0, plate), lifting=replace(lifting, hands_px=guessed, hands_moved_px=drifting))
    np.testing.assert_allclose(path.centre_px[80:], plate[80:], atol=0.3)


def test_wrists_that_jump_about_hide_no_plate_that_moves_somewhat_as_what_they_hold() -> None:
    lifting = lifting_of()
    jumps = np.random.default_rng(1).normal(0, 150, FRAMES // 6).repeat(6)
    jumping = HANDS + jumps[:, None] * np.array([0.0, 1.0])
    slowed = lifting.hands_moved_px * (1 + 0.6 * np.sin(2 * np.pi * TIME_S / 0.8))[:, None]
    path = choose(track(0, LIFTED), lifting=replace(lifting, hands_px=jumping, hands_moved_px=slowed))
    np.testing.assert_allclose(path.centre_px, LIFTED, atol=0.3)


def test_where_an_inner_rim_that_changes_its_size_would_go_on_the_plate_alone_is_followed() -> None:
    growth = np.where(np.arange(FRAMES) < 180, 1.0, 1 + 0.3 * np.sin(np.linspace(0, 90, FRAMES)))
    path = choose(track(0, LIFTED, 65.0, growth=growth), track(1, LIFTED, 88.0, frames=slice(0, 200)))
    np.testing.assert_allclose(path.centre_px[:195], LIFTED[:195], atol=0.3)
    assert np.isnan(path.centre_px[205:]).all()


def test_a_plate_found_again_under_a_new_number_goes_on_and_the_gap_stays_one() -> None:
    path = choose(track(0, LIFTED, frames=slice(0, 100)), track(7, LIFTED, frames=slice(130, None)))
    known = np.isfinite(path.centre_px[:, 0])
    assert known[:100].all()
    assert known[130:].all()
    assert not known[100:130].any()
    assert (path.confidence[100:130] == 0).all()


def test_another_plate_does_not_fill_a_gap() -> None:
    elsewhere = track(7, LIFTED + np.array([250.0, 0]), frames=slice(130, None))
    path = choose(track(0, LIFTED, frames=slice(0, 130)), elsewhere)
    assert np.isnan(path.centre_px[130:]).all()


@pytest.mark.parametrize(("hidden", "bridged"), [(6, True), (15, False)])
def test_a_moment_without_a_rim_is_bridged_by_the_motion_and_a_long_one_is_not(
    hidden: int, bridged: bool
) -> None:
    plates = track(1, LIFTED)
    for frame in range(50, 50 + hidden):
        plates[frame] = replace(plates[frame], confidence=0.0)
    path = choose(plates)
    inside = path.centre_px[50 : 50 + hidden]
    if bridged:
        np.testing.assert_allclose(inside, LIFTED[50 : 50 + hidden], atol=0.3)
    else:
        assert np.isnan(inside).all()


def test_a_rim_that_the_pictures_edge_cuts_by_half_is_not_shown() -> None:
    sideways = LIFTED - np.array([380.0, 0]) + np.array([100.0, 0]) * np.sin(2 * np.pi * TIME_S / 8)[:, None]
    path = choose(track(1, sideways))
    centre_inside = sideways[:, 0] > 0.45 * RADIUS_PX
    assert np.isfinite(path.centre_px[centre_inside, 0]).all()
    assert np.isnan(path.centre_px[sideways[:, 0] < 0.1 * RADIUS_PX, 0]).all()


def test_hands_that_were_never_seen_are_no_error() -> None:
    unseen = np.full((FRAMES, 2), np.nan)
    lifting = replace(
        lifting_of(), hands_px=unseen, apart_px=unseen[:, 0], hands_moved_px=unseen, head_px=unseen
    )
    assert none(choose(track(1, LIFTED), track(2, LIFTED, frames=slice(0, 50)), lifting=lifting))


def test_the_same_tracks_give_the_same_path() -> None:
    first, second = (choose(track(0, STORED), track(1, LIFTED, jitter_px=0.5)) for _ in range(2))
    np.testing.assert_array_equal(first.centre_px, second.centre_px)


def test_hundreds_of_short_tracks_take_little_memory() -> None:
    """A long take has many, each followed for a moment: as whole arrays these would be 8 MB."""
    lifted = track(0, HANDS)
    aside = HANDS + np.array([200.0, 300.0])
    brief = [track(n, aside, frames=slice(n % 220, n % 220 + 15)) for n in range(1, 600)]
    plates = together(lifted, *brief)
    tracemalloc.start()
    path = choose_plate(plates, lifting_of())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4e6
    np.testing.assert_allclose(path.centre_px, choose(lifted).centre_px)
