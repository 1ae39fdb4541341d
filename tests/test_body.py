"""The fitted body on mechanisms whose joints are known."""

from dataclasses import replace

import numpy as np
import pytest
from mechanisms import Set, body_model, film, jittered, mirrored, without_plate

from formcheck.body.human import load_human
from formcheck.errors import SettingsError
from formcheck.lifts import load_lift
from formcheck.metrics.measure import Z90
from formcheck.signals import flexion_deg
from formcheck.skeleton import INDEX, MIRROR
from formcheck.view import view_from_azimuth

STANDING = ("knee_flexion", "hip_flexion", "trunk_lean", "shank_lean", "thigh_angle")
ANGLES = {"squat": STANDING, "deadlift": STANDING, "bench_press": ("elbow_flexion", "trunk_lean")}
TALL = {"stature_m": 2.05, "thigh": 0.05, "trunk": -0.05}
SHORT = {"stature_m": 1.50, "thigh": -0.05, "shank": 0.05}


@pytest.mark.parametrize("lift", ANGLES)
def test_exact_keypoints_of_a_usual_lifter_give_exact_angles(lift):
    take = film(Set(lift))
    body = take.fit(without=frozenset({"balance", "floor", "reach"}))
    assert body.trusted, body.why
    most = 0.2 if lift != "deadlift" else 0.8
    for name in ANGLES[lift]:
        assert np.abs(take.error_deg(body, name)).mean() < most, name
        assert np.abs(take.error_deg(body, name)).max() < 4 * most, name


@pytest.mark.parametrize(("yaw_deg", "most"), [(0, 0.15), (40, 0.15), (89, 0.4)])
def test_exact_angles_from_every_side(yaw_deg, most):
    take = film(Set(yaw_deg=yaw_deg))
    body = take.fit(without=frozenset({"balance"}))
    for name in STANDING:
        assert np.abs(take.error_deg(body, name)).mean() < most, name
    assert body.camera is not None
    assert body.camera.azimuth_deg == pytest.approx(90 - yaw_deg, abs=0.2)


def test_depth_is_knee_over_hip_and_nothing_is_said_outside_the_reps():
    take = film(Set(depth=(1.0,)))
    body = take.fit()
    known = np.isfinite(body.depth_m)
    assert not known[body.time_s < take.reps[0].start_s - 0.55].any()
    assert known[(body.time_s > take.reps[0].start_s) & (body.time_s < take.reps[0].end_s)].all()
    assert np.abs(body.depth_m - take.truth["depth"])[known].max() < 0.012
    assert np.isnan(body.angles_deg["knee_flexion"])[~known].all()


def test_joints_in_the_picture_bend_as_the_body_does():
    lift = body_model("squat")
    aside = lift.offsets.model_copy(update={"hip": {"thigh": (0.0, 0.02)}})
    body = film(Set(yaw_deg=0)).fit(lift=lift.model_copy(update={"offsets": aside}))

    def off_deg(points):
        hip, knee, ankle = (points[f"left_{name}"] for name in ("hip", "knee", "ankle"))
        return np.nanmean(np.abs(flexion_deg(hip, knee, ankle) - body.angles_deg["knee_flexion"]))

    assert off_deg(body.joints_px) < 2.0
    assert off_deg(body.keypoints_px) > off_deg(body.joints_px) + 0.5
    assert np.isnan(body.joints_px["left_hip"]).all(axis=1).tolist() == np.isnan(body.depth_m).tolist()


@pytest.mark.parametrize("thigh", [-0.12, 0.12], ids=["short", "long"])
def test_a_network_that_draws_thighs_toward_usual_ones_is_allowed_for(thigh):
    lift = body_model("squat")
    take = film(Set(true={"thigh": thigh}))
    credulous = lift.model_copy(update={"offsets": lift.offsets.model_copy(update={"drawn": {}})})

    def off_deg(body):
        return np.nanmean(np.abs(take.error_deg(body, "hip_flexion")))

    allowed_for = off_deg(take.fit())
    assert allowed_for < 0.5
    assert off_deg(take.fit(lift=credulous)) > max(1.0, 2 * allowed_for)


@pytest.mark.parametrize(("yaw_deg", "least_px", "most_px"), [(0, 0.0, 1e-6), (40, 3.0, 10.0)])
def test_shoulders_of_who_lies_are_seen_farther_toward_the_head_at_an_angle(yaw_deg, least_px, most_px):
    lift, take = body_model("bench_press"), film(Set("bench_press", yaw_deg=yaw_deg))
    plain = lift.model_copy(update={"offsets": lift.offsets.model_copy(update={"oblique": {}})})
    center, other = (take.fit(lift=one).joints_px["left_shoulder"] for one in (lift, plain))
    away_px = np.linalg.norm(center - other, axis=1)
    away_px = away_px[np.isfinite(away_px)]
    assert away_px.size
    assert (least_px <= away_px).all()
    assert (away_px <= most_px).all()


def test_balance_is_the_change_within_a_rep():
    take = film(Set())
    body = take.fit()
    for rep in take.reps:
        during = (body.time_s >= rep.start_s) & (body.time_s <= rep.end_s)
        truth = take.truth["com_over_midfoot"][during]
        assert np.abs(body.com_over_midfoot_m[during] - (truth - truth[0])).max() < 0.01
        assert body.com_over_midfoot_m[during][0] == 0
        assert body.com_sd_m[during][0] < body.com_sd_m[during].max() < 0.05


@pytest.mark.parametrize(
    ("true", "lift"), [(TALL, "squat"), (SHORT, "squat"), (TALL, "deadlift"), (SHORT, "deadlift")]
)
def test_tall_and_short_lifters_of_unusual_build(true, lift):
    take = film(Set(lift, true=true))
    body = take.fit()
    for name in ("knee_flexion", "hip_flexion", "trunk_lean"):
        assert np.abs(take.error_deg(body, name)).mean() < 2.5, name
        assert (np.abs(take.error_deg(body, name)) < 1.645 * sd_of(body, name)).mean() > 0.9, name
    assert body.lengths_m["stature"].value_m == pytest.approx(true["stature_m"], abs=0.15)


def test_a_given_height_is_used():
    take = film(Set(true=TALL))
    told = take.fit(height_m=2.05)
    assert told.lengths_m["stature"].value_m == pytest.approx(2.05, abs=0.02)
    assert told.lengths_m["stature"].sd_m < 0.5 * take.fit().lengths_m["stature"].sd_m


@pytest.mark.parametrize("lift", ANGLES)
def test_noise_is_averaged_and_told(lift):
    take = film(Set(lift))
    body = take.fit(motion=jittered(take.motion, 6.0))
    for name in ANGLES[lift]:
        error = take.error_deg(body, name)
        assert np.abs(error).mean() < (9.0 if name == "elbow_flexion" else 4.0), name
        assert (np.abs(error) < 1.645 * sd_of(body, name)).mean() > 0.85, name


def test_knees_that_a_plate_hides():
    take = film(Set("deadlift", depth=(1.0, 1.0, 1.0)))
    motion = take.motion
    away = np.linalg.norm(motion.keypoints_px - motion.plate_px[:, None], axis=2)
    hidden = away < motion.plate_axes_px[:, 1:]
    assert hidden[:, INDEX["left_knee"]].mean() > 0.2
    guessed = np.where(hidden[..., None], motion.plate_px[:, None], motion.keypoints_px)
    body = take.fit(motion=replace(motion, keypoints_px=guessed))
    for name in ("knee_flexion", "hip_flexion", "trunk_lean"):
        assert np.abs(take.error_deg(body, name)).mean() < 2.5, name


def test_a_lost_pose_is_bridged_with_wider_intervals():
    take = film(Set())
    lost = (take.motion.time_s > 1.9) & (take.motion.time_s < 2.5)
    points = np.where(lost[:, None, None], np.nan, take.motion.keypoints_px)
    body = take.fit(motion=replace(take.motion, keypoints_px=points))
    error = np.abs(body.angles_deg["knee_flexion"] - take.truth["knee_flexion"])[lost]
    assert error.max() < 12
    assert body.sd_deg["knee_flexion"][lost].max() > 1.3 * np.nanmedian(body.sd_deg["knee_flexion"])


def test_nothing_is_said_of_a_lifter_who_is_long_out_of_sight():
    take = film(Set(depth=(1.0, 1.0)))
    time_s = take.motion.time_s
    lost = (time_s > 1.6) & (time_s < 3.0)
    points = np.where(lost[:, None, None], np.nan, take.motion.keypoints_px)
    body = take.fit(motion=replace(take.motion, keypoints_px=points))
    knee = body.angles_deg["knee_flexion"]
    assert np.isnan(knee[(time_s > 2.1) & (time_s < 2.5)]).all()
    assert np.isfinite(knee[(time_s > 1.2) & (time_s < 1.9)]).all()
    assert np.isnan(body.joints_px["left_knee"][(time_s > 2.1) & (time_s < 2.5)]).all()
    assert np.isnan(body.com_over_midfoot_m[(time_s > 2.1) & (time_s < 2.5)]).all()


def test_a_bar_that_was_not_followed_widens_the_intervals():
    take = film(Set())
    withheld, told = take.fit(motion=without_plate(take.motion)), take.fit()
    assert np.abs(take.error_deg(withheld, "knee_flexion")).mean() < 2.0
    assert withheld.depth_sd_m[45] > told.depth_sd_m[45]
    assert "plate" in told.fed_by
    assert "plate" not in withheld.fed_by
    assert "plate" not in take.fit(without=frozenset({"plate"})).fed_by


@pytest.mark.parametrize("lift", ANGLES)
def test_a_mirrored_take_gives_the_same_body(lift):
    take = film(Set(lift, yaw_deg=25.0))
    motion = jittered(take.motion, 4.0)
    one = take.fit(motion=motion)
    turned = view_from_azimuth(65.0, 1.0)
    assert turned.near_side != take.view.near_side
    other = take.fit(motion=mirrored(motion), view=turned)
    for name in ANGLES[lift]:
        assert np.nanmax(np.abs(one.angles_deg[name] - other.angles_deg[name])) < 1e-3, name


def test_partial_reps_stay_partial():
    take = film(Set(depth=(0.55, 0.6, 0.55)))
    body = take.fit(motion=jittered(take.motion, 3.0))
    assert body.trusted, body.why
    deepest = np.nanmax(body.angles_deg["knee_flexion"])
    assert deepest == pytest.approx(take.truth["knee_flexion"].max(), abs=3.0)


def test_who_never_locks_out_is_not_straightened():
    take = film(Set(top=0.25))
    still = (take.motion.time_s > 0.6) & (take.motion.time_s < 0.9)
    true = take.truth["knee_flexion"][still].mean()
    assert true > 25
    body = take.fit(motion=jittered(take.motion, 3.0))
    found = float(body.angles_deg["knee_flexion"][still].mean())
    assert found == pytest.approx(true, abs=3.0)
    assert abs(found - true) < Z90 * float(body.sd_deg["knee_flexion"][still].mean())


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_no_knee_bends_the_other_way_and_none_is_straightened_for_it(lift):
    take = film(Set(lift=lift))
    straight = take.truth["knee_flexion"] < 15
    height = take.motion.keypoints_px[0, :, 1]
    step = 0.03 * (np.nanmax(height) - np.nanmin(height)) * (1 if take.view.facing == "right" else -1)

    def told_and_free(forward_px):
        points = take.motion.keypoints_px.copy()
        points[np.ix_(straight, [INDEX["left_knee"], INDEX["right_knee"]], [0])] += forward_px
        moved = replace(take.motion, keypoints_px=points)
        bodies = [take.fit(motion=moved, without=frozenset(groups)) for groups in ((), ("knee",))]
        return [np.nanmedian(body.angles_deg["knee_flexion"][straight]) for body in bodies]

    back, freely_back = told_and_free(-step)
    assert back < 5
    assert back < 0.5 * freely_back
    bent, freely_bent = told_and_free(step)
    assert bent == pytest.approx(freely_bent, abs=0.1)
    assert bent > 8


def test_a_bar_does_not_pass_through_a_leg():
    """The filmed legs stand where the bar hangs: with the lift's own terms they are fitted behind it."""
    take = film(Set(lift="deadlift"))
    whole = load_lift("deadlift").body
    upright = take.bottom < 0.05

    def ahead_px(body):
        middle = (body.joints_px["left_knee"] + body.joints_px["left_hip"]) / 2
        way = take.motion.plate_px[:, 0] - middle[:, 0]
        return np.nanmedian((way if take.view.facing == "right" else -way)[upright])

    freely, behind, without = (
        take.fit(),
        take.fit(lift=whole),
        take.fit(lift=whole, without=frozenset({"contact"})),
    )
    assert ahead_px(behind) > ahead_px(freely) + 5
    assert ahead_px(without) == pytest.approx(ahead_px(freely), abs=0.1)
    assert "contact" in behind.fed_by


def test_one_rep_is_enough():
    take = film(Set("deadlift", depth=(1.0,)))
    body = take.fit(motion=jittered(take.motion, 3.0))
    assert body.trusted, body.why
    assert np.abs(take.error_deg(body, "knee_flexion")).mean() < 2.5


@pytest.mark.parametrize("off_deg", [-12.0, 12.0])
@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_a_view_that_is_twelve_degrees_wrong(lift, off_deg):
    take = film(Set(lift, yaw_deg=15.0))
    wrong = view_from_azimuth(-(75.0 + off_deg), 1.0)
    body = take.fit(view=wrong)
    for name in ("knee_flexion", "hip_flexion", "trunk_lean"):
        assert np.abs(take.error_deg(body, name)).mean() < 2.0, name


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_a_plate_that_was_read_a_tenth_wrong(share):
    take = film(Set())
    body = take.fit(motion=replace(take.motion, plate_axes_px=take.motion.plate_axes_px * share))
    for name in ("knee_flexion", "hip_flexion", "trunk_lean"):
        assert np.abs(take.error_deg(body, name)).mean() < 2.0, name


def test_small_plates_are_no_hurdle():
    take = film(Set(plate_m=0.325))
    body = take.fit(motion=jittered(take.motion, 3.0))
    assert np.abs(take.error_deg(body, "knee_flexion")).mean() < 2.0


def test_exchanged_labels_are_found():
    take = film(Set(yaw_deg=45.0))
    exchanged = (take.motion.time_s > 2.0) & (take.motion.time_s < 3.2)
    points = take.motion.keypoints_px.copy()
    points[exchanged] = points[exchanged][:, list(MIRROR)]
    body = take.fit(motion=replace(take.motion, keypoints_px=points))
    assert body.residual is not None
    assert body.residual.exchanged == pytest.approx(1.2 / 6.4, abs=0.05)
    assert np.abs(take.error_deg(body, "knee_flexion")).mean() < 1.0


def test_a_take_that_is_no_body_is_not_trusted():
    take = film(Set())
    rng = np.random.default_rng(1)
    points = take.motion.keypoints_px + rng.normal(0, 250, (1, *take.motion.keypoints_px.shape[1:]))
    body = take.fit(motion=replace(take.motion, keypoints_px=points))
    assert not body.trusted
    assert body.why


def test_a_body_that_the_near_side_contradicts_is_not_trusted():
    """The near knee is seen half a thigh away for a third of the time."""
    take = film(Set())
    points = take.motion.keypoints_px.copy()
    wrong = take.motion.time_s % 1.0 < 0.4
    for joint in ("shoulder", "hip", "knee"):
        points[wrong, INDEX[f"left_{joint}"], 0] += 90.0
    body = take.fit(motion=replace(take.motion, keypoints_px=points))
    assert body.residual.near_outliers > 0.2
    assert not body.trusted
    assert "on the near side" in body.why


def test_a_lifter_who_is_hardly_seen_is_not_trusted():
    take = film(Set())
    gone = take.motion.time_s > 2.5
    points = np.where(gone[:, None, None], np.nan, take.motion.keypoints_px)
    body = take.fit(motion=replace(take.motion, keypoints_px=points))
    assert not body.trusted
    assert "seen" in body.why


@pytest.mark.parametrize("joint", ["hip", "knee"])
def test_a_lifter_whose_legs_are_hidden_is_not_trusted(joint):
    take = film(Set())
    confidence = take.motion.confidence.copy()
    hidden = (take.motion.time_s % 1.0 < 0.7)[:, None]
    both = [INDEX[f"left_{joint}"], INDEX[f"right_{joint}"]]
    confidence[:, both] = np.where(hidden, 0.1, confidence[:, both])
    body = take.fit(motion=replace(take.motion, confidence=confidence))
    assert not body.trusted
    assert f"a {joint} was in sight in only" in body.why


def test_a_lift_may_do_without_a_keypoint():
    take = film(Set())
    fewer = body_model("squat").model_copy(update={"keypoints": ("shoulder", "hip", "ankle", "heel", "toe")})
    body = take.fit(lift=fewer)
    assert body.residual.hidden in ("hip", "knee")
    assert body.residual.in_sight == 1.0


def test_a_side_that_hides_the_other_is_enough():
    take = film(Set())
    confidence = take.motion.confidence.copy()
    confidence[:, [INDEX[f"right_{joint}"] for joint in ("hip", "knee")]] = 0.1
    assert take.fit(motion=replace(take.motion, confidence=confidence)).trusted


def test_nothing_is_known_without_reps_or_without_a_lifter():
    take = film(Set(depth=(1.0,)))
    nobody = replace(take.motion, keypoints_px=np.full_like(take.motion.keypoints_px, np.nan))
    for body in (take.fit(reps=()), take.fit(motion=nobody)):
        assert not body.trusted
        assert body.why
        assert body.residual is None
        assert not body.angles_deg
        assert np.isnan(body.depth_m).all()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"plate_diameter_m": 0.0}, "plate"),
        ({"plate_diameter_m": 45.0}, "plate"),
        ({"plate_diameter_m": float("nan")}, "plate"),
        ({"height_m": 180.0}, "lifter"),
    ],
)
def test_impossible_sizes_are_refused(told, words):
    with pytest.raises(SettingsError, match=words) as caught:
        film(Set(depth=(1.0,))).fit(**told)
    assert caught.value.hint


def test_an_unknown_group_is_refused():
    with pytest.raises(ValueError, match="gravity"):
        film(Set(depth=(1.0,))).fit(without=frozenset({"gravity"}))


def test_arrays_are_read_only_and_of_the_take():
    take = film(Set(depth=(1.0,)))
    body = take.fit()
    with pytest.raises(ValueError, match="read-only"):
        body.depth_m[0] = 1.0
    with pytest.raises(ValueError, match=r"depth_m: expected \(126,\), got \(3,\)"):
        replace(body, depth_m=np.zeros(3))


def sd_of(body, name):
    sd = body.sd_deg[name]
    return sd[np.isfinite(body.angles_deg[name])]


def test_knees_that_cave_are_seen_from_obliquely_in_front():
    take = film(Set(yaw_deg=40.0, aside={"knees_out_m": -0.05}))
    body = take.fit(motion=jittered(take.motion, 2.0))
    assert body.trusted, body.why
    at = take.bottom > 0.98
    found, true = body.sides["knee_separation"][at].mean(), take.truth["knee_separation"][at].mean()
    assert true < 0.95
    assert found == pytest.approx(true, abs=0.07)
    for name in STANDING:
        assert np.abs(take.error_deg(body, name)).mean() < 2.0, name


def test_one_knee_that_caves_and_hips_that_shift_are_seen_from_the_front():
    take = film(Set(yaw_deg=85.0, aside={"knees_aside_m": 0.03, "hips_aside_m": 0.03}))
    body = take.fit(motion=jittered(take.motion, 2.0))
    assert body.trusted, body.why
    at = take.bottom > 0.98
    found, true = body.sides["hips_aside"][at].mean(), take.truth["hips_aside"][at].mean()
    assert true > 0.025
    assert found == pytest.approx(true, abs=0.012)


def test_from_the_side_nothing_is_said_of_one_side_against_the_other():
    assert not film(Set(yaw_deg=10.0)).fit().sides


@pytest.mark.parametrize("yaw_deg", [10.0, 40.0])
@pytest.mark.parametrize(
    ("lift", "variant"),
    [("squat", "low_bar"), ("squat", "front"), ("deadlift", "sumo"), ("deadlift", "romanian")],
)
def test_a_declared_variant_holds_the_bar_where_it_holds_it(lift, variant, yaw_deg):
    take = film(Set(lift, variant, yaw_deg=yaw_deg))
    body = take.fit(motion=jittered(take.motion, 3.0))
    assert body.trusted, body.why
    for name in ("knee_flexion", "hip_flexion", "trunk_lean"):
        assert np.abs(take.error_deg(body, name)).mean() < 2.5, name


def test_a_front_squat_taken_for_a_back_squat_leans_too_far():
    take = film(Set("squat", "front"))
    body = take.fit(motion=jittered(take.motion, 3.0), lift=body_model("squat"))
    assert np.abs(take.error_deg(body, "trunk_lean")).mean() > 5.0


@pytest.mark.parametrize(("lift", "variant"), [("squat", "low_bar"), ("deadlift", "sumo")])
def test_these_variants_need_not_be_declared(lift, variant):
    take = film(Set(lift, variant))
    body = take.fit(motion=jittered(take.motion, 3.0), lift=body_model(lift))
    assert body.trusted, body.why
    for name in ("knee_flexion", "hip_flexion", "trunk_lean"):
        assert np.abs(take.error_deg(body, name)).mean() < 2.5, name


@pytest.mark.parametrize("near", [1, -1])
@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_at_an_angle_either_end_of_the_bar_may_be_the_one_that_was_followed(lift, near):
    take = film(Set(lift, yaw_deg=40.0, near=near, far_plate=True))
    body = take.fit()
    assert body.trusted, body.why
    assert np.abs(take.error_deg(body, "knee_flexion")).mean() < 1.5
    assert np.abs(take.error_deg(body, "trunk_lean")).mean() < 1.5


@pytest.mark.parametrize(("yaw_deg", "trusted"), [(10.0, True), (40.0, False)])
def test_odd_widths_count_only_where_they_are_seen(yaw_deg, trusted):
    take = film(Set(yaw_deg=yaw_deg, true={"half_hips": 0.9}))
    assert take.fit().trusted is trusted


def test_lengths_that_hardly_occur_together_are_not_trusted():
    """Each on its own is within what is believed of a lifter."""
    alone = film(Set(true={"trunk": 0.17})).fit()
    assert alone.trusted, alone.why
    both = film(Set(true={"thigh": -0.13, "trunk": 0.2, "shank": 0.18, "foot": 0.28})).fit()
    assert abs(both.residual.strangest_sd) < 3.5
    assert both.residual.usual < 0.005 < alone.residual.usual
    assert not both.trusted
    assert "together" in both.why


def test_a_strange_thigh_is_strange_by_its_ratio_although_the_fit_is_less_sure_of_it():
    body = film(Set(true={"thigh": -0.12})).fit()
    human = load_human()
    share, sd = human.ratios.of("thigh")
    found = np.log(body.lengths_m["thigh"].value_m / body.lengths_m["stature"].value_m / share)
    assert body.residual.strangest == "thigh"
    assert body.residual.strangest_sd == pytest.approx(found / sd, abs=0.05)
    assert body_model("squat").wider["thigh"] > 1
