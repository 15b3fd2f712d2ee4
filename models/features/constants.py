"""The grid that everything is stamped with."""

SAMPLE_RATE = 16_000
HOP = 160  # 10 ms
FRAME = 400  # 25 ms, one frame a hop, ending with the hop
HOPS_PER_SECOND = SAMPLE_RATE // HOP
MOST_HOPS = 20  # that are taken in at once
