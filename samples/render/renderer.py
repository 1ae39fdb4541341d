"""Draws meshes with OpenGL and no screen (EGL): two lamps with shadows, four samples a pixel."""

from dataclasses import dataclass
from typing import Any, cast

import moderngl
import numpy as np
from numpy.typing import NDArray

from samples.render.camera import Camera, look_at, orthographic
from samples.render.rotation import FRONT, UP, Matrix, Vector, unit
from samples.render.shaders import (
    SHADOW_FRAGMENT,
    SHADOW_VERTEX,
    SURFACE_FRAGMENT,
    SURFACE_VERTEX,
)
from samples.render.textures import TILE_PX

_SHADOW_PX = 1024
_SHADOW_CENTER = np.array([0.0, 0.9, 0.0])


@dataclass(frozen=True, slots=True, eq=False)
class Lights:
    """Two lamps far away, and the light of the room.

    Attributes
    ----------
    ways
        Unit directions (3,) from the scene toward each lamp.
    colors
        Linear RGB (3,) of each lamp.
    sky, ground
        Linear RGB (3,) of the light from above and from below.
    exposure
        Factor on everything.
    """

    ways: tuple[Vector, Vector]
    colors: tuple[Vector, Vector]
    sky: Vector
    ground: Vector
    exposure: float


def draw_lights(rng: np.random.Generator, brightness: float = 1.0) -> Lights:
    """Draw a room's lights: a main lamp on one side, a weaker one on the other."""
    angle = rng.uniform(0, 2 * np.pi)
    white = rng.uniform(0.94, 1.05, 3)
    side = np.array([np.cos(angle), 0.0, np.sin(angle)])
    return Lights(
        ways=(unit(UP + 0.7 * side), unit(UP - 0.3 * side)),
        colors=(
            np.array([1.0, 0.95, 0.88]) * white * rng.uniform(1.1, 1.5),
            np.array([0.9, 0.95, 1.0]) * white * rng.uniform(0.5, 0.8),
        ),
        sky=np.array([0.42, 0.45, 0.50]) * white * rng.uniform(0.8, 1.1),
        ground=np.array([0.17, 0.15, 0.135]) * white,
        exposure=rng.uniform(0.95, 1.15) * brightness,
    )


@dataclass(slots=True, eq=False)
class _Thing:
    """One mesh on the graphics card."""

    vertices: Any
    surface: Any
    shadow: Any
    model: Matrix
    casts_shadow: bool


def _bytes(matrix: Matrix) -> bytes:
    """Return a matrix as OpenGL reads it, column by column."""
    return np.ascontiguousarray(matrix.T, dtype=np.float32).tobytes()


class Renderer:
    """Draws the things put into it.

    Parameters
    ----------
    size_px
        Width and height of the pictures.
    textures
        (layers, TILE_PX, TILE_PX, 3) uint8 textures.
    lights
        The room's light.
    """

    def __init__(self, size_px: tuple[int, int], textures: NDArray[np.uint8], lights: Lights) -> None:
        self.size_px, self._lights = size_px, lights
        self._things: dict[str, _Thing] = {}
        context: Any = cast("Any", moderngl).create_context(standalone=True, backend="egl")
        self._context = context
        self._surface: Any = context.program(SURFACE_VERTEX, SURFACE_FRAGMENT)
        self._shadow: Any = context.program(SHADOW_VERTEX, SHADOW_FRAGMENT)
        self._samples = context.framebuffer(
            [context.renderbuffer(size_px, 4, samples=4)],
            context.depth_renderbuffer(size_px, samples=4),
        )
        self._picture = context.framebuffer([context.renderbuffer(size_px, 4)])
        self._shadow_maps = [self._shadow_map() for _ in lights.ways]
        self._textures = context.texture_array((TILE_PX, TILE_PX, len(textures)), 3, textures.tobytes())
        self._textures.build_mipmaps()
        self._textures.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._set_lights()

    def __enter__(self) -> "Renderer":
        return self

    def __exit__(self, *_: object) -> None:
        self._context.release()

    def _shadow_map(self) -> tuple[Any, Any]:
        """Return a depth texture and the framebuffer that draws into it."""
        texture = self._context.depth_texture((_SHADOW_PX, _SHADOW_PX))
        texture.compare_func = "<="
        texture.repeat_x = texture.repeat_y = False
        return texture, self._context.framebuffer(depth_attachment=texture)

    def _lamp_view(self, way: Vector) -> Matrix:
        """Return the (4, 4) parallel view from a lamp."""
        up = UP if abs(way[1]) < 0.95 else FRONT
        return orthographic(2.4, 1.0, 12.0) @ look_at(_SHADOW_CENTER + 6 * way, _SHADOW_CENTER, up)

    def _set_lights(self) -> None:
        """Write what never changes between frames into the surface program."""
        lights, program = self._lights, self._surface
        program["lamp_way"] = [tuple(map(float, way)) for way in lights.ways]
        program["lamp_color"] = [tuple(map(float, color)) for color in lights.colors]
        program["sky"] = tuple(map(float, lights.sky))
        program["ground"] = tuple(map(float, lights.ground))
        program["exposure"] = lights.exposure
        program["shadow_0"], program["shadow_1"], program["textures"] = 0, 1, 2
        program["lamp_view"].write(b"".join(_bytes(self._lamp_view(way)) for way in lights.ways))

    def put(
        self,
        name: str,
        vertices: NDArray[np.float32],
        triangles: NDArray[np.integer[Any]],
        *,
        casts_shadow: bool = True,
    ) -> None:
        """Add a mesh of (n, 13) vertices and (m, 3) triangles under `name`."""
        context = self._context
        buffer = context.buffer(vertices.tobytes())
        order = context.buffer(np.ascontiguousarray(triangles, dtype=np.int32).tobytes())
        fields = (buffer, "3f 3f 3f 4f", "position", "normal", "color", "material")
        self._things[name] = _Thing(
            buffer,
            context.vertex_array(self._surface, [fields], order),
            context.vertex_array(self._shadow, [(buffer, "3f 40x", "position")], order),
            np.eye(4),
            casts_shadow,
        )

    def reshape(self, name: str, vertices: NDArray[np.float32]) -> None:
        """Give the mesh `name` new vertices, as many as before."""
        self._things[name].vertices.write(vertices.tobytes())

    def move(self, name: str, position: Vector, turn: Matrix | None = None) -> None:
        """Put the origin of the mesh `name` at `position` (3,), turned by `turn`."""
        model = self._things[name].model
        model[:3, 3] = position
        if turn is not None:
            model[:3, :3] = turn

    def draw(self, camera: Camera) -> NDArray[np.uint8]:
        """(height, width, 3) RGB picture of everything."""
        self._context.enable(moderngl.DEPTH_TEST)
        self._draw_shadows()
        self._samples.use()
        self._samples.clear(0.6, 0.6, 0.6, 1.0, depth=1.0)
        self._surface["camera"].write(_bytes(camera.projection))
        self._surface["eye"] = tuple(map(float, camera.eye))
        for unit_number, (texture, _) in enumerate(self._shadow_maps):
            texture.use(unit_number)
        self._textures.use(len(self._shadow_maps))
        for thing in self._things.values():
            self._surface["model"].write(_bytes(thing.model))
            thing.surface.render()
        self._context.copy_framebuffer(self._picture, self._samples)
        width, height = self.size_px
        pixels = np.frombuffer(self._picture.read(components=3), dtype=np.uint8)
        return pixels.reshape(height, width, 3)[::-1]

    def _draw_shadows(self) -> None:
        """Draw what each lamp sees into its shadow map."""
        for way, (_, target) in zip(self._lights.ways, self._shadow_maps, strict=True):
            target.use()
            target.clear(depth=1.0)
            self._shadow["camera"].write(_bytes(self._lamp_view(way)))
            for thing in self._things.values():
                if thing.casts_shadow:
                    self._shadow["model"].write(_bytes(thing.model))
                    thing.shadow.render()
