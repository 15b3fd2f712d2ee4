"""One life of the worker as a process, and what is said of its end."""

import os
import queue
import signal

import pytest

from daemon.config.schema import Language
from daemon.language.messages import Configure
from daemon.language.process import WorkerProcess

PATIENCE_S = 60.0
STARVED = """
from models.transcriber import Transcriber

def starve(self, *words, **named):
    raise MemoryError

Transcriber.__init__ = starve
"""


@pytest.fixture
def ended():
    return queue.SimpleQueue()


@pytest.fixture
def start(ended):
    processes = []

    def run():
        processes.append(WorkerProcess(lambda *_: None, lambda _, why: ended.put(why)))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()


def configure():
    config = Language(llm="")
    return Configure(
        whisper=config.whisper,
        llm=None,
        lora=None,
        recipe=None,
        device=config.device,
        language=None,
        threads=config.threads,
    )


def test_a_worker_without_memory_says_so(start, ended, built_in):
    built_in(STARVED)
    assert start().send(configure())
    assert ended.get(timeout=PATIENCE_S) == "it ran out of memory"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGKILL, "killed by signal 9, as the system does where memory runs out"),
        (signal.SIGTERM, "killed by signal 15"),
    ],
)
def test_a_worker_that_was_killed_is_told_of(start, ended, number, said):
    os.kill(start().pid, number)
    assert ended.get(timeout=PATIENCE_S) == said


def test_a_worker_that_the_daemon_gives_up_is_not_blamed_on_memory(start, ended):
    start().kill()
    assert ended.get(timeout=PATIENCE_S) == "it was given up"


def test_an_interrupt_at_the_terminal_is_for_the_daemon_alone():
    process = WorkerProcess(lambda *_: None, lambda *_: None)
    try:
        assert os.getpgid(process.pid) != os.getpgid(0)
    finally:
        process.kill()
