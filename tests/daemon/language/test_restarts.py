"""Backoff, and the breaker."""

from daemon.language.restarts import BREAK_AFTER, BROKEN_S, LONGEST_S, Restarts


def test_each_failure_waits_longer_until_the_breaker_opens():
    now = [100.0]
    restarts = Restarts(lambda: now[0])
    assert restarts.wait_s() == 0.0
    waits = [restarts.failed() for _ in range(BREAK_AFTER - 1)]
    assert waits == sorted(waits)
    assert waits[0] == 1.0
    assert max(waits) <= LONGEST_S
    assert not restarts.broken
    assert restarts.failed() == BROKEN_S
    assert restarts.broken
    now[0] += BROKEN_S - 1
    assert restarts.wait_s() == 1.0
    restarts.succeeded()
    assert (restarts.broken, restarts.wait_s(), restarts.failed()) == (False, 0.0, 1.0)


def test_what_is_absent_is_not_tried_at_once():
    restarts = Restarts(lambda: 0.0)
    assert restarts.failed(absent=True) == LONGEST_S
