"""A handful of recordings that were never heard by anybody."""

from pathlib import Path

import numpy as np
import pytest

from models.data.corpora import Clip
from models.features.melpower import BANDS
from models.networks.mobilenet import SCORES
from models.training.student.recipe import StudentRecipe
from models.training.student.recordings import Recording, Version

SOUNDS = (
    ("debian_voices", "scream_pain_death", "a"),
    ("debian_voices", "effort", "a"),
    ("nemo", "angry", "b"),
    ("nemo", "fear", "b"),
    ("nemo", "neutral", "b"),
    ("nemo", "sad", "b"),
    ("donateacry", "crying_baby", "c"),
    ("us8k", "dog_bark", "d"),
    ("music", "music", "e"),
)


@pytest.fixture
def clips() -> dict[str, Clip]:
    made = [
        Clip(Path(), corpus, f"{corpus}/{label}.flac", label, "", f"{corpus}:{group}", 1.0)
        for corpus, label, group in SOUNDS
    ]
    return {clip.file: clip for clip in made}


@pytest.fixture
def recordings(clips: dict[str, Clip]) -> list[Recording]:
    rng = np.random.default_rng(1)

    def recording(file: str) -> Recording:
        hops = int(rng.integers(40, 200))
        power = rng.normal(-2.0, 1.0, (hops, BANDS)).astype(np.float16)
        taught = rng.uniform(0.0, 1.0, (hops // 10 + 3, SCORES)).astype(np.float16)
        return Recording(file, (Version(1.0, 5, hops - 10, power),) * 2, taught)

    return [recording(file) for file in (*clips, "scream 9")]


@pytest.fixture
def recipe() -> StudentRecipe:
    return StudentRecipe(steps=4, batch=8, synthesised={})
