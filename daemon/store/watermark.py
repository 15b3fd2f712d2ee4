"""The highest sequence number that anyone saw, in a file of its own."""

import mmap
import os
import struct
from pathlib import Path

from daemon.errors import StateError

FILE = "journal.seq"
_LAYOUT = struct.Struct("<32sQ")  # epoch (hexadecimal), sequence number


class Watermark:
    """Remembers numbers of events that the database could not take (a full disk, a lock).

    A killed daemon must not give the same number to two events that subscribers see, or ``since``
    would skip one of them. The file is small, allocated at the start and mapped into memory: a
    number outlives the process without a system call, even when the disk is full.
    """

    def __init__(self, folder: Path, epoch: str, seq: int) -> None:
        """Map the file of the store ``epoch``; ``seq`` is what its database remembers.

        Raises:
            StateError: the file cannot be written.
        """
        path = folder / FILE
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                if os.fstat(descriptor).st_size != _LAYOUT.size:
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, bytes(_LAYOUT.size))  # allocated now, not at need
                self._map = mmap.mmap(descriptor, _LAYOUT.size)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StateError(
                f"{path} cannot be written ({error.strerror}).",
                "Free space on its disk and let this user write to it.",
            ) from error
        self._epoch = epoch.encode("ascii")
        kept_epoch, kept = _LAYOUT.unpack(self._map[:])
        #: The highest number that must not be given again.
        self.seq = max(seq, kept) if kept_epoch == self._epoch else seq

    def keep(self, seq: int) -> None:
        """``seq`` goes out although the database does not have it."""
        self._map[:] = _LAYOUT.pack(self._epoch, seq)

    def close(self) -> None:
        """Unmap the file."""
        self._map.close()
