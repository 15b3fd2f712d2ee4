"""Learning: from two kinds of sound that differ, on from where a kill left it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.data.corpora import Clip
from models.errors import ModelError
from models.networks.listener import BLOCK, EMBEDDING, SCORES
from models.training.listener.calibrate import scaling, strongest
from models.training.listener.learn import chances, learn
from models.training.listener.library import read_shard, write_shard
from models.training.listener.recipe import ListenerRecipe, Shape
from models.training.listener.stretches import BLOCK_SAMPLES, Stretch

BLOCKS = 14
LABELS = ("scream", "speech", "baby_cry")
RECIPE = ListenerRecipe(
    epochs=4,
    per_epoch=96,
    batch=8,
    learning_rate=5e-3,
    shape=Shape(channels=12, memory=10, inner=6),
)


def clip(number: int) -> Clip:
    label = LABELS[number % len(LABELS)]
    return Clip(Path(), "own", f"{number}", label, "", f"own:{number}", 1.0)


def stretch(number: int) -> Stretch:
    """Each label has a band of its own, from the third block on."""
    rng = np.random.default_rng(number)
    mel = rng.standard_normal((BLOCKS * BLOCK, 64)) * 0.3 - 3.0
    band = 20 * (number % len(LABELS))
    mel[2 * BLOCK :, band : band + 10] += 4.0
    ends = (np.arange(BLOCKS, dtype=np.int32) + 1) * BLOCK_SAMPLES
    return Stretch(
        f"{number}",
        mel.astype(np.float16),
        np.zeros((BLOCKS, EMBEDDING), np.float16),
        np.zeros((BLOCKS, SCORES), np.float16),
        ends - 2 * BLOCK_SAMPLES,
        ends - BLOCKS * BLOCK_SAMPLES,
        0,
    )


CLIPS = {f"{n}": clip(n) for n in range(60)}
STRETCHES = [stretch(n) for n in range(60)]


def test_it_tells_apart_what_differs(tmp_path: Path) -> None:
    model = learn(STRETCHES[:40], CLIPS, RECIPE, tmp_path / "c.pt")
    found = strongest(model, STRETCHES[40:], CLIPS, embedded=False)
    verdicts = np.array([CLIPS[file].meaning.verdict for file in found.files])
    distress = found.log_odds[:, 0]
    assert distress[verdicts == "distress"].min() > distress[verdicts != "distress"].max()
    weight, _ = scaling(found, CLIPS)["distress"]
    assert weight > 0.0


def test_a_kill_costs_nothing_but_its_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = learn(STRETCHES, CLIPS, RECIPE, tmp_path / "whole.pt")

    saves = 0
    really_save = torch.save

    def save_and_die(*args: object, **kwargs: object) -> None:
        nonlocal saves
        really_save(*args, **kwargs)  # type: ignore[arg-type]
        saves += 1
        if saves == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", save_and_die)
    with pytest.raises(KeyboardInterrupt):
        learn(STRETCHES, CLIPS, RECIPE, tmp_path / "killed.pt")
    monkeypatch.undo()
    resumed = learn(STRETCHES, CLIPS, RECIPE, tmp_path / "killed.pt")
    assert not list(tmp_path.glob("*.pt"))
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value)


def test_a_checkpoint_belongs_to_its_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("models.training.checkpoint.Checkpoint.remove", die)
    with pytest.raises(KeyboardInterrupt):
        learn(STRETCHES, CLIPS, RECIPE, tmp_path / "c.pt")
    other = ListenerRecipe(epochs=9, shape=RECIPE.shape)
    with pytest.raises(ModelError, match="another recipe"):
        learn(STRETCHES, CLIPS, other, tmp_path / "c.pt")


def test_each_verdict_is_drawn_by_its_share() -> None:
    chance = chances(STRETCHES, CLIPS, RECIPE)
    for verdict in ("distress", "not_distress", "infant"):
        drawn = sum(
            p for p, one in zip(chance, STRETCHES, strict=True)
            if CLIPS[one.file].meaning.verdict == verdict
        )  # fmt: skip
        there = RECIPE.share["distress"] + RECIPE.share["not_distress"] + RECIPE.share["infant"]
        assert drawn == pytest.approx(RECIPE.share[verdict] / there)


def test_a_shard_gives_back_what_was_written(tmp_path: Path) -> None:
    write_shard(tmp_path / "s.npz", STRETCHES[:5])
    for ours, theirs in zip(STRETCHES, read_shard(tmp_path / "s.npz"), strict=False):
        assert (ours.file, ours.present_from, len(ours)) == (
            theirs.file, theirs.present_from, len(theirs),
        )  # fmt: skip
        np.testing.assert_array_equal(ours.mel, theirs.mel)
        np.testing.assert_array_equal(ours.since_offset, theirs.since_offset)
