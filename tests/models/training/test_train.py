"""Training: its loss by hand, and a whole small run that can be killed and repeated."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

from models import registry
from models.calibration import FEATURES
from models.data.corpora import Clip, read_corpus
from models.data.labels import EMOTIONS
from models.data.splits import side_of
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.networks import weights
from models.networks.stepper import Stepper
from models.training import calibrate, quick
from models.training import train as training
from models.training.recipe import SHIPPED, read_recipe
from models.training.run import Run, run_recipe
from models.training.streams import Example
from models.training.train import Fold, Recipe, augment, batch_of, loss_of, train

RAVDESS_WORDS = ("neutral", "calm", "happy", "sad", "angry", "fear", "disgust", "surprise")
RECIPE = Recipe(
    variants={}, epochs=2, batch=4, examples_per_epoch=16, share={"ravdess": 1.0}, longest=120
)


PLAIN = replace(RECIPE, offset=0.0, masks=0)


def allowing(*rows: tuple[int, ...]) -> torch.Tensor:
    return torch.tensor([[k in row for k in range(8)] for row in rows])


def test_the_loss_is_that_of_the_pooled_posterior_by_hand():
    logits = torch.zeros(1, 3, 8)
    logits[0, 1, 4] = 2.0
    logits[0, 2, 5] = 1.0
    judged = torch.tensor([[False, True, True]])
    p1 = (np.exp(2.0) + 1.0) / (np.exp(2.0) + 7.0)
    p2 = (1.0 + np.exp(1.0)) / (np.exp(1.0) + 7.0)
    expected = -np.log(p1 * 1 / 3 + p2 * 2 / 3)  # the second judged step weighs twice the first
    assert float(loss_of(logits, allowing((4, 5)), judged)) == pytest.approx(expected, rel=1e-4)


def test_each_example_counts_once_however_long_it_is_judged():
    logits = torch.zeros(2, 4, 8)
    logits[0, :, 0] = 3.0
    judged = torch.tensor([[True] * 4, [True, False, False, False]])
    first = -np.log(np.exp(3.0) / (np.exp(3.0) + 7.0))
    loss = loss_of(logits, allowing((0,), (0,)), judged)
    assert float(loss) == pytest.approx((first + np.log(8.0)) / 2, rel=1e-4)


@given(st.integers(0, 2**20), st.sets(st.integers(0, 7), min_size=1))
def test_the_loss_falls_as_more_is_allowed_and_is_nothing_where_all_is(seed, allowed):
    logits = torch.randn(1, 5, 8, generator=torch.Generator().manual_seed(seed))
    judged = torch.ones(1, 5, dtype=torch.bool)
    loss = float(loss_of(logits, allowing(tuple(allowed)), judged))
    for more in range(8):
        wider = float(loss_of(logits, allowing((*allowed, more)), judged))
        assert wider <= loss + 1e-6
    everything = float(loss_of(logits, allowing(tuple(range(8))), judged))
    assert everything == pytest.approx(0.0, abs=1e-5)


@given(st.integers(0, 2**20), st.integers(0, 7), st.integers(0, 4))
def test_one_judged_step_and_one_emotion_are_plain_cross_entropy(seed, emotion, step):
    logits = torch.randn(1, 5, 8, generator=torch.Generator().manual_seed(seed))
    judged = torch.arange(5)[None] == step
    expected = torch.nn.functional.cross_entropy(logits[0, step], torch.tensor(emotion))
    loss = float(loss_of(logits, allowing((emotion,)), judged))
    assert loss == pytest.approx(float(expected), abs=1e-3)


def test_an_impossible_emotion_costs_much_and_stays_finite():
    logits = torch.zeros(1, 1, 8)
    logits[0, 0, 0] = 1000.0
    loss = float(loss_of(logits, allowing((1,)), torch.ones(1, 1, dtype=torch.bool)))
    assert 10.0 < loss < 20.0


def test_a_partial_label_teaches_only_what_it_says():
    logits = torch.zeros(1, 1, 8, requires_grad=True)
    loss_of(logits, allowing((4, 5)), torch.ones(1, 1, dtype=torch.bool)).backward()
    gradient = logits.grad[0, 0]
    assert (gradient[[4, 5]] < 0).all()
    assert (gradient[[0, 1, 2, 3, 6, 7]] > 0).all()
    assert gradient[4] == pytest.approx(float(gradient[5]))


def test_steps_that_are_not_judged_teach_nothing():
    logits = torch.randn(1, 6, 8, generator=torch.Generator().manual_seed(1), requires_grad=True)
    judged = torch.tensor([[False, False, True, True, False, False]])
    loss_of(logits, allowing((2,)), judged).backward()
    moved = logits.grad[0].abs().sum(1) > 0
    assert moved.tolist() == judged[0].tolist()


def clip(corpus: str, label: str) -> Clip:
    return Clip(Path(), corpus, "x.flac", label, "", f"{corpus}:g", 1.0)


def fold(*parts: tuple[str, str, int]) -> Fold:
    """So many examples of each corpus and label."""
    clips = [clip(corpus, label) for corpus, label, _ in parts]
    examples = [
        Example(np.full((100, 13), number, np.float32), 10, number)
        for number, (_, _, count) in enumerate(parts)
        for _ in range(count)
    ]
    allowed = torch.tensor([[e in c.meaning.emotions for e in EMOTIONS] for c in clips])
    return Fold(clips, examples, allowed)


def test_each_corpus_gets_its_share_spread_over_its_labels():
    made = fold(("ravdess", "angry", 30), ("ravdess", "calm", 10), ("music", "music", 5))
    chance = made.weights({"ravdess": 0.6, "music": 0.2})
    assert chance.sum() == pytest.approx(1.0)
    assert chance[:30].sum() == pytest.approx(0.375)
    assert chance[30:40].sum() == pytest.approx(0.375)
    assert chance[40:].sum() == pytest.approx(0.25)


def test_a_corpus_without_a_share_is_never_drawn():
    chance = fold(("ravdess", "angry", 3), ("music", "music", 5)).weights({"ravdess": 0.5})
    assert not chance[3:].any()


@given(st.integers(0, 2**20))
def test_a_batch_judges_no_step_before_the_label_nor_after_the_end(seed):
    rng = np.random.default_rng(seed)
    made = fold(("ravdess", "angry", 1), ("music", "music", 1))
    made.examples = [
        Example(rng.standard_normal((int(n), 13)).astype(np.float32), int(n) // 3, k % 2)
        for k, n in enumerate(rng.integers(21, 400, 6))
    ]
    x, allowed, judged = batch_of(made, np.arange(6), PLAIN, rng)
    assert x.shape[:2] == judged.shape
    assert allowed.shape == (6, 8)
    for row, example in enumerate(made.examples):
        steps = np.flatnonzero(judged[row].numpy())
        assert len(steps)
        assert steps[-1] < len(example.features)
        assert steps[0] >= min(example.labelled_from + RECIPE.warm_steps, steps[-1])
        assert steps[-1] < example.labelled_from + RECIPE.longest
        shown = x[row, : steps[-1] + 1].numpy()
        np.testing.assert_array_equal(shown, example.features[: len(shown)])
        assert not x[row, steps[-1] + 1 :].any()
        assert torch.equal(allowed[row], made.allowed[example.clip])


@given(st.integers(0, 2**20), st.integers(1, 60))
def test_augmentation_moves_a_copy_by_one_offset_for_all_steps(seed, count):
    features = np.random.default_rng(seed).standard_normal((count, 13)).astype(np.float32)
    before = features.copy()
    moved = augment(features, np.random.default_rng(seed), replace(RECIPE, masks=0))
    np.testing.assert_array_equal(features, before)
    assert moved.dtype == np.float32
    offset = moved - features
    np.testing.assert_allclose(offset, np.broadcast_to(offset[0], offset.shape), atol=1e-4)
    assert offset[0].any()


@given(st.integers(0, 2**20), st.integers(1, 200))
def test_masks_hide_no_more_steps_than_they_may(seed, count):
    features = np.random.default_rng(seed).standard_normal((count, 13)).astype(np.float32)
    masked = augment(features, np.random.default_rng(seed), replace(RECIPE, offset=0.0))
    hidden = (masked != features).any(axis=1).sum()
    assert hidden <= RECIPE.masks * RECIPE.mask_steps
    assert np.isfinite(masked).all()


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> list[Clip]:
    """Two training actors and one of development, each emotion a tone of its own."""
    root = tmp_path_factory.mktemp("corpora")
    (root / "ravdess").mkdir()
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    rows = ["file,label,speaker,dur"]
    for actor in ("rav01", "rav02", "rav15"):
        for number, word in enumerate(RAVDESS_WORDS):
            pitch = 150.0 * 1.4**number
            tone = 0.3 * np.sin(2 * np.pi * pitch * time) * (0.7 + 0.3 * np.sin(30.0 * time))
            soundfile.write(root / "ravdess" / f"{actor}-{word}.flac", tone, SAMPLE_RATE)
            rows.append(f"{actor}-{word}.flac,{word},{actor},1.0")
    (root / "ravdess" / "labels.csv").write_text("\n".join(rows) + "\n")
    return list(read_corpus(root, "ravdess"))


# Workers are forked before torch has threads of its own here; newer Pythons warn all the same.
forks = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


@forks
@pytest.mark.slow
def test_a_run_writes_weights_that_load_and_the_same_seed_writes_the_same(corpora, tmp_path):
    made, again = (
        train(corpora, tmp_path / f"{name}.safetensors", RECIPE) for name in ("one", "other")
    )
    one, other = weights.load(made.path), weights.load(again.path)
    assert one.sha256 == other.sha256
    assert made.best["uar"] == one.metadata["training"]["dev"]["uar"] > 0.0
    assert set(one.metadata["training"]["dev"]["recall"]) == set(EMOTIONS)
    assert one.metadata["training"]["recipe"]["epochs"] == RECIPE.epochs
    assert tuple(one.metadata["classes"]) == EMOTIONS
    assert {"gate", "gain"} <= one.metadata.keys()
    assert Stepper(one.tensors).step(np.zeros(13, np.float32)).shape == (8,)
    assert not (tmp_path / "one.safetensors").exists(), "it is not calibrated"
    made.remove()
    again.remove()
    assert not list(tmp_path.glob("*.checkpoint*"))
    assert not list(tmp_path.glob("*unfinished*"))


@forks
@pytest.mark.slow
def test_another_seed_writes_another_network(corpora, tmp_path):
    one, two = (
        weights.load(
            train(corpora, tmp_path / f"{seed}", replace(RECIPE, seed=seed, epochs=1)).path
        ).tensors
        for seed in (1, 2)
    )
    assert not np.array_equal(one["head.weight"], two["head.weight"])


@forks
@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(corpora, tmp_path, monkeypatch, capsys):
    whole = weights.load(train(corpora, tmp_path / "whole.safetensors", RECIPE).path)
    capsys.readouterr()
    out = tmp_path / "net.safetensors"
    heard = training.recalls
    seen = []

    def killed_in_the_second_epoch(*given):
        seen.append(given)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return heard(*given)

    monkeypatch.setattr(training, "recalls", killed_in_the_second_epoch)
    with pytest.raises(KeyboardInterrupt):
        train(corpora, out, RECIPE)
    assert "epoch 1:" in capsys.readouterr().out
    assert [path.name for path in tmp_path.glob("net*")] == ["net.checkpoint.pt"]
    learners = [clip for clip in corpora if side_of(clip) == "train"]
    fewer = [clip for clip in corpora if clip is not learners[0]]
    with pytest.raises(ModelError, match="another list of recordings"):
        train(fewer, out, RECIPE)
    resumed = train(corpora, out, RECIPE)
    said = capsys.readouterr().out
    assert "epoch 2:" in said
    assert "epoch 1:" not in said
    assert weights.load(resumed.path).sha256 == whole.sha256


@forks
@pytest.mark.slow
def test_weights_that_lie_there_are_left_until_the_new_ones_are_calibrated(
    corpora, tmp_path, monkeypatch, capsys
):
    root = corpora[0].root
    out = tmp_path / "net.safetensors"
    out.write_bytes(b"of an earlier training")
    monkeypatch.setattr(Run, "published", lambda self: list(read_corpus(root, "ravdess")))
    monkeypatch.setattr(quick, "quick_lstm", lambda _: RECIPE)
    fitted = calibrate.fit

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrate, "collect", lambda *_: [])
    monkeypatch.setattr(calibrate, "fit", killed)
    with pytest.raises(KeyboardInterrupt):
        run_recipe("lstm", Run(root, out, quick=True))
    assert out.read_bytes() == b"of an earlier training"
    assert "epoch 2:" in capsys.readouterr().out
    odds = [("none", "c", np.zeros(len(FEATURES))), ("distress", "c", np.ones(len(FEATURES)))]
    monkeypatch.setattr(calibrate, "fit", lambda _, names: fitted(odds, names))
    run_recipe("lstm", Run(root, out, quick=True))
    assert "epoch 2:" not in capsys.readouterr().out, "what was learned is learned"
    assert {"voice", "sounds"} <= weights.load(out).metadata["calibration"].keys()
    endings = ("curves.json", "curves.svg", "safetensors", "sha256")
    assert {path.name for path in tmp_path.iterdir()} == {f"net.{ending}" for ending in endings}
    curves = json.loads((tmp_path / "net.curves.json").read_text())
    assert [point["epoch"] for point in curves["trainings"]["training"]] == [1.0, 2.0]


def test_a_model_that_the_calibration_needs_is_missed_before_anything_is_learned(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(Run, "published", lambda self: [])
    monkeypatch.setattr(training, "train", lambda *_: pytest.fail("it learned"))
    monkeypatch.setattr(registry, "folders", lambda: (tmp_path,))
    with pytest.raises(ModelError, match="yamnet"):
        run_recipe("lstm", Run(tmp_path, tmp_path / "net.safetensors"))


@forks
@pytest.mark.slow
def test_training_ends_where_patience_does(corpora, tmp_path, monkeypatch, capsys):
    judged = iter([0.2, 0.5, 0.4, 0.5, 0.9, 0.9])
    monkeypatch.setattr(training, "recalls", lambda *_: {"calm": next(judged)})
    recipe = replace(RECIPE, epochs=6, patience=2, examples_per_epoch=4)
    trained = train(corpora, tmp_path / "net.safetensors", recipe)
    assert [point["uar"] for point in trained.curve] == [0.2, 0.5, 0.4, 0.5]
    assert trained.best == {"uar": 0.5, "epoch": 2.0}
    again = train(corpora, tmp_path / "net.safetensors", recipe)
    assert len(again.curve) == 4, "what was enough is enough after a kill"


def test_the_shipped_network_is_of_the_recipe_that_is_followed_without_any():
    stored = weights.load().metadata["training"]["recipe"]
    recipe = json.loads(json.dumps(asdict(read_recipe(SHIPPED).applied(Recipe()))))
    assert stored == {name: recipe[name] for name in stored}
    assert recipe["patience"] == 0
