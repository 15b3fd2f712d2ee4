"""What the suite tells, over few sentences: real Whisper, voices of espeak-ng."""

from functools import partial

import numpy as np
import pytest
import soundfile

from models.data.corpora import DataError
from models.evaluation import asr
from models.evaluation.batch import batch_speedup
from models.evaluation.voices import speak
from models.features.constants import SAMPLE_RATE
from models.transcriber import Transcriber

SAID = {
    "she carried the basket down to the river in the morning": "en-us",
    "he asked whether anybody had seen his brother": "en-gb",
}


@pytest.fixture
def corpora(tmp_path, made_speechless):
    """Two sentences that somebody reads, and eight recordings in which nobody speaks."""
    made_speechless(tmp_path, ["rain", "siren"])
    folder = tmp_path / "librispeech"
    folder.mkdir()
    rows = ["file,text,dur", "silent.flac,,2.0", "long.flac,too long to be read,21.0"]
    for number, (text, voice) in enumerate(SAID.items()):
        sound = speak(text, voice)
        soundfile.write(folder / f"{number}.flac", sound, SAMPLE_RATE)
        rows.append(f"{number}.flac,{text},{len(sound) / SAMPLE_RATE}")
    (folder / "labels.csv").write_text("\n".join(rows))
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("words_models", "espeak")
def test_the_suite_tells_errors_inventions_and_what_a_batch_gains_and_the_same_again(
    corpora, monkeypatch
):
    monkeypatch.setattr(asr, "SPOKEN_EVERY", 100)  # three of the test sentences
    transcriber = Transcriber()
    usual = transcriber.padding
    told = []
    figures = asr.measure(corpora, transcriber, partial(batch_speedup, Transcriber), told.append)
    assert list(figures) == ["n", "wer", "espeak", "invented", "batch_speedup"]
    assert figures["n"] == 2
    assert list(figures["wer"]) == ["clean", "noisy", "padded_to_30_s"]
    assert list(figures["wer"]["noisy"]) == ["20", "10", "5"]
    assert 0.0 <= figures["wer"]["clean"] < 0.5
    assert figures["espeak"]["n"] == 3
    assert list(figures["espeak"]["wer"]) == ["clean", "noisy"]
    assert list(figures["espeak"]["wer"]["noisy"]) == ["20", "10", "5"]
    assert list(figures["invented"]) == ["n", "believed", "padded_to_30_s"]
    assert figures["invented"]["n"] == 6
    assert figures["batch_speedup"] > 0.0
    assert told[0] == "2 sentences, clean …"
    assert transcriber.padding == usual
    again = asr.measure(corpora, transcriber, partial(batch_speedup, Transcriber), told.append)
    assert again | {"batch_speedup": None} == figures | {"batch_speedup": None}


class Inventive:
    """Writes a word for whatever it hears, if it is padded as named."""

    def __init__(self, padding):
        self.padding, self.inventive = 3 * SAMPLE_RATE, padding

    def __call__(self, sounds, *, gates=True):
        text = "thank you" if self.padding == self.inventive else ""
        return [type("Heard", (), {"text": text}) for _ in sounds]


@pytest.mark.usefixtures("espeak")
@pytest.mark.parametrize(
    ("inventive", "believed", "padded"), [(3 * SAMPLE_RATE, 6, 0), (30 * SAMPLE_RATE, 0, 6)]
)
def test_phrases_invented_with_little_padding_and_with_thirty_seconds_are_told_apart(
    corpora, monkeypatch, inventive, believed, padded
):
    monkeypatch.setattr(asr, "SPOKEN_EVERY", 100)
    figures = asr.measure(corpora, Inventive(inventive), len, lambda _: None)
    assert figures["batch_speedup"] == figures["n"], "of all sentences"
    assert figures["invented"] == {"n": 6, "believed": believed, "padded_to_30_s": padded}


def test_noise_has_the_level_that_is_wanted():
    sound = np.sin(np.arange(SAMPLE_RATE) * 0.3).astype(np.float32) * np.float32(0.1)
    noise = asr.in_noise(sound, 10, np.random.default_rng(1)) - sound
    ratio = 10 * np.log10(np.mean(sound**2) / np.mean(noise**2))
    assert ratio == pytest.approx(10.0, abs=0.2)


def test_without_transcripts_there_is_nothing_to_measure(tmp_path):
    with pytest.raises(DataError, match=r"labels\.csv is missing"):
        asr.measure(tmp_path, Inventive(0), len, lambda _: None)
    (tmp_path / "librispeech").mkdir()
    (tmp_path / "librispeech" / "labels.csv").write_text("file,text,dur\na.flac,,1.0\n")
    with pytest.raises(DataError, match="has no transcripts"):
        asr.measure(tmp_path, Inventive(0), len, lambda _: None)
