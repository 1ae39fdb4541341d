import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tflite
from ai_edge_litert.interpreter import Interpreter
from tiny_networks import DETECTOR_SHAPES, LANDMARK_SHAPES, run, tiny_network

from formcheck.errors import ModelCorrupt
from formcheck.models import load_manifest
from formcheck.models.graph import LANDMARK_OUTPUTS, cut_segmentation, pack_bundle

MEMBERS = ["pose_detector.tflite", "pose_landmarks_detector.tflite"]


def parse(network: bytes):
    return tflite.Model.GetRootAs(bytearray(network), 0)


@pytest.mark.parametrize("shapes", [LANDMARK_SHAPES, LANDMARK_SHAPES[::-1]])
def test_cut_network_gives_the_four_outputs_in_order_and_bit_identical(shapes):
    network = tiny_network(shapes)
    uncut = {output.shape: output for output in run(network, 0.7)}
    cut = run(cut_segmentation(network), 0.7)
    assert tuple(output.shape for output in cut) == LANDMARK_OUTPUTS
    assert all(np.array_equal(output, uncut[output.shape]) for output in cut)


def test_cutting_drops_just_the_operators_of_the_mask_and_moves_no_byte():
    network = tiny_network(LANDMARK_SHAPES)
    cut = cut_segmentation(network)
    assert parse(network).Subgraphs(0).OperatorsLength() == 11
    assert parse(cut).Subgraphs(0).OperatorsLength() == 9
    assert len(cut) == len(network)


def test_cutting_twice_is_cutting_once():
    cut = cut_segmentation(tiny_network(LANDMARK_SHAPES))
    assert cut_segmentation(cut) == cut


def test_signatures_that_name_the_mask_are_dropped():
    network = tiny_network(LANDMARK_SHAPES, signature=True)
    assert Interpreter(model_content=network).get_signature_list()
    cut = cut_segmentation(network)
    assert not Interpreter(model_content=cut).get_signature_list()
    assert len(run(cut, 0.1)) == 4


def test_a_network_with_other_outputs_is_refused_and_its_shapes_are_named():
    with pytest.raises(ModelCorrupt, match="2254"):
        cut_segmentation(tiny_network(DETECTOR_SHAPES))


@pytest.fixture(scope="module")
def networks() -> list[bytes]:
    return [tiny_network(DETECTOR_SHAPES), cut_segmentation(tiny_network(LANDMARK_SHAPES, seed=1))]


@pytest.fixture(scope="module")
def bundle(networks) -> bytes:
    pytest.importorskip("mediapipe", exc_type=ImportError)
    return pack_bundle(*networks)


def test_bundle_holds_both_networks_stored_and_aligned(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert archive.namelist() == MEMBERS
        for entry in archive.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            name, extra = struct.unpack_from("<HH", bundle, entry.header_offset + 26)
            assert (entry.header_offset + 30 + name + extra) % 64 == 0


def test_weights_in_the_bundle_stay_aligned_to_16_bytes(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        for member in MEMBERS:
            model = parse(archive.read(member))
            buffers = [model.Buffers(index) for index in range(model.BuffersLength())]
            starts = [item._tab.Vector(item._tab.Offset(4)) for item in buffers if item.DataLength()]
            assert len(starts) > 2
            assert all(start % 16 == 0 for start in starts)


def test_networks_in_the_bundle_give_the_same_outputs(bundle, networks):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        detector, landmarks = (run(archive.read(member), -1.3) for member in MEMBERS)
    assert all(map(np.array_equal, detector, run(networks[0], -1.3)))
    points, presence, heatmaps, world = run(networks[1], -1.3)
    # MediaPipe counts five outputs: the heatmaps stand in for the mask.
    expected = [points, presence, heatmaps, heatmaps, world]
    assert len(landmarks) == 5
    assert all(map(np.array_equal, landmarks, expected))


@pytest.mark.parametrize(("member", "mean", "std"), [(0, 127.5, 127.5), (1, 0, 255)])
def test_bundle_states_how_pixels_are_normalized(bundle, member, mean, std):
    from mediapipe.tasks.metadata import metadata_schema_py_generated as meta

    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        model = parse(archive.read(MEMBERS[member]))
    entries = {model.Metadata(index).Name(): index for index in range(model.MetadataLength())}
    buffer = model.Buffers(model.Metadata(entries[b"TFLITE_METADATA"]).Buffer()).DataAsNumpy()
    root = meta.ModelMetadata.GetRootAs(bytearray(buffer.tobytes()), 0)
    graph = meta.ModelMetadataT.InitFromObj(root).subgraphMetadata[0]
    [image] = graph.inputTensorMetadata
    [unit] = image.processUnits
    assert (unit.options.mean, unit.options.std) == ([mean], [std])
    assert image.stats.min == pytest.approx([-mean / std])
    assert image.stats.max == pytest.approx([(255 - mean) / std])


@pytest.mark.models
@pytest.mark.parametrize("size", ["lite", "full", "heavy"])
def test_published_networks_cut_to_the_manifest_and_bit_identical(size):
    folder = os.environ.get("PUBLISHED_POSE_NETWORKS")
    if not folder:
        pytest.skip("PUBLISHED_POSE_NETWORKS names no folder with pose_landmark_*.tflite as published")
    raw = (Path(folder) / f"pose_landmark_{size}.tflite").read_bytes()
    image = np.random.default_rng(7).random((1, 256, 256, 3), np.float32)
    cut = load_manifest().networks[f"pose_landmarks_{size}"].prepare(raw)
    uncut = {output.shape: output for output in infer(raw, image)}
    assert all(np.array_equal(output, uncut[output.shape]) for output in infer(cut, image))


def infer(network: bytes, image: np.ndarray) -> list[np.ndarray]:
    interpreter = Interpreter(model_content=network, num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return [interpreter.get_tensor(item["index"]) for item in interpreter.get_output_details()]
