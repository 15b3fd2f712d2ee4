"""Which of this machine's service managers is asked."""

from pathlib import Path
from typing import Protocol

from daemon.errors import InstallError, UsageError
from daemon.install.launchd import LaunchdService
from daemon.install.plan import Step
from daemon.install.program import Program
from daemon.install.status import ServiceStatus
from daemon.install.systemd import SystemdService


class ServiceManager(Protocol):
    """Installs one service of one platform."""

    @property
    def state(self) -> Path | None:
        """The service's state folder, where it is not that of this user."""

    def installation(self, program: Program) -> list[Step]:
        """Steps that put the service in place and start it."""

    def removal(self) -> list[Step]:
        """Steps that stop it and leave nothing of it; none where there is none."""

    def notes(self) -> list[str]:
        """What a user has to know who has just installed it."""

    def status(self) -> ServiceStatus:
        """What the manager says of it."""


def service_manager(platform: str, *, system: bool = False) -> ServiceManager:
    """The manager of ``platform``, as ``platform.system()`` names it.

    Raises:
        UsageError: it has no system service.
        InstallError: there is none that we know.
    """
    if platform == "Linux":
        return SystemdService(system)
    if platform == "Darwin":
        if system:
            raise UsageError(
                "macOS gives the microphone to a user's programs only.", "Leave --system out."
            )
        return LaunchdService()
    raise InstallError(
        f"There is no service for {platform}.",
        "Start `distressd run` by what starts programs on this machine.",
    )
