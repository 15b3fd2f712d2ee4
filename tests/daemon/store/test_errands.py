import sqlite3

import pytest

from daemon.errors import StateError
from daemon.store.errands import Errands
from daemon.store.job import Job
from daemon.store.journal import Journal
from daemon.store.writer import MAX_JOBS


class Busy:
    """A writer that comes to nothing, and has room for so many jobs."""

    def __init__(self, room=MAX_JOBS):
        self.room = room
        self.jobs = []

    def submit(self, work, *, bare=False):
        if len(self.jobs) >= self.room:
            raise OverflowError
        self.jobs.append(Job(work, bare))
        return self.jobs[-1].done

    def forget_minutes(self, since, until):
        """None waits."""


def test_what_was_said_to_have_failed_is_not_done_later(tmp_path, monkeypatch):
    monkeypatch.setattr(Errands._carry_out, "__defaults__", (0.0,))
    writer = Busy()
    with pytest.raises(StateError, match=r"alert 'a' could not be stored \(TimeoutError\)"):
        Errands(writer, tmp_path).feedback("ack", "a", 1.0)
    (job,) = writer.jobs
    assert job.done.cancelled()
    job.run(None)  # touches no store


@pytest.mark.parametrize("ask", [
    lambda errands: errands.feedback("ack", "a", 1.0),
    lambda errands: errands.revoke("a"),
    lambda errands: errands.forget(0.0, 1.0),
])  # fmt: skip
def test_who_asks_while_too_much_waits_is_told_to_try_again(tmp_path, ask):
    with pytest.raises(StateError) as told:
        ask(Errands(Busy(room=0), tmp_path))
    assert told.value.remedy == "Try again."


def test_what_is_said_of_an_alert_is_kept_and_taken_back(tmp_path, health, event):
    with Journal.open(tmp_path, health=health, commit_patience_s=30.0) as journal:
        journal.append(event())
        journal.feedback("ack", "a", 5.0)
        assert [one.said for one in journal.archive.story("a")[1]] == ["ack"]
        journal.revoke("a")
        assert journal.archive.story("a")[1] == []
        with pytest.raises(StateError, match="Nobody has said anything"):
            journal.revoke("a")


def test_what_the_database_refuses_is_told_in_its_words(tmp_path):
    class Broken(Busy):
        def submit(self, work, *, bare=False):
            done = super().submit(work, bare=bare)
            done.set_exception(sqlite3.OperationalError("database is locked"))
            return done

    with pytest.raises(StateError, match=r"Not everything could be removed \(database is locked\)"):
        Errands(Broken(), tmp_path).forget(0.0, 1.0)
