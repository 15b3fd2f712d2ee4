"""What was kept of recordings for the next time, in files that may be damaged since."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import DataError


def keep(kept: Path, **arrays: NDArray[Any]) -> None:
    """Write ``arrays`` to ``kept`` by their names; a kill leaves no half of them there."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_suffix(".unfinished.npz")
    np.savez(unfinished, **arrays)  # type: ignore[arg-type]
    unfinished.replace(kept)


def of_one_length(stored: Mapping[str, NDArray[Any]], *names: str) -> list[NDArray[Any]]:
    """The arrays of those ``names``, which tell of the same things.

    Raises:
        ValueError: they are of different lengths: :func:`reading` says what that means.
    """
    parts = [stored[name] for name in names]
    if len({len(part) for part in parts}) > 1:
        raise ValueError("its arrays are of different lengths")
    return parts


@contextmanager
def reading(kept: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The arrays of ``kept``, by name, while they are read and taken apart.

    Raises:
        DataError: they cannot be; it names the file, and says that it may be deleted.
    """
    try:
        with kept.open("rb") as file, np.load(file) as stored:
            yield stored
    # Of a zip or a header in it that is cut off, altered, encrypted or packed in another way, and
    # of arrays that are missing or do not belong together.
    except (
        OSError, EOFError, ValueError, LookupError, TypeError, RuntimeError, MemoryError,
        zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        raise DataError(
            f"{kept}, which was kept of recordings, is damaged or cannot be read ({error}).",
            "Delete it: what was in it is made again.",
        ) from error
