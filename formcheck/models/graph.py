"""What is changed inside the networks' files: no segmentation decoder, metadata for MediaPipe.

A network is a TFLite flatbuffer. Cutting works in place: two vectors are shortened and no byte is
moved, so the result depends on the input alone and not on the version of a flatbuffers library, and
its sha256 can stand in the manifest. The decoder's weights stay in the file, unreferenced: the
interpreter maps them but never reads them.
"""

import io
import struct
import zipfile
from typing import Any

import flatbuffers
import numpy as np

from formcheck.errors import ModelCorrupt

LANDMARK_OUTPUTS = ((1, 195), (1, 1), (1, 64, 64, 39), (1, 117))
"""Shapes, in order, of what a cut landmark network gives.

39 landmarks x (x, y, z, visibility, presence); presence of a body; 39 heatmaps; 39 world points.
"""

_OUTPUTS, _OPERATORS = 8, 10
"""Vtable slots of `SubGraph` in the TFLite schema (version 3)."""

_SIGNATURES = 18
"""Vtable slot of `Model.signature_defs`."""

_BUFFER_ALIGNMENT = 16
"""TFLite schema: `Buffer.data` has `force_align: 16`."""

_MEMBER_ALIGNMENT = 64
"""Offset in the bundle, bytes, at which members start, so that a runtime can map them in place."""

_NORMALIZATION = {
    "pose_detector.tflite": (127.5, 127.5),
    "pose_landmarks_detector.tflite": (0, 255),
}
"""Mean and standard deviation of the pixel values 0..255 that each member of a bundle expects."""


def cut_segmentation(network: bytes) -> bytes:
    """Drop everything that only the segmentation mask needs from a landmark network.

    Parameters
    ----------
    network
        A TFLite file with, among its outputs, the four shapes of `LANDMARK_OUTPUTS`.

    Returns
    -------
    bytes
        The same file, as long as before, with exactly those four outputs, in that order and
        bit-identical to the uncut ones. A network already cut comes back unchanged.

    Raises
    ------
    ModelCorrupt
        The outputs are not those of a landmark network.
    """
    from ai_edge_litert import schema_py_generated as tflite

    file = bytearray(network)
    model = tflite.Model.GetRootAs(file, 0)
    graph = model.Subgraphs(0)
    outputs = _landmark_tensors(graph)
    _keep_operators(file, graph, _operators_behind(graph, outputs))
    start, _ = _vector(graph, _OUTPUTS)
    struct.pack_into(f"<I{len(outputs)}i", file, start - 4, len(outputs), *outputs)
    if model.SignatureDefsLength():
        # A signature names outputs by tensor and may name the mask; nobody here runs by signature.
        struct.pack_into("<I", file, _vector(model, _SIGNATURES)[0] - 4, 0)
    return bytes(file)


def pack_bundle(detector: bytes, landmarks: bytes) -> bytes:
    """Build the `.task` bundle that MediaPipe's PoseLandmarker loads.

    Parameters
    ----------
    detector, landmarks
        TFLite files of the pose detector and of a landmark network with four outputs. The mask's
        place among the five outputs that MediaPipe counts is taken by the heatmaps: the bundle is
        right for landmarks and must not be asked for segmentation masks.

    Returns
    -------
    bytes
        A stored zip of `pose_detector.tflite` and `pose_landmarks_detector.tflite`.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as bundle:
        for (member, (mean, std)), network in zip(_NORMALIZATION.items(), (detector, landmarks), strict=True):
            entry = zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0))
            entry.extra = _padding(archive.tell() + 30 + len(member))
            bundle.writestr(entry, _describe(network, mean, std))
    return archive.getvalue()


def _vector(table: Any, slot: int) -> tuple[int, int]:
    """Find a vector: where its first element is, and its length, which stands 4 bytes before."""
    field = table._tab.Offset(slot)
    return table._tab.Vector(field), table._tab.VectorLen(field)


def _landmark_tensors(graph: Any) -> list[int]:
    """Find the tensor of each of `LANDMARK_OUTPUTS`."""
    found = {
        tuple(graph.Tensors(tensor).ShapeAsNumpy().tolist()): tensor
        for tensor in graph.OutputsAsNumpy().tolist()
    }
    if not found.keys() >= set(LANDMARK_OUTPUTS):
        raise ModelCorrupt(f"a landmark network has outputs {list(LANDMARK_OUTPUTS)}, this one {list(found)}")
    return [found[shape] for shape in LANDMARK_OUTPUTS]


def _operators_behind(graph: Any, tensors: list[int]) -> list[int]:
    """List, in running order, the operators that the tensors depend on."""
    operators = [graph.Operators(index) for index in range(graph.OperatorsLength())]
    wanted, kept = set(tensors), []
    for index in reversed(range(len(operators))):
        if wanted.intersection(operators[index].OutputsAsNumpy().tolist()):
            wanted.update(operators[index].InputsAsNumpy().tolist())
            kept.append(index)
    return kept[::-1]


def _keep_operators(file: bytearray, graph: Any, kept: list[int]) -> None:
    """Shorten the operator list; its entries are offsets counted from their own position."""
    start, count = _vector(graph, _OPERATORS)
    offsets = struct.unpack_from(f"<{count}I", file, start)
    moved = [offsets[old] + 4 * (old - new) for new, old in enumerate(kept)]
    struct.pack_into(f"<I{len(moved)}I", file, start - 4, len(moved), *moved)


class _Builder(flatbuffers.Builder):  # type: ignore[misc]
    """A flatbuffers builder that keeps TFLite's buffers aligned."""

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:  # noqa: N802, N803
        """Begin a vector; bytes are aligned as TFLite asks."""
        aligned = max(alignment, _BUFFER_ALIGNMENT) if elemSize == 1 else alignment
        return int(super().StartVector(elemSize, numElems, aligned))


def _describe(network: bytes, mean: float, std: float) -> bytes:
    """State the input's normalization in the file's metadata, where MediaPipe looks for it."""
    from ai_edge_litert import schema_py_generated as tflite

    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAs(bytearray(network), 0))
    graph = model.subgraphs[0]
    if len(graph.outputs) == len(LANDMARK_OUTPUTS):
        landmarks, presence, heatmaps, world = graph.outputs
        graph.outputs = np.array([landmarks, presence, heatmaps, heatmaps, world], np.int32)
    buffer, entry = tflite.BufferT(), tflite.MetadataT()
    buffer.data = np.frombuffer(_normalization(mean, std, len(graph.outputs)), np.uint8)
    entry.name, entry.buffer = b"TFLITE_METADATA", len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [item for item in model.metadata or [] if item.name != entry.name] + [entry]
    builder = _Builder(len(network))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _normalization(mean: float, std: float, outputs: int) -> bytes:
    """Make the metadata of one image input and of unnamed outputs, a flatbuffer."""
    # Imported here: mediapipe is large, and only the reference backend needs it.
    from mediapipe.tasks.metadata import metadata_schema_py_generated as meta

    options, unit = meta.NormalizationOptionsT(), meta.ProcessUnitT()
    options.mean, options.std = [mean], [std]
    unit.options, unit.optionsType = options, meta.ProcessUnitOptions.NormalizationOptions
    properties, content = meta.ImagePropertiesT(), meta.ContentT()
    properties.colorSpace = meta.ColorSpaceType.RGB
    content.contentProperties = properties
    content.contentPropertiesType = meta.ContentProperties.ImageProperties
    image, graph, model = meta.TensorMetadataT(), meta.SubGraphMetadataT(), meta.ModelMetadataT()
    image.name, image.content, image.processUnits = "image", content, [unit]
    image.stats = meta.StatsT()
    image.stats.min, image.stats.max = [-mean / std], [(255 - mean) / std]
    graph.inputTensorMetadata = [image]
    graph.outputTensorMetadata = [meta.TensorMetadataT() for _ in range(outputs)]
    model.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"M001")
    return bytes(builder.Output())


def _padding(position: int) -> bytes:
    """Make the extra field, that of Android's zipalign, which aligns the data after it."""
    length = -(position + 4) % _MEMBER_ALIGNMENT
    return struct.pack("<HH", 0xD935, length) + bytes(length)
