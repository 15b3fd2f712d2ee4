"""Mixtures: the clip is where it is said to be, and chance is the seed's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.data.corpora import Clip
from models.features.constants import SAMPLE_RATE
from models.training.mixtures import Mixture, MixtureSettings, mix

QUIET = MixtureSettings(
    roomless=1.0, preceded=0.0, bedded=0.0, noise_snr_db=(60.0, 60.0), as_recorded=1.0,
    telephone=0.0, tilt_db=0.0,
)  # fmt: skip


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    """Two tones of a second."""
    made = []
    (tmp_path / "own").mkdir()
    for hertz in (300, 900):
        turns = np.arange(SAMPLE_RATE) * hertz / SAMPLE_RATE
        soundfile.write(tmp_path / "own" / f"{hertz}.wav", 0.3 * np.sin(2 * np.pi * turns), 16_000)
        file = f"own/{hertz}.wav"
        made.append(Clip(tmp_path, "own", file, "scream", "", f"own:{hertz}", 1.0))
    return made


def mixed(clips: list[Clip], seed: int, settings: MixtureSettings) -> Mixture:
    room = np.array([1.0, 0.0, 0.5], np.float32)
    return mix(np.random.default_rng(seed), clips[0], clips[1:], [room], settings)


def test_the_same_seed_mixes_the_same(clips: list[Clip]) -> None:
    settings = MixtureSettings(roomless=0.0, preceded=1.0, bedded=1.0)
    one, same, other = (mixed(clips, seed, settings) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.samples, same.samples)
    assert len(one.samples) != len(other.samples) or (one.samples != other.samples).any()


def test_a_mixture_names_the_corpora_of_all_that_is_in_it(clips: list[Clip]) -> None:
    beds = [replace(clips[1], corpus="other")]
    room = np.ones(1, np.float32)
    for settings, heard in (
        (QUIET, {"own"}),
        (replace(QUIET, preceded=1.0), {"own", "other"}),
        (replace(QUIET, bedded=1.0), {"own", "other"}),
    ):
        mixture = mix(np.random.default_rng(1), clips[0], beds, [room], settings)
        assert mixture.corpora == heard


@pytest.mark.parametrize("seed", range(8))
def test_the_clip_sounds_between_onset_and_offset_and_nowhere_else(
    clips: list[Clip], seed: int
) -> None:
    mixture = mixed(clips, seed, QUIET)
    power = mixture.samples**2
    inside = power[mixture.onset : mixture.offset].mean()
    outside = np.concatenate([power[: mixture.onset], power[mixture.offset :]]).mean()
    assert inside > 1e3 * outside
    assert mixture.offset - mixture.onset == SAMPLE_RATE


@pytest.mark.parametrize("seed", range(4))
def test_its_level_is_within_the_range(clips: list[Clip], seed: int) -> None:
    mixture = mixed(clips, seed, QUIET)
    sound = mixture.samples[mixture.onset : mixture.offset]
    level = 10.0 * np.log10(np.mean(sound.astype(np.float64) ** 2))
    low, high = QUIET.clip_db
    assert low - 0.5 <= level <= high + 0.5
