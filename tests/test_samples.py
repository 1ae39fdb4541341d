"""The rendered sample clips: clip and truth agree, and the truth agrees with itself."""

import itertools
import json
import tomllib
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from formcheck.skeleton import KEYPOINTS

SAMPLES = Path(__file__).parents[1] / "samples"
TRUTHS = sorted(SAMPLES.glob("*.truth.json"))
ANGLES = {
    "trunk_lean",
    *(f"{s}_{j}_flexion" for s in ("left", "right") for j in ("knee", "hip", "elbow")),
}
BYTES_ALLOWED = 4_000_000


def clip_of(truth_path: Path) -> Path:
    return truth_path.with_name(truth_path.name.replace(".truth.json", ".mp4"))


@pytest.fixture(scope="module", params=TRUTHS, ids=lambda path: path.name.split(".")[0])
def sample(request: pytest.FixtureRequest) -> tuple[Path, dict[str, Any]]:
    path: Path = request.param
    return clip_of(path), json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def truth(sample: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    return sample[1]


def picture_size(clip: Path) -> np.ndarray:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        return np.array([stream.width, stream.height])


def bar_height_at(truth: dict[str, Any], instant_s: float) -> float:
    frames = truth["frames"]
    return float(np.interp(instant_s, frames["time_s"], np.array(frames["bar_m"])[:, 1]))


def test_every_clip_of_the_manifest_is_there_and_small():
    manifest = tomllib.loads((SAMPLES / "render" / "manifest.toml").read_text(encoding="utf-8"))
    names = {row["name"] for row in manifest["clip"]}
    assert {path.name.split(".")[0] for path in TRUTHS} == names
    files = [*TRUTHS, *map(clip_of, TRUTHS)]
    assert sum(path.stat().st_size for path in files) < BYTES_ALLOWED


def test_clip_decodes_to_the_frames_of_its_truth(sample):
    clip, truth = sample
    with av.open(str(clip)) as container:
        stamps = [float(frame.time) for frame in container.decode(video=0)]
    times = truth["frames"]["time_s"]
    assert len(stamps) == len(times)
    np.testing.assert_allclose(stamps, times, atol=0.001)


def test_every_track_has_one_value_a_frame(truth):
    frames = truth["frames"]
    count = len(frames["time_s"])
    assert tuple(frames["keypoints_px"]) == KEYPOINTS
    assert set(frames["angles_deg"]) == ANGLES
    tracks = [frames[name] for name in ("bar_px", "bar_m", "plate_radius_px")]
    tracks += [*frames["keypoints_px"].values(), *frames["angles_deg"].values()]
    assert {len(track) for track in tracks} == {count}


def test_reps_are_ordered_and_inside_the_clip(truth):
    reps = truth["reps"]
    instants = [rep[key] for rep in reps for key in ("start_s", "turn_s", "end_s")]
    assert all(earlier < later for earlier, later in itertools.pairwise(instants))
    assert instants[0] >= 0.7
    assert instants[-1] <= truth["frames"]["time_s"][-1] - 0.6
    assert len(truth["rep_metrics"]) == len(reps)


def test_lifter_stands_still_before_the_first_rep(truth):
    frames = truth["frames"]
    before = np.array(frames["time_s"]) <= truth["reps"][0]["start_s"]
    assert np.ptp(np.array(frames["bar_m"])[before], axis=0).max() < 0.01


def test_bar_turns_at_the_rep_turn(truth):
    time, height = np.array(truth["frames"]["time_s"]), np.array(truth["frames"]["bar_m"])[:, 1]
    for rep in truth["reps"]:
        inside = (time >= rep["start_s"]) & (time <= rep["end_s"])
        extreme = height[inside].max() if truth["lift"] == "deadlift" else height[inside].min()
        assert bar_height_at(truth, rep["turn_s"]) == pytest.approx(extreme, abs=0.002)


def test_rep_metrics_follow_from_the_bar(truth):
    for rep, metrics in zip(truth["reps"], truth["rep_metrics"], strict=True):
        up = ("start_s", "turn_s") if truth["lift"] == "deadlift" else ("turn_s", "end_s")
        begin, finish = (rep[key] for key in up)
        rise = bar_height_at(truth, finish) - bar_height_at(truth, begin)
        assert metrics["rom_m"] == pytest.approx(rise, abs=0.002)
        assert metrics["mean_velocity_mps"] == pytest.approx(rise / (finish - begin), abs=0.005)


def test_bar_and_keypoints_are_inside_the_picture(sample):
    clip, truth = sample
    size = picture_size(clip)
    bar = np.array(truth["frames"]["bar_px"])
    assert np.all((bar > 0) & (bar < size))
    keypoints = np.array(list(truth["frames"]["keypoints_px"].values()))
    assert np.mean(np.all((keypoints > 0) & (keypoints < size), axis=-1)) > 0.98


def test_pixels_and_metres_of_the_bar_have_the_scale_of_the_plate(truth):
    frames = truth["frames"]
    travel = np.ptp(np.array(frames["bar_px"])[:, 1]) / np.ptp(np.array(frames["bar_m"])[:, 1])
    by_plate = np.median(frames["plate_radius_px"]) / (truth["plate_diameter_m"] / 2)
    assert travel == pytest.approx(by_plate, rel=0.04)


def test_lifter_faces_where_the_truth_says(truth):
    points = {name: np.array(xy) for name, xy in truth["frames"]["keypoints_px"].items()}
    if truth["lift"] == "bench_press":
        forward = points["left_knee"] + points["right_knee"] - 2 * points["nose"]
    else:
        forward = sum(points[f"{s}_toe"] - points[f"{s}_heel"] for s in ("left", "right"))
    sign = {"left": -1, "right": 1}.get(truth["view"]["facing"])
    if sign is None:
        assert np.abs(np.median(forward[:, 0])) < 20
    else:
        assert np.all(sign * forward[:, 0] > 0)


def test_knee_angle_in_a_side_picture_is_near_the_true_one(truth):
    if truth["view"]["name"] != "side" or truth["lift"] == "bench_press":
        pytest.skip("the picture of the knee is foreshortened in this view")
    points = {name: np.array(xy) for name, xy in truth["frames"]["keypoints_px"].items()}
    for side in ("left", "right"):
        thigh = points[f"{side}_hip"] - points[f"{side}_knee"]
        shin = points[f"{side}_ankle"] - points[f"{side}_knee"]
        lengths = np.linalg.norm(thigh, axis=1) * np.linalg.norm(shin, axis=1)
        seen = 180 - np.degrees(np.arccos(np.sum(thigh * shin, axis=1) / lengths))
        true = np.array(truth["frames"]["angles_deg"][f"{side}_knee_flexion"])
        assert np.mean(np.abs(seen - true)) < 10


def test_depth_tells_the_fault(truth):
    if truth["lift"] != "squat":
        pytest.skip("only a squat has a depth")
    short = {fault["rep"] for fault in truth["faults"] if fault["id"] == "squat.depth_short"}
    for number, metrics in enumerate(truth["rep_metrics"], start=1):
        assert metrics["depth_m"] < -0.05 if number in short else metrics["depth_m"] > 0.05


def scene_of(clip: Any, name: str) -> Any:
    from samples.render.spec import load_manifest

    return clip.build_scene(load_manifest()[name])


def render_or_skip() -> Any:
    pytest.importorskip("moderngl", reason="rendering needs the extra [render]")
    clip = pytest.importorskip("samples.render.clip", reason="run from the checkout's root")
    from samples.render.rig import BODY_FOLDER, has_bodies

    if not has_bodies():
        pytest.skip(f"no bodies in {BODY_FOLDER}: run python -m samples.render.export_bodies")
    return clip


@pytest.mark.parametrize("name", ["squat_side", "deadlift_oblique", "bench_press_side"])
def test_projected_plate_center_is_where_it_is_rendered(name):
    clip = render_or_skip()
    from samples.render.mesh import Finish, Mesh
    from samples.render.renderer import Renderer, draw_lights
    from samples.render.textures import draw_textures
    from samples.render.truth import bar_end

    scene = scene_of(clip, name)
    center = bar_end(scene.moment(1.5), scene.recorder().end_m)
    disc = Mesh()
    disc.add_ring((0, 0, 0), (1, 0, 0), 0.0, 0.06, Finish((1.0, 0.0, 0.0)))
    rng = np.random.default_rng(0)
    with Renderer(scene.spec.size, draw_textures(rng), draw_lights(rng)) as renderer:
        renderer.put("disc", *disc.arrays())
        renderer.move("disc", center)
        picture = renderer.draw(scene.camera).astype(int)
    rows, columns = np.nonzero(picture[..., 0] - picture[..., 1] > 60)
    found = np.array([columns.mean(), rows.mean()]) + 0.5
    np.testing.assert_allclose(found, scene.camera.project(center), atol=1.0)


@pytest.mark.parametrize("name", ["squat_side", "deadlift_oblique", "bench_press_side"])
def test_hands_hold_the_bar_and_bones_keep_their_length(name):
    clip = render_or_skip()
    from samples.render.tempo import Instant

    scene = scene_of(clip, name)
    for low in np.linspace(0, 1, 6):
        pose = scene.lift.at(Instant(0.0, float(low), rising=True)).pose
        assert pose.miss_m < 0.005
        for bone, following in (("LeftLeg", "LeftFoot"), ("RightArm", "RightForeArm")):
            length = np.linalg.norm(pose.joint(following) - pose.joint(bone))
            assert length == pytest.approx(scene.rig.length(bone, following), abs=1e-6)


def test_truth_is_what_the_renderer_still_gives(truth, request):
    clip = render_or_skip()
    name = request.node.callspec.id
    scene = scene_of(clip, name)
    recorder = scene.recorder()
    picked = [0, 60, 150]
    for index in picked:
        time_s = float(scene.frame_times()[index])
        recorder.add(time_s, scene.moment(time_s), scene.camera_at(time_s))
    fresh, stored = recorder.frames(), truth["frames"]
    for key in ("time_s", "bar_px", "bar_m", "plate_radius_px"):
        np.testing.assert_allclose(fresh[key], [stored[key][i] for i in picked], atol=0.011)
    for key in KEYPOINTS:
        expected = [stored["keypoints_px"][key][i] for i in picked]
        np.testing.assert_allclose(fresh["keypoints_px"][key], expected, atol=0.11)


def test_deadlift_starts_with_the_plates_on_the_floor():
    clip = render_or_skip()
    from samples.render.truth import bar_end

    scene = scene_of(clip, "deadlift_side")
    center = bar_end(scene.moment(0.0), scene.recorder().end_m)
    assert center[1] == pytest.approx(clip.PLATE_RADIUS_M, abs=0.002)
