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
