"""What waits for a channel goes on waiting after a restart."""

import json
import sqlite3
import time
from concurrent.futures import Future

import pytest

from daemon.health import Health
from daemon.notify.notice import Notice
from daemon.notify.reminder import remind
from daemon.notify.shelf import AT_ONCE, Shelf
from daemon.notify.waiting import Waiting
from daemon.store.journal import Journal
from daemon.wire.base import rfc3339

GONE = "http://127.0.0.1:1/"


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path, health=Health(), transcripts=True, commit_patience_s=30) as opened:
        yield opened


@pytest.fixture
def run(journal, start):
    """Starts a notifier with one webhook over the store; what waits is kept when it is asked to."""

    def run_(url=GONE, **rules):
        rules = {"digest_after": 0, "transcripts": True, **rules}
        return start(shelf=Shelf(journal), webhook={"care": {"url": url, **rules}})

    return run_


@pytest.fixture
def happen(journal, alert):
    """An alert that is stored, and handed to a notifier."""

    def happen_(notifier, name, **changes):
        event = journal.append(alert(name, time=rfc3339(time.time()), **changes))
        notifier.submit(event)
        return event

    return happen_


def settle(notifier, journal, rows):
    """Until the store has so many of what waits."""
    deadline = time.monotonic() + 60
    while len(journal.archive.notices()) != rows:
        assert time.monotonic() < deadline, journal.archive.notices()
        notifier.keep()
        time.sleep(0.01)


def test_what_waits_is_told_once_and_in_order_by_the_next(run, happen, journal, receiver):
    first = run()
    for name in "abc":
        happen(first, name)
    first.stop(0.0)
    assert first.figures_of("care")["failed"] == 0
    assert "help me" not in "".join(row.body for row in journal.archive.notices())
    second = run(receiver.url)
    happen(second, "d")
    told = [receiver.next() for _ in "abcd"]
    assert [one["alerts"] for one in told] == [["a"], ["b"], ["c"], ["d"]]
    assert [one["alert"]["transcript"] for one in told] == ["help me"] * 4
    second.stop(60)
    assert journal.archive.notices() == []
    third = run(receiver.url)
    third.stop(60)
    assert receiver.taken.empty()


def test_one_that_is_killed_loses_nothing_that_was_kept(run, happen, journal, receiver):
    first = run()
    names = [f"alert-{number}" for number in range(AT_ONCE + 6)]
    for name in names:
        happen(first, name)
    settle(first, journal, len(names))
    # As after a kill: nothing is said goodbye to.
    second = run(receiver.url)
    assert [receiver.next()["alerts"][0] for _ in names] == names
    settle(second, journal, 0)


def test_what_was_gathered_into_a_digest_comes_as_one(run, happen, journal, receiver):
    first = run(digest_after=1, digest_s=3_600.0)
    for name in "abcd":
        happen(first, name)
    settle(first, journal, 2)
    run(receiver.url)
    assert [(one["type"], one["count"]) for one in (receiver.next(), receiver.next())] == [
        ("alert", 1),
        ("digest", 3),
    ]


def test_what_nobody_answers_is_told_although_its_time_ended_meanwhile(
    run, happen, journal, receiver, monkeypatch
):
    first = run(escalate_after_s=300.0)
    for name in ("seen", "unseen"):
        happen(first, name)
    settle(first, journal, 2)
    journal.feedback("ack", "seen")
    later = time.time() + 7_200
    monkeypatch.setattr("daemon.notify.shelf.time.time", lambda: later)
    second = run(receiver.url, escalate_after_s=300.0)
    remind(second, journal)
    told = receiver.next()
    assert (told["alerts"], told["title"]) == (["unseen"], "Not acknowledged: Warning: scream")
    second.stop(60)
    assert receiver.taken.empty()


def test_what_is_too_old_is_dropped_counted_and_said(
    run, happen, journal, receiver, monkeypatch, caplog
):
    first = run()
    for name in "ab":
        happen(first, name)
    first.stop(0.0)
    later = time.time() + 86_401
    monkeypatch.setattr("daemon.notify.shelf.time.time", lambda: later)
    second = run(receiver.url)
    told = receiver.next()
    assert told["type"] == "fault"
    assert "until they were too old: 2" in told["text"]
    second.stop(60)
    assert second.figures_of("care")["dropped"] == 2
    assert "2 of before the start are too old" in caplog.text
    assert receiver.taken.empty()


def test_what_is_forgotten_is_told_to_nobody(run, happen, journal, receiver):
    first = run(escalate_after_s=0.0)
    happen(first, "secret")
    first.tell(Notice("distressd hears nothing", "It is gone.", "warning", "the part source"))
    settle(first, journal, 2)
    first.forget(0.0, time.time())
    journal.forget(0.0, time.time())
    assert journal.archive.notices() == []
    first.keep()
    first.stop(0.0)
    assert journal.archive.notices() == []
    second = run(receiver.url)
    happen(second, "new")
    assert receiver.next()["alerts"] == ["new"]


def test_a_part_of_the_past_is_forgotten_with_its_notices(run, happen, journal):
    first = run()
    happen(first, "old")
    settle(first, journal, 1)
    between = time.time()
    happen(first, "new")
    settle(first, journal, 2)
    first.forget(0.0, between)
    journal.forget(0.0, between)
    assert [json.loads(row.body)["alerts"] for row in journal.archive.notices()] == [["new"]]
    first.stop(0.0)
    assert [json.loads(row.body)["alerts"] for row in journal.archive.notices()] == [["new"]]


@pytest.mark.parametrize("body", ["'{'", "json_set(body, '$.alerts', json('[]'))"])
def test_rows_that_cannot_be_read_are_passed_over(
    run, happen, journal, receiver, tmp_path, caplog, body
):
    first = run()
    for name in "ab":
        happen(first, name)
    first.stop(0.0)
    with sqlite3.connect(tmp_path / "journal.sqlite3") as store:
        store.execute(f"UPDATE notice SET body = {body} WHERE number = 1")
    run(receiver.url)
    assert receiver.next()["alerts"] == ["b"]
    assert "cannot be read any more" in caplog.text


def test_that_it_cannot_be_kept_is_told_once_and_tried_again(journal, monkeypatch, caplog):
    waiting = {("care", "a"): Waiting("a", "a", 0.0, Notice("a", "A.", "warning", "a", wall=1.0))}
    shelf = Shelf(journal)
    with monkeypatch.context() as broken:
        full = Future()
        full.set_exception(sqlite3.OperationalError("database or disk is full"))
        broken.setattr(journal, "keep_notices", lambda _: full)
        for _ in range(3):
            shelf.look(lambda: waiting)
    assert caplog.text.count("disk is full") == 1
    assert shelf.flush(lambda: waiting)
    assert [row.key for row in journal.archive.notices()] == ["a"]


def test_a_channel_that_is_no_more_is_told_nothing(run, happen, journal, start, caplog):
    first = run()
    happen(first, "a")
    first.stop(0.0)
    second = start(shelf=Shelf(journal), webhook={"other": {"url": GONE}})
    assert "channel care: it is no more; 1 that waited are dropped" in caplog.text
    settle(second, journal, 0)
