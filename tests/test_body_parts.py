"""The parts of the fit: chain, camera, splines, equations, data."""

from dataclasses import replace

import numpy as np
import pytest
from mechanisms import SIZE_PX, Set, body_model, film
from pydantic import ValidationError

from formcheck.body.camera import look, project
from formcheck.body.chain import figure, leg_front
from formcheck.body.evidence import RATE_HZ, gather
from formcheck.body.human import load_human
from formcheck.body.model import BodyModel
from formcheck.body.result import reach_deviation_deg
from formcheck.body.solve import Normal
from formcheck.body.spline import KNOTS_S, Splines, merge_spans
from formcheck.body.unknowns import lay_out, lengths_m
from formcheck.metrics.measure import Z90

LIFTS = ("squat", "deadlift", "bench_press")


def usual(lift, **moved):
    """Named prior means of a lift, (1, 1) each."""
    layout = lay_out(body_model(lift), load_human(), azimuth=1.2, long_side_px=1280, height_m=None)
    return layout.moved(**moved).named(layout.moved(**moved).mean[None])


def curves_of(lift, frames=7):
    """Curves from the top to the bottom, (1, n) each, in radians and metres."""
    low = np.linspace(0, 1, frames)
    found = {}
    for name, curve in body_model(lift).curves.items():
        value = curve.top + (curve.bottom - curve.top) * low
        found[name.removesuffix("_deg")] = (np.radians(value) if name.endswith("_deg") else value)[None]
    return found


@pytest.mark.parametrize("lift", LIFTS)
def test_bones_keep_their_lengths(lift):
    unknowns = usual(lift)
    body = figure(body_model(lift), load_human(), curves_of(lift), unknowns)
    long = lengths_m(unknowns, load_human())
    pairs = [("thigh", "hip", "knee"), ("shank", "knee", "ankle")]
    if lift == "bench_press":
        pairs += [("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist")]
    for bone, a, b in pairs:
        length = np.linalg.norm(body.joints["left"][a] - body.joints["left"][b], axis=-1)
        assert np.allclose(length, long[bone]), bone
    middle = np.array([0.0, 1.0, 1.0])
    trunk = np.linalg.norm((body.joints["left"]["shoulder"] - body.joints["left"]["hip"]) * middle, axis=-1)
    assert np.allclose(trunk, long["trunk"])


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_feet_stand_and_the_bar_is_where_it_is_held(lift):
    body = figure(body_model(lift), load_human(), curves_of(lift), usual(lift))
    for name in ("ankle", "heel", "toe"):
        assert np.ptp(body.joints["left"][name], axis=1) == pytest.approx(np.zeros((1, 3)))
        assert 0 < body.joints["left"][name][0, 0, 1] < 0.15
    assert (body.joints["left"]["heel"][..., 2] < body.joints["left"]["ankle"][..., 2]).all()
    if lift == "squat":
        assert np.ptp(np.linalg.norm(body.bar - body.joints["left"]["shoulder"], axis=-1)) < 1e-9
    else:
        hand = body.bar[..., 1:] - body.joints["left"]["wrist"][..., 1:]
        assert (hand[..., 0] < 0).all()
        assert np.ptp(np.linalg.norm(hand, axis=-1)) < 1e-9


def test_a_longer_thigh_only_moves_what_is_above_it():
    one = figure(body_model("squat"), load_human(), curves_of("squat"), usual("squat"))
    other = figure(body_model("squat"), load_human(), curves_of("squat"), usual("squat", thigh=0.1))
    assert np.allclose(one.joints["left"]["knee"], other.joints["left"]["knee"])
    assert (other.joints["left"]["hip"][0, -1, 2] < one.joints["left"]["hip"][0, -1, 2]).all()


def test_what_goes_aside_goes_out_on_one_side_and_in_on_the_other():
    curves = curves_of("squat") | {
        "knees_aside_m": np.full((1, 7), 0.03),
        "hips_aside_m": np.full((1, 7), 0.02),
    }
    body = figure(body_model("squat"), load_human(), curves, usual("squat"))
    left, right = body.joints["left"], body.joints["right"]
    assert np.allclose(left["knee"][..., 0] - right["knee"][..., 0], 0.06)
    assert np.allclose(left["hip"][..., 0] - right["hip"][..., 0], 0.04)
    assert np.allclose(left["ankle"], right["ankle"])
    long = lengths_m(usual("squat"), load_human())
    for side in (left, right):
        assert np.allclose(np.linalg.norm(side["hip"] - side["knee"], axis=-1), long["thigh"])


@pytest.mark.parametrize("height", ["shin", "thigh"])
def test_the_front_of_a_leg_is_before_its_axis(height):
    """An upright leg, and a bar beside it: the skin is 4 to 10 cm before the line through the joints."""
    leg = {name: np.array([[[0.2, y, 0.05]]]) for name, y in (("ankle", 0.1), ("knee", 0.5), ("hip", 0.9))}
    low, high = ("ankle", "knee") if height == "shin" else ("knee", "hip")
    skin = load_human().skin
    for share in (0.0, 0.3, 0.9):
        y = leg[low][..., 1] + share * (leg[high] - leg[low])[..., 1]
        bar = np.stack([0 * y, y, 0 * y + 0.3], axis=-1)
        depth = getattr(skin, low) + share * (getattr(skin, high) - getattr(skin, low))
        front = leg_front(load_human(), leg, bar, np.array([[1.75]]))
        assert front == pytest.approx(0.05 + 1.75 * depth)
        assert 0.04 < 1.75 * depth < 0.11


def test_the_elbow_is_straight_only_at_the_arms_length():
    body = figure(body_model("bench_press"), load_human(), curves_of("bench_press"), usual("bench_press"))
    flexion, reach = body.quantities["elbow_deg"][0], body.quantities["arm_extension"][0]
    order = np.argsort(reach)
    assert (np.diff(flexion[order]) <= 1e-9).all()
    upper, lower = (body.joints["left"][a] - body.joints["left"]["elbow"] for a in ("shoulder", "wrist"))
    cosine = (upper * lower).sum(-1) / np.linalg.norm(upper, axis=-1) / np.linalg.norm(lower, axis=-1)
    assert np.pi - np.arccos(cosine[0]) == pytest.approx(flexion)


def test_what_is_ahead_of_a_level_camera_is_in_the_middle_and_twice_as_far_is_half_as_large():
    values = usual("squat", azimuth=0.0, pitch=0.0, ln_distance=np.log(4.0), ln_focal=np.log(1000.0))
    axes, place = look(values)
    assert place[0] == pytest.approx([0.0, 0.9, 4.0])
    assert axes[0] @ axes[0].T == pytest.approx(np.eye(3))
    points = np.array([[0.0, 0.9, 0.0], [0.4, 0.9, 0.0], [0.0, 1.3, 0.0], [0.4, 0.9, -4.0]])[None, None]
    pixels, depth = project(points, values, SIZE_PX)
    middle = np.array(SIZE_PX) / 2
    assert pixels[0, 0] - middle == pytest.approx(np.array([[0, 0], [100, 0], [0, -100], [50, 0]]))
    assert depth[0, 0] == pytest.approx([4, 4, 4, 8])


def test_from_the_left_side_the_front_is_at_the_pictures_left():
    values = usual("squat", azimuth=np.pi / 2, pitch=0.0, ln_distance=np.log(4.0))
    pixels, _ = project(np.array([[[[0.0, 0.9, 0.3]]]]), values, SIZE_PX)
    assert pixels[0, 0, 0, 0] < SIZE_PX[0] / 2
    swayed, _ = project(np.array([[[[0.0, 0.9, 0.3]]]]), values, SIZE_PX, np.array([[[0.3, 0.0]]]))
    assert swayed[0, 0, 0, 0] == pytest.approx(SIZE_PX[0] / 2)


def test_spans_that_touch_are_one():
    assert merge_spans([(3.0, 4.0), (0.0, 1.0), (0.9, 2.0)]) == ((0.0, 2.0), (3.0, 4.0))


@pytest.mark.parametrize("start_s", [11 / 30, 1 / 3, 0.7, 1.9])
def test_a_span_of_whole_steps_has_its_end(start_s: float) -> None:
    """Rounding puts some last knots a hair before the end."""
    ends = start_s + KNOTS_S * np.arange(10, 80)
    for end_s in ends:
        assert Splines(((start_s, float(end_s)),)).basis(np.array([end_s])).sum() == pytest.approx(1.0)


def test_splines_follow_cubics_exactly_and_say_nothing_outside():
    splines = Splines(((0.0, 1.0), (2.0, 3.5)))
    time_s = np.linspace(0, 3.5, 200)
    basis = splines.basis(time_s)
    inside = (time_s <= 1.0) | (time_s >= 2.0)
    assert basis.shape[1] == sum(splines.counts)
    assert basis[inside].sum(axis=1) == pytest.approx(np.ones(inside.sum()))
    assert not basis[~inside].any()
    curve = (time_s - 0.3) ** 2
    coefficients = np.linalg.lstsq(basis[inside], curve[inside], rcond=None)[0]
    assert basis[inside] @ coefficients == pytest.approx(curve[inside], abs=1e-9)
    assert splines.curves(time_s, coefficients[:, None])[:, 0] == pytest.approx(basis @ coefficients)
    assert splines.cover(time_s).tolist() == inside.tolist()
    assert splines.bends() @ coefficients == pytest.approx(np.zeros(len(splines.bends())), abs=1e-8)


def test_the_banded_solution_is_the_dense_one():
    rng = np.random.default_rng(0)
    splines = Splines(((0.0, 1.5), (2.0, 3.0)))
    time_s = np.concatenate([np.linspace(0, 1.5, 23), np.linspace(2, 3, 16)])
    basis, curves, shared, rows = splines.basis(time_s), 3, 4, 6
    jacobian = rng.normal(size=(len(time_s), curves + shared, rows))
    rest = rng.normal(size=(len(time_s), rows))
    coefficients = rng.normal(size=(basis.shape[1], curves))
    rough, away, sd = np.array([1.0, 2.0, 0.5]), rng.normal(size=shared), np.array([1.0, 0.1, 3.0, 0.5])
    normal = Normal.of_frames(basis, jacobian, rest, curves)
    factored = normal.plus_smoothness(splines.bends(), coefficients, rough).plus_prior(away, sd).factor()

    own = np.einsum("nc,nkm->nmck", basis, jacobian[:, :curves]).reshape(len(time_s) * rows, -1)
    design = np.concatenate([own, jacobian[:, curves:].transpose(0, 2, 1).reshape(-1, shared)], axis=1)
    square, right = design.T @ design, design.T @ rest.ravel()
    bends = np.concatenate([np.kron(splines.bends(), np.eye(curves)[[k]]) / rough[k] for k in range(curves)])
    square[: own.shape[1], : own.shape[1]] += bends.T @ bends
    right[: own.shape[1]] -= bends.T @ bends @ coefficients.ravel()
    square[own.shape[1] :, own.shape[1] :] += np.diag(1 / sd**2)
    right[own.shape[1] :] += away / sd**2
    solution = factored.solve(
        normal.plus_smoothness(splines.bends(), coefficients, rough).plus_prior(away, sd).right
    )
    assert solution == pytest.approx(np.linalg.solve(square, right), rel=1e-6, abs=1e-6)
    gradient = rng.normal(size=(len(right), 2))
    expected = np.diag(gradient.T @ np.linalg.solve(square, gradient))
    assert factored.variance(gradient) == pytest.approx(expected, rel=1e-6)


def test_a_centimetre_of_reach_is_much_of_a_straight_arm_and_little_of_a_bent_one():
    upper, lower, sd_m = 0.28, 0.25, 0.01

    def flexion(reach_m):
        return np.degrees(np.arccos((reach_m**2 - upper**2 - lower**2) / (2 * upper * lower)))

    straight, bent = reach_deviation_deg(np.array([0.0, 90.0]), upper, lower, sd_m)
    assert straight == pytest.approx(flexion(upper + lower - Z90 * sd_m) / (2 * Z90))
    right_angle = np.hypot(upper, lower)
    assert bent == pytest.approx(np.degrees(sd_m * right_angle / (upper * lower)), rel=0.01)
    assert reach_deviation_deg(np.array([0.0, 90.0]), upper, lower, 0.0) == pytest.approx(0.0, abs=1e-6)


def test_frames_are_thinned_whatever_their_rate():
    for rate_hz in (24.0, 30.0, 60.0, 120.0):
        take = film(Set(depth=(1.0,), rate_hz=rate_hz))
        found = gather(take.motion, body_model("squat"), load_human(), [(1.0, 3.0)])
        assert found is not None
        assert RATE_HZ * 0.75 <= (len(found.time_s) - 1) / np.ptp(found.time_s) <= RATE_HZ * 1.3


def test_a_frame_stands_for_the_time_around_it_however_seldom_people_were_looked_at():
    take = film(Set(depth=(1.0,)))
    seldom = (take.motion.time_s < 2.0) & (np.arange(len(take.motion.time_s)) % 5 > 0)
    motion = replace(take.motion, looked=~seldom)
    found = gather(motion, body_model("squat"), load_human(), [(1.0, 3.0)])
    assert found is not None
    assert found.lasts_s.sum() == pytest.approx(2.0, abs=0.15)
    assert found.lasts_s[1] == pytest.approx(5 / 30)
    assert found.lasts_s[-1] == pytest.approx(2 / 30)


@pytest.mark.parametrize("lift", LIFTS)
def test_every_lift_has_a_body_and_its_numbers_have_sources(lift):
    model = body_model(lift)
    assert model.source
    assert all(term.source for term in model.terms)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"curves": {}}, "curves: expected"),
        ({"unknowns": {}}, "unknowns: expected"),
        ({"spread": {"side": {}, "oblique": {}, "front": {}}}, "spread.side: expected"),
        ({"spread": {}}, "curves: expected .* found hips_aside_m"),
        ({"keypoints": ["shoulder", "hip", "tail"]}, "keypoints"),
        ({"gravity": 9.81}, "gravity"),
        (
            {
                "terms": [
                    {"name": "floor", "quantity": "mood", "at": "top", "mean": 0, "sd": 1, "source": "x"}
                ]
            },
            "mood",
        ),
    ],
)
def test_a_wrong_body_section_is_refused(changes, words):
    good = body_model("squat").model_dump()
    with pytest.raises(ValidationError, match=words):
        BodyModel.model_validate({**good, **changes})
