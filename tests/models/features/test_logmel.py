"""Log-mel energies: the right band, the right scale, alone or together."""

import numpy as np
import pytest

from models.features.constants import FRAME, HOP, SAMPLE_RATE
from models.features.logmel import FLOOR, N_MEL, LogMel, mel_bands

LEAD = FRAME - HOP


def noise(hops: int, seed: int = 0) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(LEAD + hops * HOP) * 0.1
    return samples.astype(np.float32)


def test_ten_hops_at_once_are_ten_hops_one_by_one() -> None:
    samples, gains = noise(10), np.linspace(0.5, 3.0, 10, dtype=np.float32)
    together = LogMel()(samples, gains)
    alone = [
        LogMel()(samples[hop * HOP : hop * HOP + FRAME], gains[hop : hop + 1])[0]
        for hop in range(10)
    ]
    assert together.shape == (10, N_MEL)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_silence_is_the_floor() -> None:
    silent = LogMel()(np.zeros(LEAD + 3 * HOP, np.float32), np.full(3, 50.0, np.float32))
    np.testing.assert_allclose(silent, np.log(FLOOR), rtol=1e-6)


@pytest.mark.parametrize("hertz", [150.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_tone_is_loudest_in_the_band_around_it(hertz: float) -> None:
    turns = np.arange(LEAD + HOP) * hertz / SAMPLE_RATE
    tone = np.sin(2.0 * np.pi * turns).astype(np.float32)
    loudest = int(LogMel()(tone, np.ones(1, np.float32))[0].argmax())
    peak = int(mel_bands()[:, loudest].argmax()) * SAMPLE_RATE / 512
    assert abs(peak - hertz) <= max(40.0, 0.06 * hertz)


def test_twice_the_gain_is_ln_2_more_where_the_floor_is_far() -> None:
    samples = noise(4, seed=2)
    once, twice = (LogMel()(samples, np.full(4, g, np.float32)) for g in (10.0, 20.0))
    np.testing.assert_allclose(twice - once, np.log(2.0), atol=0.01)
