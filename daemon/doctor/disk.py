"""Is there room for the history?"""

import shutil

from daemon.doctor.check import Finding, Setting

_NEEDED = 50_000_000  # bytes below which the store will soon fail to write
_COMFORTABLE = 500_000_000


def check(setting: Setting) -> Finding:
    """Free space where the state folder is, or will be."""
    folder = setting.state.absolute()
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return judge(shutil.disk_usage(existing).free)


def judge(free: int) -> Finding:
    """What ``free`` bytes mean."""
    told = f"{free / 1e9:.1f} GB free"
    if free < _NEEDED:
        return Finding("failed", f"The disk is full ({told}).", "Free some space.")
    if free < _COMFORTABLE:
        return Finding("warning", f"The disk is nearly full ({told}).", "Free some space.")
    return Finding("ok", told)
