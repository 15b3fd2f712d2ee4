"""Measures against values that can be had by hand, and their invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models.evaluation.intervals import poisson_exact
from models.evaluation.measures import auc, bootstrap, ece_by_chance, errors, macro, reliability

pairs = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=60)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    assert auc([False, True, False, True], [0.1, 0.2, 0.3, 0.4]) == 0.75
    assert auc([False, True], [0.5, 0.5]) == 0.5
    assert auc([True, True], [0.1, 0.9]) is None


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.1, 0.2, 0.5, 0.9])), max_size=40))
def test_auc_is_scikit_learns_with_ties_too(rows):
    truth, score = [t for t, _ in rows], [s for _, s in rows]
    if len(set(truth)) == 2:
        assert auc(truth, score) == pytest.approx(roc_auc_score(truth, score))


def test_reliability_of_a_bin_by_hand():
    found = reliability([True, False, True, True], [0.9, 0.9, 0.9, 0.1])
    assert found.count.tolist() == [1, 3]
    assert found.ece == pytest.approx((3 * (0.9 - 2 / 3) + 1 * 0.9) / 4)
    assert found.mce == pytest.approx(0.9)
    assert found.brier == pytest.approx((0.01 + 0.81 + 0.01 + 0.81) / 4)


@given(pairs)
def test_calibration_errors_lie_where_they_must(rows):
    found = reliability(*zip(*rows, strict=True))
    assert 0 <= found.ece <= found.mce <= 1
    assert 0 <= found.brier <= 1
    assert found.count.sum() == len(rows)


def test_a_score_of_one_is_in_the_last_bin_and_a_perfect_one_has_no_error():
    found = reliability([True, False], [1.0, 0.0])
    assert (found.ece, found.mce, found.brier) == (0, 0, 0)


def test_chance_leaves_less_error_the_more_scores_there_are_and_none_of_what_is_certain():
    few, many = ece_by_chance([0.3] * 40), ece_by_chance([0.3] * 4_000)
    # The mean distance of a share of n from .3 is sqrt(2 / pi) times its deviation.
    assert few == pytest.approx((0.3 * 0.7 / 40 * 2 / np.pi) ** 0.5, rel=0.15)
    assert many == pytest.approx(few / 10, rel=0.2)
    assert ece_by_chance([0.0, 1.0]) == 0.0


def test_errors_at_a_threshold_count_what_reaches_it():
    found = errors([False, False, True, True], [0.2, 0.7, 0.7, 0.6], 0.7)
    assert (found.fpr, found.fnr) == (0.5, 0.5)
    assert errors([True], [0.1], 0.5).fpr is None


def test_macro_is_over_what_there_is():
    assert macro([0.2, None, 0.4]) == pytest.approx(0.3)
    assert macro([None]) is None


def test_the_bootstrap_draws_whole_groups():
    groups = ["a"] * 50 + ["b"] * 50
    rows = [1.0] * 50 + [0.0] * 50
    assert bootstrap(groups, rows, lambda r: float(np.mean(r))) == (0.0, 1.0)
    assert bootstrap(groups, rows, lambda r: None) is None


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)]
)
def test_the_exact_poisson_interval_is_garwoods(events, low, high):
    found = poisson_exact(events, 2.0)
    assert found.value == events / 2
    assert found.low == pytest.approx(low / 2, abs=1e-3)
    assert found.high == pytest.approx(high / 2, abs=1e-3)
