"""Small model files that are right in form: a GGUF and a CTranslate2 ``model.bin``."""

import struct

import numpy as np

ALIGNMENT = 32


def text(words: str) -> bytes:
    """A text as GGUF writes it."""
    return struct.pack("<Q", len(words.encode())) + words.encode()


def entry(key: str, kind: int, value: bytes) -> bytes:
    """One of GGUF's metadata."""
    return text(key) + struct.pack("<I", kind) + value


def gguf(version: int = 3) -> bytes:
    """Metadata of every kind, and two tensors: one of 32-bit floats, one in blocks."""
    entries = [
        entry("general.architecture", 8, text("llama")),
        entry("general.alignment", 4, struct.pack("<I", ALIGNMENT)),
        entry("a.float", 6, struct.pack("<f", 0.5)),
        entry("a.flag", 7, b"\1"),
        entry("a.large", 10, struct.pack("<Q", 2**40)),
        entry("tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b")),
        entry("scores", 9, struct.pack("<IQ", 6, 2) + struct.pack("<2f", 1.0, 2.0)),
        entry("nested", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 5, 1) + bytes(4)),
    ]
    tensors = [
        text("norm") + struct.pack("<IQIQ", 1, 8, 0, 0),
        text("blocks") + struct.pack("<IQQIQ", 2, 32, 2, 2, ALIGNMENT),
    ]
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(entries))
    head += b"".join(entries) + b"".join(tensors)
    return head + bytes(-len(head) % ALIGNMENT) + bytes(ALIGNMENT + 2 * 18)


def name(words: str) -> bytes:
    """A name as CTranslate2 writes it."""
    return struct.pack("<H", len(words) + 1) + words.encode() + b"\0"


def ctranslate2(version: int = 6) -> bytes:
    """A scalar, a vector and a matrix of three types, and an alias."""
    types = {"float32": 0, "int8": 1, "float16": 4}
    variables = {
        "decoder/activation": np.int8(1),
        "decoder/norm/gamma": np.ones(8, np.float16),
        "decoder/embeddings/weight": np.zeros((4, 8), np.float32),
    }
    found = struct.pack("<I", version) + name("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for words, value in variables.items():
        array = np.asarray(value)
        found += name(words) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        found += struct.pack("<BI", types[array.dtype.name], array.nbytes) + array.tobytes()
    found += struct.pack("<I", 1)
    return found + name("decoder/projection/weight") + name("decoder/embeddings/weight")
