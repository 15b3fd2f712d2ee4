"""Events reach the channels in order and once, after whoever hands them over has gone on."""

import queue
import threading

import pytest

from daemon.notify import handover
from daemon.notify.handover import MOST, Handover

PATIENCE_S = 60


class Channels:
    """Keeps what is given, and by which thread."""

    def __init__(self):
        self.given = queue.Queue()
        self.broken = False

    def give(self, event, now_s, wall):
        if self.broken:
            raise RuntimeError("broken")
        self.given.put((event, threading.current_thread().name))

    def next(self):
        return self.given.get(timeout=PATIENCE_S)

    def rest(self):
        return [self.given.get_nowait()[0] for _ in range(self.given.qsize())]


@pytest.fixture
def channels():
    return Channels()


@pytest.fixture
def later(monkeypatch):
    """Nothing is given on by itself."""
    monkeypatch.setattr(handover, "AFTER_S", 3_600.0)


def test_another_thread_than_the_one_that_has_the_alert_gives_it_on(channels):
    one = Handover(channels.give)
    one.start()
    for event in "abc":
        one.put(event)
    assert [channels.next() for _ in "abc"] == [(event, "notify-handover") for event in "abc"]
    one.put("d")
    assert channels.next() == ("d", "notify-handover")
    one.stop()


def test_each_comes_once_and_in_order_whoever_gives_it_on(channels, monkeypatch):
    monkeypatch.setattr(handover, "AFTER_S", 0.0)
    one = Handover(channels.give)
    one.start()
    done = threading.Event()

    def flush():
        while not done.is_set():
            one.flush()

    others = [threading.Thread(target=flush) for _ in range(2)]
    for other in others:
        other.start()
    for number in range(2_000):
        one.put(number)
    done.set()
    for other in others:
        other.join()
    one.stop()
    assert channels.rest() == list(range(2_000))


@pytest.mark.usefixtures("later")
def test_too_many_are_given_on_at_once_and_none_is_lost(channels):
    one = Handover(channels.give)
    one.start()
    for number in range(MOST - 1):
        one.put(number)
    assert channels.rest() == []
    one.put(MOST - 1)
    assert channels.rest() == list(range(MOST))
    one.stop()


@pytest.mark.usefixtures("later")
def test_what_waits_at_the_end_and_what_comes_after_it_is_given_on(channels):
    one = Handover(channels.give)
    one.start()
    one.put("a")
    one.stop()
    assert channels.rest() == ["a"]
    one.put("b")
    assert channels.rest() == ["b"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_death_is_seen_and_what_comes_after_it_is_given_on(channels, monkeypatch):
    monkeypatch.setattr(handover, "AFTER_S", 0.0)
    one = Handover(channels.give)
    one.start()
    channels.broken = True
    one.put("a")
    for thread in threading.enumerate():
        if thread.name == "notify-handover":
            thread.join(PATIENCE_S)
    assert not one.alive
    channels.broken = False
    one.put("b")
    one.start()
    assert channels.next()[0] == "b"
    assert one.alive
    one.stop()
