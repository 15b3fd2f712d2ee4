"""Whether a CTranslate2 model file is whole, before CTranslate2 is trusted with it.

It reads as many bytes as the file says into room for as many as the shape says. The layout is
that of CTranslate2's ``model.bin``, binary versions 4 to 6.
"""

import math
import mmap
from pathlib import Path
from typing import Final

from models.headers.fields import Data, Fields, HeaderError

VERSIONS: Final = (4, 5, 6)
MOST: Final = 2**16  # variables: the largest Whisper has some thousand
DIMENSIONS: Final = 8
SIZES: Final = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}  # bytes of an element, by the type's number


def check_ctranslate2(path: Path) -> None:
    """Look through the header of every variable of the ``model.bin`` at ``path``.

    Raises:
        HeaderError: it is cut short, or contradicts itself.
        OSError: it cannot be read.
    """
    if not path.stat().st_size:
        raise HeaderError("it is empty")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        check_header(whole)


def check_header(data: Data) -> None:
    """Look through a whole file.

    Raises:
        HeaderError: see :func:`check_ctranslate2`.
    """
    fields = Fields(data)
    version = fields.number("I")
    if version not in VERSIONS:
        raise HeaderError(f"its version is {version}")
    _name(fields)  # of the kind of model
    fields.number("I")  # that kind's version
    count = fields.number("I")
    if count > MOST:
        raise HeaderError(f"it speaks of {count} variables")
    known = {_variable(fields) for _ in range(count)}
    for _ in range(fields.number("I")):
        alias, variable = _name(fields), _name(fields)
        if variable not in known:
            raise HeaderError(f"{alias!r} stands for {variable!r}, which is not there")
    if fields.left:
        raise HeaderError(f"{fields.left} bytes follow its end")


def _name(fields: Fields) -> str:
    size = fields.number("H")
    name = fields.name(size)
    if not name.endswith(b"\0") or b"\0" in name[:-1]:
        raise HeaderError(f"a name that does not end at {fields.at}")
    return name[:-1].decode("utf-8", "replace")


def _variable(fields: Fields) -> str:
    name, dimensions = _name(fields), fields.number("B")
    if dimensions > DIMENSIONS:
        raise HeaderError(f"{name!r} has {dimensions} dimensions")
    shape = fields.numbers("I", dimensions)
    kind, size = fields.number("B"), fields.number("I")
    if kind not in SIZES:
        raise HeaderError(f"{name!r} is of no known type")
    if math.prod(shape) * SIZES[kind] != size:
        raise HeaderError(f"{name!r} has not the size of its shape")
    fields.skip(size)
    return name
