"""The state folder: the token, the store, the lock, and where the running daemon is found.

::

    token      what a client must know; mode 0600
    lock       held by the daemon that runs; its text is that daemon's process id
    run.json   url, pid, token_file, state, started: written when it serves, removed when it stops
    clips/     sound around alerts, encrypted, where that is switched on (daemon.clips)
    ...        the store (daemon.store)
"""

import errno
import fcntl
import json
import logging
import os
import re
import secrets
import stat
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from daemon.closing import Closing
from daemon.errors import StateError
from daemon.store.trouble import trouble
from daemon.wire.base import rfc3339

logger = logging.getLogger(__name__)

# A command that asks whether a daemon runs holds the lock for a moment; a start waits that long.
LOCK_PATIENCE_S = 0.5

_TOKEN = re.compile(r"[\x21-\x7e]{16,256}")


def state_path(path: Path | None = None) -> Path:
    """``path``, or DISTRESSD_STATE, or the platform's folder for state."""
    if path is None:
        named = os.environ.get("DISTRESSD_STATE", "")
        path = Path(named) if named else Path(platformdirs.user_state_dir("distressd"))
    return path.expanduser().absolute()


def read_token(folder: Path) -> str:
    """The token in ``folder``.

    Raises:
        StateError: there is none, others may read it, or it is damaged.
    """
    path = folder / "token"
    remedy = f"Remove {path}; the next start writes a new one."
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(1024)
    except FileNotFoundError as error:
        raise StateError(
            f"There is no token in {folder}.", "Start the daemon once; it writes one."
        ) from error
    except OSError as error:
        raise StateError(f"The token {path} cannot be read ({error.strerror}).", remedy) from error
    if mode & 0o077:
        raise StateError(
            f"The token {path} can be read by others (mode {mode:04o}).",
            f"Run chmod 600 {path}; if others may have read it, remove it for a new one.",
        )
    token = content.decode("ascii", errors="replace").strip()
    if not _TOKEN.fullmatch(token):
        raise StateError(f"The token {path} is empty or damaged.", remedy)
    return token


@dataclass(frozen=True, slots=True)
class Run:
    """Where a daemon serves, as its run file says."""

    url: str
    pid: int
    token_file: str
    state: str
    started: str

    @classmethod
    def read(cls, folder: Path) -> "Run | None":
        """The daemon that runs with ``folder``, or None: no run file, or a dead daemon's.

        Raises:
            StateError: the run file of a living daemon cannot be read.
        """
        path = folder / "run.json"
        if not path.exists() or not is_held(folder):
            return None
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:  # it stopped between the two looks
            return None
        except (OSError, ValueError, TypeError) as error:
            raise StateError(
                f"The run file {path} cannot be read ({error}).", "Restart the daemon."
            ) from error


class StateFolder(Closing):
    """The state folder of the daemon that runs: locked, with its token.

    Attributes:
        path: the folder.
        token: what a client must know.
    """

    def __init__(self, path: Path, token: str, lock: int) -> None:
        self.path = path
        self.token = token
        self._lock: int | None = lock

    @classmethod
    def open(cls, path: Path | None = None) -> "StateFolder":
        """Create what is missing, take the lock and read the token.

        Raises:
            StateError: the folder cannot be used, another daemon uses it, or its token is bad.
        """
        folder = state_path(path)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _take_lock(folder)
        except OSError as error:
            raise StateError(
                f"The state folder {folder} cannot be used ({error.strerror}).",
                "Make it a folder that this user may write to, or name another in DISTRESSD_STATE.",
            ) from error
        try:
            _remove_dead_run(folder)
            if not os.path.lexists(folder / "token"):
                _write(folder / "token", secrets.token_urlsafe(32) + "\n")
            return cls(folder, read_token(folder), lock)
        except OSError as error:
            os.close(lock)
            raise StateError(
                f"The state folder {folder} cannot be written ({error.strerror}).",
                f"{trouble(error, folder).remedy} Or name another in DISTRESSD_STATE.",
            ) from error
        except StateError:
            os.close(lock)
            raise

    @property
    def token_file(self) -> Path:
        """Where clients read the token."""
        return self.path / "token"

    def write_run(self, url: str) -> Run:
        """Say where this process serves.

        A full or read-only disk only keeps commands from finding it.

        Raises:
            StateError: this user may not write the run file.
        """
        run = Run(url, os.getpid(), str(self.token_file), str(self.path), rfc3339(time.time()))
        try:
            _write(self.path / "run.json", json.dumps(asdict(run), indent=2) + "\n")
        except OSError as error:
            if not trouble(error, self.path).passing:
                raise StateError(
                    f"The run file in {self.path} cannot be written ({error.strerror}).",
                    "Let this user write to it, or name another folder in DISTRESSD_STATE.",
                ) from error
            logger.warning(
                "The run file in %s cannot be written (%s): commands do not find this daemon at"
                " %s by themselves; it serves all the same",
                self.path,
                error.strerror,
                url,
            )
        return run

    def close(self) -> None:
        """Remove the run file and let the lock go. Idempotent."""
        if self._lock is None:
            return
        try:
            (self.path / "run.json").unlink(missing_ok=True)
        except OSError as error:
            logger.warning("The run file in %s cannot be removed (%s)", self.path, error.strerror)
        os.close(self._lock)
        self._lock = None


def _take_lock(folder: Path) -> int:
    """The locked file; the kernel lets the lock go when the process ends, however it ends."""
    lock = _open_lock(folder / "lock")
    try:
        locked = _flock(lock)
    except OSError:
        os.close(lock)
        raise
    if not locked:
        pid = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise StateError(
            f"Another daemon (process {pid}) uses the state folder {folder}.",
            "Stop it, or give this one another folder in DISTRESSD_STATE.",
        )
    try:  # over the last one, so that it succeeds on a full disk, too
        os.pwrite(lock, f"{os.getpid():<31}\n".encode(), 0)
    except OSError as error:
        logger.warning("%s cannot be written (%s)", folder / "lock", error.strerror)
    return lock


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # it can be locked all the same


def _flock(lock: int) -> bool:
    deadline = time.monotonic() + LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def is_held(folder: Path) -> bool:
    """Whether a living process holds the lock. A process id alone may have been given anew."""
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _remove_dead_run(folder: Path) -> None:
    path = folder / "run.json"
    if path.exists():
        logger.warning("The last daemon did not stop cleanly; its run file %s is removed", path)
        try:
            path.unlink()
        except OSError as error:
            if not trouble(error, folder).passing:
                raise
            logger.warning("It cannot be removed yet (%s)", error.strerror)


def _write(path: Path, text: str) -> None:
    """Write ``path`` with mode 0600, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
