"""How a process that runs Whisper gets its memory."""

from typing import Final

ALLOCATOR: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "134217728",
}
"""For glibc; others take no notice. What a batch is computed in, blocks of up to ten megabytes,
comes from the heap and stays there: where it is fetched from the system and given back each time,
half of the time goes into pages of zeros. What is larger, the attention over thirty seconds, is
fetched and given back. Both bounds are said, for glibc's own move with what was freed last."""
