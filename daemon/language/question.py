"""What the second ear is asked: one question waits at most, and one is with the worker."""

import time
from dataclasses import dataclass
from typing import Final

from daemon.acoustic.opinion import Opinion
from daemon.acoustic.second_ear import Opined as Opine
from daemon.acoustic.second_ear import Pcm
from daemon.language.messages import Listen, Opined

LATE_S: Final = 1.0  # an answer after that is worth nothing: the next question goes


@dataclass(frozen=True, slots=True)
class Question:
    """A window, and who wants to know."""

    window: Pcm
    sample: int
    opined: Opine


@dataclass(slots=True)
class Questions:
    """The newest question counts; touched under the lane's lock.

    Attributes:
        asked: questions so far.
        answered: of them, were answered in time.
    """

    asked: int = 0
    answered: int = 0
    _waiting: Question | None = None
    _underway: Question | None = None
    _since: float = 0.0

    @property
    def waiting(self) -> bool:
        """Whether one could go now."""
        late = time.monotonic() - self._since > LATE_S
        return self._waiting is not None and (self._underway is None or late)

    def put(self, question: Question) -> None:
        """Ask; one that waits already is not asked any more."""
        self.asked += 1
        self._waiting = question

    def take(self) -> tuple[Listen, bytes]:
        """The question that waits, as the worker is told of it."""
        question, self._waiting = self._waiting, None
        assert question is not None, "nothing waits"
        self._underway, self._since = question, time.monotonic()
        return Listen(sample=question.sample), question.window.tobytes()

    def answer(self, said: Opined) -> None:
        """Hand the answer to who asked; one that is not waited for any more is nobody's."""
        question = self._underway
        if question is None or question.sample != said.sample:
            return
        self._underway = None
        self.answered += 1
        question.opined(Opinion(said.sample, said.evidence))

    def lose(self) -> None:
        """The worker is gone, and what it was asked with it."""
        self._waiting = self._underway = None
