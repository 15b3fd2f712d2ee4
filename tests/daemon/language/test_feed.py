"""A stream that ends, and the words that are still to come."""

import numpy as np
import pytest

from daemon.acoustic.evidence import AcousticEvidence
from daemon.audio.ring import Ring
from daemon.clock import StreamClock
from daemon.config.schema import Fusion
from daemon.fusion.thread import FusionThread
from daemon.language.feed import Feed, reading_of
from daemon.language.utterance import Words

RATE = 16_000


def speech(sample):
    return AcousticEvidence(
        sample=sample,
        gate=True,
        level_db=-30.0,
        floor_db=-60.0,
        distress=0.0,
        infant=0.0,
        posterior=None,
        events=None,
        capture_ms=0.0,
        ring_ns=0,
        hop_ns=0,
    )


class Lane:
    """Keeps what it is given."""

    def __init__(self):
        self.given = []

    def submit(self, utterance, done):
        self.given.append((utterance, done))


@pytest.mark.parametrize("in_step", [True, False])
def test_a_stream_that_has_ended_waits_for_its_words_a_little_at_a_time(in_step):
    lane, told, ring = Lane(), [], Ring(10 * RATE)
    fusion = FusionThread(Fusion(), "file", StreamClock.now(live=False), print, lossless=True)
    feed = Feed(lane, ring, fusion, alarming=0.6, in_step=in_step, lossless=True, told=told.append)
    for end in range(800, RATE, 800):
        ring.write(np.zeros(800, np.float32))
        feed.hear(speech(end))
    assert not feed.finish(0.0)
    assert not feed.finish(0.01)
    ((utterance, done),) = lane.given
    done(Words(utterance, text="said"))
    assert feed.finish(0.0)
    assert [words.text for words in told] == ["said"]


def test_what_is_said_in_a_pause_is_not_transcribed_nor_what_it_cut_off():
    lane, ring, paused = Lane(), Ring(10 * RATE), []
    fusion = FusionThread(Fusion(), "file", StreamClock.now(live=False), print, lossless=True)
    feed = Feed(
        lane,
        ring,
        fusion,
        alarming=0.6,
        in_step=False,
        lossless=True,
        paused=lambda: bool(paused),
    )

    def speak(seconds):
        for _ in range(0, int(seconds * RATE), 800):
            ring.write(np.zeros(800, np.float32))
            feed.hear(speech(ring.written))

    speak(1.0)
    paused.append(1)
    speak(4.0)
    paused.clear()
    speak(2.0)
    feed.finish(0.0)
    ((utterance, _),) = lane.given
    assert (utterance.start, utterance.end) == (5 * RATE, 7 * RATE)


def test_what_was_being_said_when_sound_came_no_more_is_handed_over_at_once_and_only_once():
    lane, ring = Lane(), Ring(10 * RATE)
    fusion = FusionThread(Fusion(), "mic", StreamClock.now(live=True), print, lossless=False)
    feed = Feed(lane, ring, fusion, alarming=0.6, in_step=False, lossless=False)

    def speak():
        for _ in range(0, RATE, 800):
            ring.write(np.zeros(800, np.float32))
            feed.hear(speech(ring.written))

    speak()
    feed.break_off()
    feed.break_off()
    assert [(one.start, one.end) for one, _ in lane.given] == [(0, RATE)]
    ring.interrupt()
    speak()
    feed.break_off()
    assert [(one.start, one.end) for one, _ in lane.given] == [(0, RATE), (RATE, 2 * RATE)]


def test_a_stop_ends_the_wait():
    lane, ring = Lane(), Ring(10 * RATE)
    fusion = FusionThread(Fusion(), "file", StreamClock.now(live=False), print, lossless=True)
    feed = Feed(lane, ring, fusion, alarming=0.6, in_step=True, lossless=True)
    ring.write(np.zeros(800, np.float32))
    feed.hear(speech(800))
    assert not feed.finish(0.0)
    feed.abandon()
    assert feed.finish()


def test_words_that_nobody_could_read_speak_for_nothing(utterance):
    assert reading_of(Words(utterance(), text="said")) is None
