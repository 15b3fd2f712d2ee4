"""The ear of the 13-MFCC network: the LSTM every hop, sound events every 100 ms, and a rule."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from models.calibration import (
    FEATURES,
    Calibration,
    either,
    emotion_features,
    sound_features,
)
from models.ear.ear import SoundWindow
from models.features.constants import HOP
from models.features.frontend import SILENT, FrontEnd, Heard
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.features.history import History
from models.features.offset import Offset
from models.networks.stepper import Stepper, softmax
from models.networks.weights import Weights
from models.sounds.groups import GROUPS
from models.sounds.network import HEARD_HOPS, WINDOW, SoundNetwork

Float = NDArray[np.float32]

SMOOTHING = 1.0 / 30.0  # of the posterior, per hop: a third of a second
EVENT_HOPS = 10  # sound events run every 100 ms
IDLE_EVENT_HOPS = 50  # and every 500 ms when the gate has been closed for a window's length
ANGRY, FEARFUL = 4, 5


class FrameEar:
    """Steps through a stream hop by hop. Attributes hold what was heard last.

    Args:
        weights: the acoustic weights, with gate, gain and calibration in their metadata.
        sounds: the sound-event network, or None where it cannot be had.
        gate: settings that override those in the metadata.

    Attributes:
        logits: the network's newest, in a buffer that it reuses.
        posterior: smoothed probabilities of the eight emotions; meaningful while ``is_open``.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        window: the newest sound events, or None.
        features: what the calibration sees, in the order of ``models.calibration.FEATURES``.
    """

    def __init__(
        self, weights: Weights, sounds: SoundNetwork | None, gate: GateSettings | None = None
    ) -> None:
        metadata = weights.metadata
        self._front = FrontEnd(
            gate or GateSettings(**metadata["gate"]), GainSettings(**metadata["gain"])
        )
        self._coming: deque[Heard] = deque()
        self._now = SILENT.conditioned
        self._stepper = Stepper(weights.tensors)
        self._sounds = sounds
        self._hears_voices = sounds is not None and sounds.hears_voices
        self._by_voice = Calibration.of(metadata["calibration"]["voice"])
        self.features = np.zeros(len(FEATURES), np.float32)
        self._sound_distress = 0.0
        self._history = History(WINDOW, slack=WINDOW)
        self._offset = Offset()
        self._hops = self._unheard = 0
        self._closed_for = 0
        self._begin_stretch = False
        self.logits = np.zeros(self._stepper.classes, np.float32)
        self.posterior = np.zeros(self._stepper.classes, np.float32)
        self.window: SoundWindow | None = None
        self.distress = self.infant = 0.0
        self.ran_events = False

    @property
    def is_open(self) -> bool:
        """Whether the gate is open."""
        return self._now.is_open

    @property
    def level_db(self) -> float:
        """Loudness of the last hop, dBFS rms."""
        return self._now.level_db

    @property
    def floor_db(self) -> float:
        """The gate's noise floor, dBFS under its pre-emphasis."""
        return self._now.floor_db

    def expect(self, hops: Float) -> None:
        """These come next, (n, 160): what does not hang on what is heard is made at once."""
        self._coming.extend(self._front.run(hops))

    def step(self, hop: Float) -> None:
        """Take in one hop, (160,) float32 at 16 kHz."""
        self._hops += 1
        if not self._coming:
            self.expect(hop.reshape(1, HOP))
        self._now, frames, _ = self._coming.popleft()
        if self._now.opened:
            self._stepper.reset()
            self._begin_stretch = True
        for frame in frames:
            self.logits = self._stepper.step(frame)
            self._smooth(softmax(self.logits))
        if self._sounds:
            self._hear_events(self._sounds, hop)
        heard = float(self.posterior[ANGRY] + self.posterior[FEARFUL]) if self.is_open else None
        emotion_features(heard, self.features)
        voice = self._by_voice(self.features)[0] if heard is not None else 0.0
        self.distress = (
            self._sound_distress if self._hears_voices else either(voice, self._sound_distress)
        )

    def interrupt(self) -> None:
        """Samples are missing before the next hop: nothing that was heard goes on.

        The stretch ends, and no window may join sounds that were apart, perhaps by hours. The
        noise floor and the gain's envelope stay: the room is still the same.
        """
        self._front.interrupt()
        self._now = self._now._replace(is_open=False)
        self._stepper.reset()
        self._history.forget()
        self._offset.forget()
        self._unheard = self._closed_for = 0
        if self._sounds:
            self._sounds.forget()
        self.window = None
        self.distress = self.infant = self._sound_distress = 0.0

    def _smooth(self, posterior: Float) -> None:
        if self._begin_stretch:
            self.posterior[:] = posterior
            self._begin_stretch = False
            return
        np.subtract(posterior, self.posterior, out=posterior)
        posterior *= np.float32(SMOOTHING)
        self.posterior += posterior

    def _hear_events(self, sounds: SoundNetwork, hop: Float) -> None:
        self._history.add(self._offset.without(hop.reshape(1, HOP)).reshape(-1))
        self._unheard += 1
        self._closed_for = 0 if self.is_open else self._closed_for + 1
        idle = self._closed_for > WINDOW // HOP
        self.ran_events = self._hops % (IDLE_EVENT_HOPS if idle else EVENT_HOPS) == 0
        if self.ran_events:
            sounds.hear(self._history.last(WINDOW), min(self._unheard, HEARD_HOPS))
            self._unheard = 0
            sound_features(sounds.grouped, self.features)
            self._sound_distress, self.infant = sounds.distress, sounds.infant
            grouped = dict(zip(GROUPS, (float(s) for s in sounds.grouped), strict=True))
            self.window = SoundWindow(self._hops, grouped, sounds.top())
