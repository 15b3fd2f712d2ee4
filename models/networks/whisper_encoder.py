"""Whisper's encoder in numpy: every hidden layer, over a sound's own length.

CTranslate2's ``encode`` gives the last layer only, and Whisper's own code thirty seconds of it.
What a voice sounds like stands in the layers below, so that they are computed here, from the
tensors of the same file that transcribes. A layer is a pre-norm transformer block; the position
table is Whisper's.
"""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.features.constants import FRAME
from models.features.whisper_mel import BANDS, log_mel
from models.networks.ct2_file import Float, read_tensors

HEAD: Final = 64  # channels of an attention head, in every size of Whisper
LONGEST: Final = 30 * 16_000  # samples: its position table ends there
STEP_S: Final = 0.02  # seconds of a row
_EPSILON: Final = 1e-5
# erf(x/√2) = tanh(x·p(x²)) to 2·10⁻⁵: one tanh where numpy has no erf.
_GELU: Final = (7.97682053e-01, 3.67383779e-02, -2.56598921e-04, -8.56123040e-06)
_GELU_LIMIT: Final = 5.0

States = NDArray[np.float32]
"""Hidden states, (layers + 1, rows of 20 ms, channels): what enters the first block, what leaves
each but the last, and what leaves the last one's norm."""


def gelu(x: Float) -> Float:
    """The exact Gaussian error linear unit within 3·10⁻⁵."""
    held = np.clip(x, -_GELU_LIMIT, _GELU_LIMIT)
    square = held * held
    poly = np.float32(_GELU[3]) * square
    for term in _GELU[2:0:-1]:
        poly += np.float32(term)
        poly *= square
    poly += np.float32(_GELU[0])
    poly *= held
    np.tanh(poly, out=poly)
    poly += np.float32(1.0)
    poly *= x
    poly *= np.float32(0.5)
    return poly


class WhisperEncoder:
    """The encoder of one model file, for any number of threads at a time.

    Args:
        path: a ``model.bin`` of CTranslate2's.

    Attributes:
        layers: number of blocks.
        channels: width of a hidden state.

    Raises:
        ModelError: the file cannot be read, or is not of a Whisper model.
    """

    def __init__(self, path: Path) -> None:
        tensors = read_tensors(path, "encoder/")
        try:
            self._convolutions = [
                (_flat(tensors[f"{name}/weight"]), tensors[f"{name}/bias"])
                for name in ("conv1", "conv2")
            ]
            self._positions = tensors["position_encodings/encodings"]
            self._norm = _Norm(tensors, "layer_norm")
            self._blocks: list[_Block] = []
            while f"layer_{len(self._blocks)}/ffn/layer_norm/gamma" in tensors:
                self._blocks.append(_Block(tensors, f"layer_{len(self._blocks)}"))
        except KeyError as error:
            raise ModelError(
                f"{path} holds no Whisper encoder: it lacks {error}.",
                "Name the model.bin of a Whisper model that CTranslate2's converter made.",
            ) from error
        self.layers = len(self._blocks)
        self.channels = self._positions.shape[1]

    def __call__(self, sound: Float) -> States:
        """Hidden states of ``sound``, (n,) at 16 kHz; at most thirty seconds are read.

        What is shorter than two rows is padded with silence to that.
        """
        heard = np.asarray(sound[:LONGEST], np.float32)
        least = 2 * FRAME
        if len(heard) < least:
            heard = np.pad(heard, (0, least - len(heard)))
        return self.of_log_mel(log_mel(heard))

    def of_log_mel(self, frames: Float) -> States:
        """Hidden states of a log-mel spectrogram, (n, 80): its two convolutions halve n."""
        if frames.shape[1] != BANDS:
            raise ModelError(f"Whisper's spectrogram has {BANDS} bands, not {frames.shape[1]}.")
        x = frames
        for stride, (weight, bias) in zip((1, 2), self._convolutions, strict=True):
            x = gelu(_windows(x, stride) @ weight + bias)
        x = x + self._positions[: len(x)]
        states = np.empty((self.layers + 1, *x.shape), np.float32)
        states[0] = x
        for number, block in enumerate(self._blocks, 1):
            x = block(x)
            states[number] = x
        states[-1] = self._norm(x)
        return states


class _Norm:
    def __init__(self, tensors: dict[str, Float], name: str) -> None:
        self._gamma, self._beta = tensors[f"{name}/gamma"], tensors[f"{name}/beta"]

    def __call__(self, x: Float) -> Float:
        centred = x - x.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + np.float32(_EPSILON))
        return np.asarray(centred / spread * self._gamma + self._beta, np.float32)


class _Linear:
    def __init__(self, tensors: dict[str, Float], name: str) -> None:
        self._weight = np.ascontiguousarray(tensors[f"{name}/weight"].T)
        self._bias = tensors[f"{name}/bias"]

    def __call__(self, x: Float) -> Float:
        return np.asarray(x @ self._weight + self._bias, np.float32)


class _Block:
    def __init__(self, tensors: dict[str, Float], name: str) -> None:
        self._attention_norm = _Norm(tensors, f"{name}/self_attention/layer_norm")
        self._into_heads = _Linear(tensors, f"{name}/self_attention/linear_0")
        self._out_of_heads = _Linear(tensors, f"{name}/self_attention/linear_1")
        self._norm = _Norm(tensors, f"{name}/ffn/layer_norm")
        self._widen = _Linear(tensors, f"{name}/ffn/linear_0")
        self._narrow = _Linear(tensors, f"{name}/ffn/linear_1")

    def __call__(self, x: Float) -> Float:
        rows, channels = x.shape
        joined: Float = self._into_heads(self._attention_norm(x)).reshape(rows, 3, -1, HEAD)
        query, key, value = joined.transpose(1, 2, 0, 3)  # each (heads, rows, 64)
        scores: Float = (query * np.float32(HEAD**-0.5)) @ key.transpose(0, 2, 1)
        scores -= scores.max(axis=2, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=2, keepdims=True)
        heard: Float = (scores @ value).transpose(1, 0, 2).reshape(rows, channels)
        x = np.asarray(x + self._out_of_heads(heard), np.float32)
        return np.asarray(x + self._narrow(gelu(self._widen(self._norm(x)))), np.float32)


def _flat(weight: Float) -> Float:
    """A kernel (out, in, 3) as a matrix over three neighbouring rows, (3 · in, out)."""
    return np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(-1, weight.shape[0]))


def _windows(x: Float, stride: int) -> Float:
    """Each row of ``x`` between its neighbours, zeros beyond the ends: (n / stride, 3 · in)."""
    rows = np.arange(0, len(x), stride)
    padded = np.pad(x, ((1, 1), (0, 0)))
    return np.concatenate([padded[rows + k] for k in range(3)], axis=1)
