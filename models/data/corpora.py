"""Reads every corpus that lies under a data root in the ``labels.csv`` layout."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.data.labels import Meaning, meaning
from models.errors import DistressdError
from models.features.constants import SAMPLE_RATE

AUDIO_CORPORA = (
    "ravdess", "nemo", "tess", "emospeech_in", "debian_voices", "donateacry",
    "esc10", "us8k", "music", "librispeech", "pico",
)  # fmt: skip
# RAVDESS holds one recording twice; the second copy is left out.
DUPLICATES = frozenset({"ravdess/Actor_07/03-01-03-01-02-02-07.flac"})
# emospeech_in names end in the contributor's hash where the speaker is anonymous.
_CONTRIBUTOR = re.compile(r"-([0-9a-f]{40,64})\.")


class DataError(DistressdError):
    """The data root or a corpus in it cannot be read."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and what is known of it.

    Attributes:
        corpus: folder of the corpus under the root.
        file: path inside the root.
        label: the corpus's own word.
        environment: emospeech_in's background, empty elsewhere.
        group: what must not cross a split: speaker, contributor, game package or source.
        duration_s: length in seconds.
    """

    root: Path
    corpus: str
    file: str
    label: str
    environment: str
    group: str
    duration_s: float

    @property
    def meaning(self) -> Meaning:
        """What the label stands for."""
        return meaning(self.corpus, self.label, self.environment)

    def read(self) -> NDArray[np.float32]:
        """Samples at 16 kHz, mono float32.

        Raises:
            DataError: if the file is not at 16 kHz.
        """
        samples, rate = soundfile.read(self.root / self.file, dtype="float32", always_2d=True)
        if rate != SAMPLE_RATE:
            raise DataError(f"{self.file} is at {rate} Hz.", "The corpora are read at 16000 Hz.")
        return np.ascontiguousarray(samples.mean(axis=1), np.float32)


def _group(corpus: str, row: dict[str, str]) -> str:
    if corpus == "emospeech_in":
        contributor = _CONTRIBUTOR.search(row["file"])
        named = row["speaker"] if row["speaker"] != "unknown" else ""
        key = named or (contributor[1] if contributor else "unknown")
    elif corpus in {"debian_voices", "music"}:
        key = row["package"]
    elif corpus in {"esc10", "us8k"}:
        key = row["freesound_id"]
    else:
        key = row.get("speaker") or corpus
    return f"{corpus}:{key}"


def read_corpus(root: Path, corpus: str) -> Iterator[Clip]:
    """The clips of one corpus, in the order of its ``labels.csv``.

    Raises:
        DataError: if the corpus has no ``labels.csv``.
    """
    table = root / corpus / "labels.csv"
    if not table.is_file():
        raise DataError(f"{table} is missing.", "Name the folder that holds the corpora: --data.")
    with table.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            file = f"{corpus}/{row['file']}"
            if file not in DUPLICATES:
                yield Clip(
                    root, corpus, file, row["label"], row.get("environment", "") or "",
                    _group(corpus, row), float(row["dur"]),
                )  # fmt: skip


def read_all(root: Path) -> list[Clip]:
    """Every clip of every corpus."""
    return [clip for corpus in AUDIO_CORPORA for clip in read_corpus(root, corpus)]
