"""Learning: three losses, one schedule, a running mean of the weights.

The loss over kinds is what the alarm lives on. That over emotions asks that the probability lie
in the set that the label allows, and that over the teacher's scores keeps what a network knows
that has heard millions of sounds, while it learns to know it in noise.
"""

import copy

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from models.networks.mobilenet import Student
from models.training.checkpoint import Checkpoint
from models.training.curves import Point
from models.training.device import best_device, device_of
from models.training.learning import Learning
from models.training.student.recipe import StudentRecipe
from models.training.student.views import APART, UNBOUND, Viewer, Views

WARM_UP = 0.08  # of the schedule
SAVED_EVERY = 250  # steps
FIGURES = ("loss of kinds", "loss of emotions", "loss of scores", "kinds right")
SURE = 1e-4  # the teacher's scores are held so far from 0 and 1


Made = tuple[Tensor, Tensor, Tensor]
"""Logits of kinds, emotions and scores, as the network makes them of windows."""


def losses(made: Made, views: Views, recipe: StudentRecipe) -> tuple[Tensor, Tensor, Tensor]:
    """Over kinds, emotions and the teacher's scores."""
    kind, emotion, scores = made
    kinds, sure, allowed, taught = (
        torch.from_numpy(part).to(kind.device)
        for part in (views.kinds, views.sure, views.allowed, views.scores)
    )
    asked = kinds != APART
    by_kind = functional.cross_entropy(
        kind[asked], kinds[asked], reduction="none", label_smoothing=recipe.smoothing
    )
    inside = (emotion.log_softmax(-1) + allowed.clamp(1e-9).log()).logsumexp(-1)
    bound = allowed.sum(-1) < UNBOUND
    taught = taught.clamp(SURE, 1.0 - SURE)
    by_score = functional.binary_cross_entropy_with_logits(scores, taught, reduction="none")
    return (
        (by_kind * sure[asked]).sum() / asked.sum().clamp(min=1),
        -(inside * sure)[bound].sum() / bound.sum().clamp(min=1),
        by_score.sum(-1).mean(),
    )


class Mean:
    """A running mean of a network's weights, which is what is kept of it."""

    def __init__(self, model: Student, kept: float) -> None:
        self.model = copy.deepcopy(model).eval()
        self._kept = kept

    @torch.no_grad()
    def take(self, model: Student, step: int) -> None:
        """Move towards ``model``: all the way at first, then less and less."""
        kept = min(self._kept, (step + 1) / (step + 20))
        for mean, now in zip(self.model.parameters(), model.parameters(), strict=True):
            mean.lerp_(now, 1.0 - kept)
        for held, buffer in zip(self.model.buffers(), model.buffers(), strict=True):
            held.copy_(buffer)


def learning_of(model: Student, recipe: StudentRecipe, rng: np.random.Generator) -> Learning:
    """What teaches ``model``: nothing has been learned yet.

    It is put on the device that learns fastest.
    """
    model.to(best_device())
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.steps, pct_start=WARM_UP,
        final_div_factor=100.0,
    )  # fmt: skip
    return Learning(model, optimiser, schedule, rng)


def learn(
    viewer: Viewer, recipe: StudentRecipe, learning: Learning, checkpoint: Checkpoint
) -> tuple[Student, list[Point]]:
    """The running mean of the network after all steps, on the CPU; goes on from ``checkpoint``.

    With it come the three losses, and the share of kinds that were right, each a mean over the
    steps since the last.

    Args:
        viewer: draws the windows under the chance that ``learning`` has.
        recipe: what decides the result.
        learning: as ``learning_of`` makes it.
        checkpoint: of ``learning``.
    """
    model = learning.model
    assert isinstance(model, Student)
    mean = Mean(model, recipe.kept)
    first, beside = checkpoint.resume()
    if beside:
        mean.model.load_state_dict(beside["mean"])
    curve: list[Point] = beside.get("curve", [])
    lately: list[tuple[float, ...]] = []
    model.train()
    progress = tqdm(range(first, recipe.steps), initial=first, total=recipe.steps, desc="steps")
    for step in progress:
        views = viewer.batch(recipe.batch)
        made = model(torch.from_numpy(views.windows).to(device_of(model)))
        by_kind, by_emotion, by_score = losses(made, views, recipe)
        loss = by_kind + recipe.emotion_loss * by_emotion + recipe.score_loss * by_score
        learning.descend(loss, recipe.clip_norm)
        mean.take(model, step)
        each = (by_kind, by_emotion, by_score, right(made, views))
        lately.append(tuple(float(one.detach()) for one in each))
        if (step + 1) % SAVED_EVERY == 0 or step + 1 == recipe.steps:
            progress.set_postfix_str(f"{by_kind:.2f} {by_emotion:.2f} {by_score:.2f}")
            means = np.mean(lately, axis=0).tolist()
            curve.append({"step": step + 1.0} | dict(zip(FIGURES, means, strict=True)))
            lately.clear()
            checkpoint.save(step, mean=mean.model.state_dict(), curve=curve)
    return mean.model.cpu(), curve


def right(made: Made, views: Views) -> Tensor:
    """Share of the windows that are asked for a kind in which it is the most probable."""
    kinds = torch.from_numpy(views.kinds).to(made[0].device)
    asked = kinds != APART
    return (made[0].argmax(-1) == kinds)[asked].sum() / asked.sum().clamp(min=1)
