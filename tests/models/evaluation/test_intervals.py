"""Intervals against values that others have published or that can be computed exactly."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation.intervals import bootstrap_groups, poisson, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_values(hits, count, low, high):
    found = wilson([True] * hits + [False] * (count - hits))
    assert found.value == pytest.approx(hits / count)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
    assert found.count == count


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_wilson_holds_its_share_within_zero_and_one(hits):
    found = wilson(hits)
    assert 0.0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1.0


def test_of_nothing_wilson_knows_nothing():
    found = wilson([])
    assert math.isnan(found.value)
    assert (found.low, found.high, found.count) == (0.0, 1.0, 0)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [
        (0, 0.0, 3.689),  # exact intervals of Garwood (1936); Byar's are near from 1 on
        (1, 0.0253, 5.572),
        (5, 1.623, 11.668),
        (10, 4.795, 18.390),
        (100, 81.364, 121.627),
    ],
)
def test_poisson_is_near_garwoods_exact_values(events, low, high):
    found = poisson(events, 1.0)
    assert (found.value, found.count) == (events, 1.0)
    assert found.low == pytest.approx(low, abs=0.02)
    assert found.high == pytest.approx(high, rel=0.012)


@given(st.integers(0, 500), st.floats(0.01, 100.0))
def test_poisson_counts_by_the_hour(events, hours):
    one, many = poisson(events, 1.0), poisson(events, hours)
    assert many.value == pytest.approx(one.value / hours)
    assert (many.low, many.high) == pytest.approx((one.low / hours, one.high / hours))
    assert many.low <= many.value <= many.high


def right(pairs):
    return sum(truth == guess for truth, guess in pairs) / len(pairs)


def test_bootstrap_draws_groups_and_not_rows():
    # Two groups, one all right and one all wrong: only 0, a half and 1 can be drawn.
    guesses = [("a", "x", "x")] * 50 + [("b", "x", "y")] * 50
    found = bootstrap_groups(guesses, right)
    assert (found.value, found.low, found.high, found.count) == (0.5, 0.0, 1.0, 100)


def test_bootstrap_of_equal_groups_has_no_width():
    guesses = [(group, "x", guess) for group in "abcd" for guess in "xxxy"]
    found = bootstrap_groups(guesses, right)
    assert found.low == found.value == found.high == 0.75


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("xy")),
             min_size=1, max_size=40)
)  # fmt: skip
def test_bootstrap_is_the_same_each_time_and_within_its_figures_range(guesses):
    one, other = (bootstrap_groups(guesses, right, rounds=50) for _ in range(2))
    assert one == other
    assert 0.0 <= one.low <= one.high <= 1.0


def test_a_report_holds_rounded_figures():
    assert wilson([True, False, False]).stored() == {
        "value": 0.3333, "low": 0.0615, "high": 0.7923, "count": 3,
    }  # fmt: skip
