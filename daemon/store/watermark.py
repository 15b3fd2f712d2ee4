"""The highest sequence number that anyone may have seen, in a file of its own."""

import logging
import os
import struct
import threading
from pathlib import Path

from daemon.boot import LENGTH, boot_id
from daemon.errors import StateError
from daemon.store.trouble import trouble

logger = logging.getLogger(__name__)

FILE = "journal.seq"
# mark, epoch (hexadecimal), sequence number, the boot it was given in, whether it was closed
_LAYOUT = struct.Struct(f"<4s32sQ{LENGTH}s?")
_MARK = b"seq2"
# More events than can have gone out between two syncs of the store.
LEAP = 10_000


class Watermark:
    """Remembers which numbers must not be given again, whatever the database has lost.

    The same number for two events that subscribers see would make ``since`` skip one of them.

    - A number that went out although the database could not take it (a full disk, a lock) is
      written here. The file is small and allocated at the start, so that this succeeds when the
      disk is full, and what is written outlives a killed process.
    - What was not synced yet may be lost when the power fails. Whoever finds that the last daemon
      did not close and that the machine has been started since leaves out :data:`LEAP` numbers.

    Where the file cannot be written at all, ``writable`` is false: see
    :meth:`~daemon.store.journal.Journal.open` for what happens then.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file in ``folder``, allocating it where it is new.

        Raises:
            StateError: the file cannot be written, for a reason that does not pass by itself.
        """
        self._path = folder / FILE
        self._descriptor: int | None = None
        self._boot = boot_id()
        self._lock = threading.Lock()  # the store may be opened while alerts go out
        #: The store's identity that was kept; empty if none was.
        self.epoch = ""
        self._kept = 0
        self._safe = False
        self._begun = False
        try:
            self._open()
        except OSError as error:
            found = trouble(error, folder)
            if not found.passing:
                raise StateError(
                    f"{self._path} cannot be written ({error.strerror}).", found.remedy
                ) from error
            logger.warning("%s cannot be written: %s", self._path, found.words)

    @property
    def writable(self) -> bool:
        """Whether what is kept here outlives the process."""
        return self._descriptor is not None

    def begin(self, epoch: str, seq: int) -> int:
        """Go on with the store ``epoch``, of which the database remembers ``seq``.

        Returns:
            The highest number that must not be given again.
        """
        known = self.epoch == epoch
        if known:
            seq = max(seq, self._kept)
        if seq and not (known and self._safe):
            logger.warning(
                "Store: the machine went down while distressd ran; in case the last numbers were"
                " lost with it, %d are left out",
                LEAP,
            )
            seq += LEAP
        with self._lock:
            self._kept = max(seq, self._kept) if known else seq
            self.epoch, self._begun = epoch, True
            self._write(closed=False)
        self._sync()  # else a power failure could bring back that it was closed
        return seq

    def keep(self, seq: int) -> None:
        """``seq`` goes out although the database does not have it."""
        with self._lock:
            self._kept = seq
            self._write(closed=False)

    def close(self) -> None:
        """Say that nothing is missing from the database but what was kept."""
        if self._descriptor is None:
            return
        if self._begun:
            self._write(closed=True)
            self._sync()
        os.close(self._descriptor)
        self._descriptor = None

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            content = os.pread(descriptor, _LAYOUT.size + 1, 0)
            if len(content) != _LAYOUT.size or not content.startswith(_MARK):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, bytes(_LAYOUT.size), 0)  # allocated now, not at need
            else:
                self._parse(content)
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def _parse(self, content: bytes) -> None:
        _, epoch, self._kept, boot, closed = _LAYOUT.unpack(content)
        self.epoch = epoch.rstrip(b"\0").decode("ascii", "replace")
        same_boot = bool(self._boot) and boot.rstrip(b"\0") == self._boot.encode()
        self._safe = closed or same_boot

    def _write(self, *, closed: bool) -> None:
        if self._descriptor is None:
            return
        record = _LAYOUT.pack(
            _MARK, self.epoch.encode("ascii"), self._kept, self._boot.encode(), closed
        )
        try:
            os.pwrite(self._descriptor, record, 0)
        except OSError as error:
            logger.error(  # noqa: TRY400 - one line says it all
                "%s cannot be written (%s); a number may be given twice", self._path, error
            )

    def _sync(self) -> None:
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            logger.warning("%s cannot be synced (%s)", self._path, error)
