"""Is this Python new enough?"""

import platform
import sys

from daemon.doctor.check import Finding, Setting

OLDEST = (3, 11)


def check(_setting: Setting, version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """The version that runs this."""
    name = ".".join(map(str, version))
    if version < OLDEST:
        needed = ".".join(map(str, OLDEST))
        return Finding(
            "failed",
            f"Python {name} is too old.",
            f"Install Python {needed} or newer; run make setup.",
        )
    return Finding("ok", f"Python {name} on {platform.system()} {platform.machine()}")
