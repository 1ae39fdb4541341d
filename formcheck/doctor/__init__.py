"""Whether everything that an analysis needs works on this machine, found out by loading and running it."""

import ctypes
import importlib
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from formcheck.doctor.selftest import try_networks, try_video
from formcheck.errors import FormcheckError
from formcheck.models import ModelStatus, networks_of, verify_models
from formcheck.settings import Settings

State = Literal["ok", "warning", "failed"]
"""`warning`: nothing that this machine's settings need, or near a limit; `failed`: no analysis."""

OLDEST_PYTHON = (3, 11)
LOW_DISK_BYTES = 2 * 10**9
"""Below it a warning: an annotated video of ten minutes may take about 1 GB."""

NO_DISK_BYTES = 10**8
LIBRARIES = {
    "ai-edge-litert": "ai_edge_litert.interpreter",
    "av": "av",
    "jinja2": "jinja2",
    "numpy": "numpy",
    "opencv-contrib-python": "cv2",
    "plotly": "plotly",
    "pydantic": "pydantic",
    "rich": "rich",
    "scipy": "scipy.signal",
    "typer": "typer",
}
"""Distribution to the module that is imported to prove that it works."""

MEDIAPIPE_MODULE = "mediapipe.tasks.python.vision"
OTHER_OPENCVS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python-headless")
"""Builds that write into the same `cv2` folder as the one that is wanted, and break it."""

DECODERS = ("h264", "hevc", "vp9", "mpeg4", "mjpeg")
ENCODER = "libx264"


@dataclass(frozen=True, slots=True)
class SystemLibrary:
    """A shared library that a wheel expects of the system.

    Attributes
    ----------
    soname
        What the loader looks for.
    package
        The Debian package that brings it.
    user
        Who loads it: `cv2`, needed always, or `mediapipe`, needed for `--pose mediapipe` only.
    """

    soname: str
    package: str
    user: Literal["cv2", "mediapipe"]


SYSTEM_LIBRARIES = (
    SystemLibrary("libGL.so.1", "libgl1", "cv2"),
    SystemLibrary("libglib-2.0.so.0", "libglib2.0-0", "cv2"),
    SystemLibrary("libgthread-2.0.so.0", "libglib2.0-0", "cv2"),
    SystemLibrary("libxcb.so.1", "libxcb1", "cv2"),
    SystemLibrary("libEGL.so.1", "libegl1", "mediapipe"),
    SystemLibrary("libGLESv2.so.2", "libgles2", "mediapipe"),
)
"""Those that the wheels do not bring themselves, by their ELF headers."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What, in a few words.
    state
        Whether it works.
    found
        What was found.
    hint
        What to do about it; empty where nothing is to be done.
    """

    name: str
    state: State
    found: str
    hint: str = ""


def examine(settings: Settings) -> Iterator[Check]:
    """Look at everything, one check after the other; nothing is fetched, and nothing left behind."""
    with_mediapipe = settings.pose == "mediapipe"
    yield check_python()
    yield from check_system_libraries(with_mediapipe=with_mediapipe)
    yield from check_libraries(with_mediapipe=with_mediapipe)
    yield check_ffmpeg()
    statuses = {item.name: item for item in verify_models(settings.models_dir)}
    needed = networks_of(settings.preset)
    yield from check_weights(statuses, needed)
    yield check_folder("cache folder", settings.models_dir)
    yield check_disk(Path.cwd())
    yield timed("video self-test", try_video)
    if all(statuses[name].state == "present" for name in needed):
        detector, landmarks = (statuses[name].path for name in needed)
        yield timed("pose self-test", lambda: try_networks(detector, landmarks, threads=settings.threads))


def check_python() -> Check:
    """Look at the interpreter and the machine."""
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return Check("Python", "failed", found, "Use Python 3.11 or newer.")
    return Check("Python", "ok", found)


def check_system_libraries(
    *, with_mediapipe: bool, load: Callable[[str], object] = ctypes.CDLL
) -> Iterator[Check]:
    """Load each system library; on Linux only, elsewhere the wheels bring them.

    Parameters
    ----------
    with_mediapipe
        Whether the missing ones of MediaPipe are failures rather than warnings.
    load
        Raises `OSError` for a library that is missing.
    """
    if platform.system() != "Linux":
        return
    for user, needed in (("cv2", True), ("mediapipe", with_mediapipe)):
        missing = [item for item in SYSTEM_LIBRARIES if item.user == user and not loads(item.soname, load)]
        name = f"system libraries of {user}"
        if not missing:
            yield Check(name, "ok", "all found")
            continue
        packages = " ".join(dict.fromkeys(item.package for item in missing))
        only = "" if needed else "Only for --pose mediapipe: "
        yield Check(
            name,
            "failed" if needed else "warning",
            f"missing: {', '.join(item.soname for item in missing)}",
            f"{only}apt-get install {packages}",
        )


def check_libraries(*, with_mediapipe: bool) -> Iterator[Check]:
    """Import each Python library and state its version."""
    for name, module in LIBRARIES.items():
        yield _check_import(name, module, needed=True)
    yield _check_import("mediapipe", MEDIAPIPE_MODULE, needed=with_mediapipe)
    clashing = [name for name in OTHER_OPENCVS if _version(name)]
    if clashing:
        yield Check(
            "OpenCV builds",
            "warning",
            f"{', '.join(clashing)} beside opencv-contrib-python, in one folder",
            f"pip uninstall {' '.join(clashing)}, then pip install --force-reinstall opencv-contrib-python",
        )


def check_ffmpeg() -> Check:
    """Look at the FFmpeg inside PyAV: its version, the decoders of phones' codecs, the encoder."""
    name = "FFmpeg in PyAV"
    try:
        import av
    except ImportError as error:
        return Check(name, "failed", str(error), "Reinstall av.")
    codecs = av.codecs_available
    missing = [codec for codec in (*DECODERS, ENCODER) if codec not in codecs]
    libavcodec = ".".join(map(str, av.library_versions["libavcodec"]))
    if missing:
        return Check(
            name,
            "failed" if {"h264", ENCODER} & set(missing) else "warning",
            f"libavcodec {libavcodec} without {', '.join(missing)}",
            "Install av's wheel: pip install --force-reinstall --only-binary=:all: av",
        )
    return Check(name, "ok", f"libavcodec {libavcodec}; decodes {', '.join(DECODERS)}; {ENCODER}")


def check_weights(statuses: dict[str, ModelStatus], needed: tuple[str, ...]) -> Iterator[Check]:
    """Tell how each network stands; only the `needed` ones can fail."""
    for name, status in statuses.items():
        if status.state == "present":
            yield Check(f"weights {name}", "ok", f"{(status.bytes or 0) / 1e6:.1f} MB, sha256 right")
        elif name in needed:
            yield Check(
                f"weights {name}", "failed", f"{status.state}: {status.path}", "formcheck models pull"
            )
        elif status.state == "corrupt":
            yield Check(
                f"weights {name}",
                "warning",
                f"corrupt: {status.path}",
                "Of another preset; delete it, or formcheck models pull --preset with that one.",
            )
        else:
            yield Check(f"weights {name}", "ok", "not fetched; only another preset needs it")


def check_folder(name: str, folder: Path) -> Check:
    """Write a file without a name into a folder, or into the one in which it would be made."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"formcheck")
    except OSError as error:
        return Check(
            name,
            "failed",
            f"{folder} cannot be written: {error.strerror or error}",
            "Set FORMCHECK_MODELS_DIR to a folder that can be written.",
        )
    return Check(name, "ok", f"{folder} can be written")


def check_disk(folder: Path) -> Check:
    """Look at the free space where results are written by default."""
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free"
    if free < LOW_DISK_BYTES:
        state: State = "failed" if free < NO_DISK_BYTES else "warning"
        return Check("disk", state, found, "Make room, or write elsewhere with --out.")
    return Check("disk", "ok", found)


def timed(name: str, test: Callable[[], str]) -> Check:
    """Run a self-test that tells what it found; any error is a failed check, that is its purpose."""
    start = time.perf_counter()
    try:
        found = test()
    except FormcheckError as error:
        return Check(name, "failed", error.message, error.hint)
    except Exception as error:  # a doctor must survive what it finds
        return Check(name, "failed", f"{type(error).__name__}: {error}", "See the checks above.")
    return Check(name, "ok", f"{found} in {time.perf_counter() - start:.2f} s")


def loads(soname: str, load: Callable[[str], object] = ctypes.CDLL) -> bool:
    """Whether a shared library can be loaded; `load` raises `OSError` for one that cannot."""
    try:
        load(soname)
    except OSError:
        return False
    return True


def _check_import(name: str, module: str, *, needed: bool) -> Check:
    found = _version(name)
    try:
        importlib.import_module(module)
    except (ImportError, OSError) as error:
        only = "" if needed else "Only for --pose mediapipe: "
        advice = "See the system libraries above." if found else f"pip install {name}"
        return Check(name, "failed" if needed else "warning", str(error), f"{only}{advice}")
    return Check(name, "ok", found or "installed")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
