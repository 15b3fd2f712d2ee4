"""How the floor's sounds are made and where their onsets are."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.data.corpora import Clip
from models.evaluation import floor
from models.features.constants import HOP, HOPS_PER_SECOND, SAMPLE_RATE

LEAD = round(floor.LEAD_S * HOPS_PER_SECOND) * HOP


def decibels(samples: np.ndarray) -> float:
    return 10.0 * np.log10(np.mean(samples.astype(np.float64) ** 2))


def noise(seed: int, count: int, level_db: float) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(count)
    return (samples * 10.0 ** (level_db / 20.0)).astype(np.float32)


@settings(max_examples=30)
@given(st.integers(0, 100), st.floats(-40.0, -6.0), st.integers(0, 2**16))
def test_the_onset_is_where_the_sound_begins(before, level, seed):
    samples = np.concatenate([noise(seed, before * HOP, level - 60.0), noise(seed, 4800, level)])
    assert floor.onset_hop(samples) == before


@given(st.floats(-23.0, 0.0))
def test_a_part_within_25_db_of_the_loudest_is_already_the_onset(below):
    samples = np.concatenate([noise(1, 20 * HOP, -10.0 + below), noise(2, 20 * HOP, -10.0)])
    assert floor.onset_hop(samples) == 0


def test_what_the_room_would_hide_has_no_onset():
    assert floor.onset_hop(noise(1, SAMPLE_RATE, floor.ROOM_DB)) is None
    assert floor.onset_hop(np.zeros(SAMPLE_RATE, np.float32)) is None


@settings(max_examples=20)
@given(st.integers(0, 2**16), st.integers(1, 40_000))
def test_a_file_in_a_room_is_itself_plus_the_room(seed, length):
    samples = noise(seed, length, -20.0)
    stream = floor.in_room(samples, seed)
    assert len(stream) == LEAD + length + round(floor.TAIL_S * SAMPLE_RATE)
    assert stream.dtype == np.float32
    alone = floor.in_room(np.zeros(length, np.float32), seed)
    assert decibels(alone) == pytest.approx(floor.ROOM_DB, abs=1.5)
    np.testing.assert_allclose(stream[LEAD : LEAD + length], samples + alone[LEAD : LEAD + length])
    np.testing.assert_array_equal(stream[:LEAD], alone[:LEAD])
    np.testing.assert_array_equal(floor.in_room(samples, seed), stream)


def test_a_full_scale_file_stays_within_full_scale():
    assert np.abs(floor.in_room(np.ones(1000, np.float32), 1)).max() <= 1.0


@settings(max_examples=20)
@given(st.integers(100, 5 * SAMPLE_RATE), st.integers(1, 70), st.integers(0, 2**16))
def test_a_loop_is_as_long_as_asked_as_loud_as_its_sound_and_without_a_splice(count, seconds, seed):
    samples = noise(seed, count, -30.0)
    original = samples.copy()
    loop = floor.looped(samples, seconds)
    np.testing.assert_array_equal(samples, original)
    assert len(loop) == seconds * SAMPLE_RATE
    assert np.isfinite(loop).all()
    assert decibels(loop) == pytest.approx(decibels(samples), abs=2.0)


def test_a_loops_seam_is_continuous():
    count = 3 * SAMPLE_RATE + 77
    slow = np.sin(2.0 * np.pi * 1.3 * np.arange(count) / SAMPLE_RATE).astype(np.float32)
    steps = np.abs(np.diff(floor.looped(slow, 12)))
    assert abs(slow[-1] - slow[0]) > 0.1, "the bare splice would be a step"
    assert steps.max() < 0.02


def clip(corpus: str, label: str, environment: str = "") -> Clip:
    return Clip(Path(), corpus, "x.flac", label, environment, f"{corpus}:x", 1.0)


@pytest.mark.parametrize(
    ("corpus", "label", "environment", "scream", "gate", "ordinary"),
    [
        ("debian_voices", "scream_pain_death", "", True, "scream", False),
        ("emospeech_in", "fearful", "scream", True, "scream", False),
        ("emospeech_in", "calm", "scream", False, None, False),
        ("emospeech_in", "fearful", "", False, "fear", False),
        ("ravdess", "angry", "", False, "anger", False),
        ("ravdess", "fear", "", False, "fear", False),
        ("ravdess", "sad", "", False, None, False),
        ("librispeech", "speech", "", False, None, True),
        ("music", "music", "", False, None, True),
        ("pico", "speech", "", False, None, True),
        ("pico", "noise", "", False, None, False),
    ],
)
def test_which_clips_are_counted_for_what(corpus, label, environment, scream, gate, ordinary):
    one = clip(corpus, label, environment)
    assert floor.is_scream(one) == scream
    assert floor.gate_label(one) == gate
    assert floor.is_ordinary(one) == ordinary


def test_unweighted_average_recall_counts_each_class_once():
    guesses = [("a", "a")] * 90 + [("b", "a")] * 9 + [("b", "b")]
    assert floor.unweighted_average_recall(guesses) == pytest.approx((1.0 + 0.1) / 2)
