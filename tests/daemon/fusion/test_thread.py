import math
import queue
import threading
import time
import tomllib
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.clock import StreamClock
from daemon.config.schema import Fusion
from daemon.fusion.fuser import Fuser
from daemon.fusion.reading import Reading
from daemon.fusion.thread import FusionThread
from daemon.wire.alert import AlertEvent

SETTINGS = Path(__file__).with_name("settings.toml")
CONFIG = Fusion.model_validate(tomllib.loads(SETTINGS.read_text()))

S = 16_000
RECORDED_S = 1_000_000.0


@contextmanager
def running(deliver, *, live=False, lossless=True, **more):
    clock = StreamClock(live, RECORDED_S)
    thread = FusionThread(CONFIG, "file", clock, deliver, lossless=lossless, **more)
    thread.start()
    try:
        yield thread
    finally:
        thread.stop()


def stretch(hop, seconds, start=0, **says):
    return [hop(start + i * 160, **says) for i in range(1, round(seconds * 100) + 1)]


def played(hops, reason="ended", **more):
    events: list[AlertEvent] = []
    with running(events.append, **more) as thread:
        for h in hops:
            assert thread.submit(h)
        assert thread.finish(reason)
    return events


def test_the_event_tells_everything(hop):
    now = time.monotonic_ns()
    scream = stretch(hop, 0.5, S, distress=0.92, scream=0.8, fearful=0.6, angry=0.2, hop_ns=now)
    raised, cleared = played(scream)
    assert AlertEvent.model_validate_json(raised.model_dump_json()) == raised
    assert (raised.phase, raised.kind, raised.level, raised.seq) == (
        "raised",
        "scream",
        "critical",
        0,
    )
    assert (raised.stream_s, raised.onset_s) == (1.2, 1.0)
    assert datetime.fromisoformat(raised.time).timestamp() == 1_000_001.2
    assert raised.score == pytest.approx(0.92)
    assert [e.emotion for e in raised.emotions[:2]] == ["fearful", "angry"]
    assert [s.label for s in raised.sounds] == ["Screaming", "Speech", "Music"]
    assert raised.latency_ms.capture == 7.0
    assert raised.latency_ms.hop == pytest.approx(0.3)
    assert raised.latency_ms.fusion > 0.0
    assert raised.evidence["audio"].weight == 1.0
    assert raised.why.startswith("A scream was heard")
    assert raised.source == "file"
    assert (cleared.id, cleared.phase, cleared.reason) == (raised.id, "cleared", "ended")


def test_a_live_event_has_the_time_of_now(hop):
    before = time.time()
    raised = played(stretch(hop, 0.5, distress=0.92), live=True)[0]
    assert before - 1e-3 <= datetime.fromisoformat(raised.time).timestamp() <= time.time()


@pytest.mark.parametrize(("transcripts", "quoted"), [(False, None), (True, "let go of me")])
def test_words_are_quoted_only_where_allowed(hop, transcripts, quoted):
    events: list[AlertEvent] = []
    with running(events.append, transcripts=transcripts) as thread:
        for h in stretch(hop, 1, distress=0.7):
            thread.submit(h)
        thread.submit_reading(Reading(0.7, S, transcript="let go of me"))
        for h in stretch(hop, 1, S, distress=0.7):
            thread.submit(h)
        thread.finish("ended")
    told = [e for e in events if e.phase == "updated"]
    assert [e.transcript for e in told] == [quoted]
    assert "let go" not in told[0].why


def test_latest_is_what_fusion_made_of_the_last_hop(hop):
    with running(lambda _event: None) as thread:
        thread.submit(hop(320, distress=0.3, infant=0.2))
        thread.finish("ended")
        assert thread.latest.sample == 320
        assert thread.latest.score == pytest.approx(0.3)
        assert thread.latest.infant == pytest.approx(0.2)


def test_stop_decides_upon_what_waits_and_clears(hop):
    events: list[AlertEvent] = []
    with running(events.append) as thread:
        for h in stretch(hop, 1, distress=0.92):
            thread.submit(h)
        assert thread.stop()
        assert [(e.phase, e.reason) for e in events] == [("raised", None), ("cleared", "stopped")]
        assert not thread.submit(hop(2 * S))
        assert not thread.alive


def test_another_stream_may_follow_a_lost_source(hop):
    events: list[AlertEvent] = []
    with running(events.append) as thread:
        for start in (0, 10 * S):
            for h in stretch(hop, 1, start, distress=0.92):
                thread.submit(h)
            assert thread.finish("source_lost")
    assert [e.phase for e in events] == ["raised", "cleared"] * 2
    assert events[1].reason == "source_lost"


def test_amend_lowers_an_open_alert(hop):
    events: queue.SimpleQueue[AlertEvent] = queue.SimpleQueue()
    with running(events.put) as thread:
        for h in stretch(hop, 1, distress=0.92):
            thread.submit(h)
        raised = events.get(timeout=10)
        assert thread.amend(raised.id, "advisory")
        lowered = events.get(timeout=10)
    assert (lowered.phase, lowered.level) == ("updated", "warning")
    assert lowered.latency_ms.fusion == 0.0


class SetClock:
    """The module ``time``, whose wall clock somebody sets."""

    ahead_s = 0.0
    monotonic = staticmethod(time.monotonic)
    monotonic_ns = staticmethod(time.monotonic_ns)

    def time(self) -> float:
        return time.time() + self.ahead_s


class TestPause:
    def test_clears_and_ends_by_the_stream_of_a_recording(self, hop):
        events: list[AlertEvent] = []
        changes: list[float | None] = []
        with running(events.append, pause_changed=changes.append) as thread:
            for h in stretch(hop, 1, distress=0.92):
                thread.submit(h)
            thread.finish("ended")
            thread.pause(RECORDED_S + 3.0)
            for h in stretch(hop, 4, S, distress=0.92):
                thread.submit(h)
            thread.finish("ended")
            assert thread.paused_until is None
        assert changes == [RECORDED_S + 3.0, None]
        assert [e.stream_s for e in events if e.phase == "raised"] == [0.2, pytest.approx(3.19)]

    def test_clears_what_is_open_even_where_no_sound_comes(self, hop):
        events: queue.SimpleQueue[AlertEvent] = queue.SimpleQueue()
        with running(events.put, live=True) as thread:
            for h in stretch(hop, 1, distress=0.92):
                thread.submit(h)
            raised = events.get(timeout=10)
            thread.pause(time.time() + 3_600)
            cleared = events.get(timeout=10)
        assert (cleared.id, cleared.reason) == (raised.id, "paused")

    def test_ends_by_itself_where_no_sound_comes(self):
        changes: queue.SimpleQueue[float | None] = queue.SimpleQueue()
        with running(lambda _event: None, live=True, pause_changed=changes.put) as thread:
            until = time.time() + 0.05
            thread.pause(until)
            assert changes.get(timeout=10) == until
            assert changes.get(timeout=10) is None
            assert thread.paused_until is None

    def test_a_clock_that_is_set_back_prolongs_no_pause(self, monkeypatch):
        monkeypatch.setattr("daemon.clock.time", set_clock := SetClock())
        monkeypatch.setattr("daemon.fusion.thread.time", set_clock)
        changes: queue.SimpleQueue[float | None] = queue.SimpleQueue()
        with running(lambda _event: None, live=True, pause_changed=changes.put) as thread:
            thread.pause(time.time() + 0.5)
            assert changes.get(timeout=10) is not None
            set_clock.ahead_s = -86_400.0
            assert changes.get(timeout=10) is None

    def test_resume_ends_it(self):
        changes: queue.SimpleQueue[float | None] = queue.SimpleQueue()
        with running(lambda _event: None, live=True, pause_changed=changes.put) as thread:
            thread.resume()  # nothing to end, nothing to tell
            thread.pause(time.time() + 3_600)
            assert changes.get(timeout=10) is not None
            thread.resume()
            assert changes.get(timeout=10) is None


class TestFailure:
    def test_is_logged_told_and_releases_everybody(self, hop, caplog):
        told: queue.SimpleQueue[Exception] = queue.SimpleQueue()
        with running(lambda _event: None, failed=told.put, capacity=4) as thread:
            thread.submit(hop(160, distress=math.nan))
            assert isinstance(told.get(timeout=10), ValueError)
            assert thread.stop()
            assert isinstance(thread.error, ValueError)
            assert not thread.submit(hop(320))
            assert not thread.finish("ended")
            assert not thread.alive
        assert "no alert is raised any more" in caplog.text

    def test_of_delivery_is_not_swallowed(self, hop):
        told: queue.SimpleQueue[Exception] = queue.SimpleQueue()

        def deliver(_event: AlertEvent) -> None:
            raise OSError("disk on fire")

        with running(deliver, failed=told.put) as thread:
            for h in stretch(hop, 0.2, distress=0.92):
                thread.submit(h)
            assert isinstance(told.get(timeout=10), OSError)
            assert not thread.finish("ended")


def test_a_slow_delivery_drops_evidence_and_says_so(hop, caplog):
    delivering, go_on = threading.Event(), threading.Event()

    def deliver(_event: AlertEvent) -> None:
        delivering.set()
        assert go_on.wait(10)

    with running(deliver, live=True, lossless=False, capacity=8) as thread:
        for h in stretch(hop, 0.2, distress=0.92):
            thread.submit(h)
        # the inbox is small, so the raise may need more hops than were kept
        at = S
        while not delivering.is_set():
            for h in stretch(hop, 0.05, at, distress=0.92):
                thread.submit(h)
            at += 800
            delivering.wait(0.01)
        for h in stretch(hop, 0.2, at, distress=0.92):
            assert thread.submit(h)
        assert thread.dropped >= 12
        go_on.set()
        thread.finish("ended")
        assert thread.latest.sample == at + 20 * 160
    assert "hops of evidence were dropped" in caplog.text


levels = st.sampled_from([0.01, 0.3, 0.5, 0.7, 0.93, 0.97])


@given(
    st.lists(st.tuples(levels, levels, st.integers(1, 120)), min_size=1, max_size=8),
    st.integers(1, 64),
)
@settings(max_examples=25, deadline=None)
def test_the_pace_changes_nothing(hop, sound, capacity):
    """Through a queue of any size, the thread decides what the pure logic decides."""
    hops, at = [], 0
    for distress, infant, length in sound:
        hops += stretch(hop, length / 100, at, distress=distress, infant=infant)
        at += length * 160
    fuser = Fuser(CONFIG)
    judgements = [j for h in hops for j in fuser.hear(h)] + fuser.close("ended")
    expected = [
        (d.sample / S, d.phase, d.kind, d.level, d.score)
        for d in (judgement.decision for judgement in judgements)
    ]
    events = played(hops, capacity=capacity)
    assert [(e.stream_s, e.phase, e.kind, e.level, e.score) for e in events] == expected
