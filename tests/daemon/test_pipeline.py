"""Ring, hop loop, slow lane and fusion as one."""

import queue
from datetime import datetime, time, timedelta
from time import monotonic, sleep

import numpy as np
import pytest

from daemon.acoustic.load import load_ear
from daemon.acoustic.loop import QUIET_HOPS, REPORTED_HOPS
from daemon.audio.asleep import moment
from daemon.audio.microphone import MicrophoneSource
from daemon.audio.ring import ENDED, Ring
from daemon.config.schema import Acoustic, Config, ConfirmMs, Fusion, QuietHours, Thresholds
from daemon.errors import PartDied
from daemon.fusion.reading import Reading
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.pipeline import Pipeline, quiet_hops

CONFIG = Config(acoustic=Acoustic(sound_events=False))
PATIENCE_S = 60.0


def pipeline(pace="realtime", *, config=CONFIG, spec="stdin", **options):
    health = Health()
    return Pipeline(config, load_ear(config, health), spec, pace, health, print, **options)


class Alarmed:
    """An ear to which any sound is distress."""

    window, infant, level_db, floor_db = None, 0.0, -20.0, -60.0
    posterior = np.full(8, 1 / 8)
    is_open, distress = False, 0.0

    def expect(self, hops):
        pass

    def interrupt(self):
        pass

    def step(self, hop):
        self.is_open = bool(hop.any())
        self.distress = 0.99 if self.is_open else 0.0


@pytest.fixture
def heard():
    """Starts a pipeline without its source; its ring is the test's to write."""
    running = []

    def start(**options):
        events = queue.SimpleQueue()
        health = Health()
        whole = Pipeline(CONFIG, Alarmed(), "stdin", "realtime", health, events.put, **options)
        running.append(whole)
        whole.fusion.start()
        return whole, events

    yield start
    for whole in running:
        whole.ring.close()
        whole.loop.stop()
        whole.fusion.stop()


def next_two(events):
    return [(e.phase, e.reason) for e in (events.get(timeout=PATIENCE_S) for _ in range(2))]


def quiet_now():
    """Quiet hours that this moment lies in the midst of."""
    now = datetime.now().astimezone()
    return QuietHours(
        enabled=True,
        start=(now - timedelta(hours=1)).time().replace(microsecond=0),
        end=(now + timedelta(hours=1)).time().replace(microsecond=0),
    )


@pytest.mark.parametrize(
    ("pace", "in_step", "waits"),
    [("realtime", False, False), ("realtime", True, True), ("max", True, True)],
)
def test_a_stream_that_waits_for_words_loses_no_sound_meanwhile(pace, in_step, waits):
    lane = LanguageLane(CONFIG.language, Health(), lossless=in_step)
    ring = pipeline(pace, lane=lane, in_step=in_step).ring
    for _ in range(ring.capacity // 16_000):
        ring.write(np.zeros(16_000, np.float32))
    assert ring.wait_for_space(160, 0.0) is not waits


def test_quiet_hours_that_are_read_again_count_as_context():
    whole = pipeline()
    assert not whole.is_quiet(0)
    whole.reconfigure(CONFIG.model_copy(update={"quiet_hours": quiet_now()}))
    assert whole.is_quiet(0)
    never = QuietHours(enabled=False, start=time(0), end=time(12))
    whole.reconfigure(CONFIG.model_copy(update={"quiet_hours": never}))
    assert not whole.is_quiet(0)


@pytest.mark.parametrize(
    ("spec", "pace", "counts"),
    [
        ("mic", "realtime", True),
        ("stdin", "realtime", True),
        ("stdin", "max", False),
        ("file:a.wav", "realtime", False),
        ("file:a.wav", "max", False),
    ],
)
def test_the_hour_counts_only_for_what_is_heard_as_it_happens(spec, pace, counts):
    config = CONFIG.model_copy(update={"quiet_hours": quiet_now()})
    assert pipeline(pace, config=config, spec=spec).is_quiet(0) is counts


def test_a_shorter_hold_that_is_read_again_makes_the_loop_read_fewer_hops_at_once():
    whole = pipeline()
    assert whole.loop._quiet_hops == quiet_hops(CONFIG.fusion)
    short = Fusion(confirm_ms=ConfirmMs(critical=40))
    assert quiet_hops(short) < quiet_hops(CONFIG.fusion)
    whole.reconfigure(CONFIG.model_copy(update={"fusion": short}))
    assert whole.loop._quiet_hops == quiet_hops(short)


def test_where_alerts_begin_low_no_more_hops_are_read_at_once_than_are_reported_together():
    low = Fusion(threshold=Thresholds(advisory=0.4), release=0.2)
    assert quiet_hops(low) == REPORTED_HOPS < quiet_hops(Fusion())


def test_what_came_before_the_source_was_lost_is_heard_and_leaves_no_alert_open(heard):
    whole, events = heard()
    whole.ring.write(np.ones(40 * 160, np.float32))
    whole.source_lost()
    whole.loop.start()  # so late, on a busy machine
    assert next_two(events) == [("raised", None), ("cleared", "source_lost")]


def test_words_leave_no_alert_open_where_hops_were_left_in_the_ring_when_the_source_was_lost(heard):
    whole, events = heard()
    whole.loop.start()
    hops = QUIET_HOPS + 2 * REPORTED_HOPS  # too few for a second read
    whole.ring.write(np.zeros(hops * 160, np.float32))
    whole.source_lost()
    deadline = monotonic() + PATIENCE_S
    while whole.fusion.latest.sample < hops * 160:
        assert monotonic() < deadline
        sleep(0.01)  # nothing tells of a hop that decides nothing
    whole.fusion.submit_reading(Reading(0.99, hops * 160, since=0, sound=0.6))
    assert next_two(events) == [("raised", None), ("cleared", "source_lost")]


def test_a_microphone_that_breaks_off_is_a_part_that_died():
    moments = iter([moment()])  # then the clocks fail
    microphone, ring = (
        MicrophoneSource("none such", Health(), clocks=lambda: next(moments)),
        Ring(16_000),
    )
    reader = ring.reader("test")
    microphone.start(ring)
    assert reader.read(np.empty(160, np.float32), 60.0) == ENDED
    assert isinstance(microphone.error, PartDied)
    microphone.stop()
