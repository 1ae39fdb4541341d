"""The stage: everything that a clip shows, on the graphics card."""

import numpy as np
from numpy.typing import NDArray

from samples.render.bar import Bend, Load, build_bar
from samples.render.camera import Camera
from samples.render.foreground import build_front, build_seat, draw_bystander
from samples.render.gym import build_bench, build_room, build_squat_rack
from samples.render.lifts import Moment
from samples.render.mesh import pack_vertices
from samples.render.outfit import DressedMesh
from samples.render.pose import Pose
from samples.render.renderer import Renderer, draw_lights
from samples.render.spec import Spec
from samples.render.textures import draw_textures


def _body_vertices(mesh: DressedMesh, pose: Pose) -> NDArray[np.float32]:
    """(n, 13) vertices of a dressed body in a pose."""
    positions, normals = mesh.posed(pose.transforms())
    flat = np.tile([0.0, 0.0, -1.0], (len(positions), 1))
    return pack_vertices(positions, normals, mesh.colors, flat, mesh.roughness)


class Stage:
    """Room, furniture, bar, lifter and whoever else is there; a context manager.

    Parameters
    ----------
    spec
        The clip's line in the manifest.
    mesh, load
        The dressed lifter and the plates.
    bend
        How far the plates bend the bar.
    camera
        Where the camera stands: what is before the lifter stands toward it.
    shoulder_z
        Where on the bench the shoulders lie, in metres.
    """

    def __init__(
        self, spec: Spec, mesh: DressedMesh, load: Load, bend: Bend, camera: Camera, shoulder_z: float
    ) -> None:
        rng = np.random.default_rng((spec.seed, 1))
        self._mesh = mesh
        self._drawn = False
        self.renderer = Renderer(spec.size, draw_textures(rng), draw_lights(rng, spec.light))
        put = self.renderer.put
        room = build_room(rng, camera.eye, platform=spec.lift != "bench_press")
        put("room", *room.arrays(), casts_shadow=False)
        if spec.lift == "squat":
            put("rack", *build_squat_rack(rng).arrays())
        elif spec.lift == "bench_press":
            put("bench", *build_bench(rng, shoulder_z).arrays())
        put("bar", *build_bar(load, bend))
        if spec.front:
            put("front", *build_front(spec.front, camera.eye, rng).arrays())
        self._bystander = draw_bystander(spec.bystander, camera.eye, rng) if spec.bystander else None
        if self._bystander and self._bystander.kind == "seated":
            put("seat", *build_seat().arrays())

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.renderer.__exit__()

    def _show(self, name: str, mesh: DressedMesh, pose: Pose) -> None:
        """Put or reshape a body."""
        vertices = _body_vertices(mesh, pose)
        if self._drawn:
            self.renderer.reshape(name, vertices)
        else:
            self.renderer.put(name, vertices, mesh.triangles)

    def draw(self, moment: Moment, camera: Camera, time_s: float) -> NDArray[np.uint8]:
        """(H, W, 3) picture of one instant."""
        self._show("body", self._mesh, moment.pose)
        self.renderer.move("bar", moment.bar, moment.bar_axes)
        if self._bystander:
            pose, place = self._bystander.at(time_s)
            self._show("bystander", self._bystander.mesh, pose)
            for name in ("bystander", "seat") if self._bystander.kind == "seated" else ("bystander",):
                self.renderer.move(name, place, self._bystander.turn)
        self._drawn = True
        return self.renderer.draw(camera)
