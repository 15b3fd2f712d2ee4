"""A manifest holds what was read, and refuses a group on two sides."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.data.corpora import Clip
from models.data.manifest import read_manifest, write_manifest
from models.errors import DataError

ONE = Clip(Path("root"), "tess", "tess/a, b.flac", "fear", "", "tess:OAF", 1.25)
OTHER = Clip(Path("root"), "emospeech_in", "emospeech_in/c.flac", "calm", "safe", "emospeech_in:x",
             0.5, "help")  # fmt: skip


def test_what_is_written_is_read(tmp_path):
    folds = {"train": [ONE], "dev": [], "test": [OTHER]}
    write_manifest(tmp_path / "m.csv", folds)
    assert read_manifest(tmp_path / "m.csv", Path("root")) == folds


def test_a_group_on_two_sides_is_neither_written_nor_read(tmp_path):
    path = tmp_path / "m.csv"
    with pytest.raises(DataError, match="tess:OAF is in train"):
        write_manifest(path, {"train": [ONE], "dev": [replace(ONE, file="d.flac")], "test": []})
    assert not list(tmp_path.iterdir())
    write_manifest(path, {"train": [ONE, replace(ONE, file="d.flac")], "dev": [], "test": []})
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], lines[2].replace(",train,", ",test,")]))
    with pytest.raises(DataError, match="tess:OAF is in train"):
        read_manifest(path, Path("root"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (",train,", ",training,", "line 2: 'training'"),
        (",fear,", ",feer,", "line 2: .*'feer'"),
        (",1.250", ",long", "line 2: .*long"),
        (",1.250", "", "line 2: 8 fields"),
        (",1.250", ",nan", "line 2: 'nan' is no length"),
        ("duration_s", "seconds", "lacks the column duration_s"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, before, after, said):
    path = tmp_path / "m.csv"
    write_manifest(path, {"train": [ONE], "dev": [], "test": []})
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(DataError, match=said):
        read_manifest(path, Path("root"))
