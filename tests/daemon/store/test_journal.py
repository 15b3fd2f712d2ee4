import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time

import pytest

from daemon.errors import StateError
from daemon.store.alerts import AlertFilter
from daemon.store.database import FILE, MIGRATIONS
from daemon.store.journal import Journal
from daemon.store.minute import Minute

DAY = 86_400
NOW = 1_700_000_000.0
PATIENT_S = 30.0  # how long a test lets a commit take before it calls the store slow


def until(condition):
    """Wait for what another thread does on its own time and tells nobody."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def open_journal(tmp_path, health):
    """Opens the journal of this test's folder; whatever is still open is closed at the end."""
    opened = []

    def open_(**settings):
        defaults = {"commit_patience_s": PATIENT_S, "clock": lambda: NOW}
        journal = Journal.open(tmp_path, health=health, **(defaults | settings))
        opened.append(journal)
        return journal

    yield open_
    for journal in opened:
        journal.close()


@pytest.fixture
def states(health):
    """Every state that the store reports, as (state, event set when it came)."""

    class States:
        def __init__(self):
            self.came = threading.Condition()
            self.seen = []
            health.listen(self.add)

        def add(self, part, now):
            with self.came:
                self.seen.append(now.state)
                self.came.notify_all()

        def wait(self, *wanted):
            with self.came:
                assert self.came.wait_for(lambda: self.seen[-len(wanted) :] == [*wanted], 120), (
                    self.seen
                )

    return States()


@pytest.fixture
def blocked(tmp_path):
    """Another program that holds the write lock of the store, until it is released."""

    class Blocker:
        def hold(self):
            self.connection = sqlite3.connect(tmp_path / FILE, isolation_level=None)
            self.connection.execute("BEGIN IMMEDIATE")

        def release(self):
            self.connection.close()

    blocker = Blocker()
    yield blocker
    blocker.release()


def test_events_are_numbered_and_found_again(open_journal, event):
    journal = open_journal()
    sent = [journal.append(event(phase=phase)) for phase in ("raised", "updated", "cleared")]
    assert [one.seq for one in sent] == [1, 2, 3]
    assert all(one.durable and one.latency_ms.store > 0 for one in sent)
    found = journal.since(0)
    assert [(one.seq, one.phase, one.durable) for one in found] == [
        (1, "raised", True),
        (2, "updated", True),
        (3, "cleared", True),
    ]
    assert [one.seq for one in journal.since(1)] == [2, 3]
    assert [one.seq for one in journal.since(0, until=2)] == [1, 2]
    assert [one.seq for one in journal.since(0, limit=1)] == [1]
    assert journal.since(3) == []
    assert journal.since(99) == []


def test_numbers_and_identity_go_on_over_restarts(open_journal, event):
    first = open_journal()
    first.append(event())
    first.append(event(phase="cleared", reason="ended"))
    first.close()
    second = open_journal()
    assert (second.epoch, second.seq) == (first.epoch, 2)
    assert second.append(event("b")).seq == 3
    assert [one.seq for one in second.since(0)] == [1, 2, 3]


def test_numbers_go_on_when_everything_was_pruned(open_journal, event):
    first = open_journal()
    first.append(event())
    first.append(event(phase="cleared", reason="ended"))
    first.close()
    later = open_journal(clock=lambda: NOW + 91 * DAY, tidy_every_s=0.01)
    until(lambda: not later.since(0))
    later.close()
    assert open_journal().append(event("b")).seq == 3


def test_what_is_young_enough_stays(open_journal, event, tmp_path):
    journal = open_journal(clock=lambda: NOW + 91 * DAY, tidy_every_s=0.01)
    young = NOW + 2 * DAY
    for wall in (NOW, young):
        journal.append(event(str(wall), wall=wall))
        journal.append(event(str(wall), "cleared", wall=wall, reason="ended"))
        journal.minute(Minute(int(wall) // 60 * 60, 6000, 10, -60.0, -20.0, 0.1, 0.1, {}, {}))
    until(lambda: {one.id for one in journal.since(0)} == {str(young)})
    # Minutes are written in the background: the old one may be alone for a moment.
    until(lambda: [one.start for one in journal.archive.minutes(0)] == [int(young) // 60 * 60])
    assert len(journal.since(0)) == 2


def test_open_alerts_are_known_at_each_number(open_journal, event):
    journal = open_journal()
    assert journal.standing() == (0, [])
    journal.append(event("a"))
    journal.append(event("b"))
    journal.append(event("a", "updated", score=0.5))
    seq, alerts = journal.standing()
    assert seq == 3
    assert {one.id: (one.seq, one.score) for one in alerts} == {"a": (3, 0.5), "b": (2, 0.97)}
    journal.append(event("a", "cleared", reason="ended"))
    assert [one.id for one in journal.open_alerts()] == ["b"]


def test_an_alert_left_open_by_a_crash_is_cleared_as_an_event(open_journal, event):
    journal = open_journal()
    journal.append(event("over"))
    journal.append(event("over", "cleared", reason="ended"))
    journal.append(event("open", score=0.5))
    journal.append(event("open", "updated", score=0.6))
    journal.close()  # without clearing it: the daemon is gone
    journal = open_journal()
    assert journal.open_alerts() == []
    (cleared,) = journal.since(4)
    assert (cleared.id, cleared.phase, cleared.reason) == ("open", "cleared", "restart")
    assert (cleared.seq, cleared.score, journal.seq) == (5, 0.6, 5)
    journal.close()
    assert open_journal().seq == 5


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from conftest import make_event
from daemon.health import Health
from daemon.store.journal import Journal
journal = Journal.open(Path(sys.argv[1]), health=Health())
number = 0
while True:
    number += 1
    event = journal.append(make_event(f"alert-{number}"))
    print(event.seq, event.id, int(event.durable), flush=True)
"""


def test_what_was_seen_before_a_kill_is_there_once(open_journal, tmp_path, request):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), str(request.path.parent)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(300)]
        process.send_signal(signal.SIGKILL)
        seen += [line for line in process.stdout if line.endswith("\n")]
    journal = open_journal()
    stored = journal.since(0)
    raised = {one.seq: one.id for one in stored if one.phase == "raised"}
    assert list(raised) == list(range(1, len(raised) + 1))
    numbers = [one.seq for one in stored]
    assert numbers == sorted(set(numbers)), "after them, others may be left out"
    for line in seen:
        seq, alert, durable = line.split()
        if durable == "1":
            assert raised.pop(int(seq)) == alert
    assert {one.id for one in stored if one.reason == "restart"} == {
        one.id for one in stored if one.phase == "raised"
    }


def test_a_failed_write_goes_out_and_is_written_later(open_journal, event, blocked, states):
    journal = open_journal(busy_s=0.0)
    assert journal.append(event("a")).durable
    blocked.hold()
    late = [journal.append(event(name)) for name in ("b", "c")]
    assert [(one.seq, one.durable) for one in late] == [(2, False), (3, False)]
    states.wait("ok", "degraded")
    assert [(one.seq, one.durable) for one in journal.since(0)] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    assert journal.figures().pending == 2
    blocked.release()
    states.wait("ok", "degraded", "ok")
    assert [(one.seq, one.durable) for one in journal.since(0)] == [(1, True), (2, True), (3, True)]
    assert (journal.figures().pending, journal.figures().late) == (0, 2)
    assert journal.append(event("d")).durable


def test_a_slow_write_does_not_hold_the_alert(open_journal, event, blocked, states):
    journal = open_journal(commit_patience_s=0.02, busy_s=60.0)
    blocked.hold()
    assert not journal.append(event()).durable
    states.wait("ok", "degraded")
    blocked.release()
    states.wait("ok", "degraded", "ok")
    assert [one.durable for one in journal.since(0)] == [True]


def test_reading_does_not_wait_for_a_blocked_writer(open_journal, event, blocked):
    journal = open_journal(commit_patience_s=0.02, busy_s=60.0)
    blocked.hold()
    for number in range(5):
        journal.append(event(str(number)))
    assert [one.seq for one in journal.since(2, until=4)] == [3, 4]
    assert len(journal.open_alerts()) == 5


def test_memory_is_bounded_and_the_loss_is_said(open_journal, event, blocked, caplog):
    journal = open_journal(busy_s=0.0, max_pending=4)
    blocked.hold()
    for phase in ("raised", "updated", "updated", "updated", "updated", "cleared"):
        journal.append(event(phase=phase, reason="ended" if phase == "cleared" else None))
    assert [(one.seq, one.phase) for one in journal.since(0)] == [
        (1, "raised"),
        (4, "updated"),
        (5, "updated"),
        (6, "cleared"),
    ]
    assert journal.figures().lost == 2
    assert "alert event 2 is given up" in caplog.text


def test_a_number_that_went_out_is_never_given_again(open_journal, event, blocked):
    journal = open_journal(busy_s=0.0)
    journal.append(event("a"))
    blocked.hold()
    assert journal.append(event("b")).seq == 2
    journal.close()  # the store could not be written to the end: 2 is lost, and was seen
    blocked.release()
    journal = open_journal()
    assert journal.since(0)[0].seq == 1
    assert all(one.seq > 2 for one in journal.since(1))
    assert journal.append(event("c")).seq > 2


@pytest.mark.parametrize("allowed", [False, True])
def test_words_stay_only_where_they_are_allowed(open_journal, event, allowed):
    journal = open_journal(transcripts=allowed)
    words = "help me" if allowed else None
    assert journal.append(event(transcript="help me")).transcript == words
    assert journal.open_alerts()[0].transcript == words
    assert journal.since(0)[0].transcript == words


def test_feedback_is_kept_for_alerts_that_exist(open_journal, event, tmp_path):
    journal = open_journal()
    journal.append(event("real"))
    journal.append(event("shown", source="demo"))
    journal.feedback("ack", "real")
    journal.feedback("false_alarm", "real", NOW + 1)
    with pytest.raises(StateError, match="no alert 'unknown'"):
        journal.feedback("ack", "unknown")
    with pytest.raises(StateError, match="demonstration"):
        journal.feedback("ack", "shown")
    journal.close()
    database = sqlite3.connect(tmp_path / FILE)
    rows = database.execute("SELECT alert, kind, wall FROM feedback").fetchall()
    database.close()
    assert rows == [("real", "ack", NOW), ("real", "false_alarm", NOW + 1)]


def test_history_has_one_entry_an_alert_and_no_demonstration(open_journal, event):
    journal = open_journal()
    journal.append(event("old", wall=NOW - 10))
    journal.append(event("a"))
    journal.append(event("shown", source="demo"))
    journal.append(event("b"))
    journal.append(event("a", "cleared", reason="ended"))
    since_now = AlertFilter(NOW, 2e9)
    assert [(one.event.id, one.event.phase) for one in journal.archive.records(since_now, 9)] == [
        ("b", "raised"),
        ("a", "cleared"),
    ]
    assert [one.event.id for one in journal.archive.records(AlertFilter(0, 2e9), 1)] == ["b"]
    assert [(one.id, one.ended) for one in journal.archive.lives(0)] == [
        ("old", None),
        ("a", NOW),
        ("b", None),
    ]


def test_the_log_is_moved_only_while_no_alert_is_open(open_journal, event, tmp_path):
    log = tmp_path / f"{FILE}-wal"
    journal = open_journal(tidy_every_s=0.005)
    journal.append(event("a"))
    while log.stat().st_size < 2**19:
        journal.append(event("a", "updated"))
    main = (tmp_path / FILE).stat().st_size
    for _ in range(20):  # many times tidy_every_s
        journal.append(event("a", "updated"))
    assert (tmp_path / FILE).stat().st_size == main
    journal.append(event("a", "cleared", reason="ended"))
    until(lambda: (tmp_path / FILE).stat().st_size > main)


def test_the_files_are_the_users_own(open_journal, event, tmp_path):
    journal = open_journal()
    journal.append(event())
    names = {path.name for path in tmp_path.iterdir()}
    assert {FILE, f"{FILE}-wal"} <= names
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.parametrize("damage", ["no database", "overwritten"])
def test_a_damaged_store_is_set_aside_and_a_new_one_begun(
    open_journal, event, tmp_path, damage, health
):
    path = tmp_path / FILE
    epoch = ""
    if damage == "no database":
        path.write_bytes(b"this is no database" * 1000)
    else:
        journal = open_journal()
        epoch = journal.epoch
        for number in range(200):
            journal.append(event(str(number)))
        journal.close()
        content = bytearray(path.read_bytes())
        content[4096 * 3 :] = b"\x5a" * (len(content) - 4096 * 3)
        path.write_bytes(content)
    before = path.read_bytes()
    journal = open_journal()
    assert journal.epoch != epoch
    assert journal.append(event()).durable
    assert [one.seq for one in journal.since(0)] == [1]
    (aside,) = tmp_path.glob("damaged-*")
    assert (aside / FILE).read_bytes() == before
    part = health.part("store")
    assert part.state == "ok"
    assert str(aside) in part.reason


def test_a_store_that_breaks_while_it_is_written_is_set_aside(open_journal, event, tmp_path):
    journal = open_journal(commit_patience_s=0.02)
    first = journal.append(event("a", "cleared", reason="ended"))
    epoch = journal.epoch
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.executescript(
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'event';"
        "PRAGMA schema_version = 99;"
    )
    other.close()
    journal.append(event("b"))
    until(lambda: journal.epoch != epoch and journal.figures().pending == 0)
    assert [one.id for one in journal.since(first.seq)] == ["b"]
    assert journal.append(event("c")).seq > first.seq
    assert list(tmp_path.glob("damaged-*"))


def test_a_store_of_a_newer_version_is_refused(open_journal, tmp_path):
    open_journal().close()
    database = sqlite3.connect(tmp_path / FILE)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()
    with pytest.raises(StateError, match="newer distressd"):
        open_journal()


def test_a_store_that_cannot_be_opened_is_named(tmp_path, health):
    (tmp_path / FILE).mkdir()
    with pytest.raises(StateError, match=FILE):
        Journal.open(tmp_path, health=health)
    with pytest.raises(StateError, match="nowhere"):
        Journal.open(tmp_path / "nowhere", health=health)


def test_nothing_is_taken_after_the_end(open_journal, event):
    journal = open_journal()
    journal.close()
    with pytest.raises(StateError, match="closed"):
        journal.append(event())


def test_readers_see_every_event_once_while_it_is_written(open_journal, event):
    journal = open_journal()
    seen = []

    def read():
        while not seen or seen[-1] < 400:
            batch = [one.seq for one in journal.since(seen[-1] if seen else 0)]
            seen.extend(batch)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(400):
        journal.append(event(str(number)))
    reader.join()
    assert seen == list(range(1, 401))


def test_words_that_were_kept_are_not_shown_once_they_are_switched_off(open_journal, event):
    journal = open_journal(transcripts=True)
    journal.append(event("open", explanation="They say that they need help."))
    assert journal.since(0)[0].explanation
    journal.close()
    journal = open_journal(transcripts=False)
    (record,) = journal.archive.records(AlertFilter(0, 2e9), 9)
    (life,) = journal.archive.lives(0)
    shown = [*journal.since(0), record.event, *life.events, *journal.archive.story("open")[0]]
    assert [one.phase for one in shown] == [
        *("raised", "cleared"), "cleared", *("raised", "cleared"), *("raised", "cleared"),
    ]  # fmt: skip
    assert {(one.transcript, one.explanation) for one in shown} == {(None, None)}
    journal.close()
    again = open_journal(transcripts=True).since(0)  # they are gone, not hidden
    assert [one.explanation for one in again] == [None, None]
