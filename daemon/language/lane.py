"""The slow lane: hands utterances to the worker, and keeps a worker alive to hand them to.

One thread decides; a worker's reader thread only leaves notes for it. Whatever becomes of a
worker, listening goes on: this lane blocks nobody who does not wait for it.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from daemon.config.schema import Language
from daemon.health import Health, State
from daemon.language.messages import (
    Batch,
    Configure,
    Done,
    FromWorker,
    Judged,
    Part,
    Spoken,
    Transcribed,
)
from daemon.language.process import WorkerProcess
from daemon.language.restarts import Restarts
from daemon.language.utterance import Utterance, Words
from daemon.language.waiting import Job, Waiting

log = logging.getLogger(__name__)

ATTEMPTS: Final = 2
LOADING_S: Final = 300.0  # an 8B model from a slow disk
S_PER_S: Final = 4.0  # what a second of sound may take beyond the time-out, on a busy machine
TICK_S: Final = 1.0
PARTS: Final = 2
DOCTOR: Final = "Look into the log; distressd models verify checks the files."


class LanguageLane:
    """Starts the worker, feeds it, starts it again.

    Args:
        config: ``[language]``.
        health: where ``language`` is reported.
        lossless: :meth:`submit` waits for room instead of dropping.

    Attributes:
        done: utterances that were transcribed.
        judged: utterances whose words were read.
        dropped: utterances that had to go for others, or came while there was no worker.
        failed: utterances given up after two attempts.
        retried: attempts after the first.
        restarts: workers lost since the start.
    """

    def __init__(self, config: Language, health: Health, *, lossless: bool = False) -> None:
        self._config = config
        self._health = health
        self._lossless = lossless
        self._changed = threading.Condition()
        self._waiting = Waiting(config.queue, config.stale_s)
        self._notes: deque[tuple[WorkerProcess, FromWorker | str]] = deque()
        self._restarts = Restarts(time.monotonic)
        self._process: WorkerProcess | None = None
        self._parts: dict[str, Part] = {}
        self._loaded_by = 0.0
        self._batch: dict[str, Job] = {}
        self._said: dict[str, Words] = {}
        self._batch_number = 0
        self._batch_by = 0.0
        self._stopping = False
        self._transcriber_absent = False
        self.done = self.judged = self.dropped = self.failed = self.retried = self.doubted = 0
        self._thread = threading.Thread(target=self._run, name="language", daemon=True)

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        process = self._process
        return None if process is None else process.pid

    @property
    def waiting(self) -> int:
        """Utterances that wait or are being worked on."""
        return len(self._waiting) + len(self._batch)

    @property
    def joined(self) -> int:
        """Stale utterances that were joined to their neighbour."""
        return self._waiting.joined

    @property
    def restarts(self) -> int:
        """Workers lost since the start."""
        return self._restarts.total

    @property
    def alive(self) -> bool:
        """Whether anybody looks after the worker."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the worker in the background; returns at once."""
        self._report("starting", "the language models are being loaded")
        if self._thread.ident is not None:  # it has died
            self._thread = threading.Thread(target=self._run, name="language", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the worker and give up what waits."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            process = self._process
        if process is not None:
            process.kill()  # unblocks a send to one that does not read
        if self._thread.ident is not None:
            self._thread.join()

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
                self.dropped += 1
                lost = [Job(utterance, done)]
            else:
                lost = self._waiting.add(Job(utterance, done))
                self.dropped += len(lost)
                self._changed.notify_all()
        for job in lost:
            job.done(Words(job.utterance, lost="dropped"))

    def _unusable(self) -> bool:
        """Whether there is no point in waiting for a worker now."""
        absent = self._process is None and self._restarts.failures > 0
        transcriber = self._parts.get("transcriber")
        return (
            self._stopping
            or (absent and (self._restarts.broken or self._transcriber_absent))
            or (transcriber is not None and transcriber.state == "unavailable")
        )

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._take_notes()
                self._watch()
                self._hand_over()
                self._pause()
        finally:
            self._give_up("stopped")
            if self._process is not None:
                self._process.kill()

    def _pause(self) -> None:
        """Until something happens or something is due."""
        with self._changed:
            if self._stopping or self._notes:
                return
            timeout_s = TICK_S
            if self._process is None:
                timeout_s = min(TICK_S, self._restarts.wait_s())
            elif self._ready() and len(self._waiting):
                timeout_s = self._batch_wait_s()
            if timeout_s > 0:
                self._changed.wait(timeout_s)

    def _ready(self) -> bool:
        """Whether the worker is there, loaded and idle."""
        transcriber = self._parts.get("transcriber")
        return (
            self._process is not None
            and not self._batch
            and len(self._parts) == PARTS
            and transcriber is not None
            and transcriber.state != "unavailable"
        )

    def _batch_wait_s(self) -> float:
        """How long to wait for more before a batch goes."""
        full = len(self._waiting) >= self._config.batch or self._waiting.retrying
        waited_s = (time.monotonic_ns() - self._waiting.oldest_ns) / 1e9
        return 0.0 if full else max(0.0, self._config.batch_wait_ms / 1000 - waited_s)

    def _watch(self) -> None:
        """Start a worker where there is none; kill one that is late."""
        now = time.monotonic()
        if self._process is None:
            if self._restarts.wait_s() <= 0:
                self._start_worker()
        elif len(self._parts) < PARTS and now > self._loaded_by:
            self._lose(f"its models were not loaded after {LOADING_S:.0f} s")
        elif self._batch and now > self._batch_by:
            self._lose("it gave no answer in time")

    def _start_worker(self) -> None:
        config = self._config
        self._parts = {}
        self._loaded_by = time.monotonic() + LOADING_S
        try:
            self._process = WorkerProcess(self._note, self._note, config.niceness)
        except OSError as error:
            wait_s = self._restarts.failed()
            reason = f"the language worker cannot be started ({error.strerror})"
            self._report("unavailable", f"{reason}; trying again in {wait_s:.0f} s", DOCTOR)
            return
        self._process.send(
            Configure(
                whisper=config.whisper,
                llm=config.llm or None,
                lora=None if config.lora is None else str(config.lora),
                device=config.device,
                language=config.spoken or None,
                threads=config.threads,
            )
        )
        log.debug("The language worker is process %d.", self._process.pid)

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
            if process is not self._process:
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
                case Done():
                    self._finished(what)

    def _loaded(self, part: Part) -> None:
        self._parts[part.part] = part
        if len(self._parts) < PARTS:
            waits = "reasoner" if part.part == "transcriber" else "transcriber"
            self._report("starting", f"the {waits} is still being loaded")
            return
        transcriber, reasoner = self._parts["transcriber"], self._parts["reasoner"]
        if transcriber.state == "unavailable":
            # Words cannot be read where none are written: the worker has no use.
            self._unload(transcriber)
            return
        self._transcriber_absent = False
        if reasoner.state == "ok":
            self._report("ok")
        else:
            what = "what is said is transcribed" + (
                ", not read" if reasoner.state == "unavailable" else ", and read by one model only"
            )
            self._report("degraded", f"{what}: {reasoner.reason}", reasoner.remedy)
        with self._changed:
            self._changed.notify_all()

    def _unload(self, transcriber: Part) -> None:
        """End a worker without a transcriber, and try again later: the file may come."""
        process, self._process = self._process, None
        self._transcriber_absent = True
        wait_s = self._restarts.failed(absent=True)
        if process is not None:
            process.kill()
        log.warning(
            "Language is unavailable: %s %s Trying again in %.0f s; alerts are raised from sound"
            " alone until then.",
            transcriber.reason,
            transcriber.remedy,
            wait_s,
        )
        self._report("unavailable", transcriber.reason, transcriber.remedy)
        self._give_up("unavailable")

    def _hand_over(self) -> None:
        with self._changed:
            if self._stopping or not self._ready() or not len(self._waiting):
                return
            if self._batch_wait_s() > 0:
                return
            jobs = self._waiting.take(self._config.batch)
            self._batch = {job.utterance.id: job for job in jobs}
            self._said = {}
            self._batch_number += 1
            self._changed.notify_all()
        sound_s = sum(job.utterance.seconds for job in jobs)
        self._batch_by = time.monotonic() + self._config.timeout_s + S_PER_S * sound_s
        batch = Batch(
            number=self._batch_number,
            utterances=tuple(
                Spoken(
                    id=job.utterance.id,
                    samples=len(job.utterance.pcm),
                    explained=job.utterance.explained,
                )
                for job in jobs
            ),
        )
        pcm = np.concatenate([job.utterance.pcm for job in jobs])
        process = self._process
        if process is not None:
            # A worker that does not read would hold this up for ever.
            late = threading.Timer(self._config.timeout_s, process.kill)
            late.daemon = True
            late.start()
            process.send(batch, pcm.tobytes())  # one that is gone tells of itself by its end
            late.cancel()

    def _transcribed(self, said: Transcribed) -> None:
        job = self._batch.get(said.id)
        if job is None:
            return
        self.done += 1
        self.doubted += bool(said.doubt and said.doubt != "empty")
        self._said[said.id] = Words(
            job.utterance,
            text=said.text,
            doubt=said.doubt,
            trustworthy=said.trustworthy,
            language=said.language,
            words=said.words,
            transcript_ms=(time.monotonic_ns() - job.utterance.cut_ns) / 1e6,
        )

    def _judged(self, judged: Judged) -> None:
        job, words = self._batch.get(judged.id), self._said.get(judged.id)
        if job is None or words is None:
            return
        del self._batch[judged.id]  # spoken of once, whatever comes after
        self.judged += judged.probability is not None
        job.done(
            replace(
                words,
                probability=judged.probability,
                category=judged.category,
                reason=judged.reason,
                verdict_ms=(time.monotonic_ns() - job.utterance.cut_ns) / 1e6,
            )
        )

    def _finished(self, done: Done) -> None:
        if done.number != self._batch_number:
            return
        for job in self._batch.values():
            self.failed += 1
            job.done(Words(job.utterance, lost="failed"))
        with self._changed:
            self._batch = {}
            self._changed.notify_all()
        self._restarts.succeeded()
        megabytes = done.resident_bytes / 1e6
        if megabytes > self._config.memory_mb:
            log.warning(
                "The language worker holds %.0f MB, more than [language] memory_mb = %d allows; it"
                " is replaced by a fresh one.",
                megabytes,
                self._config.memory_mb,
            )
            process, self._process = self._process, None
            if process is not None:
                process.kill()
            self._report("starting", "the language worker had grown too large and starts afresh")

    def _lose(self, why: str) -> None:
        """The worker is dead, or as good as dead: what it worked on is tried once more."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
        wait_s = self._restarts.failed()
        again: list[Job] = []
        given_up: list[Job] = []
        for job in self._batch.values():
            (again if job.attempts + 1 < ATTEMPTS else given_up).append(job)
        with self._changed:
            self._batch = {}
            self._said = {}
            self.retried += len(again)
            self.failed += len(given_up)
            for job in again:
                given_up += self._waiting.add(replace(job, attempts=job.attempts + 1))
            self._changed.notify_all()
        reason = f"the language worker was lost: {why}"
        log.warning(
            "%s; %d utterances are tried again, %d given up. A new worker starts in %.0f s;"
            " listening goes on.",
            reason[0].upper() + reason[1:],
            len(again),
            len(given_up),
            wait_s,
        )
        for job in given_up:
            job.done(Words(job.utterance, lost="failed"))
        if self._restarts.broken:
            self._report(
                "unavailable",
                f"{reason}, {self._restarts.failures} times in a row;"
                f" trying again in {wait_s / 60:.0f} minutes",
                DOCTOR,
            )
            self._give_up("unavailable")
        else:
            self._report("starting", f"{reason}; another is being started")

    def _give_up(self, why: str) -> None:
        """Nobody will work on what waits."""
        with self._changed:
            left = [*self._batch.values(), *self._waiting.clear()]
            self._batch = {}
            self.dropped += len(left)
            self._changed.notify_all()
        for job in left:
            job.done(Words(job.utterance, lost=why))

    def _report(self, state: State, reason: str = "", remedy: str = "") -> None:
        self._health.report("language", state, reason, remedy, self.figures())

    def figures(self) -> dict[str, float]:
        """Counts for health and metrics."""
        return {
            "waiting": len(self._waiting),
            "working": len(self._batch),
            "transcribed": self.done,
            "judged": self.judged,
            "doubted": self.doubted,
            "dropped": self.dropped,
            "joined": self._waiting.joined,
            "failed": self.failed,
            "retried": self.retried,
            "restarts": self._restarts.total,
        }
