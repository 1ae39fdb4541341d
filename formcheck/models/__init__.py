"""The pose networks' weights: found, fetched, and verified.

`models/manifest.toml` names each network by sha256. The weights are fetched into a cache folder
from public sources; nothing is used whose sha256 is neither in the manifest nor vouched for by an
official bundle that is.

`manifest` reads the list, `sources` fetches bytes, `graph` cuts the segmentation decoder out,
`cache` looks after the folder, and `pull` fills it.
"""

from formcheck.models.cache import ModelStatus, find_model, verify_models
from formcheck.models.manifest import (
    DETECTOR,
    LANDMARKS,
    Manifest,
    Network,
    load_manifest,
    networks_of,
)
from formcheck.models.pull import build_bundle, ensure_models
from formcheck.models.sources import Progress

__all__ = [
    "DETECTOR",
    "LANDMARKS",
    "Manifest",
    "ModelStatus",
    "Network",
    "Progress",
    "build_bundle",
    "ensure_models",
    "find_model",
    "load_manifest",
    "networks_of",
    "verify_models",
]
