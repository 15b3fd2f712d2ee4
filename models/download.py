"""Fetching a model file from its publisher: verified first, then put in place in one step."""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from models.errors import ModelError
from models.registry import ENVIRONMENT, ModelFile, user_folder, verify

TIMEOUT_S = 30.0
_BLOCK = 1 << 16


def pull(
    file: ModelFile, folder: Path | None = None, progress: Callable[[int], None] | None = None
) -> Path:
    """Fetch the published edition of ``file`` into ``folder``; nothing is fetched twice.

    Args:
        file: what to fetch.
        folder: where to; the user's model folder by default.
        progress: called with the number of bytes of each block that arrived.

    Raises:
        ModelError: no network, a file that is not what its hash promises, or no place for it.
    """
    edition = file.published
    target = (folder or user_folder()) / edition.filename
    if target.is_file() and verify(target, edition):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise ModelError(f"Cannot write to {target.parent}: {error.strerror}.") from error
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            digest = _fetch(edition.url, edition.size, out.write, progress or (lambda _count: None))
        if digest != edition.sha256:
            raise ModelError(
                f"What {edition.url} sent is not {edition.filename}: its SHA-256 differs.",
                "Nothing was kept. Try again, and report it if it stays so.",
            )
        partial.chmod(0o644)
        partial.replace(target)
    except OSError as error:
        raise ModelError(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)  # missing: it was put in place
    return target


def _fetch(
    url: str, size: int, write: Callable[[bytes], int], progress: Callable[[int], None]
) -> str:
    """Pass at most ``size`` bytes of ``url`` and one more block to ``write``; their SHA-256."""
    digest = hashlib.sha256()
    got = 0
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - from the registry
            while got <= size and (block := answer.read(_BLOCK)):
                got += len(block)
                digest.update(block)
                write(block)
                progress(len(block))
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        reason = getattr(error, "reason", None) or error
        raise ModelError(
            f"Could not fetch {url}: {reason}.",
            f"Check the network, or put the file into a folder named by {ENVIRONMENT}.",
        ) from error
    return digest.hexdigest()
