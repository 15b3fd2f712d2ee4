import sqlite3
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.health import Health
from daemon.store.database import FILE
from daemon.store.journal import Journal
from daemon.store.minute import Minute

EARLY = Minute(60, 6000, 100, -60.5, -20.0, 0.3, 0.1, {"Speech": 0.9}, {"calm": 1.0})
FIRST = Minute(120, 4000, 100, -70.0, -30.0, 0.2, 0.8, {"Dog": 0.5, "Cat": 0.2}, {"sad": 0.5})
SECOND = Minute(120, 1000, 300, -60.0, -40.0, 0.6, 0.1, {"Dog": 0.4, "Car": 0.7}, {"sad": 0.9})
BOTH = Minute(120, 5000, 400, -68.0, -30.0, 0.6, 0.8, {"Car": 0.7, "Dog": 0.5}, {"sad": 0.8})


def opened(folder, **settings):
    return Journal.open(folder, health=Health(), clock=lambda: 180.0, **settings)


def close(minute):
    """``minute`` compared without the last digits of its means."""
    return replace(
        minute,
        level_mean_db=pytest.approx(minute.level_mean_db),
        emotions=pytest.approx(minute.emotions),
    )


def until(journal, *minutes):
    deadline = time.monotonic() + 30
    while journal.archive.minutes(0) != [close(minute) for minute in minutes]:
        assert time.monotonic() < deadline, journal.archive.minutes(0)
        time.sleep(0.005)


def test_minutes_are_kept_in_order(tmp_path):
    with opened(tmp_path) as journal:
        journal.minute(FIRST)
        journal.minute(EARLY)
        until(journal, EARLY, FIRST)
        assert journal.archive.minutes(120) == [FIRST]
        assert journal.archive.minutes(0, limit=1) == [EARLY]
    with opened(tmp_path) as journal:
        assert journal.archive.minutes(0) == [EARLY, FIRST]


def test_a_restart_within_a_minute_adds_to_it(tmp_path):
    with opened(tmp_path) as journal:
        journal.minute(FIRST)
    with opened(tmp_path) as journal:
        journal.minute(SECOND)
    with opened(tmp_path) as journal:
        assert journal.archive.minutes(0) == [close(BOTH)]


def test_parts_that_wait_for_the_disk_are_added_up(tmp_path):
    with opened(tmp_path, busy_s=0.0) as journal:
        other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        journal.minute(FIRST)
        journal.minute(EARLY)
        journal.minute(SECOND)
        other.close()
        until(journal, EARLY, BOTH)


def test_a_part_of_another_minute_is_refused():
    with pytest.raises(ValueError, match="no part"):
        EARLY.merged(FIRST)


hops = st.integers(1, 3000)
level = st.floats(-100, 0)
score = st.floats(0, 1)
parts = st.builds(
    Minute,
    start=st.just(60),
    hops_heard=hops,
    hops_open=hops,
    level_mean_db=level,
    level_max_db=level,
    distress_max=score,
    infant_max=score,
    sounds=st.just({}),
    emotions=st.fixed_dictionaries({"sad": score}),
)


@given(parts, parts, parts)
def test_it_does_not_matter_in_which_order_parts_come(one, two, three):
    together = one.merged(two).merged(three)
    assert together == close(three.merged(one).merged(two))
    low, *_, high = sorted(part.level_mean_db for part in (one, two, three))
    assert low - 1e-9 <= together.level_mean_db <= high + 1e-9
