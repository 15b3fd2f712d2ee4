"""Learning: a kill costs nothing that a checkpoint holds, and the losses ask what they say."""

import numpy as np
import pytest
import torch

from models.errors import ModelError
from models.networks.mobilenet import Student
from models.training.checkpoint import Checkpoint
from models.training.curves import Point
from models.training.student import learn as module
from models.training.student.learn import learn, learning_of, losses
from models.training.student.recipe import StudentRecipe
from models.training.student.views import APART, Viewer, Views


def network() -> Student:
    torch.manual_seed(1)
    return Student(dropout=0.0)


def viewer(recordings, clips, recipe) -> Viewer:
    return Viewer(recordings, clips, recipe, np.random.default_rng(1))


def learned(
    recordings, clips, recipe, path, kept: list[int] | None = None
) -> tuple[Student, list[Point]]:
    """What is learned; killed after the first checkpoint where ``kept`` is a list."""
    rng = np.random.default_rng(1)
    learning = learning_of(network(), recipe, rng)
    checkpoint = Checkpoint(path, recipe, learning)
    if kept is not None:
        save = checkpoint.save

        def save_once(step, **beside):
            save(step, **beside)
            kept.append(step)
            raise KeyboardInterrupt

        checkpoint.save = save_once
    return learn(Viewer(recordings, clips, recipe, rng), recipe, learning, checkpoint)


def test_learning_that_was_killed_ends_where_it_would_have(
    recordings, clips, recipe, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "SAVED_EVERY", 2)
    whole, curve = learned(recordings, clips, recipe, tmp_path / "a.pt")
    kept: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        learned(recordings, clips, recipe, tmp_path / "b.pt", kept)
    assert kept == [1]
    resumed, again = learned(recordings, clips, recipe, tmp_path / "b.pt")
    assert [point["step"] for point in curve] == [2.0, 4.0]
    for one, other in zip(curve, again, strict=True):
        assert one == pytest.approx(other, abs=1e-5)
        assert 0.0 <= one["kinds right"] <= 1.0
    for one, other in zip(whole.parameters(), resumed.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)


def test_a_training_too_short_for_a_checkpoint_ends_well(recordings, clips, recipe, tmp_path):
    learning = learning_of(network(), recipe, np.random.default_rng(1))
    checkpoint = Checkpoint(tmp_path / "d.pt", recipe, learning)
    checkpoint.remove()
    assert checkpoint.resume() == (0, {})


def test_a_checkpoint_of_another_recipe_is_refused(
    recordings, clips, recipe, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "SAVED_EVERY", 2)
    learned(recordings, clips, recipe, tmp_path / "c.pt")
    with pytest.raises(ModelError, match="another recipe"):
        learned(recordings, clips, StudentRecipe(steps=5), tmp_path / "c.pt")


def test_what_is_apart_is_asked_for_no_kind(recordings, clips, recipe):
    views = viewer(recordings, clips, recipe).batch(8)
    model = network().eval()
    asked = Views(
        views.windows, np.zeros(8, np.int64), views.sure, views.scores, views.allowed
    )  # fmt: skip
    none = Views(views.windows, np.full(8, APART), views.sure, views.scores, views.allowed)
    made = model(torch.from_numpy(views.windows))
    assert float(losses(made, asked, recipe)[0].detach()) > 0.0
    assert float(losses(made, none, recipe)[0].detach()) == 0.0


def test_a_network_that_says_what_it_was_taught_has_the_smaller_loss(recordings, clips, recipe):
    views = viewer(recordings, clips, recipe).batch(8)
    kinds = torch.nn.functional.one_hot(torch.from_numpy(views.kinds).clamp(0), 5) * 8.0
    allowed, scores = torch.from_numpy(views.allowed), torch.from_numpy(views.scores)
    right = kinds, allowed * 8.0, torch.logit(scores.clamp(1e-3, 1 - 1e-3))
    wrong = tuple(-logits for logits in right)
    for better, worse in zip(
        losses(right, views, recipe), losses(wrong, views, recipe), strict=True
    ):
        assert float(better) < float(worse)
