import tomllib
from pathlib import Path

import pytest

from formcheck.errors import ModelCorrupt, ModelMissing
from formcheck.models import DETECTOR, LANDMARKS, find_model, load_manifest, networks_of
from formcheck.models import manifest as manifest_module
from formcheck.models.graph import LANDMARK_OUTPUTS

SHIPPED = Path(__file__).parents[1] / "models" / "manifest.toml"


def test_each_preset_names_two_networks_that_the_shipped_manifest_knows():
    networks = load_manifest().networks
    for preset in LANDMARKS:
        detector, landmarks = (networks[name] for name in networks_of(preset))
        assert detector.input == (1, 224, 224, 3)
        assert landmarks.input == (1, 256, 256, 3)
        assert landmarks.outputs == LANDMARK_OUTPUTS
    assert networks_of("accurate") == ("pose_detector", "pose_landmarks_heavy")


def test_every_network_has_an_official_bundle_and_another_source():
    manifest = load_manifest()
    for name in manifest.networks:
        kinds = [source.kind for source in manifest.sources if name in source.provides]
        assert kinds[0] == "bundles"
        assert len(kinds) > 1


def test_manifest_beside_the_package_comes_first(tmp_path, monkeypatch):
    package = tmp_path / "formcheck"
    module = package / "models" / "manifest.py"
    monkeypatch.setattr(manifest_module, "__file__", str(module))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "manifest.toml").write_bytes(SHIPPED.read_bytes())
    assert load_manifest().sources
    package.mkdir()
    (package / "manifest.toml").write_text("schema_version = 1\nsources = []\nnetworks = {}\n")
    assert not load_manifest().sources


def test_manifest_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        load_manifest().networks[DETECTOR].file = "other.tflite"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("schema_version = 1", "schema_version = 2", "schema_version"),
        ("schema_version = 1", "schema_version = 1\nspeed = 3", "speed"),
        ("bytes = 2962288", 'bytes = "2962288"', r"variants\.0\.bytes"),
        ("bytes = 2962288", "bytes = 0", r"variants\.0\.bytes"),
        ("a63c614bef30d359", "A63C614BEF30D359", r"variants\.0\.raw_sha256"),
        ('file = "pose_detector.tflite"', 'file = "../../detector.tflite"', r"pose_detector\.file"),
        ('kind = "npm"', 'kind = "ftp"', "ftp"),
        ('url = "https', 'url = "ftp', "url"),
        ('pose_landmarks_heavy = "package', 'pose_landmarks_huge = "package', "pose_landmarks_huge"),
        ("[networks.pose_detector]", "[networks.pose_detector", "not TOML"),
    ],
)
def test_manifest_with_a_mistake_is_refused_and_the_mistake_named(tmp_path, old, new, named):
    text = SHIPPED.read_text("utf-8")
    assert old in text
    (tmp_path / "manifest.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ModelCorrupt, match=named):
        load_manifest(tmp_path / "manifest.toml")


def test_no_manifest(tmp_path):
    with pytest.raises(ModelMissing, match="no manifest"):
        load_manifest(tmp_path / "manifest.toml")


@pytest.mark.models
@pytest.mark.parametrize("name", list(tomllib.loads(SHIPPED.read_text("utf-8"))["networks"]))
def test_cached_networks_have_the_shapes_of_the_manifest(name):
    from ai_edge_litert.interpreter import Interpreter

    from formcheck.settings import Settings

    network = load_manifest().networks[name]
    path = find_model(name, Settings().models_dir)
    if path is None:
        pytest.skip(f"{name} is not cached: run `formcheck models pull`")
    interpreter = Interpreter(str(path))
    [image] = interpreter.get_input_details()
    outputs = interpreter.get_output_details()
    assert tuple(image["shape"]) == network.input
    assert tuple(tuple(output["shape"]) for output in outputs) == network.outputs


def test_the_model_cards_name_every_network_and_its_published_file():
    cards = (SHIPPED.parent / "README.md").read_text("utf-8")
    for name, network in load_manifest().networks.items():
        assert f"`{name}`" in cards
        assert all(f"`{variant.raw_sha256[:8]}`" in cards for variant in network.variants)
