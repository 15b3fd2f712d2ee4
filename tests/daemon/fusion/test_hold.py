import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.fusion.hold import Hold

HOP = 160


def confirmed_at(need_ms, pattern, step=HOP):
    """Milliseconds into ``pattern`` at which the hold is first confirmed; None if never."""
    hold = Hold(need_ms)
    for number, true in enumerate(pattern, 1):
        if hold.feed(number * step, step, true=true):
            return number * step // 16
    return None


@pytest.mark.parametrize(
    ("pattern", "at_ms"),
    [
        ([True] * 20, 200),
        ([True] * 19, None),
        ([False] * 5 + [True] * 20, 250),
        # drop-outs shorter than 150 ms neither reset nor add
        ([True] * 10 + [False] * 14 + [True] * 10, 340),
        # from 150 ms on they reset
        ([True] * 19 + [False] * 15 + [True] * 19, None),
        ([True] * 19 + [False] * 15 + [True] * 20, 540),
        # a lone hop now and then is no hold
        (([True] + [False] * 15) * 50, None),
    ],
)
def test_hold_of_200_ms(pattern, at_ms):
    assert confirmed_at(200, pattern) == at_ms


def test_no_hold_confirms_at_once():
    assert confirmed_at(0, [True]) == 10


def test_closed_gate_hops_of_100_ms_add_up():
    # The first vouches for its own hop only.
    assert confirmed_at(200, [True] * 5, step=1600) == 300


def test_a_gap_of_lost_sound_starts_the_count_again():
    hold = Hold(50)
    assert not hold.feed(160, 160, true=True)
    assert not hold.feed(160 + 2401, 2401, true=True)
    assert hold.onset == 2401
    assert not hold.feed(160 + 2401 + 160, 160, true=True)


def test_the_time_of_a_dropout_is_not_held():
    hold = Hold(50)
    hold.feed(160, 160, true=True)
    hold.feed(320, 160, true=False)
    assert not hold.feed(1_920, 1_600, true=True)


@given(st.lists(st.booleans(), max_size=120), st.integers(10, 500))
def test_never_confirmed_before_so_much_was_true(pattern, need_ms):
    at_ms = confirmed_at(need_ms, pattern)
    if at_ms is not None:
        assert sum(pattern[: at_ms // 10]) * 10 >= need_ms


@given(st.integers(1, 60), st.integers(0, 30))
def test_onset_is_where_the_hold_began(true_hops, false_hops):
    hold = Hold(10_000)
    for number in range(1, false_hops + true_hops + 1):
        hold.feed(number * HOP, HOP, true=number > false_hops)
    assert hold.onset == false_hops * HOP
