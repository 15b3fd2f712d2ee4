"""The second ear: asked about the last two seconds where the first suspects something.

It costs too much for the hop loop, and knows voices better. In the daemon the language worker's
process hears; recordings that are replayed are heard here.
"""

import logging
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from daemon.acoustic.opinion import Opinion
from daemon.audio.following import LARGEST_STEP, Following
from daemon.audio.ring import RingReader
from models import registry
from models.catalogue import WHISPER
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.features.history import History
from models.networks import voice, weights

log = logging.getLogger(__name__)

STEP_DELAY: Final = SAMPLE_RATE // 10  # in a recording, an opinion counts so long after its window
FULL_SCALE: Final = np.float32(32767.0)

Pcm = NDArray[np.int16]
Opined = Callable[[Opinion], None]


def sound_of(window: Pcm) -> NDArray[np.float32]:
    """The samples of a window, float32 in [-1, 1]."""
    return window * (np.float32(1.0) / FULL_SCALE)


class SecondEar(Protocol):
    """Whoever hears windows."""

    def ask(self, window: Pcm, sample: int, opined: Opined) -> None:
        """Have the ``window`` heard that ends before ``sample``.

        Args:
            window: (``voice.WINDOW``,) at 16 kHz.
            sample: absolute index.
            opined: called once with what was heard, in any thread; or never.
        """


class HeardHere:
    """Hears windows at once, in the thread that asks.

    Args:
        network: what hears.
    """

    def __init__(self, network: voice.VoiceNetwork) -> None:
        self._network = network

    def ask(self, window: Pcm, sample: int, opined: Opined) -> None:
        """See :class:`SecondEar`; ``opined`` is called before this returns."""
        opined(Opinion(sample, self._network(sound_of(window)).evidence))


@cache
def heard_here() -> HeardHere | None:
    """The second ear of this process; None, told once, where Whisper's encoder cannot be had."""
    try:
        return HeardHere(load_voice())
    except ModelError as error:
        log.warning("Nothing is asked a second time: %s", error)
        return None


def load_voice() -> voice.VoiceNetwork:
    """The network whose heads come along.

    Raises:
        ModelError: its encoder, or they, cannot be had.
    """
    return voice.VoiceNetwork(registry.find(WHISPER), weights.load(voice.SHIPPED))


class Asker:
    """Decides what the second ear is asked about: in the hop loop's thread.

    Args:
        reader: its own place in the ring.
        ear: who is asked.
        opined: takes each opinion from which on it counts, as :class:`SecondEar` calls it.
        in_step: for recordings, whose ear answers at once: opinions count a fixed time after their
            window, so that a recording gives the same events at any pace.
        paused: whether nobody wants to know.
    """

    def __init__(
        self,
        reader: RingReader,
        ear: SecondEar,
        opined: Opined,
        *,
        in_step: bool,
        paused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._following = Following(reader)
        self._ear = ear
        self._opined = opined
        self._in_step = in_step
        self._paused = paused
        self._history = History(voice.WINDOW, slack=LARGEST_STEP)
        self._due: deque[Opinion] = deque()
        self._asked = -voice.EVERY

    def hear(self, sample: int, distress: float, *, gate: bool) -> None:
        """Take in what the first ear made of a hop, and ask where that is suspicious.

        Args:
            sample: absolute index of the hop's end.
            distress: probability.
            gate: whether it was open.
        """
        block, missing = self._following.until(sample)
        if missing:
            self._history.forget()
        self._history.add(block)
        while self._due and self._due[0].sample + STEP_DELAY <= sample:
            self._opined(self._due.popleft())
        suspicious = gate and distress >= voice.SUSPECTED
        if not suspicious or sample - self._asked < voice.EVERY or self._paused():
            return
        self._asked = sample
        window = np.clip(self._history.last(voice.WINDOW), -1.0, 1.0) * FULL_SCALE
        self._ear.ask(
            window.astype(np.int16),
            sample,
            self._due.append if self._in_step else self._opined,
        )
