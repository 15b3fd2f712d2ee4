"""The ear of the 13-MFCC network: the LSTM every hop, sound events every 100 ms, and a rule."""

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.calibration import (
    FEATURES,
    Calibration,
    either,
    emotion_features,
    sound_features,
)
from models.data.labels import EMOTIONS
from models.ear.ear import SoundWindow
from models.features.conditioning import NOTHING, Conditioned
from models.features.constants import HOP
from models.features.frontend import FrontEnd, Heard
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.features.history import History
from models.features.mfcc import N_MFCC
from models.features.offset import Offset
from models.networks.stepper import Stepper, softmax
from models.networks.weights import Weights
from models.sounds.groups import AROUND, GROUPS
from models.sounds.network import HEARD_HOPS, WINDOW, SoundNetwork

Float = NDArray[np.float32]

SMOOTHING = 1.0 / 30.0  # of the posterior, per hop: a third of a second
EVENT_HOPS = 10  # sound events run every 100 ms
IDLE_EVENT_HOPS = 50  # and every 500 ms when the gate has been closed for a window's length
ANGRY, FEARFUL = 4, 5
_SMOOTHING = np.array(SMOOTHING, np.float32)


class Voice(NamedTuple):
    """What the network said of one hop.

    Attributes:
        now: gate and gain.
        logits: (8,) after the newest frame.
        posterior: (8,) smoothed probabilities.
    """

    now: Conditioned
    logits: Float
    posterior: Float


class FrameEar:
    """Steps through a stream hop by hop. Attributes hold what was heard last.

    Args:
        weights: the acoustic weights, with gate, gain and calibration in their metadata.
        sounds: the sound-event network, or None where it cannot be had.
        gate: settings that override those in the metadata.

    Attributes:
        logits: the network's newest.
        posterior: smoothed probabilities of the eight emotions; meaningful while ``is_open``.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        window: the newest sound events, or None.

    Raises:
        ModelError: a tensor is missing or of another shape, or the calibration is of other figures.
    """

    def __init__(
        self, weights: Weights, sounds: SoundNetwork | None, gate: GateSettings | None = None
    ) -> None:
        metadata = weights.metadata
        self._front = FrontEnd(
            gate or GateSettings(**metadata["gate"]), GainSettings(**metadata["gain"])
        )
        self._coming: deque[Voice] = deque()
        self._now = NOTHING
        self._stepper = Stepper.of(weights, N_MFCC, len(EMOTIONS))
        self._sounds = sounds
        self._hears_voices = sounds is not None and sounds.hears_voices
        self._by_voice = Calibration.of(metadata["calibration"]["voice"])
        self._figures = np.zeros(len(FEATURES), np.float32)
        self._sound_distress = 0.0
        self._history = History(WINDOW, slack=WINDOW)
        self._offset = Offset()
        self._hops = self._unheard = 0
        self._closed_for = 0
        self._begin_stretch = False
        self.logits = np.zeros(self._stepper.classes, np.float32)
        self.posterior = np.zeros(self._stepper.classes, np.float32)
        self._newest = Voice(self._now, self.logits, self.posterior)
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

    @property
    def features(self) -> Float:
        """What the calibrations see, in the order of ``models.calibration.FEATURES``."""
        emotion_features(self._voiced(), self._figures)
        if self._sounds is not None and self.window is not None:
            sound_features(self._sounds.grouped, self._figures)
        return self._figures

    def expect(self, hops: Float) -> None:
        """These come next, (n, 160): what does not hang on what is heard is made at once."""
        if self._sounds is not None:
            self._history.add(self._offset.without(hops).reshape(-1))
        self._understand(self._front.run(hops))

    def step(self, hop: Float) -> None:
        """Take in one hop, (160,) float32 at 16 kHz."""
        self._hops += 1
        if not self._coming:
            self.expect(hop.reshape(1, HOP))
        self._now, self.logits, self.posterior = self._coming.popleft()
        if self._sounds is not None:
            self._hear_events(self._sounds)
        if self._hears_voices:
            self.distress = self._sound_distress
            return
        voice = 0.0
        if self._now.is_open:
            emotion_features(self._voiced(), self._figures)
            voice = self._by_voice(self._figures)[0]
        self.distress = either(voice, self._sound_distress)

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
        if self._sounds is not None:
            self._sounds.forget()
        self.window = None
        self.distress = self.infant = self._sound_distress = 0.0

    def _voiced(self) -> float | None:
        """Probability of anger or fear; None while the gate is closed."""
        if not self._now.is_open:
            return None
        return float(self.posterior[ANGRY] + self.posterior[FEARFUL])

    def _understand(self, heard: list[Heard]) -> None:
        """Step through the frames of the next hops: all of one stretch at once."""
        if len(heard) == len(heard[0].features) == 1 and not heard[0].conditioned.opened:
            self._go_on_by_one(heard[0])
            return
        begin = 0
        for number, one in enumerate(heard):
            if one.conditioned.opened:
                self._go_on(heard[begin:number])
                self._stepper.reset()
                self._begin_stretch = True
                begin = number
        self._go_on(heard[begin:] if begin else heard)

    def _go_on(self, heard: list[Heard]) -> None:
        """Hops between which no stretch begins."""
        parts = [one.features for one in heard if len(one.features)]
        if not parts:
            last = self._newest
            self._coming.extend(
                [Voice(one.conditioned, last.logits, last.posterior) for one in heard]
            )
            return
        logits = self._stepper.run(parts[0] if len(parts) == 1 else np.concatenate(parts))
        posteriors = self._smoothed(softmax(logits))
        newest, at = self._newest, -1
        for one in heard:
            at += len(one.features)
            if len(one.features):
                newest = Voice(one.conditioned, logits[at], posteriors[at])
            else:
                newest = newest._replace(now=one.conditioned)
            self._coming.append(newest)
        self._newest = newest

    def _go_on_by_one(self, one: Heard) -> None:
        """The same for a single hop within a stretch, which must not wait."""
        logits = self._stepper.step(one.features[0])
        posterior = self._smoothed(softmax(logits)[None])[0]
        self._newest = Voice(one.conditioned, logits, posterior)
        self._coming.append(self._newest)

    def _smoothed(self, posteriors: Float) -> Float:
        """Frame after frame, (n, 8), in place."""
        rows = iter(posteriors)
        last = next(rows) if self._begin_stretch else self._newest.posterior
        self._begin_stretch = False
        for row in rows:
            np.subtract(row, last, out=row)
            np.multiply(row, _SMOOTHING, out=row)
            last = np.add(last, row, out=row)
        return posteriors

    def _hear_events(self, sounds: SoundNetwork) -> None:
        self._unheard += 1
        self._closed_for = 0 if self._now.is_open else self._closed_for + 1
        idle = self._closed_for > WINDOW // HOP
        self.ran_events = self._hops % (IDLE_EVENT_HOPS if idle else EVENT_HOPS) == 0
        if self.ran_events:
            ahead = len(self._coming) * HOP
            window = self._history.last(WINDOW + ahead)[:WINDOW]
            sounds.hear(window, min(self._unheard, HEARD_HOPS))
            self._unheard = 0
            self._sound_distress, self.infant = sounds.distress, sounds.infant
            grouped = dict(zip(GROUPS, sounds.grouped.tolist(), strict=True))
            around = dict(zip(AROUND, sounds.around.tolist(), strict=True))
            self.window = SoundWindow(self._hops, grouped, sounds.top(), around)
