"""The worker as a child process: started by exec, spoken to over pipes, killed when in doubt."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel, ValidationError

from daemon.language.frames import FrameError, read_frame, write_frame
from daemon.language.messages import FROM_WORKER, OUT_OF_MEMORY, FromWorker
from models.language.allocator import ALLOCATOR

MODULE: Final = "daemon.language.worker"
KILLED_S: Final = 10.0  # a killed process is gone by then, or the machine is


class WorkerProcess:
    """One life of the worker.

    Args:
        said: called with each of its messages, in a thread of this object.
        ended: called once when it speaks no more, with why, in the same thread.
        niceness: how far it stands back for other processes.
    """

    def __init__(
        self,
        said: Callable[["WorkerProcess", FromWorker], None],
        ended: Callable[["WorkerProcess", str], None],
        niceness: int = 0,
    ) -> None:
        self._said = said
        self._ended = ended
        self._given_up = False
        # exec, never fork: a forked child would share locks that other threads hold. It inherits
        # no descriptor but its pipes, so that closing them here is its end of file.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", MODULE, str(niceness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | ALLOCATOR,
            process_group=0,  # Ctrl-C is for the daemon, which ends it
        )
        self._reader = threading.Thread(target=self._read, name="language-reader", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, message: BaseModel, data: bytes = b"") -> bool:
        """Write one frame; False if it does not read any more. May block: see :meth:`kill`."""
        if self._process.stdin is None:
            return False
        try:
            write_frame(self._process.stdin, message.model_dump_json(), data)
        except (OSError, ValueError):  # broken, or closed by another thread
            return False
        return True

    def kill(self) -> None:
        """End it now, whatever it is doing; returns when it is gone."""
        self._given_up = True
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILLED_S)
        if threading.current_thread() is not self._reader:
            self._reader.join(KILLED_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        why = ""
        try:
            while (frame := read_frame(self._process.stdout)) is not None:  # type: ignore[arg-type]
                self._said(self, FROM_WORKER.validate_json(frame[0]))
        except (FrameError, ValidationError, OSError, ValueError) as error:
            why = f"it cannot be understood ({str(error).splitlines()[0]})"
            self._process.kill()
        status = self._process.wait()
        self._ended(self, why or ("it was given up" if self._given_up else _end(status)))


def _end(status: int) -> str:
    """What ``status`` says of how a process ended."""
    if status == OUT_OF_MEMORY:
        return "it ran out of memory"
    if status == -signal.SIGKILL:
        return "killed by signal 9, as the system does where memory runs out"
    return f"killed by signal {-status}" if status < 0 else f"ended with status {status}"
