"""The calibration is fitted for the mixture that it says it is fitted for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import FEATURES, VOICE_FEATURES
from models.training.calibrate import SHARES, fit, row_weights, voice_rows

rows = st.lists(
    st.tuples(st.sampled_from(sorted(SHARES)), st.sampled_from("abc")), min_size=1, max_size=80
)


@given(rows)
def test_each_outcome_weighs_its_share_however_many_its_rows(drawn):
    outcomes, corpora = zip(*drawn, strict=True)
    weight = row_weights(outcomes, corpora)
    assert (weight > 0).all()
    for outcome in set(outcomes):
        mine = sum(w for w, o in zip(weight, outcomes, strict=True) if o == outcome)
        assert mine == pytest.approx(SHARES[outcome])


def test_a_corpus_weighs_by_the_root_of_its_rows():
    outcomes = ["none"] * 116 + ["distress"]
    corpora = ["a"] * 100 + ["b"] * 16 + ["c"]
    weight = row_weights(outcomes, corpora)
    assert weight[:100].sum() / weight[100:116].sum() == pytest.approx(10 / 4)


def heard(seed: int, count: int) -> list[tuple[str, str, np.ndarray]]:
    """Rows in which odds tell distress, and the infant's group an infant."""
    rng = np.random.default_rng(seed)
    made = []
    infant = FEATURES.index("infant")
    for outcome in ("none", "distress", "infant"):
        for _ in range(count):
            features = rng.normal(0.0, 1.0, len(FEATURES)).astype(np.float32)
            features[1] += 3.0 * (outcome == "distress")
            features[infant] += 4.0 * (outcome == "infant")
            made.append((outcome, "some", features))
    return made


def test_what_tells_the_outcomes_apart_is_found():
    calibration = fit(heard(1, 400), FEATURES)
    assert calibration.weight.shape == (2, len(FEATURES))
    assert int(np.abs(calibration.weight[0]).argmax()) == FEATURES.index("odds")
    assert int(np.abs(calibration.weight[1]).argmax()) == FEATURES.index("infant")
    truth = heard(2, 400)
    said = np.array([calibration(features) for _, _, features in truth])
    mean = {o: said[[t[0] == o for t in truth]].mean(axis=0) for o in SHARES}
    assert mean["distress"][0] > mean["none"][0] + 0.1
    assert mean["infant"][1] > mean["none"][1] + 0.1


def test_probabilities_are_calibrated_for_the_shares():
    calibration = fit(heard(3, 2000), FEATURES)
    truth = heard(4, 2000)
    weight = row_weights([o for o, _, _ in truth], [c for _, c, _ in truth])
    said = np.array([calibration(features) for _, _, features in truth])
    expected = np.average(said, axis=0, weights=weight)
    np.testing.assert_allclose(expected, [SHARES["distress"], SHARES["infant"]], atol=0.03)


def test_only_the_named_figures_are_used():
    calibration = fit(heard(5, 200), VOICE_FEATURES)
    assert calibration.weight.shape == (2, 1)
    figures = heard(6, 1)[0][2]
    changed = figures.copy()
    changed[2:] += 5.0
    assert calibration(changed) == calibration(figures)


def test_an_outcome_without_rows_never_comes():
    rows = [row for row in heard(7, 200) if row[0] != "infant"]
    calibration = fit(rows, VOICE_FEATURES)
    said = np.array([calibration(figures) for _, _, figures in rows])
    assert said[:, 1].max() < 1e-6
    told = {o: said[[row[0] == o for row in rows], 0].mean() for o in ("none", "distress")}
    assert told["distress"] > told["none"] + 0.1


def test_a_voice_is_judged_only_while_the_gate_is_open():
    open_hop, closed = np.zeros(len(FEATURES), np.float32), np.zeros(len(FEATURES), np.float32)
    open_hop[FEATURES.index("gate")] = 1.0
    rows = [("infant", "a", open_hop), ("distress", "b", open_hop), ("none", "c", closed)]
    assert [(o, c) for o, c, _ in voice_rows(rows)] == [("none", "a"), ("distress", "b")]
