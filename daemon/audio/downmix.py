"""Both channels of a microphone as one, where one of them may be upside down."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from daemon.audio.mono import mean_of, mix

Frames = NDArray[np.float32]

EVERY = 25  # blocks: of each quarter of a second, one is looked at
LOW = (2, 3, 4, 5)  # of 100 Hz: what is compared. Their window lets nothing of an offset through
OVERTONES = tuple(range(6, 14))  # ... and what must be no different, where it is heard
FAINT = 1e-3  # times as loud as what is low, and it is not
ALIKE = 0.9  # correlation either way from which a look counts
OVER = 0.5  # ... of overtones, which are further apart in two capsules
DOUBT = 0.3  # ... and from which one the other way makes all that counted void
LOOKS = 6  # that have to agree
LEAST = 1e-8  # power: what is fainter is background at any rate
GROWS = 1.4  # the background, from look to look, where nothing is fainter: 6 dB a second
STANDS_OUT = 10.0  # times the background: from there on a look tells how the channels are wired


class Downmix:
    """The channels of one stream.

    The mean of two channels, of which one was wired the wrong way round, is next to silence.
    Where they turn out to be opposite, the louder one is heard alone: their difference would be
    a little clearer, and next to silence itself where they were opposite for a while only. What
    is low arrives at two capsules of one device at the same time, wherever it comes from, so
    that only wires turn it round; a high tone, as of a smoke alarm, may well arrive in opposite
    phase, and is no reason. Nor is what is there all the time: a hum that the wires themselves
    catch may be either way round in either pair, and where nobody speaks there is nothing else.
    Nor is a tone alone: where the capsules are a foot apart or more it may arrive in opposite
    phase though it is low, as an infant's cry does, but then its overtones do not.

    Args:
        channels: how many there are; only two are ever looked at.

    Attributes:
        inverted: whether one of the two is the other one upside down.
    """

    def __init__(self, channels: int) -> None:
        self.inverted = False
        self._two = channels == 2  # noqa: PLR2004 - a pair
        self._straight = self._shares = mean_of(channels)
        self._blocks = self._looks = 0
        self._background = LEAST

    def mix(self, frames: Frames, out: Frames) -> int:
        """Write ``frames`` (time, channels), 10 ms of them, into ``out`` (time,).

        Returns:
            How many samples were no numbers and became 0.
        """
        replaced = mix(frames, out, self._shares)
        if self._two:
            self._blocks += 1
            if self._blocks % EVERY == 0 and self._is_wrong(frames):
                self._turn(frames, out)
        return replaced

    @np.errstate(all="ignore")  # what is no number agrees with nothing
    def _is_wrong(self, frames: Frames) -> bool:
        """Whether the channels are the other way round than they are taken for, look after look."""
        waves = _waves(len(frames)) @ frames
        alike, power = _likeness(waves[: 2 * len(LOW)])
        overtones, loudness = _likeness(waves[2 * len(LOW) :])
        told = power > STANDS_OUT * self._background
        # In this order: what is no number is not the least.
        self._background = max(LEAST, min(GROWS * self._background, power))
        if not told:
            return False
        if not loudness > FAINT * power:
            overtones = alike
        if self.inverted:
            alike, overtones = -alike, -overtones
        if alike < -ALIKE and overtones < -OVER:
            self._looks += 1
        elif max(alike, overtones) > DOUBT:
            self._looks = 0
        return self._looks >= LOOKS

    def _turn(self, frames: Frames, out: Frames) -> None:
        """Take them the other way round from the end of this block on, without a click."""
        before = out.copy()
        self._looks = 0
        self.inverted = not self.inverted
        self._shares = _louder(frames) if self.inverted else self._straight
        mix(frames, out, self._shares)
        out += (before - out) * np.linspace(1.0, 0.0, len(out), dtype=np.float32)


def _louder(frames: Frames) -> Frames:
    """Shares of the louder channel alone."""
    shares: Frames = np.eye(frames.shape[1], dtype=np.float32)[np.argmax((frames**2).sum(axis=0))]
    return shares


def _likeness(waves: Frames) -> tuple[float, float]:
    """How alike the channels (frequencies, 2) are, from -1 to 1, and how loud both."""
    one, other = waves.T
    power = np.sqrt(one @ one) * np.sqrt(other @ other)
    return float((one @ other) / power), float(power)


@cache
def _waves(size: int) -> Frames:
    """Cosines and sines under Hann's window, (2 · frequencies, ``size``)."""
    turns = 2 * np.pi * np.arange(size) / size
    waves = [wave(n * turns) for n in (*LOW, *OVERTONES) for wave in (np.cos, np.sin)]
    found: Frames = (np.array(waves) * (1 - np.cos(turns)) / size).astype(np.float32)
    return found
