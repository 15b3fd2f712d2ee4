"""Speech and music from Debian's packages: what is made of them, and what is said without them."""

import csv

import numpy as np
import pytest

from models.data import debian
from models.data.corpora import read_corpus
from models.data.splits import fold_of
from models.errors import DataError
from models.features.constants import SAMPLE_RATE

av = pytest.importorskip("av", reason="needs the language extra")


def g722(path, seconds):
    """A tone as Asterisk's packages have it: G.722 without a header."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tone = (np.sin(2 * np.pi * 440 * time) * 8000).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="g722") as container:
        stream = container.add_stream("g722", rate=SAMPLE_RATE)
        stream.layout, stream.format = "mono", "s16"
        frame = av.AudioFrame.from_ndarray(tone.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)


@pytest.fixture
def packages(monkeypatch):
    """Stands in for apt: each package has a prompt, a digit, silence, and a minute and a bit."""

    def unpacked(package, work):
        folder = work / package / "files" / "sounds"
        g722(folder / "en" / "welcome.g722", 2.0)
        g722(folder / "en" / "one.g722", 0.4)
        g722(folder / "silence" / "3.g722", 3.0)
        g722(folder / "en" / "long.g722", 65.0)
        return folder

    monkeypatch.setattr(debian, "unpacked", unpacked)
    monkeypatch.setattr(debian, "PACKAGES", dict(list(debian.PACKAGES.items())[-2:]))
    monkeypatch.setattr(debian.shutil, "which", lambda program: f"/usr/bin/{program}")


def test_packages_become_corpora_that_are_read_like_any_other(packages, tmp_path):
    made = debian.fetch(tmp_path / "data")
    assert made == {"debian_speech": 3, "debian_music": 3}
    clips = list(read_corpus(tmp_path / "data", "debian_speech"))
    assert sorted(clip.duration_s for clip in clips) == pytest.approx([2.0, 30.0, 30.0], abs=0.05)
    for clip in clips:
        assert clip.group == "debian_speech:asterisk-core-sounds-ru-g722"
        assert fold_of(clip.group) == "test"
        samples = clip.read()
        assert np.sqrt(np.mean(samples**2)) == pytest.approx(8000 / 32768 / np.sqrt(2), rel=0.05)
    assert {path.name for path in (tmp_path / "data").iterdir()} == set(made)


def test_a_corpus_that_is_there_is_not_touched(packages, tmp_path):
    (tmp_path / "debian_music").mkdir()
    with pytest.raises(DataError, match="debian_music is there already"):
        debian.fetch(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["debian_music"]


def test_a_package_that_cannot_be_had_leaves_nothing_behind(packages, tmp_path, monkeypatch):
    def unpacked(package, work):
        raise DataError(f"{package} cannot be had.")

    monkeypatch.setattr(debian, "unpacked", unpacked)
    with pytest.raises(DataError, match="cannot be had"):
        debian.fetch(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_apt_it_says_where_it_works(tmp_path, monkeypatch):
    monkeypatch.setattr(debian.shutil, "which", lambda program: None)
    with pytest.raises(DataError, match="apt-get is not here"):
        debian.fetch(tmp_path)


def test_every_package_has_one_fold_and_both_sides_have_some():
    folds = {fold_of(f"{corpus}:{package}") for package, (corpus, _, _) in debian.PACKAGES.items()}
    assert folds == {"train", "dev", "test"}


def test_the_table_has_the_columns_that_readers_need(packages, tmp_path):
    debian.fetch(tmp_path)
    with (tmp_path / "debian_music" / "labels.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["label"] for row in rows} == {"music"}
    assert all((tmp_path / "debian_music" / row["file"]).is_file() for row in rows)
