"""What a channel is to be told, in order; the time is an argument."""

from datetime import time

import pytest

from daemon.config.notify import Rules
from daemon.config.schema import QuietHours
from daemon.notify.agenda import KEEPS_UNANSWERED_S, Agenda
from daemon.notify.notice import Notice
from daemon.notify.outbox import Outbox
from daemon.notify.selection import Selection
from daemon.notify.waiting import Waiting

WALL = 1_700_000_000.0


def notice(name, count=1):
    return Notice(name, f"{name}.", "critical", name, alerts=(name,), wall=WALL, count=count)


@pytest.fixture
def agenda():
    selection = Selection(
        Rules(digest_after=0), QuietHours(), people=True, local_time=lambda: time(12)
    )
    return Agenda("care", selection, Outbox("care", keeps_s=100.0))


def first(agenda, now_s=0.0):
    found, _ = agenda.look(now_s, WALL + now_s, all_of_it=False)
    return None if found is None else found.title


def test_what_came_first_is_told_first_and_stays_until_it_is_taken_out(agenda):
    one, two = notice("one"), notice("two")
    agenda.tell(one, 0.0, WALL)
    agenda.tell(two, 1.0, WALL + 1.0)
    assert (first(agenda), first(agenda), len(agenda)) == ("one", "one", 2)
    waiting, _ = agenda.look(1.0, WALL + 1.0, all_of_it=False)
    assert agenda.remove(waiting)
    assert not agenda.remove(waiting)
    assert first(agenda) == "two"
    assert agenda.figures == {"dropped": 0.0, "quiet": 0.0, "waiting": 1.0}


def test_what_waited_before_the_start_goes_on_and_what_is_too_old_is_said(agenda, caplog):
    agenda.restore(
        [
            Waiting("a", "a", 100.0, notice("young")),
            Waiting("b", "b", 101.0, notice("old", count=3)),
            Waiting("c", "c", KEEPS_UNANSWERED_S, notice("open"), unanswered=True),
            Waiting("d", "d", KEEPS_UNANSWERED_S + 1, notice("past"), unanswered=True),
        ],
        0.0,
    )
    titles = [one.notice.title for one in agenda.waiting(0.0)]
    assert titles == ["young", "distressd could not tell you in time", "open"]
    assert "were too old" in agenda.waiting(0.0)[1].notice.about
    assert "channel care: 4 of before the start are too old" in caplog.text


def test_of_a_forgotten_span_nothing_is_told(agenda):
    agenda.tell(notice("early"), 0.0, WALL)
    agenda.tell(notice("late"), 50.0, WALL + 50.0)
    agenda.forget(WALL + 40.0, WALL + 60.0, 60.0, WALL + 60.0)
    assert [one.notice.title for one in agenda.waiting(60.0)] == ["early"]
    agenda.forget(WALL - 1.0, WALL + 1.0, 60.0, WALL + 60.0)
    assert agenda.waiting(60.0) == []


def test_another_goes_on_with_what_waits_and_here_nothing_does(agenda):
    agenda.tell(notice("one"), 0.0, WALL)
    other = agenda.moved()
    assert (first(agenda), first(other)) == (None, "one")
