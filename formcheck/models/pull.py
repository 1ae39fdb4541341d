"""Fetches what the cache lacks, source by source, and checks every byte before it is kept."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from formcheck.errors import ModelCorrupt, ModelError, ModelMissing
from formcheck.models.cache import (
    cached_bundles,
    check_models,
    file_sha256,
    unpack_bundle,
    write_whole,
)
from formcheck.models.graph import pack_bundle
from formcheck.models.manifest import LANDMARKS, Manifest, Network, load_manifest, networks_of
from formcheck.models.sources import Progress
from formcheck.settings import Preset


def ensure_models(
    names: Iterable[str],
    models_dir: Path,
    *,
    progress: Progress | None = None,
    manifest: Manifest | None = None,
) -> dict[str, Path]:
    """Return the verified files of the named networks; fetch those that the cache lacks.

    Processes that do so at the same time don't disturb each other: a file appears whole, in one
    step. A cached file with a wrong sha256 is replaced. An official bundle that lies in the folder
    is taken before any source is asked.

    Parameters
    ----------
    names
        Networks of the manifest.
    models_dir
        The cache folder; made when something has to be written.
    progress
        Called with (label, bytes done, bytes in all or None) while something is fetched.
    manifest
        By default the one that comes with formcheck.

    Returns
    -------
    dict
        Name to path, in the order of `names`.

    Raises
    ------
    ModelMissing
        An unknown name, no source within reach, or a folder that cannot be written.
    ModelCorrupt
        The cache or a source had bytes of another sha256, and no source had the right ones.
    """
    manifest = manifest or load_manifest()
    found = check_models(names, models_dir, manifest)
    pull = _Pull(manifest, models_dir, {item.name for item in found if item.state != "present"})
    pull.problems += [
        ModelCorrupt(f"{item.path}: {_mismatch(item.expected, item.sha256)}")
        for item in found
        if item.state == "corrupt"
    ]
    with _writing_to(models_dir):
        pull.run(progress or _silent)
    if pull.missing:
        raise pull.failure()
    return {item.name: item.path for item in found}


def build_bundle(
    preset: Preset,
    models_dir: Path,
    *,
    progress: Progress | None = None,
    manifest: Manifest | None = None,
) -> Path:
    """Return the `.task` file that MediaPipe's PoseLandmarker loads for a preset.

    The official bundle where the cache holds it; otherwise one made of the cached networks, with
    bit-identical landmarks and without segmentation masks. One made here is compared with a fresh
    one at each call, a fifth of a second, since no sha256 in the manifest can vouch for it.

    Raises
    ------
    ModelMissing, ModelCorrupt
        As `ensure_models` does, which is asked for the networks.
    """
    manifest = manifest or load_manifest()
    detector, landmarks = networks_of(preset)
    paths = ensure_models([detector, landmarks], models_dir, progress=progress, manifest=manifest)
    bundle = models_dir / f"{landmarks.replace('landmarks', 'landmarker')}.task"
    official = manifest.bundles.get(bundle.name)
    if official is None or file_sha256(bundle) != official.sha256:
        made = pack_bundle(paths[detector].read_bytes(), paths[landmarks].read_bytes())
        if file_sha256(bundle) != hashlib.sha256(made).hexdigest():
            with _writing_to(models_dir):
                write_whole(bundle, made)
    return bundle


@dataclass(slots=True)
class _Pull:
    """One attempt to fill the cache: what is still missing, and what went wrong so far."""

    manifest: Manifest
    models_dir: Path
    missing: set[str]
    problems: list[ModelError] = field(default_factory=list)

    def run(self, progress: Progress) -> None:
        """Ask the bundles in the cache, then each source that has something missing."""
        self._take("cache", cached_bundles(self.missing, self.models_dir, self.manifest))
        for source in self.manifest.sources:
            if wanted := frozenset(self.missing & source.provides):
                self._take(source.title, source.fetch(wanted, progress))

    def failure(self) -> ModelError:
        """Say what was tried, why it failed, and what can be done."""
        names, tried = ", ".join(sorted(self.missing)), "; ".join(map(str, self.problems))
        message = (
            f"no {names} in {self.models_dir}, and none could be fetched: {tried or 'no source holds them'}"
        )
        hint = (
            "Run `formcheck models pull` while online, or set FORMCHECK_MODELS_DIR to a folder "
            "that holds the networks."
        )
        if presets := [preset for preset in LANDMARKS if self._has(networks_of(preset))]:
            hint += f" Cached and ready: preset {', '.join(presets)}."
        corrupt = any(isinstance(problem, ModelCorrupt) for problem in self.problems)
        return (ModelCorrupt if corrupt else ModelMissing)(message, hint)

    def _take(self, title: str, items: Iterator[tuple[str, bytes]]) -> None:
        """Store what a source delivers; what is wrong with one item does not stop the next."""
        try:
            for key, data in items:
                try:
                    self._store(key, data)
                except ModelCorrupt as error:
                    self.problems.append(ModelCorrupt(f"{title}: {error}"))
        except ModelMissing as error:
            self.problems.append(ModelMissing(f"{title}: {error}"))

    def _store(self, key: str, data: bytes) -> None:
        """Check a network or a bundle and write it; a bundle is kept, and unpacked."""
        if key in self.manifest.networks:
            gained = {key: _prepare(self.manifest.networks[key], data)}
        else:
            bundle = self.manifest.bundles[key]
            _expect(key, data, [bundle.sha256])
            gained = unpack_bundle(bundle, data, self.manifest)
            if file_sha256(self.models_dir / key) != bundle.sha256:
                write_whole(self.models_dir / key, data)
        for name in self.missing & gained.keys():
            write_whole(self.models_dir / self.manifest.networks[name].file, gained[name])
            self.missing.remove(name)

    def _has(self, names: Collection[str]) -> bool:
        """Whether the cache holds all of these networks."""
        known = self.manifest.networks.keys() >= set(names)
        return known and all(
            item.state == "present" for item in check_models(names, self.models_dir, self.manifest)
        )


@contextmanager
def _writing_to(models_dir: Path) -> Iterator[None]:
    """Say which folder it was that could not be written, and what to do."""
    try:
        yield
    except OSError as error:
        raise ModelMissing(
            f"networks cannot be written to {models_dir}: {error}",
            "Set FORMCHECK_MODELS_DIR to a folder that can be written.",
        ) from error


def _prepare(network: Network, raw: bytes) -> bytes:
    """Turn a published file into the one that the cache holds, checking both."""
    variants = {variant.raw_sha256: variant.sha256 for variant in network.variants}
    found = _expect(network.file, raw, variants)
    prepared = network.prepare(raw)
    _expect(f"{network.file} as cut here", prepared, [variants[found]])
    return prepared


def _expect(label: str, data: bytes, accepted: Collection[str]) -> str:
    """Return the sha256 of the data, which must be an accepted one."""
    found = hashlib.sha256(data).hexdigest()
    if found not in accepted:
        raise ModelCorrupt(f"{label}: {_mismatch(accepted, found)}")
    return found


def _mismatch(expected: Iterable[str], found: str | None) -> str:
    return f"expected sha256 {' or '.join(expected)}, found {found}"


def _silent(label: str, done_bytes: int, total_bytes: int | None) -> None:
    """Progress that nobody watches."""
