"""Where training stands, so that a kill costs one epoch at most."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from models.errors import ModelError
from models.training.learning import Learning

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Checkpoint:
    """One file, replaced whole after each epoch, that belongs to one recipe.

    Args:
        path: the file.
        recipe: what the training is of.
        learning: what is saved, and brought back.
    """

    def __init__(self, path: Path, recipe: "DataclassInstance", learning: Learning) -> None:
        self._path = path
        self._recipe = json.dumps(asdict(recipe), sort_keys=True)
        self._learning = learning

    def resume(self) -> tuple[int, dict[str, Any]]:
        """Bring the learning to where the last epoch left it.

        Returns:
            The epoch to go on with, 0 where nothing was saved, and what was kept beside.

        Raises:
            ModelError: if the file belongs to another recipe.
        """
        if not self._path.is_file():
            return 0, {}
        saved: dict[str, Any] = torch.load(self._path, weights_only=True)
        if saved["recipe"] != self._recipe:
            raise ModelError(
                f"{self._path} is the checkpoint of another recipe.",
                "Remove it to train anew, or go on with the recipe that it was made with.",
            )
        learning = self._learning
        learning.model.load_state_dict(saved["model"])
        learning.optimiser.load_state_dict(saved["optimiser"])
        learning.schedule.load_state_dict(saved["schedule"])
        torch.set_rng_state(saved["torch_rng"])
        learning.rng.bit_generator.state = json.loads(saved["numpy_rng"])
        return saved["epoch"] + 1, saved

    def save(self, epoch: int, **beside: Any) -> None:
        """Keep how things stand after ``epoch``; a kill at any moment leaves the old file or it.

        Args:
            epoch: the last one, from 0.
            beside: what else :meth:`resume` is to give back.
        """
        learning = self._learning
        unfinished = self._path.with_suffix(".unfinished")
        state = {
            "recipe": self._recipe,
            "epoch": epoch,
            "model": learning.model.state_dict(),
            "optimiser": learning.optimiser.state_dict(),
            "schedule": learning.schedule.state_dict(),
            "torch_rng": torch.get_rng_state(),
            "numpy_rng": json.dumps(learning.rng.bit_generator.state),
        }
        torch.save(beside | state, unfinished)
        unfinished.replace(self._path)

    def remove(self) -> None:
        """Training is over. One that was shorter than from one checkpoint to the next left none."""
        self._path.unlink(missing_ok=True)
