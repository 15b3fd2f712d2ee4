"""The utterance network: what it reads of a sound, and the head."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelError
from models.networks import weights
from models.networks.utterance import Head, UtteranceNetwork, loud_rows, pooled
from models.networks.whisper_encoder import WhisperEncoder
from models.transcriber import model_folder

FIGURES = 2 * 4 * 384


@pytest.fixture
def stored(tmp_path):
    rng = np.random.default_rng(5)
    tensors = {
        f"{name}.{part}": rng.standard_normal(shape).astype(np.float32) * np.float32(0.01)
        for name, classes in (("emotions", 8), ("outcomes", 3))
        for part, shape in (("weight", (classes, FIGURES)), ("bias", (classes,)))
    }
    path = tmp_path / "utterance.safetensors"
    weights.save(path, tensors, {"network": "utterance", "speeds": [1.0, 0.9]})
    return weights.load(path)


@given(st.integers(0, 60), st.integers(10, 80), st.integers(0, 60))
def test_the_loud_part_is_found_wherever_it_is(before, loud, after):
    mel = np.full((2 * (before + loud + after), 80), -1.0, np.float32)
    mel[2 * before : 2 * (before + loud)] = 1.0
    first, last = loud_rows(mel)
    if before + after:
        assert (first, last) == (before, before + loud)


def test_a_steady_sound_is_pooled_whole():
    assert loud_rows(np.zeros((100, 80), np.float32)) == (0, 50)


def test_silence_around_an_utterance_is_not_pooled(language_models):
    encoder = WhisperEncoder(model_folder("tiny.en") / "model.bin")
    t = np.arange(24_000) / 16_000
    sound = (0.3 * np.sin(2 * np.pi * 220 * t) * np.hanning(24_000)).astype(np.float32)
    silent = np.pad(sound, 16_000)
    alone, padded = pooled(encoder, sound), pooled(encoder, silent)
    states = encoder(silent)[1:]
    untrimmed = np.stack([states.mean(axis=1), states.std(axis=1)])
    assert alone.shape == (2, 4, 384)
    assert np.abs(alone - padded).mean() < 0.9 * np.abs(alone - untrimmed).mean()
    assert pooled(encoder, sound[:10]).shape == (2, 4, 384)
    assert not np.allclose(pooled(encoder, sound, 0.9), alone, atol=0.05)


def test_probabilities_are_probabilities(stored, language_models):
    network = UtteranceNetwork(model_folder("tiny.en") / "model.bin", stored)
    told = network(np.random.default_rng(2).standard_normal(20_000).astype(np.float32) * 0.1)
    assert told.emotions.sum() == pytest.approx(1.0, abs=1e-5)
    assert 0.0 < told.distress < 1.0
    assert 0.0 < told.infant < 1.0 - told.distress


def test_outcomes_are_read_off_the_first_view_and_emotions_off_all(stored):
    rng = np.random.default_rng(3)
    first, second, third = rng.standard_normal((3, 2, 4, 384)).astype(np.float32)
    head = Head(stored)
    one, other = head(np.stack([first, second])), head(np.stack([first, third]))
    assert one.distress == other.distress
    assert not np.allclose(one.emotions, other.emotions)


def test_weights_of_another_network_are_told(weights_path):
    with pytest.raises(ModelError, match="not of the utterance network"):
        Head(weights.load(weights_path))


@pytest.mark.parametrize(
    "name", ["emotions.weight", "emotions.bias", "outcomes.weight", "outcomes.bias"]
)
def test_a_tensor_that_is_missing_or_of_another_shape_is_told(stored, tmp_path, name):
    path = tmp_path / "other.safetensors"
    for tensors, told in (
        ({k: v for k, v in stored.tensors.items() if k != name}, f"lacks {name}"),
        (stored.tensors | {name: stored.tensors[name][:-1]}, f"{name} is"),
    ):
        weights.save(path, tensors, stored.metadata)
        with pytest.raises(ModelError, match=told) as raised:
            Head(weights.load(path))
        assert str(path) in raised.value.message


@pytest.mark.parametrize("speeds", [None, 1.0, ["fast"], []])
def test_weights_without_speeds_are_told(stored, speeds):
    with pytest.raises(ModelError, match="speeds"):
        Head(replace(stored, metadata=stored.metadata | {"speeds": speeds}))


def test_a_head_of_another_encoder_is_refused(stored, language_models):
    cut = {
        name: tensor[:, :32] if tensor.ndim > 1 else tensor
        for name, tensor in stored.tensors.items()
    }
    with pytest.raises(ModelError, match="32 figures"):
        UtteranceNetwork(model_folder("tiny.en") / "model.bin", replace(stored, tensors=cut))
