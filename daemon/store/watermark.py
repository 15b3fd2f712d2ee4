"""The highest sequence number that anyone may have seen, in a file of its own."""

import logging
import os
import re
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
_EPOCH = re.compile(rb"[0-9a-f]{32}|\0{32}")
HIGHEST = 2**53  # what JSON's numbers hold; a higher one is no number of an event
# More events than can have gone out between two syncs of the store.
LEAP = 10_000
# Numbers written in advance, for alerts that go out while the disk does not even take these.
SPARE = 100
# Writing here waits for no disk, as a rule; where it does, an alert waits no longer than this.
PATIENCE_S = 0.010


class Watermark:
    """Remembers which numbers must not be given again, whatever the database has lost.

    The same number for two events that subscribers see would make ``since`` skip one of them.

    - A number that went out although the database could not take it (a full disk, a lock) is
      written here. The file is small and allocated at the start, so that this succeeds when the
      disk is full, and what is written outlives a killed process. On a disk that hangs it may wait
      all the same: a thread of its own does, and up to :data:`SPARE` numbers are written in
      advance, before there is any trouble, in case the process is killed before the disk goes on.
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
        self._changed = threading.Condition()  # of the figures below; held for no disk
        self._writing = threading.Lock()  # the store may be opened while alerts go out
        #: The store's identity that was kept; empty if none was.
        self.epoch = ""
        self._kept = 0
        self._ahead = 0  # the number that the file has
        self._safe = False
        self._begun = False
        self._asked = self._done = 0  # numbers that were to be kept, and that were written
        self._hangs = self._closing = False
        self._keeper: threading.Thread | None = None
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

    @property
    def alive(self) -> bool:
        """Whether anybody writes, as soon as there was anything to be kept."""
        return self._keeper is None or self._keeper.is_alive()

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
        with self._changed:
            self._kept = max(seq, self._kept) if known else seq
            self.epoch, self._begun = epoch, True
        self._write()
        self._sync()  # else a power failure could bring back that it was closed
        return seq

    def keep(self, seq: int, *, stored: bool = False) -> None:
        """``seq`` goes out although the database does not have it, or has it if ``stored``.

        Returns when it is written, which is at once; on a disk that hangs, after
        :data:`PATIENCE_S`, and without waiting while it goes on hanging. Nobody waits for what is
        stored: it is written only so that there are always numbers in advance.
        """
        with self._changed:
            self._kept = max(seq, self._kept)
            if self._descriptor is None or (stored and seq + SPARE // 2 <= self._ahead):
                return
            if self._keeper is None:
                keeper = threading.Thread(target=self._keep_on, name="store-numbers", daemon=True)
                keeper.start()
                self._keeper = keeper
            self._asked += 1
            mine = self._asked
            self._changed.notify_all()
            if not (stored or self._hangs):
                self._hangs = not self._changed.wait_for(lambda: self._done >= mine, PATIENCE_S)

    def close(self) -> None:
        """Say that nothing is missing from the database but what was kept."""
        if self._descriptor is None:
            return
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._keeper is not None:
            self._keeper.join()
        if self._begun:
            self._write(closed=True)
            self._sync()
        os.close(self._descriptor)
        self._descriptor = None

    def _keep_on(self) -> None:
        """Write each number that is to be kept, or the newest of several, until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._asked > self._done or self._closing)
                asked = self._asked
                if asked == self._done:
                    return
            self._write()
            with self._changed:
                self._done, self._hangs = asked, False
                self._changed.notify_all()

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            content = os.pread(descriptor, _LAYOUT.size + 1, 0)
            if not self._parse(content):
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, bytes(_LAYOUT.size), 0)  # allocated now, not at need
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def _parse(self, content: bytes) -> bool:
        """Take over what was kept; false, and nothing, if that is damaged."""
        if len(content) != _LAYOUT.size:
            return False
        mark, epoch, kept, boot, closed = _LAYOUT.unpack(content)
        if mark != _MARK or not _EPOCH.fullmatch(epoch) or kept > HIGHEST:
            return False
        self.epoch, self._kept = epoch.rstrip(b"\0").decode("ascii"), kept
        same_boot = bool(self._boot) and boot.rstrip(b"\0") == self._boot.encode()
        self._safe = closed or same_boot
        return True

    def _write(self, *, closed: bool = False) -> None:
        if self._descriptor is None:
            return
        with self._writing:
            with self._changed:
                seq = self._kept + (0 if closed else SPARE)
                epoch = self.epoch.encode("ascii")
            record = _LAYOUT.pack(_MARK, epoch, seq, self._boot.encode(), closed)
            try:
                os.pwrite(self._descriptor, record, 0)
                self._ahead = seq
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
