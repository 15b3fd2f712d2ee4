"""Keeps a lane's queue full, and counts what its worker makes of it."""

import threading
import time
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from daemon.bench.percentiles import percentiles
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Utterance, Words

Float = NDArray[np.float32]

TAIL: Final = 95  # percentile: of some hundred the 99th is the longest
EXPLAINED_EVERY: Final = 4  # as what is said while an alert is out
SPARE: Final = 2  # places for what the daemon itself hears
LOOK_S: Final = 0.05
FIRST_SCORE: Final = 1e-3


def utterance(number: int, sound: Float, *, explained: bool | None = None) -> Utterance:
    """The ``number``-th utterance of a bench; every fourth is explained unless that is said.

    All are as good as silent by sound alone, the later a little more than the earlier: they wait in
    turn, and behind what a daemon hears by itself.
    """
    pcm = (np.clip(sound, -1.0, 1.0) * 32767).astype(np.int16)
    return Utterance(
        id=f"bench-{number}",
        start=0,
        end=len(pcm),
        pcm=pcm,
        score=FIRST_SCORE / (1 + number),
        explained=number % EXPLAINED_EVERY == 0 if explained is None else explained,
        cut_ns=time.monotonic_ns(),
    )


class Answers:
    """What became of utterances."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._words: list[Words] = []

    def take(self, words: Words) -> None:
        """For a lane to call."""
        with self._changed:
            self._words.append(words)
            self._changed.notify_all()

    def wait(self, number: int, patience_s: float) -> bool:
        """Until there are ``number`` of them; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._words) >= number, patience_s)

    def counts(self) -> dict[str, int]:
        """``answered``, and of these ``judged``, ``by_language_model`` and ``explained``."""
        with self._changed:
            answered = [one for one in self._words if not one.lost]
        return {
            "answered": len(answered),
            "judged": sum(one.probability is not None for one in answered),
            "by_language_model": sum("feeling" in one.readers for one in answered),
            "explained": sum(one.reason is not None for one in answered),
        }

    def times(self) -> dict[str, dict[str, float]]:
        """Milliseconds from the cut: ``transcript_ms`` of all, ``verdict_ms`` of those read.

        Only where something was read.
        """
        with self._changed:
            answered = [one for one in self._words if not one.lost]
        read = [one.verdict_ms for one in answered if one.probability is not None]
        if not read:
            return {}
        return {
            "transcript_ms": percentiles([one.transcript_ms for one in answered], tail=TAIL),
            "verdict_ms": percentiles(read, tail=TAIL),
        }


class Feeding:
    """Hands a lane one utterance after the other, whenever there is room.

    Args:
        lane: started, or about to be.
        places: in its queue.
        speech: utterances, (n,) at 16 kHz, over and over.
    """

    def __init__(self, lane: LanguageLane, places: int, speech: Sequence[Float]) -> None:
        self._lane = lane
        self._full = max(1, places - SPARE)
        self._speech = speech
        self._answers = Answers()
        self._filled = False
        self._least = self._full
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feeding", daemon=True)

    def start(self) -> None:
        """Begin."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> dict[str, Any]:
        """End; what was answered, ``queue`` (fewest that waited once it was full), and times."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        queue = {"least": self._least, "full": self._full}
        return self._answers.counts() | {"queue": queue} | self._answers.times()

    def _run(self) -> None:
        numbers = count()
        while not self._stopping.wait(LOOK_S):
            if not self._lane.alive:
                continue
            figures = self._lane.figures()
            waiting = int(figures["waiting"])
            if self._filled:
                self._least = min(self._least, waiting)
            self._filled = True
            for _ in range(self._full - waiting):
                number = next(numbers)
                sound = self._speech[number % len(self._speech)]
                self._lane.submit(utterance(number, sound), self._answers.take)
