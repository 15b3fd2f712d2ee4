"""The sentences, and the figures over them."""

from collections import Counter

import pytest

from models.evaluation import text
from models.evaluation.asr import word_error_rate
from models.evaluation.sentences import read_sentences
from models.evaluation.text import own_figures
from models.reasoner import Reasoner
from models.transcriber import Transcriber

OWN = ["n", "auc", "auc_hard", "sensitivity_at_2pct_fpr", "ece"]
MELD = """Utterance,Emotion
Get out of my house!,anger
I am so scared of him.,fear
"The parcel came, thank you.",neutral
"What a lovely day, come in!",joy
Never mind.,sadness
"""
GO = "I am terrified of dogs.\t14\ta\nThe shop shuts at five.\t27\tb\nOh no.\t14,27\tc\n"


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


@pytest.fixture
def corpora(tmp_path):
    """Two distressed and two other lines of television; one comment of each kind."""
    meld, go = tmp_path / "text" / "meld", tmp_path / "text" / "goemotions" / "original"
    meld.mkdir(parents=True)
    go.mkdir(parents=True)
    (meld / "test_sent_emo.csv").write_text(MELD)
    (go / "test.tsv").write_text(GO)
    return tmp_path


def without_times(figures):
    return {
        name: without_times(value) if isinstance(value, dict) else value
        for name, value in figures.items()
        if name not in {"ms_p50", "ms_p95"}
    }


@pytest.mark.slow
@pytest.mark.usefixtures("language_models", "espeak")
def test_the_suite_tells_how_words_are_read_and_heard_and_the_same_again(corpora, monkeypatch):
    few = read_sentences("test")[::16]
    monkeypatch.setattr(text, "read_sentences", lambda _: few)
    told = []
    reasoner, transcriber = Reasoner(), Transcriber()
    figures = text.measure(corpora, reasoner, told.append, transcriber)
    assert list(figures) == [
        *(*OWN, "ms_p50", "ms_p95"),
        *("language_model_alone", "meaning_alone", "as_heard", "meld", "goemotions"),
    ]
    assert figures["n"] == len(few)
    assert figures["auc"] > 0.8
    assert 0.0 < figures["ms_p50"] <= figures["ms_p95"]
    assert list(figures["language_model_alone"]) == ["ms_p50"]
    assert figures["language_model_alone"]["ms_p50"] > 0.0
    assert list(figures["meaning_alone"]) == [*OWN, "ms_p50"]
    assert list(figures["as_heard"]) == ["clean", "10 dB"]
    for heard in figures["as_heard"].values():
        assert list(heard) == [*OWN, "believed"]
        assert 0 < heard["believed"] <= len(few)
    assert (figures["meld"]["n"], figures["goemotions"]["n"]) == (4, 2)
    assert told[0] == f"{len(few)} sentences …"
    again = text.measure(corpora, reasoner, told.append, transcriber)
    assert without_times(again) == without_times(figures)


@pytest.mark.usefixtures("words_models")
def test_without_ears_language_model_and_corpora_the_suite_tells_what_is_left(
    tmp_path, monkeypatch
):
    few = read_sentences("test")[::16]
    monkeypatch.setattr(text, "read_sentences", lambda _: few)
    figures = text.measure(tmp_path, Reasoner(None), lambda _: None)
    assert list(figures) == [*OWN, "ms_p50", "ms_p95", "meaning_alone"]
    assert {name: figures[name] for name in OWN} == {
        name: figures["meaning_alone"][name] for name in OWN
    }
