import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.schema import Fusion
from daemon.fusion.logodds import CLIP, NOTHING, fuse
from daemon.fusion.reading import Reading

CONFIG = Fusion()
NOW = 16_000 * 1_000

probability = st.floats(0.0, 1.0)
inner = st.floats(CLIP, 1.0 - CLIP)
present = st.dictionaries(
    st.sampled_from(["audio", "text", "context", "history"]), probability, min_size=1
)


def pool(probabilities, ages=None, weight=CONFIG.weight):
    ages = ages or {}
    readings = {
        m: Reading(p, NOW - int(16_000 * ages.get(m, 0.0))) for m, p in probabilities.items()
    }
    return fuse(readings, NOW, weight, CONFIG.fresh_s)


def test_two_modalities_by_hand():
    fused = pool({"audio": 0.9, "text": 0.2})
    log_odds = (0.4 * math.log(9) + 0.3 * math.log(0.25)) / 0.7
    assert fused.score == pytest.approx(1 / (1 + math.exp(-log_odds)))
    assert fused.evidence["audio"].weight == pytest.approx(4 / 7)
    assert fused.evidence["text"].probability == 0.2


@given(inner)
def test_one_modality_keeps_its_own_probability(p):
    assert pool({"audio": p}).score == pytest.approx(p, abs=1e-12)


@pytest.mark.parametrize(("p", "score"), [(0.0, CLIP), (1.0, 1.0 - CLIP)])
def test_certainty_is_clipped(p, score):
    assert pool({"audio": p}).score == pytest.approx(score)


@given(present, st.data())
def test_monotone_in_each_probability(probabilities, data):
    modality = data.draw(st.sampled_from(sorted(probabilities)))
    higher = data.draw(st.floats(probabilities[modality], 1.0))
    assert pool(probabilities | {modality: higher}).score >= pool(probabilities).score


@given(present)
def test_strictly_monotone_within_the_clip(probabilities):
    low = pool(probabilities | {"audio": 0.3}).score
    assert pool(probabilities | {"audio": 0.4}).score > low


@given(present, st.randoms())
def test_order_does_not_matter(probabilities, random):
    shuffled = list(probabilities.items())
    random.shuffle(shuffled)
    assert pool(dict(shuffled)).score == pool(probabilities).score


@given(present)
def test_weights_sum_to_one_and_keep_their_ratios(probabilities):
    evidence = pool(probabilities).evidence
    assert math.fsum(e.weight for e in evidence.values()) == pytest.approx(1.0)
    shares = {e.weight / CONFIG.weight[m] for m, e in evidence.items()}
    assert max(shares) == pytest.approx(min(shares))


@given(present, st.floats(0.01, 1.0))
def test_scaling_all_weights_changes_nothing(probabilities, factor):
    scaled = {m: w * factor for m, w in CONFIG.weight.items()}
    assert pool(probabilities, weight=scaled).score == pytest.approx(pool(probabilities).score)


@given(present)
def test_score_lies_between_the_extremes(probabilities):
    clipped = [min(1 - CLIP, max(CLIP, p)) for p in probabilities.values()]
    score = pool(probabilities).score
    assert min(clipped) - 1e-12 <= score <= max(clipped) + 1e-12


def test_stale_modalities_take_no_part():
    fresh = pool({"audio": 0.8, "text": 0.1}, {"text": 20.0})
    stale = pool({"audio": 0.8, "text": 0.1}, {"text": 20.1})
    assert fresh.evidence["text"].age_s == pytest.approx(20.0)
    assert set(stale.evidence) == {"audio"}
    assert stale.evidence["audio"].weight == 1.0
    assert stale.score == pytest.approx(0.8)


def test_nothing_fresh_is_no_distress():
    assert pool({"audio": 0.9}, {"audio": 5.0}) == NOTHING


def test_a_reading_from_the_future_has_no_age():
    assert pool({"audio": 0.5, "text": 0.5}, {"text": -3.0}).evidence["text"].age_s == 0.0


@pytest.mark.parametrize("p", [math.nan, -0.1, 1.1, math.inf])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="probability"):
        Reading(p, 0)
