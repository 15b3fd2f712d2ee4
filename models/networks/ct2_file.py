"""Reads the tensors of a CTranslate2 model file, whatever network they are of.

The layout, little-endian throughout, is that of the format's version 6: the name of the
specification, its revision, the number of variables; for each a name, its shape, a type and its
bytes; then names that stand for others. A weight of whole numbers has its scale beside it, under
its own name with ``_scale`` behind it: the weight was multiplied by that (by row, where the scale
has rows).
"""

import struct
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

Float = NDArray[np.float32]

VERSION: Final = 6
_TYPES: Final[dict[int, np.dtype[Any]]] = {
    0: np.dtype("<f4"), 1: np.dtype("i1"), 2: np.dtype("<i2"), 3: np.dtype("<i4"),
    4: np.dtype("<f2"), 5: np.dtype("<u2"),
}  # fmt: skip
_BFLOAT16: Final = 5
_MOST: Final = 100_000  # variables; a damaged count must not be believed


def read_tensors(path: Path, below: str = "") -> dict[str, Float]:
    """Every variable whose name begins with ``below``, by the rest of its name, as float32.

    Raises:
        ModelError: if the file cannot be read or is no such file.
    """
    try:
        with path.open("rb") as file:
            return _dequantised(_variables(file, below))
    except OSError as error:
        raise ModelError(f"Cannot read the model file {path}: {error.strerror}.") from error
    except (struct.error, ValueError, KeyError) as error:
        raise ModelError(
            f"{path} is damaged, or no model that CTranslate2's converter made.",
            "Delete it, and fetch or convert it again.",
        ) from error


def _number(file: BinaryIO, form: str) -> int:
    size = struct.calcsize(form)
    return int(struct.unpack(f"<{form}", file.read(size))[0])


def _name(file: BinaryIO) -> str:
    return file.read(_number(file, "H")).rstrip(b"\0").decode()


def _variables(file: BinaryIO, below: str) -> dict[str, NDArray[Any]]:
    version = _number(file, "I")
    if version != VERSION:
        raise ValueError(f"version {version}")
    _name(file)
    _number(file, "I")
    count = _number(file, "I")
    if count > _MOST:
        raise ValueError(f"{count} variables")
    found: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        name = _name(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        kind, size = _number(file, "B"), _number(file, "I")
        if not name.startswith(below):
            file.seek(size, 1)
            continue
        values = np.frombuffer(file.read(size), _TYPES[kind]).reshape(shape)
        if kind == _BFLOAT16:
            values = (values.astype(np.uint32) << 16).view(np.float32)
        found[name[len(below) :]] = values
    return found


def _dequantised(variables: dict[str, NDArray[Any]]) -> dict[str, Float]:
    found: dict[str, Float] = {}
    for name, values in variables.items():
        if name.endswith("_scale"):
            continue
        wide = values.astype(np.float32)
        scale = variables.get(f"{name}_scale")
        if scale is not None:
            factor = scale.astype(np.float32)
            wide = wide / (factor.reshape(-1, *(1,) * (wide.ndim - 1)) if factor.ndim else factor)
        found[name] = np.ascontiguousarray(wide)
    return found
