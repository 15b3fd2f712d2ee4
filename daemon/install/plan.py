"""What installing and uninstalling do, step by step: ``--dry-run`` shows the same steps."""

import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from daemon.errors import InstallError

COMMAND_TIMEOUT_S = 120.0
RETRY_S = 1.0


class Step(Protocol):
    """One change to this machine."""

    def describe(self) -> str:
        """What it does, for people."""

    def do(self) -> None:
        """Do it.

        Raises:
            InstallError: it cannot be done.
        """


@dataclass(frozen=True, slots=True)
class Folder:
    """Make a folder of the user's own."""

    path: Path
    mode: int = 0o700

    def describe(self) -> str:
        """What it does."""
        return f"make the folder {self.path}"

    def do(self) -> None:
        """Do it; one that is there stays as it is."""
        try:
            self.path.mkdir(mode=self.mode, parents=True, exist_ok=True)
        except OSError as error:
            raise InstallError(f"Cannot make the folder {self.path} ({error.strerror}).") from error


@dataclass(frozen=True, slots=True)
class Write:
    """Write a file, and the folders above it."""

    path: Path
    content: str

    def describe(self) -> str:
        """What it does, with the whole content."""
        shown = "".join(f"    {line}\n" for line in self.content.splitlines())
        return f"write {self.path}:\n{shown}"

    def do(self) -> None:
        """Do it, whole or not at all."""
        draft = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(self.content, encoding="utf-8")
            draft.replace(self.path)
        except OSError as error:
            raise InstallError(f"Cannot write {self.path} ({error.strerror}).") from error


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a file or a folder that an installation made."""

    path: Path

    def describe(self) -> str:
        """What it does."""
        return f"remove {self.path}"

    def do(self) -> None:
        """Do it; what is not there is removed already."""
        try:
            if self.path.is_dir() and not self.path.is_symlink():
                shutil.rmtree(self.path)
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise InstallError(f"Cannot remove {self.path} ({error.strerror}).") from error


@dataclass(frozen=True, slots=True)
class Command:
    """Run a program of the system.

    Attributes:
        words: the program and its arguments; no shell reads them.
        may_fail: its failure is no obstacle (stopping what does not run).
        remedy: what to do where it fails.
        tries: how often it is tried, a second apart.
    """

    words: tuple[str, ...]
    may_fail: bool = False
    remedy: str = ""
    tries: int = 1

    def describe(self) -> str:
        """What it does."""
        return f"run {shlex.join(self.words)}"

    def do(self) -> None:
        """Do it."""
        done = run(self.words)
        for _ in range(self.tries - 1):
            if done.returncode == 0:
                break
            time.sleep(RETRY_S)
            done = run(self.words)
        if done.returncode and not self.may_fail:
            said = (done.stderr or done.stdout).strip().replace("\n", " ")
            raise InstallError(f"`{shlex.join(self.words)}` failed: {said[-400:]}", self.remedy)


def run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the system to its end, with its output captured.

    Raises:
        InstallError: it is not there, or does not end.
    """
    try:
        return subprocess.run(  # noqa: S603 - our own words, and no shell
            words,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise InstallError(f"There is no `{words[0]}` here.") from error
    except OSError as error:
        raise InstallError(f"`{words[0]}` cannot be run ({error.strerror}).") from error
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"`{shlex.join(words)}` did not end.") from error


def carry_out(steps: Iterable[Step], tell: Callable[[str], None], *, dry_run: bool) -> None:
    """Do every step in order, or tell what it would do.

    Raises:
        InstallError: from the first step that cannot be done; those before it stay done.
    """
    for step in steps:
        if dry_run:
            tell(f"would {step.describe()}")
        else:
            step.do()
