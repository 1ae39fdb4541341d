"""One clip from its line in the manifest: the scene is built, filmed and its truth written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from samples.render.bar import Bend, Load, bend_under, pick_load
from samples.render.bench import BenchPress
from samples.render.camera import Camera, Hand, frame_scene, rolled
from samples.render.deadlift import Deadlift
from samples.render.encode import GRAIN, TICK, ClipWriter, add_grain
from samples.render.flaws import FLAWS, inject, is_timing
from samples.render.lifts import PLATE_RADIUS_M, Flaw, Lift, Moment
from samples.render.outfit import DressedMesh, dress, pick_outfit
from samples.render.rig import Floats, Rig, load_rig
from samples.render.rotation import FRONT, LEFT, UP
from samples.render.spec import Spec
from samples.render.squat import Squat
from samples.render.stage import Stage
from samples.render.tempo import Instant, Tempo, plan_tempo
from samples.render.truth import Recorder, femur_to_torso, reps_truth

_FILL, _FILL_BY_HAND = 0.92, 0.86
_SUPPORT_M = 0.20
"""How far from its middle the bar leaves the back of a lifter who squats; about the shoulder joints."""
_LONGER = (1, 1, 1, 1, 1, 2)
"""Steps between frames of a varying rate: one in six frames is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that a clip needs, drawn from its seed.

    Attributes
    ----------
    spec, rig, mesh, lift, tempo, camera, hand, load, bend
        The manifest's line, the body, its clothes, motion and timing, the camera and the hand that
        holds it, the plates and how far they bend the bar.
    """

    spec: Spec
    rig: Rig
    mesh: DressedMesh
    lift: Lift
    tempo: Tempo
    camera: Camera
    hand: Hand
    load: Load
    bend: Bend

    def moment(self, time_s: float) -> Moment:
        """Return body and bar at a time of the clip."""
        return self.lift.at(self.tempo.at(time_s))

    def camera_at(self, time_s: float) -> Camera:
        """Return the camera as it is held at a time of the clip."""
        return self.hand.hold(self.camera, time_s)

    def frame_times(self) -> Floats:
        """(T,) time of each frame in seconds."""
        fps, seconds = self.spec.fps, self.tempo.duration_s
        if not self.spec.varying_rate:
            return np.arange(round(seconds * fps)) / fps
        rng = np.random.default_rng((self.spec.seed, 3))
        steps = rng.choice(_LONGER, round(seconds * fps)) * rng.uniform(0.9, 1.1, round(seconds * fps))
        ticks = np.round(np.concatenate([[0.0], np.cumsum(steps)]) / fps / float(TICK))
        times: Floats = ticks[ticks * float(TICK) < seconds] * float(TICK)
        return times

    def recorder(self) -> Recorder:
        """Return an empty recorder of this scene's truth."""
        sign = 1.0 if self.spec.side == "left" else -1.0
        return Recorder(self.bend.end(sign * self.load.face_m), self.spec.plate_radius_m)


def _make_lift(spec: Spec, rig: Rig, mesh: DressedMesh, rng: np.random.Generator) -> Lift:
    """Return the mechanism of the lift."""
    if spec.lift == "deadlift":
        return Deadlift(rig, mesh, rng, floor_m=spec.plate_radius_m)
    return (Squat if spec.lift == "squat" else BenchPress)(rig, mesh, rng)


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


def _place_camera(spec: Spec, points: Floats, rng: np.random.Generator) -> Camera:
    """Aim the camera; what the manifest leaves open is drawn."""
    azimuth = np.radians(90 - spec.yaw_deg) * (1 if spec.side == "left" else -1)
    distance, height = rng.uniform(4.0, 4.4), rng.uniform(0.95, 1.15)
    steady = not (spec.sway_m or spec.roll_deg)
    camera = frame_scene(
        azimuth,
        points,
        spec.size,
        spec.distance_m or distance,
        spec.eye_m or height,
        _FILL if steady else _FILL_BY_HAND,
    )
    return camera if not spec.roll_deg else rolled(camera, float(np.radians(spec.roll_deg)))


def build_scene(spec: Spec) -> Scene:
    """Draw the scene of a clip from its seed."""
    rng = np.random.default_rng(spec.seed)
    rig = load_rig(spec.body, spec.height_m)
    mesh = dress(rig, pick_outfit(rng))
    lift = _make_lift(spec, rig, mesh, rng)
    load = pick_load(rng, spec.plate_radius_m)
    down_s = spec.strength if is_timing(spec.flaw) else None
    bend = bend_under(load, _SUPPORT_M if spec.lift == "squat" else lift.grip_m)
    if isinstance(lift, Deadlift):
        # The slack is out: hands are as far above the plates on the floor as in the air.
        lift.floor_m -= float(bend.end(load.face_m)[1])
        lift.show(Flaw())
    tempo = inject(spec.flaw, spec.strength, lift, plan_tempo(spec.lift, spec.reps, rng, spec.pace, down_s))
    camera = _place_camera(spec, _visible_points(lift, load), rng)
    hand = Hand(spec.sway_m, np.random.default_rng((spec.seed, 4)))
    return Scene(spec, rig, mesh, lift, tempo, camera, hand, load, bend)


def open_stage(scene: Scene) -> Stage:
    """Return the stage of a scene: room, furniture, bar, lifter and whoever else is there."""
    shoulder_z = float(scene.lift.shoulder[2]) if isinstance(scene.lift, BenchPress) else 0.0
    return Stage(scene.spec, scene.mesh, scene.load, scene.bend, scene.camera, shoulder_z)


def film(scene: Scene, stage: Stage, time_s: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """(H, W, 3) picture of one frame, blurred over a shutter centered on its time."""
    width, height = scene.spec.size
    picture = np.zeros((height, width, 3), dtype=np.float32)
    spread = scene.spec.shutter / scene.spec.fps
    steps = max(2, round(4 * scene.spec.shutter))
    for step in range(steps):
        instant = time_s + spread * ((step + 0.5) / steps - 0.5)
        view = stage.draw(scene.moment(instant), scene.camera_at(instant), instant)
        picture += view.astype(np.float32) / steps
    return picture


def _facing(spec: Spec) -> str:
    """Return where in the picture the lifter's front points."""
    if spec.view in ("front", "rear"):
        return "camera" if spec.view == "front" else "away"
    return "left" if spec.side == "left" else "right"


def _injected(spec: Spec) -> dict[str, Any]:
    """Return what the lifter does wrong, and how strongly."""
    return {"name": spec.flaw, "strength": spec.strength, "unit": FLAWS[spec.flaw].unit}


def scene_truth(scene: Scene, recorder: Recorder) -> dict[str, Any]:
    """Return the whole truth file of a clip."""
    spec = scene.spec
    reps = tuple(recorder.turned(rep, spec.lift) for rep in scene.tempo.reps)
    variant = {"squat": "high_bar", "deadlift": "conventional"}.get(spec.lift)
    return {
        "schema": 1,
        "made": "rendered",
        "lift": spec.lift,
        **({"variant": variant} if variant else {}),
        "view": {"yaw_deg": spec.yaw_deg, "facing": _facing(spec), "name": spec.view},
        "lifter": {
            "height_m": round(scene.rig.height_m, 3),
            "femur_to_torso": round(femur_to_torso(scene.rig), 3),
            "thigh_m": round(scene.rig.length("LeftUpLeg", "LeftLeg"), 4),
            "body": spec.body,
        },
        **({"plate_diameter_m": 2 * spec.plate_radius_m} if spec.plate_mm else {}),
        "reps": reps_truth(reps),
        "rep_metrics": [recorder.rep_metrics(rep, spec.lift) for rep in reps],
        "frames": recorder.frames(),
        **({"injected": _injected(spec)} if spec.flaw else {}),
        "faults": [{"id": fault, "rep": n} for n in range(1, len(reps) + 1) for fault in spec.faults],
        "note": "Angles from joint centers, keypoints on the surface: see samples/README.md.",
    }


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file under another name, then give it its own."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")
    draft.replace(path)


def make_clip(spec: Spec, folder: Path, notes: bool = False) -> Iterator[float]:
    """Render a clip and its truth into `folder`; yields the share done after each frame.

    The truth is written last: where it stands, the clip is whole. `notes` adds `<name>.scene.json` with the
    manifest's line.
    """
    scene = build_scene(spec)
    recorder = scene.recorder()
    times = scene.frame_times()
    grain = np.random.default_rng((spec.seed, 2))
    # A phone brightens a dim picture, and its noise with it.
    noise = GRAIN / np.sqrt(spec.light)
    draft = folder / f".{spec.name}.part.mp4"
    with (
        open_stage(scene) as stage,
        ClipWriter(draft, spec.fps, spec.size, spec.crf, spec.varying_rate) as writer,
    ):
        for number, time_s in enumerate(map(float, times), start=1):
            recorder.add(time_s, scene.moment(time_s), scene.camera_at(time_s))
            writer.write(add_grain(film(scene, stage, time_s), grain, noise), time_s)
            yield number / len(times)
    draft.replace(folder / f"{spec.name}.mp4")
    if notes:
        _write_json(folder / f"{spec.name}.scene.json", {"spec": scene.spec.recipe})
    _write_json(folder / f"{spec.name}.truth.json", scene_truth(scene, recorder))
