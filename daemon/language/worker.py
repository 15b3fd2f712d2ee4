"""The language worker: ``python -m daemon.language.worker NICENESS``, started by the daemon only.

It owns the models. Four threads: one reads the pipe, one owns Whisper, one owns the readers of
text, one is the second ear. When the pipe ends, because the daemon has closed it or is dead, the
process ends at once, whatever its models are doing: all libraries leave the interpreter to others
while they compute.
"""

import contextlib
import logging
import os
import queue
import sys
import threading
import time
from pathlib import Path
from typing import IO, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from daemon.acoustic.second_ear import load_voice, sound_of
from daemon.language.frames import FrameError, read_frame, write_frame
from daemon.language.messages import (
    OUT_OF_MEMORY,
    TO_WORKER,
    Batch,
    Configure,
    Done,
    FromWorker,
    Judged,
    Listen,
    Opined,
    Part,
    PartName,
    Spoken,
    Transcribed,
    WordTime,
)
from models.errors import ModelError
from models.language.allocator import give_back
from models.language.transcript import Transcript
from models.networks.voice import WINDOW

log = logging.getLogger(__name__)

FULL_SCALE: Final = np.float32(1.0 / 32768.0)
EXPLAINED_FROM: Final = 0.6  # words that may raise an alert by themselves are explained, too
SCRIPT: Final = (
    "What was said was written in a script that the readers do not know: such words count for"
    ' nothing, and their doubt is "script". If English is spoken, set [language] spoken = "en".'
)

Heard = tuple[Spoken, NDArray[np.float32]]


class Worker:
    """Loads what it is told to, then answers batches.

    Args:
        out: where frames go.
    """

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._writing = threading.Lock()
        self._sounds: queue.SimpleQueue[tuple[Batch, list[Heard]]] = queue.SimpleQueue()
        self._texts: queue.SimpleQueue[tuple[Batch | None, list[tuple[Spoken, str]]]] = (
            queue.SimpleQueue()
        )
        self._windows: queue.SimpleQueue[tuple[Listen, NDArray[np.float32]]] = queue.SimpleQueue()

    def run(self, pipe: IO[bytes]) -> NoReturn:
        """Read the pipe to its end, and be gone."""
        status = 0
        try:
            while (frame := read_frame(pipe)) is not None:
                message = TO_WORKER.validate_json(frame[0])
                if isinstance(message, Configure):
                    self._start(message)
                elif isinstance(message, Listen):
                    self._windows.put((message, _window(frame[1])))
                else:
                    self._sounds.put((message, _cut(message, frame[1])))
        except (FrameError, ValueError) as error:
            log.error("The language worker cannot understand the daemon (%s); it ends.", error)  # noqa: TRY400
            status = 1
        except MemoryError:
            log.error("The language worker is out of memory; it ends.")  # noqa: TRY400
            status = OUT_OF_MEMORY
        os._exit(status)  # no cleaning up: a model may be in the middle of a sentence

    def _start(self, configure: Configure) -> None:
        for name, work in (
            ("voice", self._listen),
            ("transcriber", self._transcribe),
            ("reasoner", self._read),
        ):
            threading.Thread(target=_ending, args=(work, configure), name=name, daemon=True).start()

    def _listen(self, _configure: Configure) -> None:
        """Be the second ear."""
        try:
            network = load_voice()
        except ModelError as error:
            self._say(_absent("voice", error))
            return
        self._say(Part(part="voice", state="ok"))
        while True:
            asked, window = self._windows.get()
            began = time.monotonic()
            evidence = network(window).evidence
            ms = round((time.monotonic() - began) * 1000, 1)
            self._say(Opined(sample=asked.sample, evidence=evidence, ms=ms))

    def _transcribe(self, configure: Configure) -> None:
        """Own Whisper."""
        transcriber = None
        try:
            from models.transcriber import Transcriber

            transcriber = Transcriber(
                configure.whisper,
                device=configure.device,
                threads=configure.threads,
                language=configure.language,
            )
            self._say(Part(part="transcriber", state="ok"))
        except ModelError as error:
            self._say(_absent("transcriber", error))
        while True:
            batch, heard = self._sounds.get()
            began = time.monotonic()
            explained = any(spoken.explained for spoken, _ in heard)
            sounds = [sound for _, sound in heard]
            settled = transcriber.settled(sounds, word_times=explained) if transcriber else ()
            for some in settled:
                ms = (time.monotonic() - began) * 1000 / max(1, len(some))
                for place, one in some:
                    self._say(_transcribed(heard[place][0].id, one, ms))
                self._texts.put((None, [(heard[place][0], one.text) for place, one in some]))
                began = time.monotonic()
            self._texts.put((batch, []))

    def _read(self, configure: Configure) -> None:
        """Own the readers of text."""
        reasoner = None
        try:
            from models.reasoner import Reasoner

            lora, recipe = (
                None if one is None else Path(one) for one in (configure.lora, configure.recipe)
            )
            reasoner = Reasoner(configure.llm, threads=configure.threads, lora=lora, recipe=recipe)
            self._say(_readers(reasoner.missing))
        except ModelError as error:
            self._say(_absent("reasoner", error))
        told_script = False
        while True:
            batch, said = self._texts.get()
            for spoken, text in said:
                began = time.monotonic()
                if reasoner is None or not text:
                    self._say(_unread(spoken.id))
                    continue
                verdict = reasoner(text, explained=spoken.explained)
                if verdict.unread == "script" and not told_script:
                    told_script = True
                    log.warning(SCRIPT)
                if not spoken.explained and (verdict.probability or 0.0) >= EXPLAINED_FROM:
                    verdict = reasoner(text, explained=True)
                self._say(
                    Judged(
                        id=spoken.id,
                        probability=verdict.probability,
                        category=verdict.category,
                        reason=verdict.reason,
                        readers=verdict.readers,
                        unread=verdict.unread,
                        ms=round((time.monotonic() - began) * 1000, 1),
                    )
                )
            if batch is not None:
                give_back()
                self._say(Done(number=batch.number, resident_bytes=_resident_bytes()))

    def _say(self, message: FromWorker) -> None:
        with self._writing:
            try:
                write_frame(self._out, message.model_dump_json())
            except OSError:
                os._exit(0)  # nobody listens any more


def _ending(work: object, configure: Configure) -> None:
    """A thread that dies takes the process along: half a worker would be waited for."""
    try:
        work(configure)  # type: ignore[operator]
    except MemoryError:
        log.error("The language worker is out of memory; it ends, and the daemon starts another.")  # noqa: TRY400
        os._exit(OUT_OF_MEMORY)
    except BaseException:
        log.exception("The language worker failed; it ends, and the daemon starts another.")
        os._exit(1)


def _cut(batch: Batch, data: bytes) -> list[Heard]:
    """The samples of each utterance, float32."""
    samples = np.frombuffer(data, np.int16)
    if len(samples) != sum(spoken.samples for spoken in batch.utterances):
        raise ValueError("a batch whose samples are not those that it speaks of")
    found, at = [], 0
    for spoken in batch.utterances:
        found.append((spoken, samples[at : at + spoken.samples] * FULL_SCALE))
        at += spoken.samples
    return found


def _window(data: bytes) -> NDArray[np.float32]:
    """The samples of a window, float32."""
    samples = np.frombuffer(data, np.int16)
    if len(samples) != WINDOW:
        raise ValueError(f"a window of {len(samples)} samples, not {WINDOW}")
    return sound_of(samples)


def _transcribed(utterance: str, heard: Transcript, ms: float) -> Transcribed:
    return Transcribed(
        id=utterance,
        text=heard.text,
        doubt=heard.doubt,
        language=heard.language,
        log_probability=round(heard.log_probability, 3),
        trustworthy=heard.trustworthy,
        words=tuple(
            WordTime(
                text=word.text,
                start_s=word.start_s,
                end_s=word.end_s,
                probability=word.probability,
            )
            for word in heard.words
        ),
        ms=round(ms, 1),
    )


def _absent(part: PartName, error: ModelError) -> Part:
    return Part(
        part=part,
        state="unavailable",
        reason=error.message,
        remedy=error.remedy,
    )


def _readers(missing: list[ModelError]) -> Part:
    if not missing:
        return Part(part="reasoner", state="ok")
    return Part(
        part="reasoner",
        state="degraded",
        reason=" ".join(error.message for error in missing),
        remedy=missing[0].remedy,
    )


def _unread(utterance: str) -> Judged:
    return Judged(id=utterance, probability=None, category=None, reason=None, readers=(), ms=0.0)


def _resident_bytes() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def main() -> NoReturn:
    """Take standard input and output for frames; whatever else prints goes to standard error."""
    from daemon.logs import setup_logging

    with contextlib.suppress(OSError):  # some sandboxes forbid it; then it is merely greedier
        os.nice(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    os.environ["HF_HUB_OFFLINE"] = "1"  # what is not here is not fetched
    setup_logging(os.environ.get("DISTRESSD_LOG_LEVEL", "info"))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(out).run(sys.stdin.buffer)


if __name__ == "__main__":
    main()
