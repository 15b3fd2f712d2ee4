"""Headers of model files: what is whole passes, and nothing that is not does more than say so."""

import contextlib
import importlib.util
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import registry
from models.catalogue import SMOLLM2, WHISPER
from models.errors import ModelError
from models.headers import ctranslate2, gguf
from models.headers.fields import HeaderError

_spec = importlib.util.spec_from_file_location(
    "model_files", Path(__file__).parents[2] / "fuzz" / "model_files.py"
)
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)

GGUF, CTRANSLATE2 = files.gguf(), files.ctranslate2()
BOTH = [(gguf.check_header, GGUF), (ctranslate2.check_header, CTRANSLATE2)]


@pytest.mark.parametrize("version", [2, 3])
def test_a_gguf_that_is_whole_passes(version):
    gguf.check_header(files.gguf(version))


@pytest.mark.parametrize("version", [4, 5, 6])
def test_a_ctranslate2_model_that_is_whole_passes(version):
    ctranslate2.check_header(files.ctranslate2(version))


def test_the_models_that_are_used_pass():
    try:
        gguf.check_gguf(registry.find(SMOLLM2))
        ctranslate2.check_ctranslate2(registry.find(WHISPER))
    except ModelError as error:
        if "not found" not in error.message:
            raise
        pytest.skip(f"no language models: {error}")


@pytest.mark.parametrize(("check", "whole"), BOTH)
def test_one_that_is_cut_short_anywhere_is_refused(check, whole):
    for size in range(len(whole)):
        with pytest.raises(HeaderError):
            check(whole[:size])


@pytest.mark.parametrize(("check", "whole"), BOTH)
@given(st.data())
def test_whatever_is_in_it_nothing_else_is_raised(check, whole, data):
    at = data.draw(st.integers(0, len(whole) - 1))
    put = data.draw(st.binary(min_size=1, max_size=16))
    with contextlib.suppress(HeaderError):
        check(whole[:at] + put + whole[at + len(put) :])


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (b"GGUF\3", b"GGUF\7", "version is 7"),
        (struct.pack("<I", 32), struct.pack("<I", 31), "alignment is 31"),
        (files.text("a.flag") + struct.pack("<I", 7), files.text("a.flag") + b"\x63\0\0\0", "99"),
        (struct.pack("<IQIQ", 1, 8, 0, 0), struct.pack("<IQIQ", 1, 8, 0, 2**40), "not lie within"),
        (struct.pack("<IQIQ", 1, 8, 0, 0), struct.pack("<IQIQ", 1, 2**40, 0, 0), "not lie within"),
        (struct.pack("<IQIQ", 1, 8, 0, 0), struct.pack("<IQIQ", 9, 8, 0, 0), "9 dimensions"),
        (struct.pack("<IQQ", 2, 32, 2), struct.pack("<IQQ", 2, 31, 2), "number of blocks"),
        (struct.pack("<IQ", 8, 2), struct.pack("<IQ", 8, 2**60), "things"),
    ],
)
def test_a_gguf_that_contradicts_itself_is_refused(right, wrong, told):
    assert GGUF.count(right) >= 1
    with pytest.raises(HeaderError, match=told):
        gguf.check_header(GGUF.replace(right, wrong))


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (struct.pack("<II", 4, 8), struct.pack("<II", 4, 7), "size of its shape"),
        (struct.pack("<BI", 4, 16), struct.pack("<BI", 77, 16), "no known type"),
        (struct.pack("<II", 3, 3), struct.pack("<II", 3, 2**31), "variables"),
        (files.name("decoder/activation"), files.name("decoder/activa\0ion"), "does not end"),
        (b"embeddings/weight", b"embeddings/heigth", "which is not there"),
    ],
)
def test_a_ctranslate2_model_that_contradicts_itself_is_refused(right, wrong, told):
    assert CTRANSLATE2.count(right) >= 1
    at = CTRANSLATE2.rindex(right)  # of two places the alias's
    with pytest.raises(HeaderError, match=told):
        ctranslate2.check_header(CTRANSLATE2[:at] + wrong + CTRANSLATE2[at + len(right) :])


def test_what_follows_the_end_is_refused():
    with pytest.raises(HeaderError, match="1 bytes follow"):
        ctranslate2.check_header(CTRANSLATE2 + b"x")


def test_arrays_that_lie_too_deep_are_refused():
    deep = struct.pack("<IQ", 9, 1) * 100
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + files.entry("deep", 9, deep)
    with pytest.raises(HeaderError, match="too deep"):
        gguf.check_header(head)


def test_a_file_is_refused_with_its_remedy(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(GGUF[:-1])
    with pytest.raises(ModelError, match="damaged or cut short") as refused:
        gguf.check_gguf(path)
    assert "[language] llm" in refused.value.remedy
    path.write_bytes(b"")
    with pytest.raises(ModelError, match="no GGUF file"):
        gguf.check_gguf(path)
    with pytest.raises(ModelError, match="No such file"):
        gguf.check_gguf(tmp_path / "none")
    (tmp_path / "model.bin").touch()
    with pytest.raises(HeaderError, match="empty"):
        ctranslate2.check_ctranslate2(tmp_path / "model.bin")
