"""The fields of a binary header, read without trusting one of them."""

import mmap
import struct
from typing import Final

Data = bytes | mmap.mmap

LONGEST_NAME: Final = 2**10  # bytes; those of real models have a tenth of it
_SIZE: Final = struct.Struct("<Q")


class HeaderError(ValueError):
    """What is wrong with a header, as a clause."""


class Fields:
    """Little-endian fields of ``data``, one after the other; none is read beyond its end.

    Args:
        data: the file, or a map of it.

    Raises:
        HeaderError: by every method, where there is no such field.
    """

    def __init__(self, data: Data) -> None:
        self._data = data
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes after the last field."""
        return len(self._data) - self.at

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes."""
        if not 0 <= size <= self.left:
            raise HeaderError(f"it ends within {size} bytes at {self.at}")
        self.at += size

    def number(self, form: str) -> int:
        """One whole number of the ``struct`` format ``form``."""
        start = self.at
        self.skip(struct.calcsize(f"<{form}"))
        (found,) = struct.unpack_from(f"<{form}", self._data, start)
        return int(found)

    def numbers(self, form: str, count: int) -> tuple[int, ...]:
        """``count`` whole numbers of one form."""
        start = self.at
        self.skip(count * struct.calcsize(f"<{form}"))
        return struct.unpack_from(f"<{count}{form}", self._data, start)

    def skip_texts(self, count: int) -> None:
        """Pass over ``count`` texts, each with its size before it in eight bytes."""
        data, at, end, size_at = self._data, self.at, len(self._data), _SIZE.unpack_from
        for _ in range(count):
            if end - at < _SIZE.size:
                raise HeaderError(f"it ends within a text at {at}")
            (size,) = size_at(data, at)
            at += _SIZE.size + size
            if at > end:
                raise HeaderError(f"it ends within a text at {end}")
        self.at = at

    def name(self, size: int) -> bytes:
        """A name of ``size`` bytes."""
        if size > LONGEST_NAME:
            raise HeaderError(f"a name of {size} bytes at {self.at}")
        start = self.at
        self.skip(size)
        return self._data[start : self.at]
