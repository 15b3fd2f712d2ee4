"""Would the desktop show notifications?"""

import asyncio

from daemon.doctor.check import Finding, Setting
from daemon.notify.availability import check_availability


def check(setting: Setting) -> Finding:
    """Ask the platform; shows nothing."""
    others = ", ".join(setting.config.notify.channels())
    if not setting.config.notify.desktop:
        told = f"; others: {others} (`distressd notify test`)" if others else ""
        return Finding("ok", f"switched off in [notify] desktop{told}")
    found = asyncio.run(check_availability())
    if found.state == "ok":
        return Finding("ok", f"from level {setting.config.notify.level} up, by {found.backend}")
    return Finding("warning", f"{found.reason[:1].upper()}{found.reason[1:]}.", found.remedy)
