"""Sums evidence up, minute by minute of wall time, for the store's history."""

import numpy as np

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.loop import QUIET_HOPS
from daemon.clock import StreamClock
from daemon.store.minute import Minute
from models.data.labels import EMOTIONS
from models.features.constants import HOP

SOUNDS_KEPT = 5


class MinuteTally:
    """Takes every evidence and gives a :class:`Minute` when one is over."""

    def __init__(self, clock: StreamClock) -> None:
        self._clock = clock
        self._last_sample = 0
        self._begin(self._start_of(0))

    def _begin(self, start: int) -> None:
        self._start = start
        self._hops = self._open = 0
        self._level_sum: float = 0.0
        self._level_max: float = -100.0
        self._distress: float = 0.0
        self._infant: float = 0.0
        self._posterior = np.zeros(len(EMOTIONS))
        self._sounds: dict[str, float] = {}

    def add(self, evidence: AcousticEvidence, *, named: bool = True) -> Minute | None:
        """Take ``evidence`` in; the minute before it, if it is the first of a new one.

        Args:
            evidence: the next hop's.
            named: whether its sounds are told by name. During a pause no alert could be raised, so
                that what was heard then must not become usual.
        """
        start = self._start_of(evidence.sample)
        finished = None
        if start != self._start:
            finished = self.finish()
            self._begin(start)
        # Evidence comes at least so often; what lies further apart was not heard.
        hops = min((evidence.sample - self._last_sample) // HOP, QUIET_HOPS)
        self._last_sample = evidence.sample
        self._hops += hops
        self._level_sum += hops * evidence.level_db
        self._level_max = max(self._level_max, evidence.level_db)
        self._distress = max(self._distress, evidence.distress)
        self._infant = max(self._infant, evidence.infant)
        if evidence.posterior is not None:
            self._open += hops
            self._posterior += hops * np.array(evidence.posterior)
        for label, score in evidence.events.top if evidence.events and named else ():
            self._sounds[label] = max(score, self._sounds.get(label, 0.0))
        return finished

    def finish(self) -> Minute | None:
        """The minute so far; None if nothing was heard in it."""
        if not self._hops:
            return None
        strongest = sorted(self._sounds.items(), key=lambda item: -item[1])[:SOUNDS_KEPT]
        mean = self._posterior / max(1, self._open)
        return Minute(
            start=self._start,
            hops_heard=self._hops,
            hops_open=self._open,
            level_mean_db=self._level_sum / self._hops,
            level_max_db=self._level_max,
            distress_max=self._distress,
            infant_max=self._infant,
            sounds={label: round(score, 3) for label, score in strongest},
            emotions={e: round(float(p), 3) for e, p in zip(EMOTIONS, mean, strict=True)}
            if self._open
            else {},
        )

    def _start_of(self, sample: int) -> int:
        return int(self._clock.wall(sample)) // 60 * 60
