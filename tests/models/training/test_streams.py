"""Clips as the stream would bring them: behind a background, gated, under the gain."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from models.data.corpora import Clip
from models.errors import DataError
from models.features.constants import FRAME, HOP, HOPS_PER_SECOND, SAMPLE_RATE
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.training.streams import (
    StreamSettings,
    coloured_noise,
    level_db,
    make_examples,
    put_in_background,
    stretches,
)

SETTINGS = StreamSettings()
GATE, GAIN = GateSettings(), GainSettings()


def voice(seed: int, seconds: float, level: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    pitch = rng.uniform(120, 400)
    sound = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 12))
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * 4.0 * time)
    return (level * sound * syllables).astype(np.float32)


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_noise_falls_with_frequency_as_its_colour_says(exponent):
    noise = coloured_noise(np.random.default_rng(1), 20 * SAMPLE_RATE, exponent)
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE)
    octaves = [power[(hertz >= low) & (hertz < 2 * low)].mean() for low in (250, 500, 1000, 2000)]
    slopes = 10 * np.diff(np.log10(octaves))
    np.testing.assert_allclose(slopes, -3.01 * exponent, atol=0.3)


def test_the_level_is_the_loudest_half_seconds():
    quiet, loud = np.full(SAMPLE_RATE, 1e-3), np.full(SAMPLE_RATE // 2, 0.1)
    samples = np.concatenate([quiet, loud, quiet]).astype(np.float32)
    assert level_db(samples) == pytest.approx(-20.0, abs=0.01)
    assert level_db(samples * np.float32(0.1)) == pytest.approx(-40.0, abs=0.01)


@settings(max_examples=30)
@given(st.integers(0, 2**20), st.floats(0.2, 12.0))
def test_a_clip_lies_behind_two_seconds_of_background_at_a_level_in_range(seed, seconds):
    samples = voice(seed, seconds)
    stream, onset = put_in_background(np.random.default_rng(seed), samples, SETTINGS)
    low, high = SETTINGS.background_s
    assert low * SAMPLE_RATE - 1 <= onset <= high * SAMPLE_RATE
    assert len(stream) <= onset + SETTINGS.longest_s * SAMPLE_RATE + HOP
    assert np.abs(stream).max() <= 1.0
    wanted = level_db(stream[onset:])
    assert SETTINGS.clip_db[0] - 1.0 <= wanted <= SETTINGS.clip_db[1] + 1.0
    assert wanted - level_db(stream[:onset]) >= SETTINGS.snr_db[0] - 4.0


def test_the_same_seed_makes_the_same_stream():
    samples = voice(1, 1.0)
    one, other = (
        put_in_background(np.random.default_rng(5), samples, SETTINGS)[0] for _ in range(2)
    )
    np.testing.assert_array_equal(one, other)


def test_a_stretch_begins_at_its_preroll():
    rng = np.random.default_rng(2)
    stream = np.concatenate([
        1e-4 * rng.standard_normal(3 * SAMPLE_RATE), voice(2, 1.0), np.zeros(SAMPLE_RATE * 2),
    ]).astype(np.float32)  # fmt: skip
    ((first, features),) = stretches(stream, GATE, GAIN)
    onset = 3 * HOPS_PER_SECOND
    assert onset - GATE.preroll <= first <= onset
    assert features.shape[1] == 13
    # Frames of digital silence after the sound are skipped: all but those that still touch it.
    assert first + len(features) <= onset + HOPS_PER_SECOND + FRAME // HOP + 1


def test_examples_know_where_their_clip_begins(tmp_path):
    soundfile.write(tmp_path / "a.flac", voice(3, 1.5), SAMPLE_RATE)
    soundfile.write(tmp_path / "b.flac", np.zeros(SAMPLE_RATE, np.float32) + 1e-5, SAMPLE_RATE)
    clips = [
        Clip(tmp_path, "ravdess", name, "angry", "", "ravdess:rav01", 1.5)
        for name in ("a.flac", "b.flac")
    ]
    made = make_examples(clips, [0], 9, SETTINGS, GATE, GAIN)
    assert made
    for example in made:
        assert example.clip == 0
        assert np.isfinite(example.features).all()
        assert 0 <= example.labelled_from <= GATE.preroll + 5
        assert len(example.features) - example.labelled_from >= HOPS_PER_SECOND // 5
    again = make_examples(clips, [0], 9, SETTINGS, GATE, GAIN)
    np.testing.assert_array_equal(again[0].features, made[0].features)
    other = make_examples(clips, [0], 10, SETTINGS, GATE, GAIN)
    assert not np.array_equal(other[0].features, made[0].features)


def test_missing_files_are_an_error(tmp_path):
    clip = Clip(Path(tmp_path), "ravdess", "nowhere.flac", "angry", "", "g", 1.0)
    with pytest.raises(DataError, match=r"nowhere\.flac cannot be decoded"):
        make_examples([clip], [0], 1, SETTINGS, GATE, GAIN)
