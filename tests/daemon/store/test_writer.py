import sqlite3
import threading
import time

from daemon.health import Health
from daemon.store.database import FILE
from daemon.store.disk import Disk
from daemon.store.journal import Journal
from daemon.store.minute import Minute

NOW = 1_700_000_000.0


def opened(folder, health=None, **settings):
    defaults = {"commit_patience_s": 30.0, "clock": lambda: NOW}
    return Journal.open(folder, health=health or Health(), **(defaults | settings))


def test_an_event_that_cannot_be_written_holds_up_no_other(tmp_path, event, caplog):
    with opened(tmp_path) as journal:
        bad = journal.append(event("bad", why="half a character: \ud83d"))
        assert (bad.seq, bad.durable) == (1, False)
        assert journal.append(event("good")).durable
        assert [one.id for one in journal.since(0)] == ["good"]
        assert (journal.figures().pending, journal.figures().lost) == (0, 1)
    assert "alert event 1 can never be written" in caplog.text


def test_a_minute_that_cannot_be_written_holds_up_no_other(tmp_path, event, caplog):
    good = Minute(120, 1, 0, -60.0, -20.0, 0.1, 0.1, {}, {})
    with opened(tmp_path) as journal:
        journal.minute(Minute(60, 1, 0, float("nan"), -20.0, 0.1, 0.1, {}, {}))
        journal.minute(good)
        assert journal.append(event()).durable
    with opened(tmp_path) as journal:
        assert journal.archive.minutes(0) == [good]
    assert "minute 60 can never be written" in caplog.text


def test_a_listener_that_fails_does_not_end_the_writing(tmp_path, event):
    health = Health()
    told = threading.Event()
    recovered = threading.Event()

    def listen(part, now):
        (told if now.state == "degraded" else recovered).set()
        raise RuntimeError("a listener's own mistake")

    with opened(tmp_path, health, busy_s=0.0) as journal:
        health.listen(listen)
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert not journal.append(event("a")).durable
        assert told.wait(30)
        other.close()
        assert recovered.wait(30)
        assert journal.append(event("b")).durable
        assert [one.id for one in journal.since(0) if one.durable] == ["a", "b"]


def test_what_cannot_be_written_to_the_end_is_counted_and_said(tmp_path, event, caplog):
    journal = opened(tmp_path, busy_s=0.0)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    journal.append(event("a"))
    journal.append(event("b"))
    journal.minute(Minute(120, 1, 0, -60.0, -20.0, 0.1, 0.1, {}, {}))
    journal.close()
    other.close()
    assert journal.figures().lost == 2
    assert "2 alert events could not be written (database is locked) and are lost" in caplog.text
    assert "minutes of history that are lost: 1" in caplog.text


def test_the_disk_goes_on_after_a_failure_of_who_asked(tmp_path, caplog):
    done = threading.Event()

    def fail():
        raise RuntimeError("the asker's own mistake")

    with opened(tmp_path):
        disk = Disk(tmp_path, busy_s=1.0, on_change=lambda: None)
        disk.checkpoint(fail)
        deadline = time.monotonic() + 30
        while "goes on" not in caplog.text:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        disk.checkpoint(done.set)
        assert done.wait(30)
        disk.close()
