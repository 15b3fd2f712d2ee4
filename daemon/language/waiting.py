"""Utterances that wait for the worker: bounded, the most alarming first, stale ones joined."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from daemon.language.cutter import LONGEST, OVERLAP
from daemon.language.utterance import Utterance, Words
from models.features.constants import SAMPLE_RATE

# Of silence between two that are joined. It is kept, so that each word is told at its own time;
# more of it would be padding for every other utterance of the batch.
LONGEST_GAP: Final = 2 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Job:
    """An utterance, who wants to know what became of it, and how often it was tried."""

    utterance: Utterance
    done: Callable[[Words], None]
    attempts: int = 0


class Waiting:
    """At most ``most`` jobs that were never tried; for one thread at a time.

    Those that were tried come back beside them, into no one's place. If the queue is full when a
    worker dies, somebody would have to go: by order of alarm often what returns, which is the
    oldest, so that a second attempt was promised and not made; otherwise one that waits, for an
    utterance that may kill the next worker too. Nobody goes for the other. The queue stays bounded,
    for no batch is taken while one waits for its second attempt: a batch is all that can return.

    Args:
        most: how many may wait.
        stale_s: an utterance that ended this much before the newest is stale.

    Attributes:
        joined: utterances that were joined to their neighbour.
    """

    def __init__(self, most: int, stale_s: float) -> None:
        self._most = most
        self._stale = int(stale_s * SAMPLE_RATE)
        self._jobs: list[Job] = []
        self._newest = 0
        self.joined = 0

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def full(self) -> bool:
        """Whether one more would cost another."""
        return self._untried >= self._most

    @property
    def oldest_ns(self) -> int:
        """When the longest waiting one was cut; 0 if none waits."""
        return min((job.utterance.cut_ns for job in self._jobs), default=0)

    @property
    def retrying(self) -> bool:
        """Whether one waits that has been tried before."""
        return any(job.attempts for job in self._jobs)

    def add(self, job: Job) -> list[Job]:
        """Let ``job``, which was never tried, wait; those that had to go for it.

        When there is no room, stale neighbours with a short silence between them are joined first:
        old talk is heard in one go. If that makes no room, the least alarming goes, the oldest of
        several.
        """
        self._newest = max(self._newest, job.utterance.end)
        self._jobs.append(job)
        if self._untried > self._most:
            self._join_stale()
        dropped: list[Job] = []
        while self._untried > self._most:
            least = min(
                (one for one in self._jobs if not one.attempts),
                key=lambda one: (one.utterance.score, one.utterance.end),
            )
            self._jobs.remove(least)
            dropped.append(least)
        return dropped

    def take_back(self, jobs: Iterable[Job]) -> None:
        """Let what a worker was lost with wait for its next attempt; nobody goes for it."""
        self._jobs += [replace(job, attempts=job.attempts + 1) for job in jobs]

    def take(self, most: int) -> list[Job]:
        """Up to ``most``, the most alarming first, the newest of several.

        One that was tried before comes alone: it may be what killed the worker.
        """
        self._jobs.sort(key=lambda one: (-one.utterance.score, -one.utterance.end))
        tried = [job for job in self._jobs if job.attempts]
        chosen = tried[:1] if tried else self._jobs[:most]
        self._jobs = [job for job in self._jobs if not any(job is one for one in chosen)]
        return chosen

    def clear(self) -> list[Job]:
        """Everything that waits; nothing does then."""
        left, self._jobs = self._jobs, []
        return left

    @property
    def _untried(self) -> int:
        return sum(not job.attempts for job in self._jobs)

    def _join_stale(self) -> None:
        self._jobs.sort(key=lambda job: job.utterance.start)
        kept: list[Job] = []
        for job in self._jobs:
            if kept and self._may_join(kept[-1], job):
                joined = _joined(kept[-1].utterance, job.utterance)
                kept[-1] = Job(joined, _both(kept[-1], job.done))
                self.joined += 1
            else:
                kept.append(job)
        self._jobs = kept

    def _may_join(self, first: Job, second: Job) -> bool:
        one, other = first.utterance, second.utterance
        stale = other.end < self._newest - self._stale
        near = -OVERLAP <= other.start - one.end <= LONGEST_GAP and other.end > one.end
        fits = other.end - one.start <= LONGEST
        return stale and near and fits and not first.attempts and not second.attempts


def _both(first: Job, second: Callable[[Words], None]) -> Callable[[Words], None]:
    """Tells of both: what is said in the first is in the second's words."""
    done, alone = first.done, replace(first.utterance, pcm=np.empty(0, np.int16))

    def tell(words: Words) -> None:
        done(Words(alone, lost="joined"))
        second(words)

    return tell


def _joined(first: Utterance, second: Utterance) -> Utterance:
    """Both, each where it was: what they share once, and silence where the gate was closed."""
    between = second.start - first.end
    return replace(
        second,
        start=first.start,
        pcm=np.concatenate(
            [first.pcm, np.zeros(max(0, between), np.int16), second.pcm[max(0, -between) :]]
        ),
        score=max(first.score, second.score),
        explained=first.explained or second.explained,
        cut_ns=first.cut_ns,
    )
