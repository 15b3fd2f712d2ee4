"""What was kept and is damaged is told by its name, with what to do."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import DataError
from models.training import pooling
from models.training.student import recordings
from models.training.voice import windows


def by_pooling(path: Path) -> None:
    pooling._write(path, {"a.flac": np.ones((2, 4, 3), np.float32)})


def by_windows(path: Path) -> None:
    made = windows.Windows(np.arange(3), np.ones((3, 5), np.float16), np.array(["a", "b", "a+b"]))
    windows._written(path, made)


def by_recordings(path: Path) -> None:
    version = recordings.Version(1.0, 0, 4, np.ones((5, 104), np.float16))
    one = recordings.Recording("a.flac", (version,), np.ones((2, 521), np.float16))
    recordings._write(path, [one])


KEEPERS = {
    "pooling": (by_pooling, pooling._read),
    "windows": (by_windows, windows._read),
    "recordings": (by_recordings, recordings._read),
}


def flipped(path: Path) -> None:
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half] + bytes([content[half] ^ 255]) + content[half + 1 :])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("something else")


def another(path: Path) -> None:
    np.savez(path, other=np.ones(3))


def uneven(path: Path) -> None:
    with np.load(path) as found:
        parts = {name: found[name] for name in found.files}
    last = next(iter(parts))
    np.savez(path, **parts | {last: np.concatenate([parts[last], parts[last]])})


@pytest.mark.parametrize("keeper", KEEPERS)
@pytest.mark.parametrize("damage", [flipped, cut, emptied, text, another, uneven])
def test_a_damaged_file_is_named_and_may_be_deleted(tmp_path, keeper, damage):
    write, read = KEEPERS[keeper]
    path = tmp_path / "kept.npz"
    write(path)
    assert len(read(path)) if keeper != "windows" else len(read(path).of)
    damage(path)
    with pytest.raises(DataError) as raised:
        read(path)
    assert str(path) in raised.value.message
    assert "Delete it" in raised.value.remedy
