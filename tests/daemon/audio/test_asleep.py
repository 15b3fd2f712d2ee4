import time

from daemon.audio.asleep import STEP_S, Moment, moment, slept_s


def test_a_clock_that_counts_sleep_is_believed():
    before = Moment(100.0, 1_000.0, 7.0)
    assert slept_s(before, Moment(101.0, 1_001.0, 3_607.0)) == 3_600.0
    assert slept_s(before, Moment(101.0, 9_999.0, 7.0)) == 0.0, "the wall clock was set"


def test_a_jump_of_the_wall_clock_stands_for_sleep_where_nothing_counts_it():
    before = Moment(100.0, 1_000.0)
    assert slept_s(before, Moment(100.25, 4_600.25)) == 3_600.0
    assert slept_s(before, Moment(100.25, 1_000.25)) == 0.0
    assert slept_s(before, Moment(100.25, 1_000.25 + STEP_S / 2)) == 0.0
    assert slept_s(before, Moment(100.25, 1.0)) == 0.0, "set back"


def test_this_machine_is_awake():
    before = moment()
    time.sleep(0.05)
    assert slept_s(before, moment()) < 0.5
