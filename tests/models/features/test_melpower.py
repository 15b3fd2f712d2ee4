"""Mel power: the bands are EfficientAT's, and a stream gives what the whole recording gives."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.features.constants import FRAME, HOP, SAMPLE_RATE
from models.features.melpower import (
    BANDS,
    FRAMES,
    HIGHEST_HZ,
    PRE_EMPHASIS,
    MelWindow,
    as_heard,
    band_edges_hz,
    mel_power,
)


@pytest.fixture
def kaldi(monkeypatch) -> ModuleType:
    """The module with Kaldi's bands alone: torchaudio's import wants a library of CUDA's."""
    found = importlib.util.find_spec("torchaudio")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs torchaudio")
    path = Path(found.submodule_search_locations[0]) / "compliance" / "kaldi.py"
    monkeypatch.setitem(sys.modules, "torchaudio", ModuleType("torchaudio"))
    spec = importlib.util.spec_from_file_location("kaldi", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def noise(hops: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (0.1 * rng.standard_normal(FRAME - HOP + hops * HOP)).astype(np.float32)


def test_a_tone_at_16_khz_has_the_power_that_efficientat_finds_at_32_khz(kaldi):
    for hertz in (150.0, 440.0, 1000.0, 3000.0, 6500.0):
        theirs = 0.3 * np.sin(2 * np.pi * hertz * np.arange(801) / 32_000)
        emphasised = theirs[1:] - PRE_EMPHASIS * theirs[:-1]
        window = np.hanning(800)
        spectrum = np.abs(np.fft.rfft(emphasised * window, 1024)) ** 2
        banks, _ = kaldi.get_mel_banks(128, 1024, 32_000, 0.0, HIGHEST_HZ, 100.0, -500.0, 1.0)
        reference = torch.nn.functional.pad(banks, (0, 1)).numpy() @ spectrum
        ours = 0.3 * np.sin(2 * np.pi * hertz * np.arange(FRAME) / SAMPLE_RATE)
        power = mel_power(ours.astype(np.float32))[0]
        strongest = int(reference.argmax())
        assert power[strongest] == pytest.approx(reference[strongest], rel=0.05)
        assert int(power.argmax()) == strongest


def test_the_bands_end_where_the_sound_does():
    edges = band_edges_hz()
    assert len(edges) == BANDS + 2
    assert edges[-3] < SAMPLE_RATE / 2 < edges[-1] + 200.0


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, FRAMES), min_size=1, max_size=12))
def test_a_stream_taken_in_pieces_gives_the_window_of_the_whole(pieces):
    stream = noise(FRAMES + sum(pieces))
    window, end = MelWindow(), FRAME - HOP
    for hops in [FRAMES, *pieces]:
        end += hops * HOP
        window.add(stream[end - hops * HOP - (FRAME - HOP) : end])
    whole = mel_power(stream[len(stream) - FRAMES * HOP - (FRAME - HOP) :])
    np.testing.assert_allclose(window.heard(), as_heard(whole), atol=1e-4)


@settings(deadline=None, max_examples=25)
@given(st.integers(3, FRAMES - 1))
def test_what_came_before_the_first_frame_was_like_it(first):
    """A step from silence to a room's noise would be a shot to a network."""
    samples = noise(first)
    samples[: FRAME - HOP] = 0.0
    window = MelWindow()
    window.add(samples)
    levels = window.heard().mean(axis=1)
    heard = as_heard(np.resize(mel_power(samples)[2:], (FRAMES, BANDS))).mean(axis=1)
    assert np.ptp(levels) <= np.ptp(heard) + 1e-3
    assert np.argmax(levels[-(first - 2) :]) == np.argmax(heard[: first - 2])


@given(st.floats(1e-3, 1e3))
def test_how_loud_a_sound_is_does_not_show(factor):
    power = mel_power(noise(FRAMES)) + np.float32(1.0)
    np.testing.assert_allclose(as_heard(power * np.float32(factor)), as_heard(power), atol=1e-3)


def test_silence_is_not_made_loud():
    window = MelWindow()
    assert window.heard().max() == pytest.approx((np.log(1e-5) + 4.5) / 5.0, abs=1e-5)
    faint = as_heard(np.full((FRAMES, BANDS), 1e-9, np.float32))
    assert faint.max() < as_heard(np.full((FRAMES, BANDS), 1e-3, np.float32)).max() - 0.5


def test_what_was_forgotten_does_not_come_back():
    window = MelWindow()
    before = window.heard()
    window.add(noise(FRAMES))
    window.forget()
    np.testing.assert_array_equal(window.heard(), before)
