"""The vote on what was said: the shipped one, its file, and what it is fitted on."""

import numpy as np
import pytest

from models.errors import ModelError
from models.evaluation.sentences import read_sentences
from models.language.adjectives import AT_EASE, CONTINUATIONS, DISTRESSED, WORDS
from models.language.doubts import plain
from models.language.verdict import PRIOR, as_heard
from models.language.vote import Vote
from models.training.written import written

LEARNED = len(CONTINUATIONS) * len(WORDS)


def test_the_shipped_vote_gives_probabilities():
    vote = Vote.load()
    rng = np.random.default_rng(1)
    for _ in range(20):
        vector = rng.standard_normal(384).astype(np.float32)
        vector /= np.linalg.norm(vector)
        felt = rng.normal(-10.0, 30.0, LEARNED).astype(np.float32)
        lean, both = vote.known.lean(vector), vote.known.lean(vector, felt)
        for read, figures in (
            ("meaning", (lean,)),
            ("together", (both,)),
            ("feeling", (3.0,)),
            ("both", (lean, 3.0)),
        ):
            quiet = vote.probability(read, figures, call=False)
            assert 0.0 < quiet < 1.0
    assert vote.probability("meaning", (1e9,), call=True) <= 1.0


def test_a_known_sentence_leans_as_it_was_learned():
    known = Vote.load().known
    signs = np.sign(known.alone)
    strong = np.argsort(-np.abs(known.alone))[:50]
    leans = np.array([known.lean(known.vectors[i]) for i in strong])
    assert (np.sign(leans) == signs[strong]).mean() > 0.5


def test_it_is_the_same_once_written_and_read_again(tmp_path):
    vote = Vote.load()
    path = tmp_path / "words.safetensors"
    vote.save(path)
    again = Vote.load(path)
    assert again.slopes == vote.slopes
    vector = vote.known.vectors[3]
    felt = np.full(LEARNED, -9.0, np.float32)
    assert again.known.lean(vector, felt) == pytest.approx(vote.known.lean(vector, felt), abs=0.02)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_damaged_file_is_told(tmp_path, damage):
    path = tmp_path / "words.safetensors"
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        Vote.load().save(path)
        path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="calibration of what was said"):
        Vote.load(path)


def test_adjectives_are_words_that_are_looked_at():
    assert set(DISTRESSED) | set(AT_EASE) <= set(WORDS)
    assert not set(DISTRESSED) & set(AT_EASE)
    assert len(set(WORDS)) == len(WORDS)


def test_nothing_that_is_learned_from_is_in_the_test():
    learned = [one.text for one in written()]
    assert len(learned) >= 1_000
    assert len({plain(text) for text in learned}) >= len(learned) - 5
    tests = [set(plain(one.text).split()) for one in read_sentences("test")]
    for text in learned:
        words = set(plain(text).split())
        if len(words) > 3:  # "I'm so scared" is in many a sentence
            assert max(len(words & one) / len(words | one) for one in tests) < 0.75, text


def test_the_prior_is_the_share_of_distress_that_the_vote_is_calibrated_on():
    sentences = written()
    assert sum(one.distress for one in sentences) / len(sentences) == pytest.approx(PRIOR, abs=5e-3)


def test_words_that_were_heard_say_less_than_written_ones_and_the_prior_says_nothing():
    assert as_heard(PRIOR) == pytest.approx(PRIOR)
    heard = [as_heard(p) for p in (0.0, 0.01, 0.2, 0.5, 0.9, 0.999, 1.0)]
    assert heard == sorted(heard)
    assert 0.0 < heard[0] < 0.01 < heard[1] < PRIOR
    assert 0.5 < heard[4] < 0.9
    assert heard[-1] < 1.0
