"""What is not read under a data root is said, and how it would be."""

from pathlib import Path

import pytest

from models.data.corpora import DataError, corpora_in, read_corpus
from models.data.overlooked import overlooked, spelling_of


def touched(root: Path, file: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).touch()


def test_what_is_read_is_not_told_of_and_what_is_not_is(tmp_path):
    touched(tmp_path, "crema_d/AudioWAV/1001_DFA_ANG_XX.wav")
    touched(tmp_path, "mine/labels.csv")
    touched(tmp_path, "CREMA-D/AudioWAV/1001_DFA_ANG_XX.wav")
    touched(tmp_path, "theirs/deep/call.WAV")
    touched(tmp_path, "text/comments.txt")
    touched(tmp_path, ".trash/old.wav")
    touched(tmp_path, "loose.wav")
    found = overlooked(tmp_path)
    assert set(found) == {"CREMA-D", "theirs"}
    assert "called crema_d, it would be read" in found["CREMA-D"]
    assert "no labels.csv" in found["theirs"]


@pytest.mark.parametrize(
    ("folder", "corpus"),
    [
        ("RAVDESS", "ravdess"),
        ("Audio_Speech_Actors_01-24", "ravdess"),
        ("TESS Toronto emotional speech set data", "tess"),
        ("EMO-DB", "emodb"),
        ("IEMOCAP_full_release", "iemocap"),
        ("ESC-50-master", "esc50"),
        ("UrbanSound8K", "us8k"),
        ("donateacry-corpus", "donateacry"),
        ("nEMO", "nemo"),
        ("holiday", None),
    ],
)
def test_what_archives_are_called_tells_what_they_hold(folder, corpus):
    assert spelling_of(folder) == corpus


def test_a_root_of_nothing_but_misspelt_corpora_says_how_they_are_spelt(tmp_path):
    touched(tmp_path, "SAVEE/DC/a01.wav")
    with pytest.raises(DataError, match="No corpus lies in") as raised:
        corpora_in(tmp_path)
    assert "SAVEE: no corpus has this name; called savee, it would be read" in raised.value.remedy


def test_a_misspelt_corpus_that_is_asked_for_says_so_too(tmp_path):
    touched(tmp_path, "CREMA-D/AudioWAV/1001_DFA_ANG_XX.wav")
    with pytest.raises(DataError, match=r"labels\.csv is missing") as raised:
        list(read_corpus(tmp_path, "CREMA-D"))
    assert "crema_d" in raised.value.remedy
