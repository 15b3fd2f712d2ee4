"""Learning: stretches drawn by verdict and corpus, three losses, one schedule.

The loss over outcomes is what the alarm lives on. That over emotions asks that the probability lie
in the set that the label allows, and that over YAMNet's scores teaches the log-mel side what a
network knows that has heard millions of sounds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from models.data.corpora import Clip
from models.networks.listener import Listener
from models.training.checkpoint import Checkpoint
from models.training.learning import Learning
from models.training.listener.batch import Batch, batch_of
from models.training.listener.recipe import ListenerRecipe
from models.training.listener.stretches import Stretch

RARE = -5.0  # log-odds of a sound event before anything is learned
SCALE = 0.1  # of the scores' loss, which is a sum over 521
LENGTHS = 8.0  # blocks: batches are of about equal lengths
WARM_UP = 0.15  # of the schedule
STATISTICS = 600  # stretches that the standardisation is taken from


def chances(
    learned: Sequence[Stretch], clips: Mapping[str, Clip], recipe: ListenerRecipe
) -> NDArray[np.float64]:
    """Of each stretch to be drawn: its verdict's share, spread over corpora by their roots."""
    keys = [(clips[one.file].meaning.verdict, clips[one.file].corpus) for one in learned]
    counts = Counter(keys)
    roots = dict.fromkeys(recipe.share, 0.0)
    for (verdict, _), count in counts.items():
        roots[verdict] += count**0.5
    chance = np.array(
        [recipe.share[key[0]] / roots[key[0]] / counts[key] ** 0.5 for key in keys], np.float64
    )
    return np.asarray(chance / chance.sum())


def losses(model: Listener, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Over outcomes, emotions and scores."""
    heard = model(batch.mel, batch.embedding, batch.present)
    wrong = functional.cross_entropy(
        heard.outcome.flatten(0, 1), batch.outcome.flatten(), reduction="none"
    )
    outcome = (wrong.view_as(batch.outcome_weight) * batch.outcome_weight).sum()
    inside = (heard.emotion.softmax(-1) * batch.allowed[:, None]).sum(-1)
    emotion = -(torch.log(inside + 1e-5) * batch.emotion_weight).sum()
    missed = functional.binary_cross_entropy_with_logits(
        heard.scores, batch.scores, reduction="none"
    )
    scores = (missed.sum(-1) * batch.heard).sum()
    return (
        outcome / batch.outcome_weight.sum(),
        emotion / batch.emotion_weight.sum().clamp(min=1e-3),
        scores / batch.heard.sum() * SCALE,
    )


def learn(
    learned: Sequence[Stretch],
    clips: Mapping[str, Clip],
    recipe: ListenerRecipe,
    checkpoint: Path,
    begin_with: Mapping[str, Tensor] | None = None,
) -> Listener:
    """A network that has learned; goes on after a kill from ``checkpoint``.

    Args:
        learned: what to learn from.
        clips: by file.
        recipe: everything that decides the outcome.
        checkpoint: replaced after each epoch, removed at the end.
        begin_with: a network that already knows something.

    Raises:
        ModelError: if the checkpoint is of another recipe.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    model = Listener(**asdict(recipe.shape))
    if begin_with is not None:
        model.load_state_dict(dict(begin_with))
    else:
        some = np.concatenate([one.mel[::7] for one in learned[:STATISTICS]]).astype(np.float32)
        model.mean.copy_(torch.from_numpy(some.mean(axis=0)))
        model.scale.copy_(torch.from_numpy(1.0 / (some.std(axis=0) + 0.1)))
        torch.nn.init.constant_(model.scores.bias, RARE)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    steps = recipe.per_epoch // recipe.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.epochs * steps, pct_start=WARM_UP
    )
    learning = Learning(model, optimiser, schedule, rng)
    kept = Checkpoint(checkpoint, recipe, learning)
    first, _ = kept.resume()
    chance = chances(learned, clips, recipe)
    lengths = np.array([len(one) for one in learned])
    for epoch in range(first, recipe.epochs):
        drawn = rng.choice(len(learned), steps * recipe.batch, p=chance)
        drawn = drawn[np.argsort(lengths[drawn] + rng.normal(0.0, LENGTHS, len(drawn)))]
        order = drawn.reshape(-1, recipe.batch)
        rng.shuffle(order)
        batches = [[learned[i] for i in one] for one in order]
        name = f"epoch {epoch + 1}/{recipe.epochs}"
        mean = _epoch(model, learning, batches, clips, recipe, name)
        print(
            f"epoch {epoch + 1}: outcomes {mean[0]:.3f}, emotions {mean[1]:.3f},"
            f" scores {mean[2]:.3f}",
            flush=True,
        )
        kept.save(epoch)
    kept.remove()
    return model.eval()


def _epoch(
    model: Listener,
    learning: Learning,
    order: Sequence[Sequence[Stretch]],
    clips: Mapping[str, Clip],
    recipe: ListenerRecipe,
    name: str,
) -> NDArray[np.float64]:
    """One pass over the batches; the mean losses, (3,)."""
    rng = learning.rng
    model.train()
    total = np.zeros(3)
    for chosen in tqdm(order, desc=name, leave=False):
        embedded = rng.random(len(chosen)) < recipe.embedded
        batch = batch_of(chosen, clips, embedded=embedded, augment=(recipe, rng))
        outcome, emotion, scores = losses(model, batch)
        loss = outcome + recipe.emotion_loss * emotion + recipe.score_loss * scores
        learning.descend(loss, recipe.clip_norm)
        total += [float(part.detach()) for part in (outcome, emotion, scores)]
    return np.asarray(total / len(order))
