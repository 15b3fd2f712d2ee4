"""The listener: log-mel frames and, where it is to be had, YAMNet's embedding, ten blocks a second.

A block is ten hops. Causal convolutions and a first LSTM, fifty steps a second, hear how
something is said; a second LSTM, one step a block, joins to it what YAMNet makes of the last
second. Training leaves the embedding out half of the time, so that the same weights listen without
it. ``models.networks.listener_stepper`` is the same in numpy, for the stream.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.features.logmel import N_MEL

BLOCK = 10  # hops
CONTEXT_1, CONTEXT_2 = 2, 2  # inputs that a convolution sees of the time before
STEPS = BLOCK // 2  # of the first LSTM in a block
EMBEDDING = 1024
OUTCOMES = 3  # none, distress, infant
EMOTIONS = 8
SCORES = 521


class Heard(NamedTuple):
    """Logits of every block: (batch, blocks, 3), (batch, blocks, 8), (batch, blocks, 521)."""

    outcome: Tensor
    emotion: Tensor
    scores: Tensor


class Listener(nn.Module):
    """Args: channels of the convolutions, width of the LSTMs, width of the embedding inside."""

    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        channels: int = 128,
        fast: int = 128,
        slow: int = 160,
        inner: int = 96,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(N_MEL))
        self.register_buffer("scale", torch.ones(N_MEL))
        self.conv1 = nn.Conv1d(N_MEL, channels, 4, stride=2)
        self.conv2 = nn.Conv1d(channels, channels, 3)
        self.fast = nn.LSTM(channels, fast, batch_first=True)
        self.inner = nn.Linear(EMBEDDING, inner)
        self.slow = nn.LSTM(2 * fast + inner + 1, slow, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.outcome = nn.Linear(slow, OUTCOMES)
        self.emotion = nn.Linear(slow, EMOTIONS)
        self.scores = nn.Linear(2 * fast, SCORES)

    def forward(self, mel: Tensor, embedding: Tensor, present: Tensor) -> Heard:
        """From a zero state.

        Args:
            mel: (batch, 10 blocks, 64), as ``models.features.logmel`` makes it.
            embedding: (batch, blocks, 1024).
            present: (batch, blocks), 1 where there is an embedding and 0 where there is none.
        """
        x = ((mel - self.mean) * self.scale).transpose(1, 2)
        x = torch.relu(self.conv1(nn.functional.pad(x, (CONTEXT_1, 0))))
        x = torch.relu(self.conv2(nn.functional.pad(x, (CONTEXT_2, 0)))).transpose(1, 2)
        fast, _ = self.fast(self.dropout(x))
        batch, steps, width = fast.shape
        blocks = fast.reshape(batch, steps // STEPS, STEPS, width)
        pooled = torch.cat([blocks[:, :, -1], blocks.mean(dim=2)], dim=-1)
        scores = self.scores(pooled)
        joined = torch.relu(self.inner(embedding)) * present[..., None]
        slow, _ = self.slow(
            torch.cat([self.dropout(pooled), self.dropout(joined), present[..., None]], dim=-1)
        )
        slow = self.dropout(slow)
        return Heard(self.outcome(slow), self.emotion(slow), scores)
