"""The same network, some frames at a time, without torch."""

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.networks.lstm_layer import LstmLayer
from models.networks.shapes import require_shapes
from models.networks.weights import Weights

Float = NDArray[np.float32]


class Stepper:
    """``EmotionLSTM`` over the frames of a stream, its hidden state carried inside.

    However many frames are taken in at once, each gives the logits that it would give alone, to
    the bit.

    Args:
        tensors: the module's state: ``mean``, ``scale``, ``lstm.*_l<k>``, ``head.*``.
    """

    def __init__(self, tensors: Mapping[str, Float]) -> None:
        self._mean = np.ascontiguousarray(tensors["mean"], np.float32)
        self._scale = np.ascontiguousarray(tensors["scale"], np.float32)
        self._layers: list[LstmLayer] = []
        while f"lstm.weight_ih_l{len(self._layers)}" in tensors:
            self._layers.append(LstmLayer.of(tensors, "lstm", len(self._layers)))
        self._head = np.ascontiguousarray(tensors["head.weight"].T, np.float32)
        self._head_bias = np.ascontiguousarray(tensors["head.bias"], np.float32)

    @classmethod
    def of(cls, weights: Weights, inputs: int, classes: int) -> Self:
        """The network of ``weights``, which takes so many features and tells so many classes apart.

        Raises:
            ModelError: a tensor is missing, or of another shape.
        """
        first = {"lstm.weight_hh_l0": ("gates", "hidden")}
        hidden = require_shapes(weights, first, "network of emotions")["hidden"]
        shapes: dict[str, tuple[int, ...]] = {"mean": (inputs,), "scale": (inputs,)}
        layer, below = 0, inputs
        while layer == 0 or f"lstm.weight_ih_l{layer}" in weights.tensors:
            shapes |= {
                f"lstm.weight_ih_l{layer}": (4 * hidden, below),
                f"lstm.weight_hh_l{layer}": (4 * hidden, hidden),
                f"lstm.bias_ih_l{layer}": (4 * hidden,),
                f"lstm.bias_hh_l{layer}": (4 * hidden,),
            }
            layer, below = layer + 1, hidden
        shapes |= {"head.weight": (classes, hidden), "head.bias": (classes,)}
        require_shapes(weights, shapes, "network of emotions")
        return cls(weights.tensors)

    @property
    def input_size(self) -> int:
        """Features a frame."""
        return self._layers[0].inputs

    @property
    def classes(self) -> int:
        """Logits a frame."""
        return len(self._head_bias)

    def reset(self) -> None:
        """Begin a stretch: hidden state zero."""
        for layer in self._layers:
            layer.reset()

    def step(self, features: Float) -> Float:
        """Logits after one frame: (input_size,) → (num_classes,)."""
        below = np.subtract(features, self._mean)
        np.multiply(below, self._scale, out=below)
        for layer in self._layers:
            below = layer.step(below)
        logits: Float = np.dot(below, self._head)
        return np.add(logits, self._head_bias, out=logits)

    def run(self, features: Float) -> Float:
        """Logits after each frame: (n, input_size) → (n, num_classes)."""
        below = np.subtract(features, self._mean)
        np.multiply(below, self._scale, out=below)
        for layer in self._layers:
            below = layer.run(below)
        logits: Float = np.matmul(below[:, None], self._head)[:, 0]
        return np.add(logits, self._head_bias, out=logits)


def softmax(logits: Float) -> Float:
    """Probabilities, (num_classes,), or of each row, (n, num_classes)."""
    if logits.ndim == 1:  # this way it takes two thirds of the time
        shifted = np.subtract(logits, max(logits.tolist()), dtype=np.float32)
        np.exp(shifted, out=shifted)
        return np.asarray(np.divide(shifted, np.add.reduce(shifted), out=shifted))
    shifted = np.subtract(logits, np.maximum.reduce(logits, axis=1, keepdims=True))
    np.exp(shifted, out=shifted)
    total = np.add.reduce(shifted, axis=1, keepdims=True)
    return np.asarray(np.divide(shifted, total, out=shifted))
