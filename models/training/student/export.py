"""From the torch module to the file that the daemon runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from models.features.melpower import BANDS, FRAMES
from models.networks.litert_file import Graph
from models.networks.mobilenet import Convolution, Excitations, InvertedResidual, Student

Float = NDArray[np.float32]


def as_litert(model: Student, rows: Sequence[int]) -> bytes:
    """A file whose one output is the logits of the kinds, the emotions and the ``rows`` of scores.

    Normalisation is folded into the convolutions. The input is (1, 104 bands, 96 frames, 1).
    """
    graph = Graph()
    window = graph.input("mel power", 1, BANDS, FRAMES, 1)
    stem, *blocks, last = model.features
    x = _convolution(graph, window, stem)
    for block in blocks:
        x = _block(graph, x, block)
    x = graph.mean(_convolution(graph, x, last))
    x = graph.hard_swish(_dense(graph, x, _array(model.embedding.weight), model.embedding.bias))
    heads = (model.kind, model.emotion)
    weight = np.concatenate([*(_array(h.weight) for h in heads), _array(model.scores.weight)[rows]])
    bias = np.concatenate([*(_array(h.bias) for h in heads), _array(model.scores.bias)[rows]])
    return graph.serialised([window], [_dense(graph, x, weight, bias)], "distressd's student")


def _block(graph: Graph, x: int, block: Any) -> int:
    assert isinstance(block, InvertedResidual)
    made = x
    for layer in block.block:
        made = (
            _excited(graph, made, layer)
            if isinstance(layer, Excitations)
            else _convolution(graph, made, layer)
        )
    return graph.add(made, x) if block.adds else made


def _excited(graph: Graph, x: int, layer: Excitations) -> int:
    inner: Any = layer.conc_se_layers[0]
    squeezed = _dense(graph, graph.mean(x), _array(inner.fc1.weight), inner.fc1.bias, relu=True)
    scale = graph.sigmoid(_dense(graph, squeezed, _array(inner.fc2.weight), inner.fc2.bias))
    return graph.multiply(x, scale)


def _convolution(graph: Graph, x: int, layer: Any) -> int:
    assert isinstance(layer, Convolution)
    plain, normal = layer[0], layer[1]
    assert isinstance(plain, nn.Conv2d) and isinstance(normal, nn.BatchNorm2d)  # noqa: PT018 - types
    assert normal.running_var is not None and normal.running_mean is not None  # noqa: PT018 - types
    scale = _array(normal.weight) / np.sqrt(_array(normal.running_var) + normal.eps)
    weight = _array(plain.weight) * scale[:, None, None, None]
    bias = _array(normal.bias) - _array(normal.running_mean) * scale
    activation = layer[2] if len(layer) > 2 else None  # noqa: PLR2004 - the third, where there is one
    relu, stride = isinstance(activation, nn.ReLU), plain.stride[0]
    if plain.groups > 1:
        made = graph.filter(x, weight, bias, stride=stride, relu=relu)
    else:
        made = graph.convolve(x, weight, bias, stride=stride, relu=relu)
    return graph.hard_swish(made) if isinstance(activation, nn.Hardswish) else made


def _dense(graph: Graph, x: int, weight: Float, bias: Any, *, relu: bool = False) -> int:
    return graph.convolve(x, weight[:, :, None, None], _array(bias), relu=relu)


def _array(tensor: Any) -> Float:
    if isinstance(tensor, np.ndarray):
        return tensor
    return np.asarray(tensor.detach().numpy(), np.float32)
