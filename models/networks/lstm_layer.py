"""One LSTM layer, a step at a time, without torch and without allocation.

The sigmoid gates are halved so that one ``tanh`` serves all four: sigmoid(x) = (tanh(x/2) + 1) / 2.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Real = NDArray[np.floating[Any]]


class LstmLayer:
    """A single matrix over [input, hidden], gates ordered i, f, o, g.

    Attributes:
        below: the next step's input, (input,), to be written before it.
        h: hidden state, (size,).
        c: cell state, (size,).
    """

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
        """One step from ``below``; ``h`` is its output."""
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
        """Hidden and cell state zero."""
        self.input[:] = 0.0
        self.c[:] = 0.0

    @classmethod
    def of(cls, tensors: Mapping[str, Float], name: str, layer: int = 0) -> "LstmLayer":
        """Layer ``layer`` of the torch module ``name``: its ``weight_ih_l<k>`` and the rest."""
        w_ih, w_hh, b_ih, b_hh = (
            tensors[f"{name}.{part}_l{layer}"]
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        return cls(w_ih.astype(np.float64), w_hh, b_ih.astype(np.float64) + b_hh)
