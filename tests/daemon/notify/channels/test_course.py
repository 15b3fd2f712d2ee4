"""How a channel gets on, as people are told: working, failing since, tested."""

import time

import pytest

from daemon.errors import UsageError
from daemon.notify.record import TEST_EVERY_S, Record
from daemon.wire.base import wall_seconds


def until(notifier, wanted):
    """The status of the one channel as soon as it is ``wanted``."""
    deadline = time.monotonic() + 60
    while not wanted(status := notifier.channels()[1]):
        assert time.monotonic() < deadline, status
        time.sleep(0.01)
    return status


def test_a_channel_says_since_when_it_fails_and_when_it_last_told(start, receiver, alert):
    began = time.time()
    notifier = start(webhook={"care": {"url": receiver.url}})
    desktop, care = notifier.channels()
    assert (desktop.name, desktop.sort, desktop.state) == ("desktop", "desktop", "off")
    assert (care.name, care.sort, care.delivered) == ("care", "webhook", None)

    receiver.answer(503)
    notifier.submit(alert("a"))
    failing = until(notifier, lambda one: one.resting_until is not None)
    assert failing.state == "unavailable"
    assert failing.reason == failing.error == "The address answers 503."
    assert began <= wall_seconds(failing.failing_since) <= wall_seconds(failing.error_time)
    assert failing.waiting == 1

    receiver.answer(200)
    receiver.next()
    works = until(notifier, lambda one: one.sent == 1)
    assert (works.failing_since, works.resting_until, works.waiting) == (None, None, 0)
    assert wall_seconds(works.delivered) >= wall_seconds(failing.failing_since)
    assert works.error == "The address answers 503.", "what went wrong last is still told"


def test_a_test_goes_before_what_waits_and_frees_it(start, receiver, alert, monkeypatch):
    monkeypatch.setattr("daemon.notify.breaker.OPEN_S", 3_600.0)
    monkeypatch.setattr("daemon.notify.breaker.LONGEST_S", 3_600.0)
    monkeypatch.setattr("daemon.notify.record.TEST_EVERY_S", 0.0)
    notifier = start(webhook={"care": {"url": receiver.url}})
    receiver.answer(503)
    for name in "ab":
        notifier.submit(alert(name))
    until(notifier, lambda one: one.resting_until is not None)

    notifier.test("care")
    failed = until(notifier, lambda one: one.test.outcome != "sending")
    assert (failed.test.outcome, failed.test.reason) == ("failed", "The address answers 503.")

    receiver.answer(200)
    notifier.test("care")
    assert [receiver.next()["type"] for _ in range(3)] == ["test", "alert", "alert"]
    works = until(notifier, lambda one: one.sent == 2)
    assert (works.test.outcome, works.state) == ("delivered", "ok")


def test_one_test_at_a_time_and_none_to_nobody(start, receiver):
    notifier = start(webhook={"care": {"url": receiver.url}})
    receiver.answer(None)
    notifier.test("care")
    with pytest.raises(UsageError, match="on its way"):
        notifier.test("care")
    with pytest.raises(UsageError, match="no channel 'desktop'"):
        notifier.test("desktop")


def test_a_test_is_not_repeated_at_once():
    record = Record()
    record.test_asked(1_000.0, 10.0)
    record.failed("It is gone.", 1_001.0)
    record.test_over(delivered=False)
    assert record.telling().test.reason == "It is gone."
    with pytest.raises(UsageError, match="just now"):
        record.test_asked(1_002.0, 10.0 + TEST_EVERY_S - 0.1)
    record.test_asked(1_005.0, 10.0 + TEST_EVERY_S)
    record.test_over(delivered=True)
    assert record.telling().test.outcome == "delivered"
