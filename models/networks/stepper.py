"""The same network, one frame at a time, without torch.

The sigmoid gates are halved so that one ``tanh`` serves all four: sigmoid(x) = (tanh(x/2) + 1) / 2.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Real = NDArray[np.floating[Any]]


class _Layer:
    """One LSTM layer: a single matrix over [input, hidden], gates ordered i, f, o, g."""

    def __init__(self, w_ih: Real, w_hh: Real, bias: Real) -> None:
        size = w_hh.shape[1]
        i, f, g, o = (slice(k * size, (k + 1) * size) for k in range(4))
        order = np.r_[i, f, o, g]
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], np.float32), size)[:, None]
        stacked = np.hstack([w_ih, w_hh])[order] * half
        self.weight = np.ascontiguousarray(stacked, np.float32)
        self.bias = np.ascontiguousarray(bias[order] * half[:, 0], np.float32)
        self.input = np.zeros(w_ih.shape[1] + size, np.float32)
        self.below = self.input[: w_ih.shape[1]]
        self.h = self.input[w_ih.shape[1] :]
        self.c = np.zeros(size, np.float32)
        self._gates = np.empty(4 * size, np.float32)
        self._sigmoids = self._gates[: 3 * size]
        self._i, self._f, self._o, self._g = self._gates.reshape(4, size)
        self._scratch = np.empty(size, np.float32)

    def step(self) -> None:
        gates = self._gates
        np.dot(self.weight, self.input, out=gates)
        np.add(gates, self.bias, out=gates)
        np.tanh(gates, out=gates)
        np.multiply(self._sigmoids, 0.5, out=self._sigmoids)
        np.add(self._sigmoids, 0.5, out=self._sigmoids)
        np.multiply(self.c, self._f, out=self.c)
        np.multiply(self._i, self._g, out=self._scratch)
        np.add(self.c, self._scratch, out=self.c)
        np.tanh(self.c, out=self._scratch)
        np.multiply(self._o, self._scratch, out=self.h)

    def reset(self) -> None:
        self.input[:] = 0.0
        self.c[:] = 0.0


class Stepper:
    """``EmotionLSTM`` frame by frame, its hidden state carried inside.

    Args:
        tensors: the module's state: ``mean``, ``scale``, ``lstm.*_l<k>``, ``head.*``.
    """

    def __init__(self, tensors: Mapping[str, Float]) -> None:
        self._mean = np.ascontiguousarray(tensors["mean"], np.float32)
        self._scale = np.ascontiguousarray(tensors["scale"], np.float32)
        self._standard = np.empty(len(self._mean), np.float32)
        self._layers: list[_Layer] = []
        while f"lstm.weight_ih_l{len(self._layers)}" in tensors:
            k = len(self._layers)
            w_ih = tensors[f"lstm.weight_ih_l{k}"].astype(np.float64)
            bias = tensors[f"lstm.bias_ih_l{k}"].astype(np.float64) + tensors[f"lstm.bias_hh_l{k}"]
            self._layers.append(_Layer(w_ih, tensors[f"lstm.weight_hh_l{k}"], bias))
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
        below = np.subtract(features, self._mean, out=self._standard)
        np.multiply(below, self._scale, out=below)
        for layer in self._layers:
            layer.below[:] = below
            layer.step()
            below = layer.h
        np.dot(self._head, below, out=self._logits)
        return np.add(self._logits, self._head_bias, out=self._logits)


def softmax(logits: Float) -> Float:
    """Probabilities, (num_classes,)."""
    shifted = np.exp(logits - logits.max())
    return np.asarray(shifted / shifted.sum(), np.float32)
