import time

import pytest

from daemon.health import Health
from daemon.store.database import open_database
from daemon.store.events import store_event
from daemon.store.journal import Journal
from daemon.store.retention import Retention, bytes_used

NOW = 1_700_000_000.0
DAY = 86_400
HOUR = 3_600.0


class Clock:
    """A clock that is set, not waited for."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def store(tmp_path):
    connection = open_database(tmp_path, busy_s=1.0)
    yield connection
    connection.close()


@pytest.fixture
def history(store, event):
    """One alert a day over the 90 days before NOW; gives the ages, in days, of those left."""
    for seq in range(1, 91):
        wall = NOW - (90.5 - seq) * DAY
        store_event(store, event(str(seq), "cleared", wall=wall, reason="ended", seq=seq))
    return lambda: [91 - int(row[0]) for row in store.execute("SELECT alert FROM event")]


def test_a_clock_a_year_ahead_empties_nothing(tmp_path, event, caplog):
    wrong = Clock(NOW)
    with Journal.open(
        tmp_path, health=Health(), clock=wrong, commit_patience_s=30.0, tidy_every_s=0.005
    ) as journal:
        for day in range(90):
            wall = NOW - day * DAY
            journal.append(event(str(day), "cleared", wall=wall, reason="ended"))
        wrong.now = NOW + 365 * DAY
        deadline = time.monotonic() + 30
        while "one day of it goes in each hour" not in caplog.text:  # it was tidied
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert len(journal.since(0)) >= 89


@pytest.mark.parametrize("restarts", [0, 5])
def test_a_clock_that_is_wrong_for_hours_costs_days(store, history, restarts):
    clock, steady = Clock(NOW + 365 * DAY), Clock(0.0)
    retention = Retention(90, 10**9, clock=clock, steady=steady)
    for minute in range(300):
        if restarts and minute % (300 // restarts) == 0:
            retention = Retention(90, 10**9, clock=clock, steady=steady)
        steady.now += 60
        retention.prune(store)
    left = history()
    assert 90 - 5 - restarts - 1 <= len(left) <= 86
    clock.now = NOW
    for _ in range(300):
        steady.now += 60
        retention.prune(store)
    assert history() == left


def test_time_without_anything_to_delete_is_no_credit_for_later(store, history):
    clock, steady = Clock(NOW), Clock(0.0)
    retention = Retention(90, 10**9, clock=clock, steady=steady)
    for _ in range(500):
        steady.now += HOUR
        retention.prune(store)
    assert len(history()) == 90
    clock.now = NOW + 365 * DAY
    steady.now += 60
    retention.prune(store)
    assert len(history()) == 89


def test_a_store_that_was_away_for_a_month_catches_up(store, history):
    steady = Clock(0.0)
    retention = Retention(90, 10**9, clock=Clock(NOW + 30 * DAY), steady=steady)
    for _ in range(31):
        steady.now += HOUR
        while retention.prune(store):
            pass
    assert history() == list(range(60, 0, -1))


def test_rows_of_a_clock_that_was_behind_do_not_hold_up_the_others(store, history, event):
    store_event(store, event("lost", "cleared", wall=1000.0, reason="ended", seq=1000))
    steady = Clock(0.0)
    retention = Retention(90, 10**9, clock=Clock(NOW + 1 * DAY), steady=steady)
    for _ in range(3):
        steady.now += HOUR
        retention.prune(store)
    assert len(store.execute("SELECT 1 FROM event").fetchall()) == 89


def test_a_store_that_is_too_large_loses_its_oldest_days(store, history, caplog):
    for seq in range(91, 2_091):  # half a megabyte of yesterday
        store.execute(
            "INSERT INTO event VALUES (?, ?, ?, 'cleared', 'mic', ?)",
            (seq, str(seq), NOW - DAY + seq, "x" * 500),
        )
    before = bytes_used(store)
    retention = Retention(90, before - 3_000, clock=Clock(NOW), steady=Clock(0.0))
    while retention.prune(store):
        pass
    left = {row[0] for row in store.execute("SELECT alert FROM event")}
    assert bytes_used(store) <= before - 3_000
    assert "1" not in left
    assert {"91", "2090"} <= left
    assert caplog.text.count("oldest days go before their time") == 1
