"""Files that are written whole or not at all."""

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace ``path``: whatever ends this process leaves the old file, or the new one.

    Raises:
        OSError: it cannot be written; what was there is there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
