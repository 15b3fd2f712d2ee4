"""What people say of alerts is kept, counts in its newest form, and expires."""

import time

from daemon.health import Health
from daemon.remarks import DAY_S, EXPIRES_DAYS, history_of
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
        assert history_of(journal).remarks == ()
        for alert in ("a", "b", "c"):
            journal.append(event(alert))
        journal.feedback("false_alarm", "a")
        journal.feedback("false_alarm", "b")
        journal.feedback("ack", "b")
        journal.feedback("false_alarm", "c", wall=time.time() - (EXPIRES_DAYS + 1) * DAY_S)
        found = {remark.alert: remark for remark in history_of(journal).remarks}
    assert {alert: remark.false for alert, remark in found.items()} == {"a": True, "b": False}
    assert (found["a"].kind, found["a"].sound) == ("scream", "Screaming")
