"""Gate, gain and features as one causal step: what training sees is what the daemon hears."""

import itertools
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.features.conditioning import NOTHING, Conditioned, Conditioner
from models.features.constants import FRAME, HOP
from models.features.gain import GainSettings
from models.features.gate import SILENCE_DB, GateSettings
from models.features.history import History
from models.features.mfcc import N_MFCC, MfccExtractor

Float = NDArray[np.float32]

_FLOAT_BYTES = 4


class Heard(NamedTuple):
    """One hop, as the network is to hear it.

    Attributes:
        conditioned: gate and gain.
        features: of the frames to step through after it, (n, 13): none while the gate is closed,
            those of the pre-roll first when it opens; all-zero frames are skipped. Where
            ``conditioned.opened``, the network's state is to be reset first.
        frames: the samples that they were made of, (n, 400) under the gain.
    """

    conditioned: Conditioned
    features: Float
    frames: Float


SILENT = Heard(NOTHING, np.empty((0, N_MFCC), np.float32), np.empty((0, FRAME), np.float32))


class FrontEnd:
    """Hops of 160 samples in; features of the frames that the network is to step through, out."""

    SLACK = 64  # hops between two moves of the history to the front of its buffer

    def __init__(self, gate: GateSettings, gain: GainSettings) -> None:
        self._conditioner = Conditioner(gate, gain)
        self._mfcc = MfccExtractor()
        self._preroll = gate.preroll
        self._keep = gate.preroll * HOP + FRAME
        self._history = History(self._keep, slack=self.SLACK * HOP)
        self._gains: deque[float] = deque(maxlen=gate.preroll + 1)

    def step(self, hop: Float) -> Heard:
        """Take in one hop, (160,)."""
        return self.run(hop.reshape(1, HOP))[0]

    def run(self, hops: Float) -> list[Heard]:
        """Take in the next hops, (n, 160), at most MOST_HOPS, each as if it came alone."""
        conditioned = self._conditioner.run(hops)
        self._history.add(self._conditioner.samples.reshape(-1))
        if len(conditioned) == 1 and not conditioned[0].opened:
            return [self._go_on(conditioned[0])]
        # Row r of all windows of this run ends with hop r − 1 − preroll of it.
        rows: list[int] = []
        gains: list[float] = []
        counts: list[int] = []
        for number, one in enumerate(conditioned):
            self._gains.append(one.gain)
            if not one.is_open:
                counts.append(0)
                continue
            count = len(self._gains) if one.opened else 1
            newest = number + 1 + self._preroll
            rows.extend(range(newest - count + 1, newest + 1))
            gains.extend([one.gain] if count == 1 else self._gains)
            counts.append(count)
        if not rows:
            return [Heard(one, SILENT.features, SILENT.frames) for one in conditioned]
        return self._heard(conditioned, self._frames(len(hops), rows, gains), counts)

    def interrupt(self) -> None:
        """Samples are missing before the next hop: the stretch ends, its history is silence."""
        self._conditioner.interrupt()
        self._history.forget()
        self._gains.clear()

    def _go_on(self, one: Conditioned) -> Heard:
        """The same as below for a single hop within a stretch or outside, which must not wait."""
        self._gains.append(one.gain)
        if not one.is_open:
            return Heard(one, SILENT.features, SILENT.frames)
        frames = self._history.last(FRAME).reshape(1, FRAME) * np.float32(one.gain)
        if one.level_db <= SILENCE_DB and not frames.any():
            return Heard(one, SILENT.features, SILENT.frames)
        return Heard(one, self._mfcc(frames), frames)

    def _frames(self, hops: int, rows: list[int], gains: list[float]) -> Float:
        """The windows ``rows`` of the last ``hops`` and of the pre-roll before them."""
        recent = self._history.last(self._keep + hops * HOP)
        windows: Float = np.ndarray(
            (self._preroll + hops + 1, FRAME),
            np.float32,
            recent,
            strides=(HOP * _FLOAT_BYTES, _FLOAT_BYTES),
        )
        in_a_row = range(rows[0], rows[0] + len(rows))
        wanted = windows[rows[0] : in_a_row.stop] if rows == [*in_a_row] else windows[rows]
        return wanted * np.array(gains, np.float32)[:, None]

    def _heard(
        self, conditioned: list[Conditioned], frames: Float, counts: list[int]
    ) -> list[Heard]:
        sounding: list[bool] = np.logical_or.reduce(frames, axis=1).tolist()
        if not all(sounding):
            ends = itertools.accumulate(counts)
            counts = [
                sum(sounding[end - count : end]) for end, count in zip(ends, counts, strict=True)
            ]
            frames = frames[sounding]
        features = self._mfcc(frames)
        found, at = [], 0
        for one, count in zip(conditioned, counts, strict=True):
            found.append(Heard(one, features[at : at + count], frames[at : at + count]))
            at += count
        return found
