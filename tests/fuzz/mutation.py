"""Right inputs, made wrong."""

import random

TOKENS = [
    *(
        b"\x00",
        b"\xff" * 4,
        b"\xff" * 8,
        b"\x00" * 8,
        b"\x7f\xff\xff\xff",
        b"\x80",
        b"\xed\xa0\x80",
    ),
    *(b"null", b"true", b"1e999", b"-0", b"NaN", b"18446744073709551616", b'"', b"\\u0000", b"{"),
    *(
        b"[" * 2_000,
        b'{"a":' * 500,
        b"}",
        b"]",
        b",",
        b":",
        b"'''",
        b'"""',
        b"[[",
        b"]]",
        b"=",
        b"#",
    ),
    *(b"RIFF", b"data", b"fmt ", b"fLaC", b"OggS", b"FORM", b"LIST", b"fact", b"caff", b"riff"),
    *(b'"dtype"', b'"shape"', b'"data_offsets"', b'"F32"', b'"__metadata__"', b"\n", b"2026-01-01"),
]
LONGEST = 65_536  # bytes


def mutate(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """``data`` with one to a few changes; ``other`` is spliced in at times."""
    changed = bytearray(data)
    for _ in range(1 + int(chance.expovariate(0.6))):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(8):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << chance.randrange(8)
            case 1 if changed:
                changed[at % len(changed)] = chance.randrange(256)
            case 2:
                changed[at:at] = chance.choice(TOKENS)
            case 3:
                token = chance.choice(TOKENS)
                changed[at : at + len(token)] = token
            case 4:
                del changed[at : at + chance.randrange(1, 64)]
            case 5:
                start = chance.randrange(len(other) + 1)
                changed[at:at] = other[start : start + chance.randrange(1, 256)]
            case 6:
                width = chance.choice((1, 2, 4, 8))
                number = chance.choice((0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1)))
                changed[at : at + width] = number.to_bytes(width, chance.choice(("little", "big")))
            case _:
                del changed[at:]
    return bytes(changed[:LONGEST])
