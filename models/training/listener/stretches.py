"""What the listener would be given of a mixture, cut as ``BlockEar`` cuts a stream."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ear.by_blocks import CATCH_UP, LINGER_HOPS
from models.features.constants import FRAME, HOP
from models.features.gain import Gain, GainSettings
from models.features.gate import Gate, GateSettings
from models.features.logmel import LogMel
from models.networks.listener_stepper import BLOCK
from models.sounds.yamnet import WINDOW
from models.training.mixtures import Mixture

Float = NDArray[np.float32]
Half = NDArray[np.float16]

BLOCK_SAMPLES = BLOCK * HOP
Hearing = Callable[[Float], tuple[Float, Float]]
"""Embedding (1024,) and scores (521,) of a window, (15600,)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the beginning of listening to its end.

    Attributes:
        file: the clip that is in it, by its path under the data root.
        mel: (10 n, 64).
        embedding: (n, 1024).
        scores: (n, 521), YAMNet's.
        since_onset: (n,) samples from the clip's onset to the end of each block.
        since_offset: (n,) the same from its offset.
        present_from: the first block for which the ear asks YAMNet.
    """

    file: str
    mel: Half
    embedding: Half
    scores: Half
    since_onset: NDArray[np.int32]
    since_offset: NDArray[np.int32]
    present_from: int

    def __len__(self) -> int:
        return len(self.embedding)


def stretches(
    file: str, mixture: Mixture, hearing: Hearing, gate: GateSettings, gain: GainSettings
) -> list[Stretch]:
    """Each stretch of ``mixture``, in order. It has no constant offset that were to be removed."""
    gates, gained = Gate(gate), Gain(gain)
    count = len(mixture.samples) // BLOCK_SAMPLES
    hops = mixture.samples[: count * BLOCK_SAMPLES].reshape(-1, HOP)
    gains = np.ones(len(hops), np.float32)
    listens = np.zeros(count, bool)
    closed_for = LINGER_HOPS + 1
    for number, hop in enumerate(hops):
        closed_for = 0 if gates.step(hop) else closed_for + 1
        gains[number] = gained.step(gates.level_db)
        if (number + 1) % BLOCK == 0:
            listens[number // BLOCK] = closed_for <= LINGER_HOPS
    samples = np.concatenate([np.zeros(WINDOW, np.float32), mixture.samples])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], listens.astype(np.int8), [0]])))
    found = []
    for begin, end in edges.reshape(-1, 2).tolist():
        first = max(0, begin - CATCH_UP + 1)
        from_sample = WINDOW + first * BLOCK_SAMPLES
        mel = LogMel()(
            samples[from_sample - (FRAME - HOP) : WINDOW + end * BLOCK_SAMPLES],
            gains[first * BLOCK : end * BLOCK],
        )
        ends = (np.arange(first, end) + 1) * BLOCK_SAMPLES
        windows = [hearing(samples[at : at + WINDOW]) for at in ends]
        found.append(
            Stretch(
                file,
                mel.astype(np.float16),
                np.array([embedding for embedding, _ in windows], np.float16),
                np.array([scores for _, scores in windows], np.float16),
                (ends - mixture.onset).astype(np.int32),
                (ends - mixture.offset).astype(np.int32),
                begin - first,
            )
        )
    return found
