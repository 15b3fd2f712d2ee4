"""Channels learn of an alert a moment after subscribers; nothing that happens meanwhile is lost."""

import time

import pytest

from daemon.notify import handover
from daemon.wire.base import wall_seconds

GONE = "http://127.0.0.1:1/"
ESCALATES_S = 0.2


@pytest.fixture
def later(monkeypatch):
    """The moment is an hour long, so that what ends it sooner is seen."""
    monkeypatch.setattr(handover, "AFTER_S", 3_600.0)


@pytest.mark.usefixtures("later")
def test_no_channel_is_touched_while_an_alert_is_sent(start, receiver, alert):
    notifier = start(webhook={"care": {"url": receiver.url}})
    for name in "abc":
        notifier.submit(alert(name))
    assert notifier.figures["waiting"] == 0
    notifier.stop(60)
    assert [receiver.next()["alerts"] for _ in "abc"] == [["a"], ["b"], ["c"]]
    assert receiver.taken.empty()


def test_a_moment_later_it_comes_by_itself(start, receiver, alert):
    notifier = start(webhook={"care": {"url": receiver.url}})
    before = time.time()
    notifier.submit(alert("a"))
    after = time.time()
    told = receiver.next()
    assert told["alerts"] == ["a"]
    # It says when the alert was, not when the channel learnt of it.
    assert before <= wall_seconds(told["time"]) + 1e-6
    assert wall_seconds(told["time"]) <= after


@pytest.mark.usefixtures("later")
def test_who_answers_at_once_spares_the_others(start, receiver, alert):
    notifier = start(webhook={"care": {"url": receiver.url, "escalate_after_s": ESCALATES_S}})
    notifier.submit(alert("a"))
    notifier.answered("a")
    notifier.submit(alert("b"))
    notifier.answered("unknown")
    assert receiver.next()["alerts"] == ["b"]
    notifier.stop(60)
    assert receiver.taken.empty()


@pytest.mark.usefixtures("later")
def test_what_is_forgotten_at_once_is_told_to_nobody(start, alert):
    notifier = start(webhook={"care": {"url": GONE}})
    since = time.time()
    notifier.submit(alert("a"))
    notifier.forget(since, time.time())
    assert notifier.figures["waiting"] == 0
    notifier.stop(60)
    assert notifier.figures["failed"] == 0
