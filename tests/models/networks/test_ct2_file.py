import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelError
from models.networks.ct2_file import read_tensors


def _string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def _variable(name: str, values: np.ndarray, kind: int) -> bytes:
    shape = struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
    return _string(name) + shape + struct.pack("<BI", kind, values.nbytes) + values.tobytes()


WHOLE = np.array([[10, -127], [64, 127]], np.int8)
HALF = np.array([0.5, -2.0], np.float16)
VARIABLES = (
    _variable("encoder/weight", WHOLE, 1),
    _variable("encoder/weight_scale", np.array([127.0, 63.5], np.float32), 0),
    _variable("encoder/bias", HALF, 4),
    _variable("encoder/heads", np.array(6, np.int16), 2),
    _variable("encoder/brain", np.array([1.0, -3.5], np.float32).view(np.uint16)[1::2], 5),
    _variable("decoder/bias", HALF, 4),
)
CONTENT = (
    struct.pack("<I", 6) + _string("WhisperSpec") + struct.pack("<II", 3, len(VARIABLES))
    + b"".join(VARIABLES) + struct.pack("<I", 0)
)  # fmt: skip


def test_every_type_is_read_as_what_it_stands_for(tmp_path):
    path = tmp_path / "model.bin"
    path.write_bytes(CONTENT)
    found = read_tensors(path, "encoder/")
    assert set(found) == {"weight", "bias", "heads", "brain"}
    assert np.allclose(found["weight"], WHOLE / np.array([[127.0], [63.5]]))
    assert np.array_equal(found["bias"], [0.5, -2.0])
    assert found["heads"] == 6
    assert np.array_equal(found["brain"], [1.0, -3.5])
    assert all(values.dtype == np.float32 for values in found.values())


@given(st.integers(0, len(CONTENT) - 5))
def test_a_file_that_breaks_off_is_told(tmp_path_factory, length):
    path = tmp_path_factory.mktemp("broken") / "model.bin"
    path.write_bytes(CONTENT[:length])
    with pytest.raises(ModelError, match="fetch or convert it again"):
        read_tensors(path)


@given(st.integers(0, 60), st.integers(0, 255))
def test_a_damaged_header_is_told_or_read(tmp_path_factory, place, byte):
    path = tmp_path_factory.mktemp("damaged") / "model.bin"
    path.write_bytes(CONTENT[:place] + bytes([byte]) + CONTENT[place + 1 :])
    with contextlib.suppress(ModelError):
        assert all(values.dtype == np.float32 for values in read_tensors(path).values())


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ModelError, match="Cannot read"):
        read_tensors(tmp_path / "model.bin")
