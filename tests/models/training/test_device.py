"""Where a network learns: what is there decides, and what is written is of the CPU."""

import numpy as np
import pytest
import torch

from models.data.corpora import Clip
from models.networks.mobilenet import Student
from models.training import train
from models.training.checkpoint import on_cpu
from models.training.device import best_device, device_of
from models.training.streams import Example
from models.training.student import learn
from models.training.student.recipe import StudentRecipe
from models.training.train import Fold, Recipe
from models.training.voice import train as voice
from models.training.voice.recipe import VoiceRecipe
from models.training.voice.windows import Windows


@pytest.mark.parametrize(
    ("cuda", "mps", "best"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")],
)
def test_the_fastest_that_is_there_is_taken(monkeypatch, cuda, mps, best):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device().type == best


def test_a_network_is_where_its_weights_are():
    assert device_of(torch.nn.Linear(1, 1)) == torch.device("cpu")
    assert device_of(torch.nn.Linear(1, 1, device="meta")) == torch.device("meta")


def test_all_that_is_kept_is_the_same_in_its_own_shape():
    kept = {"a": [torch.ones(2), (torch.zeros(1, requires_grad=True), "text")], "b": {3: 0.5}}
    found = on_cpu(kept)
    assert torch.equal(found["a"][0], kept["a"][0])
    assert isinstance(found["a"][1], tuple)
    assert not found["a"][1][0].requires_grad
    assert (found["a"][1][1], found["b"]) == ("text", {3: 0.5})


class AskedError(Exception):
    """Somebody asked what there is."""


def _begin():
    clips = [Clip(None, "ravdess", "a", "angry", "", "ravdess:rav01", 1.0)]
    examples = [Example(np.random.default_rng(1).standard_normal((9, 13), np.float32), 0, 0)]
    recipe = Recipe()
    train.begin(Fold(clips, examples, torch.ones(1, 8)), recipe, np.random.default_rng(1))


def _student():
    learn.learning_of(Student(), StudentRecipe(), np.random.default_rng(1))


def _voice():
    heard = Windows(np.arange(4), np.ones((4, 3), np.float16), np.array(["a"] * 4))
    voice.fit_distress(heard, np.arange(4), VoiceRecipe(passes=1))


@pytest.mark.parametrize(
    ("module", "learns"), [(train, _begin), (learn, _student), (voice, _voice)]
)
def test_whoever_learns_asks_what_there_is(monkeypatch, module, learns):
    def asked():
        raise AskedError

    learns()
    monkeypatch.setattr(module, "best_device", asked)
    with pytest.raises(AskedError):
        learns()
