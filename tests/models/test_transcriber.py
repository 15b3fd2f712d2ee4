"""Whisper on speech, on nothing, on noise, and on broken files."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.errors import ModelError
from models.evaluation.asr import in_noise
from models.language.spoken import check_spoken
from models.language.transcript import Transcript
from models.transcriber import Transcriber, model_folder

ctranslate2 = pytest.importorskip("ctranslate2", reason="the extra 'language' is not installed")
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


CRIES = (
    "Help us, please.", "Mum, help.", "Don't hurt me.", "Somebody help me.", "Call an ambulance.",
    "Please stop, you are hurting me.", "Somebody is breaking in.", "I cannot breathe.",
)  # fmt: skip


def test_more_is_believed_of_cries_in_noise_than_is_at_first(transcriber, spoken, monkeypatch):
    rng = np.random.default_rng(4)
    sounds = [in_noise(spoken(cry), 10, rng) for cry in CRIES]
    heard = transcriber(sounds)
    both = [one.text for one in heard]
    assert any(one.faint and one.text for one in heard)
    assert not any(one.faint and one.trustworthy for one in heard)
    monkeypatch.setattr("models.transcriber._unsure", lambda _: False)
    first = [one.text for one in transcriber(sounds)]
    assert sum(map(bool, both)) > sum(map(bool, first))


def test_a_short_cry_that_is_heard_twice_alike_is_kept(transcriber, monkeypatch):
    once = Transcript("Help.", "", log_probability=-1.23, no_speech=0.1, voiced_s=0.4)
    again = Transcript("Help!", "", log_probability=-1.32, no_speech=0.1, voiced_s=0.4)
    given = iter([[once], [again]])
    monkeypatch.setattr(transcriber, "_hear", lambda *_, **__: next(given))
    (found,) = transcriber([np.zeros(16_000, np.float32)])
    assert found.text == "Help."
    assert found.faint


def test_what_is_sure_is_told_before_anything_is_heard_again(transcriber, spoken):
    clear = spoken("The weather will be sunny and warm all weekend long.")
    cries = [in_noise(spoken(cry), 5, np.random.default_rng(4)) for cry in CRIES]
    first, *later = transcriber.settled([*cries, clear, np.zeros(100, np.float32)])
    told = dict(first)
    assert "weekend" in told[len(CRIES)].text.lower()
    assert told[len(CRIES) + 1].doubt == "empty"
    assert not any(one.faint for one in told.values())
    assert later
    assert all(one.faint for some in later for _, one in some)
    places = [i for some in (first, *later) for i, _ in some]
    assert sorted(places) == list(range(len(CRIES) + 2))


def test_only_what_is_unsure_is_heard_again(transcriber, spoken, monkeypatch):
    heard = []
    encode = transcriber._whisper.encode

    def counted(features):
        heard.append(features.shape)
        return encode(features)

    monkeypatch.setattr(transcriber._whisper, "encode", counted)
    clear = spoken("The weather will be sunny and warm all weekend long.")
    rng = np.random.default_rng(2)
    transcriber([clear])
    transcriber([rng.standard_normal(48_000).astype(np.float32) * 0.05])
    assert len(heard) == 2
    transcriber([clear, in_noise(clear, -2, rng)])
    assert [shape[0] for shape in heard[2:]] in ([2], [2, 1])
    cries = [in_noise(spoken(cry), 5, rng) for cry in CRIES]
    del heard[:]
    transcriber(cries)
    assert {shape[0] for shape in heard[1:]} == {1}, "a batch of thirty seconds takes much memory"


def test_any_length_is_taken(transcriber):
    assert transcriber([]) == []
    ten_minutes = np.zeros(16_000 * 600, np.float32)
    assert [one.text for one in transcriber([ten_minutes, np.zeros(160, np.float32)])] == ["", ""]


def test_what_steers_a_terminal_is_in_no_transcript(transcriber, spoken, monkeypatch):
    said = "\x1b[31mHelp\x07 me\x9b2J, \u202eplease\u2028now!"
    write = transcriber._write

    def written(encoded, languages, frames):
        tokens = transcriber._tokenizer.encode(said)
        return [SimpleNamespace(sequences_ids=[tokens], scores=one.scores, no_speech_prob=0.0)
                for one in write(encoded, languages, frames)]  # fmt: skip

    monkeypatch.setattr(transcriber, "_write", written)
    found = transcriber([spoken("Help me, please, now!")], word_times=True, gates=False)[0]
    assert found.text == "[31mHelp me 2J, please now!"
    for text in (found.text, *(word.text for word in found.words)):
        assert text.isprintable()


def test_words_are_aligned_in_their_own_language(transcriber, spoken, monkeypatch):
    spoke, align = ["en"], transcriber._whisper.find_alignment

    def aligned(*given):
        return [[{"word": spoke[-1], "start": 0.0, "end": 0.1, "probability": 1.0}]
                for _ in align(*given)]  # fmt: skip

    monkeypatch.setattr(transcriber, "_languages", lambda _encoded, _count: ["de", "en", "fr"])
    monkeypatch.setattr(transcriber, "_speak", spoke.append)
    monkeypatch.setattr(transcriber._whisper, "find_alignment", aligned)
    found = transcriber([spoken("Good morning.")] * 3, word_times=True, gates=False)
    assert [one.words[0].text for one in found] == ["de", "en", "fr"]


def test_a_language_that_the_model_does_not_know_is_told(transcriber):
    with pytest.raises(ModelError, match=r"knows English only.*multilingual model"):
        Transcriber(language="de")
    tokens = transcriber._whisper.hf_tokenizer.get_vocab()
    check_spoken("de", tokens, "some model")
    with pytest.raises(ModelError, match=r'does not know .*spoken = "xx".*Set spoken'):
        check_spoken("xx", tokens, "some model")


@pytest.mark.skipif(bool(ctranslate2.get_cuda_device_count()), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_told_with_another(language_models):
    with pytest.raises(ModelError, match=r'no CUDA device.*device = "auto"'):
        Transcriber(device="cuda")


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
