"""The model files that are not in the repository: what they are, whose, and where they lie.

A file is looked for in the folders that ``DISTRESSD_MODELS`` names, then in the user's data
folder, and is used only if its SHA-256 is one that stands here.
"""

import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from models.errors import ModelError

ENVIRONMENT = "DISTRESSD_MODELS"


@dataclass(frozen=True, slots=True)
class Edition:
    """One published form of a file; ``url`` is empty where its publisher serves another form."""

    filename: str
    sha256: str
    size: int  # bytes
    url: str = ""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that a model needs, in the order in which its editions are preferred."""

    name: str
    model: str  # what it belongs to; `distressd models pull MODEL` fetches all of it
    publisher: str
    licence: str
    purpose: str
    editions: tuple[Edition, ...]

    @property
    def published(self) -> Edition:
        """The edition that its publisher serves."""
        return next(edition for edition in self.editions if edition.url)


FILES: dict[str, ModelFile] = {
    file.name: file
    for file in (
        ModelFile(
            name="yamnet",
            model="yamnet",
            publisher="Google",
            licence="Apache-2.0",
            purpose="hears screams, crying, shouting and other sound events",
            editions=(
                # The plain network, which the calibration was made with. Google served it on
                # TensorFlow Hub; what it serves today is the same network with its labels and a
                # description appended, for MediaPipe.
                Edition(
                    "yamnet_waveform15600.tflite",
                    "469be6a3421cbc52cf97e9f2f966cba984198e8e7af9854d68b3e3ebb1e04194",
                    4_078_224,
                ),
                Edition(
                    "yamnet.tflite",
                    "4d8b4a53282dc83ef04e3e7dbc4fbc98082e34e44ed798e16c3a0cdd4c584faf",
                    4_126_810,
                    "https://storage.googleapis.com/mediapipe-models/audio_classifier/yamnet/"
                    "float32/1/yamnet.tflite",
                ),
            ),
        ),
        ModelFile(
            name="yamnet-classes",
            model="yamnet",
            publisher="Google",
            licence="Apache-2.0",
            purpose="names of the 521 sounds that YAMNet tells apart",
            editions=(
                Edition(
                    "yamnet_class_map.csv",
                    "cdf24d193e196d9e95912a2667051ae203e92a2ba09449218ccb40ef787c6df2",
                    14_096,
                    "https://raw.githubusercontent.com/tensorflow/models/"
                    "dfffd623b6be8d1d9744b8e261fbac370d17c46d/research/audioset/yamnet/"
                    "yamnet_class_map.csv",
                ),
            ),
        ),
    )
}


def find(name: str) -> Path:
    """Where the file ``name`` lies, its hash verified (once for each state of it on the disk).

    Raises:
        ModelError: if there is none, or none with a hash that is known.
    """
    file = known(name)
    damaged: list[Path] = []
    for path, edition in _candidates(file):
        if not path.is_file():
            continue
        if verify(path, edition):
            return path
        damaged.append(path)
    remedy = f"Run `distressd models pull {file.model}`, or name its folder in {ENVIRONMENT}."
    if damaged:
        raise ModelError(
            f"{damaged[0]} is damaged or another version: its SHA-256 is not the one expected.",
            f"Delete it. {remedy}",
        )
    raise ModelError(f"The model file {file.published.filename} was not found.", remedy)


def known(name: str) -> ModelFile:
    """The file of that name.

    Raises:
        ModelError: if there is no such file in the registry.
    """
    if name not in FILES:
        raise ModelError(f"There is no model file {name}.", f"Known are: {', '.join(FILES)}.")
    return FILES[name]


def folders() -> tuple[Path, ...]:
    """Where files are looked for, in this order."""
    named = os.environ.get(ENVIRONMENT, "").split(os.pathsep)
    return (*(Path(folder).expanduser() for folder in named if folder), user_folder())


def user_folder() -> Path:
    """Where pulled files are kept."""
    return user_data_path("distressd") / "models"


def verify(path: Path, edition: Edition) -> bool:
    """Whether ``path`` is ``edition``, byte for byte.

    Raises:
        ModelError: if the file cannot be read.
    """
    try:
        state = path.stat()
        if state.st_size != edition.size:
            return False
        return _sha256(path, state.st_mtime_ns, state.st_size) == edition.sha256
    except OSError as error:
        raise ModelError(f"Cannot read the model file {path}: {error.strerror}.") from error


def _candidates(file: ModelFile) -> list[tuple[Path, Edition]]:
    return [
        (folder / edition.filename, edition) for folder in folders() for edition in file.editions
    ]


@functools.lru_cache(maxsize=64)
def _sha256(path: Path, mtime_ns: int, size: int) -> str:  # noqa: ARG001 - they key the cache
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
