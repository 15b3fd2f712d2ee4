"""Does distressd start by itself, and does it run as it should?"""

import platform

from daemon.doctor.check import Finding, Setting
from daemon.errors import InstallError
from daemon.install.manager import service_manager
from daemon.install.status import ServiceStatus

_INSTALL = "Run: distressd service install"
_LOGS = {
    "Linux": "journalctl --user -u distressd -n 50",
    "Darwin": "tail -n 50 ~/Library/Logs/distressd/distressd.log",
}


def check(_setting: Setting) -> Finding:
    """What this user's service manager says."""
    system = platform.system()
    try:
        status = service_manager(system).status()
    except InstallError as error:
        return Finding("warning", f"It does not start by itself: {error.message}", error.remedy)
    return judge(status, system)


def judge(status: ServiceStatus, system: str) -> Finding:
    """What the manager's answer means."""
    if not status.installed:
        return Finding("warning", "It does not start by itself: no service is installed.", _INSTALL)
    log = f"See why: {_LOGS.get(system, 'the log of your service manager')}"
    if not status.running:
        return Finding("failed", f"The service is installed and does not run: {status.state}.", log)
    if not status.enabled:
        return Finding("warning", "The service runs, but will not start by itself.", _INSTALL)
    if status.restarts:
        return Finding("warning", f"The service was restarted {status.restarts} times.", log)
    return Finding("ok", f"runs as process {status.pid}, and starts by itself")
