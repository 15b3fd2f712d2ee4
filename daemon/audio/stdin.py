"""Raw PCM on standard input: 16 kHz, one channel, signed 16-bit, little-endian, no header."""

import logging
import os
import select

import numpy as np

from daemon.audio.pace import Pace
from daemon.audio.played import Blocks, PlayedSource
from daemon.errors import RecordingError
from daemon.health import Health

log = logging.getLogger(__name__)

_FORMAT = "16 kHz, one channel, signed 16-bit little-endian, without a header"
_EXAMPLE = "For example: arecord -t raw -f S16_LE -r 16000 -c 1 | distressd run --source stdin"
_STALLED = "Standard input sends nothing."
_STALLED_REMEDY = "Does the program at the other end of the pipe still record?"
STALLED_S = 1.0  # at real pace; as fast as it goes, whoever pipes may take any time
_CHUNK = 3_200  # bytes, 100 ms; less where less is there


class StdinSource(PlayedSource):
    """Plays what is piped in until it ends.

    Args:
        pace: at real pace, or as fast as it comes and is read.
        health: where its state is reported.
        descriptor: the file descriptor that is read.
    """

    # A sound card at the other end of the pipe has a clock of its own. Played a thousandth too
    # fast, its sound never piles up in the pipe: it simply comes late, and is written at once.
    haste = 0.001

    def __init__(self, pace: Pace, health: Health, descriptor: int = 0) -> None:
        super().__init__("stdin", "Standard input", pace, health)
        self._descriptor = descriptor
        self._interrupted: int | None = None  # the end of a pipe that interrupt() closes

    def open(self) -> Blocks:
        """Begin to read."""
        if os.isatty(self._descriptor):
            raise RecordingError(
                "Standard input is a terminal, not sound.", f"Pipe sound in: {_FORMAT}. {_EXAMPLE}"
            )
        wake, self._interrupted = os.pipe()
        return self._blocks(wake)

    def interrupt(self) -> None:
        """End a wait for more."""
        if self._interrupted is not None:
            os.close(self._interrupted)
            self._interrupted = None

    def _blocks(self, wake: int) -> Blocks:
        try:
            first = True
            odd = b""
            while data := self._read(wake):
                if first and data.startswith((b"RIFF", b"fLaC", b"OggS", b"ID3")):
                    raise RecordingError(
                        "Standard input carries a sound file, not raw samples.",
                        "Name the file with --source file:PATH, or convert it:"
                        " ffmpeg -i IN -f s16le -ac 1 -ar 16000 - | distressd run --source stdin",
                    )
                first = False
                whole = odd + data
                odd = whole[len(whole) // 2 * 2 :]
                pcm = np.frombuffer(whole, "<i2", len(whole) // 2)
                yield np.multiply(pcm, 1 / 32768, dtype=np.float32)
            if first and not self._stop.is_set():
                raise RecordingError("Standard input held no sound.", f"Pipe sound in: {_FORMAT}.")
            if odd:
                log.warning(
                    "Standard input ended in the middle of a sample; that half is left out."
                )
        finally:
            os.close(wake)

    def _read(self, wake: int) -> bytes:
        """The next bytes; none at the end. Health is told while a live pipe stands still."""
        try:
            if self._pace == "max" or self._there(wake, STALLED_S):
                return self._read_once_there(wake)
            log.warning("%s %s Waiting for more.", _STALLED, _STALLED_REMEDY)
            self._health.report("source", "unavailable", _STALLED, _STALLED_REMEDY)
            data = self._read_once_there(wake)
        except OSError as error:
            raise RecordingError(
                f"Standard input cannot be read ({error.strerror}).", f"Pipe sound in: {_FORMAT}."
            ) from error
        if data:
            log.info("Standard input goes on.")
            self._health.report("source", "ok", self.label)
        return data

    def _there(self, wake: int, timeout_s: float | None = None) -> list[int]:
        return select.select((self._descriptor, wake), (), (), timeout_s)[0]

    def _read_once_there(self, wake: int) -> bytes:
        return b"" if wake in self._there(wake) else os.read(self._descriptor, _CHUNK)
