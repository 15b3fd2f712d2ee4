"""A fold's worth of short synthetic recordings, and corpora in which nobody speaks."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.data.corpora import Clip
from models.evaluation.scenes.material import Material
from models.features.constants import SAMPLE_RATE


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Material:
    root = tmp_path_factory.mktemp("corpora")
    rng = np.random.default_rng(8)

    def made(label: str, number: int, seconds: float) -> Clip:
        file = f"mine/{label}{number}.flac"
        (root / "mine").mkdir(exist_ok=True)
        sound = rng.standard_normal(int(seconds * SAMPLE_RATE)) * 0.05
        edge = int(0.2 * SAMPLE_RATE)
        sound[:edge] = sound[-edge:] = 0.0  # a recording begins and ends in silence
        soundfile.write(root / file, sound, SAMPLE_RATE)
        return Clip(root, "mine", file, label, "", f"mine:{label}{number % 3}", seconds)

    return Material(
        {"scream": tuple(made("scream", n, 1.5) for n in range(4))},
        {
            "talk": tuple(made("speech", n, 4.0) for n in range(8)),
            "music": tuple(made("music", n, 6.0) for n in range(6)),
            "laughter": tuple(made("laugh", n, 1.0) for n in range(2)),
        },
    )


@pytest.fixture(scope="session")
def espeak() -> None:
    """Skips where nothing can be spoken."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")


@pytest.fixture(scope="session")
def made_speechless() -> Callable[[Path, list[str]], None]:
    """Puts two seconds of noise for each label into every corpus without speech."""

    def make(root: Path, labels: list[str]) -> None:
        rng = np.random.default_rng(3)
        for corpus in ("us8k", "esc10", "music"):
            (root / corpus).mkdir()
            rows = ["file,label"]
            for number, label in enumerate(labels):
                noise = rng.standard_normal(2 * SAMPLE_RATE) * 0.1
                soundfile.write(root / corpus / f"{number}.flac", noise, SAMPLE_RATE)
                rows.append(f"{number}.flac,{label}")
            (root / corpus / "labels.csv").write_text("\n".join(rows))

    return make
