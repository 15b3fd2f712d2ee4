"""A corpus with one of each mistake, and what the report says of it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.data.corpora import read_corpus
from models.data.inspection import inspect
from models.data.validation import report
from models.data.voice import voice_detector
from models.features.constants import SAMPLE_RATE

RNG = np.random.default_rng(1)


def noise(seconds: float = 1.0, level: float = 0.1) -> np.ndarray:
    return (RNG.standard_normal(int(seconds * SAMPLE_RATE)) * level).clip(-0.9, 0.9)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "tess"
    folder.mkdir()
    good, loud = noise(), noise()
    loud[100:140] = 1.0
    sounds = {
        "OAF_back_angry": (good, SAMPLE_RATE),
        "OAF_bean_angry": (good, SAMPLE_RATE),
        "OAF_beg_fear": (loud, SAMPLE_RATE),
        "OAF_bite_sad": (noise(level=1e-4), SAMPLE_RATE),
        "OAF_boat_happy": (noise(), 8000),
        "OAF_bone_ps": (noise(2.0), SAMPLE_RATE),
        "OAF_book_neutral": (noise(), SAMPLE_RATE),
    }
    lines = ["file,label,speaker,dur"]
    for name, (samples, rate) in sounds.items():
        soundfile.write(folder / f"{name}.flac", samples, rate, subtype="PCM_24")
        label = {"ps": "surprise", "neutral": "calm"}.get(*[name.split("_")[2]] * 2)
        dur = 2.0 if rate == 8000 else 1.0
        lines.append(f"{name}.flac,{label},OAF,{dur}")
    (folder / "OAF_calm_disgust.flac").write_bytes(b"no sound")
    lines.append("OAF_calm_disgust.flac,disgust,OAF,1.0")
    lines.append("OAF_gone_disgust.flac,disgust,OAF,1.0")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_every_mistake_is_told_once_and_of_the_right_file(corpus):
    clips = list(read_corpus(corpus, "tess"))
    (one,) = report(clips, [inspect(clip) for clip in clips])
    files = {kind: [Path(f).stem for f, _ in found] for kind, found in one.problems.items()}
    assert files == {
        "clipped": ["OAF_beg_fear"],
        "silent": ["OAF_bite_sad"],
        "rate": ["OAF_boat_happy"],
        "duration": ["OAF_bone_ps"],
        "named_otherwise": ["OAF_book_neutral"],
        "undecodable": ["OAF_calm_disgust", "OAF_gone_disgust"],
    }
    assert one.duplicates == [["tess/OAF_back_angry.flac", "tess/OAF_bean_angry.flac"]]
    assert not one.fit
    assert one.groups == 1
    assert one.imbalance == 2.0
    told = "\n".join(one.sentences())
    assert "note: 1 rate" in told
    assert "8000 Hz, read at 16000 Hz" in told
    assert "its name says neutral, the table calm" in told
    assert "the same audio" in told


def test_a_corpus_with_notes_only_is_fit(corpus):
    kept = ("OAF_back_angry", "OAF_bean_angry", "OAF_beg_fear", "OAF_bite_sad",
            "OAF_boat_happy", "OAF_bone_ps")  # fmt: skip
    clips = [c for c in read_corpus(corpus, "tess") if Path(c.file).stem in kept]
    (one,) = report(clips, [inspect(clip) for clip in clips])
    assert one.fit
    assert one.stored()["verdicts"] == {"distress": 3, "apart": 1, "not_distress": 2}


def test_a_recording_in_two_folds_makes_a_corpus_unfit(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    twice, once = noise(), noise()
    for name, samples in (("a", twice), ("b", twice), ("c", once), ("d", once)):
        soundfile.write(folder / f"{name}.wav", samples, SAMPLE_RATE)
    (folder / "labels.csv").write_text(
        "file,label,speaker,fold\na.wav,speech,ann,train\nb.wav,speech,bob,test\n"
        "c.wav,speech,ann,train\nd.wav,speech,cat,train\n"
    )
    clips = list(read_corpus(tmp_path, "mine"))
    found = [inspect(clip) for clip in clips]
    (one,) = report(clips, found)
    assert dict(one.problems) == {
        "in_another_fold": [
            ("mine/a.wav", "train; the same is in test as mine/b.wav"),
            ("mine/b.wav", "test; the same is in train as mine/a.wav"),
        ]
    }
    assert not one.fit
    assert "wrong: 2 in another fold" in "\n".join(one.sentences())
    (together,) = report(clips, found, {"train": clips, "dev": [], "test": []})
    assert together.fit
    assert len(together.duplicates) == 2


def test_voice_is_missed_where_it_is_claimed_and_told_where_it_is_denied(corpus):
    clips = list(read_corpus(corpus, "tess"))
    silent = inspect(clips[0], lambda _: 0.0)
    assert silent.problems == ("no_voice",)
    assert inspect(clips[0], lambda _: 0.4).problems == ()
    (corpus / "esc10" / "002 - Rain").mkdir(parents=True)
    soundfile.write(corpus / "esc10/002 - Rain/1-17367-A.flac", noise(), SAMPLE_RATE)
    (rain,) = read_corpus(corpus, "esc10")
    assert inspect(rain, lambda _: 0.4).problems == ("voice",)
    assert inspect(rain, lambda _: 0.0).problems == ()


def test_voice_is_looked_for_at_the_rate_that_its_detector_knows(tmp_path):
    (tmp_path / "tess").mkdir()
    soundfile.write(tmp_path / "tess" / "OAF_back_angry.wav", noise(3.0), 48_000)
    (clip,) = read_corpus(tmp_path, "tess")
    heard: list[np.ndarray] = []
    found = inspect(clip, lambda samples: float(heard.append(samples) or 1.0))
    assert [len(samples) for samples in heard] == [SAMPLE_RATE]
    assert found.problems == ("rate",)


@pytest.mark.data
def test_the_detector_hears_speech_and_not_noise(data_root):
    pytest.importorskip("faster_whisper", reason="needs the language extra")
    seconds = voice_detector()
    spoken = next(read_corpus(data_root, "librispeech"))
    assert seconds(spoken.read()) > 0.5 * spoken.duration_s
    assert seconds(noise(3.0).astype(np.float32)) == 0.0
