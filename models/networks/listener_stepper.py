"""The listener block by block, its state carried inside, without torch."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.networks.lstm_layer import LstmLayer

Float = NDArray[np.float32]

BLOCK = 10  # hops
_CONTEXT = 2  # inputs that each convolution sees of the time before
_WIDTH_1, _STRIDE_1, _WIDTH_2 = 4, 2, 3
_STEPS = BLOCK // _STRIDE_1


class _Convolution:
    """Causal: its last inputs are the context of the next block."""

    def __init__(self, weight: Float, bias: Float, stride: int) -> None:
        outputs, inputs, self._width = weight.shape
        self._stride = stride
        # (outputs, inputs, width) to one matrix over [width, inputs], as windows of rows lie.
        matrix = weight.transpose(2, 1, 0).reshape(-1, outputs)
        self._matrix = np.ascontiguousarray(matrix, np.float32)
        self._bias = bias.astype(np.float32)
        self._inputs = inputs
        self._seen = np.zeros((0, inputs), np.float32)

    def reserve(self, rows: int) -> Float:
        """Where the rows of each block are to be written, (rows, inputs)."""
        self._seen = np.zeros((_CONTEXT + rows, self._inputs), np.float32)
        span = (_CONTEXT + rows) * self._inputs
        first = np.arange(0, _CONTEXT + rows - self._width + 1, self._stride) * self._inputs
        self._take = first[:, None] + np.arange(self._width * self._inputs)
        self._flat = self._seen.reshape(span)
        return self._seen[_CONTEXT:]

    def __call__(self) -> Float:
        """Rectified outputs of the rows that were written."""
        made = self._flat[self._take] @ self._matrix
        made += self._bias
        self._seen[:_CONTEXT] = self._seen[-_CONTEXT:]
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
        scores: logits of the sound events that ``select`` named, heard without YAMNet.
    """

    def __init__(self, tensors: Mapping[str, Float]) -> None:
        self._mean = np.asarray(tensors["mean"], np.float32)
        self._scale = np.asarray(tensors["scale"], np.float32)
        self._first = _Convolution(tensors["conv1.weight"], tensors["conv1.bias"], _STRIDE_1)
        self._second = _Convolution(tensors["conv2.weight"], tensors["conv2.bias"], 1)
        self._mel = self._first.reserve(BLOCK)
        self._between = self._second.reserve(_STEPS)
        self._fast = LstmLayer.of(tensors, "fast")
        self._slow = LstmLayer.of(tensors, "slow")
        self._inner = np.ascontiguousarray(tensors["inner.weight"], np.float32)
        self._inner_bias = np.asarray(tensors["inner.bias"], np.float32)
        fast, inner = len(self._fast.h), len(self._inner_bias)
        self._sum = np.zeros(fast, np.float32)
        self._pooled = self._slow.below[: 2 * fast]
        self._joined = self._slow.below[2 * fast : 2 * fast + inner]
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
        for part in (self._first, self._second, self._fast, self._slow):
            part.reset()

    def step(self, mel: Float, embedding: Float | None) -> None:
        """One block.

        Args:
            mel: (10, 64), as ``models.features.logmel`` makes it.
            embedding: (1024,) of the second that ends with the block; None where there is none.
        """
        np.subtract(mel, self._mean, out=self._mel)
        np.multiply(self._mel, self._scale, out=self._mel)
        self._between[:] = self._first()
        fast = self._fast
        self._sum[:] = 0.0
        for row in self._second():
            fast.below[:] = row
            fast.step()
            self._sum += fast.h
        size = len(fast.h)
        self._pooled[:size] = fast.h
        np.multiply(self._sum, np.float32(1.0 / _STEPS), out=self._pooled[size:])
        if embedding is None:
            self._joined[:] = 0.0
            self._slow.below[-1] = 0.0
        else:
            np.dot(self._inner, embedding, out=self._joined)
            self._joined += self._inner_bias
            np.maximum(self._joined, 0.0, out=self._joined)
            self._slow.below[-1] = 1.0
        self._slow.step()
        np.dot(self._heads, self._slow.h, out=self._logits)
        self._logits += self._heads_bias
        np.dot(self._scores, self._pooled, out=self.scores)
        self.scores += self._scores_bias
