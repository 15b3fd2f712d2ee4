"""What a channel is told, by its rules; the time is an argument."""

from datetime import time

import pytest

from daemon.config.notify import Rules
from daemon.config.schema import QuietHours
from daemon.notify.notice import Notice
from daemon.notify.selection import Selection
from daemon.wire.alert import AlertEvent

NIGHT = QuietHours(enabled=True, start=time(22), end=time(7))


def alert(name="a", phase="raised", level="warning", kind="scream"):
    return AlertEvent(
        time="2026-01-01T00:00:00.000000Z",
        stream_s=1.0,
        id=name,
        phase=phase,
        kind=kind,
        level=level,
        score=0.7,
        evidence={},
        emotions=(),
        sounds=(),
        why=f"Alert {name}.",
        source="mic",
        onset_s=0.5,
    )


def selection(now=time(12), quiet=None, people=True, **rules):
    return Selection(
        Rules.model_validate(rules), quiet or QuietHours(), people=people, local_time=lambda: now
    )


def told(one, event, now_s=0.0):
    return [notice.alerts for notice in one.alert(event, now_s, 0.0)]


def test_levels_and_kinds():
    one = selection(level="warning", kinds=("scream", "pain"))
    assert told(one, alert("a", level="advisory")) == []
    assert told(one, alert("a", "updated")) == [("a",)], "it has become worse"
    assert told(one, alert("a", "updated")) == []
    assert told(one, alert("b", kind="crying")) == []
    assert told(one, alert("c", kind="pain")) == [("c",)]
    assert told(one, alert("c", "cleared", kind="pain")) == []


@pytest.mark.parametrize(
    ("now", "level", "is_told"),
    [
        (time(7, 59), "warning", False),
        (time(8), "warning", True),
        (time(21, 59), "warning", True),
        (time(22), "warning", False),
        (time(3), "critical", True),
    ],
)
def test_hours_spare_what_is_critical(now, level, is_told):
    one = selection(now, hours=(time(8), time(22)))
    assert bool(told(one, alert(level=level))) == is_told


def test_cooldown_is_by_kind_and_spares_what_is_critical():
    one = selection(cooldown_s=60.0)
    assert told(one, alert("a"), 0.0)
    assert not told(one, alert("b"), 59.0)
    assert told(one, alert("c", kind="crying"), 59.0)
    assert told(one, alert("d", level="critical"), 59.0)
    assert told(one, alert("e"), 60.0)
    assert one.withheld == 1


def test_quiet_hours_are_for_people():
    for people, advisories in ((True, 0), (False, 1)):
        one = selection(time(3), NIGHT, people=people, level="advisory")
        assert len(one.alert(alert("a", level="advisory"), 0.0, 0.0)) == advisories
        (warning,) = one.alert(alert("b"), 0.0, 0.0)
        (critical,) = one.alert(alert("c", level="critical"), 0.0, 0.0)
        assert (warning.sound, critical.sound) == (False, True)


def test_nobody_is_told_of_what_somebody_has_answered():
    one = selection(escalate_after_s=300.0)
    for name in "abc":
        assert told(one, alert(name), 10.0) == []
    one.answered("b")
    one.alert(alert("c", "updated", "critical"), 200.0, 0.0)
    assert one.next_s() == 310.0
    assert one.due(309.0, 0.0) == []
    first, second = one.due(310.0, 0.0)
    assert (first.alerts, first.title) == (("a",), "Not acknowledged: Warning: scream")
    assert (second.alerts, second.level) == (("c",), "critical"), "as grave as it became"
    assert one.due(9e9, 0.0) == []
    one.answered("unknown")
    assert told(one, alert("unknown"), 400.0) == []
    assert one.due(9e9, 0.0) == [], "the answer may come before the event does"


def test_what_was_unanswered_before_the_start_waits_on():
    one = selection(escalate_after_s=300.0)
    one.unanswered(alert("fresh"), 100.0, 60.0, 1_000.0, 5_000.0)
    one.unanswered(alert("over"), 330.0, 60.0, 1_000.0, 5_000.0)
    one.unanswered(alert("old"), 400.0, 60.0, 1_000.0, 5_000.0)
    assert [notice.alerts for notice in one.due(1_000.0, 5_000.0)] == [("over",)]
    assert [notice.alerts for notice in one.due(1_200.0, 5_200.0)] == [("fresh",)]
    none = selection()
    none.unanswered(alert("fresh"), 100.0, 60.0, 1_000.0, 5_000.0)
    assert none.next_s() is None


def test_what_had_to_wait_says_when_it_was():
    notice = Notice("T", "Somebody screamed.", "warning", "", wall=1_000_000.0)
    assert notice.told(1_000_060.0) is notice
    assert notice.told(1_000_300.0).text.endswith(": Somebody screamed.")
    assert notice.told(1_000_300.0).text.startswith("At ")
    assert notice.told(1_000_300.0).id == notice.id


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_clock_that_is_set_hastens_and_delays_nothing(jump):
    wall = 1_700_000_000.0
    one = selection(cooldown_s=60.0)
    assert len(one.alert(alert("a"), 0.0, wall)) == 1
    assert one.alert(alert("b"), 59.0, wall + jump) == []
    assert len(one.alert(alert("c"), 60.0, wall + jump)) == 1
    late = selection(escalate_after_s=300.0)
    assert late.alert(alert("d"), 0.0, wall) == []
    assert late.due(299.0, wall + jump) == []
    assert [notice.alerts for notice in late.due(300.0, wall + jump)] == [("d",)]
    storm = selection(digest_after=1, digest_s=60.0)
    assert sum(len(storm.alert(alert(name), 0.0, wall)) for name in "efg") == 1
    assert storm.due(59.0, wall + jump) == []
    assert [notice.count for notice in storm.due(61.0, wall + jump)] == [2]
