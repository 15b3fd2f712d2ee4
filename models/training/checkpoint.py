"""Where training stands, so that a kill costs one epoch at most."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from models.errors import ModelError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Checkpoint:
    """One file, replaced whole after each epoch, that belongs to one recipe."""

    def __init__(self, path: Path, recipe: "DataclassInstance") -> None:
        self._path = path
        self._recipe = json.dumps(asdict(recipe), sort_keys=True)

    def load(self) -> dict[str, Any] | None:
        """What the last epoch left; None where there is nothing to go on from.

        Raises:
            ModelError: if it belongs to another recipe.
        """
        if not self._path.is_file():
            return None
        saved: dict[str, Any] = torch.load(self._path, weights_only=True)
        if saved["recipe"] != self._recipe:
            raise ModelError(
                f"{self._path} is the checkpoint of another recipe.",
                "Remove it to train anew, or go on with the recipe that it was made with.",
            )
        return saved

    def save(self, **state: Any) -> None:
        """Replace the file; a kill at any moment leaves the old one or the new."""
        unfinished = self._path.with_suffix(".unfinished")
        torch.save(state | {"recipe": self._recipe}, unfinished)
        unfinished.replace(self._path)

    def remove(self) -> None:
        """Training is over."""
        self._path.unlink()
