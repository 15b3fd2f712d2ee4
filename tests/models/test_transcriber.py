"""Whisper on speech, on nothing, on noise, and on broken files."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.transcriber import Transcriber, model_folder

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("language_models")]


@pytest.fixture(scope="module")
def transcriber(language_models) -> Transcriber:
    return Transcriber()


def test_a_batch_of_unlike_lengths_is_written_down(transcriber, spoken):
    short, long = "Please help me!", "The weather will be sunny and warm all weekend long."
    found = transcriber([spoken(short), spoken(long), np.zeros(100, np.float32)], word_times=True)
    assert [one.doubt for one in found] == ["", "", "empty"]
    assert "help" in found[0].text.lower()
    assert "weekend" in found[1].text.lower()
    assert found[1].trustworthy
    words = found[1].words
    assert [word.text for word in words] == found[1].text.split()
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert 0.0 <= times[0] < times[-1] <= len(spoken(long)) / 16_000 + 0.1


def test_alone_it_says_the_same_as_in_a_batch(transcriber, spoken):
    sentence = spoken("Call an ambulance, my father is not breathing.")
    alone = transcriber([sentence])[0]
    together = transcriber([sentence, spoken("Good morning.")])[0]
    assert alone.text == together.text
    assert "ambulance" in alone.text.lower()


def test_nothing_is_invented_on_silence_and_noise(transcriber):
    rng = np.random.default_rng(2)
    noise = [rng.standard_normal(16_000 * s).astype(np.float32) * 0.05 for s in (1, 3, 8)]
    hum = np.sin(np.arange(64_000) * 0.05).astype(np.float32) * 0.3
    found = transcriber([*noise, hum, np.zeros(48_000, np.float32)])
    assert [one.text for one in found] == [""] * 5
    assert all(one.doubt for one in found)


def test_any_length_is_taken(transcriber):
    assert transcriber([]) == []
    ten_minutes = np.zeros(16_000 * 600, np.float32)
    assert [one.text for one in transcriber([ten_minutes, np.zeros(160, np.float32)])] == ["", ""]


def test_a_folder_without_its_tokenizer_is_told_and_fetches_nothing(tmp_path):
    whole = model_folder("tiny.en")
    (tmp_path / "model.bin").symlink_to(whole / "model.bin")
    shutil.copy(whole / "config.json", tmp_path)
    with pytest.raises(ModelError, match=r"lacks tokenizer\.json"):
        Transcriber(tmp_path)


def test_files_that_are_no_whisper_model_are_told(tmp_path: Path):
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(ModelError, match="cannot be loaded as a Whisper model"):
        Transcriber(tmp_path)
    with pytest.raises(ModelError, match="neither registered nor a folder"):
        Transcriber("huge.klingon")
