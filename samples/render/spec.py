"""The manifests: what each clip shows, one table a clip."""

import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).with_name("manifest.toml")
"""The six sample clips."""

MAKER = 4
"""Raised when the same line of a manifest makes another clip: 2 bent the bar, 3 gave hair and laces,
4 moved the hips forward."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One clip of a manifest.

    Attributes
    ----------
    name, lift, view
        The clip's name, `squat`, `deadlift` or `bench_press`, and `side`, `oblique`, `front` or `rear`.
    yaw_deg
        0 for an exact side view, 90 for an exact front view, -90 from behind.
    side
        The lifter's side that the camera sees.
    body, height_m
        Which exported body, scaled to which height.
    seed
        Seed of everything that is drawn by chance.
    reps, fps, size
        Reps, pictures a second, width and height in pixels.
    flaw, strength
        What the lifter does wrong in every rep and how strongly, in the unit of
        `samples.render.flaws.FLAWS`; an empty name is nothing.
    faults
        The rules of formcheck that this breaks: what the truth lists.
    plate_mm
        Diameter of the plates, 0 for an empty bar.
    pace
        Factor on the time of every phase.
    eye_m, distance_m
        Height of the camera and its distance from the lifter; 0 draws them.
    roll_deg, sway_m
        Tilt of the camera in the picture's plane, and how far a hand sways it to either side.
    varying_rate
        Whether the time between frames varies, as a phone's does in poor light.
    light, shutter, crf
        Factor on the room's light, share of the frame that the shutter is open, x264's quality.
    front
        What stands before the lifter: `post`, `rack` or nothing.
    bystander
        Who is nearer to the camera: `walking`, `seated` or nobody.
    small
        Whether the clip belongs to the benchmark's small set.
    """

    name: str
    lift: str
    view: str
    yaw_deg: float
    side: str
    body: str
    height_m: float
    seed: int
    reps: int
    fps: int
    size: tuple[int, int]
    flaw: str = ""
    strength: float = 0.0
    faults: tuple[str, ...] = ()
    plate_mm: int = 450
    pace: float = 1.0
    eye_m: float = 0.0
    distance_m: float = 0.0
    roll_deg: float = 0.0
    sway_m: float = 0.0
    varying_rate: bool = False
    light: float = 1.0
    shutter: float = 0.5
    crf: int = 22
    front: str = ""
    bystander: str = ""
    small: bool = False

    @property
    def recipe(self) -> dict[str, Any]:
        """All that makes the clip, as JSON gives it back."""
        fields = asdict(self)
        del fields["small"]
        fields["maker"] = MAKER
        return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}

    @property
    def plate_radius_m(self) -> float:
        """Radius of the plates in metres, 0 without plates."""
        return self.plate_mm / 2000


def load_manifest(path: Path = MANIFEST) -> dict[str, Spec]:
    """Clip name to its line in the manifest."""
    with path.open("rb") as file:
        rows = tomllib.load(file)["clip"]
    return {
        row["name"]: Spec(
            **{**row, "size": tuple(row["size"]), "faults": tuple(row.get("faults", ()))},
        )
        for row in rows
    }
