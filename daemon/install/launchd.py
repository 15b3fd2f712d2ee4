"""The service on macOS: a LaunchAgent of the user's, whose program is an app bundle."""

import os
import plistlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.install.bundle import IDENTIFIER, NAME, Bundle
from daemon.install.plan import Command, Folder, Remove, Step, Write, run
from daemon.install.program import Program
from daemon.install.status import ServiceStatus
from daemon.state import state_path

LABEL = "org.distressd.agent"
EXIT_TIMEOUT_S = 15  # SIGTERM drains within 5 s
THROTTLE_S = 10  # between two starts; launchd takes no less
_HEARD = "microphone-check"
_TOLD = {
    "sound": "The microphone is heard.",
    "zeros": (
        "The microphone sends nothing but exact zeros: it is muted, or macOS does not allow"
        " distressd to hear it. Allow it in System Settings > Privacy & Security > Microphone,"
        " then run: distressd service install"
    ),
    "none": "There is no microphone; the service waits for one.",
    "error": "The microphone could not be opened; the service tries again.",
}


@dataclass(frozen=True, slots=True)
class LaunchdService:
    """The agent of this user."""

    @property
    def agent(self) -> Path:
        """Where the agent's property list lies."""
        return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"

    @property
    def bundle(self) -> Bundle:
        """The app bundle."""
        return Bundle(Path.home() / "Applications" / NAME)

    @property
    def log(self) -> Path:
        """Where the daemon's log goes."""
        return Path.home() / "Library" / "Logs" / "distressd" / "distressd.log"

    @property
    def state(self) -> Path | None:
        """The state folder is that of this user."""
        return None

    def installation(self, program: Program) -> list[Step]:
        """Steps that make the bundle, have it ask for the microphone, and start the agent."""
        heard = program.state / _HEARD
        plist = plistlib.dumps(self.property_list(program)).decode()
        return [
            Folder(program.state),
            Folder(self.log.parent),
            *self.bundle.construction(),
            self._launchctl("bootout", f"{_domain()}/{LABEL}", may_fail=True),
            Remove(heard),
            # By way of `open`, so that macOS asks on behalf of the bundle, not of the terminal.
            Command(
                ("open", "-W", "-n", str(self.bundle.path), "--args", "--microphone", str(heard)),
                may_fail=True,
            ),
            Write(self.agent, plist),
            self._launchctl("enable", f"{_domain()}/{LABEL}"),
            # Refused for as long as the agent before it is still ending.
            Command(
                ("launchctl", "bootstrap", _domain(), str(self.agent)), tries=EXIT_TIMEOUT_S + 5
            ),
        ]

    def removal(self) -> list[Step]:
        """Steps that stop the agent and leave nothing of it."""
        there = [path for path in (self.agent, self.bundle.path, self.log.parent) if path.exists()]
        if not there:
            return []
        return [
            self._launchctl("bootout", f"{_domain()}/{LABEL}", may_fail=True),
            *(Remove(path) for path in there),
            Remove(state_path() / _HEARD),
            # The permission of a bundle that is gone would stay in the list of the settings.
            Command(("tccutil", "reset", "Microphone", IDENTIFIER), may_fail=True),
        ]

    def notes(self) -> list[str]:
        """What the microphone said, and where the log is."""
        try:
            heard = (state_path() / _HEARD).read_text(encoding="utf-8").strip()
        except OSError:
            heard = "error"
        return [_TOLD.get(heard, _TOLD["error"]), f"Its log: {self.log}"]

    def status(self) -> ServiceStatus:
        """What launchd says of the agent."""
        done = run(self._launchctl("print", f"{_domain()}/{LABEL}").words)
        told = dict(re.findall(r"^\t([a-z ]+) = (.+)$", done.stdout, re.MULTILINE))
        loaded = done.returncode == 0
        runs = int(told.get("runs", "0"))
        ended = told.get("last exit code", "")
        return ServiceStatus(
            installed=self.agent.exists(),
            enabled=loaded,
            running=told.get("state") == "running",
            state=told.get("state", "not loaded"),
            pid=int(told["pid"]) if "pid" in told else None,
            restarts=max(0, runs - 1) if loaded else None,
            result="" if ended in {"", "0", "(never exited)"} else f"exit status {ended}",
            file=str(self.agent),
        )

    def property_list(self, program: Program) -> dict[str, Any]:
        """The agent."""
        daemon = (str(program.python), "-P", "-m", "daemon", "run", *program.arguments)
        return {
            "Label": LABEL,
            "ProgramArguments": [str(self.bundle.program), *daemon],
            "EnvironmentVariables": dict(program.environment),
            "WorkingDirectory": str(Path.home()),
            "RunAtLoad": True,
            "KeepAlive": True,
            "ThrottleInterval": THROTTLE_S,
            "ExitTimeOut": EXIT_TIMEOUT_S,
            # Without these two, macOS slows a background job down and delays its timers.
            "ProcessType": "Interactive",
            "LegacyTimers": True,
            # The microphone's dialog and notifications are of a session with a screen.
            "LimitLoadToSessionType": "Aqua",
            "AssociatedBundleIdentifiers": IDENTIFIER,
            "StandardOutPath": str(self.log),
            "StandardErrorPath": str(self.log),
            "Umask": 0o077,
        }

    @staticmethod
    def _launchctl(*words: str, may_fail: bool = False) -> Command:
        return Command(("launchctl", *words), may_fail=may_fail)


def _domain() -> str:
    return f"gui/{os.getuid()}"
