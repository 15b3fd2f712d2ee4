"""Writes a convolutional network as the flatbuffer that LiteRT runs.

LiteRT's own converters bring a second deep-learning framework along; what a MobileNet needs is
nine operations, and the runtime's package holds the schema. Tensors are (1, height, width,
channels) here and in the file.
"""

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

Float = NDArray[np.float32]
_Code = schema.BuiltinOperator
_Options = schema.BuiltinOptions
_FLOAT, _INT = 0, 2  # of TensorType
_SAME, _VALID = 0, 1
_RELU = 1
_ROOM = 1 << 22  # bytes that the builder begins with; it grows


class Graph:
    """Operations in the order in which they run. Tensors are referred to by their number."""

    def __init__(self) -> None:
        self._buffers = [schema.BufferT()]
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []

    def input(self, name: str, *shape: int) -> int:
        """What is given from outside."""
        return self._tensor(shape, name)

    def convolve(
        self, x: int, weight: Float, bias: Float, *, stride: int = 1, relu: bool = False
    ) -> int:
        """A convolution padded by half its kernel on each side.

        Args:
            x: what is convolved.
            weight: (outputs, inputs, kernel, kernel), as torch has it.
            bias: (outputs,).
            stride: in both directions.
            relu: whether negative results become zero.
        """
        kernel = weight.shape[2]
        padded = self._pad(x, kernel // 2) if kernel > 1 else x
        options = schema.Conv2DOptionsT()
        options.padding, options.strideH, options.strideW = _VALID, stride, stride
        options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = _RELU if relu else 0
        constants = [self._constant(weight.transpose(0, 2, 3, 1)), self._constant(bias)]
        shape = self._strided(padded, kernel, stride, len(weight))
        return self._operate(
            _Code.CONV_2D, [padded, *constants], shape, options, _Options.Conv2DOptions
        )

    def filter(
        self, x: int, weight: Float, bias: Float, *, stride: int = 1, relu: bool = False
    ) -> int:
        """A convolution of each channel by itself; ``weight`` is (channels, 1, kernel, kernel)."""
        kernel = weight.shape[2]
        # Padding that is the same on both sides is what torch does and, at strides above one,
        # not what the file's own rule does.
        padded = x if stride == 1 else self._pad(x, kernel // 2)
        options = schema.DepthwiseConv2DOptionsT()
        options.padding = _SAME if stride == 1 else _VALID
        options.strideH = options.strideW = stride
        options.depthMultiplier = options.dilationHFactor = options.dilationWFactor = 1
        options.fusedActivationFunction = _RELU if relu else 0
        constants = [self._constant(weight.transpose(1, 2, 3, 0)), self._constant(bias)]
        shape = self.shape(x) if stride == 1 else self._strided(padded, kernel, stride, len(weight))
        return self._operate(
            _Code.DEPTHWISE_CONV_2D,
            [padded, *constants],
            shape,
            options,
            _Options.DepthwiseConv2DOptions,
        )

    def hard_swish(self, x: int) -> int:
        """X · min(max(x + 3, 0), 6) / 6."""
        return self._operate(
            _Code.HARD_SWISH,
            [x],
            self.shape(x),
            schema.HardSwishOptionsT(),
            _Options.HardSwishOptions,
        )

    def sigmoid(self, x: int) -> int:
        """1 / (1 + exp(-x))."""
        return self._operate(_Code.LOGISTIC, [x], self.shape(x))

    def mean(self, x: int) -> int:
        """Over height and width, which become 1."""
        options = schema.ReducerOptionsT()
        options.keepDims = True
        count, _, _, channels = self.shape(x)
        axes = self._constant(np.array([1, 2], np.int32))
        return self._operate(
            _Code.MEAN, [x, axes], (count, 1, 1, channels), options, _Options.ReducerOptions
        )

    def multiply(self, x: int, by: int) -> int:
        """Each channel of ``x`` by its factor."""
        return self._operate(
            _Code.MUL, [x, by], self.shape(x), schema.MulOptionsT(), _Options.MulOptions
        )

    def add(self, x: int, y: int) -> int:
        """The sum of two of one shape."""
        return self._operate(
            _Code.ADD, [x, y], self.shape(x), schema.AddOptionsT(), _Options.AddOptions
        )

    def shape(self, x: int) -> tuple[int, ...]:
        """(1, height, width, channels)."""
        return tuple(self._tensors[x].shape)

    def serialised(self, inputs: list[int], outputs: list[int], description: str) -> bytes:
        """The whole file."""
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = self._tensors, self._operators
        graph.inputs, graph.outputs, graph.name = inputs, outputs, "main"
        model = schema.ModelT()
        model.version, model.description = 3, description
        model.subgraphs, model.buffers, model.operatorCodes = [graph], self._buffers, []
        for number in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = number
            code.version = 1
            model.operatorCodes.append(code)
        builder = flatbuffers.Builder(_ROOM)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _tensor(
        self, shape: tuple[int, ...], name: str, kind: int = _FLOAT, buffer: int = 0
    ) -> int:
        made = schema.TensorT()
        made.shape, made.type, made.name, made.buffer = list(shape), kind, name, buffer
        self._tensors.append(made)
        return len(self._tensors) - 1

    def _constant(self, values: NDArray[Any]) -> int:
        whole = values.dtype == np.int32
        data = np.ascontiguousarray(values if whole else values.astype(np.float32))
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(data.tobytes(), np.uint8)
        self._buffers.append(buffer)
        name = f"constant {len(self._buffers)}"
        return self._tensor(data.shape, name, _INT if whole else _FLOAT, len(self._buffers) - 1)

    def _operate(
        self,
        code: int,
        inputs: list[int],
        shape: tuple[int, ...],
        options: Any = None,
        kind: int = 0,
    ) -> int:
        if code not in self._codes:
            self._codes.append(code)
        out = self._tensor(shape, f"result {len(self._operators)}")
        made = schema.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = self._codes.index(code), inputs, [out]
        made.builtinOptions, made.builtinOptionsType = options, kind
        self._operators.append(made)
        return out

    def _pad(self, x: int, by: int) -> int:
        count, height, width, channels = self.shape(x)
        around = self._constant(np.array([[0, 0], [by, by], [by, by], [0, 0]], np.int32))
        shape = (count, height + 2 * by, width + 2 * by, channels)
        return self._operate(
            _Code.PAD, [x, around], shape, schema.PadOptionsT(), _Options.PadOptions
        )

    def _strided(self, x: int, kernel: int, stride: int, channels: int) -> tuple[int, ...]:
        count, height, width, _ = self.shape(x)
        return (
            count, (height - kernel) // stride + 1, (width - kernel) // stride + 1, channels
        )  # fmt: skip
