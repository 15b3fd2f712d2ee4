"""Sources that are played: a thread draws blocks of samples and paces them into the ring."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Generator

from daemon.audio.pace import Pace, play
from daemon.audio.ring import Ring, Samples
from daemon.audio.source import end
from daemon.errors import DistressdError, SourceError
from daemon.health import Health
from daemon.wire.base import SourceName

log = logging.getLogger(__name__)

Blocks = Generator[Samples, None, None]


class PlayedSource(ABC):
    """A source that can wait for its readers.

    Args:
        name: what the wire calls it.
        label: what is played, as a log line would begin with it; health names it, too.
        pace: at real pace or as fast as it is read.
        health: where its state is reported.

    Attributes:
        overflows: always 0: what is played is never lost before the ring.
        error: why the stream ended, if it did not end by itself.
    """

    live = False
    haste = 0.0  # see daemon.audio.pace.play
    preparing = ""  # why the first block takes a moment, for health

    def __init__(self, name: SourceName, label: str, pace: Pace, health: Health) -> None:
        self.name: SourceName = name
        self.label = label
        self.overflows = 0
        self.error: DistressdError | None = None
        self._pace = pace
        self._health = health
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ring: Ring | None = None

    @abstractmethod
    def open(self) -> Blocks:
        """Open what is played.

        Returns:
            Its samples (16 kHz mono) in pieces of any size. Drawing them may raise
            :class:`SourceError`, too.

        Raises:
            SourceError: it cannot be played.
        """

    def figures(self) -> dict[str, float]:
        """What health is told beside the state."""
        return {}

    def interrupt(self) -> None:  # noqa: B027 - most sources never wait for what they play
        """End a wait for the next block; called once by :meth:`stop`."""

    def start(self, ring: Ring) -> None:
        """Open, and begin to play."""
        try:
            blocks = self.open()
        except SourceError as error:
            self._fail(error)
            raise
        self._ring = ring
        self._health.report("source", "starting", self.preparing, figures=self.figures())
        self._thread = threading.Thread(
            target=self._run, args=(blocks, ring), name=f"source-{self.name}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End playing, and close the ring."""
        self._stop.set()
        if self._thread is None or self._ring is None:
            return
        self.interrupt()
        if not end(self._thread, self._ring, self.label):
            self._health.report("source", "ended", "stopped", figures=self.figures())

    def _run(self, blocks: Blocks, ring: Ring) -> None:
        reason = ""
        try:
            if play(self._begun(blocks), ring, self._pace, self._stop, haste=self.haste):
                log.info("%s has ended.", self.label)
            else:
                reason = "stopped"
            self._health.report("source", "ended", reason, figures=self.figures())
        except SourceError as error:  # told by whoever started the source, once it has ended
            self._fail(error)
            reason = error.message
        except Exception as error:
            log.exception(
                "%s broke off by a mistake in distressd; nothing more of it is heard.", self.label
            )
            self._fail(SourceError(f"{self.label} broke off: {error}."))
            reason = str(error)
        finally:
            blocks.close()
            ring.close(reason)

    def _begun(self, blocks: Blocks) -> Blocks:
        """The same blocks; health learns of the first."""
        begun = False
        for block in blocks:
            if not begun:
                begun = True
                log.info("%s is heard from now on.", self.label)
                self._health.report("source", "ok", self.label, figures=self.figures())
            yield block

    def _fail(self, error: SourceError) -> None:
        self.error = error
        self._health.report("source", "failed", error.message, error.remedy, self.figures())
