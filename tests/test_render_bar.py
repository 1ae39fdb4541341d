"""The bent bar: a beam on two supports, and plates where its axis is."""

import numpy as np
import pytest

from samples.render.bar import Bend, Load, bend_under, build_bar

GRAY = (0.2, 0.2, 0.2)
STEEL = 205e9 * np.pi * 0.014**4 / 4


def load_of(*thickness_m: float, radius_m: float = 0.225) -> Load:
    return Load(thickness_m, GRAY, radius_m)


@pytest.mark.parametrize("hands_m", [0.2, 0.4])
def test_a_bar_bends_as_a_beam_on_two_supports(hands_m: float) -> None:
    """Overhang b beyond supports at a, end load W: drop W b² (a + b / 3) / EI, slope W b (a + b / 2) / EI."""
    bend = Bend(hands_m, 600.0, 0.655)
    overhang = 0.655 - hands_m
    drop = 600.0 * overhang**2 * (hands_m + overhang / 3) / STEEL
    slope = 600.0 * overhang * (hands_m + overhang / 2) / STEEL
    assert float(bend.drop_m(np.array(0.655))) == pytest.approx(drop, rel=1e-9)
    assert bend.slope == pytest.approx(slope, rel=1e-9)
    assert float(bend.drop_m(np.array(hands_m))) == pytest.approx(0.0, abs=1e-12)
    middle = 600.0 * overhang * hands_m**2 / 2 / STEEL
    assert float(bend.drop_m(np.array(0.0))) == pytest.approx(-middle, rel=1e-9)


def test_both_ends_hang_alike_and_more_under_more() -> None:
    light, heavy = bend_under(load_of(0.03), 0.25), bend_under(load_of(0.05, 0.05), 0.25)
    assert light.end(-0.7)[1] == pytest.approx(light.end(0.7)[1])
    assert heavy.end(0.7)[1] < 2 * light.end(0.7)[1] < 0
    assert bend_under(load_of(), 0.25).end(1.0)[1] == 0.0


def test_smaller_plates_of_one_thickness_weigh_less() -> None:
    assert load_of(0.05, radius_m=0.1125).mass_kg == pytest.approx(load_of(0.05).mass_kg / 4)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_plates_are_built_where_the_axis_is(sign: float) -> None:
    load = load_of(0.05, 0.05)
    bend = bend_under(load, 0.25)
    vertices, triangles = build_bar(load, bend)
    radius = np.hypot(vertices[:, 1] + bend.drop_m(vertices[:, 0].astype(float)), vertices[:, 2])
    rim = vertices[(np.abs(radius - load.radius_m) < 1e-3) & (sign * vertices[:, 0] > load.face_m - 0.006)]
    assert len(rim) > 60
    middle = (rim[:, 1:3].min(axis=0) + rim[:, 1:3].max(axis=0)) / 2
    np.testing.assert_allclose(middle, bend.end(sign * load.face_m)[1:], atol=1e-3)
    assert triangles.max() < len(vertices)
    np.testing.assert_allclose(np.linalg.norm(vertices[:, 3:6], axis=1), 1.0, atol=1e-3)
