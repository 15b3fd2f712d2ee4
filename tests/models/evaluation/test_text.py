"""The sentences, and the figures over them."""

from collections import Counter

import pytest

from models.evaluation.asr import word_error_rate
from models.evaluation.sentences import read_sentences
from models.evaluation.text import own_figures


def test_there_are_enough_sentences_and_no_topic_is_in_two_splits():
    sentences = read_sentences()
    assert len(sentences) >= 300
    splits = {(one.topic, one.split) for one in sentences}
    assert len(splits) == len({topic for topic, _ in splits})
    for split in ("tune", "test"):
        kinds = Counter(
            "distress" if one.distress else "hard" if one.hard else "ordinary"
            for one in read_sentences(split)
        )
        assert min(kinds.values()) >= 40
    texts = [one.text for one in sentences]
    assert len(texts) == len(set(texts))


def test_figures_of_a_perfect_and_of_a_blind_reader():
    sentences = read_sentences("test")
    perfect = own_figures(sentences, [float(one.distress) for one in sentences])
    assert (perfect["auc"], perfect["sensitivity_at_2pct_fpr"], perfect["ece"]) == (1.0, 1.0, 0.0)
    blind = own_figures(sentences, [0.5] * len(sentences))
    assert blind["auc"] == pytest.approx(0.5)
    assert blind["sensitivity_at_2pct_fpr"] == 0.0


def test_word_error_rate_counts_edits_for_each_word():
    assert word_error_rate(["HELP ME PLEASE"], ["Help me, please!"]) == 0.0
    assert word_error_rate(["help me please", "now"], ["help please", "no"]) == pytest.approx(0.5)
    assert word_error_rate(["help"], ["help me now"]) == pytest.approx(2.0)
