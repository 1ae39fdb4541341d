"""Rims in drawn pictures with known truth."""

import numpy as np
import pytest
from plates import Disc, draw, wall

from formcheck.bar.plate import Edges, alike, distinct, find_rims, rim_support
from formcheck.bar.rim import FOLLOWED, fit_rims, median
from formcheck.bar.window import Window
from formcheck.pose import FloatArray
from formcheck.video.picture import Image

RADII = 20.0, 70.0


def evened(luma: Image) -> Image:
    return Window.whole(luma.shape[::-1]).even_out(luma)


def found_in(luma: Image) -> tuple[FloatArray, FloatArray]:
    edges = Edges.of(evened(luma))
    rims, support = find_rims(edges, RADII)
    return fit_rims(edges, rims)[0], support


def nearest(rims: FloatArray, disc: Disc) -> FloatArray:
    """The rim that lies nearest to a disc in centre and radius."""
    off = np.abs(rims[:, :3] - [disc.x, disc.y, disc.radius]).sum(axis=1)
    return np.asarray(rims[off.argmin()])


@pytest.mark.parametrize("yaw_deg", [0, 10, 20, 30, 40])
@pytest.mark.parametrize(
    ("wall_grey", "grey"), [(150, 60), (60, 170), (34, 18)], ids=["dark", "bright", "gym"]
)
def test_a_plate_is_found_to_a_fraction_of_a_pixel(yaw_deg: float, wall_grey: float, grey: float) -> None:
    contrast = 0.1 * wall_grey
    disc = Disc(171.3, 222.6, 43.7, float(np.cos(np.radians(yaw_deg))), grey, texture=0.1 * grey)
    rims, _ = found_in(draw(wall(wall_grey, contrast), disc))
    rim = nearest(rims, disc)
    assert rim[:2] == pytest.approx([disc.x, disc.y], abs=0.5)
    assert rim[2] == pytest.approx(disc.radius, rel=0.015)
    assert rim[3] == pytest.approx(disc.aspect, abs=0.03)


@pytest.mark.parametrize("radius", [24.0, 33.0, 50.0, 64.0])
def test_every_size_of_the_range_is_the_best_seen(radius: float) -> None:
    disc = Disc(180, 240, radius)
    rims, support = found_in(draw(wall(), disc))
    assert (np.diff(support) <= 0).all()
    assert alike(rims[0], np.array([disc.x, disc.y, radius, 1.0]))
    assert support[0] > 0.8


def test_plates_of_two_sizes_on_one_sleeve_are_both_found() -> None:
    both = 0
    for x in (177.0, 180.0, 183.0):
        for y in (237.0, 240.0, 243.0):
            large, small = Disc(x, y, 60, grey=60), Disc(x + 2, y - 2, 38, grey=120)
            rims, _ = found_in(draw(wall(), large, small))
            off = [np.abs(nearest(rims, disc)[:3] - [disc.x, disc.y, disc.radius]) for disc in (large, small)]
            both += bool(np.max(off) < 0.8)
    assert both >= 7


def tinted(picture: Image, disc: Disc, color: tuple[int, int]) -> Image:
    """Color differences of half the picture's size: grey, and a color within the disc."""
    rows, columns = np.mgrid[: picture.shape[0] // 2, : picture.shape[1] // 2]
    away = np.hypot((2 * columns + 0.5 - disc.x) / disc.aspect, 2 * rows + 0.5 - disc.y)
    cover = np.clip((disc.radius + 1 - away) / 2, 0, 1)[..., None]
    return np.asarray(np.rint(128 + cover * (np.array(color) - 128.0)), dtype=np.uint8)


@pytest.mark.parametrize("color", [(112, 178), (170, 100)], ids=["red", "blue"])
def test_a_plate_of_the_walls_brightness_is_found_by_its_color(color: tuple[int, int]) -> None:
    disc = Disc(181.3, 238.6, 44.2, 0.9, grey=150, texture=14)
    picture = draw(wall(), disc)
    even, tint = evened(picture), tinted(picture, disc, color)
    rim = np.array([[disc.x, disc.y, disc.radius, disc.aspect]])
    edges = Edges.of(even, tint)
    assert rim_support(Edges.of(even), rim)[0] < 0.75
    assert rim_support(edges, rim)[0] > 0.95
    rims, support = find_rims(edges, RADII)
    assert support[0] > 0.85
    assert alike(rims[0], rim[0])
    found = fit_rims(edges, rim + np.array([1.5, -1.0, 0.8, 0.0]))[0][0]
    assert found[:2] == pytest.approx([disc.x, disc.y], abs=0.3)
    assert found[2] == pytest.approx(disc.radius, rel=0.01)
    assert found[3] == pytest.approx(disc.aspect, abs=0.02)


def test_grey_colors_change_nothing() -> None:
    picture = draw(wall(), Disc(180, 240))
    even = evened(picture)
    grey = np.full((240, 180, 2), 128, np.uint8)
    plain, colored = Edges.of(even), Edges.of(even, grey)
    np.testing.assert_array_equal(plain.dx, colored.dx)
    np.testing.assert_array_equal(plain.dy, colored.dy)


def test_a_wall_has_no_rim_that_looks_like_a_plates() -> None:
    plate = found_in(draw(wall(), Disc(180, 240)))[1][0]
    clutter = [found_in(draw(wall(seed=seed)))[1].max(initial=0.0) for seed in range(3)]
    assert max(clutter) < plate - 0.2


def test_an_even_picture_has_none() -> None:
    rims, support = found_in(np.full((480, 360), 90, np.uint8))
    assert len(rims) == len(support)
    assert support.max(initial=0.0) < 0.3


@pytest.mark.parametrize(("x", "seen"), [(180.0, 1.0), (0.0, 0.5), (-30.0, 0.25)])
def test_what_the_pictures_edge_cuts_counts_less(x: float, seen: float) -> None:
    disc = Disc(x, 240, 42)
    edges = Edges.of(evened(draw(wall(), disc)))
    support = rim_support(edges, np.array([[disc.x, disc.y, disc.radius, 1.0]]))[0]
    expected = float(np.clip((seen - 0.4) / 0.3, 0, 1))
    assert support <= expected + 0.05
    assert (support > 0.2) == (seen >= 0.5) or 0 < expected < 1


def test_a_rim_is_fitted_from_beside_it_and_behind_a_post() -> None:
    disc = Disc(180.4, 239.7, 44.2)
    picture = draw(wall(), disc)
    picture[:, 190:205] = 200
    rims, share = fit_rims(Edges.of(evened(picture)), np.array([[183.0, 237.5, 42.5, 0.96]]))
    assert rims[0, :2] == pytest.approx([disc.x, disc.y], abs=0.5)
    assert rims[0, 2] == pytest.approx(disc.radius, rel=0.015)
    assert 0.6 < share[0] < 0.97


def test_a_rim_that_was_followed_is_fitted_in_one_round() -> None:
    disc = Disc(180.4, 239.7, 44.2)
    edges = Edges.of(evened(draw(wall(), disc)))
    near = np.array([[181.0, 239.2, 43.8, 0.98]])
    rims, share = fit_rims(edges, near, rounds=FOLLOWED)
    assert rims[0, :3] == pytest.approx([disc.x, disc.y, disc.radius], abs=0.3)
    assert share[0] > 0.9


def test_no_rims_are_fitted_to_none() -> None:
    edges = Edges.of(evened(draw(wall())))
    rims, share = fit_rims(edges, np.zeros((0, 4)))
    assert rims.shape == (0, 4)
    assert share.shape == (0,)


def test_repeats_are_dropped_and_nested_rims_kept() -> None:
    rims = np.array([[100, 100, 40, 1], [103, 101, 41, 1], [100, 100, 30, 1], [170, 100, 40, 1]], dtype=float)
    assert distinct(rims, np.array([0.8, 0.9, 0.5, 0.6]), 9) == [1, 3, 2]
    assert distinct(rims, np.array([0.8, 0.9, 0.5, 0.6]), 2) == [1, 3]


def test_the_median_leaves_out_what_is_not_known() -> None:
    values = np.array([[3.0, 1.0, 2.0], [5.0, 9.0, 7.0]])
    known = np.array([[True, True, True], [False, False, False]])
    assert median(values, known).tolist() == [2.0, 0.0]
