"""A program of the user's own, without a shell."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from daemon.notify.channels.channel import Channel, DeliveryError
from daemon.notify.notice import Notice
from daemon.notify.secrecy import addresses, pieces, veiled

if TYPE_CHECKING:
    from daemon.config.notify import Command

_SAID = 200  # letters of its standard error that are told
_READ = 4_096
_MARGIN_S = 5.0


class CommandChannel(Channel):
    """Runs once a notice; exit status 0 means that it was told.

    The notice is JSON on its standard input, and nothing of it is an argument. A program that does
    not end in time is killed, and everything that it has started.

    Args:
        config: the program and its patience.
        daemon: the name of this daemon.
        transcripts: whether words may be told at this moment.
    """

    people = False
    keeps_s = 3_600.0

    def __init__(self, config: "Command", daemon: str, transcripts: Callable[[], bool]) -> None:
        self._config = config
        self._secret = pieces(*addresses(*config.command))
        self._daemon = daemon
        self._transcripts = transcripts
        self.patience_s = config.timeout_s + _MARGIN_S

    async def deliver(self, notice: Notice) -> None:
        """Run it."""
        transcripts = self._config.transcripts and self._transcripts()
        stored = notice.stored(self._daemon, transcripts=transcripts)
        told = json.dumps(stored, ensure_ascii=False).encode() + b"\n"
        program = self._config.command[0]
        with _Complaints() as complaints:
            status = await self._run(program, told, complaints)
        if status:
            why = veiled(complaints.text, self._secret)[-_SAID:]
            raise DeliveryError(
                f"{program} failed with status {status}{f' ({why})' if why else ''}",
                "Try it with `distressd notify test`.",
            )

    async def _run(self, program: str, told: bytes, complaints: "_Complaints") -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._config.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=complaints.descriptor,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise DeliveryError(
                f"{program} cannot be run ({why})", "Look at command.", absent=True
            ) from error
        try:
            async with asyncio.timeout(self._config.timeout_s):
                # It need not read: then the pipe breaks, and communicate() takes no offence.
                await process.communicate(told)
        except TimeoutError as error:
            raise DeliveryError(
                f"{program} does not end within {self._config.timeout_s:g} s",
                "Let it end sooner, or raise timeout_s.",
            ) from error
        finally:
            if process.returncode is None:
                _kill(process)
                await process.wait()
        return process.returncode or 0


class _Complaints:
    """The end of what a program says on its standard error.

    A pipe of our own: what the program leaves behind may hold it open for as long as it likes.
    """

    def __init__(self) -> None:
        self._said = b""

    @property
    def text(self) -> str:
        """On one line."""
        return " ".join(self._said.decode(errors="replace").split())

    def __enter__(self) -> Self:
        self._ours, self.descriptor = os.pipe()
        os.set_blocking(self._ours, False)
        asyncio.get_running_loop().add_reader(self._ours, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        self._read()
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self._ours)
        os.close(self.descriptor)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._ours, _READ):
                self._said = (self._said + piece)[-_READ:]


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it and what it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
