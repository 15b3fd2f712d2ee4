"""More everyday speech and music from Debian's own packages, as corpora in the table's layout.

Spoken telephone prompts in five languages, one speaker each (CC BY-SA 3.0), and the music that is
played to those who wait (Opsound, CC BY-SA): both G.722 at 16 kHz. Only packages that apt verifies
are read; nothing of them goes into the repository.
"""

import csv
import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.errors import DataError
from models.features.constants import SAMPLE_RATE

Float = NDArray[np.float32]

SPEECH, MUSIC = "debian_speech", "debian_music"
PACKAGES: Final = {
    "asterisk-core-sounds-en-g722": (SPEECH, "speech", "en"),
    "asterisk-core-sounds-es-g722": (SPEECH, "speech", "es"),
    "asterisk-core-sounds-fr-g722": (SPEECH, "speech", "fr"),
    "asterisk-core-sounds-it-g722": (SPEECH, "speech", "it"),
    "asterisk-core-sounds-ru-g722": (SPEECH, "speech", "ru"),
    "asterisk-moh-opsound-g722": (MUSIC, "music", ""),
}
COLUMNS: Final = ("file", "label", "package", "lang", "dur")
SHORTEST_S: Final = 1.0  # single digits and letters say little
NO_SPEECH: Final = ("silence", "beep", "tt-monkeys")
PIECE_S: Final = 30.0  # of music, as long as the other corpora's


def fetch(out: Path) -> dict[str, int]:
    """Fetch the packages and make their corpora below ``out``; returns the recordings of each.

    Raises:
        DataError: if apt or the decoder is missing, a package cannot be had, or a corpus is there
            already. Nothing half-made is left.
    """
    require_programs()
    _require_decoder()
    for corpus in {corpus for corpus, _, _ in PACKAGES.values()}:
        if (out / corpus).exists():
            raise DataError(f"{out / corpus} is there already.", "Remove it to make it anew.")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".unfinished-") as name:
        work = Path(name)
        rows: dict[str, list[tuple[str, ...]]] = {}
        for package, (corpus, label, language) in PACKAGES.items():
            folder = unpacked(package, work / "packages")
            for file, samples in _recordings(folder):
                below = f"{package}/{file}.flac"
                path = work / corpus / below
                path.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_16")
                seconds = f"{len(samples) / SAMPLE_RATE:.3f}"
                rows.setdefault(corpus, []).append((below, label, package, language, seconds))
        for corpus, lines in rows.items():
            with (work / corpus / "labels.csv").open("w", newline="", encoding="utf-8") as table:
                csv.writer(table).writerows([COLUMNS, *lines])
            (work / corpus).replace(out / corpus)
    return {corpus: len(lines) for corpus, lines in rows.items()}


def require_programs() -> None:
    """What fetching packages needs.

    Raises:
        DataError: it is not here.
    """
    for program in ("apt-get", "dpkg-deb"):
        if shutil.which(program) is None:
            raise DataError(f"{program} is not here.", "Debian's packages are fetched on Debian.")


def _require_decoder() -> None:
    if importlib.util.find_spec("av") is None:
        raise DataError(
            "PyAV, which decodes G.722, is not installed.",
            "Install the extra: pip install 'distressd[language]'",
        )


def unpacked(package: str, work: Path) -> Path:
    """The folder of the files of a package that apt fetches and verifies.

    Raises:
        DataError: it cannot be had.
    """
    folder = work / package
    folder.mkdir(parents=True)
    _run(package, folder, "apt-get", "download", "-q", package)
    archives = [path.name for path in folder.glob("*.deb")]
    _run(package, folder, "dpkg-deb", "-x", *archives, "files")
    return folder / "files"


def _run(package: str, folder: Path, program: str, *words: str) -> None:
    command = [shutil.which(program) or program, *words]
    done = subprocess.run(  # noqa: S603 - words of this module's own
        command, cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise DataError(
            f"{package} cannot be had ({program}: {said}).",
            "Run `apt-get update` and try again.",
        )


def _recordings(folder: Path) -> Iterator[tuple[str, Float]]:
    """Names without extension, and samples; music in pieces."""
    for path in sorted(folder.rglob("*.g722")):
        if path.stem.startswith(NO_SPEECH) or path.parent.name in NO_SPEECH:
            continue
        samples = decoded(path)
        name = f"{path.parent.name}-{path.stem}"
        if len(samples) < SHORTEST_S * SAMPLE_RATE:
            continue
        size = int(PIECE_S * SAMPLE_RATE)
        if len(samples) <= size:
            yield name, samples
            continue
        for number in range(len(samples) // size):
            yield f"{name}-{number}", samples[number * size : (number + 1) * size]


def decoded(path: Path) -> Float:
    """Samples of a G.722 file without header, 16 kHz mono.

    Raises:
        DataError: if it cannot be decoded.
    """
    import av

    try:
        with av.open(str(path), format="g722") as container:
            frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    except (av.FFmpegError, OSError) as error:
        raise DataError(
            f"{path} cannot be decoded ({error}).", "Fetch the package again."
        ) from error
    whole = np.concatenate(frames) if frames else np.zeros(0, np.int16)
    return np.asarray(whole, np.float32) / np.float32(32768.0)
