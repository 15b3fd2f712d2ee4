"""How a process that runs Whisper gets its memory, and gives it back."""

import ctypes
from typing import Final

ALLOCATOR: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "134217728",
}
"""For glibc; others take no notice. What a batch is computed in, blocks of up to ten megabytes,
comes from the heap and stays there until :func:`give_back`: where it is fetched from the system and
given back each time, half of the time goes into pages of zeros. What is larger, the attention over
thirty seconds, is. Both bounds are said, for glibc's own move with what was freed last."""

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's alone


def give_back() -> None:
    """Give free memory back to the system, that between blocks in use included.

    Every utterance has another length, and small blocks that stay come to lie among those of
    megabytes: a process that never gave back would grow by such blocks for hours.
    """
    if _trim is not None:
        _trim(0)
