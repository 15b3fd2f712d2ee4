"""The closed form is librosa's, on any frame."""

import warnings
from pathlib import Path

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.data.corpora import AUDIO_CORPORA, read_corpus
from models.features.constants import FRAME, MOST_HOPS, SAMPLE_RATE
from models.features.mfcc import N_MFCC, MfccExtractor, mel_filterbank

WITHIN = 1e-3


def reference(frame: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        # librosa tells that the frame is shorter than its transform: here that is meant.
        warnings.filterwarnings("ignore", message="n_fft=2048 is too large", category=UserWarning)
        coefficients = librosa.feature.mfcc(y=frame, sr=SAMPLE_RATE, n_mfcc=N_MFCC)
    return np.mean(coefficients, axis=1)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, FRAME)


def sine(hertz: float) -> np.ndarray:
    return np.sin(2.0 * np.pi * hertz * np.arange(FRAME) / SAMPLE_RATE)


def impulse(place: int) -> np.ndarray:
    return np.eye(1, FRAME, place)[0]


frames = st.one_of(
    st.integers(0, 2**31).map(noise),
    st.floats(0.0, SAMPLE_RATE / 2).map(sine),
    st.integers(0, FRAME - 1).map(impulse),
    st.just(np.ones(FRAME)),
    st.integers(1, FRAME).map(lambda half: np.where(np.arange(FRAME) // half % 2, 1.0, -1.0)),
    arrays(np.float32, FRAME, elements=st.floats(-1.0, 1.0, width=32)),
)
scales = st.floats(-6.0, 0.0).map(lambda exponent: 10.0**exponent)


@given(frames, scales)
def test_one_frame_equals_librosa(shape, scale):
    frame = (shape * scale).astype(np.float32)
    (ours,) = MfccExtractor()(frame[None])
    np.testing.assert_allclose(ours, reference(frame), atol=WITHIN, rtol=0)


@given(st.lists(st.tuples(frames, scales), min_size=1, max_size=2 * MOST_HOPS + 1))
def test_many_frames_at_once_equal_each_alone(drawn):
    stack = np.array([shape * scale for shape, scale in drawn], np.float32)
    extractor = MfccExtractor()
    alone = np.concatenate([extractor(frame[None]) for frame in stack])
    np.testing.assert_array_equal(extractor(stack), alone)


def test_no_frames_give_no_coefficients():
    assert MfccExtractor()(np.empty((0, FRAME), np.float32)).shape == (0, N_MFCC)


def test_a_frame_is_not_changed_and_nothing_is_kept_between_calls():
    loud, quiet = np.array([[noise(1)], [noise(2) * 1e-4]], np.float32)
    extractor = MfccExtractor()
    before = loud.copy()
    extractor(loud)
    np.testing.assert_array_equal(loud, before)
    np.testing.assert_array_equal(extractor(quiet), MfccExtractor()(quiet))


def test_the_filterbank_is_librosas():
    theirs = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=2048, n_mels=128)
    np.testing.assert_allclose(mel_filterbank(), theirs, atol=1e-7, rtol=0)


def frames_of(root: Path, corpus: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Frames of a corpus: half anywhere, a quarter the quietest of their file, a quarter faint."""
    clips = list(read_corpus(root, corpus))
    found: list[np.ndarray] = []
    while len(found) < count:
        samples = clips[rng.integers(len(clips))].read()
        if len(samples) < 2 * FRAME:
            continue
        starts = rng.integers(0, len(samples) - FRAME, 8)
        found += [samples[start : start + FRAME] for start in starts[:4]]
        found += [samples[start : start + FRAME] * np.float32(1e-4) for start in starts[4:6]]
        grid = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
        quietest = np.abs(grid).max(axis=1).argsort()[:2]
        found += [grid[i] for i in quietest]
    return np.array(found[:count])


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.timeout(600)
def test_ten_thousand_frames_of_all_corpora_equal_librosa(data_root):
    rng = np.random.default_rng(2026)
    share = -(-10_000 // len(AUDIO_CORPORA))
    drawn = np.concatenate([frames_of(data_root, c, share, rng) for c in AUDIO_CORPORA])
    assert len(drawn) >= 10_000
    assert (np.abs(drawn).max(axis=1) < 1e-4).sum() > 1_000, "near-silent frames are among them"
    extractor = MfccExtractor()
    worst = max(np.abs(extractor(frame[None]) - reference(frame)).max() for frame in drawn)
    assert worst < WITHIN
