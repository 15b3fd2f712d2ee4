import sqlite3

import pytest

from daemon.health import Health
from daemon.store.alerts import AlertFilter
from daemon.store.database import FILE
from daemon.store.journal import Journal
from daemon.store.minute import Minute

NOW = 1_700_000_000.0
BODIES = [b"", b"{}", b'{"v": 1, "phase', b"\xff\xfe", b'{"v": 2, "type": "siren"}']


def opened(folder):
    return Journal.open(folder, health=Health(), clock=lambda: NOW, commit_patience_s=30.0)


def spoil(folder, statement, *values):
    database = sqlite3.connect(folder / FILE)
    database.execute(statement, values)
    database.commit()
    database.close()


def spoil_event(folder, body, seq):
    spoil(folder, "UPDATE event SET body = CAST(? AS TEXT) WHERE seq = ?", body, seq)


@pytest.mark.parametrize("body", BODIES)
def test_a_row_that_cannot_be_read_hides_no_other(tmp_path, event, caplog, body):
    with opened(tmp_path) as journal:
        for alert in "abc":
            journal.append(event(alert))
        spoil_event(tmp_path, body, 2)
        for _ in range(2):
            assert [one.seq for one in journal.since(0)] == [1, 3]
            assert [one.seq for one in journal.since(0, limit=2)] == [1, 3]
            assert [one.seq for one in journal.since(1, limit=1)] == [3]
            everything = AlertFilter(0, 2e9)
            assert [one.event.id for one in journal.archive.records(everything, 2)] == ["c", "a"]
        assert journal.unreadable == 1
        assert caplog.text.count("alert event 2 cannot be read") == 1


def test_an_open_alert_whose_last_row_is_unreadable_is_cleared_from_an_earlier_one(tmp_path, event):
    with opened(tmp_path) as journal:
        journal.append(event(score=0.5))
        journal.append(event(phase="updated"))
    spoil_event(tmp_path, b"{}", 2)
    with opened(tmp_path) as journal:
        assert [(one.seq, one.phase, one.score) for one in journal.since(1)] == [
            (3, "cleared", 0.5)
        ]


def test_an_open_alert_of_which_nothing_can_be_read_does_not_stop_the_start(
    tmp_path, event, caplog
):
    with opened(tmp_path) as journal:
        journal.append(event("bad"))
        journal.append(event("good"))
    spoil_event(tmp_path, b"{}", 1)
    with opened(tmp_path) as journal:
        assert [(one.id, one.phase) for one in journal.since(0)] == [
            ("good", "raised"),
            ("good", "cleared"),
        ]
        assert journal.open_alerts() == []
    assert "1 open alerts cannot be read" in caplog.text
    caplog.clear()
    with opened(tmp_path) as journal:  # it was closed for good
        assert journal.seq == 3
    assert caplog.text == ""


def test_a_minute_that_cannot_be_read_hides_no_other_and_is_replaced(tmp_path):
    minutes = [Minute(start, 1, 0, -60.0, -20.0, 0.1, 0.1, {}, {}) for start in (60, 120)]
    with opened(tmp_path) as journal:
        for minute in minutes:
            journal.minute(minute)
    spoil(tmp_path, "UPDATE minute SET sounds = '{' WHERE start = 60")
    with opened(tmp_path) as journal:
        assert journal.archive.minutes(0) == minutes[1:]
        journal.minute(minutes[0])
    with opened(tmp_path) as journal:
        assert journal.archive.minutes(0) == minutes
