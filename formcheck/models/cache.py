"""The folder that holds the networks: what lies there, whether it is right, how it is written."""

import hashlib
import io
import os
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from formcheck.errors import ModelCorrupt, ModelMissing
from formcheck.models.manifest import Manifest, load_manifest
from formcheck.models.sources import Bundle


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """How a network stands in the cache.

    Attributes
    ----------
    name
        Of the network.
    path
        Where it lies or would lie.
    state
        "present" with an accepted sha256, "missing", or "corrupt".
    expected
        The sha256 that are accepted.
    sha256
        The one found; None if missing.
    bytes
        Its size; None if missing.
    """

    name: str
    path: Path
    state: Literal["present", "missing", "corrupt"]
    expected: tuple[str, ...]
    sha256: str | None = None
    bytes: int | None = None


def find_model(name: str, models_dir: Path, *, manifest: Manifest | None = None) -> Path | None:
    """Where a network lies in the cache; None if it is missing or has a wrong sha256.

    Raises
    ------
    ModelMissing
        The manifest knows no network of that name.
    """
    [status] = check_models([name], models_dir, manifest or load_manifest())
    return status.path if status.state == "present" else None


def verify_models(models_dir: Path, *, manifest: Manifest | None = None) -> list[ModelStatus]:
    """Check every network of the manifest by its sha256; nothing is fetched or written."""
    manifest = manifest or load_manifest()
    return check_models(manifest.networks, models_dir, manifest)


def check_models(names: Iterable[str], models_dir: Path, manifest: Manifest) -> list[ModelStatus]:
    """Check the named networks, each once.

    Raises
    ------
    ModelMissing
        The manifest knows no network of that name.
    """
    names = list(dict.fromkeys(names))
    unknown = [name for name in names if name not in manifest.networks]
    if unknown:
        raise ModelMissing(
            f"no network is called {', '.join(unknown)}",
            f"The networks are {', '.join(manifest.networks)}.",
        )
    return [_status(name, models_dir, manifest) for name in names]


def cached_bundles(names: Iterable[str], models_dir: Path, manifest: Manifest) -> Iterator[tuple[str, bytes]]:
    """Yield (file, bytes) of the official bundles in the cache that hold one of the networks."""
    names = set(names)
    for file, bundle in manifest.bundles.items():
        if names & bundle.members.keys() and file_sha256(models_dir / file) == bundle.sha256:
            yield file, (models_dir / file).read_bytes()


def unpack_bundle(bundle: Bundle, data: bytes, manifest: Manifest) -> dict[str, bytes]:
    """Take the networks out of an official bundle, as the cache keeps them.

    Raises
    ------
    ModelCorrupt
        It is no zip, or lacks a member, or a member is not the network that it should be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                name: manifest.networks[name].prepare(archive.read(member))
                for name, member in bundle.members.items()
            }
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelCorrupt(f"{bundle.file} is not the expected archive: {error}") from error


def file_sha256(path: Path) -> str | None:
    """Hash a file; None if there is none that can be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that others see whole or not at all, also after a power cut; make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _status(name: str, models_dir: Path, manifest: Manifest) -> ModelStatus:
    network = manifest.networks[name]
    path = models_dir / network.file
    expected = tuple(variant.sha256 for variant in network.variants)
    found = file_sha256(path)
    if found is None:
        return ModelStatus(name, path, "missing", expected)
    if found not in expected:
        # It may come out of an official bundle, whose own sha256 then vouches for it.
        expected += tuple(
            hashlib.sha256(unpack_bundle(manifest.bundles[file], data, manifest)[name]).hexdigest()
            for file, data in cached_bundles([name], models_dir, manifest)
        )
    state: Literal["present", "corrupt"] = "present" if found in expected else "corrupt"
    return ModelStatus(name, path, state, expected, found, path.stat().st_size)
