"""A real daemon in a process of its own, for benchmarks."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.errors import DistressdError

START_TIMEOUT_S = 120.0
POLL_S = 0.002


@dataclass(frozen=True, slots=True)
class RunningDaemon:
    """Where it serves, and when it was asked to start (monotonic seconds)."""

    process: subprocess.Popen[bytes]
    url: str
    token: str
    asked: float


@contextlib.contextmanager
def running_daemon(
    source: str,
    settings: str,
    more: Sequence[str] = (),
    *,
    serve: str = "",
    stdin: int = subprocess.DEVNULL,
    folder: Path | None = None,
    desktop: bool = False,
    program: Sequence[str] = ("daemon",),
) -> Iterator[RunningDaemon]:
    """Start ``distressd run`` on ``source`` with the TOML ``settings``, and stop it at the end.

    ``serve`` is TOML for the section ``[serve]``, ``more`` are further words of the
    command, ``program`` is a module that stands in for ``daemon``, and words for that. It has a
    state folder of its own, or goes on in ``folder``, any free port, and notifies nobody but by
    the channels of ``settings`` and, if so wanted, the ``desktop``.

    Raises:
        DistressdError: if it does not serve within 20 s.
    """
    with contextlib.ExitStack() as own:
        if folder is None:
            name = own.enter_context(tempfile.TemporaryDirectory(prefix="distressd-bench-"))
            folder = Path(name)
        if "[language]" not in settings:
            settings += "\n[language]\nenabled = false"  # what listens is measured by itself
        config = folder / "config.toml"
        config.write_text(
            f"version = 1\n[serve]\nport = 0\n{serve}\n[notify]\n"
            f"desktop = {str(desktop).lower()}\n{settings}\n"
        )
        state = folder / "state"
        words = ["run", "--config", str(config), "--source", source, *more]
        if stdin is not subprocess.PIPE:  # else it ends with who feeds it, should that be killed
            words.append("--linger")
        asked = time.monotonic()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [sys.executable, "-m", *program, *words],
                env=os.environ | {"DISTRESSD_STATE": str(state)},
                stdin=stdin,
                stderr=log,
                stdout=log,
            )
        try:
            url = _wait_for_url(process, state, folder / "log")
            yield RunningDaemon(process, url, (state / "token").read_text().strip(), asked)
        finally:
            process.terminate()
            process.wait(timeout=60)
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError):  # what nobody reads any more
                    process.stdin.close()


def _wait_for_url(process: subprocess.Popen[bytes], state: Path, log: Path) -> str:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            run = json.loads((state / "run.json").read_text())
        except FileNotFoundError:
            run = {}
        if run.get("pid") == process.pid:  # one that was killed leaves its own behind
            return str(run["url"])
        time.sleep(POLL_S)
    raise DistressdError("The daemon did not start.", f"It said: {log.read_text()[-400:].strip()}")
