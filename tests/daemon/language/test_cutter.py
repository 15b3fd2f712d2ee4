"""Utterances out of a real ring."""

import numpy as np
import pytest

from daemon.acoustic.evidence import AcousticEvidence
from daemon.audio.ring import Ring
from daemon.language.cutter import LONGEST, OVERLAP, PREROLL, Cutter

RATE, HOP = 16_000, 160
ALARMING = 0.6


def evidence(sample, gate, distress=0.0):
    return AcousticEvidence(
        sample=sample,
        gate=gate,
        level_db=-30.0,
        floor_db=-60.0,
        distress=distress,
        infant=0.0,
        posterior=None,
        events=None,
        capture_ms=0.0,
        ring_ns=0,
        hop_ns=0,
    )


class Stream:
    """A ring that is written hop by hop, each sample saying where it lies."""

    def __init__(self, ring_s=30.0, *, lossless=False):
        self.ring = Ring(int(ring_s * RATE))
        self.cutter = Cutter(self.ring.reader("language", lossless=lossless), ALARMING)
        self.at = 0
        self.found = []

    def play(self, seconds, *, gate, distress=0.0, step=5, heard=True):
        for _ in range(round(seconds * RATE / (HOP * step))):
            size = HOP * step
            samples = (np.arange(self.at, self.at + size) % 30_000) / 32_767
            self.ring.write(samples.astype(np.float32))
            self.at += size
            if heard:
                ended = self.cutter.step(evidence(self.at, gate, distress))
                self.found += [ended] if ended is not None else []


def test_a_stretch_is_cut_with_what_came_before_it():
    stream = Stream()
    stream.play(3.0, gate=False)
    stream.play(2.0, gate=True, distress=0.4)
    stream.play(1.0, gate=False)
    (one,) = stream.found
    assert one.start == 3 * RATE - PREROLL
    assert one.end == 5 * RATE + 800
    assert (one.score, one.explained, one.closed) == (0.4, False, True)
    assert one.pcm[0] == pytest.approx(one.start % 30_000, abs=1)
    assert one.pcm[-1] == pytest.approx((one.end - 1) % 30_000, abs=1)
    assert len(one.pcm) == one.end - one.start


def test_an_alarming_one_is_marked():
    stream = Stream()
    stream.play(1.0, gate=True, distress=0.7)
    stream.play(0.1, gate=False)
    assert stream.found[0].explained


@pytest.mark.parametrize(("later_s", "explained"), [(3.0, True), (20.0, False)])
def test_what_is_said_soon_after_a_scream_belongs_to_it(later_s, explained):
    stream = Stream(60.0)
    stream.play(1.0, gate=False)
    stream.play(1.0, gate=True, distress=0.9)
    stream.play(later_s, gate=False)
    stream.play(1.0, gate=True, distress=0.1)
    stream.play(0.1, gate=False)
    scream, talk = stream.found
    assert scream.explained
    assert talk.explained is explained


def test_ten_minutes_are_cut_with_overlap_and_nothing_is_missing():
    stream = Stream()
    stream.play(1.0, gate=False)
    stream.play(600.0, gate=True, step=10)
    stream.play(0.1, gate=False)
    assert len(stream.found) > 600 / 28
    assert all(len(one.pcm) <= LONGEST + RATE // 10 for one in stream.found)
    for before, after in zip(stream.found, stream.found[1:], strict=False):
        assert after.start == before.end - OVERLAP
        assert not before.closed
    assert stream.found[-1].closed


def test_what_follows_a_gap_is_another_utterance():
    stream = Stream(ring_s=5.0)
    stream.play(2.0, gate=True)
    stream.play(20.0, gate=True, heard=False)
    stream.play(1.0, gate=True)
    stream.play(0.1, gate=False)
    first, second = stream.found
    assert first.end <= 2 * RATE + 800
    assert second.start >= 20 * RATE
    assert (np.diff(second.pcm.astype(int)) != 0).mean() > 0.9


def test_a_discontinuity_ends_an_utterance():
    stream = Stream()
    stream.play(1.0, gate=True)
    stream.ring.interrupt()
    stream.play(1.0, gate=True)
    stream.play(0.1, gate=False)
    assert [round((one.end - one.start) / RATE) for one in stream.found] == [1, 1]


def test_the_end_of_the_stream_ends_it():
    stream = Stream(lossless=True)
    stream.play(1.0, gate=True)
    last = stream.cutter.finish()
    assert (last.start, last.end) == (0, RATE)
    assert Cutter(stream.ring.reader("again"), ALARMING).finish() is None


def test_what_follows_a_cut_is_not_as_alarming_as_what_came_before_it():
    stream = Stream(60.0)
    stream.play(1.0, gate=True, distress=0.9)
    stream.play(29.0, gate=True, distress=0.1)
    stream.play(1.0, gate=False)
    scream, talk = stream.found
    assert (scream.score, scream.explained) == (0.9, True)
    assert (talk.score, talk.explained) == (0.1, False)
