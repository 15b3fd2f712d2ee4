"""One LSTM layer, some frames at a time, without torch.

The sigmoid gates are halved so that one ``tanh`` serves all four: sigmoid(x) = (tanh(x/2) + 1) / 2.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Real = NDArray[np.floating[Any]]

_HALF = np.array(0.5, np.float32)  # an array: a number would have to become one at each product


class LstmLayer:
    """Gates ordered i, f, o, g, and the cell state behind them.

    What the frames say to the gates does not hang on the state and is computed for all of them
    first, frame by frame nevertheless, so that each has the outcome that it would have alone, to
    the bit; what the state says comes step by step. So each of both matrices stays in the cache
    while it is used.

    Attributes:
        h: hidden state, (size,).
        c: cell state, (size,).
    """

    def __init__(self, w_ih: Real, w_hh: Real, bias: Real) -> None:
        size = w_hh.shape[1]
        i, f, g, o = (slice(k * size, (k + 1) * size) for k in range(4))
        order = np.r_[i, f, o, g]
        half = np.repeat(np.array([0.5, 0.5, 0.5, 1.0], np.float32), size)
        self.from_below = np.ascontiguousarray((w_ih[order] * half[:, None]).T, np.float32)
        self.from_before = np.ascontiguousarray((w_hh[order] * half[:, None]).T, np.float32)
        self.bias = np.ascontiguousarray(bias[order] * half, np.float32)
        self.h = np.zeros(size, np.float32)
        line = np.zeros(5 * size, np.float32)
        self._gates, self._sigmoids = line[: 4 * size], line[: 3 * size]
        self._let, self._o = line[: 2 * size], line[2 * size : 3 * size]  # what i and f let through
        self._kept, self.c = line[3 * size :], line[4 * size :]
        self._products = np.empty(2 * size, np.float32)
        self._new, self._old = self._products[:size], self._products[size:]

    @property
    def inputs(self) -> int:
        """Figures a frame."""
        return len(self.from_below)

    def run(self, below: Float) -> Float:
        """The hidden state after each frame: (n, inputs) to (n, size)."""
        said = np.matmul(below[:, None], self.from_below)[:, 0]
        np.add(said, self.bias, out=said)
        states = np.empty((len(below), len(self.h)), np.float32)
        before = self.h
        for now, after in zip(said, states, strict=True):
            self._go_on(before, now, after)
            before = after
        self.h[:] = before
        return states

    def step(self, below: Float) -> Float:
        """The same for one frame, which must not wait: (inputs,) to (size,), ``h`` itself."""
        said = np.dot(below, self.from_below)
        self._go_on(self.h, np.add(said, self.bias, out=said), self.h)
        return self.h

    def _go_on(self, before: Float, said: Float, after: Float) -> None:
        gates, sigmoids, tanh_c = self._gates, self._sigmoids, self._new
        np.dot(before, self.from_before, out=gates)
        np.add(gates, said, out=gates)
        np.tanh(gates, out=gates)
        np.multiply(sigmoids, _HALF, out=sigmoids)
        np.add(sigmoids, _HALF, out=sigmoids)
        np.multiply(self._let, self._kept, out=self._products)
        np.add(self._new, self._old, out=self.c)
        np.multiply(self._o, np.tanh(self.c, out=tanh_c), out=after)

    def reset(self) -> None:
        """Hidden and cell state zero."""
        self.h[:] = 0.0
        self.c[:] = 0.0

    @classmethod
    def of(cls, tensors: Mapping[str, Float], name: str, layer: int = 0) -> "LstmLayer":
        """Layer ``layer`` of the torch module ``name``: its ``weight_ih_l<k>`` and the rest."""
        w_ih, w_hh, b_ih, b_hh = (
            tensors[f"{name}.{part}_l{layer}"]
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        return cls(w_ih.astype(np.float64), w_hh, b_ih.astype(np.float64) + b_hh)
