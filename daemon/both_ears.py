"""Both ears as one, hop by hop, in one thread: for evaluation."""

from daemon.acoustic.loop import REPORTED_HOPS, is_notable
from daemon.acoustic.second_ear import Asker, SecondEar
from daemon.audio.ring import Ring
from daemon.fusion.opinions import Opinions
from models.ear import Ear, SoundWindow
from models.ear.ear import Float
from models.features.constants import HOP
from models.networks.voice import WINDOW


class BothEars:
    """An :class:`models.ear.Ear` whose ``distress`` is what fusion would take for it.

    Args:
        first: hears every hop.
        second: is asked as the daemon asks it, and answers at once.
    """

    def __init__(self, first: Ear, second: SecondEar) -> None:
        self._first = first
        self._ring = Ring(2 * WINDOW)
        reader = self._ring.reader("second ear")
        self._opinions = Opinions()
        self._asker = Asker(reader, second, self._opinions.take, in_step=True)
        self.posterior: Float = first.posterior
        self.window: SoundWindow | None = None
        self.distress = self.infant = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the gate is open."""
        return self._first.is_open

    @property
    def level_db(self) -> float:
        """Loudness of the last hop, dBFS rms."""
        return self._first.level_db

    @property
    def floor_db(self) -> float:
        """The gate's noise floor, dBFS under its pre-emphasis."""
        return self._first.floor_db

    def expect(self, hops: Float) -> None:
        """These come next, (n, 160)."""
        self._first.expect(hops)

    def step(self, hop: Float) -> None:
        """Take in one hop, (160,) float32 at 16 kHz."""
        first = self._first
        first.step(hop)
        self._ring.write(hop)
        sample = self._ring.written
        if is_notable(first) or sample // HOP % REPORTED_HOPS == 0:
            self._asker.hear(sample, first.distress, gate=first.is_open)
        self.posterior, self.window, self.infant = first.posterior, first.window, first.infant
        self.distress = self._opinions.beside(first.distress, sample)

    def interrupt(self) -> None:
        """Samples are missing before the next hop."""
        self._first.interrupt()
        self._ring.interrupt()
