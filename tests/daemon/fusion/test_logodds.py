import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.schema import Fusion
from daemon.fusion.logodds import CLIP, NOTHING, beyond, fuse
from daemon.fusion.reading import Reading

CONFIG = Fusion()
NOW = 16_000 * 1_000

probability = st.floats(0.0, 1.0)
inner = st.floats(CLIP, 1.0 - CLIP)
slow = st.dictionaries(st.sampled_from(["text", "context", "history"]), probability)
present = st.builds(lambda audio, others: {"audio": audio} | others, probability, slow)


def pool(probabilities, ages=None, weight=CONFIG.weight, priors=None):
    ages, priors = ages or {}, priors or {}
    readings = {
        m: Reading(p, NOW - int(16_000 * ages.get(m, 0.0)), prior=priors.get(m, 0.5))
        for m, p in probabilities.items()
    }
    return fuse(readings, NOW, weight, CONFIG.fresh_s)


def test_two_modalities_by_hand():
    fused = pool({"audio": 0.9, "text": 0.2}, priors={"text": 0.4})
    log_odds = math.log(9) + 0.3 / 0.4 * (math.log(0.25) - math.log(2 / 3))
    assert fused.score == pytest.approx(1 / (1 + math.exp(-log_odds)))
    assert fused.evidence["audio"].weight == pytest.approx(4 / 7)
    assert fused.evidence["text"].probability == 0.2


@given(inner)
def test_one_modality_keeps_its_own_probability(p):
    assert pool({"audio": p}).score == pytest.approx(p, abs=1e-12)


@given(inner, st.dictionaries(st.sampled_from(["text", "context", "history"]), inner))
def test_what_says_what_it_says_of_anything_changes_nothing(p, priors):
    assert pool({"audio": p} | priors, priors=priors).score == pytest.approx(p, abs=1e-9)


@given(inner, inner, inner)
def test_evidence_moves_the_sound_its_own_way_only(audio, text, prior):
    score = pool({"audio": audio, "text": text}, priors={"text": prior}).score
    assert (score - audio) * (text - prior) >= -1e-12


@pytest.mark.parametrize(("p", "score"), [(0.0, CLIP), (1.0, 1.0 - CLIP)])
def test_certainty_is_clipped(p, score):
    assert pool({"audio": p}).score == pytest.approx(score)


@given(present, st.data())
def test_monotone_in_each_probability(probabilities, data):
    modality = data.draw(st.sampled_from(sorted(probabilities)))
    higher = data.draw(st.floats(probabilities[modality], 1.0))
    assert pool(probabilities | {modality: higher}).score >= pool(probabilities).score


@given(slow)
def test_strictly_monotone_within_the_clip(others):
    low = pool({"audio": 0.3} | others).score
    assert pool({"audio": 0.4} | others).score > low


@given(present, st.randoms())
def test_order_does_not_matter(probabilities, random):
    shuffled = list(probabilities.items())
    random.shuffle(shuffled)
    assert pool(dict(shuffled)).score == pytest.approx(pool(probabilities).score, abs=1e-12)


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


def test_evidence_fades_and_is_gone_when_it_is_stale():
    scores = [
        pool({"audio": 0.8, "text": 0.1}, {"text": age_s}).score for age_s in (0, 5, 15, 20, 20.1)
    ]
    assert scores == sorted(scores)
    assert scores[0] < 0.5
    assert scores[-1] == scores[-2] == pytest.approx(0.8)
    stale = pool({"audio": 0.8, "text": 0.1}, {"text": 20.1})
    assert set(stale.evidence) == {"audio"}
    assert stale.evidence["audio"].weight == 1.0


def test_without_fresh_sound_there_is_nothing_to_weigh():
    assert pool({"audio": 0.9, "text": 0.9}, {"audio": 5.0}) == NOTHING
    assert pool({"text": 0.9}) == NOTHING


def test_a_reading_from_the_future_has_no_age():
    assert pool({"audio": 0.5, "text": 0.5}, {"text": -3.0}).evidence["text"].age_s == 0.0


@pytest.mark.parametrize("p", [math.nan, -0.1, 1.1, math.inf])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="probability"):
        Reading(p, 0)


@given(st.floats(0.01, 0.49), st.floats(0.01, 0.49))
def test_what_is_sooner_no_distress_is_no_word_for_it(said, prior):
    assert beyond(Reading(said, 0, prior=prior)) <= 0.0
