"""A make-believe model site: tiny networks, the bundles that hold them, and a manifest of both."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

from tiny_networks import DETECTOR_SHAPES, LANDMARK_SHAPES, tiny_network

from formcheck.models import DETECTOR, Manifest
from formcheck.models.graph import cut_segmentation

FULL, LITE = "pose_landmarks_full", "pose_landmarks_lite"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


RAW = {
    DETECTOR: tiny_network(DETECTOR_SHAPES),
    LITE: tiny_network(LANDMARK_SHAPES, seed=1),
    FULL: tiny_network(LANDMARK_SHAPES, seed=2),
}
CUT = {name: raw if name == DETECTOR else cut_segmentation(raw) for name, raw in RAW.items()}


def entry(name: str) -> dict[str, object]:
    """The manifest's words on a tiny network."""
    raw, cut = RAW[name], CUT[name]
    return {
        "title": name,
        "file": f"{name}.tflite",
        "license": "Apache-2.0",
        "card": "",
        "input": [1, 1, 1, 3],
        "outputs": [],
        "has_segmentation": name != DETECTOR,
        "variants": [{"raw_sha256": sha256(raw), "sha256": sha256(cut), "bytes": len(raw)}],
    }


def bundle_file(landmarks: str) -> str:
    """The official name."""
    return f"{landmarks.replace('landmarks', 'landmarker')}.task"


def task(landmarks: str) -> bytes:
    """An official bundle, as its makers would publish it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr(zipfile.ZipInfo("d.tflite"), RAW[DETECTOR])
        bundle.writestr(zipfile.ZipInfo("l.tflite"), RAW[landmarks])
    return archive.getvalue()


class Site:
    """A folder that plays the model site: bundles by file address, and the manifest of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = {
            "networks": {name: entry(name) for name in RAW},
            "schema_version": 1,
            "sources": [],
        }

    def add_source(self, title: str, bundles: dict[str, bytes], served: bytes | None = None) -> None:
        """Publish bundles by landmark network; `served` are the wrong bytes that are there instead."""
        entries = []
        for name, data in bundles.items():
            path = self.folder / f"{title} {name}"
            path.write_bytes(data if served is None else served)
            members = {DETECTOR: "d.tflite", name: "l.tflite"}
            file = bundle_file(name)
            bundle = {"file": file, "url": path.as_uri(), "sha256": sha256(data), "members": members}
            entries.append(bundle)
        source = {"kind": "bundles", "title": title, "bundles": entries}
        self.content["sources"].append(source)

    @property
    def manifest(self) -> Manifest:
        return Manifest.model_validate_json(json.dumps(self.content))

    def close(self) -> None:
        """Take everything off the site."""
        for path in self.folder.iterdir():
            path.unlink()
