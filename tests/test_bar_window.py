"""The part of a picture in which plates are followed looks as it does in the whole picture."""

import numpy as np
import pytest

from formcheck.bar.window import Window
from formcheck.pose import FloatArray
from formcheck.video.picture import Image

SIZES = [(720, 405), (405, 720), (640, 480), (641, 479), (360, 360)]


def textured(width: int, height: int) -> Image:
    random = np.random.default_rng(3)
    shade = np.linspace(20, 120, width)[None] + np.linspace(0, 60, height)[:, None]
    return np.clip(shade + random.normal(0, 12, (height, width)), 0, 255).astype(np.uint8)


def rims_at(*places: tuple[float, float, float]) -> FloatArray:
    return np.array([[x, y, radius, 1.0] for x, y, radius in places])


@pytest.mark.parametrize("size_px", SIZES)
@pytest.mark.parametrize(
    "share", [(0.5, 0.5), (0.02, 0.9), (0.97, 0.98)], ids=["middle", "bottom left", "bottom right"]
)
def test_it_is_evened_out_as_in_the_whole_picture(
    size_px: tuple[int, int], share: tuple[float, float]
) -> None:
    luma = textured(*size_px)
    x, y, radius = share[0] * size_px[0], share[1] * size_px[1], 0.08 * min(size_px)
    window = Window.around(rims_at((x, y, radius)), size_px)
    left, top = window.origin_px
    part, whole = window.even_out(luma), Window.whole(size_px).even_out(luma)
    assert part.shape == window.cut(luma).shape
    assert part.size < 0.5 * whole.size
    rows, columns = np.mgrid[: luma.shape[0], : luma.shape[1]]
    near = (np.abs(columns - x) <= 1.35 * radius) & (np.abs(rows - y) <= 1.35 * radius)
    inside = near[top : top + part.shape[0], left : left + part.shape[1]]
    assert inside.sum() == near.sum()
    np.testing.assert_allclose(part[inside].astype(int), whole[near], atol=1)


def test_it_covers_all_rims_and_no_more_than_the_picture() -> None:
    window = Window.around(rims_at((-30, 10, 40), (700, 390, 50)), (720, 405))
    assert (window.first, window.stop) == ((0, 0), (8, 8))
    outside = Window.around(rims_at((900, 10, 20)), (720, 405))
    assert outside.cut(textured(720, 405)).size > 0
