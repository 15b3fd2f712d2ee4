"""Words that were kept while they were allowed, and are not allowed any more."""

import shutil
import sqlite3
import time

import pytest

from daemon.health import Health
from daemon.store.database import FILE
from daemon.store.journal import TIDY_EVERY_S, Journal
from daemon.store.words import AT_ONCE

NOW = 1_700_000_000.0
SAID = "a secret nobody else may read"


@pytest.fixture
def open_journal():
    opened = []

    def open_(folder, **settings):
        journal = Journal.open(
            folder, health=Health(), clock=lambda: NOW, commit_patience_s=30.0, **settings
        )
        opened.append(journal)
        return journal

    yield open_
    for journal in opened:
        journal.close()


def on_disk(folder):
    return any(SAID.encode() in path.read_bytes() for path in folder.glob(f"{FILE}*"))


def until_forgotten(folder):
    deadline = time.monotonic() + 3 * TIDY_EVERY_S
    while on_disk(folder):
        assert time.monotonic() < deadline
        time.sleep(0.01)  # the writer does it on its own time and tells nobody


def fill(journal, event, count):
    for number in range(count // 2):
        journal.append(event(str(number), transcript=SAID, explanation=SAID))
        journal.append(event(str(number), "cleared", reason="ended", transcript=SAID))


def test_they_leave_the_disk_at_the_next_start(tmp_path, open_journal, event):
    journal = open_journal(tmp_path, transcripts=True)
    fill(journal, event, 2 * AT_ONCE + 2)
    before = journal.since(0)
    journal.close()
    assert on_disk(tmp_path)
    journal = open_journal(tmp_path)
    until_forgotten(tmp_path)
    journal.close()
    without = {"transcript": None, "explanation": None}
    after = open_journal(tmp_path, transcripts=True).since(0)
    assert after == [one.model_copy(update=without) for one in before]


def test_they_leave_the_log_of_one_that_was_killed(tmp_path, open_journal, event):
    killed = tmp_path / "killed"
    journal = open_journal(tmp_path, transcripts=True)
    fill(journal, event, 20)
    killed.mkdir()
    for path in tmp_path.glob(f"{FILE}*"):
        shutil.copy(path, killed)
    assert on_disk(killed)
    open_journal(killed)
    until_forgotten(killed)


def test_they_are_not_replayed_from_memory_while_the_store_cannot_be_written(
    tmp_path, open_journal, event
):
    journal = open_journal(tmp_path, transcripts=True, busy_s=0.0)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert not journal.append(event(transcript=SAID, explanation=SAID)).durable
    journal.reconfigure(transcripts=False)
    (found,) = journal.since(0)
    assert (found.transcript, found.explanation, found.durable) == (None, None, False)
    other.close()


@pytest.mark.slow  # as long as the writer leaves its log alone
def test_they_leave_the_disk_while_the_daemon_runs(tmp_path, open_journal, event):
    journal = open_journal(tmp_path, transcripts=True)
    fill(journal, event, 20)
    journal.append(event("open", transcript=SAID))
    journal.reconfigure(transcripts=False)
    assert journal.open_alerts()[0].transcript is None
    assert journal.append(event("open", "cleared", reason="ended")).transcript is None
    until_forgotten(tmp_path)
    journal.reconfigure(transcripts=True)
    assert journal.append(event("new", transcript=SAID)).transcript == SAID


def test_a_row_that_cannot_be_read_is_left_alone(tmp_path, open_journal, event):
    journal = open_journal(tmp_path, transcripts=True)
    fill(journal, event, 2)
    journal._writer.submit(
        lambda connection: connection.execute("UPDATE event SET body = '{' WHERE seq = 1")
    ).result(60)
    journal.reconfigure(transcripts=False)
    until_forgotten(tmp_path)
    assert [one.seq for one in journal.since(0)] == [2]
