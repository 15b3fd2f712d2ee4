"""Where the model files of the catalogue lie on this machine.

A file is looked for in the folders that ``DISTRESSD_MODELS`` names, then in the user's data
folder, and is used only if its SHA-256 is one that stands here.
"""

import functools
import hashlib
import os
from pathlib import Path

from platformdirs import user_data_path

from models.catalogue import FILES, Edition, ModelFile
from models.errors import ModelError

__all__ = ["ENVIRONMENT", "FILES", "Edition", "ModelFile", "find", "known", "places", "verify"]

ENVIRONMENT = "DISTRESSD_MODELS"


def find(name: str) -> Path:
    """Where the file ``name`` lies, its hash verified (once for each state of it on the disk).

    Raises:
        ModelError: if there is none, or none with a hash that is known.
    """
    file = known(name)
    damaged: list[Path] = []
    for path, edition in _candidates(file):
        if not path.is_file():
            continue
        if verify(path, edition):
            return path
        damaged.append(path)
    remedy = f"Run `distressd models pull {file.model}`, or name its folder in {ENVIRONMENT}."
    if damaged:
        raise ModelError(
            f"{damaged[0]} is damaged or another version: its SHA-256 is not the one expected.",
            f"Delete it. {remedy}",
        )
    raise ModelError(f"The model file {file.published.filename} was not found.", remedy)


def known(name: str) -> ModelFile:
    """The file of that name.

    Raises:
        ModelError: if there is no such file in the registry.
    """
    if name not in FILES:
        raise ModelError(f"There is no model file {name}.", f"Known are: {', '.join(FILES)}.")
    return FILES[name]


def folders() -> tuple[Path, ...]:
    """Where files are looked for, in this order."""
    named = os.environ.get(ENVIRONMENT, "").split(os.pathsep)
    return (*(Path(folder).expanduser() for folder in named if folder), user_folder())


def user_folder() -> Path:
    """Where pulled files are kept."""
    return user_data_path("distressd") / "models"


def verify(path: Path, edition: Edition) -> bool:
    """Whether ``path`` is ``edition``, byte for byte.

    Raises:
        ModelError: if the file cannot be read.
    """
    try:
        state = path.stat()
        if state.st_size != edition.size:
            return False
        return _sha256(path, state.st_mtime_ns, state.st_size) == edition.sha256
    except OSError as error:
        raise ModelError(f"Cannot read the model file {path}: {error.strerror}.") from error


def places(name: str) -> tuple[Path, ...]:
    """Wherever the file ``name`` might lie, whether or not it is there.

    Raises:
        ModelError: if there is no such file in the registry.
    """
    return tuple(path for path, _ in _candidates(known(name)))


def _candidates(file: ModelFile) -> list[tuple[Path, Edition]]:
    return [
        (folder / edition.filename, edition) for folder in folders() for edition in file.editions
    ]


@functools.lru_cache(maxsize=64)
def _sha256(path: Path, mtime_ns: int, size: int) -> str:  # noqa: ARG001 - they key the cache
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
