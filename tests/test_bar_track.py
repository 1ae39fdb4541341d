"""Following drawn plates whose way is known."""

from collections.abc import Sequence

import numpy as np
import pytest
from plates import TALL_PX, Disc, draw, film, frame_of, pose_at, squat_path, wall

from formcheck.bar import Plate
from formcheck.bar.track import PlateTracker
from formcheck.pose import FloatArray
from formcheck.video.picture import Image

TAKE = 46


def follow(
    pictures: Sequence[Image], hands: FloatArray, tracker: PlateTracker | None = None
) -> list[tuple[Plate, ...]]:
    """All plates of each frame, of somebody whose wrists go that way."""
    tracker = tracker or PlateTracker()
    return [
        tracker.update(frame_of(picture, index), [pose_at(x, y)])
        for index, (picture, (x, y)) in enumerate(zip(pictures, hands, strict=True))
    ]


def of_track(seen: Sequence[tuple[Plate, ...]], number: int) -> dict[int, Plate]:
    return {frame: plate for frame, plates in enumerate(seen) for plate in plates if plate.track == number}


def number_at(plates: Sequence[Plate], disc: Disc) -> int:
    """The track that lies nearest to a disc in centre and radius."""
    off = {
        p.track: abs(p.x_px - disc.x) + abs(p.y_px - disc.y) + abs(p.axes_px[1] - disc.radius) for p in plates
    }
    return min(off, key=off.__getitem__)


@pytest.mark.parametrize(("first", "found"), [(1, True), (10, False)], ids=["a moment ago", "long ago"])
def test_plates_are_looked_for_where_people_were_a_moment_ago(first: int, found: bool) -> None:
    tracker, disc = PlateTracker(), Disc(180, 240)
    tracker.update(frame_of(np.full((480, 360), 150, np.uint8), 0), [pose_at(180, 240)])
    loaded = draw(wall(), disc)
    seen = [tracker.update(frame_of(loaded, index), []) for index in range(first, first + 9)]
    near = [plate for plate in seen[-1] if abs(plate.x_px - 180) + abs(plate.y_px - 240) < 2]
    assert bool(near) == found


@pytest.mark.parametrize(
    "disc",
    [Disc(0, 0), Disc(0, 0, aspect=0.866), Disc(0, 0, grey=118, texture=8)],
    ids=["side", "yaw 30", "low contrast"],
)
def test_a_plate_keeps_its_number_and_is_followed_to_a_fraction_of_a_pixel(disc: Disc) -> None:
    path = squat_path(TAKE)
    seen = follow(film(path, wall(), disc=disc), path)
    last = Disc(*path[-1], disc.radius)
    plates = of_track(seen, number_at(seen[-1], last))
    assert min(plates) <= 8
    frames = sorted(plates)
    assert frames == list(range(frames[0], TAKE))
    centres = np.array([(plates[frame].x_px, plates[frame].y_px) for frame in frames])
    error = np.linalg.norm(centres - path[frames], axis=1)
    assert np.median(error) < 0.3
    assert error.max() < 1.0
    axes = np.array([plates[frame].axes_px for frame in frames])
    assert np.median(axes[:, 1]) == pytest.approx(disc.radius, rel=0.015)
    assert np.median(axes[:, 0] / axes[:, 1]) == pytest.approx(disc.aspect, abs=0.03)
    assert np.median([plates[frame].confidence for frame in frames]) > 0.8


def test_the_motion_of_the_disc_is_told_as_well() -> None:
    path = squat_path(TAKE)
    seen = follow(film(path, wall()), path)
    plates = of_track(seen, number_at(seen[-1], Disc(*path[-1])))
    frames = np.array(sorted(plates)[2:])
    moved = np.array([plates[frame].moved_px for frame in frames])
    np.testing.assert_allclose(moved, path[frames] - path[frames - 1], atol=0.35)


def test_still_plates_are_followed_too_and_stay_where_they_are() -> None:
    path = squat_path(TAKE)
    stored = Disc(290, 200, 36, grey=70)
    seen = follow(film(path, wall(), stored), path)
    plates = of_track(seen, number_at(seen[-1], stored))
    centres = np.array([(plate.x_px, plate.y_px) for plate in plates.values()])
    assert np.abs(centres - [stored.x, stored.y]).max() < 0.8


def test_a_plate_behind_a_post_for_a_moment_keeps_its_number() -> None:
    path = np.stack([np.linspace(120, 240, 40), np.full(40, 220.0)], axis=1)
    pictures = film(path, wall())
    for picture in pictures:
        picture[:, 176:192] = 205
    seen = follow(pictures, path)
    plates = of_track(seen, number_at(seen[-1], Disc(*path[-1])))
    assert len(plates) >= 34
    centres = np.array([(plate.x_px, plate.y_px) for plate in plates.values()])
    assert np.linalg.norm(centres - path[list(plates)], axis=1).max() < 4.0


def test_a_rim_that_slipped_while_the_plate_was_half_hidden_is_put_right() -> None:
    path = squat_path(TAKE)
    pictures = film(path, wall())
    for picture in pictures[:20]:
        picture[:, :160] = 205
    seen = follow(pictures, path)
    plates = of_track(seen, number_at(seen[10], Disc(*path[10])))
    assert list(plates) == list(range(TAKE))
    off = np.array([(p.x_px, p.y_px) for p in plates.values()]) - path
    assert np.linalg.norm(off[18]) > 4.0
    assert np.linalg.norm(off[26:], axis=1).max() < 1.0
    assert [plates[frame].axes_px[0] for frame in range(26, TAKE)] == pytest.approx([42.0] * 20, rel=0.02)


def test_a_plate_that_vanishes_is_carried_on_for_half_a_second_without_confidence() -> None:
    path = squat_path(20)
    background = wall()
    pictures = [*film(path, background), *[draw(background)] * 30]
    hands = np.concatenate([path, np.repeat(path[-1:], 30, axis=0)])
    seen = follow(pictures, hands)
    plates = of_track(seen, number_at(seen[19], Disc(*path[-1])))
    assert max(plates) < 20 + 17
    assert all(plates[frame].confidence == 0 for frame in plates if frame >= 22)


def test_a_plate_that_leaves_the_picture_is_let_go() -> None:
    path = np.stack([np.linspace(180, -60, 50), np.full(50, 220.0)], axis=1)
    seen = follow(film(path, wall()), np.tile([150.0, 220.0], (50, 1)))
    plates = of_track(seen, number_at(seen[10], Disc(*path[10])))
    assert all(plate.x_px > -1 for plate in plates.values())
    assert 49 not in plates


def test_plates_are_few_however_many_there_are() -> None:
    discs = [
        Disc(x, y, 24, grey=40 + 10 * i)
        for i, (x, y) in enumerate((x, y) for x in (60, 120, 240, 300) for y in (120, 200, 280))
    ]
    picture = draw(wall(), *discs)
    seen = follow([picture] * 14, np.tile([180.0, 220.0], (14, 1)))
    assert 1 <= max(len(plates) for plates in seen) <= 8
    assert len({plate.track for plate in seen[-1]}) == len(seen[-1])


def test_without_anybody_nothing_is_looked_for() -> None:
    tracker = PlateTracker()
    picture = draw(wall(), Disc(180, 220))
    assert all(tracker.update(frame_of(picture, index), ()) == () for index in range(8))


@pytest.mark.parametrize("aspect", [1.0, 0.8, 0.64])
def test_the_plate_of_somebody_who_is_not_the_likeliest_lifter_is_found(aspect: float) -> None:
    """The other person's hands are out of reach of it."""
    disc = Disc(300, 120, 36, aspect)
    picture = draw(wall(), disc)
    people = [pose_at(60, 400), pose_at(300, 120, person=1)]
    tracker = PlateTracker()
    seen = [tracker.update(frame_of(picture, index), people) for index in range(28)]
    best = min(seen[-1], key=lambda p: abs(p.x_px - disc.x) + abs(p.y_px - disc.y) + abs(p.axes_px[1] - 36))
    assert (best.x_px, best.y_px) == pytest.approx((disc.x, disc.y), abs=0.6)
    assert best.axes_px == pytest.approx((36 * aspect, 36), rel=0.03)


def test_plates_far_from_everybodys_size_are_not_taken() -> None:
    picture = draw(wall(), Disc(180, 220, 0.4 * TALL_PX))
    seen = follow([picture] * 8, np.tile([180.0, 220.0], (8, 1)))
    assert all(plate.axes_px[1] < 0.31 * TALL_PX for plates in seen for plate in plates)


def test_reset_forgets() -> None:
    path = squat_path(14)
    pictures = film(path, wall())
    tracker = PlateTracker()
    first = follow(pictures, path, tracker)
    tracker.reset()
    assert follow(pictures, path, tracker) == first


def test_a_picture_of_another_size_starts_anew() -> None:
    path = squat_path(8)
    tracker = PlateTracker()
    follow(film(path, wall()), path, tracker)
    small = np.ascontiguousarray(draw(wall(), Disc(180, 220))[:400, :300])
    assert isinstance(tracker.update(frame_of(small, 60), [pose_at(150, 220)]), tuple)


def test_a_large_picture_is_told_in_its_own_pixels() -> None:
    path = squat_path(10)
    pictures = [np.repeat(np.repeat(picture, 3, axis=0), 3, axis=1) for picture in film(path, wall())]
    tracker = PlateTracker()
    for index, (picture, (x, y)) in enumerate(zip(pictures, path, strict=True)):
        pose = pose_at(0.0, 0.0)
        large = type(pose)(3 * pose.xy_px + 3 * np.array([x, y]), pose.confidence.copy())
        plates = tracker.update(frame_of(picture, index), [large])
    disc = Disc(3 * path[-1, 0] + 1, 3 * path[-1, 1] + 1, 126)
    best = min(plates, key=lambda p: abs(p.x_px - disc.x) + abs(p.y_px - disc.y) + abs(p.axes_px[1] - 126))
    assert (best.x_px, best.y_px) == pytest.approx((disc.x, disc.y), abs=1.2)
    assert best.axes_px[1] == pytest.approx(126, rel=0.02)
