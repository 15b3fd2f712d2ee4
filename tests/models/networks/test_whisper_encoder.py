"""The encoder in numpy against CTranslate2's own, from the same file."""

import math

import numpy as np
import pytest

from models.errors import ModelError
from models.features.whisper_mel import log_mel
from models.networks.whisper_encoder import WhisperEncoder, gelu
from models.transcriber import model_folder


@pytest.fixture(scope="module")
def encoder(language_models) -> WhisperEncoder:
    return WhisperEncoder(model_folder("tiny.en") / "model.bin")


def _chirp(seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * 16_000)) / 16_000
    return (0.2 * np.sin(2 * np.pi * (200 + 150 * t) * t)).astype(np.float32)


def test_gelu_is_the_exact_one():
    x = np.linspace(-9, 9, 2_001, dtype=np.float32)
    exact = [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in x]
    assert np.abs(gelu(x) - exact).max() < 3e-5


def test_its_last_layer_is_ctranslate2s(encoder, language_models):
    import ctranslate2

    sound = _chirp(2.5)
    features = ctranslate2.StorageView.from_array(np.ascontiguousarray(log_mel(sound).T[None]))
    folder = str(model_folder("tiny.en"))
    reference = ctranslate2.models.Whisper(folder, compute_type="float32", intra_threads=1)
    theirs = np.array(reference.encode(features))[0]
    ours = encoder(sound)
    assert ours.shape == (5, 125, 384)
    assert (encoder.layers, encoder.channels) == (4, 384)
    assert np.abs(ours[-1] - theirs).max() < 5e-3  # of values to ten


@pytest.mark.parametrize("samples", [0, 1, 500, 16_001])
def test_any_length_is_taken(encoder, samples):
    states = encoder(_chirp(1.1)[:samples])
    assert states.shape[1] == max(samples, 800) // 320 + (max(samples, 800) // 160) % 2
    assert np.isfinite(states).all()


def test_no_more_than_thirty_seconds_are_read(encoder):
    assert encoder(np.zeros(16_000 * 31, np.float32)).shape[1] == 1_500


def test_a_file_without_an_encoder_is_told(tmp_path):
    path = tmp_path / "model.bin"
    path.write_bytes(b"\6\0\0\0\2\0A\0\0\0\0\0\0\0\0\0")
    with pytest.raises(ModelError, match="no Whisper encoder"):
        WhisperEncoder(path)
