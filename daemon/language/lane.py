"""The slow lane: hands utterances to the worker, and what it makes of them back.

One thread decides; a worker's reader thread only leaves notes for it. Whatever becomes of a
worker, listening goes on: this lane blocks nobody who does not wait for it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from daemon.acoustic.second_ear import Opined as Opine
from daemon.acoustic.second_ear import Pcm
from daemon.config.schema import Language
from daemon.errors import PartDied
from daemon.health import Health, State
from daemon.language.keeper import Keeper
from daemon.language.messages import Done, FromWorker, Judged, Opined, Part, Transcribed
from daemon.language.process import WorkerProcess
from daemon.language.question import Question, Questions
from daemon.language.underway import Underway
from daemon.language.utterance import Utterance, Words
from daemon.language.waiting import Job, Waiting

log = logging.getLogger(__name__)

ATTEMPTS: Final = 2
TICK_S: Final = 1.0


@dataclass(slots=True)
class Counts:
    """What became of utterances, since the start.

    Attributes:
        submitted: were handed over.
        answered: were transcribed and read, as far as there was anything to be read.
        transcribed: were transcribed, those that are transcribed once more counted twice.
        judged: whose words were read.
        doubted: whose transcription was not believed.
        dropped: had to go for others, or came while there was no worker.
        failed: were given up after two attempts.
        retried: attempts after the first.
    """

    submitted: int = 0
    answered: int = 0
    transcribed: int = 0
    judged: int = 0
    doubted: int = 0
    dropped: int = 0
    failed: int = 0
    retried: int = 0


class LanguageLane:
    """Queues utterances, most alarming first, and feeds them to the worker.

    Args:
        config: ``[language]``.
        health: where ``language`` is reported, and ``second_ear``.
        lossless: :meth:`submit` waits for room instead of dropping.
    """

    def __init__(self, config: Language, health: Health, *, lossless: bool = False) -> None:
        self._config = config
        self._health = health
        self._lossless = lossless
        self._changed = threading.Condition()
        self._waiting = Waiting(config.queue, config.stale_s)
        self._notes: deque[tuple[WorkerProcess, FromWorker | str]] = deque()
        self._keeper = Keeper(config, self._note, self._report)
        self._underway = Underway(config.timeout_s)
        self._counts = Counts()
        self._questions = Questions()
        self._hears = False  # whether the worker is a second ear
        self._stopping = self._died = False
        self._thread = self._new_thread()

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        return self._keeper.pid

    @property
    def waiting(self) -> int:
        """Utterances that wait or are being worked on."""
        return len(self._waiting) + len(self._underway)

    @property
    def alive(self) -> bool:
        """Whether anybody looks after the worker."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the worker in the background; returns at once."""
        self._report("starting", "the language models are being loaded")
        if self._thread.ident is not None:  # it has died
            self._thread = self._new_thread()
            self._died = False
        self._thread.start()

    def stop(self) -> None:
        """End the worker and give up what waits."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._keeper.kill()  # unblocks a send to one that does not read
        if self._thread.ident is not None:
            self._thread.join()

    def check(self) -> None:
        """For commands that nobody supervises.

        Raises:
            PartDied: nobody looks after the worker any more.
        """
        if self._died and not self._stopping:
            raise PartDied("The language lane has died.", "The log says of what.")

    def submit(self, utterance: Utterance, done: Callable[[Words], None]) -> None:
        """Have ``utterance`` transcribed and read.

        Args:
            utterance: what was cut.
            done: called once with what became of it, in another thread; must not block.
        """
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: not self._waiting.full or self._unusable())
            if self._unusable():
                lost = [Job(utterance, done)]
            else:
                lost = self._waiting.add(Job(utterance, done))
                self._changed.notify_all()
            self._counts.submitted += 1
            self._counts.dropped += len(lost)
        for job in lost:
            job.done(Words(job.utterance, lost="dropped"))

    def ask(self, window: Pcm, sample: int, opined: Opine) -> None:
        """Be the second ear: see :class:`daemon.acoustic.second_ear.SecondEar`. Never blocks."""
        with self._changed:
            if self._hears:
                self._questions.put(Question(window, sample, opined))
                self._changed.notify_all()

    def figures(self) -> dict[str, float]:
        """Counts for health and metrics."""
        counts = self._counts
        return {
            "waiting": len(self._waiting),
            "working": len(self._underway),
            "submitted": counts.submitted,
            "answered": counts.answered,
            "transcribed": counts.transcribed,
            "judged": counts.judged,
            "doubted": counts.doubted,
            "dropped": counts.dropped,
            "joined": self._waiting.joined,
            "failed": counts.failed,
            "retried": counts.retried,
            "restarts": self._keeper.restarts,
            "asked": self._questions.asked,
            "opined": self._questions.answered,
        }

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, name="language", daemon=True)

    def _unusable(self) -> bool:
        """Whether there is no point in waiting for a worker now."""
        return self._stopping or self._died or self._keeper.hopeless

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._take_notes()
                self._watch()
                self._hand_question()
                self._hand_over()
                self._health.refresh("language", self.figures())
                self._pause()
        except Exception:
            log.exception("The language lane died; alerts are raised from sound alone.")
            self._report("unavailable", "the language lane has died", "The log says of what.")
        finally:
            self._died = True
            self._give_up("stopped")
            self._keeper.end()

    def _pause(self) -> None:
        """Until something happens or something is due."""
        with self._changed:
            if self._stopping or self._notes or self._questions.waiting:
                return
            timeout_s = TICK_S
            start_in_s = self._keeper.start_in_s()
            if start_in_s is not None:
                timeout_s = min(TICK_S, start_in_s)
            elif self._ready() and len(self._waiting):
                timeout_s = self._batch_wait_s()
            if timeout_s > 0:
                self._changed.wait(timeout_s)

    def _ready(self) -> bool:
        """Whether the worker is there, loaded and idle."""
        return self._keeper.loaded and not len(self._underway)

    def _batch_wait_s(self) -> float:
        """How long to wait for more before a batch goes."""
        full = len(self._waiting) >= self._config.batch or self._waiting.retrying
        waited_s = (time.monotonic_ns() - self._waiting.oldest_ns) / 1e9
        return 0.0 if full else max(0.0, self._config.batch_wait_ms / 1000 - waited_s)

    def _watch(self) -> None:
        """Start a worker where there is none; give up one that is late."""
        if self._keeper.start_in_s() == 0.0:
            self._keeper.start()
        elif (why := self._keeper.late()) is not None:
            self._lose(why)
        elif self._underway.late:
            self._lose("it gave no answer in time")
        elif self._underway.unusual:
            self._keeper.tell_slow(len(self._underway), self._underway.allowed_s)
        elif self._ready():
            self._keeper.look_again()

    def _note(self, process: WorkerProcess, what: FromWorker | str) -> None:
        """In the worker's reader thread."""
        with self._changed:
            self._notes.append((process, what))
            self._changed.notify_all()

    def _take_notes(self) -> None:
        while True:
            with self._changed:
                if not self._notes:
                    return
                process, what = self._notes.popleft()
            if not self._keeper.owns(process):
                continue  # the last words of one that was given up
            match what:
                case str():
                    self._lose(what)
                case Part():
                    self._loaded(what)
                case Transcribed():
                    self._transcribed(what)
                case Judged():
                    self._judged(what)
                case Opined():
                    with self._changed:
                        self._questions.answer(what)
                case Done():
                    self._finished(what)

    def _loaded(self, part: Part) -> None:
        if part.part == "voice":
            with self._changed:
                self._hears = part.state == "ok"
            self._health.report("second_ear", part.state, part.reason, part.remedy)
            return
        if not self._keeper.take(part):
            self._give_up("unavailable")
        with self._changed:
            self._changed.notify_all()

    def _hand_question(self) -> None:
        with self._changed:
            if self._stopping or not self._questions.waiting:
                return
            asked, window = self._questions.take()
        if not self._keeper.send(asked, window):
            self._deafened("the language worker is being replaced")

    def _deafened(self, why: str) -> None:
        """There is no worker that could be asked."""
        with self._changed:
            self._questions.lose()
            told = self._hears
            self._hears = False
        if told:
            self._health.report("second_ear", "starting", why)

    def _hand_over(self) -> None:
        with self._changed:
            if self._stopping or not self._ready() or not len(self._waiting):
                return
            if self._batch_wait_s() > 0:
                return
            jobs = self._waiting.take(self._config.batch)
            self._underway.begin(jobs)
            self._changed.notify_all()
        batch, samples = self._underway.frame()
        # A worker that does not read would hold this up for ever.
        late = threading.Timer(self._config.timeout_s, self._keeper.kill)
        late.daemon = True
        late.start()
        self._keeper.send(batch, samples)  # one that is gone tells of itself by its end
        late.cancel()

    def _transcribed(self, said: Transcribed) -> None:
        if self._underway.transcribed(said):
            self._counts.transcribed += 1
            self._counts.doubted += bool(said.doubt and said.doubt != "empty")

    def _judged(self, judged: Judged) -> None:
        answered = self._underway.judged(judged)
        if answered is not None:
            job, words = answered
            self._keeper.succeeded()
            self._counts.answered += 1
            self._counts.judged += words.probability is not None
            job.done(words)

    def _finished(self, done: Done) -> None:
        if done.number != self._underway.number:
            return
        with self._changed:
            left = self._underway.end()
            self._counts.failed += len(left)
            self._changed.notify_all()
        for job in left:
            job.done(Words(job.utterance, lost="failed"))
        self._keeper.succeeded()
        self._keeper.weigh(done.resident_bytes)

    def _lose(self, why: str) -> None:
        """The worker is dead, or as good as dead: what it worked on is tried once more."""
        again: list[Job] = []
        given_up: list[Job] = []
        with self._changed:
            for job in self._underway.end():
                (again if job.attempts + 1 < ATTEMPTS else given_up).append(job)
            self._counts.retried += len(again)
            self._counts.failed += len(given_up)
            self._waiting.take_back(again)
        self._keeper.lose(why, len(again), len(given_up))
        self._deafened(f"the language worker was lost: {why}")
        for job in given_up:
            job.done(Words(job.utterance, lost="failed"))
        if self._keeper.broken:
            self._give_up("unavailable")
        with self._changed:
            self._changed.notify_all()

    def _give_up(self, why: str) -> None:
        """Nobody will work on what waits."""
        with self._changed:
            left = [*self._underway.end(), *self._waiting.clear()]
            self._counts.dropped += len(left)
            self._changed.notify_all()
        for job in left:
            job.done(Words(job.utterance, lost=why))

    def _report(self, state: State, reason: str = "", remedy: str = "") -> None:
        self._health.report("language", state, reason, remedy, self.figures())
