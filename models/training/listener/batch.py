"""Stretches of several lengths as one batch of tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.features.logmel import N_MEL
from models.networks.listener import BLOCK, EMBEDDING, SCORES
from models.training.listener.recipe import ListenerRecipe
from models.training.listener.stretches import Float, Stretch
from models.training.listener.targets import targets

MASKS = 2


@dataclass(frozen=True, slots=True)
class Batch:
    """b stretches, padded to the n blocks of the longest.

    Attributes:
        mel: (b, 10 n, 64).
        embedding: (b, n, 1024), zero where it is not present.
        present: (b, n).
        scores: (b, n, 521).
        heard: (b, n), 1 where there are scores.
        outcome: (b, n).
        outcome_weight: (b, n).
        emotion_weight: (b, n).
        allowed: (b, 8), the emotions that the clip may be.
    """

    mel: Tensor
    embedding: Tensor
    present: Tensor
    scores: Tensor
    heard: Tensor
    outcome: Tensor
    outcome_weight: Tensor
    emotion_weight: Tensor
    allowed: Tensor


def batch_of(
    chosen: Sequence[Stretch],
    clips: Mapping[str, Clip],
    *,
    embedded: NDArray[np.bool_],
    augment: tuple[ListenerRecipe, np.random.Generator] | None = None,
) -> Batch:
    """One batch.

    Args:
        chosen: the stretches.
        clips: by file.
        embedded: (b,) which of them are given YAMNet's embedding.
        augment: how the log-mel frames are varied; None leaves them as they are.
    """
    count, blocks = len(chosen), max(map(len, chosen))
    mel = np.zeros((count, blocks * BLOCK, N_MEL), np.float32)
    embedding = np.zeros((count, blocks, EMBEDDING), np.float32)
    scores = np.zeros((count, blocks, SCORES), np.float32)
    present, heard, outcome_weight, emotion_weight = np.zeros((4, count, blocks), np.float32)
    outcome = np.zeros((count, blocks), np.int64)
    allowed = np.zeros((count, len(EMOTIONS)), bool)
    for row, stretch in enumerate(chosen):
        frames = stretch.mel.astype(np.float32)
        mel[row, : len(frames)] = varied(frames, *augment) if augment else frames
        span = slice(stretch.present_from, len(stretch))
        heard[row, span] = 1.0
        scores[row, : len(stretch)] = stretch.scores
        if embedded[row]:
            present[row, span] = 1.0
            embedding[row, span] = stretch.embedding[span]
        meaning = clips[stretch.file].meaning
        asked = targets(stretch, meaning)
        outcome[row, : len(stretch)] = asked.outcome
        outcome_weight[row, : len(stretch)] = asked.outcome_weight
        emotion_weight[row, : len(stretch)] = asked.emotion_weight
        allowed[row] = [emotion in meaning.emotions for emotion in EMOTIONS]
    arrays = (
        mel, embedding, present, scores, heard, outcome, outcome_weight, emotion_weight, allowed,
    )  # fmt: skip
    return Batch(*map(torch.from_numpy, arrays))


def varied(frames: Float, recipe: ListenerRecipe, rng: np.random.Generator) -> Float:
    """Another level, bands and moments that are not heard."""
    changed = frames + np.float32(rng.normal(0.0, recipe.level_spread))
    for _ in range(MASKS):
        width = int(rng.integers(0, recipe.bands))
        low = int(rng.integers(0, N_MEL - width))
        changed[:, low : low + width] = changed.mean()
    for _ in range(int(rng.integers(0, MASKS + 1))):
        width = int(rng.integers(0, recipe.frames))
        begin = int(rng.integers(0, max(1, len(changed) - width)))
        changed[begin : begin + width] = changed.mean(axis=0)
    return changed
