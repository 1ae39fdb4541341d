"""Metres from the plate's rim, against bars that a pinhole camera films."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pinhole import Filming, filmed_path
from synthetic import film, hidden

from formcheck.motion import Motion
from formcheck.scale import Scale, body_height_px, estimate_scale, fitted_radius_px, rim_yaw_deg
from formcheck.view import estimate_view

Array = NDArray[np.float64]


def scale_of(motion: Motion, **options: float) -> Scale:
    return estimate_scale(motion, estimate_view(motion), **options)


def squat(**options: float) -> Motion:
    return film("squat", plate_m=0.45, **options).motion  # type: ignore[arg-type]


def with_rim(motion: Motion, share: float) -> Motion:
    """The same take with a rim of that size."""
    return replace(motion, plate_axes_px=share * motion.plate_axes_px)


# what the plate says


@pytest.mark.parametrize("px_per_m", [200.0, 324.0])
def test_a_pixel_is_worth_what_the_plates_diameter_says(px_per_m: float) -> None:
    scale = scale_of(squat(px_per_m=px_per_m))
    np.testing.assert_allclose(scale.m_per_px, 1 / px_per_m, rtol=1e-6)
    assert (scale.source, scale.plate_diameter_m, scale.why) == ("plate", 0.45, "")
    assert scale.up.tolist() == [0.0, -1.0]


def test_another_diameter_is_taken_at_its_word() -> None:
    motion = with_rim(squat(), 0.40 / 0.45)
    scale = scale_of(motion, plate_diameter_m=0.40)
    np.testing.assert_allclose(scale.m_per_px, 1 / 324.0, rtol=1e-6)
    assert scale.plate_diameter_m == 0.40


@pytest.mark.parametrize(("px_per_m", "error"), [(100.0, 0.0376), (324.0, 0.0163), (1000.0, 0.0125)])
def test_the_error_is_the_plates_tolerance_and_most_of_a_pixel_of_its_radius(
    px_per_m: float, error: float
) -> None:
    assert scale_of(squat(px_per_m=px_per_m)).relative_error == pytest.approx(error, abs=2e-4)


def test_where_the_plate_was_lost_a_pixel_has_no_length() -> None:
    motion = squat()
    lost = motion.plate_px.copy()
    lost[20:40] = np.nan
    scale = scale_of(replace(motion, plate_px=lost))
    assert np.isnan(scale.m_per_px[20:40]).all()
    assert np.isfinite(scale.m_per_px[:20]).all()


@pytest.mark.parametrize("pitch_deg", [-12.0, 0.0, 12.0])
@pytest.mark.parametrize("yaw_deg", [0.0, 20.0, 40.0])
def test_a_plate_that_comes_closer_has_its_own_scale_everywhere(yaw_deg: float, pitch_deg: float) -> None:
    """Its vertical diameter is measured on the filmed rim; the fit must follow it to 0.3 %.

    A level camera sees the yaw; one that is tilted makes the ellipse flatter, as much as the scale needs it.
    """
    take = filmed_path(Filming(yaw_deg=yaw_deg, pitch_deg=pitch_deg))
    fitted = fitted_radius_px(take.motion)
    np.testing.assert_allclose(fitted, take.motion.plate_axes_px[:, 1], rtol=3e-3)
    if pitch_deg == 0.0:
        assert rim_yaw_deg(take.motion) == pytest.approx(yaw_deg, abs=1.0)


def test_frames_in_which_an_inner_ring_was_taken_for_the_rim_do_not_count() -> None:
    motion = squat()
    axes = motion.plate_axes_px.copy()
    axes[::3] *= 0.8
    scale = scale_of(replace(motion, plate_axes_px=axes))
    np.testing.assert_allclose(scale.m_per_px, 1 / 324.0, rtol=1e-3)


def test_noise_of_the_rim_is_averaged_out() -> None:
    motion = squat()
    noise = 1 + 0.02 * np.random.default_rng(1).normal(size=(len(motion.time_s), 1))
    scale = scale_of(replace(motion, plate_axes_px=noise * motion.plate_axes_px))
    np.testing.assert_allclose(scale.m_per_px, 1 / 324.0, rtol=5e-3)


@pytest.mark.parametrize("azimuth_deg", [90.0, 60.0, 40.0, -50.0])
def test_the_rims_ellipse_tells_the_yaw(azimuth_deg: float) -> None:
    motion = squat(azimuth_deg=azimuth_deg)
    assert rim_yaw_deg(motion) == pytest.approx(90 - abs(azimuth_deg), abs=1e-3)


def test_a_rim_that_is_wider_than_high_is_seen_square_on() -> None:
    motion = squat()
    assert rim_yaw_deg(replace(motion, plate_axes_px=motion.plate_axes_px * (1.05, 1.0))) == 0.0


# what the lifter says of the plate


@pytest.mark.parametrize("share", [1.0, 1.2, 1.5])
def test_a_plate_that_is_as_large_as_one_should_be_is_believed(share: float) -> None:
    """The stick lifter is filmed from far away, where a plate looks no larger than it is."""
    scale = scale_of(with_rim(squat(), share))
    assert (scale.source, scale.why) == ("plate", "")


def test_a_plate_that_looks_small_is_told_and_doubted() -> None:
    motion = squat()
    scale = scale_of(with_rim(motion, 0.75))
    assert scale.source == "plate"
    assert scale.relative_error == 0.2
    assert "looks like one of 0.2" in scale.why
    assert "not of 0.45 m" in scale.why


def test_a_plate_that_looks_small_is_believed_if_it_is_said_to_be_small() -> None:
    scale = scale_of(with_rim(squat(), 0.75), plate_diameter_m=0.34)
    assert (scale.source, scale.why) == ("plate", "")


@pytest.mark.parametrize("share", [0.5, 2.2])
def test_what_cannot_be_a_plate_gives_no_metres(share: float) -> None:
    scale = scale_of(with_rim(squat(), share))
    assert scale.source == "none"
    assert np.isnan(scale.m_per_px).all()
    assert np.isnan(scale.relative_error)
    assert scale.plate_diameter_m is None
    assert "looks like one of" in scale.why


def test_a_plate_beside_a_lifter_of_unknown_size_is_doubted() -> None:
    """No joint is where it was before: the body's length is not known, the rim's is."""
    motion = replace(
        squat(),
        keypoints_px=np.full_like(squat().keypoints_px, np.nan),
    )
    scale = estimate_scale(motion, estimate_view(squat()))
    assert scale.source == "none"
    assert scale.why


# what the lifter's height says


def test_the_height_stands_in_for_a_plate_that_is_not_believed() -> None:
    motion = with_rim(squat(), 0.5)
    scale = scale_of(motion, height_m=1.75)
    nearer = 1.22
    assert (scale.source, scale.plate_diameter_m) == ("height", None)
    np.testing.assert_allclose(scale.m_per_px, 1.75 / body_height_px(motion) / nearer, rtol=1e-6)
    assert scale.relative_error == pytest.approx(np.hypot(0.06, 0.07))
    assert scale.why.endswith("metres are from the lifter's height")


def test_the_height_scales_the_plane_of_the_body_where_only_the_hands_are_known() -> None:
    motion = hidden(film("squat").motion, (1.0, 2.0))
    scale = scale_of(motion, height_m=1.80)
    assert scale.source == "height"
    assert scale.relative_error == 0.06
    assert np.array_equal(np.isfinite(scale.m_per_px), np.isfinite(motion.hands_px[:, 0]))
    assert np.nanmedian(scale.m_per_px) == pytest.approx(1.80 / body_height_px(motion))


def test_without_plate_and_height_there_are_no_metres() -> None:
    scale = scale_of(film("squat").motion)
    assert (scale.source, scale.yaw_deg, scale.why) == ("none", None, "no plate was followed")
    assert np.isnan(scale.m_per_px).all()


@pytest.mark.parametrize("azimuth_deg", [90.0, 45.0])
@pytest.mark.parametrize("lift", ["squat", "deadlift", "bench_press"])
def test_the_lifters_height_in_the_picture(lift: str, azimuth_deg: float) -> None:
    """Trunk, thigh and shank of the stick lifter make somebody of 1.75 m."""
    motion = film(lift, azimuth_deg=azimuth_deg, px_per_m=300.0).motion
    assert body_height_px(motion) == pytest.approx(300 * 1.36 / 0.779, rel=0.08)


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match=r"expected \(T,\), \(2,\)"):
        Scale(np.zeros((3, 2)), np.zeros(2), None, "none", 0.0, None)
    with pytest.raises(ValueError, match="read-only"):
        scale_of(squat()).m_per_px[0] = 1.0
