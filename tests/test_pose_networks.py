"""The maths around the networks: regions, anchors, merged detections, refined landmarks."""

from math import cos, pi, radians, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.pose.networks import LANDMARKS, _anchors, _merge, _overlap, _refine
from formcheck.pose.region import Region
from formcheck.video.picture import RgbPicture

TURNED = Region(150.0, 110.0, 90.0, radians(35))


def ramp(width: int = 256, height: int = 240) -> NDArray[np.uint8]:
    """A picture that tells its own coordinates: red is x, green is y."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.arange(width)
    image[..., 1] = np.arange(height)[:, None]
    return image


@pytest.mark.parametrize("turn_deg", [0, 35, 90, -120, 180])
@pytest.mark.parametrize("size_px", [40.0, 64.0, 130.0])
def test_a_crop_shows_what_lies_in_its_region(turn_deg: float, size_px: float) -> None:
    region = Region(120.0, 115.0, size_px, radians(turn_deg))
    cut = region.crop(RgbPicture(ramp()), 64, replicate=True)
    rows, columns = np.mgrid[:64, :64]
    expected = region.to_image(np.stack([columns, rows], axis=-1) / 64)
    np.testing.assert_allclose(cut[..., :2], expected, atol=0.75)


@pytest.mark.parametrize(("replicate", "shade"), [(True, 200), (False, 0)])
def test_outside_the_picture_is_the_edge_or_black(replicate: bool, shade: int) -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    cut = Region(0.0, 0.0, 100.0).crop(RgbPicture(image), 64, replicate=replicate)
    assert (cut[:31, :31] == shade).all()
    assert (cut[33:, 33:] == 200).all()


def test_a_turned_square_turns_clockwise() -> None:
    middle, top, right = TURNED.to_image(np.array([[0.5, 0.5], [0.5, 0.0], [1.0, 0.5]]))
    across, along = 45 * cos(radians(35)), 45 * sin(radians(35))
    np.testing.assert_allclose(middle, (150, 110))
    # A person who leans clockwise has the head to the right of the hips; y points down.
    np.testing.assert_allclose(top, (150 + along, 110 - across))
    np.testing.assert_allclose(right, (150 + across, 110 + along))


@pytest.mark.parametrize("turn_deg", [0, 20, 90, -90, 170])
def test_a_region_comes_back_from_its_axis(turn_deg: float) -> None:
    region = Region(300.0, 200.0, 250.0, radians(turn_deg))
    hips, above = region.to_image(np.array([[0.5, 0.5], [0.5, 0.0]]))
    again = Region.from_axis(hips, above, margin=1.0)
    assert (again.x_px, again.y_px, again.size_px) == pytest.approx((300, 200, 250))
    assert again.turn_rad == pytest.approx(region.turn_rad)


@pytest.mark.parametrize(
    ("head", "turn_rad"),
    [
        ((100.0, 0.0), 0.0),  # standing
        ((200.0, 100.0), pi / 2),  # lying, head to the right
        ((0.0, 100.0), -pi / 2),  # lying, head to the left
        ((100.0, 200.0), -pi),  # upside down
    ],
)
def test_the_axis_tells_how_a_body_lies(head: tuple[float, float], turn_rad: float) -> None:
    region = Region.from_axis(np.array([100.0, 100.0]), np.array(head))
    assert region.turn_rad == pytest.approx(turn_rad)
    assert region.size_px == pytest.approx(2 * 100 * 1.25)


def test_blending_turns_the_short_way() -> None:
    home, new = Region(0.0, 0.0, 100.0, radians(170)), Region(10.0, 20.0, 200.0, radians(-170))
    blended = new.blended(home, 0.25)
    assert (blended.x_px, blended.y_px, blended.size_px) == pytest.approx((2.5, 5.0, 125.0))
    assert blended.turn_rad == pytest.approx(radians(175))


def test_anchors_are_those_of_the_detector() -> None:
    anchors = _anchors()
    assert anchors.shape == (2 * 28**2 + 2 * 14**2 + 6 * 7**2, 2) == (2254, 2)
    np.testing.assert_allclose(anchors[:2], [[0.5 / 28] * 2] * 2)
    np.testing.assert_allclose(anchors[2], (1.5 / 28, 0.5 / 28))
    np.testing.assert_allclose(anchors[2 * 28**2], [0.5 / 14] * 2)
    np.testing.assert_allclose(anchors[-6:], [[6.5 / 7] * 2] * 6)


def test_overlap_is_shared_area_over_covered_area() -> None:
    box = np.array([0.0, 0.0, 2.0, 2.0])
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [0, 0, 1, 1], [5, 5, 6, 6]], dtype=float)
    np.testing.assert_allclose(_overlap(box, others), [1, 1 / 3, 1 / 4, 0])


def test_overlapping_boxes_are_one_person_weighted_by_score() -> None:
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [5.0, 5.0, 6.0, 6.0], [0.1, 0.0, 1.1, 1.0], [0.0, 0.6, 1.0, 1.6]])
    points = np.zeros((4, 2, 2))
    points[:, 0, 0] = 1.0, 50.0, 4.0, 7.0
    (first, axis), (second, far), (third, low) = _merge(np.array([0.6, 0.9, 0.3, 0.5]), boxes, points)
    assert (first, second, third) == (0.9, 0.6, 0.5)
    assert axis[0, 0] == 50.0
    assert far[0, 0] == pytest.approx((0.6 * 1.0 + 0.3 * 4.0) / 0.9)
    assert low[0, 0] == pytest.approx(7.0), "overlap 0.4 / 1.6 is below the limit"


def test_nobody_merges_to_nobody() -> None:
    assert _merge(np.zeros(0), np.zeros((0, 4)), np.zeros((0, 2, 2))) == []


def hill(x: float, y: float, height: float) -> NDArray[np.float32]:
    """(64, 64, 39) logits: a steep hill over (x, y) in heatmap cells, low elsewhere."""
    rows, columns = np.mgrid[:64, :64]
    logits = height - ((columns - x) ** 2 + (rows - y) ** 2)
    return np.repeat(logits[..., None], LANDMARKS, axis=-1).astype(np.float32)


def refined(x: float, y: float, heat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Where a landmark guessed at (x, y), in heatmap cells, ends up."""
    [first, *_] = _refine(np.full((LANDMARKS, 2), (x / 64, y / 64)), heat) * 64
    return np.asarray(first)


def test_a_landmark_moves_to_the_middle_of_its_heat() -> None:
    np.testing.assert_allclose(refined(30.9, 21.2, hill(30.0, 20.0, 2.0)), (30, 20), atol=0.01)
    # Between cells the center of mass follows, to a fraction of a cell.
    np.testing.assert_allclose(refined(30.9, 21.2, hill(30.5, 20.25, 2.0)), (30.5, 20.25), atol=0.1)


def test_only_seven_by_seven_cells_are_asked() -> None:
    heat = np.full((64, 64, LANDMARKS), -50, np.float32)
    heat[20, 33], heat[20, 34] = 5.0, 50.0
    np.testing.assert_allclose(refined(30.0, 20.0, heat), (33, 20), atol=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "heat"),
    [
        (30.0, 20.0, hill(31.0, 20.0, -0.1)),  # nowhere as sure as one half
        (70.0, 20.0, hill(60.0, 20.0, 9.0)),  # outside of the region
        (30.0, -5.0, hill(30.0, 2.0, 9.0)),
    ],
)
def test_an_unsure_or_distant_landmark_stays(x: float, y: float, heat: NDArray[np.float32]) -> None:
    np.testing.assert_allclose(refined(x, y, heat), (x, y))


def test_at_the_edge_the_window_is_cut() -> None:
    heat = np.full((64, 64, LANDMARKS), -50, np.float32)
    heat[0, 1], heat[63, 62] = 5.0, 5.0
    np.testing.assert_allclose(refined(0.0, 0.0, heat), (1, 0), atol=1e-6)
    np.testing.assert_allclose(refined(63.5, 63.5, heat), (62, 63), atol=1e-6)
