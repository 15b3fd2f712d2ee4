from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.schema import QuietHours
from daemon.notify.quiet_hours import delivery, is_quiet
from daemon.notify.rules import Escalations
from daemon.wire.alert import AlertEvent
from daemon.wire.base import LEVELS

TIMES = st.times()


def alert(phase="raised", level="warning", alert_id="a", source="mic") -> AlertEvent:
    return AlertEvent(
        time="2026-01-01T00:00:00.000000Z",
        stream_s=1.0,
        id=alert_id,
        phase=phase,
        kind="scream",
        level=level,
        score=0.7,
        evidence={},
        emotions=(),
        sounds=(),
        why="Someone screamed.",
        source=source,
        onset_s=0.5,
    )


@given(TIMES, TIMES, TIMES)
def test_an_hour_is_quiet_in_the_hours_or_in_their_complement(start, end, now):
    quiet = is_quiet(QuietHours(enabled=True, start=start, end=end), now)
    complement = is_quiet(QuietHours(enabled=True, start=end, end=start), now)
    if start == end:
        assert not quiet
    else:
        assert quiet != complement


@given(TIMES, TIMES)
def test_quiet_hours_hold_their_start_and_not_their_end(start, end):
    quiet = QuietHours(enabled=True, start=start, end=end)
    assert is_quiet(quiet, start) == (start != end)
    assert not is_quiet(quiet, end)


@pytest.mark.parametrize(
    ("now", "expected"),
    [("21:59", False), ("22:00", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_hours_across_midnight(now, expected):
    hours = QuietHours(enabled=True, start=time(22), end=time(7))
    assert is_quiet(hours, time.fromisoformat(now)) is expected


@given(st.sampled_from(LEVELS), TIMES, TIMES, TIMES, st.booleans())
def test_critical_always_sounds_and_switched_off_hours_change_nothing(
    level, start, end, now, enabled
):
    how = delivery(level, QuietHours(enabled=enabled, start=start, end=end), now)
    if level == "critical" or not enabled:
        assert how == "sound"


def test_in_quiet_hours_warnings_are_silent_and_advisories_wait_for_nobody():
    hours = QuietHours(enabled=True, start=time(22), end=time(7))
    assert [delivery(level, hours, time(3)) for level in LEVELS] == ["none", "silent", "sound"]


def test_an_alert_is_news_once_and_again_when_it_gets_worse():
    news = Escalations("warning")
    story = [
        (alert("raised", "advisory"), False),
        (alert("updated", "warning"), True),
        (alert("updated", "warning"), False),
        (alert("updated", "advisory"), False),
        (alert("updated", "warning"), False),
        (alert("updated", "critical"), True),
        (alert("cleared", "critical"), False),
        (alert("raised", "warning", "b"), True),
    ]
    assert [news.is_news(event) for event, _ in story] == [expected for _, expected in story]


@given(
    st.sampled_from(LEVELS),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(LEVELS)), max_size=30),
)
def test_what_is_news_rises_from_the_lowest_level_up(lowest, steps):
    news = Escalations(lowest)
    told: dict[str, list[int]] = {}
    highest: dict[str, int] = {}
    for alert_id, level in steps:
        rank = LEVELS.index(level)
        highest[alert_id] = max(rank, highest.get(alert_id, 0))
        if news.is_news(alert("updated", level, alert_id)):
            told.setdefault(alert_id, []).append(rank)
    for alert_id, rank in highest.items():
        ranks = told.get(alert_id, [])
        assert ranks == sorted(set(ranks))
        assert bool(ranks) == (rank >= LEVELS.index(lowest))
        assert not ranks or ranks[-1] == rank
