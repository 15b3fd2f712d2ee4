"""Checkpoints: what is whole and belongs comes back to the bit; all else is told and refused."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.optim.swa_utils import AveragedModel

from models.errors import ModelError
from models.training.checkpoint import Checkpoint
from models.training.learning import Learning


@dataclass
class Recipe:
    """A recipe."""

    epochs: int = 3


def learning(seed: int = 1, *, width: int = 3, averaged: bool = False) -> Learning:
    torch.manual_seed(seed)
    model = torch.nn.Linear(width, 2)
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.1, total_steps=9)
    average = AveragedModel(model) if averaged else None
    return Learning(model, optimiser, schedule, np.random.default_rng(seed), average)


def step(of: Learning) -> float:
    x = torch.from_numpy(of.rng.standard_normal((4, of.model.in_features))).float()
    loss = (of.model(x + torch.randn(1)) ** 2).mean()
    of.descend(loss, 1.0)
    return float(loss.detach())


def state(of: Learning) -> list[torch.Tensor]:
    parts = (of.model, of.average) if of.average else (of.model,)
    return [tensor.clone() for part in parts for tensor in part.state_dict().values()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The checkpoint of a network of three inputs after one step."""
    made, path = learning(), tmp_path / "deep" / "net.checkpoint.pt"
    step(made)
    Checkpoint(path, Recipe(), made).save(0, best={"uar": 0.5})
    return path


@pytest.mark.parametrize("averaged", [False, True])
def test_learning_goes_on_to_the_bit(tmp_path, averaged):
    whole, path = learning(averaged=averaged), tmp_path / "net.pt"
    step(whole)
    Checkpoint(path, Recipe(), whole).save(0, best={"uar": 0.5})
    losses = [step(whole), step(whole)]
    again = learning(seed=2, averaged=averaged)
    assert Checkpoint(path, Recipe(), again).resume() == (1, {"best": {"uar": 0.5}})
    assert [step(again), step(again)] == losses
    for one, other in zip(state(whole), state(again), strict=True):
        assert torch.equal(one, other)


def refused(path: Path, of: Learning, recipe: Recipe, **belongs: str) -> ModelError:
    """The error that is raised; the learning is as it was."""
    before, rng = state(of), torch.get_rng_state()
    with pytest.raises(ModelError) as raised:
        Checkpoint(path, recipe, of, **belongs).resume()
    for one, other in zip(state(of), before, strict=True):
        assert torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), rng)
    assert str(path) in raised.value.message
    assert "Remove it" in raised.value.remedy
    return raised.value


def test_another_architecture_is_refused(path):
    assert "another architecture" in str(refused(path, learning(width=4), Recipe()))
    assert "another architecture" in str(refused(path, learning(averaged=True), Recipe()))


def test_another_recipe_is_refused(path):
    assert "another recipe" in str(refused(path, learning(), Recipe(epochs=4)))


def test_what_else_it_belongs_to_is_named(path):
    mine = learning()
    Checkpoint(path, Recipe(), mine, base_model="a").save(0)
    assert Checkpoint(path, Recipe(), mine, base_model="a").resume()[0] == 1
    error = refused(path, learning(), Recipe(), base_model="b")
    assert "another base model" in error.message


@pytest.mark.parametrize("length", [0, 10, 60, 200, -1])
def test_a_truncated_file_is_refused(path, length):
    path.write_bytes(path.read_bytes()[:length])
    refused(path, learning(), Recipe())


def test_any_flipped_byte_is_refused(path):
    content = path.read_bytes()
    for place in range(0, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        refused(path, learning(), Recipe())


def test_another_file_of_torchs_is_refused(path):
    torch.save({"weight": torch.zeros(2)}, path)
    assert "no checkpoint" in str(refused(path, learning(), Recipe()))


def test_without_a_path_nothing_is_kept(tmp_path):
    checkpoint = Checkpoint(None, Recipe(), learning())
    checkpoint.save(0)
    checkpoint.remove()
    assert checkpoint.resume() == (0, {})
    assert not list(tmp_path.iterdir())
