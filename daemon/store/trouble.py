"""What keeps the store from being written, in words, and what to do about it."""

import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Cause = Literal["full", "read-only", "locked", "damaged", "denied", "failing", "other"]

_BY_SQLITE: dict[int, Cause] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_PERM: "denied",
    sqlite3.SQLITE_AUTH: "denied",
    sqlite3.SQLITE_IOERR: "failing",
}
_BY_ERRNO: dict[int, Cause] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EIO: "failing",
}
_SPARE_BYTES = 2**17  # what SQLite needs to open a store: its log, and the log's index


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a write failed.

    Attributes:
        cause: what is the matter.
        words: the same as a clause: "the disk is full".
        remedy: what to do.
    """

    cause: Cause
    words: str
    remedy: str

    @property
    def passing(self) -> bool:
        """Whether it is the world's state rather than a mistake, so that it may come right."""
        return self.cause in {"full", "read-only", "locked", "failing"}


def trouble(error: BaseException, folder: Path) -> Trouble:
    """What ``error``, of SQLite or of the system, means for a store in ``folder``."""
    cause = _cause(error, folder)
    told = " ".join(str(error).split()) or type(error).__name__
    match cause:
        case "full":
            return Trouble(
                cause, f"the disk of {folder} is full", f"Free space on the disk of {folder}."
            )
        case "read-only":
            return Trouble(
                cause,
                f"the file system of {folder} is read-only",
                "Mount it for writing; a system makes a disk read-only when it finds faults on"
                " it, so look at the disk first.",
            )
        case "locked":
            return Trouble(
                cause, f"another program holds the store ({told})", "Close programs that use it."
            )
        case "denied":
            return Trouble(
                cause,
                f"this user may not write to {folder} ({told})",
                f"Let this user write to {folder} and the files in it.",
            )
        case "failing":
            return Trouble(cause, f"the disk answers with errors ({told})", "Look at the disk.")
        case _:
            return Trouble(
                cause, told, f"Let this user write to {folder}, and close programs that use it."
            )


def _cause(error: BaseException, folder: Path) -> Cause:
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0, "other")
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}:
        # SQLite does not say why it could not make a file; the file system does.
        return _of_file_system(folder) or _BY_SQLITE.get(code, "other")
    return _BY_SQLITE.get(code, "other")


def _of_file_system(folder: Path) -> Cause | None:
    try:
        system = os.statvfs(folder)
    except OSError:
        return None
    if system.f_flag & os.ST_RDONLY:
        return "read-only"
    if system.f_bavail * system.f_frsize < _SPARE_BYTES:
        return "full"
    return None
