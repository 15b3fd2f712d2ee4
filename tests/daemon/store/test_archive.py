import time

import pytest

from daemon.store.alerts import AlertFilter
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.wire.base import rfc3339

START = 1_700_000_400  # a multiple of 1,200


def heard(start, distress):
    return Minute(
        start=start,
        hops_heard=6_000,
        hops_open=600,
        level_mean_db=-50.0,
        level_max_db=-20.0,
        distress_max=distress,
        infant_max=0.0,
        sounds={"Speech": 0.9},
        emotions={"calm": 1.0},
    )


@pytest.fixture
def journal(tmp_path, health):
    with Journal.open(tmp_path, health=health, commit_patience_s=30) as journal:
        yield journal


def test_hours_are_counted_from_where_the_span_begins(journal, event):
    for start, distress in ((START, 0.2), (START + 60, 0.6), (START + 3_600, 0.1)):
        journal.minute(heard(start, distress))
    journal.append(event("a", wall=START + 5, level="warning"))
    journal.append(event("a", "cleared", wall=START + 9, level="critical"))
    journal.append(event("demo", wall=START + 5, source="demo"))
    journal.append(event("later", wall=START + 3 * 3_600))
    deadline = time.monotonic() + 60
    while len(journal.archive.minutes(0)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)  # minutes are written in the background
    hours = journal.archive.hours(START, START + 7 * 3_600)
    assert [one.start for one in hours] == [rfc3339(START + n * 3_600) for n in (0, 1, 3)]
    assert [one.heard_s for one in hours] == [120, 60, 0]
    assert [one.distress_max for one in hours] == [0.6, 0.1, None]
    assert [one.alerts for one in hours] == [{"critical": 1}, {}, {"critical": 1}]
    half = journal.archive.hours(START - 1_800, START + 1_860)
    assert [(one.start, one.heard_s) for one in half] == [(rfc3339(START - 1_800), 120)]


def test_an_alert_that_cannot_be_read_is_passed_over(journal, event):
    for name in ("a", "b"):
        journal.append(event(name))
    journal._writer.submit(
        lambda connection: connection.execute(
            "UPDATE event SET body = CAST(x'ff7b' AS TEXT) WHERE alert = 'a'"
        )
    ).result(60)
    everything = AlertFilter(since=0, until=2e9)
    assert [one.event.id for one in journal.archive.records(everything, 10)] == ["b"]
    scream = AlertFilter(since=0, until=2e9, kinds=("scream",), levels=("critical",))
    assert [one.event.id for one in journal.archive.records(scream, 10)] == ["b"]
    assert journal.archive.story("a") == ([], [])
    assert journal.unreadable > 0
    assert len(journal.archive.hours(0, 2e9)) == 1
