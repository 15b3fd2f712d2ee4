"""Word error rate, clean and in noise; what is invented where nobody speaks; what a batch gains.

Two kinds of speech: people who read (LibriSpeech), and espeak-ng, whose words are those that the
daemon is for.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.data.corpora import DataError
from models.evaluation.batch import BATCH
from models.evaluation.sentences import read_sentences
from models.evaluation.spoken.silence import SPEECHLESS
from models.evaluation.voices import speak_by_chance
from models.features.constants import SAMPLE_RATE
from models.language.doubts import plain
from models.transcriber import Transcriber

Float = NDArray[np.float32]

ROWS: Final = 96
SNRS: Final = (20, 10, 5)
LONGEST_S: Final = 20.0
SPOKEN_EVERY: Final = 3  # of the test sentences, for espeak-ng
SPEECHLESS_ROWS: Final = 240


def measure(
    data: Path,
    transcriber: Transcriber,
    gain: Callable[[Sequence[Float]], float],
    told: Callable[[str], None],
) -> dict[str, Any]:
    """The suite's figures, over the LibriSpeech rows that carry a transcript.

    Args:
        data: the data root.
        transcriber: what hears.
        gain: how many times faster sounds are transcribed together than one by one.
        told: called with what is done next.

    Raises:
        DataError: there are none.
    """
    rows = _rows(data)
    sounds = [
        soundfile.read(data / "librispeech" / row["file"], dtype="float32")[0] for row in rows
    ]
    texts = [row["text"] for row in rows]
    told(f"{len(rows)} sentences, clean …")
    clean = word_error_rate(texts, write_down(transcriber, sounds))
    rng = np.random.default_rng(1)
    noisy = {}
    for snr in SNRS:
        told(f"at {snr} dB …")
        heard = write_down(transcriber, [in_noise(sound, snr, rng) for sound in sounds])
        noisy[str(snr)] = round(word_error_rate(texts, heard), 4)
    told("by espeak-ng …")
    synthetic = _synthetic(transcriber)
    told("padded to thirty seconds …")
    transcriber.padding, usual = 30 * SAMPLE_RATE, transcriber.padding
    padded = word_error_rate(texts, write_down(transcriber, sounds))
    told("where nobody speaks …")
    silent = _speechless(data)
    most = sum(map(bool, write_down(transcriber, silent)))
    transcriber.padding = usual
    return {
        "n": len(rows),
        "wer": {"clean": round(clean, 4), "noisy": noisy, "padded_to_30_s": round(padded, 4)},
        "espeak": synthetic,
        "invented": {
            "n": len(silent),
            "believed": sum(map(bool, write_down(transcriber, silent))),
            "padded_to_30_s": most,
        },
        "batch_speedup": round(gain(sounds), 2),
    }


def _synthetic(transcriber: Transcriber) -> dict[str, Any]:
    texts = [one.text for one in read_sentences("test")][::SPOKEN_EVERY]
    rng = np.random.default_rng(3)
    sounds = [speak_by_chance(text, rng) for text in texts]
    noisy = {
        str(snr): write_down(transcriber, [in_noise(one, snr, rng) for one in sounds])
        for snr in SNRS
    }
    return {
        "n": len(texts),
        "wer": {
            "clean": round(word_error_rate(texts, write_down(transcriber, sounds)), 4),
            "noisy": {snr: round(word_error_rate(texts, heard), 4) for snr, heard in noisy.items()},
        },
    }


def word_error_rate(truth: Sequence[str], heard: Sequence[str]) -> float:
    """Edits for each word of the truth, over all sentences."""
    edits = words = 0
    for said, written in zip(truth, heard, strict=True):
        wanted = plain(said).split()
        edits += _distance(wanted, plain(written).split())
        words += len(wanted)
    return edits / words


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's, over words."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, again in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != again))
    return row[-1]


def _rows(data: Path) -> list[dict[str, str]]:
    table = data / "librispeech" / "labels.csv"
    if not table.is_file():
        raise DataError(f"{table} is missing.", "Name the folder that holds the corpora: --data.")
    with table.open(newline="", encoding="utf-8") as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if row.get("text") and float(row["dur"]) <= LONGEST_S
        ]
    if not rows:
        raise DataError(f"{table} has no transcripts.", "Fetch LibriSpeech with its texts.")
    return sorted(rows[:ROWS], key=lambda row: float(row["dur"]))


def _speechless(data: Path) -> list[Float]:
    found = []
    for corpus, left_out in SPEECHLESS.items():
        with (data / corpus / "labels.csv").open(newline="", encoding="utf-8") as lines:
            rows = [row for row in csv.DictReader(lines) if row["label"] not in left_out]
        step = max(1, len(rows) * len(SPEECHLESS) // SPEECHLESS_ROWS)
        for row in rows[::step]:
            sound, _ = soundfile.read(data / corpus / row["file"], dtype="float32")
            found.append(sound[: 10 * SAMPLE_RATE])
    return found


def in_noise(sound: Float, snr_db: float, rng: np.random.Generator) -> Float:
    """``sound`` in white noise, ``snr_db`` below it."""
    level = np.sqrt(np.mean(sound.astype(np.float64) ** 2)) * 10.0 ** (-snr_db / 20.0)
    noisy: Float = sound + rng.standard_normal(len(sound)).astype(np.float32) * np.float32(level)
    return np.clip(noisy, -1.0, 1.0)


def write_down(transcriber: Transcriber, sounds: Sequence[Float]) -> list[str]:
    """What is believed of each of ``sounds``, in batches."""
    found: list[str] = []
    for at in range(0, len(sounds), BATCH):
        found += [one.text for one in transcriber(sounds[at : at + BATCH])]
    return found
