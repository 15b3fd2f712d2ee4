"""A recording: anything libsndfile reads, block by block, as 16 kHz mono float32."""

import logging
import re
from collections.abc import Generator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from daemon.audio import mono
from daemon.audio.ring import Samples
from daemon.closing import Closing
from daemon.errors import RecordingError
from models.features.constants import SAMPLE_RATE

log = logging.getLogger(__name__)

_BLOCK_VALUES = 1 << 16  # samples of all channels that are decoded at once
_RATES = range(1_000, 768_001)
_CONVERT = "Convert it first, for example: ffmpeg -i IN -ac 1 -ar 16000 OUT.wav"
_AGAIN = "Copy or record it again."

# How libsndfile's log tells of a file that ends before its data does.
_CUT_OFF = re.compile(r"^ *(?:data|SSND|Data Size) *: *(\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN_SIZE = 0x7FFF_0000  # written by programs that stream: the true size came too late
_MISCOUNT = 64  # bytes by which careless programs are wrong


class Recording(Closing):
    """An open recording; a context manager.

    Args:
        path: the file.

    Attributes:
        path: the file.
        duration_s: seconds, as its header says.
        replaced: samples that were no numbers and became 0, so far.

    Raises:
        RecordingError: it is missing, empty, damaged, cut off or in no format that is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.replaced = 0
        self._file = _open(path)
        self.duration_s = self._file.frames / self._file.samplerate

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self) -> Generator[Samples, None, None]:
        """The samples, 16 kHz mono in [-1, 1], in pieces that are independent of everything.

        Raises:
            RecordingError: the file turns out to be damaged.
        """
        rate = self._file.samplerate
        if rate == SAMPLE_RATE:
            yield from self._native()
            return
        resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        for block in self._native():
            yield np.clip(resampler.resample_chunk(block), -1.0, 1.0)
        yield np.clip(resampler.resample_chunk(np.empty(0, np.float32), last=True), -1.0, 1.0)

    def _native(self) -> Generator[Samples, None, None]:
        """Mono blocks at the file's own rate."""
        channels = self._file.channels
        frames = np.empty((max(256, _BLOCK_VALUES // channels), channels), np.float32)
        decoded = 0
        while True:
            try:
                block = self._file.read(out=frames)
            except soundfile.SoundFileError as error:
                raise RecordingError(
                    f"{self.path} is damaged after {decoded / self._file.samplerate:.1f} s"
                    f" ({_plain(error)}).",
                    _AGAIN,
                ) from error
            if not len(block):
                break
            decoded += len(block)
            samples: Samples = np.empty(len(block), np.float32)
            self._count(mono.mix(block, samples))
            yield samples
        if not decoded:
            raise RecordingError(f"{self.path} holds no sound.", _AGAIN)
        if decoded < self._file.frames:
            log.warning(
                "%s promised %.1f s and held %.1f s; what it held was heard.",
                self.path,
                self.duration_s,
                decoded / self._file.samplerate,
            )

    def _count(self, replaced: int) -> None:
        if replaced and not self.replaced:
            log.warning(
                "%s has samples that are not numbers; they are heard as silence.", self.path
            )
        self.replaced += replaced


def read_recording(path: Path) -> Samples:
    """The whole of a recording, 16 kHz mono.

    Raises:
        RecordingError: it cannot be read.
    """
    with Recording(path) as recording:
        return np.concatenate(list(recording.blocks()))


def _open(path: Path) -> soundfile.SoundFile:
    size = _size(path)
    if size == 0:
        raise RecordingError(f"{path} is empty.", _AGAIN)
    if path.suffix.lower() == ".raw":
        raise RecordingError(
            f"{path} is raw samples, which do not say what they are.",
            "Pipe 16 kHz mono signed 16-bit samples to --source stdin, or make a WAV of it.",
        )
    try:
        file = soundfile.SoundFile(path)
    except soundfile.SoundFileError as error:
        raise RecordingError(
            f"{path} is not a recording that can be read ({_plain(error)}).", _CONVERT
        ) from error
    try:
        _check(path, file)
    except RecordingError:
        file.close()
        raise
    return file


def _size(path: Path) -> int:
    try:
        if path.is_file():
            with path.open("rb"):
                return path.stat().st_size
        what = "is a folder" if path.is_dir() else "is not a file" if path.exists() else ""
    except OSError as error:
        raise RecordingError(
            f"{path} cannot be opened ({error.strerror}).", "Check its permissions."
        ) from error
    if what:
        raise RecordingError(f"{path} {what}, not a recording.", "Name a sound file.")
    raise RecordingError(f"{path} does not exist.", "Check the path.")


def _check(path: Path, file: soundfile.SoundFile) -> None:
    for claimed, held in _CUT_OFF.findall(file.extra_info):
        if int(held) + _MISCOUNT < int(claimed) < _UNKNOWN_SIZE:
            raise RecordingError(
                f"{path} is cut off: it holds {int(held)} of {int(claimed)} bytes of sound.", _AGAIN
            )
    if not file.frames:
        raise RecordingError(f"{path} holds no sound.", _AGAIN)
    if file.samplerate not in _RATES:
        raise RecordingError(
            f"{path} claims {file.samplerate} samples a second, which no recording has.", _CONVERT
        )


def _plain(error: soundfile.SoundFileError) -> str:
    """The sentence of libsndfile, without the path and the full stop."""
    text = error.error_string if isinstance(error, soundfile.LibsndfileError) else str(error)
    return text.removeprefix("Error : ").strip().rstrip(".")
