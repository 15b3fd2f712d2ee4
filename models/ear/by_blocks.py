"""The ear of the listener: ten hops at a time, while there is something to hear.

Nothing but the gate runs while it is closed. When it opens, the blocks before the opening are
heard first, so that the network knows the room; when it has been closed for as long as a window of
the sound events, listening ends and the state is forgotten. Training cuts its streams the same
way (``models.training.listener.stretches``).
"""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from models.ear.ear import SoundWindow
from models.features.conditioning import NOTHING, Conditioned, Conditioner
from models.features.constants import FRAME, HOP
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.features.history import History
from models.features.logmel import LogMel
from models.networks.listener_stepper import BLOCK, ListenerStepper
from models.networks.stepper import softmax
from models.networks.weights import Weights
from models.sounds.groups import GROUPS
from models.sounds.yamnet import WINDOW, Yamnet

Float = NDArray[np.float32]

SMOOTHING = 0.3  # of the posterior, per block: a third of a second
LINGER_HOPS = WINDOW // HOP  # listening goes on so long after the gate has closed
CATCH_UP = 5  # blocks that are heard when listening begins, the newest included
EMOTIONS = 8
NAMED = 3


class BlockEar:
    """Steps through a stream hop by hop. Attributes hold what was heard last.

    Args:
        weights: of a listener, with gate, gain and calibration in their metadata.
        sounds: YAMNet, or None where it cannot be had: the listener then does without, and tells
            the sound events itself.
        gate: settings that override those in the metadata.

    Attributes:
        posterior: smoothed probabilities of the eight emotions; meaningful while ``is_open``.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        window: the newest sound events, or None.
    """

    def __init__(
        self, weights: Weights, sounds: Yamnet | None, gate: GateSettings | None = None
    ) -> None:
        metadata = weights.metadata
        self._conditioner = Conditioner(
            gate or GateSettings(**metadata["gate"]), GainSettings(**metadata["gain"])
        )
        self._coming: deque[Conditioned] = deque()
        self._now = NOTHING
        self._mel = LogMel()
        self._listener = ListenerStepper(weights.tensors)
        self._sounds = sounds
        self._calibration = metadata["calibration"]["with" if sounds else "without"]
        self._classes: tuple[str, ...] = tuple(metadata["classes"])
        place = {name: number for number, name in enumerate(self._classes)}
        self._groups = {
            group: np.array([place[name] for name in names]) for group, names in GROUPS.items()
        }
        self._history = History(max(WINDOW, CATCH_UP * BLOCK * HOP + FRAME), slack=WINDOW)
        self._gains = np.ones(CATCH_UP * BLOCK, np.float32)
        self._hops = 0
        self._closed_for = LINGER_HOPS + 1
        self._listening = False
        self.posterior = np.full(EMOTIONS, 1.0 / EMOTIONS, np.float32)
        self.window: SoundWindow | None = None
        self.distress = self.infant = 0.0

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
        self._coming.extend(self._conditioner.run(hops))

    def step(self, hop: Float) -> None:
        """Take in one hop, (160,) float32 at 16 kHz."""
        if not self._coming:
            self.expect(hop.reshape(1, HOP))
        self._now = self._coming.popleft()
        self._history.add(self._now.samples)
        self._gains[self._hops % len(self._gains)] = self._now.gain
        self._hops += 1
        self._closed_for = 0 if self.is_open else self._closed_for + 1
        if self._hops % BLOCK == 0:
            self._end_block()

    def interrupt(self) -> None:
        """Samples are missing before the next hop: nothing that was heard goes on."""
        self._conditioner.interrupt()
        self._now = self._now._replace(is_open=False)
        self._history.forget()
        self._closed_for = LINGER_HOPS + 1
        self._stop_listening()

    def _end_block(self) -> None:
        if self._closed_for > LINGER_HOPS:
            self._stop_listening()
            return
        begins = not self._listening
        blocks = CATCH_UP if begins else 1
        mel = self._features(blocks * BLOCK)
        if begins:
            self._listening = True
            self._listener.reset()
            for block in range(blocks - 1):
                self._listener.step(mel[block * BLOCK : (block + 1) * BLOCK], None)
        self._hear(mel[-BLOCK:], begins=begins)

    def _stop_listening(self) -> None:
        self._listening = False
        self.window = None
        self.distress = self.infant = 0.0

    def _features(self, hops: int) -> Float:
        newest = np.arange(self._hops - hops, self._hops) % len(self._gains)
        return self._mel(self._history.last(hops * HOP + FRAME - HOP), self._gains[newest])

    def _hear(self, mel: Float, *, begins: bool) -> None:
        listener, sounds = self._listener, self._sounds
        if sounds is None:
            listener.step(mel, None)
            self.window = self._own_window()
        else:
            scores = sounds(self._history.last(WINDOW))
            listener.step(mel, sounds.embedding())
            grouped = dict(zip(GROUPS, map(float, sounds.grouped), strict=True))
            self.window = SoundWindow(self._hops, grouped, sounds.top(scores))
        emotion = softmax(listener.emotion)
        self.posterior += np.float32(1.0 if begins else SMOOTHING) * (emotion - self.posterior)
        self.distress, self.infant = self._calibrated(listener.outcome)

    def _own_window(self) -> SoundWindow:
        scores = 1.0 / (1.0 + np.exp(-self._listener.scores))
        order = np.argsort(scores)[: -NAMED - 1 : -1]
        return SoundWindow(
            self._hops,
            {group: float(scores[members].max()) for group, members in self._groups.items()},
            tuple((self._classes[place], float(scores[place])) for place in order),
        )

    def _calibrated(self, outcome: Float) -> tuple[float, float]:
        """Platt's scaling of the log-odds of each outcome against the rest."""
        none, distress, infant = (float(logit) for logit in outcome)
        return (
            self._scaled("distress", distress - _log_sum(none, infant)),
            self._scaled("infant", infant - _log_sum(none, distress)),
        )

    def _scaled(self, outcome: str, log_odds: float) -> float:
        weight, bias = self._calibration[outcome]
        return 1.0 / (1.0 + math.exp(-min(max(weight * log_odds + bias, -30.0), 30.0)))


def _log_sum(one: float, other: float) -> float:
    """ln(eᵃ + eᵇ)."""
    most = max(one, other)
    return most + math.log1p(math.exp(min(one, other) - most))
