"""Each thing that can be wrong with a machine, and what the doctor says of it."""

import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import av
import pytest

from formcheck import doctor
from formcheck.doctor import SYSTEM_LIBRARIES, Check, selftest
from formcheck.errors import ModelCorrupt
from formcheck.models import ModelStatus, find_model, networks_of
from formcheck.pose.networks import Landmarker
from formcheck.settings import load_settings

DETECTOR, LANDMARKS = networks_of("light")


def lacking(*sonames: str) -> Any:
    """A loader for a machine that lacks these libraries."""

    def load(soname: str) -> None:
        if soname in sonames:
            raise OSError(f"{soname}: cannot open shared object file")

    return load


def system(load: Any, *, with_mediapipe: bool = False) -> list[Check]:
    return list(doctor.check_system_libraries(with_mediapipe=with_mediapipe, load=load))


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")


def test_a_complete_system_passes() -> None:
    assert [check.state for check in system(lacking())] == ["ok", "ok"]


@pytest.mark.parametrize("library", SYSTEM_LIBRARIES, ids=lambda library: library.soname)
def test_a_missing_library_is_named_with_its_package(library: doctor.SystemLibrary) -> None:
    [check] = [check for check in system(lacking(library.soname)) if check.state != "ok"]
    assert library.soname in check.found
    assert check.hint.endswith(f"apt-get install {library.package}")
    assert check.state == ("failed" if library.user == "cv2" else "warning")


def test_each_package_is_asked_for_once() -> None:
    everything = [library.soname for library in SYSTEM_LIBRARIES]
    hints = [check.hint for check in system(lacking(*everything))]
    assert hints == [
        "apt-get install libgl1 libglib2.0-0 libxcb1",
        "Only for --pose mediapipe: apt-get install libegl1 libgles2",
    ]


def test_mediapipes_libraries_are_needed_where_it_is_chosen() -> None:
    [_, check] = system(lacking("libEGL.so.1"), with_mediapipe=True)
    assert (check.state, check.hint) == ("failed", "apt-get install libegl1")


def test_other_systems_have_no_debian_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    assert system(lacking("libGL.so.1")) == []


def test_the_real_loader_finds_the_c_library() -> None:
    assert doctor.loads("libc.so.6")
    assert not doctor.loads("libnonsense.so.6")


@pytest.mark.parametrize(("version", "state"), [((3, 10, 9), "failed"), ((3, 11, 0), "ok")])
def test_python(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], state: str) -> None:
    monkeypatch.setattr("sys.version_info", version)
    assert doctor.check_python().state == state


def libraries(monkeypatch: pytest.MonkeyPatch, known: dict[str, str], **given: Any) -> list[Check]:
    monkeypatch.setattr(doctor, "LIBRARIES", known)
    return list(doctor.check_libraries(**{"with_mediapipe": False, **given}))


def test_a_library_that_is_not_installed_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    check = libraries(monkeypatch, {"nonsense": "nonsense_module"})[0]
    assert (check.state, check.hint) == ("failed", "pip install nonsense")
    assert "nonsense_module" in check.found


def test_a_library_that_cannot_be_loaded_points_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise ImportError("libGL.so.1: cannot open shared object file")

    monkeypatch.setattr("importlib.import_module", fail)
    check, mediapipe = libraries(monkeypatch, {"numpy": "numpy"})
    assert (check.state, mediapipe.state) == ("failed", "warning")
    assert "libGL.so.1" in check.found
    assert check.hint == "See the system libraries above."
    assert mediapipe.hint.startswith("Only for --pose mediapipe: ")


def test_an_installed_library_states_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    check = libraries(monkeypatch, {"numpy": "numpy"})[0]
    assert check == Check("numpy", "ok", np.__version__)


def test_a_second_opencv_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.version
    monkeypatch.setattr(doctor, "version", lambda name: "5" if name == "opencv-python" else real(name))
    check = libraries(monkeypatch, {})[-1]
    assert check.state == "warning"
    assert check.hint.startswith("pip uninstall opencv-python,")


def test_ffmpeg_of_the_wheel_has_all_that_is_needed() -> None:
    check = doctor.check_ffmpeg()
    assert check.state == "ok"
    assert "libx264" in check.found


@pytest.mark.parametrize(
    ("missing", "state"), [("libx264", "failed"), ("h264", "failed"), ("hevc", "warning")]
)
def test_ffmpeg_without_a_codec(monkeypatch: pytest.MonkeyPatch, missing: str, state: str) -> None:
    monkeypatch.setattr(av, "codecs_available", av.codecs_available - {missing})
    check = doctor.check_ffmpeg()
    assert check.state == state
    assert check.found.endswith(f"without {missing}")


def weights(name: str, state: Any) -> Check:
    status = ModelStatus(name, Path(f"{name}.tflite"), state, (), None, 2_960_000)
    [check] = doctor.check_weights({name: status}, needed=(DETECTOR, LANDMARKS))
    return check


def test_weights() -> None:
    assert weights(DETECTOR, "present") == Check(f"weights {DETECTOR}", "ok", "3.0 MB, sha256 right")
    for state in ("missing", "corrupt"):
        check = weights(LANDMARKS, state)
        assert (check.state, check.hint) == ("failed", "formcheck models pull")
        assert check.found.startswith(state)


def test_weights_of_another_preset_never_fail() -> None:
    assert weights("pose_landmarks_heavy", "missing").state == "ok"
    assert weights("pose_landmarks_heavy", "corrupt").state == "warning"


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    check = doctor.check_folder("cache", tmp_path / "new" / "deep")
    assert check.state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    check = doctor.check_folder("cache", tmp_path / "file" / "deep")
    assert check.state == "failed"
    assert "FORMCHECK_MODELS_DIR" in check.hint


@pytest.mark.parametrize(("free", "state"), [(10**7, "failed"), (10**9, "warning"), (10**10, "ok")])
def test_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, state: str) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free))
    assert doctor.check_disk(tmp_path).state == state


def raising(error: Exception) -> Any:
    def test() -> str:
        raise error

    return test


def test_a_self_test_tells_what_went_wrong() -> None:
    assert doctor.timed("x", lambda: "it ran").found.startswith("it ran in 0.")
    known = doctor.timed("x", raising(ModelCorrupt("bad bytes", "pull")))
    assert known == Check("x", "failed", "bad bytes", "pull")
    unknown = doctor.timed("x", raising(ZeroDivisionError("oh")))
    assert (unknown.state, unknown.found) == ("failed", "ZeroDivisionError: oh")


def test_a_clip_is_written_and_read_back() -> None:
    assert selftest.try_video() == "5 frames encoded and decoded"


def test_a_clip_that_comes_back_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.video.VideoFile", lambda *_, **__: [])
    with pytest.raises(RuntimeError, match=r"read \[\]"):
        selftest.try_video()


def test_without_weights_everything_else_is_looked_at(tmp_path: Path) -> None:
    settings = load_settings(models_dir=tmp_path / "cache", preset="light")
    checks = {check.name: check for check in doctor.examine(settings)}
    failed = {name for name, check in checks.items() if check.state == "failed"}
    assert failed == {f"weights {DETECTOR}", f"weights {LANDMARKS}"}
    assert {"Python", "av", "FFmpeg in PyAV", "cache folder", "disk"} <= checks.keys()
    assert checks["video self-test"].state == "ok"
    assert "pose self-test" not in checks
    assert not (tmp_path / "cache").exists()


@pytest.fixture
def networks() -> tuple[Path, Path]:
    """The networks of the settings; the test is skipped where they are not in the cache."""
    settings = load_settings()
    names = networks_of(settings.preset)
    detector, landmarks = (find_model(name, settings.models_dir) for name in names)
    if detector is None or landmarks is None:
        pytest.skip("needs the networks: formcheck models pull")
    return detector, landmarks


@pytest.mark.models
def test_the_networks_run(networks: tuple[Path, Path]) -> None:
    assert selftest.try_networks(*networks, threads=1).endswith("33 landmarks")


@pytest.mark.models
def test_networks_that_give_nonsense_are_noticed(
    networks: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Landmarker.find

    def broken(self: Landmarker, *given: Any) -> Any:
        found = real(self, *given)
        found.xy_px[3] = float("nan")
        return found

    monkeypatch.setattr(Landmarker, "find", broken)
    with pytest.raises(RuntimeError, match="expected finite points"):
        selftest.try_networks(*networks, threads=1)
