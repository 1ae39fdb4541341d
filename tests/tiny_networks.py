"""Tiny networks with the output shapes of the real ones; LiteRT runs them in a millisecond."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as tflite
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

LANDMARK_SHAPES = ((1, 195), (1, 1), (1, 256, 256, 1), (1, 64, 64, 39), (1, 117))
"""As published: landmarks, presence, segmentation mask, heatmaps, world points."""

DETECTOR_SHAPES = ((1, 2254, 12), (1, 2254, 1))


def tiny_network(shapes: tuple[tuple[int, ...], ...], *, seed: int = 0, signature: bool = False) -> bytes:
    """Make a network from one number to each shape: a shared layer, then a layer and a reshape."""
    maker = _Maker(seed)
    hidden = maker.dense(maker.tensor((1, 1)), 3)
    outputs = []
    for shape in shapes:
        flat = maker.dense(hidden, int(np.prod(shape)))
        outputs.append(maker.reshape(flat, shape))
    return maker.finish(outputs, signature)


def run(network: bytes, value: float) -> list[NDArray[np.float32]]:
    """The network's outputs, in order, for one input number."""
    interpreter = Interpreter(model_content=network)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], np.array([[value]], np.float32))
    interpreter.invoke()
    return [interpreter.get_tensor(item["index"]) for item in interpreter.get_output_details()]


class _Maker:
    """Collects tensors and operators of a TFLite model."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.graph = tflite.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.buffers = [tflite.BufferT()]

    def tensor(self, shape: tuple[int, ...], data: NDArray[np.float32] | None = None) -> int:
        tensor = tflite.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), tflite.TensorType.FLOAT32, 0
        tensor.name = f"t{len(self.graph.tensors)}"
        if data is not None:
            buffer = tflite.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def dense(self, source: int, size: int) -> int:
        width = self.graph.tensors[source].shape[1]
        weights = self.random.standard_normal((size, width), np.float32)
        inputs = [source, self.tensor((size, width), weights), -1]
        return self._operator(0, inputs, (1, size), "FullyConnectedOptions")

    def reshape(self, source: int, shape: tuple[int, ...]) -> int:
        options = tflite.ReshapeOptionsT()
        options.newShape = list(shape)
        return self._operator(1, [source], shape, "ReshapeOptions", options)

    def _operator(
        self,
        code: int,
        inputs: list[int],
        shape: tuple[int, ...],
        kind: str,
        options: object = None,
    ) -> int:
        operator = tflite.OperatorT()
        operator.opcodeIndex, operator.inputs = code, inputs
        operator.outputs = [self.tensor(shape)]
        operator.builtinOptionsType = getattr(tflite.BuiltinOptions, kind)
        operator.builtinOptions = options or getattr(tflite, f"{kind}T")()
        self.graph.operators.append(operator)
        return operator.outputs[0]

    def finish(self, outputs: list[int], signature: bool) -> bytes:
        model = tflite.ModelT()
        model.version, model.subgraphs, model.buffers = 3, [self.graph], self.buffers
        model.operatorCodes = []
        for builtin in (tflite.BuiltinOperator.FULLY_CONNECTED, tflite.BuiltinOperator.RESHAPE):
            code = tflite.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = builtin
            code.version = 1
            model.operatorCodes.append(code)
        self.graph.inputs, self.graph.outputs = [0], outputs
        if signature:
            named = tflite.SignatureDefT()
            named.signatureKey, named.inputs, named.outputs = "serving_default", [], []
            for index in outputs:
                entry = tflite.TensorMapT()
                entry.name, entry.tensorIndex = f"output_{index}", index
                named.outputs.append(entry)
            model.signatureDefs = [named]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
