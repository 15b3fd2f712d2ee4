"""What people say of alerts is kept, counts in its newest form, and expires."""

import time

import pytest

from daemon.audio.ring import Ring
from daemon.clips.recorder import Recorder
from daemon.clock import StreamClock
from daemon.config.notify import Notify
from daemon.config.schema import Clips, Config, Fusion, QuietHours
from daemon.control import ServiceControl
from daemon.errors import StateError
from daemon.fusion.thread import FusionThread
from daemon.health import Health
from daemon.notify.notifier import Notifier
from daemon.remarks import DAY_S, EVERY_S, EXPIRES_DAYS, Recall, remarks_of
from daemon.settings import LiveSettings
from daemon.store.journal import Journal
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339


def event(alert):
    return AlertEvent(
        time=rfc3339(time.time()),
        stream_s=1.0,
        id=alert,
        phase="raised",
        kind="scream",
        level="warning",
        score=0.8,
        evidence={},
        emotions=(),
        sounds=({"label": "Screaming", "score": 0.9},),
        why="A scream.",
        source="mic",
        onset_s=0.5,
    )


def test_the_newest_word_on_each_alert_counts_until_it_expires(tmp_path):
    with Journal.open(tmp_path, health=Health(), commit_patience_s=30) as journal:
        assert remarks_of(journal) == ()
        for alert in ("a", "b", "c"):
            journal.append(event(alert))
        journal.feedback("false_alarm", "a")
        journal.feedback("false_alarm", "b")
        journal.feedback("ack", "b")
        journal.feedback("false_alarm", "c", wall=time.time() - (EXPIRES_DAYS + 1) * DAY_S)
        found = {remark.alert: remark for remark in remarks_of(journal)}
    assert {alert: remark.false for alert, remark in found.items()} == {"a": True, "b": False}
    assert (found["a"].kind, found["a"].sound) == ("scream", "Screaming")


def test_words_expire_although_nobody_says_anything_new(tmp_path, monkeypatch):
    learned = []

    def learn(history):
        learned.append(len(history.remarks))
        return True

    with Journal.open(tmp_path, health=Health(), commit_patience_s=30) as journal:
        journal.append(event("a"))
        journal.feedback("false_alarm", "a")
        recall = Recall(journal, learn)
        recall.look(100.0)
        recall.look(100.5)
        assert learned == [1]
        later = time.time() + (EXPIRES_DAYS + 1) * DAY_S
        monkeypatch.setattr("daemon.remarks.time.time", lambda: later)
        recall.look(100.0 + EVERY_S)
    assert learned == [1, 0]


def test_a_word_that_was_kept_is_no_failure_where_the_store_cannot_be_read(
    tmp_path, caplog, monkeypatch
):
    def learn(_history):
        raise StateError("The store cannot be read.")

    with Journal.open(tmp_path, health=Health(), commit_patience_s=30) as journal:
        journal.append(event("a"))
        fusion = FusionThread(Fusion(), "mic", StreamClock.now(live=True), print, lossless=False)
        live = LiveSettings(Config, None, lambda: None, str)
        recall = Recall(journal, learn)
        notifier, told = Notifier(Notify(), QuietHours(), Health(), "mic"), []
        monkeypatch.setattr(notifier, "answered", told.append)
        recorder = Recorder(Clips(), Ring(16_000), tmp_path, Health())
        control = ServiceControl(
            journal, fusion, recall, live, lambda: 0.0, recorder, lambda: notifier
        )
        control.false_alarm("a")
        assert told == ["a"]
        assert [said for _, said in journal.archive.remarks(0.0)] == ["false_alarm"]
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize(("of_now", "days"), [(True, 3), (False, 0)])
def test_what_is_usual_counts_for_what_happens_here_and_now(tmp_path, monkeypatch, of_now, days):
    learned = []

    def learn(history):
        learned.append(history)
        return True

    with Journal.open(tmp_path, health=Health(), commit_patience_s=30) as journal:
        monkeypatch.setattr(journal.archive, "usual", lambda *_: (3, {"Dog": 3}))
        recall = Recall(journal, learn, of_now=of_now)
        recall.look(1.0)
        recall.now()
    assert [history.usual.days for history in learned] == [days, days]


def test_words_are_learned_where_what_is_usual_cannot_be_read(tmp_path, monkeypatch, caplog):
    learned = []

    def unreadable(*_):
        raise StateError("The store cannot be read.")

    with Journal.open(tmp_path, health=Health(), commit_patience_s=30) as journal:
        journal.append(event("a"))
        journal.feedback("false_alarm", "a")
        monkeypatch.setattr(journal.archive, "usual", unreadable)
        Recall(journal, lambda history: not learned.append(history)).look(1.0)
    assert [len(history.remarks) for history in learned] == [1]
    assert learned[0].usual.days == 0
    assert "counts for nothing" in caplog.text
