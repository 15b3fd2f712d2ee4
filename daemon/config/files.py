"""Writes a configuration file, which may hold passwords."""

import os
import tempfile
from pathlib import Path


def replace_text(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write ``path`` whole or not at all; what is there keeps its mode.

    A link stays one: its file is replaced.

    Args:
        path: the file.
        text: all that is to be in it.
        mode: of a file that is new.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".config-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, path.stat().st_mode & 0o777 if path.exists() else mode)
            file.write(text.encode())
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
