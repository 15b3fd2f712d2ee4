"""The head of the utterance network, fitted on figures that are made up."""

import zlib

import numpy as np
import pytest
import soundfile

from models.data.corpora import Clip, read_corpus
from models.data.labels import EMOTIONS
from models.networks import weights
from models.networks.utterance import Head
from models.training import pooling, utterance
from models.training.utterance import Recordings, UtteranceRecipe

CORPORA = ("one", "another", "a third", "ravdess")
RECIPE = UtteranceRecipe(
    speeds=(1.0,), components=20, outcome_components=20, strength=0.1, corpora=CORPORA
)
SHAPE = (2, 2, 8)  # mean and spread, layers, channels


@pytest.fixture
def heard(monkeypatch, tmp_path):
    """An encoder that hears the label, and each corpus with an offset of its own."""
    count = []

    def hear(clips, view, encoder):
        count.append(len(clips))
        found = {}
        for clip in clips:
            rng = np.random.default_rng(zlib.crc32(clip.file.encode()))
            figures = rng.standard_normal(SHAPE).astype(np.float32) * 0.4
            if len(clip.meaning.emotions) == 1:
                figures[0, 0, EMOTIONS.index(min(clip.meaning.emotions))] += 2.0
            figures[1, 1, 0] += 3.0 * (clip.meaning.verdict == "distress")
            figures[1, 1, 1] += 3.0 * (clip.meaning.verdict == "infant")
            figures[1, 0] += 0.1 * len(clip.corpus)
            found[clip.file] = figures
        return found

    monkeypatch.setattr(pooling, "_hear", hear)
    encoder = tmp_path / "whisper" / "model.bin"
    encoder.parent.mkdir()
    encoder.write_bytes(b"x")
    monkeypatch.setattr(utterance, "find", lambda _: encoder)
    return count


@pytest.fixture
def root(tmp_path):
    for actor in range(1, 25):
        folder = tmp_path / "data" / "ravdess" / f"Actor_{actor:02d}"
        folder.mkdir(parents=True)
        for emotion in range(1, 9):
            name = f"03-01-{emotion:02d}-01-01-01-{actor:02d}.flac"
            soundfile.write(folder / name, np.zeros(160), 16_000)
    return tmp_path / "data"


def mixed():
    labels = ("neutral", "angry", "fear", "happy", "crying_baby", "sad")
    return [
        Clip(None, corpus, f"{corpus}/{label}{k}", label, "", f"{corpus}:{k}", 1.0)
        for corpus in ("one", "another", "a third")
        for label in labels
        for k in range(20)
    ]


def test_outcomes_are_told_apart_and_hold_on_a_corpus_left_out(heard):
    clips = mixed()
    learn = [clip for clip in clips if clip.corpus != "one"]
    head = utterance.fit_outcomes(learn, Recordings(), RECIPE)
    unheard = [c for c in clips if c.corpus == "one" and c.meaning.verdict != "apart"]
    guesses = head(Recordings().cut(unheard)).argmax(axis=1)
    truth = [{"not_distress": 0, "distress": 1, "infant": 2}[c.meaning.verdict] for c in unheard]
    assert np.mean(guesses == truth) > 0.9


def test_six_folds_are_written_and_their_weights_are_the_head(heard, root, tmp_path):
    inner = utterance.train_ravdess(
        list(read_corpus(root, "ravdess")), tmp_path, RECIPE, Recordings(tmp_path / "cache")
    )
    assert len(inner) == 6
    assert min(inner) > 0.5
    found = weights.load(tmp_path / "ravdess_3_utterance.safetensors")
    assert found.metadata["training"]["groups"] == 20
    clips = list(read_corpus(root, "ravdess"))[:8]
    recordings = Recordings(tmp_path / "cache")
    figures = recordings.spoken(clips, 1.0)
    head = Head(found)
    told = [head(one.reshape(1, *SHAPE)) for one in figures]
    learners = [c for c in read_corpus(root, "ravdess") if c.group not in _test_of(3)]
    affine = utterance.fit_emotions(
        [recordings.spoken(learners, speed) for speed in RECIPE.speeds],
        np.array([utterance.emotion_of(clip) for clip in learners]),
        RECIPE,
    )
    assert np.allclose([one.emotions.argmax() for one in told], affine(figures).argmax(axis=1))


def _test_of(fold):
    return {f"ravdess:rav{actor:02d}" for actor in range(4 * fold + 1, 4 * fold + 5)}


def test_what_was_heard_is_kept_and_only_what_is_new_is_heard(heard, tmp_path):
    clips = mixed()
    cache = tmp_path / "cache"
    first = Recordings(cache).cut(clips[:30])
    again = Recordings(cache).cut(clips[:40])
    assert np.array_equal(first, again[:30])
    assert heard == [30, 10]
    assert not list(cache.glob("*unfinished*"))
