"""The service on Linux: a unit of the user's own manager, or of the machine's."""

import getpass
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from daemon.config.load import shipped_config
from daemon.errors import InstallError
from daemon.install.plan import Command, Folder, Remove, Step, Write, run
from daemon.install.program import Program
from daemon.install.status import ServiceStatus
from daemon.install.templates import fill, namespace_directives

UNIT = "distressd.service"
SYSTEM_UNITS = Path("/etc/systemd/system")
SYSTEM_STATE = Path("/var/lib/distressd")
SYSTEM_CONFIG = Path("/etc/distressd/config.toml")
_PRIVATE = (Path("/home"), Path("/root"), Path("/run/user"))  # what ProtectHome=yes hides
_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - what PrivateTmp=yes hides
_PROBE = ("systemd-run", "--user", "--quiet", "--wait", "--collect")
_SHOWN = ("LoadState", "UnitFileState", "ActiveState", "SubState", "MainPID", "NRestarts", "Result")


@dataclass(frozen=True, slots=True)
class SystemdService:
    """One unit.

    Attributes:
        system: of the machine's manager, not of the user's.
    """

    system: bool = False

    @property
    def unit(self) -> Path:
        """Where the unit file lies."""
        if self.system:
            return SYSTEM_UNITS / UNIT
        named = os.environ.get("XDG_CONFIG_HOME", "")
        return (Path(named) if named else Path.home() / ".config") / "systemd" / "user" / UNIT

    @property
    def state(self) -> Path | None:
        """Where the system unit keeps its state; the user unit has that of its user."""
        return SYSTEM_STATE if self.system else None

    def installation(self, program: Program) -> list[Step]:
        """Steps that put the unit in place and start it.

        Raises:
            InstallError: this manager could not run it.
        """
        self._require_manager()
        namespaces = self.system or self.namespaces()
        steps: list[Step] = []
        if self.system:
            self._require_readable(program)
        else:
            steps.append(Folder(program.state))
        if namespaces:
            _require_lasting(program, ours=not self.system)
        steps += [
            Write(self.unit, self.text(program, namespaces=namespaces)),
            self._systemctl("daemon-reload"),
            self._systemctl("enable", UNIT),
            # Not enable --now: a unit that runs already has to take what has changed.
            self._systemctl("restart", UNIT),
        ]
        return steps

    def removal(self) -> list[Step]:
        """Steps that stop the unit and leave nothing of it."""
        if not self.unit.exists():
            return []
        return [
            self._systemctl("disable", "--now", UNIT, may_fail=True),
            Remove(self.unit),
            self._systemctl("daemon-reload", may_fail=True),
            self._systemctl("reset-failed", UNIT, may_fail=True),
        ]

    def notes(self) -> list[str]:
        """What a user has to know who has just installed it."""
        if self.system:
            return [
                f"Its state is in {SYSTEM_STATE}, its settings are read from {SYSTEM_CONFIG}.",
                "It has no desktop to notify; subscribe with `distressd listen`.",
            ]
        notes = ["Its log: journalctl --user -u distressd -f"]
        if not self.namespaces():
            notes.append(
                "This kernel gives users no namespaces: the service runs without the part of its"
                " sandbox that needs them."
            )
        if not Path("/var/lib/systemd/linger", getpass.getuser()).exists():
            notes.append(
                "It runs while you are logged in. To have it listen from boot on, run: "
                "loginctl enable-linger"
            )
        return notes

    def status(self) -> ServiceStatus:
        """What the manager says of the unit.

        Raises:
            InstallError: it says nothing.
        """
        self._require_manager()
        asked = self._words("show", UNIT, f"--property={','.join(_SHOWN)}")
        done = run(asked)
        if done.returncode:
            raise InstallError(
                f"systemctl does not answer: {done.stderr.strip()}",
                "See: systemctl --user status",
            )
        told = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        return ServiceStatus(
            installed=self.unit.exists(),
            enabled=told.get("UnitFileState") == "enabled",
            running=told.get("ActiveState") == "active",
            state=f"{told.get('ActiveState', 'unknown')} ({told.get('SubState', 'unknown')})",
            pid=int(told.get("MainPID") or 0) or None,
            restarts=int(told.get("NRestarts") or 0),
            result=told.get("Result", ""),
            file=str(self.unit),
        )

    def text(self, program: Program, *, namespaces: bool) -> str:
        """The unit file."""
        environment = dict(program.environment)
        if self.system:
            environment.pop("DISTRESSD_STATE")
            environment["DISTRESSD_STATE"] = str(SYSTEM_STATE)
            environment["DISTRESSD_CONFIG"] = str(
                SYSTEM_CONFIG if SYSTEM_CONFIG.exists() else shipped_config()
            )
        lines = [f"Environment={_quoted(f'{name}={value}')}" for name, value in environment.items()]
        values = {
            "PYTHON": _quoted(str(program.python), command=True),
            "ARGUMENTS": "".join(f" {_quoted(word, command=True)}" for word in program.arguments),
            "ENVIRONMENT": "\n".join(lines),
            "STATE": _quoted(str(program.state)),
        }
        name = "distressd-system.service" if self.system else UNIT
        return fill("systemd", name, values, namespaces=namespaces)

    @staticmethod
    def namespaces() -> bool:
        """Whether the user's manager can make mount namespaces, asked by doing it."""
        if shutil.which("systemd-run") is None:
            return False
        return run(namespace_probe()).returncode == 0

    def _require_manager(self) -> None:
        if shutil.which("systemctl") is None:
            raise InstallError(
                "There is no systemd here.",
                "Start `distressd run` by what starts programs on this machine.",
            )
        if run(self._words("show", "--property=Version")).returncode == 0:
            return
        if self.system:
            raise InstallError("The system's systemd does not answer.", "Is this a container?")
        raise InstallError(
            "Your user's systemd does not answer.",
            "Log in to a session of your own (not by su or sudo), or set XDG_RUNTIME_DIR.",
        )

    def _require_readable(self, program: Program) -> None:
        if os.geteuid() != 0:
            raise InstallError("The system unit needs root.", "Run it with sudo.")
        # The interpreter of an environment is a link to another, whose modules it needs.
        read = [program.python, program.python.resolve()]
        read += map(Path, program.environment.get("PYTHONPATH", "").split(":"))
        for path in read:
            if any(path.is_relative_to(private) for private in _PRIVATE):
                raise InstallError(
                    f"{path} is in somebody's home, which the system unit cannot see.",
                    "Install distressd elsewhere: python3 -m venv /opt/distressd &&"
                    " /opt/distressd/bin/pip install distressd; then run"
                    " /opt/distressd/bin/distressd service install --system.",
                )

    def _words(self, *words: str) -> tuple[str, ...]:
        return ("systemctl", *(() if self.system else ("--user",)), *words)

    def _systemctl(self, *words: str, may_fail: bool = False) -> Command:
        return Command(self._words(*words), may_fail=may_fail)


def namespace_probe() -> list[str]:
    """Words that start a program in the part of the sandbox that needs user namespaces."""
    sandbox = [f"--property={line}" for line in namespace_directives("systemd", UNIT)]
    return [*_PROBE, *sandbox, "true"]


def _require_lasting(program: Program, *, ours: bool) -> None:
    """A service has temporary folders of its own, and sees no others.

    Args:
        program: what it is to run.
        ours: whether it keeps its state where this user does.
    """
    if ours and _is_temporary(program.state):
        raise InstallError(
            f"The state folder {program.state} is temporary, and a service sees no temporary"
            " folder.",
            "Leave DISTRESSD_STATE unset, or name a folder that lasts.",
        )
    modules = program.environment.get("PYTHONPATH", "").split(os.pathsep)
    for path in (program.python, program.python.resolve(), *(Path(one) for one in modules if one)):
        if _is_temporary(path):
            raise InstallError(
                f"distressd runs from {path}, and a service sees no temporary folder.",
                "Move it to a folder that lasts, and install the service from there.",
            )


def _is_temporary(path: Path) -> bool:
    return any(path.is_relative_to(temporary) for temporary in _TEMPORARY)


def _quoted(text: str, *, command: bool = False) -> str:
    """``text`` as one word of a unit file; a command line also has variables to keep away."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    escaped = escaped.replace("\n", "\\n")
    return f'"{escaped.replace("$", "$$") if command else escaped}"'
