"""What a minute is summed up to."""

from daemon.acoustic.evidence import AcousticEvidence, SoundEvents
from daemon.clock import StreamClock
from daemon.minutes import MinuteTally
from models.features.constants import HOP


def hop(sample):
    events = SoundEvents(sample, 0.0, 0.0, 0.0, 0.0, 0.0, (("Dog", 0.7), ("Speech", 0.2)), {})
    return AcousticEvidence(
        sample, gate=True, level_db=-40.0, floor_db=-60.0, distress=0.1, infant=0.0,
        posterior=None, events=events, capture_ms=0.0, ring_ns=0, hop_ns=0,
    )  # fmt: skip


def minute_of(*, named):
    tally = MinuteTally(StreamClock.now(live=True))
    for number in range(1, 100):
        over = tally.add(hop(number * HOP), named=named)
        assert over is None or over.hops_heard < 100
    return tally.finish()


def test_a_minute_names_its_strongest_sounds():
    assert minute_of(named=True).sounds == {"Dog": 0.7, "Speech": 0.2}


def test_what_is_heard_in_a_pause_is_counted_and_not_named():
    minute = minute_of(named=False)
    assert minute.sounds == {}
    assert minute.hops_heard > 0
