"""Words in scenes: where they were planned, after events and not over them."""

import shutil

import numpy as np
import pytest

from models.errors import DataError
from models.evaluation.scenes.mixing import mix
from models.evaluation.scenes.script import Amount, write
from models.evaluation.sentences import read_sentences
from models.evaluation.spoken.words import AFTER_S, with_words
from models.evaluation.voices import speak
from models.features.constants import SAMPLE_RATE


@pytest.fixture
def scene(synthetic):
    return next(iter(write(synthetic, "dev", Amount(0.0, {"scream": 4}))))


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_calls_follow_events_and_talk_keeps_away_from_them(scene):
    stream, truth = mix(scene)
    spoken, longer, uttered = with_words(scene, stream, truth, read_sentences("tune"))
    assert spoken.shape == stream.shape
    assert np.abs(spoken).max() <= 1.0
    assert any(one.distress for one in uttered)
    assert any(not one.distress for one in uttered)
    for before, after in zip(truth.events, longer.events, strict=True):
        assert after.onset_s == before.onset_s
        assert after.offset_s >= before.offset_s
    for one in uttered:
        inside = [e for e in longer.events if e.onset_s <= one.start_s <= e.offset_s + AFTER_S]
        assert bool(inside) == one.distress
        begin, end = int(one.start_s * SAMPLE_RATE), int(one.end_s * SAMPLE_RATE)
        assert np.abs(spoken[begin:end] - stream[begin:end]).max() > 0.0
    again = with_words(scene, stream, truth, read_sentences("tune"))
    assert np.array_equal(spoken, again[0])


def test_without_the_program_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DataError, match="apt-get install espeak-ng"):
        speak("Hello.", "en-us")
