"""Sentences spoken by espeak-ng: words that are known, in voices that nobody owns."""

import io
import shutil
import subprocess
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from models.errors import DataError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

VOICES: Final = ("en-us", "en-us+f3", "en-gb", "en-gb+f2", "en-us+m3", "en-gb-scotland+f4")
WORDS_PER_MINUTE: Final = (140, 190)
PITCH: Final = (35, 70)
PATIENCE_S: Final = 60.0


def speak(text: str, voice: str, *, words_per_minute: int = 160, pitch: int = 50) -> Float:
    """``text`` as espeak-ng says it, (n,) at 16 kHz.

    Raises:
        DataError: espeak-ng is missing, or cannot say it.
    """
    program = shutil.which("espeak-ng")
    if program is None:
        raise DataError(
            "espeak-ng is not installed, so that nothing can be spoken.",
            "Install it: apt-get install espeak-ng, or brew install espeak-ng.",
        )
    # The text goes through standard input: it may begin with a hyphen.
    said = subprocess.run(  # noqa: S603 - a program of this machine, and our own words
        [
            program,
            "-v",
            voice,
            "-s",
            str(words_per_minute),
            "-p",
            str(pitch),
            "--stdout",
            "--stdin",
        ],
        input=text.encode(),
        capture_output=True,
        check=False,
        timeout=PATIENCE_S,
    )
    if said.returncode != 0 or not said.stdout:
        raise DataError(
            f"espeak-ng cannot speak with the voice {voice}: {said.stderr.decode().strip()[:200]}."
        )
    sound, rate = soundfile.read(io.BytesIO(said.stdout), dtype="float32")
    return np.asarray(soxr.resample(sound, rate, SAMPLE_RATE), np.float32)


def speak_by_chance(text: str, rng: np.random.Generator) -> Float:
    """``text`` in one of the voices, at a pace and a pitch drawn by chance."""
    return speak(
        text,
        VOICES[int(rng.integers(len(VOICES)))],
        words_per_minute=int(rng.integers(*WORDS_PER_MINUTE)),
        pitch=int(rng.integers(*PITCH)),
    )
