"""What is free goes back to the system, though it lies between blocks that stay."""

import ctypes
import os
import subprocess
import sys

import pytest

from models.language.allocator import ALLOCATOR

FRAGMENTED = """
import psutil
from models.language.allocator import give_back

def resident_mb():
    return psutil.Process().memory_info().rss / 1e6

large, small = [], []
for _ in range(200):
    large.append(bytearray(b"x") * 1_000_000)
    small.append(bytearray(b"x") * 2_000)
large.clear()
kept = resident_mb()
give_back()
print(kept - resident_mb())
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc keeps what is free"
)
def test_what_lies_free_between_small_blocks_is_given_back():
    told = subprocess.run(
        [sys.executable, "-c", FRAGMENTED],
        env=os.environ | ALLOCATOR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(told.stdout) > 150.0, "megabytes, of the two hundred that were freed"
