"""Where the weights of a fold lie: each trained on everything but what it is to be judged by.

``ravdess_0_lstm13.safetensors`` never heard the actors 1 to 4, ``without_nemo_voice.safetensors``
never heard nEMO. They are committed beside the shipped weights, so that their figures can be had
again.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1] / "weights" / "folds"
LEFT_OUT: Final = ("ravdess", "nemo", "tess", "emospeech_in")
"""Corpora with distress and without, each of which some weights never heard."""


def ravdess_weights(fold: int, network: str) -> Path:
    """The weights of ``network`` that never heard the test actors of RAVDESS fold 0 to 5."""
    return FOLDER / f"ravdess_{fold}_{network}.safetensors"


def weights_without(corpus: str, network: str) -> Path:
    """The weights of ``network`` that never heard ``corpus``."""
    return FOLDER / f"without_{corpus}_{network}.safetensors"


def weights_with_screams_of(side: str, network: str) -> Path:
    """The weights of ``network`` that know the screams of ``side`` only: games, or recorded."""
    return FOLDER / f"screams_{side}_{network}.safetensors"
