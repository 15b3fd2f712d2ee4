"""The second ear's network: what its heads read, and that it knows voices."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.corpora import read_corpus
from models.data.splits import split
from models.errors import ModelError
from models.networks import voice, weights
from models.networks.voice import DistressHead, EmotionHead, Scale, VoiceNetwork
from models.transcriber import model_folder

FIGURES = 4 * 4 * 384
EVIDENCE = {"weight": 0.5, "prior": -1.0, "least": -1.0, "most": 2.0}


@pytest.fixture
def stored(tmp_path):
    def make(figures=FIGURES, **metadata):
        rng = np.random.default_rng(5)
        shapes = {"hidden": (6, figures), "kinds": (5, 6), "emotions": (8, figures)}
        tensors = {}
        for name, shape in shapes.items():
            tensors[f"{name}.weight"] = rng.standard_normal(shape).astype(np.float32)
            tensors[f"{name}.bias"] = rng.standard_normal(shape[0]).astype(np.float32)
        path = tmp_path / "voice.safetensors"
        weights.save(path, tensors, {"network": "voice", "evidence": EVIDENCE} | metadata)
        return weights.load(path)

    return make


@given(st.floats(-1e6, 1e6))
def test_neither_ear_can_silence_the_other(log_odds):
    assert -1.0 <= Scale(**EVIDENCE)(log_odds) <= 2.0


def test_log_odds_at_the_prior_say_nothing():
    assert Scale(**EVIDENCE)(-1.0) == 0.0


def test_the_heads_are_what_their_training_made(stored):
    torch = pytest.importorskip("torch")
    found = stored(figures=32)
    figures = np.random.default_rng(1).standard_normal((3, 32)).astype(np.float32)
    t = {name: torch.from_numpy(value) for name, value in found.tensors.items()}
    hidden = torch.nn.functional.gelu(
        torch.from_numpy(figures) @ t["hidden.weight"].T + t["hidden.bias"]
    )
    share = (hidden @ t["kinds.weight"].T + t["kinds.bias"]).softmax(-1)
    distress = share[:, 1:4].sum(-1)
    assert DistressHead(found)(figures) == pytest.approx(
        torch.log(distress / (1 - distress)).numpy(), abs=2e-3
    )
    emotions = figures @ found.tensors["emotions.weight"].T + found.tensors["emotions.bias"]
    assert EmotionHead(found)(figures) == pytest.approx(emotions, abs=1e-4)


def test_weights_of_another_network_are_refused(stored):
    for head in (DistressHead, EmotionHead):
        with pytest.raises(ModelError, match="voice network"):
            head(stored(network="utterance"))


@pytest.mark.parametrize(
    ("head", "name"),
    [(DistressHead, "hidden"), (DistressHead, "kinds"), (EmotionHead, "emotions")],
)
@pytest.mark.parametrize("part", ["weight", "bias"])
def test_a_tensor_that_is_missing_or_of_another_shape_is_told(stored, tmp_path, head, name, part):
    found, path = stored(figures=32), tmp_path / "other.safetensors"
    of = f"{name}.{part}"
    for tensors, told in (
        ({k: v for k, v in found.tensors.items() if k != of}, f"lacks {of}"),
        (found.tensors | {of: found.tensors[of][:-1]}, f"{name}.* instead of"),
    ):
        weights.save(path, tensors, found.metadata)
        with pytest.raises(ModelError, match=told) as raised:
            head(weights.load(path))
        assert str(path) in raised.value.message


@pytest.mark.parametrize("wrong", [None, {}, {"weight": 1.0}, {**EVIDENCE, "more": 1.0}])
def test_weights_that_do_not_say_what_they_amount_to_are_refused(stored, wrong):
    with pytest.raises(ModelError, match="amount to"):
        DistressHead(stored(evidence=wrong))


def test_heads_of_another_encoder_are_refused(stored, language_models):
    encoder, other = model_folder("tiny.en") / "model.bin", stored(figures=32)
    with pytest.raises(ModelError, match="figures"):
        VoiceNetwork(encoder, other)
    found = stored()
    emotions = {name: tensor for name, tensor in other.tensors.items() if "emotions" in name}
    with pytest.raises(ModelError, match="figures"):
        VoiceNetwork(encoder, replace(found, tensors=found.tensors | emotions))


@pytest.fixture(scope="module")
def network():
    return VoiceNetwork(model_folder("tiny.en") / "model.bin", weights.load(voice.SHIPPED))


@pytest.mark.parametrize("level", [0.0, 1e-6, 1.0])
def test_every_window_gives_numbers(words_models, network, level):
    window = np.random.default_rng(2).uniform(-level, level, voice.WINDOW).astype(np.float32)
    heard = network(window)
    assert np.isfinite(heard.evidence)
    assert heard.emotions.sum() == pytest.approx(1.0, abs=1e-5)


def test_furious_actors_are_told_from_calm_ones(words_models, network, data_root):
    """Development actors, whom the head of distress never heard."""
    clips = split(list(read_corpus(Path(data_root), "ravdess")))["dev"]

    def mean(label):
        heard = []
        for clip in [one for one in clips if one.meaning.emotions == {label}][:12]:
            samples = clip.read()
            middle = max(0, (len(samples) - voice.WINDOW) // 2)
            window = np.zeros(voice.WINDOW, np.float32)
            part = samples[middle : middle + voice.WINDOW]
            window[voice.WINDOW - len(part) :] = part
            heard.append(network(window).evidence)
        return np.mean(heard)

    assert mean("angry") > mean("calm") + 1.0
    assert mean("fearful") > mean("neutral") + 0.1
