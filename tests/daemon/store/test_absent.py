"""A store that cannot be written at the start: alerts go out, and are stored when they can be."""

import sqlite3
import time

import pytest

from daemon.errors import StateError
from daemon.health import Health
from daemon.store.database import FILE
from daemon.store.journal import Journal

NOW = 1_700_000_000.0


def opened(folder, health=None, **settings):
    defaults = {"commit_patience_s": 30.0, "clock": lambda: NOW}
    return Journal.open(folder, health=health or Health(), **(defaults | settings))


def until(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def filled(folder, event):
    """A store with one alert that is over and one that a crash left open; its epoch."""
    with opened(folder) as journal:
        journal.append(event("over", "cleared", reason="ended"))
        journal.append(event("open"))
        return journal.epoch


def check_start_without_a_store(folder, event, *, mend, words, remedy):
    """Alerts while there is no store, and what becomes of them when there is one."""
    health = Health()
    with opened(folder, health) as journal:
        part = health.part("store")
        assert (part.state, words in part.reason, remedy in part.remedy) == ("degraded", True, True)
        sent = [journal.append(event("new")), journal.append(event("new", "updated"))]
        assert [one.durable for one in sent] == [False, False]
        assert [one.id for one in journal.open_alerts()] == ["new"]
        with pytest.raises(StateError, match="not open"):
            journal.since(0)
        mend()
        until(lambda: health.part("store").state == "ok")
        assert journal.append(event("new", "cleared", reason="ended")).durable
        found = journal.since(0)
        assert [(one.id, one.phase) for one in found if one.id == "new"] == [
            ("new", "raised"),
            ("new", "updated"),
            ("new", "cleared"),
        ]
        assert len({one.seq for one in found}) == len(found)
        assert [one.seq for one in found if one.id == "new"][:2] == [one.seq for one in sent]
        return journal.epoch, [(one.id, one.phase) for one in found]


def test_a_lock_of_another_program_at_the_start(tmp_path, event):
    epoch = filled(tmp_path, event)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    after, found = check_start_without_a_store(
        tmp_path, event, mend=other.close, words="another program", remedy="Close programs"
    )
    assert after == epoch
    assert ("over", "cleared") in found
    assert ("open", "cleared") in found


def test_a_full_disk_at_the_start(small_disk, event):
    epoch = filled(small_disk.folder, event)
    small_disk.fill()
    after, found = check_start_without_a_store(
        small_disk.folder, event, mend=small_disk.free, words="is full", remedy="Free space"
    )
    assert after == epoch
    assert ("open", "cleared") in found


def test_a_read_only_file_system_at_the_start(small_disk, event):
    epoch = filled(small_disk.folder, event)
    small_disk.mount("ro")
    after, found = check_start_without_a_store(
        small_disk.folder,
        event,
        mend=lambda: small_disk.mount("rw"),
        words="is read-only",
        remedy="Mount it for writing",
    )
    assert after == epoch
    assert ("open", "cleared") in found


def test_the_first_start_of_all_on_a_full_disk(small_disk, event):
    small_disk.fill()
    check_start_without_a_store(
        small_disk.folder, event, mend=small_disk.free, words="is full", remedy="Free space"
    )


def test_a_disk_that_fills_up_while_alerts_come(small_disk, event):
    health = Health()
    with opened(small_disk.folder, health) as journal:
        assert journal.append(event("a")).durable
        small_disk.fill()
        sent = 0
        while journal.append(event("a", "updated")).durable:
            sent += 1
        until(lambda: health.part("store").state == "degraded")
        assert "is full" in health.part("store").reason
        late = journal.append(event("b"))
        assert not late.durable
        small_disk.free()
        until(lambda: health.part("store").state == "ok")
        found = journal.since(0)
        assert [one.seq for one in found] == list(range(1, sent + 4))
        assert all(one.durable for one in found)


def test_numbers_that_went_out_without_a_store_are_not_given_again(small_disk, event):
    filled(small_disk.folder, event)
    small_disk.mount("ro")
    with opened(small_disk.folder) as journal:
        lost = journal.append(event("lost"))
    small_disk.mount("rw")
    with opened(small_disk.folder, clock=lambda: NOW + 60) as journal:
        stored = journal.append(event("stored"))
        assert stored.seq < lost.seq, "since of the lost one is ahead of the store: a snapshot"
        journal.append(event("stored", "cleared", reason="ended"))
    small_disk.mount("ro")
    with opened(small_disk.folder, clock=lambda: NOW + 120) as journal:
        assert journal.append(event("lost too")).seq > lost.seq
