"""A fold's worth of short synthetic recordings."""

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
