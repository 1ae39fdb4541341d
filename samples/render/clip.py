"""One clip from its line in the manifest: the scene is built, filmed and its truth written."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samples.render.camera import Camera, frame_scene
from samples.render.encode import ClipWriter, add_grain
from samples.render.gym import (
    Load,
    build_bar,
    build_bench,
    build_room,
    build_squat_rack,
    pick_load,
)
from samples.render.lifts import PLATE_RADIUS_M, BenchPress, Deadlift, Lift, Moment, Squat
from samples.render.mesh import pack_vertices
from samples.render.outfit import DressedMesh, dress, pick_outfit
from samples.render.renderer import Renderer, draw_lights
from samples.render.rig import Floats, Rig, load_rig
from samples.render.rotation import FRONT, LEFT, UP
from samples.render.tempo import Instant, Tempo, plan_tempo
from samples.render.textures import draw_textures
from samples.render.truth import Recorder, femur_to_torso, plate_offset, reps_truth

MANIFEST = Path(__file__).with_name("manifest.toml")

_SHALLOW = 0.70
_SHUTTER_SHARE = 0.5
_BLUR_STEPS = 2


@dataclass(frozen=True, slots=True)
class Spec:
    """One line of the manifest.

    Attributes
    ----------
    name, lift, view
        The clip's name, `squat`, `deadlift` or `bench_press`, and `side`, `oblique` or `front`.
    yaw_deg
        0 for an exact side view, 90 for an exact front view.
    side
        The lifter's side that the camera sees.
    body, height_m
        Which exported body, scaled to which height.
    fault
        Fault that the lifter shows in every rep, or empty.
    seed
        Seed of everything that is drawn by chance.
    reps, fps, size
        Reps, pictures a second, width and height in pixels.
    """

    name: str
    lift: str
    view: str
    yaw_deg: float
    side: str
    body: str
    height_m: float
    fault: str
    seed: int
    reps: int
    fps: int
    size: tuple[int, int]


def load_manifest(path: Path = MANIFEST) -> dict[str, Spec]:
    """Clip name to its line in the manifest."""
    with path.open("rb") as file:
        rows = tomllib.load(file)["clip"]
    return {row["name"]: Spec(**{**row, "size": tuple(row["size"])}) for row in rows}


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that a clip needs, drawn from its seed.

    Attributes
    ----------
    spec, rig, mesh, lift, tempo, camera, load
        The manifest's line, the body, its clothes, motion and timing, the camera, the plates.
    """

    spec: Spec
    rig: Rig
    mesh: DressedMesh
    lift: Lift
    tempo: Tempo
    camera: Camera
    load: Load

    def moment(self, time_s: float) -> Moment:
        """Return body and bar at a time of the clip."""
        return self.lift.at(self.tempo.at(time_s))

    def frame_times(self) -> Floats:
        """(T,) time of each frame in seconds."""
        count = round(self.tempo.duration_s * self.spec.fps)
        return np.arange(count) / self.spec.fps


def _make_lift(spec: Spec, rig: Rig, mesh: DressedMesh, rng: np.random.Generator) -> Lift:
    """Return the mechanism of the lift with its fault."""
    if spec.lift == "squat":
        return Squat(rig, mesh, rng, depth=_SHALLOW if spec.fault == "squat.depth_short" else 1.0)
    return (Deadlift if spec.lift == "deadlift" else BenchPress)(rig, mesh, rng)


def _visible_points(lift: Lift, load: Load) -> Floats:
    """(n, 3) what the picture must hold: joints, soles, plates at top, middle and bottom."""
    points = []
    for low in (0.0, 0.5, 1.0):
        moment = lift.at(Instant(0.0, low, rising=False))
        joints = moment.pose.positions
        points += [joints, joints * (1, 0, 1), moment.pose.joint("Head")[None] + 0.22 * UP]
        for out in (load.face_m * LEFT, -load.face_m * LEFT):
            rim = [PLATE_RADIUS_M * side for side in (UP, -UP, FRONT, -FRONT)]
            points.append(moment.bar + out + np.array(rim))
    return np.concatenate(points)


def build_scene(spec: Spec) -> Scene:
    """Draw the scene of a clip from its seed."""
    rng = np.random.default_rng(spec.seed)
    rig = load_rig(spec.body, spec.height_m)
    mesh = dress(rig, pick_outfit(rng))
    lift = _make_lift(spec, rig, mesh, rng)
    load = pick_load(rng)
    tempo = plan_tempo(spec.lift, spec.reps, rng)
    azimuth = np.radians(90 - spec.yaw_deg) * (1 if spec.side == "left" else -1)
    camera = frame_scene(
        azimuth,
        _visible_points(lift, load),
        spec.size,
        rng.uniform(4.0, 4.4),
        rng.uniform(0.95, 1.15),
    )
    return Scene(spec, rig, mesh, lift, tempo, camera, load)


def _body_vertices(mesh: DressedMesh, moment: Moment) -> NDArray[np.float32]:
    """(n, 13) vertices of the dressed body at a moment."""
    positions, normals = mesh.posed(moment.pose.transforms())
    flat = np.tile([0.0, 0.0, -1.0], (len(positions), 1))
    return pack_vertices(positions, normals, mesh.colors, flat, mesh.roughness)


def open_stage(scene: Scene) -> Renderer:
    """Return a renderer with room, furniture, bar and lifter in it."""
    rng = np.random.default_rng((scene.spec.seed, 1))
    renderer = Renderer(scene.spec.size, draw_textures(rng), draw_lights(rng))
    standing = scene.spec.lift != "bench_press"
    room = build_room(rng, scene.camera.eye, platform=standing)
    renderer.put("room", *room.arrays(), casts_shadow=False)
    if scene.spec.lift == "squat":
        renderer.put("rack", *build_squat_rack(rng).arrays())
    elif isinstance(scene.lift, BenchPress):
        bench = build_bench(rng, float(scene.lift.shoulder[2]))
        renderer.put("bench", *bench.arrays())
    renderer.put("bar", *build_bar(scene.load).arrays())
    start = _body_vertices(scene.mesh, scene.moment(0.0))
    renderer.put("body", start, scene.mesh.triangles)
    return renderer


def film(scene: Scene, renderer: Renderer, time_s: float) -> NDArray[np.float32]:
    """(H, W, 3) picture of one frame, blurred over a shutter centered on its time."""
    width, height = scene.spec.size
    picture = np.zeros((height, width, 3), dtype=np.float32)
    spread = _SHUTTER_SHARE / scene.spec.fps
    for step in range(_BLUR_STEPS):
        moment = scene.moment(time_s + spread * ((step + 0.5) / _BLUR_STEPS - 0.5))
        renderer.reshape("body", _body_vertices(scene.mesh, moment))
        renderer.move("bar", moment.bar)
        picture += renderer.draw(scene.camera).astype(np.float32) / _BLUR_STEPS
    return picture


def _facing(spec: Spec) -> str:
    """Return where in the picture the lifter's front points."""
    if spec.view == "front":
        return "camera"
    return "left" if spec.side == "left" else "right"


def scene_truth(scene: Scene, recorder: Recorder) -> dict[str, Any]:
    """Return the whole truth file of a clip."""
    spec, reps = scene.spec, scene.tempo.reps
    variant = {"squat": "high_bar", "deadlift": "conventional"}.get(spec.lift)
    faults = [{"id": spec.fault, "rep": n} for n in range(1, len(reps) + 1)] if spec.fault else []
    return {
        "schema": 1,
        "made": "rendered",
        "lift": spec.lift,
        **({"variant": variant} if variant else {}),
        "view": {"yaw_deg": spec.yaw_deg, "facing": _facing(spec), "name": spec.view},
        "lifter": {
            "height_m": round(scene.rig.height_m, 3),
            "femur_to_torso": round(femur_to_torso(scene.rig), 3),
        },
        "plate_diameter_m": 2 * PLATE_RADIUS_M,
        "reps": reps_truth(reps),
        "rep_metrics": [recorder.rep_metrics(rep, spec.lift) for rep in reps],
        "frames": recorder.frames(),
        "faults": faults,
        "note": "Angles from joint centers, keypoints on the surface: see samples/README.md.",
    }


def make_clip(spec: Spec, folder: Path) -> Iterator[float]:
    """Render a clip and its truth into `folder`; yields the share done after each frame."""
    scene = build_scene(spec)
    recorder = Recorder(scene.camera, plate_offset(scene.load.face_m, spec.side))
    times = scene.frame_times()
    grain = np.random.default_rng((spec.seed, 2))
    with (
        open_stage(scene) as renderer,
        ClipWriter(folder / f"{spec.name}.mp4", spec.fps, spec.size) as writer,
    ):
        for number, time_s in enumerate(times, start=1):
            recorder.add(float(time_s), scene.moment(float(time_s)))
            writer.write(add_grain(film(scene, renderer, float(time_s)), grain))
            yield number / len(times)
    truth = json.dumps(scene_truth(scene, recorder), separators=(",", ":"))
    (folder / f"{spec.name}.truth.json").write_text(truth + "\n", encoding="utf-8")
