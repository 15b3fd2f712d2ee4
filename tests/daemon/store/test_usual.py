"""What is usual at a time of day, by the minutes of the days before."""

import sqlite3
import time

import pytest

from daemon.health import Health
from daemon.store.database import FILE, open_database, transaction
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.store.usual import load_usual

DAY_S = 86_400
# Noon of local time, so that no window crosses midnight but where a test wants it to.
NOON = time.mktime((2026, 3, 2, 12, 0, 0, 0, 0, -1)) // 60 * 60


def minute(start, sounds):
    return Minute(int(start), 6000, 3000, -50.0, -30.0, 0.1, 0.0, sounds, {})


def day(journal, number, sounds, *, at=NOON, minutes=12):
    """``minutes`` of the day so many days before, all with the same ``sounds``."""
    for place in range(minutes):
        journal.minute(minute(at - number * DAY_S + place * 60, sounds))


@pytest.fixture
def journal(tmp_path):
    with Journal.open(
        tmp_path, health=Health(), clock=lambda: NOON, commit_patience_s=30
    ) as opened:
        yield opened


def usual(journal, count, *, until=NOON, since=0.0):
    """The answer once ``count`` minutes are written."""
    deadline = time.monotonic() + 30
    while len(journal.archive.minutes(0)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return journal.archive.usual(since, until)


def test_a_sound_is_counted_once_a_day(journal):
    day(journal, 1, {"Television": 0.6, "Dog": 0.3})
    day(journal, 2, {"Television": 0.6})
    day(journal, 3, {"Music": 0.6})
    assert usual(journal, 36) == (3, {"Television": 2, "Dog": 1, "Music": 1})


def test_another_time_of_day_says_nothing(journal):
    day(journal, 1, {"Television": 0.6})
    assert usual(journal, 12, until=NOON + 6 * 3600) == (0, {})
    assert usual(journal, 12, until=NOON + 3000) == (1, {"Television": 1})


def test_midnight_parts_no_time_of_day(journal):
    midnight = NOON - NOON % 60 - 12 * 3600
    day(journal, 1, {"Television": 0.6}, at=midnight - 1800)
    assert usual(journal, 12, until=midnight + 600) == (1, {"Television": 1})


def test_a_few_minutes_are_no_day_and_a_faint_sound_is_none(journal):
    day(journal, 1, {"Television": 0.6}, minutes=5)
    day(journal, 2, {"Television": 0.01})
    assert usual(journal, 17) == (1, {})


def test_what_raised_an_alert_is_not_usual_until_it_is_called_false(journal, event):
    at = NOON - DAY_S + 300
    day(journal, 1, {"Screaming": 0.6})
    day(journal, 2, {"Screaming": 0.6})
    journal.append(event(wall=at))
    journal.append(event(phase="cleared", wall=at + 900))
    assert usual(journal, 24) == (2, {"Screaming": 2}), "the first minutes were quiet"
    journal.append(event("b", wall=at - 290))
    journal.append(event("b", phase="cleared", wall=at + 900))
    assert usual(journal, 24) == (2, {"Screaming": 1})
    journal.feedback("false_alarm", "b")
    journal.feedback("false_alarm", "a")
    assert usual(journal, 24) == (2, {"Screaming": 2})


def test_what_is_forgotten_is_not_usual(journal):
    day(journal, 1, {"Television": 0.6})
    assert usual(journal, 12)[0] == 1
    journal.forget(0.0, NOON)
    assert journal.archive.usual(0.0, NOON) == (0, {})


def test_an_alert_that_is_open_goes_on_happening(journal, event):
    day(journal, 1, {"Screaming": 0.6}, minutes=40)
    journal.append(event(wall=NOON - DAY_S))
    assert usual(journal, 40) == (1, {})


def test_the_present_evening_is_not_usual_yet(journal):
    for place in range(30):
        journal.minute(minute(NOON - 3_600 + place * 60, {"Screaming": 0.6}))
    assert usual(journal, 30) == (0, {})


def test_an_alert_that_is_forgotten_takes_its_minutes_along(journal, event):
    day(journal, 1, {"Screaming": 0.6}, minutes=40)
    begin = NOON - DAY_S
    journal.append(event(wall=begin))
    journal.append(event(phase="cleared", wall=begin + 2_390))
    assert usual(journal, 40) == (1, {})
    journal.forget(begin + 2_340, begin + 2_400)
    assert journal.archive.usual(0.0, NOON) == (0, {})


@pytest.mark.parametrize("sounds", ["0.7", "[0.7]", '"Dog"', "not JSON", '{"Dog": "loud"}', "null"])
def test_a_minute_that_cannot_be_read_is_passed_over(journal, tmp_path, sounds):
    day(journal, 1, {"Television": 0.6})
    usual(journal, 12)
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute(
            "UPDATE minute SET sounds = ? WHERE start = (SELECT min(start) FROM minute)", (sounds,)
        )
    assert journal.archive.usual(0.0, NOON) == (1, {"Television": 1})


def test_a_store_with_thousands_of_alerts_answers(tmp_path):
    """Each alert is looked at once, not once a minute: else this takes minutes."""
    connection = open_database(tmp_path, busy_s=1.0)
    with transaction(connection):
        for number in range(5_000):
            wall = NOON - DAY_S - number * 500
            for phase in ("raised", "updated", "cleared"):
                connection.execute(
                    "INSERT INTO event (alert, wall, phase, source, body) VALUES (?, ?, ?, ?, ?)",
                    (f"a{number}", wall, phase, "mic", "{}"),
                )
        for place in range(30 * 1440):
            connection.execute(
                "INSERT INTO minute VALUES (?, 6000, 10, -50.0, -30.0, 0.1, 0.0, ?, ?)",
                (NOON - 13 * 3600 - place * 60, '{"Television": 0.5}', "{}"),
            )
    steps = []
    connection.set_progress_handler(lambda: steps.append(None), 1_000_000)
    days, heard = load_usual(connection, NOON - 30 * DAY_S, NOON)
    connection.close()
    assert days >= 29
    assert heard["Television"] >= 1
    assert len(steps) < 200
