"""Messages over a pipe: a length, JSON, and bytes that JSON would only make longer.

``>II`` gives the length of the JSON and of the bytes that follow it.
"""

import struct
from typing import IO, Final

HEADER: Final = struct.Struct(">II")
LONGEST_JSON: Final = 1 << 20
LONGEST_BYTES: Final = 1 << 27  # a batch of 64 utterances of 28 s is 57 MB


class FrameError(Exception):
    """What came is no frame: the other side is another version, or wrote over its pipe."""


def write_frame(pipe: IO[bytes], text: str, data: bytes = b"") -> None:
    """Write one frame and flush.

    Raises:
        OSError: nobody reads.
    """
    encoded = text.encode()
    pipe.write(HEADER.pack(len(encoded), len(data)))
    pipe.write(encoded)
    if data:
        pipe.write(data)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[str, bytes] | None:
    """The next frame; None at the end of the pipe.

    Raises:
        FrameError: it is longer than any frame can be, or not text.
    """
    header = _exactly(pipe, HEADER.size)
    if header is None:
        return None
    text_size, data_size = HEADER.unpack(header)
    if text_size > LONGEST_JSON or data_size > LONGEST_BYTES:
        raise FrameError(f"a frame of {text_size} and {data_size} bytes")
    text, data = _exactly(pipe, text_size), _exactly(pipe, data_size)
    if text is None or data is None:
        return None
    try:
        return text.decode(), data
    except UnicodeDecodeError as error:
        raise FrameError("a frame that is no text") from error


def _exactly(pipe: IO[bytes], size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = pipe.read(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
