"""The same network, one frame at a time, without torch."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.networks.lstm_layer import LstmLayer

Float = NDArray[np.float32]


class Stepper:
    """``EmotionLSTM`` frame by frame, its hidden state carried inside.

    Args:
        tensors: the module's state: ``mean``, ``scale``, ``lstm.*_l<k>``, ``head.*``.
    """

    def __init__(self, tensors: Mapping[str, Float]) -> None:
        self._mean = np.ascontiguousarray(tensors["mean"], np.float32)
        self._scale = np.ascontiguousarray(tensors["scale"], np.float32)
        self._layers: list[LstmLayer] = []
        while f"lstm.weight_ih_l{len(self._layers)}" in tensors:
            self._layers.append(LstmLayer.of(tensors, "lstm", len(self._layers)))
        self._head = np.ascontiguousarray(tensors["head.weight"], np.float32)
        self._head_bias = np.ascontiguousarray(tensors["head.bias"], np.float32)
        self._logits = np.empty(len(self._head_bias), np.float32)

    @property
    def input_size(self) -> int:
        """Features a frame."""
        return len(self._layers[0].below)

    @property
    def classes(self) -> int:
        """Logits a step."""
        return len(self._logits)

    def reset(self) -> None:
        """Begin a stretch: hidden state zero."""
        for layer in self._layers:
            layer.reset()

    def step(self, features: Float) -> Float:
        """Logits after one frame: (input_size,) → (num_classes,), a buffer reused by the next."""
        below = np.subtract(features, self._mean, out=self._layers[0].below)
        np.multiply(below, self._scale, out=below)
        for layer in self._layers:
            if below is not layer.below:
                layer.below[:] = below
            layer.step()
            below = layer.h
        np.dot(self._head, below, out=self._logits)
        return np.add(self._logits, self._head_bias, out=self._logits)


def softmax(logits: Float) -> Float:
    """Probabilities, (num_classes,)."""
    shifted = np.subtract(logits, max(logits.tolist()), dtype=np.float32)
    np.exp(shifted, out=shifted)
    return np.asarray(np.divide(shifted, np.add.reduce(shifted), out=shifted))
