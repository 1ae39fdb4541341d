import io
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from model_site import CUT, FULL, LITE, RAW, Site, bundle_file, sha256, task
from tiny_networks import run

from formcheck.errors import ModelCorrupt, ModelMissing
from formcheck.models import (
    DETECTOR,
    build_bundle,
    ensure_models,
    find_model,
    networks_of,
    sources,
    verify_models,
)
from formcheck.models.graph import LANDMARK_OUTPUTS


@pytest.fixture
def empty_site(tmp_path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    return Site(folder)


@pytest.fixture
def site(empty_site) -> Site:
    empty_site.add_source("the site", {name: task(name) for name in (LITE, FULL)})
    return empty_site


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache" / "models"


# Pulling


def test_pull_fetches_checks_cuts_and_keeps_the_bundle(site, cache):
    paths = ensure_models([FULL, DETECTOR], cache, manifest=site.manifest)
    assert list(paths) == [FULL, DETECTOR]
    assert {name: path.read_bytes() for name, path in paths.items()} == {
        FULL: CUT[FULL],
        DETECTOR: CUT[DETECTOR],
    }
    assert [output.shape for output in run(paths[FULL].read_bytes(), 0.2)] == list(LANDMARK_OUTPUTS)
    assert (cache / bundle_file(FULL)).read_bytes() == task(FULL)
    assert not (cache / bundle_file(LITE)).exists(), "one bundle holds both networks"


def test_what_is_cached_needs_no_source(site, cache):
    ensure_models([DETECTOR, LITE], cache, manifest=site.manifest)
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    site.close()
    paths = ensure_models([DETECTOR, LITE, LITE], cache, manifest=site.manifest)
    assert paths[LITE].read_bytes() == CUT[LITE]
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == before


def test_progress_is_told_from_nothing_to_all(site, cache):
    seen = []
    ensure_models([FULL], cache, progress=lambda *it: seen.append(it), manifest=site.manifest)
    total = len(task(FULL))
    assert seen[0] == (bundle_file(FULL), 0, total)
    assert seen[-1] == (bundle_file(FULL), total, total)


def test_a_source_with_wrong_bytes_is_passed_over(empty_site, cache):
    empty_site.add_source("bad site", {FULL: task(FULL)}, served=b"Please log in to this network")
    empty_site.add_source("good site", {FULL: task(FULL)})
    [path] = ensure_models([FULL], cache, manifest=empty_site.manifest).values()
    assert path.read_bytes() == CUT[FULL]


def test_wrong_bytes_everywhere_names_expected_and_found(empty_site, cache):
    empty_site.add_source("bad site", {FULL: task(FULL)}, served=b"log in")
    with pytest.raises(ModelCorrupt) as caught:
        ensure_models([FULL], cache, manifest=empty_site.manifest)
    assert "bad site" in caught.value.message
    assert f"expected sha256 {sha256(task(FULL))}" in caught.value.message
    assert f"found {sha256(b'log in')}" in caught.value.message
    assert not cache.exists()


@pytest.fixture
def wheel(empty_site, tmp_path, monkeypatch) -> Path:
    """A wheel of the two networks that the manifest has there, as pip would have left it."""
    path = tmp_path / "nets.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("d.tflite", RAW[DETECTOR])
        archive.writestr("l.tflite", RAW[LITE])
    source = {"kind": "wheel", "title": "pip", "requirement": "nets==1", "python": "3.12", "platform": "any"}
    members = {DETECTOR: "d.tflite", LITE: "l.tflite"}
    empty_site.content["sources"].append(source | {"members": members})
    monkeypatch.setattr(sources, "_run", lambda *_: path)
    return path


def test_networks_out_of_a_package_are_checked_and_cut(empty_site, wheel, cache):
    paths = ensure_models([DETECTOR, LITE], cache, manifest=empty_site.manifest)
    assert {name: path.read_bytes() for name, path in paths.items()} == {
        DETECTOR: CUT[DETECTOR],
        LITE: CUT[LITE],
    }


@pytest.mark.parametrize(("key", "found"), [("raw_sha256", RAW[LITE]), ("sha256", CUT[LITE])])
def test_one_wrong_network_of_a_package_does_not_spoil_the_other(empty_site, wheel, cache, key, found):
    other = sha256(b"something else")
    empty_site.content["networks"][LITE]["variants"][0][key] = other
    with pytest.raises(ModelCorrupt, match=f"expected sha256 {other}, found {sha256(found)}"):
        ensure_models([LITE, DETECTOR], cache, manifest=empty_site.manifest)
    assert [path.name for path in cache.iterdir()] == [f"{DETECTOR}.tflite"]


def test_a_bundle_whose_network_is_of_another_kind_is_not_kept(empty_site, cache):
    odd = io.BytesIO()
    with zipfile.ZipFile(odd, "w") as bundle:
        bundle.writestr("d.tflite", RAW[DETECTOR])
        bundle.writestr("l.tflite", RAW[DETECTOR])
    lacking = io.BytesIO()
    with zipfile.ZipFile(lacking, "w") as bundle:
        bundle.writestr("d.tflite", RAW[DETECTOR])
    empty_site.add_source("odd site", {FULL: odd.getvalue()})
    empty_site.add_source("lacking site", {LITE: lacking.getvalue()})
    with pytest.raises(ModelCorrupt, match=r"(?s)odd site.*outputs.*lacking site.*l\.tflite"):
        ensure_models([FULL, LITE], cache, manifest=empty_site.manifest)
    assert not cache.exists()


def test_nothing_in_reach_names_each_source_and_says_what_to_do(site, cache):
    site.add_source("the mirror", {FULL: task(FULL)})
    ensure_models(networks_of("light"), cache, manifest=site.manifest)
    site.close()
    with pytest.raises(ModelMissing) as caught:
        ensure_models([FULL], cache, manifest=site.manifest)
    assert "the site: " in caught.value.message
    assert "the mirror: " in caught.value.message
    assert "No such file" in caught.value.message
    assert "formcheck models pull" in caught.value.hint
    assert "FORMCHECK_MODELS_DIR" in caught.value.hint


def test_the_hint_names_the_presets_that_are_ready(site, cache):
    ensure_models(networks_of("light"), cache, manifest=site.manifest)
    site.content["sources"].clear()
    with pytest.raises(ModelMissing, match="no source holds them") as caught:
        ensure_models([FULL], cache, manifest=site.manifest)
    assert caught.value.hint.endswith("preset light.")


def test_unknown_network(site, cache):
    with pytest.raises(ModelMissing, match="no network is called pose_hands") as caught:
        ensure_models(["pose_hands"], cache, manifest=site.manifest)
    assert FULL in caught.value.hint


def test_a_folder_that_cannot_be_written(site, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelMissing, match="cannot be written") as caught:
        ensure_models([FULL], tmp_path / "file" / "models", manifest=site.manifest)
    assert "FORMCHECK_MODELS_DIR" in caught.value.hint


def test_pulls_at_the_same_time_do_not_disturb_each_other(site, cache):
    manifest = site.manifest
    with ThreadPoolExecutor(8) as pool:
        pulls = [pool.submit(ensure_models, list(RAW), cache, manifest=manifest) for _ in range(16)]
        for pull in pulls:
            assert {name: path.read_bytes() for name, path in pull.result().items()} == CUT
    assert not list(cache.glob(".*"))


PULL = """
import sys
from pathlib import Path
from formcheck.models import Manifest, ensure_models
print("ready", flush=True)
sys.stdin.readline()
manifest = Manifest.model_validate_json(Path(sys.argv[1]).read_text())
ensure_models(manifest.networks, Path(sys.argv[2]), manifest=manifest)
"""


@pytest.mark.slow
def test_two_processes_pull_at_the_same_time(site, cache, tmp_path):
    written = tmp_path / "manifest.json"
    written.write_text(site.manifest.model_dump_json())
    command = [sys.executable, "-c", PULL, str(written), str(cache)]
    pipe = subprocess.PIPE
    pulls = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for pull in pulls:
        assert pull.stdout.readline() == "ready\n"
    for pull in pulls:
        pull.communicate("go\n", timeout=60)
    assert [pull.returncode for pull in pulls] == [0, 0]
    assert {item.state for item in verify_models(cache, manifest=site.manifest)} == {"present"}
    assert not list(cache.glob(".*"))


def test_an_interrupted_pull_leaves_nothing_behind_and_the_next_one_succeeds(site, cache):
    def interrupt(label: str, done: int, total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_models([FULL], cache, progress=interrupt, manifest=site.manifest)
    assert not cache.exists()
    assert ensure_models([FULL], cache, manifest=site.manifest)[FULL].read_bytes() == CUT[FULL]


# The cache


def test_status_of_present_missing_and_corrupt(site, cache):
    paths = ensure_models([DETECTOR, LITE], cache, manifest=site.manifest)
    paths[DETECTOR].write_bytes(b"half a netw")
    detector, lite, full = verify_models(cache, manifest=site.manifest)
    assert (detector.state, detector.sha256, detector.bytes) == (
        "corrupt",
        sha256(b"half a netw"),
        11,
    )
    assert (lite.state, lite.sha256, lite.bytes) == ("present", sha256(CUT[LITE]), len(CUT[LITE]))
    assert (full.state, full.sha256, full.bytes) == ("missing", None, None)
    assert full.path == cache / f"{FULL}.tflite"


def test_find_returns_only_what_is_right(site, cache):
    paths = ensure_models([DETECTOR, LITE], cache, manifest=site.manifest)
    paths[DETECTOR].write_bytes(b"half a netw")
    assert find_model(LITE, cache, manifest=site.manifest) == paths[LITE]
    assert find_model(DETECTOR, cache, manifest=site.manifest) is None
    assert find_model(FULL, cache, manifest=site.manifest) is None
    with pytest.raises(ModelMissing, match="no network is called"):
        find_model("pose_hands", cache, manifest=site.manifest)


def test_a_corrupt_file_is_replaced(site, cache):
    [path] = ensure_models([LITE], cache, manifest=site.manifest).values()
    path.write_bytes(path.read_bytes()[:1000])
    assert ensure_models([LITE], cache, manifest=site.manifest)[LITE].read_bytes() == CUT[LITE]


def test_a_corrupt_file_without_a_source_is_named_with_both_sha256(site, cache):
    cache.mkdir(parents=True)
    (cache / f"{LITE}.tflite").write_bytes(b"half")
    site.close()
    with pytest.raises(ModelCorrupt) as caught:
        ensure_models([LITE], cache, manifest=site.manifest)
    assert f"expected sha256 {sha256(CUT[LITE])}, found {sha256(b'half')}" in caught.value.message


def test_an_official_bundle_laid_into_the_folder_is_enough(site, cache):
    site.close()
    cache.mkdir(parents=True)
    (cache / bundle_file(LITE)).write_bytes(task(LITE))
    paths = ensure_models(networks_of("light"), cache, manifest=site.manifest)
    assert paths[LITE].read_bytes() == CUT[LITE]


def test_a_bundle_vouches_for_networks_that_the_manifest_does_not_know(site, cache):
    unlike = sha256(b"another build of the same network")
    for entry in site.content["networks"].values():
        entry["variants"] = [{"raw_sha256": unlike, "sha256": unlike, "bytes": 1}]
    paths = ensure_models([LITE], cache, manifest=site.manifest)
    assert find_model(LITE, cache, manifest=site.manifest) == paths[LITE]
    (cache / bundle_file(LITE)).unlink()
    assert find_model(LITE, cache, manifest=site.manifest) is None


# The bundle for MediaPipe


def test_the_official_bundle_is_returned_as_it_is(site, cache):
    path = build_bundle("light", cache, manifest=site.manifest)
    assert path == cache / bundle_file(LITE)
    assert path.read_bytes() == task(LITE)


def test_without_the_official_bundle_one_is_made_of_the_networks_once(site, cache):
    pytest.importorskip("mediapipe", exc_type=ImportError)
    ensure_models(networks_of("light"), cache, manifest=site.manifest)
    (cache / bundle_file(LITE)).unlink()
    path = build_bundle("light", cache, manifest=site.manifest)
    made = path.stat().st_mtime_ns
    with zipfile.ZipFile(path) as bundle:
        assert bundle.namelist() == ["pose_detector.tflite", "pose_landmarks_detector.tflite"]
    assert build_bundle("light", cache, manifest=site.manifest).stat().st_mtime_ns == made
    path.write_bytes(b"damaged")
    assert zipfile.is_zipfile(build_bundle("light", cache, manifest=site.manifest))
