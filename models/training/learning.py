"""A network that learns, and what teaches it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel


@dataclass(frozen=True, slots=True)
class Learning:
    """Everything that an epoch changes; torch's own random numbers belong to it, too.

    Attributes:
        average: a mean of the weights over the steps so far; None where the last ones are kept.
    """

    model: torch.nn.Module
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    rng: np.random.Generator
    average: AveragedModel | None = None

    def descend(self, loss: torch.Tensor, most: float) -> None:
        """One step down ``loss``, along a gradient of the length ``most`` at most."""
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), most)
        self.optimiser.step()
        self.schedule.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
