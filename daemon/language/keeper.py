"""Keeps a worker alive: starts it, hears what became of its models, starts it again."""

import logging
import math
import time
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel

from daemon.config.schema import Language
from daemon.health import State
from daemon.language.files import Found, reader_files
from daemon.language.messages import Configure, FromWorker, Part
from daemon.language.process import WorkerProcess
from daemon.language.restarts import Restarts

log = logging.getLogger(__name__)

LOADING_S: Final = 300.0  # an 8B model from a slow disk
PARTS: Final = 2
HARDLY: Final = 1.1  # times what a worker held at first: batches differ by as much
GROWN: Final = 1.5  # times what a worker held at first: it leaks, whatever it is allowed
SMALLER: Final = "If it comes again, name smaller models in [language] or allow more threads."
DOCTOR: Final = "Look into the log; distressd models verify checks the files."


class Keeper:
    """One worker after the other; touched by the lane's thread, which asks before others do.

    Args:
        config: ``[language]``.
        note: called with each message of a worker, or with why it speaks no more, in another
            thread.
        report: told what language is like: state, reason, remedy.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        config: Language,
        note: Callable[[WorkerProcess, FromWorker | str], None],
        report: Callable[[State, str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._note = note
        self._told = report
        self._standing: tuple[State, str, str] = ("starting", "", "")
        self._slow = False  # and that is told, in the place of what stands
        self._clock = clock
        self._restarts = Restarts(clock)
        self._looks = Restarts(clock)  # for what a reader lacks
        self._lacking = False
        self._files: Found = frozenset()  # when the worker was started
        self._process: WorkerProcess | None = None
        self._parts: dict[str, Part] = {}
        self._loaded_by = 0.0
        self._transcriber_absent = False
        self._fresh_mb: float | None = None  # what this worker held after its first batch
        self._told_limit = False

    @property
    def pid(self) -> int | None:
        """The worker's process id, while there is one."""
        process = self._process
        return None if process is None else process.pid

    @property
    def restarts(self) -> int:
        """Workers lost since the start."""
        return self._restarts.total

    @property
    def broken(self) -> bool:
        """Whether workers were lost too often to be tried soon."""
        return self._restarts.broken

    @property
    def loaded(self) -> bool:
        """Whether a worker is there that transcribes."""
        transcriber = self._parts.get("transcriber")
        return (
            self._process is not None
            and len(self._parts) == PARTS
            and transcriber is not None
            and transcriber.state != "unavailable"
        )

    @property
    def hopeless(self) -> bool:
        """Whether there is no point in waiting for a worker now."""
        absent = self._process is None and self._restarts.failures > 0
        transcriber = self._parts.get("transcriber")
        return (absent and (self._restarts.broken or self._transcriber_absent)) or (
            transcriber is not None and transcriber.state == "unavailable"
        )

    def owns(self, process: WorkerProcess) -> bool:
        """Whether ``process`` is the worker, and not one that was given up."""
        return process is self._process

    def start_in_s(self) -> float | None:
        """Seconds until the next worker is due; None while there is one."""
        return None if self._process is not None else self._restarts.wait_s()

    def start(self) -> None:
        """Start a worker; its models load in the background."""
        config = self._config
        self._parts = {}
        self._fresh_mb = None
        self._loaded_by = self._clock() + LOADING_S
        self._files, self._lacking = reader_files(config), False
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
                recipe=None if config.recipe is None else str(config.recipe),
                device=config.device,
                language=config.spoken or None,
                threads=config.threads,
            )
        )
        log.debug("The language worker is process %d.", self._process.pid)

    def late(self) -> str | None:
        """Why the worker is to be given up, if its models take too long."""
        loading = self._process is not None and len(self._parts) < PARTS
        if loading and self._clock() > self._loaded_by:
            return f"its models were not loaded after {LOADING_S:.0f} s"
        return None

    def send(self, message: BaseModel, data: bytes) -> bool:
        """Hand ``message`` to the worker, if there is one; may block until :meth:`kill`."""
        return self._process is not None and self._process.send(message, data)

    def kill(self) -> None:
        """End the worker, and expect its death to be noted: safe in any thread."""
        process = self._process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """End the worker; there is none then, and its last words count no more."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def take(self, part: Part) -> bool:
        """Hear what became of a model; False if the worker has no use and was ended."""
        self._parts[part.part] = part
        if len(self._parts) < PARTS:
            waits = "reasoner" if part.part == "transcriber" else "transcriber"
            self._report("starting", f"the {waits} is still being loaded", "")
            return True
        transcriber, reasoner = self._parts["transcriber"], self._parts["reasoner"]
        if transcriber.state == "unavailable":
            # Words cannot be read where none are written.
            self._put_off(transcriber)
            return False
        self._transcriber_absent = False
        if reasoner.state == "ok":
            self._looks.succeeded()
            self._report("ok", "", "")
        else:
            self._lacking = True
            self._looks.failed(absent=True)
            what = "what is said is transcribed" + (
                ", not read" if reasoner.state == "unavailable" else ", and read by one model only"
            )
            self._report("degraded", f"{what}: {reasoner.reason}", reasoner.remedy)
        return True

    def look_again(self) -> None:
        """Replace a worker that lacks a reader once a file of it has come; between two batches.

        It is looked for when another worker would be tried if the transcriber were missing.
        """
        if not self._lacking or self._process is None or self._looks.wait_s() > 0.0:
            return
        if reader_files(self._config) <= self._files:
            self._looks.failed(absent=True)
            return
        log.info("A file that the readers lacked is there; a fresh language worker starts.")
        self.end()
        self._report("starting", "a model file has come; the language worker starts afresh", "")

    def _put_off(self, transcriber: Part) -> None:
        """End a worker without a transcriber, and try again later: the file may come."""
        self._transcriber_absent = True
        wait_s = self._restarts.failed(absent=True)
        self.end()
        log.warning(
            "Language is unavailable: %s %s Trying again in %.0f s; alerts are raised from sound"
            " alone until then.",
            transcriber.reason,
            transcriber.remedy,
            wait_s,
        )
        self._report("unavailable", transcriber.reason, transcriber.remedy)

    def lose(self, why: str, retried: int, given_up: int) -> None:
        """The worker is dead, or as good as dead; another is due later.

        Args:
            why: for the log and health.
            retried: utterances that are tried again.
            given_up: utterances that are not.
        """
        self.end()
        wait_s = self._restarts.failed()
        reason = f"the language worker was lost: {why}"
        log.warning(
            "%s; %d utterances are tried again, %d given up. A new worker starts in %.0f s;"
            " listening goes on.",
            reason[0].upper() + reason[1:],
            retried,
            given_up,
            wait_s,
        )
        if self._restarts.broken:
            self._report(
                "unavailable",
                f"{reason}, {self._restarts.failures} times in a row;"
                f" trying again in {wait_s / 60:.0f} minutes",
                DOCTOR,
            )
        else:
            self._report("starting", f"{reason}; another is being started", "")

    def tell_slow(self, utterances: int, allowed_s: float) -> None:
        """What the worker does takes long; said once, until it answers.

        Args:
            utterances: that are not answered.
            allowed_s: after which it is given up.
        """
        if self._slow:
            return
        self._slow = True
        count = "an utterance" if utterances == 1 else f"{utterances} utterances"
        reason = (
            f"the language worker takes unusually long over {count}; it is replaced"
            f" if it gives no answer for {allowed_s:.0f} s"
        )
        log.warning("%s.", reason[0].upper() + reason[1:])
        self._told("degraded", reason, SMALLER)

    def succeeded(self) -> None:
        """The worker has answered."""
        self._restarts.succeeded()
        if self._slow:
            self._report(*self._standing)

    def _report(self, state: State, reason: str, remedy: str) -> None:
        self._standing, self._slow = (state, reason, remedy), False
        self._told(state, reason, remedy)

    def weigh(self, resident_bytes: int) -> None:
        """Replace a worker that has grown too large; between two batches.

        A limit that one exceeds with its first batch, or having hardly grown since, would be
        exceeded by the next one as well: that is said, and a worker is replaced once it has grown
        by half.
        """
        megabytes = resident_bytes / 1e6
        limit = float(self._config.memory_mb)
        fresh = self._fresh_mb
        if fresh is None or fresh <= limit < megabytes <= HARDLY * fresh:
            self._fresh_mb = fresh = megabytes
            if megabytes > limit:
                self._tell_limit(megabytes)
        if fresh > limit:
            limit = GROWN * fresh
        if megabytes > limit:
            log.warning(
                "The language worker holds %.0f MB, more than the %.0f that it may; it is replaced"
                " by a fresh one. See [language] memory_mb.",
                megabytes,
                limit,
            )
            self.end()
            reason = "the language worker had grown too large and starts afresh"
            self._report("starting", reason, "")

    def _tell_limit(self, megabytes: float) -> None:
        """The configured limit is less than the models take."""
        limit = self._config.memory_mb
        reason = (
            f"the language models take {megabytes:.0f} MB, more than [language] memory_mb = {limit}"
            f" allows; they are kept up to {GROWN * megabytes:.0f} MB"
        )
        enough = math.ceil(GROWN * megabytes / 100) * 100
        remedy = f"Set memory_mb = {enough} or more, or name smaller models."
        if not self._told_limit:
            self._told_limit = True
            log.warning("%s. %s", reason[0].upper() + reason[1:], remedy)
        reasoner = self._parts.get("reasoner")
        if reasoner is None or reasoner.state == "ok":  # else what is missing is told
            self._report("degraded", reason, remedy)
