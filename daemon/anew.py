"""Starting the daemon anew, in place, where no service manager does it."""

import logging
import os
import sys
import time

log = logging.getLogger(__name__)

TIMES = "DISTRESSD_STARTED_ANEW"  # when that happened, in the environment: seconds since 1970
LATELY_S = 600.0
MOST = 5  # within LATELY_S: what dies that often does not come right by itself


def restarts(now_s: float | None = None) -> int:
    """How often this daemon has started itself anew of late."""
    return len(_times(time.time() if now_s is None else now_s))


def is_managed() -> bool:
    """Whether systemd or launchd started this process and will do so again."""
    launchd = os.environ.get("XPC_SERVICE_NAME", "0")
    return bool(os.environ.get("INVOCATION_ID")) or launchd not in {"", "0"}


def start_anew(reason: str) -> None:
    """Replace this process by a fresh one with the same command line.

    Returns only where that is not for us to do: a service manager does it, or it was done too
    often of late.
    """
    now_s = time.time()
    times = _times(now_s)
    if is_managed() or len(times) >= MOST:
        return
    log.error("%s The daemon starts itself anew.", reason)
    os.environ[TIMES] = ",".join(str(int(each)) for each in (*times, now_s))
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this program


def _times(now_s: float) -> list[float]:
    times = []
    for word in os.environ.get(TIMES, "").split(","):
        try:
            then_s = float(word)
        except ValueError:
            continue
        if 0 <= now_s - then_s < LATELY_S:
            times.append(then_s)
    return times
