"""Is the wall clock right? Alerts carry its time, and histories are kept by it."""

import platform
import time
from pathlib import Path

from daemon.doctor.check import Finding, Setting
from daemon.errors import InstallError
from daemon.install.plan import run

OLDEST_S = 1_735_689_600.0  # 2025-01-01: this program is younger than that
TOLERATED_S = 60.0
_REMEDY = "Set the clock, and have it kept by the network (NTP)."


def check(setting: Setting) -> Finding:
    """Whether the clock is sane, has not gone back, and is kept by the network."""
    return judge(time.time(), _newest(setting.state), _synchronised())


def judge(now_s: float, newest_s: float, synchronised: bool | None) -> Finding:
    """What the clock means.

    Args:
        now_s: wall time, seconds since 1970.
        newest_s: when the state folder was last written to, by the same clock.
        synchronised: whether the system keeps it by the network; None if it does not say.
    """
    told = time.strftime("%Y-%m-%d %H:%M", time.localtime(now_s))
    if now_s < OLDEST_S:
        return Finding("failed", f"The clock is wrong: it says {told}.", _REMEDY)
    if newest_s > now_s + TOLERATED_S:
        hours = (newest_s - now_s) / 3600.0
        return Finding("warning", f"The clock has gone back by {hours:.1f} hours or more.", _REMEDY)
    if synchronised is False:
        return Finding("warning", f"{told}, but no network keeps the clock right.", _REMEDY)
    return Finding("ok", f"{told}{', kept by the network' if synchronised else ''}")


def _newest(folder: Path) -> float:
    if not folder.is_dir():
        return 0.0
    return max((path.lstat().st_mtime for path in folder.iterdir()), default=0.0)


def _synchronised() -> bool | None:
    if platform.system() != "Linux":
        return None
    try:
        done = run(("timedatectl", "show", "--property=NTPSynchronized", "--value"))
    except InstallError:
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())
