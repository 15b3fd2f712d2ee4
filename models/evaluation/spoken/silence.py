"""Hours in which nobody speaks: recorded noise and music, made noise, silence."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.errors import DataError
from models.evaluation.scenes.mixing import brought_to
from models.features.constants import SAMPLE_RATE
from models.training.streams import coloured_noise

Float = NDArray[np.float32]

SPEECHLESS: Final = {
    "us8k": frozenset({"children_playing"}),
    "esc10": frozenset({"baby_cry"}),
    "music": frozenset[str](),
}
"""Corpora in which nobody speaks, and the labels that are left out of each."""
HOURS: Final = 3.0
MADE: Final = 0.25  # of the time: noise in colours, at several levels
SILENT: Final = 0.15  # of the time: a microphone's own hiss, and exact zeros
STREAM_S: Final = 600.0
LEVEL_DB: Final = (-48.0, -22.0)
PIECE_S: Final = 20.0
GAP_S: Final = 1.5  # the gate closes, and an utterance ends
HISS_DB: Final = -75.0


def speechless_files(data: Path) -> list[Path]:
    """Recordings in which nobody speaks."""
    found = []
    for corpus, left_out in SPEECHLESS.items():
        with (data / corpus / "labels.csv").open(newline="", encoding="utf-8") as lines:
            found += [
                data / corpus / row["file"]
                for row in csv.DictReader(lines)
                if row["label"] not in left_out
            ]
    return found


def speechless_streams(data: Path, hours: float = HOURS) -> Iterator[Float]:
    """Streams of ten minutes, (n,) at 16 kHz; recordings come again where they are too few."""
    rng = np.random.default_rng(23)
    pieces = _pieces(data, rng)
    size, stream, at = int(STREAM_S * SAMPLE_RATE), _hiss(rng, STREAM_S), 0
    for _ in range(max(1, round(hours * 3600 / STREAM_S))):
        while at < size:
            piece = next(pieces)[: size - at]
            stream[at : at + len(piece)] += piece
            at += len(piece) + int(GAP_S * SAMPLE_RATE)
        yield np.clip(stream, -1.0, 1.0)
        stream, at = _hiss(rng, STREAM_S), 0


def _pieces(data: Path, rng: np.random.Generator) -> Iterator[Float]:
    files = speechless_files(data)
    if not files:
        raise DataError(
            f"{data} has no recording in which nobody speaks.", "Name the data root: --data."
        )
    while True:
        for i in rng.permutation(len(files)):
            chance = rng.random()
            span = float(rng.uniform(3.0, PIECE_S))
            if chance < SILENT:
                yield np.zeros(int(span * SAMPLE_RATE), np.float32)
                continue
            if chance < SILENT + MADE:
                colour = float(rng.choice([0.0, 1.0, 2.0]))
                piece = coloured_noise(rng, int(span * SAMPLE_RATE), colour)
            else:
                piece, _ = soundfile.read(
                    files[i], dtype="float32", frames=int(PIECE_S * SAMPLE_RATE)
                )
            yield brought_to(piece, float(rng.uniform(*LEVEL_DB)))


def _hiss(rng: np.random.Generator, seconds: float) -> Float:
    noise = coloured_noise(rng, int(seconds * SAMPLE_RATE), 1.0)
    return noise * np.float32(10.0 ** (HISS_DB / 20.0))
