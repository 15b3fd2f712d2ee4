"""The batch that the worker has, and what it has said of it."""

import time
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from daemon.language.messages import Batch, Judged, Spoken, Transcribed
from daemon.language.utterance import Words
from daemon.language.waiting import Job

S_PER_S: Final = 4.0  # what a second of sound may take beyond the time-out, on a busy machine


@dataclass(slots=True)
class Underway:
    """At most one batch; no utterance of it is spoken of twice.

    Args:
        timeout_s: what a batch may take, its sound apart.

    Attributes:
        number: of the batch.
    """

    timeout_s: float
    number: int = 0
    _due_s: float = 0.0
    _jobs: dict[str, Job] = field(default_factory=dict)
    _said: dict[str, Words] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._jobs)

    def begin(self, jobs: list[Job]) -> None:
        """Make ``jobs`` the next batch."""
        self._jobs = {job.utterance.id: job for job in jobs}
        self._said = {}
        self.number += 1
        sound_s = sum(job.utterance.seconds for job in jobs)
        self._due_s = time.monotonic() + self.timeout_s + S_PER_S * sound_s

    def frame(self) -> tuple[Batch, bytes]:
        """The batch as the worker is told of it, and its samples."""
        jobs = self._jobs.values()
        spoken = tuple(
            Spoken(
                id=job.utterance.id,
                samples=len(job.utterance.pcm),
                explained=job.utterance.explained,
            )
            for job in jobs
        )
        pcm = np.concatenate([job.utterance.pcm for job in jobs])
        return Batch(number=self.number, utterances=spoken), pcm.tobytes()

    @property
    def late(self) -> bool:
        """Whether the worker should have answered by now."""
        return bool(self._jobs) and time.monotonic() > self._due_s

    def transcribed(self, said: Transcribed) -> bool:
        """Take in what was said; False if nobody asked."""
        job = self._jobs.get(said.id)
        if job is None:
            return False
        self._said[said.id] = Words(
            job.utterance,
            text=said.text,
            doubt=said.doubt,
            trustworthy=said.trustworthy,
            language=said.language,
            words=said.words,
            transcript_ms=(time.monotonic_ns() - job.utterance.cut_ns) / 1e6,
        )
        return True

    def judged(self, judged: Judged) -> tuple[Job, Words] | None:
        """Who is to be told what; None if nobody asked, or was told before."""
        job, words = self._jobs.get(judged.id), self._said.get(judged.id)
        if job is None or words is None:
            return None
        del self._jobs[judged.id]
        return job, replace(
            words,
            probability=judged.probability,
            category=judged.category,
            reason=judged.reason,
            verdict_ms=(time.monotonic_ns() - job.utterance.cut_ns) / 1e6,
        )

    def end(self) -> list[Job]:
        """What was not answered; nothing is under way then."""
        left, self._jobs, self._said = list(self._jobs.values()), {}, {}
        return left
