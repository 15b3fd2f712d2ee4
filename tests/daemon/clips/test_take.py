"""A take has every sample that was played in its place, or silence where it says so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.audio.ring import Ring
from daemon.clips.take import Take

CAPACITY = 1_600
BLOCK = 400

steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 2 * CAPACITY)),
        st.tuples(st.just("record"), st.just(0)),
    ),
    max_size=30,
)


@given(
    steps,
    st.integers(0, 2 * CAPACITY),
    st.integers(0, CAPACITY),
    st.integers(0, 4 * CAPACITY),
    st.integers(0, 3 * CAPACITY),
)
def test_any_interleaving(plan, earlier, before, longest, after):
    random = np.random.default_rng(1)
    played = np.empty(0, np.int16)
    ring = Ring(CAPACITY)

    def write(size):
        nonlocal played
        pcm = random.integers(1, 32_768, size).astype(np.int16)  # never silent
        played = np.concatenate((played, pcm))
        ring.write((pcm / np.float32(32_768)).astype(np.float32))

    with pytest.MonkeyPatch.context() as small:
        small.setattr("daemon.clips.take.BLOCK", BLOCK)
        write(earlier)
        raised, begin = earlier, max(0, earlier - before)
        take = Take(
            "a", "warning", ring, begin=begin, longest=before + longest, raised=raised, wall=1e9
        )
        for action, size in plan:
            if action == "write":
                write(size)
            else:
                take.record()
        take.end_at(raised + after)
        ring.close()
        take.record()
        assert take.done
        recorded = take.finish()
    assert ring.reader("next").name == "next"
    end = min(len(played), begin + before + longest, raised + after)
    if recorded is None:
        assert take.begin >= end
        return
    assert begin <= take.begin <= max(begin, raised)
    assert len(recorded.pcm) == end - take.begin
    assert recorded.began == 1e9 - (raised - take.begin) / 16_000
    expected = played[take.begin : end].copy()
    for gap in recorded.gaps:
        expected[gap.at : gap.at + gap.lost] = 0
    silent = sum(gap.lost for gap in recorded.gaps)
    np.testing.assert_array_equal(recorded.pcm, expected)
    assert np.count_nonzero(recorded.pcm == 0) == silent
