"""More cries, voices and laughter from Debian's packages, as corpora in the table's layout.

There are few recordings of screams, and most of those at hand are of one game; of laughter there
are fewer still, and it is what a house must not be woken for. Names of files say what they are;
what is short (a grunt) is left out, since nothing tells it from an effort. Only packages that apt
verifies are read; nothing of them goes into the repository.
"""

import csv
import re
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from models.data.debian import require_programs, unpacked
from models.data.sound import read_native
from models.errors import DataError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

CRIES, LAUGHTER = "debian_games", "debian_laughter"
COLUMNS: Final = ("file", "label", "package", "dur")
CRY: Final = "scream_pain_death"
Rule = tuple[str, str, str]
"""Package, what is in the path of a file, and what the file is then."""
RULES: Final[dict[str, tuple[Rule, ...]]] = {
    CRIES: (
        ("freedoom", r"/freedoom2\.wad$", CRY),
        ("scorched3d-data", r"/misc/scream([123]|ing)\.wav$", CRY),
        ("hyperrogue-music", r"/sounds/die-(prince|princess|fairy)\.ogg$", CRY),
        ("warmux-data", r"/voices/(death|injured_)", "comic_pain"),
        ("warmux-data", r"/voices/", "comic_speech"),
    ),
    LAUGHTER: (
        ("btanks-data", r"/laugh\d+\.ogg$", "laugh"),
        ("crossfire-client", r"/Evil_Laugh\.wav$", "laugh"),
        ("mirrormagic-data", r"/snd_classic/lachen\.wav$", "laugh"),
        ("monsterz-data", r"/laugh\.wav$", "laugh"),
        ("scratch", r"/Human/Laugh-", "laugh"),
        ("trackballs-data", r"/(crazy|evil)laugh\.wav$", "laugh"),
        ("tuxpaint-data", r"/giggle\.wav$", "laugh"),
        ("xemacs21-basesupport", r"/(laugh|Snicker)\.au$", "laugh"),
    ),
}
"""What is wanted, by corpus; of the rules that fit a file the first holds."""
# The player's and the former humans' lumps of a Doom archive.
WAD_CRIES: Final = frozenset({
    "DSPLPAIN", "DSPLDETH", "DSPDIEHI", "DSPOPAIN", "DSPODTH1", "DSPODTH2", "DSPODTH3",
})  # fmt: skip
SHORTEST_S: Final = 0.35
PEAK: Final = 0.5
_WAD_HEADER, _WAD_ENTRY, _SOUND_HEADER = (
    struct.Struct("<4sii"),
    struct.Struct("<ii8s"),
    struct.Struct("<HHI"),
)
_DIGITAL: Final = 3  # kind of a lump that holds samples
_PADDING: Final = 16  # bytes before and after them


def fetch(out: Path, corpus: str) -> int:
    """Fetch the packages and make ``corpus`` below ``out``; returns how many recordings it has.

    Args:
        out: the data root.
        corpus: one of RULES.

    Raises:
        DataError: if apt is missing, a package cannot be had, or the corpus is there already.
            Nothing half-made is left.
    """
    require_programs()
    if (out / corpus).exists():
        raise DataError(f"{out / corpus} is there already.", "Remove it to make it anew.")
    out.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory(dir=out, prefix=".unfinished-") as name:
        work = Path(name)
        for package in sorted({package for package, _, _ in RULES[corpus]}):
            folder = unpacked(package, work / "packages")
            for label, file, samples in recordings(corpus, package, folder):
                below = f"{package}/{file}.flac"
                path = work / corpus / below
                path.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
                rows.append((below, label, package, f"{len(samples) / SAMPLE_RATE:.3f}"))
        with (work / corpus / "labels.csv").open("w", newline="", encoding="utf-8") as table:
            csv.writer(table).writerows([COLUMNS, *rows])
        (work / corpus).replace(out / corpus)
    return len(rows)


def recordings(corpus: str, package: str, folder: Path) -> Iterator[tuple[str, str, Float]]:
    """Label, name without extension and samples of what is wanted of an unpacked package."""
    for path in sorted(folder.rglob("*")):
        label = label_of(corpus, package, path.as_posix())
        if label is None or not path.is_file():
            continue
        for name, heard in _sounds(path):
            if len(heard) >= SHORTEST_S * SAMPLE_RATE:
                yield label, name, _levelled(heard)


def _sounds(path: Path) -> Iterator[tuple[str, Float]]:
    if path.suffix == ".wad":
        for name, samples in sorted(lumps(path.read_bytes()).items()):
            if name in WAD_CRIES:
                yield name.lower(), samples
        return
    samples, rate = read_native(path)
    yield path.stem, soxr.resample(samples, rate, SAMPLE_RATE)


def label_of(corpus: str, package: str, path: str) -> str | None:
    """What the file of a package is; None if ``corpus`` does not want it."""
    for wanted, pattern, label in RULES[corpus]:
        if package == wanted and re.search(pattern, path):
            return label
    return None


def lumps(archive: bytes) -> dict[str, Float]:
    """The sounds of a Doom archive by name, at 16 kHz.

    Raises:
        DataError: it is no such archive.
    """
    try:
        kind, count, directory = _WAD_HEADER.unpack_from(archive)
        if kind not in {b"IWAD", b"PWAD"}:
            raise DataError("This is no Doom archive.", "Fetch the package again.")
        found = {}
        for number in range(count):
            at, size, raw = _WAD_ENTRY.unpack_from(archive, directory + number * _WAD_ENTRY.size)
            name = raw.rstrip(b"\0").decode("latin-1")
            if not name.startswith("DS") or size < _SOUND_HEADER.size + 2 * _PADDING:
                continue
            kind_of, rate, length = _SOUND_HEADER.unpack_from(archive, at)
            if kind_of != _DIGITAL:
                continue
            begin = at + _SOUND_HEADER.size + _PADDING
            samples = np.frombuffer(archive, np.uint8, length - 2 * _PADDING, begin)
            centred = samples.astype(np.float32) / np.float32(128.0) - np.float32(1.0)
            found[name] = soxr.resample(centred, rate, SAMPLE_RATE)
    except (struct.error, ValueError) as error:
        raise DataError(f"The Doom archive is damaged ({error}).", "Fetch it again.") from error
    return found


def _levelled(samples: Float) -> Float:
    return samples * np.float32(PEAK / (np.abs(samples).max() + 1e-9))
