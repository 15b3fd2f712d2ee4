"""Where training stands, so that a kill costs one epoch at most.

One file: a line with the format and the SHA-256 of all that follows, then what torch saves. What is
not whole, or belongs to something else, is refused before anything of it is taken over. Everything
in it lies on the CPU, so that another machine can go on.
"""

import hashlib
import io
import json
import pickle
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch

from models.errors import ModelError
from models.training.learning import Learning
from models.whole import write_whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FORMAT: Final = b"distressd-checkpoint/1"
ANEW: Final = "Remove it to train anew"


def fingerprint(names: Iterable[str]) -> str:
    """What tells one list of recordings from another, for a :class:`Checkpoint`."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


class Checkpoint:
    """One file, replaced whole after each epoch, that belongs to one training.

    Args:
        path: the file; None to keep nothing.
        recipe: what the training is of.
        learning: what is saved, and brought back.
        of: what else the training hangs on, each by its name: a fold, the hash of a file.
    """

    def __init__(
        self, path: Path | None, recipe: "DataclassInstance", learning: Learning, **of: str
    ) -> None:
        self._path = path
        self._of = {"recipe": json.dumps(asdict(recipe), sort_keys=True), **of}
        self._learning = learning

    def resume(self) -> tuple[int, dict[str, Any]]:
        """Bring the learning to where the last epoch left it.

        Returns:
            The epoch to go on with, 0 where nothing was saved, and what was kept beside.

        Raises:
            ModelError: the file cannot be read, is damaged or no checkpoint, or belongs to another
                recipe, network or whatever else; the learning is as it was.
        """
        if self._path is None or not self._path.is_file():
            return 0, {}
        saved = _read(self._path)
        for name, mine in self._of.items():
            if saved["of"].get(name) != mine:
                raise ModelError(
                    f"{self._path} is the checkpoint of another {name.replace('_', ' ')}.",
                    f"{ANEW}, or go on with the {name.replace('_', ' ')} that it was made with.",
                )
        learning, state = self._learning, saved["learning"]
        parts = _parts(learning)
        if saved["shapes"] != _shapes(learning) or state.keys() != parts.keys():
            raise ModelError(
                f"{self._path} is the checkpoint of a network of another architecture.",
                f"{ANEW}, or go on with the version that it was made with.",
            )
        for name, part in parts.items():
            part.load_state_dict(state[name])
        torch.set_rng_state(saved["torch_rng"])
        _set_device_rng(saved["device_rng"])
        learning.rng.bit_generator.state = json.loads(saved["numpy_rng"])
        return saved["epoch"] + 1, saved["beside"]

    def save(self, epoch: int, **beside: Any) -> None:
        """Keep how things stand after ``epoch``; a kill at any moment leaves the old file or it.

        Args:
            epoch: the last one, from 0.
            beside: what else :meth:`resume` is to give back.
        """
        if self._path is None:
            return
        learning = self._learning
        saved = {
            "of": self._of,
            "epoch": epoch,
            "shapes": _shapes(learning),
            "learning": {name: part.state_dict() for name, part in _parts(learning).items()},
            "torch_rng": torch.get_rng_state(),
            "device_rng": _device_rng(),
            "numpy_rng": json.dumps(learning.rng.bit_generator.state),
            "beside": beside,
        }
        out = io.BytesIO()
        torch.save(on_cpu(saved), out)
        content = out.getvalue()
        digest = hashlib.sha256(content).hexdigest().encode()
        write_whole(self._path, FORMAT + b" " + digest + b"\n" + content)

    def remove(self) -> None:
        """Training is over. One that was shorter than from one checkpoint to the next left none."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        line, _, content = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise ModelError(
            f"The checkpoint {path} cannot be read: {error.strerror}.",
            f"Make it readable. {ANEW}.",
        ) from error
    said, _, digest = line.partition(b" ")
    if said != FORMAT:
        raise ModelError(
            f"{path} is no checkpoint, or one of another version.", f"{ANEW}, if it is one."
        )
    if digest != hashlib.sha256(content).hexdigest().encode():
        raise ModelError(
            f"The checkpoint {path} is damaged: it does not match the hash in it.", f"{ANEW}."
        )
    try:
        saved: dict[str, Any] = torch.load(
            io.BytesIO(content), weights_only=True, map_location="cpu"
        )
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ModelError(
            f"torch cannot read the checkpoint {path} ({error}).", f"{ANEW}."
        ) from error
    return saved


def _parts(learning: Learning) -> dict[str, Any]:
    found: dict[str, Any] = {
        "model": learning.model, "optimiser": learning.optimiser, "schedule": learning.schedule,
    }  # fmt: skip
    return found if learning.average is None else found | {"average": learning.average}


def _shapes(learning: Learning) -> dict[str, list[int]]:
    return {name: list(tensor.shape) for name, tensor in learning.model.state_dict().items()}


def on_cpu(value: Any) -> Any:
    """``value`` with every tensor in it, however deep in dicts and lists, on the CPU."""
    if isinstance(value, torch.Tensor):
        return value.detach().cpu()
    if isinstance(value, dict):
        return {key: on_cpu(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(on_cpu(one) for one in value)
    return value


def _device_rng() -> list[torch.Tensor]:
    """The random numbers of each GPU, from which dropout draws there."""
    return list(torch.cuda.get_rng_state_all()) if torch.cuda.is_available() else []


def _set_device_rng(states: list[torch.Tensor]) -> None:
    if states and torch.cuda.device_count() == len(states):
        torch.cuda.set_rng_state_all(states)
