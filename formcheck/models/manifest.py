"""What the manifest says: which networks there are, by sha256, and which sources have them."""

import json
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from formcheck.errors import ModelCorrupt, ModelMissing, problems_of
from formcheck.models.graph import cut_segmentation
from formcheck.models.sources import Bundle, Sha256, Source, Strict
from formcheck.settings import Preset

DETECTOR = "pose_detector"
"""The network that finds people; every preset needs it."""

LANDMARKS = MappingProxyType[Preset, str](
    {
        "accurate": "pose_landmarks_heavy",
        "balanced": "pose_landmarks_full",
        "light": "pose_landmarks_lite",
    }
)
"""The landmark network of each preset."""


class Variant(Strict):
    """One published file of a network.

    Attributes
    ----------
    raw_sha256
        As published.
    sha256
        As kept in the cache: the segmentation decoder cut out where there is one.
    bytes
        Size of both.
    """

    raw_sha256: Sha256
    sha256: Sha256
    bytes: int = Field(gt=0)


class Network(Strict):
    """A network of the manifest.

    Attributes
    ----------
    title
        What it does, in a few words.
    file
        Its name in the cache.
    license
        SPDX name.
    card
        Address of its makers' model card.
    input
        Shape of the image that it takes: (batch, height, width, RGB).
    outputs
        Shapes of what it gives, in order.
    has_segmentation
        Whether the published file holds a segmentation decoder, which is cut out.
    variants
        The files that are accepted; all give the same outputs.
    """

    title: str
    file: str = Field(pattern=r"^\w+\.tflite$")
    license: str
    card: str
    input: tuple[int, int, int, int]
    outputs: tuple[tuple[int, ...], ...]
    has_segmentation: bool
    variants: tuple[Variant, ...] = Field(min_length=1)

    def prepare(self, raw: bytes) -> bytes:
        """Turn the published file into the one that the cache holds.

        Raises
        ------
        ModelCorrupt
            A segmentation decoder was expected in a file that is no landmark network.
        """
        return cut_segmentation(raw) if self.has_segmentation else raw


class Manifest(Strict):
    """All of the manifest.

    Attributes
    ----------
    schema_version
        Of this format.
    networks
        By name.
    sources
        In the order in which they are tried.
    """

    schema_version: Literal[1]
    networks: dict[str, Network]
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _sources_name_networks(self) -> Self:
        strays = set[str]().union(*(item.provides for item in self.sources)) - self.networks.keys()
        if strays:
            raise ValueError(f"sources provide unknown networks {sorted(strays)}")
        return self

    @property
    def bundles(self) -> dict[str, Bundle]:
        """The official bundles, by file name."""
        return {
            bundle.file: bundle
            for source in self.sources
            if source.kind == "bundles"
            for bundle in source.bundles
        }


def networks_of(preset: Preset) -> tuple[str, str]:
    """Names of the two networks that a preset runs: the detector and its landmark network."""
    return DETECTOR, LANDMARKS[preset]


def load_manifest(path: Path | None = None) -> Manifest:
    """Read a manifest, by default the one that comes with formcheck.

    Raises
    ------
    ModelMissing
        There is no such file.
    ModelCorrupt
        It is not TOML or breaks the schema; each offending key is named.
    """
    path = path or _shipped()
    try:
        # By way of JSON: there, strict pydantic takes an array for a tuple.
        return Manifest.model_validate_json(json.dumps(tomllib.loads(path.read_text("utf-8"))))
    except FileNotFoundError as error:
        raise ModelMissing(f"no manifest at {path}", "Reinstall formcheck.") from error
    except ValidationError as error:
        raise ModelCorrupt(f"{path} is not a valid manifest: {problems_of(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelCorrupt(f"{path} is not TOML: {error}") from error


def _shipped() -> Path:
    """In the package where formcheck is installed, in `models/` in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "manifest.toml"
    return installed if installed.exists() else package.parent / "models" / "manifest.toml"
