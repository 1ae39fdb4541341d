"""The rendered benchmark: its manifest covers what it claims, and its truths are the mechanics' own."""

import tomllib
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from formcheck.view import FRONT_BEYOND_DEG, SIDE_WITHIN_DEG

pytest.importorskip("moderngl", reason="rendering needs the extra [render]")

from samples.render import clip
from samples.render.benchmark import BENCHMARK_FOLDER, BENCHMARK_MANIFEST, is_made, make_clips
from samples.render.flaws import FLAWS
from samples.render.measures import MEASURES, middle, sample_rep
from samples.render.rig import BODY_FOLDER, Rig
from samples.render.rotation import LEFT
from samples.render.spec import Spec, load_manifest

SPECS = load_manifest(BENCHMARK_MANIFEST)
SMALL = [spec.name for spec in SPECS.values() if spec.small]
CLIPS = [name if name in SMALL else pytest.param(name, marks=pytest.mark.slow) for name in SPECS]
LIFTS = Path(__file__).parents[1] / "formcheck" / "lifts"
RULES = {
    rule["id"]: rule
    for name in ("squat", "deadlift", "bench_press")
    for rule in tomllib.loads((LIFTS / f"{name}.toml").read_text("utf-8"))["faults"]
    if rule.get("metric") in MEASURES and rule["metric"] != "drift"
}
"""Rules whose faults the manifest lists; a drift is judged by the path that the truth has in metres."""

SEGMENTS = (
    ("Arm", "UpLeg", 0.4346, 0.45, 1), ("UpLeg", "Leg", 0.1416, 0.4095, 2),
    ("Leg", "Foot", 0.0433, 0.4459, 2),
    ("Foot", "ToeBase", 0.0137, 0.4415, 2), ("Arm", "ForeArm", 0.0271, 0.5772, 2),
    ("ForeArm", "Hand", 0.0162, 0.4574, 2), ("Hand", "Hand", 0.0061, 0.0, 2),
)  # fmt: skip
"""First and last joint, share of the body's mass, share of the way to its center of mass, how many: de Leva
1996 (J Biomech 29:1223), men; the trunk's center is put 45 % of the way from shoulders to hips."""
HEAD_SHARE = 0.0694
BODY_KG, BAR_KG = 75.0, 80.0


def beyond(rule: dict[str, Any], value: float) -> bool:
    return value > rule["at_most"] if "at_most" in rule else value < rule["at_least"]


@cache
def scene_of(name: str) -> Any:
    spec = SPECS[name]
    if not (BODY_FOLDER / f"{spec.body}.npz").is_file():
        pytest.skip(f"no body {spec.body} in {BODY_FOLDER}: run python -m samples.render.export_bodies")
    return clip.build_scene(spec)


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Any:
    return scene_of(request.param)


def moments(scene: Any, count: int = 12) -> list[Any]:
    rep = scene.tempo.reps[0]
    return [scene.moment(float(t)) for t in np.linspace(rep.start_s, rep.end_s, count)]


def test_manifest_covers_lifts_views_bodies_and_plates():
    specs = SPECS.values()
    assert len(specs) >= 60
    for lift, count in Counter(spec.lift for spec in specs).items():
        assert count >= 15
        assert {s.yaw_deg for s in specs if s.lift == lift} == {0, 10, 20, 30, 45, 90, -90}
        assert {s.side for s in specs if s.lift == lift} == {"left", "right"}
    assert len({spec.body for spec in specs}) == 24
    assert {"long_femur_man", "long_femur_woman", "short_femur_man", "short_femur_woman"} <= {
        spec.body for spec in specs
    }
    assert {spec.plate_mm for spec in specs} == {450, 400, 325, 0}
    assert len({spec.seed for spec in specs}) == len(specs)


def test_manifest_covers_conditions_of_filming():
    specs = SPECS.values()
    assert {24, 25, 30, 50, 60} <= {spec.fps for spec in specs}
    assert {spec.front for spec in specs} == {"", "post", "rack"}
    assert {spec.bystander for spec in specs} == {"", "walking", "seated"}
    shares = {
        "portrait": [spec.size[0] < spec.size[1] for spec in specs],
        "by hand": [spec.sway_m > 0 for spec in specs],
        "tilted": [spec.roll_deg != 0 for spec in specs],
        "low or high": [spec.eye_m > 0 for spec in specs],
        "varying rate": [spec.varying_rate for spec in specs],
        "dim": [spec.light < 0.5 for spec in specs],
        "blurred": [spec.shutter > 0.9 for spec in specs],
        "compressed": [spec.crf > 35 for spec in specs],
    }
    assert {name: sum(there) for name, there in shares.items() if sum(there) < 3} == {}


def test_small_set_is_a_small_benchmark():
    small = [SPECS[name] for name in SMALL]
    assert len(small) == 12
    assert len({spec.lift for spec in small}) == 3
    assert {"side", "oblique", "front"} <= {spec.view for spec in small}
    assert {spec.bystander for spec in small} == {"", "walking", "seated"}
    assert any(spec.varying_rate for spec in small)
    assert any(spec.size[0] < spec.size[1] for spec in small)
    assert {spec.lift for spec in small if spec.faults} == {"squat", "deadlift", "bench_press"}


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_view_is_named_after_the_yaw(spec):
    yaw = abs(spec.yaw_deg)
    if yaw > FRONT_BEYOND_DEG:
        assert spec.view == ("front" if spec.yaw_deg > 0 else "rear")
    else:
        assert spec.view == ("side" if yaw <= SIDE_WITHIN_DEG else "oblique")


@pytest.mark.parametrize("flaw", FLAWS)
def test_flaw_comes_below_and_above_the_limit_of_its_rule(flaw):
    strengths = {spec.strength: flaw in spec.faults for spec in SPECS.values() if spec.flaw == flaw}
    rule = RULES.get(flaw)
    if rule is None:
        assert strengths
        assert not any(strengths.values())
    else:
        assert FLAWS[flaw].metric == rule["metric"]
        assert {strength: beyond(rule, strength) for strength in strengths} == strengths
        assert set(strengths.values()) == {True, False}


@pytest.mark.parametrize("scene", CLIPS, indirect=True)
def test_faults_are_the_rules_that_the_motion_breaks(scene):
    broken = set()
    for time in scene.tempo.reps:
        rep = sample_rep(scene.lift, scene.tempo, time)
        for name, rule in RULES.items():
            if name.startswith(scene.spec.lift):
                broken |= {name} if beyond(rule, MEASURES[rule["metric"]](rep)) else set()
    assert broken == set(scene.spec.faults)


@pytest.mark.parametrize("scene", CLIPS, indirect=True)
def test_bones_keep_their_length_and_hands_their_grip(scene):
    rig: Rig = scene.rig
    for moment in moments(scene):
        pose = moment.pose
        assert pose.miss_m < 0.006
        for index, parent in enumerate(rig.parents):
            if parent >= 0:
                length = np.linalg.norm(pose.positions[index] - pose.positions[parent])
                assert length == pytest.approx(np.linalg.norm(rig.heads[index] - rig.heads[parent]), abs=1e-6)
        for side in ("Left", "Right"):
            from_bar = pose.joint(f"{side}HandMiddle1") - moment.bar
            away = np.linalg.norm(np.cross(from_bar, moment.bar_way))
            assert away < 0.06


def center_of_mass_z(moment: Any) -> float:
    pose = moment.pose
    total = HEAD_SHARE * pose.joint("Head")[2]
    for first, last, share, way, count in SEGMENTS:
        start, end = middle(pose, first), middle(pose, last)
        total += count * share * (start + way * (end - start))[2]
    return float((BODY_KG * total + BAR_KG * moment.bar[2]) / (BODY_KG + BAR_KG))


@pytest.mark.parametrize("scene", [n for n in CLIPS if "bench" not in str(n)], indirect=True)
def test_weight_is_carried_by_the_feet(scene):
    """The feet are about 26 cm long: 9 cm either side of their middle is well inside; a flaw may lean 13."""
    middle_z = scene.lift.feet.middle_z(scene.rig)
    off = [center_of_mass_z(moment) - middle_z for moment in moments(scene)]
    assert max(map(abs, off)) < (0.13 if scene.spec.flaw else 0.09)


def test_plate_is_drawn_where_the_truth_has_it():
    from samples.render.mesh import Finish, Mesh
    from samples.render.renderer import Renderer, draw_lights
    from samples.render.textures import draw_textures
    from samples.render.truth import bar_end

    spec = replace(SPECS["squat_19_uneven"], yaw_deg=60.0, roll_deg=5.0, sway_m=0.03, eye_m=0.6)
    scene = clip.build_scene(spec)
    time_s = scene.tempo.reps[0].turn_s
    moment, camera = scene.moment(time_s), scene.camera_at(time_s)
    center = bar_end(moment, scene.recorder().end_m)
    disc = Mesh()
    disc.add_ring((0, 0, 0), moment.bar_way, 0.0, 0.06, Finish((1.0, 0.0, 0.0)))
    rng = np.random.default_rng(0)
    with Renderer(spec.size, draw_textures(rng), draw_lights(rng)) as renderer:
        renderer.put("disc", *disc.arrays())
        renderer.move("disc", center)
        picture = renderer.draw(camera).astype(int)
    rows, columns = np.nonzero(picture[..., 0] - picture[..., 1] > 60)
    found = np.array([columns.mean(), rows.mean()]) + 0.5
    np.testing.assert_allclose(found, camera.project(center), atol=1.0)
    recorder = scene.recorder()
    recorder.add(time_s, moment, camera)
    np.testing.assert_allclose(recorder.frames()["bar_px"][0], found, atol=1.0)
    assert abs(float(moment.bar_way @ LEFT)) < 0.996


def strength_in_truth(scene: Any) -> float:
    """The metric of the scene's flaw from the frames of its truth, not from the mechanics."""
    recorder, spec = scene.recorder(), scene.spec
    times = scene.frame_times()
    for time_s in times:
        recorder.add(float(time_s), scene.moment(float(time_s)), scene.camera)
    frames, centers, rep = recorder.frames(), recorder.centers(), scene.tempo.reps[0]
    height = np.array(frames["bar_m"])[:, 1]
    start, turn, end = (int(np.searchsorted(times, t)) for t in (rep.start_s, rep.turn_s, rep.end_s))
    low, high = (start, turn) if spec.lift == "deadlift" else (turn, end)
    metric = FLAWS[spec.flaw].metric
    if metric in ("depth", "drift"):
        return recorder.rep_metrics(rep, spec.lift)[f"{metric}_m"]
    if metric == "eccentric":
        return float(np.sum(np.diff(height[start:end]) < -1e-4))
    if metric == "dip":
        return float(np.max(np.maximum.accumulate(height[low:high]) - height[low:high]))
    if metric.endswith(("_end", "_turn")):
        angle = metric.rsplit("_", 1)[0]
        return frames["angles_deg"][f"left_{angle}"][end if metric.endswith("_end") else turn]
    y = {name: -np.array(track)[:, 1] for name, track in centers.items()}
    if metric == "hip_shoulder_ratio":
        third = height[low] + 0.35 * (height[high] - height[low])
        then = low + int(np.flatnonzero(height[low:high] >= third)[0])
        hips, shoulders = y["left_hip"], y["left_shoulder"]
        return float((hips[then] - hips[low]) / (shoulders[then] - shoulders[low]))
    if metric == "bar_tilt":
        return float(np.ptp(y["left_wrist"] - y["right_wrist"]))
    if metric == "knee_width_drop":
        apart = np.abs(np.array(centers["left_knee"]) - np.array(centers["right_knee"]))[:, 0]
        return -float(apart[low:high].min())
    if metric == "heel_rise":
        heel, toe = (np.array(frames["keypoints_px"][f"left_{part}"])[:, 1] for part in ("heel", "toe"))
        return float((toe - heel)[turn] - (toe - heel)[start])
    return MEASURES[metric](sample_rep(scene.lift, scene.tempo, rep))


@pytest.mark.slow
@pytest.mark.parametrize("flaw", FLAWS)
def test_stronger_flaw_shows_more_in_the_truth(flaw):
    spec = next(spec for spec in SPECS.values() if spec.flaw == flaw)
    below = {"depth_short": 0.15, "good_morning": 1.3, "hips_shoot": 1.1, "fast_descent": 1.1,
             "fast_lowering": 0.9, "back_round": 20.0, "bar_drift": 0.045, "uneven_bar": 1.0,
             "knee_valgus": 8.0, "heel_rise": 0.04, "downward_move": 0.015}  # fmt: skip
    least = below.get(flaw.partition(".")[2], 17.0)
    shown = []
    for strength in np.linspace(least, spec.strength, 3):
        changed = replace(
            spec, strength=float(strength), varying_rate=False, reps=1, sway_m=0.0, roll_deg=0.0
        )
        shown.append(strength_in_truth(clip.build_scene(changed)))
    steps = [later - earlier for earlier, later in pairwise(shown)]
    assert all(step * np.sign(spec.strength - least) > 0 for step in steps)


def test_clip_is_made_whole_and_only_once(tmp_path):
    from samples.render.rig import has_bodies

    if not has_bodies():
        pytest.skip("no bodies: run python -m samples.render.export_bodies")
    av = pytest.importorskip("av")
    from formcheck.validate.truth import load_truth

    spec = replace(
        SPECS["bench_press_01_plain"], varying_rate=True, size=(96, 64), reps=1, pace=0.4, fps=24, sway_m=0.01
    )
    assert list(clip.make_clip(spec, tmp_path, notes=True))[-1] == 1.0
    assert {path.name.partition(".")[2] for path in tmp_path.iterdir()} == {"mp4", "truth.json", "scene.json"}
    assert is_made(spec, tmp_path)
    assert not is_made(replace(spec, crf=30), tmp_path)
    truth = load_truth(tmp_path / f"{spec.name}.truth.json")
    with av.open(str(tmp_path / f"{spec.name}.mp4")) as container:
        stamps = [float(frame.time) for frame in container.decode(video=0)]
    assert truth.frames is not None
    np.testing.assert_allclose(stamps, truth.frames.time_s, atol=0.001)
    assert np.ptp(np.diff(stamps)) > 0.02
    made = (tmp_path / f"{spec.name}.mp4").stat().st_mtime_ns
    make_clips([spec], tmp_path)
    assert (tmp_path / f"{spec.name}.mp4").stat().st_mtime_ns == made


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_rendered_clip_fits_its_truth(spec: Spec):
    if not is_made(spec, BENCHMARK_FOLDER):
        pytest.skip("not rendered: run python -m samples.render benchmark")
    av = pytest.importorskip("av")
    from formcheck.validate.truth import load_truth

    truth = load_truth(BENCHMARK_FOLDER / f"{spec.name}.truth.json")
    assert truth.frames is not None
    assert {fault.id for fault in truth.faults or ()} == set(spec.faults)
    assert truth.reps is not None
    assert len(truth.reps) == spec.reps
    bar = np.array(truth.frames.bar_px, dtype=float)
    assert np.mean(np.all((bar > 0) & (bar < spec.size), axis=1)) == 1.0
    with av.open(str(BENCHMARK_FOLDER / f"{spec.name}.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == spec.size
        assert stream.frames == len(truth.frames.time_s)
