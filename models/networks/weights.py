"""Weights on the disk: safetensors with everything the listener needs in the metadata."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from models.errors import ModelError
from models.whole import write_whole

_FOLDER = Path(__file__).parents[1] / "weights"
EMOTION_LSTM = _FOLDER / "emotion_lstm.safetensors"
SHIPPED = EMOTION_LSTM
FORMAT = "distressd-emotion-lstm/1"


@dataclass(frozen=True, slots=True)
class Weights:
    """A network's tensors and the configuration that it was trained under.

    ``metadata`` holds ``gate``, ``gain``, ``calibration`` and ``training``; ``path`` is the file
    that they were read from, if they were.
    """

    tensors: dict[str, NDArray[np.float32]]
    metadata: dict[str, Any]
    sha256: str
    path: Path | None = None


def save(
    path: Path, tensors: Mapping[str, NDArray[np.floating[Any]]], metadata: dict[str, Any]
) -> str:
    """Write the weights and, beside them, the hash that pins them; returns the hash.

    The hash comes last: what is killed in between leaves weights that are refused.
    """
    text = json.dumps(metadata, sort_keys=True)
    # Not safetensors' own save_file: it makes a file that only its owner may read.
    content = _in_order(serialise(dict(tensors), metadata={"format": FORMAT, "distressd": text}))
    digest = hashlib.sha256(content).hexdigest()
    write_whole(path, content)
    write_whole(path.with_suffix(".sha256"), f"{digest}  {path.name}\n".encode())
    return digest


def _in_order(content: bytes) -> bytes:
    """The same file with a sorted header, so that equal weights have equal hashes."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:end]), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + content[end:]


def load(path: Path | None = None) -> Weights:
    """Read weights whose hash is the one beside them.

    Raises:
        ModelError: if they are missing, damaged, altered or of another kind.
    """
    path = SHIPPED if path is None else path
    if not path.is_file():
        raise ModelError(
            f"The acoustic weights {path} are missing.",
            "Reinstall distressd, or set [acoustic] weights to a file that exists.",
        )
    pin = path.with_suffix(".sha256")
    if not pin.is_file():
        raise ModelError(
            f"{pin.name}, the hash that pins {path}, is missing.", "Restore it beside the weights."
        )
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        pinned = pin.read_text(errors="replace").split()[:1]
    except OSError as error:
        raise ModelError(
            f"Cannot read the acoustic weights {path}: {error.strerror}.",
            "Make the file and its .sha256 readable for the user that listens.",
        ) from error
    if pinned != [digest]:
        raise ModelError(
            f"The acoustic weights {path} do not match their pinned hash.",
            "They are damaged or were altered: reinstall distressd, or train them again.",
        )
    try:
        with safe_open(path, framework="numpy") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ModelError(
            f"{path} is not a safetensors file ({error}).", "Reinstall distressd."
        ) from error
    if header.get("format") != FORMAT:
        raise ModelError(
            f"{path} is not of the format {FORMAT}.", "Train or export it with this version."
        )
    try:
        metadata = json.loads(header["distressd"])
    except (KeyError, json.JSONDecodeError, RecursionError) as error:
        raise ModelError(
            f"{path} does not say how it was trained.", "Train or export it with this version."
        ) from error
    return Weights(tensors, metadata, digest, path)
