"""The listener block by block, its state carried inside, without torch."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.networks.lstm_layer import LstmLayer

Float = NDArray[np.float32]

BLOCK = 10  # hops
_STRIDE = 2
_STEPS = BLOCK // _STRIDE


class _Convolution:
    """Causal: its last inputs are the context of the next block.

    Args:
        weight: (outputs, inputs, width).
        bias: (outputs,).
        rows: inputs of a block.
        stride: inputs between two outputs.
        spread: inputs between two taps.

    Attributes:
        inputs: where the rows of each block are to be written, (rows, inputs).
    """

    def __init__(self, weight: Float, bias: Float, rows: int, stride: int, spread: int) -> None:
        outputs, inputs, width = weight.shape
        # (outputs, inputs, width) to one matrix over [width, inputs], as rows lie in memory.
        matrix = weight.transpose(2, 1, 0).reshape(-1, outputs)
        self._matrix = np.ascontiguousarray(matrix, np.float32)
        self._bias = np.asarray(bias, np.float32)
        self._context = (width - 1) * spread - (stride - 1)
        self._seen = np.zeros((self._context + rows, inputs), np.float32)
        self.inputs = self._seen[self._context :]
        first = np.arange(0, rows, stride)
        self._rows = first[:, None] + np.arange(width) * spread
        self._taken = np.empty((len(first), width, inputs), np.float32)
        self._flat = self._taken.reshape(len(first), -1)

    def __call__(self) -> Float:
        """Rectified outputs of the rows that were written."""
        np.take(self._seen, self._rows, axis=0, out=self._taken, mode="clip")
        made = self._flat @ self._matrix
        made += self._bias
        self._seen[: self._context] = self._seen[-self._context :].copy()
        return np.asarray(np.maximum(made, 0.0, out=made))

    def reset(self) -> None:
        """Silence before the next block."""
        self._seen[:] = 0.0


class ListenerStepper:
    """``Listener``, ten times a second.

    Args:
        tensors: the module's state.

    Attributes:
        outcome: logits of none, distress and infant, (3,), after the last block.
        emotion: logits of the eight emotions, (8,).
        scores: logits of the sound events, heard without YAMNet.
    """

    def __init__(self, tensors: Mapping[str, Float]) -> None:
        self._mean = np.asarray(tensors["mean"], np.float32)
        self._scale = np.asarray(tensors["scale"], np.float32)
        self._first = _Convolution(
            tensors["first.weight"], tensors["first.bias"], BLOCK, _STRIDE, 1
        )
        self._further: list[_Convolution] = []
        while f"further.{len(self._further)}.weight" in tensors:
            k = len(self._further)
            weight, bias = tensors[f"further.{k}.weight"], tensors[f"further.{k}.bias"]
            self._further.append(_Convolution(weight, bias, _STEPS, 1, 1 << k))
        self._memory = LstmLayer.of(tensors, "memory")
        self._inner = np.ascontiguousarray(tensors["inner.weight"], np.float32)
        self._inner_bias = np.asarray(tensors["inner.bias"], np.float32)
        channels, inner = len(tensors["first.bias"]), len(self._inner_bias)
        below = self._memory.below
        self._newest, self._mean_step = below[:channels], below[channels : 2 * channels]
        self._pooled = below[: 2 * channels]
        self._joined = below[2 * channels : 2 * channels + inner]
        self._heads = np.ascontiguousarray(
            np.concatenate([tensors["outcome.weight"], tensors["emotion.weight"]]), np.float32
        )
        self._heads_bias = np.concatenate([tensors["outcome.bias"], tensors["emotion.bias"]])
        self._logits = np.zeros(len(self._heads), np.float32)
        outcomes = len(tensors["outcome.bias"])
        self.outcome, self.emotion = self._logits[:outcomes], self._logits[outcomes:]
        self._scores = np.ascontiguousarray(tensors["scores.weight"], np.float32)
        self._scores_bias = np.asarray(tensors["scores.bias"], np.float32)
        self.scores = np.zeros(len(self._scores_bias), np.float32)

    def reset(self) -> None:
        """Begin a stretch."""
        for convolution in (self._first, *self._further):
            convolution.reset()
        self._memory.reset()

    def step(self, mel: Float, embedding: Float | None) -> None:
        """One block.

        Args:
            mel: (10, 64), as ``models.features.logmel`` makes it.
            embedding: (1024,) of the second that ends with the block; None where there is none.
        """
        standard = np.subtract(mel, self._mean, out=self._first.inputs)
        np.multiply(standard, self._scale, out=standard)
        heard = self._first()
        for further in self._further:
            further.inputs[:] = heard
            heard += further()
        self._newest[:] = heard[-1]
        np.mean(heard, axis=0, out=self._mean_step)
        self._join(embedding)
        np.dot(self._scores, self._pooled, out=self.scores)
        self.scores += self._scores_bias
        self._memory.step()
        np.dot(self._heads, self._memory.h, out=self._logits)
        self._logits += self._heads_bias

    def _join(self, embedding: Float | None) -> None:
        if embedding is None:
            self._joined[:] = 0.0
            self._memory.below[-1] = 0.0
            return
        np.dot(self._inner, embedding, out=self._joined)
        self._joined += self._inner_bias
        np.maximum(self._joined, 0.0, out=self._joined)
        self._memory.below[-1] = 1.0
