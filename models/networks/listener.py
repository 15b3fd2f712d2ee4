"""The listener: log-mel frames and, where it is to be had, YAMNet's embedding, ten blocks a second.

A block is ten hops. Causal convolutions, fifty steps a second and ever wider spread, hear how
something sounds over the last six tenths of a second; an LSTM, one step a block, follows it and
joins to it what YAMNet makes of the last second. Training leaves the embedding out now and then,
so that the same weights listen without it. ``models.networks.listener_stepper`` is the same in
numpy, for the stream.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.features.logmel import N_MEL

BLOCK = 10  # hops
WIDTH, STRIDE = 4, 2  # of the first convolution
CONTEXT = WIDTH - STRIDE  # frames that it sees of the time before
STEPS = BLOCK // STRIDE  # in a block
SPREADS = (1, 2, 4, 8)  # steps between the three inputs of each further convolution
TAPS = 3
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
    """Args: channels of the convolutions, width of the LSTM, width of the embedding inside."""

    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        channels: int = 96,
        memory: int = 144,
        inner: int = 96,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(N_MEL))
        self.register_buffer("scale", torch.ones(N_MEL))
        self.first = nn.Conv1d(N_MEL, channels, WIDTH, stride=STRIDE)
        self.further = nn.ModuleList(
            nn.Conv1d(channels, channels, TAPS, dilation=spread) for spread in SPREADS
        )
        self.inner = nn.Linear(EMBEDDING, inner)
        self.memory = nn.LSTM(2 * channels + inner + 1, memory, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.outcome = nn.Linear(memory, OUTCOMES)
        self.emotion = nn.Linear(memory, EMOTIONS)
        self.scores = nn.Linear(2 * channels, SCORES)

    def forward(self, mel: Tensor, embedding: Tensor, present: Tensor) -> Heard:
        """From a zero state.

        Args:
            mel: (batch, 10 blocks, 64), as ``models.features.logmel`` makes it.
            embedding: (batch, blocks, 1024).
            present: (batch, blocks), 1 where there is an embedding and 0 where there is none.
        """
        x = ((mel - self.mean) * self.scale).transpose(1, 2)
        x = torch.relu(self.first(functional.pad(x, (CONTEXT, 0))))
        for spread, further in zip(SPREADS, self.further, strict=True):
            before = functional.pad(x, ((TAPS - 1) * spread, 0))
            x = x + torch.relu(further(before))
        batch, width, steps = x.shape
        blocks = x.reshape(batch, width, steps // STEPS, STEPS)
        pooled = torch.cat([blocks[..., -1], blocks.mean(dim=3)], dim=1).transpose(1, 2)
        scores = self.scores(pooled)
        joined = torch.relu(self.inner(embedding)) * present[..., None]
        memory, _ = self.memory(
            torch.cat([self.dropout(pooled), self.dropout(joined), present[..., None]], dim=-1)
        )
        memory = self.dropout(memory)
        return Heard(self.outcome(memory), self.emotion(memory), scores)
