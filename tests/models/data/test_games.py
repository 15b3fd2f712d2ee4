"""Cries of Debian's games: what is wanted of each package, and archives that are damaged."""

import contextlib
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from models.data import games
from models.data.corpora import read_corpus
from models.data.splits import fold_of
from models.errors import DataError
from models.features.constants import SAMPLE_RATE


def archive(sounds: dict[str, np.ndarray]) -> bytes:
    """A Doom archive: header, lumps, directory."""
    body, entries = b"", []
    for name, samples in sounds.items():
        lump = struct.pack("<HHI", 3, 11_025, len(samples) + 32)
        lump += bytes([128] * 16) + samples.tobytes() + bytes([128] * 16)
        entries.append(struct.pack("<ii8s", 12 + len(body), len(lump), name.encode()))
        body += lump
    return struct.pack("<4sii", b"IWAD", len(entries), 12 + len(body)) + body + b"".join(entries)


def tone(seconds: float) -> np.ndarray:
    return (128 + 100 * np.sin(np.arange(int(seconds * 11_025)) / 4)).astype(np.uint8)


FILES = ("misc/scream1.wav", "misc/boom.wav", "voices/death1.wav", "voices/jump.wav")
LAUGHS = (
    "laugh01.ogg", "laugh.wav", "Evil_Laugh.wav", "snd_classic/lachen.wav", "Human/Laugh-male1.wav",
    "Human/Cough-male.wav", "crazylaugh.wav", "giggle.wav", "Snicker.au",
)  # fmt: skip


@pytest.fixture
def packages(monkeypatch):
    """Stands in for apt."""

    def unpacked(package, work):
        folder = work / package / "files"
        folder.mkdir(parents=True)
        noise = 0.2 * np.random.default_rng(1).standard_normal((8_000, 2))
        if package == "freedoom":
            cries = {"DSPLDETH": tone(1.0), "DSPLPAIN": tone(0.1), "DSPISTOL": tone(1.0)}
            for wad in ("freedoom1.wad", "freedoom2.wad"):
                (folder / wad).write_bytes(archive(cries))
        for file in (*FILES, *LAUGHS):
            (folder / file).parent.mkdir(exist_ok=True)
            soundfile.write(folder / file, noise, 8_000)
        return folder

    monkeypatch.setattr(games, "unpacked", unpacked)
    monkeypatch.setattr(games, "require_programs", lambda: None)


def test_packages_become_a_corpus_that_is_read_like_any_other(packages, tmp_path):
    assert games.fetch(tmp_path, games.CRIES) == 4
    clips = read_corpus(tmp_path, games.CRIES)
    assert sorted((clip.group, clip.label) for clip in clips) == [
        ("debian_games:freedoom", "scream_pain_death"),
        ("debian_games:scorched3d-data", "scream_pain_death"),
        ("debian_games:warmux-data", "comic_pain"),
        ("debian_games:warmux-data", "comic_speech"),
    ]
    for clip in clips:
        assert fold_of(clip.group) == "train"
        assert np.abs(clip.read()).max() == pytest.approx(games.PEAK, abs=0.01)


def test_laughter_is_no_distress_and_no_training_hears_it(packages, tmp_path):
    made = games.fetch(tmp_path, games.LAUGHTER)
    clips = list(read_corpus(tmp_path, games.LAUGHTER))
    packages_wanted = {package for package, _, _ in games.RULES[games.LAUGHTER]}
    assert made == len(packages_wanted)
    assert {clip.group.partition(":")[2] for clip in clips} == packages_wanted
    assert {(c.label, c.meaning.verdict) for c in clips} == {("laugh", "not_distress")}
    assert {fold_of(clip.group) for clip in clips} == {"test"}


def test_a_corpus_that_is_there_is_not_made_again(packages, tmp_path):
    games.fetch(tmp_path, games.CRIES)
    with pytest.raises(DataError, match="there already"):
        games.fetch(tmp_path, games.CRIES)


def test_lumps_are_heard_at_the_right_rate():
    found = games.lumps(archive({"DSPLDETH": tone(1.0)}))
    assert len(found["DSPLDETH"]) == pytest.approx(SAMPLE_RATE, rel=0.01)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_a_damaged_archive_is_refused_or_read_never_a_traceback(rubbish, cut):
    whole = archive({"DSPLDETH": tone(0.02)})
    for data in (rubbish, whole[:cut], whole[:cut] + rubbish):
        with contextlib.suppress(DataError):
            assert set(games.lumps(data)) <= {"DSPLDETH"}
