"""Whether a GGUF file is whole, before llama.cpp is trusted with it.

The layout is that of the GGUF specification, versions 2 and 3 (ggml, docs/gguf.md).
"""

import math
import mmap
from pathlib import Path
from typing import Final

from models.errors import ModelError
from models.headers.fields import Data, Fields, HeaderError

MAGIC: Final = b"GGUF"
VERSIONS: Final = (2, 3)
STRING, ARRAY, UINT32 = 8, 9, 4
SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
MOST: Final = 2**20  # entries or tensors: no model has a thousandth of it
MOST_VALUES: Final = 2**24  # of an array: the largest vocabularies have 2**18 tokens
DEEPEST: Final = 4  # arrays within arrays
DIMENSIONS: Final = 4
ALIGNMENT: Final = 32
# Elements and bytes of a block, by the number of its type; of others only the place is checked.
BLOCKS: Final = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 30: (1, 2),
}  # fmt: skip


def check_gguf(path: Path) -> None:
    """Look through the header of ``path``.

    Raises:
        ModelError: it cannot be read, is no GGUF, is cut short, or contradicts itself.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ModelError(
                    f"{path} is no GGUF file.",
                    "Name a GGUF chat model in [language] llm, or leave it out.",
                )
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                check_header(whole)
    except OSError as error:
        raise ModelError(f"Cannot read the language model {path}: {error.strerror}.") from error
    except HeaderError as error:
        raise ModelError(
            f"{path} cannot be loaded: it is damaged or cut short ({error}).",
            "Fetch it again, or name another in [language] llm.",
        ) from error


def check_header(data: Data) -> None:
    """Look through a whole file.

    Raises:
        HeaderError: see :func:`check_gguf`.
    """
    fields = Fields(data)
    if fields.name(len(MAGIC)) != MAGIC:
        raise HeaderError("it is no GGUF file")
    version = fields.number("I")
    if version not in VERSIONS:
        raise HeaderError(f"its version is {version}")
    tensors, entries = _most(fields, MOST), _most(fields, MOST)
    alignment = ALIGNMENT
    for _ in range(entries):
        key, kind = fields.name(fields.number("Q")), fields.number("I")
        if key == b"general.alignment":
            if kind != UINT32:
                raise HeaderError("its alignment is no number")
            alignment = fields.number("I")
            if not 0 < alignment <= 2**16 or alignment & (alignment - 1):
                raise HeaderError(f"its alignment is {alignment}")
        else:
            _skip_value(fields, kind, 0)
    found = [_tensor(fields) for _ in range(tensors)]
    begin = -(-fields.at // alignment) * alignment
    room = fields.at + fields.left - begin
    for name, offset, size in found:
        if offset % alignment or offset + size > room:
            raise HeaderError(f"{name} does not lie within it")


def _most(fields: Fields, most: int) -> int:
    count = fields.number("Q")
    if count > most:
        raise HeaderError(f"it speaks of {count} things at {fields.at}")
    return count


def _skip_value(fields: Fields, kind: int, depth: int) -> None:
    if kind == STRING:
        fields.skip(fields.number("Q"))
    elif kind == ARRAY:
        of, count = fields.number("I"), _most(fields, MOST_VALUES)
        if of in SIZES:
            fields.skip(count * SIZES[of])
        elif of == STRING:
            fields.skip_texts(count)
        elif depth == DEEPEST:
            raise HeaderError("its arrays lie too deep")
        else:
            for _ in range(count):
                _skip_value(fields, of, depth + 1)
    elif kind in SIZES:
        fields.skip(SIZES[kind])
    else:
        raise HeaderError(f"there is no kind of value {kind}")


def _tensor(fields: Fields) -> tuple[str, int, int]:
    """Name, offset and size in bytes of the next tensor."""
    name = fields.name(fields.number("Q")).decode("utf-8", "replace")
    dimensions = fields.number("I")
    if not 0 < dimensions <= DIMENSIONS:
        raise HeaderError(f"{name!r} has {dimensions} dimensions")
    shape = fields.numbers("Q", dimensions)
    kind, offset = fields.number("I"), fields.number("Q")
    elements, size = BLOCKS.get(kind, (1, 0))
    if shape[0] % elements:
        raise HeaderError(f"{name!r} is no whole number of blocks")
    return name, offset, math.prod(shape) // elements * size
