"""The batch that the worker has, and what it has said of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from daemon.language.messages import Batch, Judged, Spoken, Transcribed
from daemon.language.utterance import Words
from daemon.language.waiting import Job

# What a second of sound may take beyond the time-out. Where it takes more, words come ever later
# anyway.
S_PER_S: Final = 1.0
UNUSUAL: Final = 0.5  # of what may be taken


@dataclass(slots=True)
class Underway:
    """At most one batch; no utterance of it is spoken of twice.

    All of it is transcribed at once, and read one after the other: it may take as long as all of
    its sound allows until it is transcribed, and as its longest utterance does for each reading.

    Args:
        timeout_s: what each of these may take, its sound apart.
        clock: monotonic seconds.

    Attributes:
        number: of the batch.
        allowed_s: how long may be waited for the next answer, since the last.
    """

    timeout_s: float
    clock: Callable[[], float] = time.monotonic
    number: int = 0
    allowed_s: float = 0.0
    _since_s: float = 0.0
    _jobs: dict[str, Job] = field(default_factory=dict)
    _said: dict[str, Words] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._jobs)

    def begin(self, jobs: list[Job]) -> None:
        """Make ``jobs`` the next batch."""
        self._jobs = {job.utterance.id: job for job in jobs}
        self._said = {}
        self.number += 1
        self._wait(sum(job.utterance.seconds for job in jobs))

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
        return bool(self._jobs) and self._waited_s > self.allowed_s

    @property
    def unusual(self) -> bool:
        """Whether it takes long, though it may."""
        return bool(self._jobs) and self._waited_s > UNUSUAL * self.allowed_s

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
        self._wait_for_reading()
        return True

    def judged(self, judged: Judged) -> tuple[Job, Words] | None:
        """Who is to be told what; None if nobody asked, or was told before."""
        job, words = self._jobs.get(judged.id), self._said.get(judged.id)
        if job is None or words is None:
            return None
        del self._jobs[judged.id]
        self._wait_for_reading()
        return job, replace(
            words,
            doubt=words.doubt or judged.unread,
            probability=judged.probability,
            category=judged.category,
            reason=judged.reason,
            readers=judged.readers,
            verdict_ms=(time.monotonic_ns() - job.utterance.cut_ns) / 1e6,
        )

    def end(self) -> list[Job]:
        """What was not answered; nothing is under way then."""
        left, self._jobs, self._said = list(self._jobs.values()), {}, {}
        return left

    @property
    def _waited_s(self) -> float:
        return self.clock() - self._since_s

    def _wait_for_reading(self) -> None:
        self._wait(max((job.utterance.seconds for job in self._jobs.values()), default=0.0))

    def _wait(self, sound_s: float) -> None:
        self._since_s = self.clock()
        self.allowed_s = self.timeout_s + S_PER_S * sound_s
