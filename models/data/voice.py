"""How much voice is in a recording, by Silero's detector as faster-whisper carries it."""

import importlib.util
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

FRAME = 512  # samples a decision, the detector's own
THRESHOLD = 0.5


def voice_detector() -> Callable[[Float], float]:
    """A function from samples, (n,) at 16 kHz, to seconds of voice.

    Raises:
        ModelError: if faster-whisper is not installed.
    """
    if importlib.util.find_spec("faster_whisper") is None:
        raise ModelError(
            "Voice activity needs faster-whisper, which carries the detector.",
            "Install the extra: pip install 'distressd[language]', or leave out --voice.",
        )
    from faster_whisper.vad import get_vad_model

    detector = get_vad_model()

    def seconds(samples: Float) -> float:
        padded = np.pad(samples, (0, -len(samples) % FRAME or FRAME * (len(samples) == 0)))
        probability = np.asarray(detector(padded.copy()))
        return float((probability >= THRESHOLD).sum() * FRAME / SAMPLE_RATE)

    return seconds
